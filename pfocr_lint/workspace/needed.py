"""Which objects a run needs, and which of them a clone without all objects has to fetch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from pfocr_lint.report.plain import counted
from pfocr_lint.workspace import discovery, git_objects
from pfocr_lint.workspace.git_fetch import Fetching, fetch, shown
from pfocr_lint.workspace.git_revision import Circle, LeadsOut, Revision
from pfocr_lint.workspace.neighbours import Near, folder_of, is_within
from pfocr_lint.workspace.settings_files import NAMES

if TYPE_CHECKING:
    from pfocr_lint.workspace.revision_files import RevisionFiles

SHORT = 12  # characters of a commit in messages


class Stored(Protocol):
    """Files that are read from Git's objects: of a revision, or those that a sparse checkout leaves out."""

    @property
    def top(self) -> str:
        """The folder of the work tree, or of a bare repository."""

    @property
    def commit(self) -> str:
        """The commit from which objects are read."""

    @property
    def links_of(self) -> Revision | None:
        """The revision whose links are followed; None where those of the disk are."""

    @property
    def objects(self) -> Mapping[str, str]:
        """The object of each file that is read from Git."""


def for_diff(
    files: Stored, base: Revision, touched: Collection[str], fetching: Fetching, settings_from: Revision | None = None
) -> frozenset[str]:
    """
    Fetch what a diff needs, in one request: the touched records at both ends, those of the same papers, and the organism pages.

    Settings files are needed too: those of ``settings_from``, else those of the revision that is read. Returns the records that
    this clone lacks then: they are not compared. Raises RevisionError.
    """
    if not git_objects.is_partial(base.top):
        return frozenset()
    near, now = Near(touched, ()), files.objects
    records = [name for name in now if discovery.is_record(name)]
    wanted = [*touched, *(records if fetching.all_blobs else filter(near.has_name, records))]
    revision = files.links_of
    lacking = set(git_objects.missing(base.top, [base.commit, files.commit, *_commits(settings_from)]))
    needed = [now[name] for name in wanted if name in now]
    needed += [base.blobs[name] for name in touched if name in base.blobs]
    needed += _settings(settings_from or revision)
    if revision is not None:
        needed += revision.links.values()
    _provide(base.top, needed, lacking, fetching, announced=fetching.all_blobs)
    if revision is not None:
        _provide(base.top, _behind_links(revision, wanted), lacking, fetching)
    left = frozenset(name for name in records if now[name] in lacking)
    figures = sum(folder_of(name) == "_figures" for name in left)
    if figures:
        fetching.say(f"{counted(figures, 'other figure')} not compared: this clone lacks them, and --all-blobs fetches them")
    return left


def for_revision(
    files: RevisionFiles,
    paths: Iterable[str],
    fetching: Fetching,
    settings_from: Revision | None = None,
    *,
    records: bool = True,
) -> None:
    """
    Fetch what a run over paths of a revision needs, in one request; without ``records``, the settings alone.

    Raises RevisionError.
    """
    revision = files.revision
    if not git_objects.is_partial(revision.top):
        return
    asked = {name for path in paths if (name := files.name_of(path)) is not None}
    wanted = [name for name in revision.entries if records and _is_asked(name, asked)]
    wanted += [name for name in revision.blobs if records and folder_of(name) == "_organisms" and discovery.is_record(name)]
    lacking = set(git_objects.missing(revision.top, [revision.commit, *_commits(settings_from)]))
    needed = [revision.blobs[name] for name in wanted if name in revision.blobs]
    needed += [*_settings(settings_from or revision), *revision.links.values()]
    of = f" of {revision.commit[:SHORT]}"
    _provide(revision.top, needed, lacking, fetching, of, announced=True)
    _provide(revision.top, _behind_links(revision, wanted), lacking, fetching, of, announced=True)


def for_settings(revision: Revision, fetching: Fetching) -> None:
    """Fetch the settings files of a revision. Raises RevisionError."""
    if git_objects.is_partial(revision.top):
        _provide(revision.top, _settings(revision), set(git_objects.missing(revision.top, [revision.commit])), fetching)


def _is_asked(name: str, asked: Collection[str]) -> bool:
    """Whether a file is named, or a record below a folder that is named."""
    return name in asked or (discovery.is_record(name) and any(is_within(name, each) for each in asked))


def _commits(revision: Revision | None) -> list[str]:
    return [] if revision is None else [revision.commit]


def _settings(revision: Revision | None) -> list[str]:
    """The objects of the settings files of a revision."""
    blobs = {} if revision is None else revision.blobs
    return [entry for name, entry in blobs.items() if name.rpartition("/")[2] in NAMES]


def _behind_links(revision: Revision, names: Iterable[str]) -> Iterator[str]:
    """The objects of the files to which links among some names lead."""
    for name in names if revision.links else ():
        if name not in revision.blobs:
            try:
                entry = revision.blobs.get(revision.resolved(name))
            except (LeadsOut, Circle):
                continue
            if entry is not None:
                yield entry


def _provide(
    top: str, objects: Iterable[str], lacking: set[str], fetching: Fetching, of: str = "", *, announced: bool = False
) -> None:
    """
    Fetch the objects that are lacking, and take them from these.

    ``of`` says in messages what they are of. With ``announced``, count and size are said before the request.
    """
    wanted = lacking.intersection(objects)
    if wanted:
        what = counted(len(wanted), "file")
        size = fetch(top, wanted, f"{what}{of}", fetching, before=announced)
        fetching.say(f"fetched {what} ({shown(size)}) in one request")
        lacking -= wanted
