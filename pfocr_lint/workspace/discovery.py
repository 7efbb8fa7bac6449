"""File discovery: which files are records, with the settings and the kind of each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from operator import attrgetter

from pfocr_lint.dataclass import made
from pfocr_lint.schema.kinds import Kind, kind_of, path_parts
from pfocr_lint.settings.model import Settings
from pfocr_lint.workspace.files import DISK, Files
from pfocr_lint.workspace.paths import FOLDERS
from pfocr_lint.workspace.source import Source, kind_by_path, posix

SKIPPED = frozenset({"node_modules", "__pycache__"})


def gather(paths: Sequence[str], settings_of: Callable[[str], Settings], files: Files = DISK) -> list[Source]:
    """
    The files to read, each once, sorted by path.

    Folders are searched for records; a named file is taken as it is. ``settings_of`` gives a path's settings, and may raise
    SettingsError.
    """
    found: dict[str, Source] = {}
    for path in paths:
        if files.is_folder(path) and not files.leads_out(path):
            for folder, names in _walk(path, files):
                # what is the same for all files of a folder is computed once: for each file it took a third of the time of
                # checking it
                whole, shown = os.path.abspath(folder), posix(folder)  # noqa: PTH100 - no link is followed
                below = "" if shown == "." else shown if shown.endswith("/") else f"{shown}/"
                paths_here = [below + name for name in names] or [shown]
                settings, kind = settings_of(paths_here[0]), kind_by_path(paths_here[0])
                for name, source in zip(names or [""], made(Source, paths_here, repeat(settings), repeat(kind)), strict=True):
                    if not (settings.exclude and settings.excludes(source.path)):
                        found.setdefault(f"{whole}/{name}", source)
        else:
            whole = os.path.abspath(path)  # noqa: PTH100
            found.setdefault(f"{os.path.dirname(whole)}/{os.path.basename(whole)}", _source(posix(path), settings_of(path)))  # noqa: PTH119, PTH120
    return sorted(found.values(), key=attrgetter("path"))


def holds_none(path: str, files: Files = DISK) -> bool:
    """Whether a path is a folder without a record."""
    return files.is_folder(path) and not files.leads_out(path) and next(_walk(path, files), None) is None


def has_tables(sources: Iterable[Source]) -> bool:
    """Whether mention tables are among them."""
    return any(source.kind is Kind.TABLE for source in sources)


def _source(path: str, settings: Settings) -> Source:
    return Source(path, settings, kind_by_path(path))


def _walk(folder: str, files: Files) -> Iterator[tuple[str, list[str]]]:
    """The records below a folder, by folder: the files of the record folders with the right extension."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        suffix = FOLDERS.get(path_parts(os.path.join(os.getcwd(), here, "-"))[0])  # noqa: PTH109, PTH118 - no ".." is resolved
        try:
            folders, others = files.listing(here)
        except OSError:
            yield here, []  # PF001 says why it cannot be listed
            continue
        below = [name for name in folders if not passes_by(name)]
        # of a folder with the name of a record, PF001 says that it is one
        names = [] if suffix is None else [name for name in (*below, *others) if _belongs(name, suffix)]
        if names:
            yield here, names
        waiting += [os.path.join(here, name) for name in below]  # noqa: PTH118


def passes_by(folder: str) -> bool:
    """Whether file discovery skips a folder of this name."""
    return folder.startswith(".") or folder in SKIPPED


def is_record(path: str) -> bool:
    """Whether a file is a record by its path alone."""
    folder, _, name = path.rpartition("/")
    suffix = FOLDERS.get(folder.rpartition("/")[2])
    return suffix is not None and _belongs(name, suffix)


def _belongs(name: str, suffix: str) -> bool:
    """Whether a file of a record folder is a record; the site keeps other tables beside those of the figures."""
    return name.endswith(suffix) and name[0] != "." and (suffix != ".tsv" or kind_of(name, "") is Kind.TABLE)
