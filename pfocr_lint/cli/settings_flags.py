"""Which settings hold for a path: those of its file, of the one that is named or of a revision, with the flags on top."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from typing import Any

from pfocr_lint.errors import UsageError
from pfocr_lint.lazy_import import pathlib
from pfocr_lint.report import visible
from pfocr_lint.settings.model import DEFAULT, Selection, Settings, codes
from pfocr_lint.settings.overrides import COMMAND_LINE, Over, over
from pfocr_lint.workspace import discovery
from pfocr_lint.workspace.settings_files import discover, load


def chosen_by(flags: argparse.Namespace) -> Settings | None:
    """The settings that the flags choose for all files; None when each folder's own hold."""
    if flags.isolated:
        return DEFAULT
    return load(pathlib.Path(flags.config)) if flags.config is not None else None


def settings_of(flags: argparse.Namespace, paths: Sequence[str], chosen: Settings | None) -> Callable[[str], Settings]:
    """How the settings of a path are found, the command line's on top."""
    wanted, settled = over_by(flags), _settled(flags, paths)
    return lambda path: over(discovery.settings_for(path, chosen) if settled is None else settled(path), wanted)


def over_by(flags: argparse.Namespace) -> Over:
    """What the flags put over the settings of every file. Raises UsageError and SettingsError."""
    return Over(_selection(flags), flags.fail_on, not flags.no_waivers)


def _selection(flags: argparse.Namespace) -> Selection:
    def of(name: str) -> tuple[str, ...] | None:
        given = getattr(flags, name)
        if given is None:
            return None
        flag = f"--{name.replace('_', '-')}"
        names = [part.strip() for item in given for part in item.split(",") if part.strip()]
        if not names:
            raise UsageError(f"{flag}: '{','.join(given)}' names no rule")
        return codes(names, flag)

    return Selection(of("select"), of("ignore") or (), of("extend_select") or (), origin=COMMAND_LINE)


def _settled(flags: argparse.Namespace, paths: Sequence[str]) -> Callable[[str], Settings] | None:
    """Which settings a path has in the revision that ``--settings-from`` names."""
    if flags.settings_from is None:
        return None
    from pfocr_lint.workspace.git_revision import commit

    return commit(folder_of(paths), flags.settings_from, "--settings-from").settings_for


def folder_of(paths: Sequence[str]) -> str:
    """The folder whose Git repository is meant."""
    return paths[0] if os.path.isdir(paths[0]) else os.path.dirname(paths[0]) or "."  # noqa: PTH112, PTH120


def shown(flags: argparse.Namespace, chosen: Settings | None) -> str:
    """The settings of the first path, each with where it comes from, for ``--show-settings``."""
    from pfocr_lint.report.machine import dumps
    from pfocr_lint.workspace import unused_settings

    paths = flags.paths or ["."]
    path = paths[0]
    folder = path if pathlib.Path(path).is_dir() else str(pathlib.Path(path).parent)
    settled = _settled(flags, [path])
    found = settled(path) if settled is not None else chosen if chosen is not None else discover(os.path.realpath(folder))
    settings = over(found, over_by(flags))
    globs = unused_settings.unmatched(paths, settings_of(flags, paths, chosen)).get(settings, ())
    lines = []
    for name, (value, source) in _described(settings).items():
        none = ", ".join(f"'{glob}'" for key, glob in globs if key == name)
        remark = f"{source}; matches no record: {none}" if none else source
        lines.append(f"{name} = {dumps(value)}  # {visible(remark)}\n")
    return "".join(lines)


def _described(settings: Settings) -> dict[str, tuple[Any, str]]:
    """Each setting: its value and where it comes from."""
    known: dict[str, Any] = {
        "rules": list(settings.enabled),
        "per-file-ignores": {glob: list(names) for glob, names in settings.per_file_ignores},
        "severity": {code: level.value for code, level in settings.severity},
        "exclude": list(settings.exclude),
        "organisms": settings.organisms,
        "organism-synonyms": settings.synonyms,
        "required-version": settings.required_version,
        "fail-on": settings.fail_on,
    }
    chosen = [settings.sources[name] for name in ("select", "ignore", "extend-select") if name in settings.sources]
    sources = {**settings.sources, "rules": ", ".join(dict.fromkeys(chosen)) or "default"}
    return {name: (value, sources.get(name, "default")) for name, value in known.items()}
