"""Settings as values: which rules run on which file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache

from pfocr_lint.dataclass import dataclass, field, replace
from pfocr_lint.dates import is_date
from pfocr_lint.diagnostic import Severity
from pfocr_lint.lazy_import import pathlib
from pfocr_lint.paths import whole
from pfocr_lint.quoting import quote
from pfocr_lint.record.synonyms import SYNONYMS, Synonyms
from pfocr_lint.rules.catalogue import BY_CODE, BY_NAME, COMPARING, ON_PAGES, RULES
from pfocr_lint.rules.declaration import nearest
from pfocr_lint.settings.globs import matches


class SettingsError(Exception):
    """A wrong setting or flag; the message is one line that names it and what is wanted."""


@dataclass(frozen=True)
class Selection:
    """
    The rules that one source (a file or the flags) selects: codes, prefixes or names. None: it selects none itself.

    ``origin`` is the file, or the command line.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    origin: str = field(default_factory=str, compare=False)

    @property
    def compares(self) -> bool:
        """Whether rules that compare records were selected by name; those that need only the organism pages do not count."""
        compared = [rule.code for rule in COMPARING if rule.only_compares and rule not in ON_PAGES]
        names = (*(self.select or ()), *self.extend_select)
        return any(reach(code, name) >= len("PF4") for code in compared for name in names)


@dataclass(frozen=True)
class Settings:
    """
    The settings in force for a set of records.

    ``root`` is the folder that globs are relative to; ``sources`` maps the name of a setting to its file or flag; ``waivers``
    says whether the waivers in records count, ``today`` is the day of the run (``YYYY-MM-DD``), with which their ``until`` is
    compared; None: no waiver ends.
    """

    selections: tuple[Selection, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()
    exclude: tuple[str, ...] = ()
    organisms: str | bool | None = None
    organism_synonyms: tuple[tuple[str, str], ...] = ()
    required_version: str | None = None
    fail_on: str = "warning"
    waivers: bool = True
    today: str | None = None
    root: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)

    @cached_property
    def synonyms(self) -> Synonyms:
        """Organism name -> latin name."""
        return Synonyms({**SYNONYMS, **dict(self.organism_synonyms)})

    @cached_property
    def enabled(self) -> dict[str, Severity]:
        """Code -> severity of the rules that are on, before ``per-file-ignores``."""
        on = {rule.code: rule.severity for rule in RULES if rule.default}
        for selection in self.selections:
            if selection.select is not None:
                on = {}
            for rule in RULES:
                wanted = max(
                    (reach(rule.code, name) for name in (*(selection.select or ()), *selection.extend_select)), default=0
                )
                refused = max((reach(rule.code, name) for name in selection.ignore), default=0)
                if wanted > refused and (rule.default or wanted == OWN):
                    on[rule.code] = rule.severity
                elif refused and refused >= wanted:
                    on.pop(rule.code, None)
        levels = dict(self.severity)
        return {
            code: levels.get(code, severity)
            for code, severity in sorted(on.items())
            if levels.get(code, severity) is not Severity.OFF
        }

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The rules of :attr:`enabled`."""
        return tuple(self.enabled)

    def rules_for(self, path: str) -> dict[str, Severity]:
        """Code -> severity of the rules that run on one file."""
        here = self.below(path) if self.per_file_ignores else ""
        ignored = {name for glob, names in self.per_file_ignores if matches(here, glob) for name in names}
        if not ignored:
            return self.enabled
        return {code: level for code, level in self.enabled.items() if not any(reach(code, name) for name in ignored)}

    def excludes(self, path: str) -> bool:
        """Whether a file found in a folder is left out."""
        here = self.below(path) if self.exclude else ""
        return any(matches(here, glob) for glob in self.exclude)

    def below(self, path: str) -> str:
        """A path as globs see it: relative to the settings' folder if it is inside, by its own name or its real one."""
        if self.root is not None:
            for way in (os.path.abspath, whole):
                with contextlib.suppress(ValueError):
                    return pathlib.Path(way(path)).relative_to(self.root).as_posix()
        return pathlib.PurePath(path).as_posix()


DEFAULT = Settings()


@lru_cache(64)  # one object for all records: it keeps which rules are on
def on_day(settings: Settings, today: str | None) -> Settings:
    """The settings for a day, ``YYYY-MM-DD``; None keeps their own. Raises ValueError for another form."""
    if today is None:
        return settings
    if not is_date(today):
        raise ValueError(f"{quote(today)} is no date; write it as in 2027-06-30")
    return replace(settings, today=today)


OWN = 1000


def reach(code: str, name: str) -> int:
    """How exactly a code, prefix or name means a rule: 0 not at all, larger numbers more exactly."""
    if name == code or BY_NAME.get(name) is BY_CODE[code]:
        return OWN
    return len(name) if code.startswith(name) else 0


def codes(names: Iterable[str], where: str) -> tuple[str, ...]:
    """Check codes, prefixes and names. Raises SettingsError for one that means no rule, with a similar one."""
    found = []
    for name in names:
        if name not in BY_NAME and not any(code.startswith(name) for code in BY_CODE):
            near = nearest(name)
            hint = f"; did you mean {quote(near)}?" if near else ""
            raise SettingsError(f"{where}: there is no rule {quote(name)}{hint}")
        if not name:
            raise SettingsError(f"{where}: a rule's code is empty")
        found.append(name)
    return tuple(dict.fromkeys(found))


FAIL_ON = ("error", "warning")
