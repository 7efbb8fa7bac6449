"""Settings that have no effect: a selection that leaves no rule, a glob that matches no record."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pfocr_lint import walk
from pfocr_lint.diagnostic import Severity
from pfocr_lint.globs import matches
from pfocr_lint.loading import leads_out
from pfocr_lint.rules import RULES
from pfocr_lint.settings import DEFAULT, OWN, Settings, SettingsError, lies_in, reach

LISTED = 10  # names, in one line

Globs = tuple[tuple[str, str], ...]  # the setting that each stands in, and the glob


def empty(settings: Settings) -> SettingsError:
    """What to say of settings that leave no rule: which of them do, and where they stand."""
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


def unmatched(paths: Iterable[str], settings_of: Callable[[str], Settings]) -> dict[Settings, Globs]:
    """
    The globs of ``exclude`` and ``per-file-ignores`` that match no record below the folders that are named, by their settings.

    Settings whose own folder is not among these, or below, are left out: what their globs match may stand elsewhere.
    """
    folders = [path for path in paths if os.path.isdir(path) and not leads_out(path)]  # noqa: PTH112
    names: dict[str, list[str]] = {}
    for source in walk.gather(folders, lambda _: DEFAULT):
        folder, slash, name = source.path.rpartition("/")
        names.setdefault(folder + slash, []).append(name)
    seen: dict[Settings, list[str]] = {}
    for folder, here in names.items():
        settings = settings_of(folder + here[0])
        if settings.exclude or settings.per_file_ignores:
            below = settings.below(folder + here[0]).removesuffix(here[0])
            seen.setdefault(settings, []).extend(below + name for name in here)
    walked = [os.path.realpath(folder) for folder in folders]
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
