"""Globs of the settings that match no record."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pfocr_lint.settings.globs import matches
from pfocr_lint.settings.model import DEFAULT, Settings
from pfocr_lint.workspace import discovery
from pfocr_lint.workspace.files import DISK, Files
from pfocr_lint.workspace.paths import lies_in

Globs = tuple[tuple[str, str], ...]  # the setting that each stands in, and the glob


def unmatched(paths: Iterable[str], settings_of: Callable[[str], Settings], files: Files = DISK) -> dict[Settings, Globs]:
    """
    The globs of ``exclude`` and ``per-file-ignores`` that match no record below the named folders, by their settings.

    Settings whose folder is neither among these nor below are left out: their globs may match records elsewhere.
    """
    folders = [path for path in paths if files.is_folder(path) and not files.leads_out(path)]
    names: dict[str, list[str]] = {}
    for source in discovery.gather(folders, lambda _: DEFAULT, files):
        folder, slash, name = source.path.rpartition("/")
        names.setdefault(folder + slash, []).append(name)
    seen: dict[Settings, list[str]] = {}
    for folder, here in names.items():
        settings = settings_of(folder + here[0])
        if settings.exclude or settings.per_file_ignores:
            below = settings.below(folder + here[0]).removesuffix(here[0])
            seen.setdefault(settings, []).extend(below + name for name in here)
    walked = [files.real(folder) for folder in folders]
    return {
        settings: found
        for settings, there in seen.items()
        if settings.root is not None
        and any(lies_in(os.path.realpath(settings.root), folder) for folder in walked)
        and (found := tuple(_idle(settings, there)))
    }


def _idle(settings: Settings, there: Sequence[str]) -> Iterator[tuple[str, str]]:
    excluding = {glob: {path for path in there if matches(path, glob)} for glob in settings.exclude}
    read = set(there).difference(*excluding.values())
    yield from (("exclude", glob) for glob, found in excluding.items() if not found)
    for glob, _ in settings.per_file_ignores:
        if not any(matches(path, glob) for path in read):
            yield "per-file-ignores", glob


def remarks(found: Mapping[Settings, Globs]) -> Iterator[str]:
    """A line for each glob that matches nothing."""
    for settings, globs in found.items():
        for key, glob in globs:
            yield f"{settings.sources[key]}: {key}: '{glob}' matches no record"
