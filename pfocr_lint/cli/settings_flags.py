"""The command-line flags for settings, and the output of ``--show-settings``."""

from __future__ import annotations

import argparse
import os
import time
from typing import Any

from pfocr_lint.dates import is_date
from pfocr_lint.errors import UsageError
from pfocr_lint.lazy_import import pathlib
from pfocr_lint.quoting import quote
from pfocr_lint.report import visible
from pfocr_lint.settings.model import DEFAULT, Selection, Settings, codes
from pfocr_lint.settings.overrides import COMMAND_LINE, Overrides, with_overrides
from pfocr_lint.workspace.settings_choice import Choice
from pfocr_lint.workspace.settings_files import discover, load


def choice_of(flags: argparse.Namespace) -> Choice:
    """Return the choice of settings that the flags make. Raises UsageError and SettingsError."""
    for_all = for_all_files(flags)
    overrides = Overrides(selection_of(flags), flags.fail_on, not flags.no_waivers, day_of(flags.today))
    return Choice(for_all, flags.settings_from, overrides)


def for_all_files(flags: argparse.Namespace) -> Settings | None:
    """Return the settings of ``--config`` or ``--isolated``; None for each file's own. Raises SettingsError and UsageError."""
    if flags.isolated and flags.config is not None:
        raise UsageError("--config and --isolated cannot be combined")
    return DEFAULT if flags.isolated else load(pathlib.Path(flags.config)) if flags.config is not None else None


def day_of(given: str | None) -> str:
    """Return the day of the run, ``YYYY-MM-DD``: the one of ``--today``, else the machine's. Raises UsageError."""
    if given is None:
        return time.strftime("%Y-%m-%d")
    if not is_date(given):
        raise UsageError(f"--today: {quote(given)} is no date; write it as in 2027-06-30")
    return given


def selection_of(flags: argparse.Namespace) -> Selection:
    """Return the rules that the flags select. Raises UsageError and SettingsError."""

    def of(name: str) -> tuple[str, ...] | None:
        given = getattr(flags, name)
        if given is None:
            return None
        flag = f"--{name.replace('_', '-')}"
        names = [part.strip() for item in given for part in item.split(",") if part.strip()]
        if not names:
            raise UsageError(f"{flag}: '{','.join(given)}' contains no rule")
        return codes(names, flag)

    return Selection(of("select"), of("ignore") or (), of("extend_select") or (), origin=COMMAND_LINE)


def shown(paths: list[str], choice: Choice) -> str:
    """Return the settings of the first path, each with its origin, for ``--show-settings``."""
    from pfocr_lint.report.machine import dumps
    from pfocr_lint.workspace import unused_settings
    from pfocr_lint.workspace.files import DISK

    path, files = paths[0], choice.files
    folder = path if pathlib.Path(path).is_dir() else str(pathlib.Path(path).parent)
    own = choice.for_all is None and choice.revision is None and files is None
    found = discover(os.path.realpath(folder)) if own else choice.base([path])(path)
    settings = with_overrides(found, choice.overrides)
    globs = unused_settings.unmatched(paths, choice.settings_of(paths), DISK if files is None else files).get(settings, ())
    lines = []
    for name, (value, source) in _described(settings).items():
        unmatched = ", ".join(f"'{glob}'" for key, glob in globs if key == name)
        remark = f"{source}; matches no record: {unmatched}" if unmatched else source
        lines.append(f"{name} = {dumps(value)}  # {visible(remark)}\n")
    return "".join(lines)


def _described(settings: Settings) -> dict[str, tuple[Any, str]]:
    """Return each setting with its value and its origin."""
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
