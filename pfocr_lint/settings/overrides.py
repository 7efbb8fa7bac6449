"""What the command line adds to the settings of every file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from pfocr_lint.dataclass import replace
from pfocr_lint.diagnostic import Severity
from pfocr_lint.rules.catalogue import BY_CODE, RULES
from pfocr_lint.settings.model import OWN, Selection, Settings, SettingsError, on_day, reach

COMMAND_LINE = "command line"


class Overrides(NamedTuple):
    """The command line's settings for every file; ``fail_on`` None keeps each file's own. ``today`` is the day of the run."""

    selection: Selection
    fail_on: str | None
    waivers: bool
    today: str | None = None


@cache
def with_overrides(settings: Settings, wanted: Overrides) -> Settings:
    """
    The settings with the overrides: one object for all files that share settings, so that a worker gets it once.

    Raises SettingsError when no rule is left.
    """
    settings = with_selection(settings, wanted.selection)
    if wanted.fail_on is not None:
        settings = replace(settings, fail_on=wanted.fail_on, sources={**settings.sources, "fail-on": COMMAND_LINE})
    if not wanted.waivers:
        settings = replace(settings, waivers=False)
    settings = on_day(settings, wanted.today)
    if not settings.enabled:
        raise empty(settings)
    return settings


def with_selection(settings: Settings, flags: Selection) -> Settings:
    """The settings with a selection of the command line on top. A rule that it names is on even when its severity is off."""
    if flags == Selection():
        return settings
    names = ("select", "ignore", "extend_select")
    given = {name.replace("_", "-"): COMMAND_LINE for name in names if getattr(flags, name)}
    named = (*(flags.select or ()), *flags.extend_select)
    levels = [
        each for each in settings.severity if each[1] is not Severity.OFF or not {each[0], BY_CODE[each[0]].name} & {*named}
    ]
    return replace(
        settings, selections=(*settings.selections, flags), severity=tuple(levels), sources={**settings.sources, **given}
    )


LISTED = 10  # names, in one line


def empty(settings: Settings) -> SettingsError:
    """The error for settings that leave no rule: which of them do, and their files."""
    said, named = [], list[str]()
    for each in settings.selections:
        named += [*(each.select or ()), *each.extend_select]
        if each.select is not None:
            said.append(f"select {_listed(each.select)} ({each.origin})")
        said += [f"ignore {_listed(each.ignore)} ({each.origin})"] if each.ignore else []
        said += [f"extend-select {_listed(each.extend_select)} ({each.origin})"] if each.extend_select else []
    off = [code for code, level in settings.severity if level is Severity.OFF]
    if off:
        said.append(f"severity off for {_listed(off)} ({settings.sources.get('severity', '')})")
    reached = {rule.code: max((reach(rule.code, name) for name in named), default=0) for rule in RULES if not rule.default}
    own = [code for code, closely in reached.items() if 0 < closely < OWN]
    hint = f"; a rule that is off by default needs its full code: {_listed(own)}" if own else ""
    return SettingsError(f"no rule is left to run: {', '.join(said)}{hint}")


def _listed(names: Sequence[str]) -> str:
    return ", ".join([*names[:LISTED], *(["…"] if len(names) > LISTED else [])]) or "nothing"
