"""
How the records of a repository changed: their findings in the first-parent commits since a revision.

Each commit counts with its own settings, and the rules of today. Only findings in single records are counted: so a record that a
commit did not touch counts as before, and is not read again. What was counted for a commit is kept in the user's cache folder.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pfocr_lint.campaign.base_records import BaseRecords, base_records
from pfocr_lint.campaign.plan_file import Flags
from pfocr_lint.diagnostic import Severity
from pfocr_lint.errors import UsageError
from pfocr_lint.lazy_import import hashlib, pathlib
from pfocr_lint.result import Result
from pfocr_lint.workspace import cache, discovery
from pfocr_lint.workspace.git_objects import REGULAR, is_ancestor, listed, output
from pfocr_lint.workspace.git_revision import Revision, commit
from pfocr_lint.workspace.one_file import Task
from pfocr_lint.workspace.settings_files import NAMES
from pfocr_lint.workspace.stored_records import stored_results

MOST = 400  # commits; of more, as many at equal distances
ALWAYS = "0001-01-01"  # the day with which waivers are compared: no waiver has ended, so a count never changes


class Counts(NamedTuple):
    """What was found in some records: these records, those without a finding, errors, and warnings."""

    records: int = 0
    clean: int = 0
    errors: int = 0
    warnings: int = 0

    def plus(self, others: Iterable[Counts], sign: int = 1) -> Counts:
        """The sum with others, or the difference."""
        return Counts(*(own + sign * sum(parts) for own, *parts in zip(self, *others, strict=True)))


class Point(NamedTuple):
    """
    A commit of the trend.

    ``date`` is the day of the commit, ``YYYY-MM-DD``. ``mark`` says what changed since the commit before: ``settings``,
    ``version`` (the settings want another version of the linter), or nothing.
    """

    commit: str
    date: str
    records: int
    clean: int
    errors: int
    warnings: int
    mark: str = ""


def trend(
    since: str, folder: str, flags: Flags, jobs: int | None, cache_dir: str | None, *, no_cache: bool = False
) -> list[Point]:
    """
    The points from a revision on until HEAD, the oldest first, for the rules and paths of ``flags``.

    Raises UsageError and SettingsError.
    """
    first, head = commit(folder, since, "--history"), commit(folder, "HEAD", "--history")
    if not is_ancestor(head.top, first.commit, head.commit):
        raise UsageError(f"--history: {since} does not come before HEAD")
    commits = _commits(head.top, first.commit, head.commit)
    kept = None if no_cache else _Kept(cache_dir, f"{head.top} {flags}")
    known = {} if kept is None else kept.load()
    found = _Walk(head.top, flags, jobs).points(commits, known)
    if kept is not None and not all(point.commit in known for point in found):
        kept.save(found)
    return found


def _commits(top: str, first: str, last: str) -> list[tuple[str, str]]:
    """The first-parent commits between two, both included, and their days, the oldest first."""
    lines = output(top, "log", "--first-parent", "--format=%H %cs", f"{first}..{last}").decode().splitlines()
    day = output(top, "show", "-s", "--format=%cs", first).decode().strip()
    whole = [(first, day), *((commit, day) for commit, _, day in (line.partition(" ") for line in reversed(lines)))]
    if len(whole) <= MOST:
        return whole
    return [whole[round(number * (len(whole) - 1) / (MOST - 1))] for number in range(MOST)]


class _Walk:
    """Counts commit by commit: a whole commit at first and where settings changed, else what differs from the one before."""

    def __init__(self, top: str, flags: Flags, jobs: int | None) -> None:
        self._top, self._flags, self._jobs = top, flags, jobs
        self._known: dict[tuple[str, str], Counts] = {}  # by path and blob, with the settings of now
        self._base: BaseRecords | None = None  # the latest commit whose settings are those of now

    def points(self, commits: Sequence[tuple[str, str]], known: dict[str, Point]) -> list[Point]:
        found: list[Point] = []
        for number, (name, day) in enumerate(commits):
            before = commits[number - 1][0] if number else None
            if name in known and known[name].date == day and (before is None or before in known):
                found.append(known[name])
                self._base = None
                continue
            found.append(self._point(name, day, before, found[-1] if found else None))
        return found

    def _point(self, name: str, day: str, before: str | None, last: Point | None) -> Point:
        changed = None if before is None else _changed(self._top, before, name)
        touched = changed is None or any(path.rpartition("/")[2] in NAMES for path, *_ in changed)
        if not touched and self._base is None and before is not None:
            self._base = self._records(before)
        if touched or self._base is None or last is None or changed is None:
            base = self._records(name)
            mark = self._mark(before, base)
            if mark or last is None or changed is None:
                self._known.clear()
                self._base = base
                return Point(name, day, *Counts().plus(self._counted(self._whole(base))), mark)
            self._base = base
        mine = [each for each in changed if self._is_record(each[0])]
        olds = [(path, old) for path, old, _ in mine if old is not None]
        news = [(path, new) for path, _, new in mine if new is not None]
        now = Counts(*last[2:6]).plus(self._counted(olds), -1).plus(self._counted(news))
        return Point(name, day, *now)

    def _records(self, name: str) -> BaseRecords:
        return base_records(Revision(self._top, name), self._flags)

    def _mark(self, before: str | None, base: BaseRecords) -> str:
        """What changed in the settings of the records since another commit."""
        if before is None:
            return ""
        old = self._records(before)
        folders = [path for path, _ in self._whole(base)]
        if old.digest(folders) != base.digest(folders):
            return "settings"
        versions = ([each.settings_of(path).required_version for path in folders[:1]] for each in (old, base))
        return "" if next(versions) == next(versions) else "version"

    def _whole(self, base: BaseRecords) -> list[tuple[str, str]]:
        try:
            paths = base.below(self._flags.paths)
        except UsageError:
            return []  # the folder came later
        return [(path, base.base.blobs[path]) for path in paths]

    def _is_record(self, path: str) -> bool:
        """Whether a path, of a regular file, is a record of the run; settings as of the commit."""
        folder = path.rpartition("/")[0]
        if not discovery.is_record(path) or any(map(discovery.passes_by, folder.split("/"))):
            return False
        if not any(given == "." or path == given or path.startswith(f"{given}/") for given in self._flags.paths):
            return False
        assert self._base is not None
        settings = self._base.settings_of(path)
        return not (settings.exclude and settings.excludes(os.path.join(self._top, path)))  # noqa: PTH118

    def _counted(self, stored: Sequence[tuple[str, str]]) -> list[Counts]:
        """The counts of some records, each checked once."""
        assert self._base is not None or not stored
        new = sorted({each for each in stored if each not in self._known})
        if new and self._base is not None:
            task = Task("check", keywords=False)
            counts = stored_results(self._top, new, self._base.settings_of, task, self._jobs, _counts)
            self._known.update(zip(new, counts, strict=True))
        return [self._known[each] for each in stored]


def _counts(path: str, result: Result) -> Counts:  # noqa: ARG001 - of one record, whatever its path
    severities = Counter(each.severity for each in result.left)
    errors, warnings = severities[Severity.ERROR], severities[Severity.WARNING]
    return Counts(1, int(not errors + warnings), errors, warnings)


def _changed(top: str, old: str, new: str) -> list[tuple[str, str | None, str | None]]:
    """The files that differ between two commits: path, blob before, blob after; None where it is no regular file."""
    rows = listed(top, "diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new)
    found = []
    for about, name in zip(rows[::2], rows[1::2], strict=True):
        modes = about.decode().lstrip(":").split(" ")
        before, after = (modes[at + 2] if modes[at] in REGULAR else None for at in (0, 1))
        found.append((os.fsdecode(name), before, after))
    return found


class _Kept:
    """The points of earlier runs, in the user's cache folder: valid for one program, repository and choice of records."""

    def __init__(self, folder: str | None, about: str) -> None:
        name = hashlib.sha256(f"{cache.program()} history {about}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
        self._file = pathlib.Path(folder or cache.default_folder(), f"history-{name}.json")

    def load(self) -> dict[str, Point]:
        with contextlib.suppress(OSError, ValueError, TypeError, RecursionError):
            rows = json.loads(self._file.read_text(encoding="utf-8"))
            return {row[0]: Point(*row) for row in rows if list(map(type, row)) == [str, str, int, int, int, int, str]}
        return {}

    def save(self, points: Sequence[Point]) -> None:
        beside = self._file.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(points), encoding="utf-8")
            beside.replace(self._file)
