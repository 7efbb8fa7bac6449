"""
Findings of one rule in one record, shown as one: the first with its place, the others in a few words, and what a fix would do.

For people: the formats for programs have each finding. Nothing is counted here; a count is always that of the findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from pfocr_lint.dataclass import dataclass
from pfocr_lint.diagnostic import Body, Diagnostic, Safety
from pfocr_lint.lazy_import import expression
from pfocr_lint.pointer import name_of, parent_of, split
from pfocr_lint.quoting import shorten
from pfocr_lint.report.plain import counted

MOST = 6  # names, and ranges of lines, in one enumeration
KINDS = 3  # other messages of the rule that are shown
SHORT = 60  # characters of a value that distinguishes a finding from the first

_QUOTED_VALUE = expression(r"(?<!\w)'(?:[^']|'(?=[-\w']))*'?")  # an apostrophe in a word ends no value: '5'-AMP'
_SHOWN_NUMBER = expression(r"[0-9]+")


@dataclass(frozen=True)
class Fold:
    """The findings of one rule in one record, in the order of their places; most often one."""

    members: tuple[Diagnostic, ...]

    @property
    def first(self) -> Diagnostic:
        """The finding that is shown with its place."""
        return self.members[0]

    @property
    def ease(self) -> int:
        """How much is left to a person, by the worst member: 0 there is no fix, 1 an unsafe one, 2 all are safe."""
        ease = {None: 0, Safety.UNSAFE: 1, Safety.SAFE: 2}
        return min(ease[each.body.fix.safety if each.body.fix is not None else None] for each in self.members)

    def also(self) -> list[str]:
        """Return what a reader needs of the other findings, in lines: ``also in journal_title, doi (lines 19–20)``."""
        if len(self.members) == 1:
            return []
        kinds: dict[str, list[Diagnostic]] = {}
        for each in self.members:
            kinds.setdefault(_sort(each.body), []).append(each)
        (_, *alike), *others = kinds.values()
        lines = [_alike(self.first, alike)] if alike else []
        lines += [_unlike(group) for group in others[:KINDS]]
        rest = sum(map(len, others[KINDS:]))
        return [*lines, f"also {counted(rest, 'other finding')} of this rule"] if rest else lines

    def offers(self) -> list[str]:
        """Return what ``--fix`` would do for the findings, in lines: ``fix for 2 of 3 (lines 4, 7): remove the space``."""
        if len(self.members) == 1:
            return [_offer(self.members, 1)] if self.first.body.fix is not None else []
        groups: dict[tuple[str, str], list[Diagnostic]] = {}
        for each in self.members:
            groups.setdefault(_sort_of_fix(each.body), []).append(each)
        order = {Safety.SAFE.value: 0, Safety.UNSAFE.value: 1, "": 2}
        found = [_offer(group, len(self.members)) for _, group in sorted(groups.items(), key=lambda item: order[item[0][0]])]
        return found if set(groups) != {("", "")} else []


def folded(diagnostics: Iterable[Diagnostic], *, fold: bool = True) -> Iterator[Fold]:
    """Yield sorted diagnostics as folds, in the order of their first members; without ``fold`` each is alone."""
    for _, own in groupby(diagnostics, attrgetter("path")):
        groups: dict[str | int, list[Diagnostic]] = {}
        for number, each in enumerate(own):
            groups.setdefault(each.body.code if fold else number, []).append(each)
        for members in groups.values():
            yield Fold(tuple(members))


def _field(body: Body) -> str:
    return name_of(body.key) if body.key else ""


def _sort(body: Body) -> str:
    """The message without what distinguishes findings of the same sort."""
    found: str | None = body.shown.get("sort")
    if found is None:
        found = body.shown["sort"] = _masked(body.message, _field(body))
    return found


def _sort_of_fix(body: Body) -> tuple[str, str]:
    """The safety of the fix, and its message without what distinguishes fixes that do the same; ('', '') without a fix."""
    found: tuple[str, str] | None = body.shown.get("sort of fix")
    if found is None:
        fix = body.fix
        found = body.shown["sort of fix"] = ("", "") if fix is None else (fix.safety.value, _masked(fix.message, _field(body)))
    return found


def _masked(text: str, field: str) -> str:
    """A message without its values, the name of its field and its numbers: equal for findings of the same sort."""
    text = _QUOTED_VALUE.sub("''", text)
    return _SHOWN_NUMBER.sub("#", text.replace(field, "<>") if field else text)


def _name(each: Diagnostic) -> str:
    """The name of the field, if the message has it outside quotes; else ''."""
    body = each.body
    found: str | None = body.shown.get("name")
    if found is None:
        name = _field(body)
        found = body.shown["name"] = name if name in _QUOTED_VALUE.sub("''", body.message) else ""
    return found


def _alike(first: Diagnostic, others: Sequence[Diagnostic]) -> str:
    """Return one line for findings of the same sort as the first."""
    names = _names(first, others)
    if not names:
        return f"also at {_lines(others)}"
    where = _where(others)
    return f"also {'in ' if where and _name(first) else ''}{_cut(names)}{where}"


def _names(first: Diagnostic, others: Sequence[Diagnostic]) -> list[str]:
    """What distinguishes the findings: their fields, those in one list together, and their values where these differ."""
    fields: dict[str, list[str]] = {}
    same = shorten(next(iter(_QUOTED_VALUE.findall(first.message)), ""), SHORT)
    for each in others:
        name, value = _name(each), _value(first, each)
        if not name:
            fields.setdefault(value or same, [])
        elif each.key is not None and split(each.key)[-1].isdecimal():
            number = str(int(split(each.key)[-1]) + 1)
            fields.setdefault(name_of(parent_of(each.key)), []).append(f"{number} {value}".rstrip())
        else:
            fields.setdefault(f"{name} {value}".rstrip(), [])
    return [f"{_items(items)} of {name}" if items else name for name, items in fields.items()] if {*fields} != {same} else []


def _items(numbers: list[str]) -> str:
    return f"item{'s' * (len(numbers) > 1)} {_cut(numbers)}"


def _value(first: Diagnostic, each: Diagnostic) -> str:
    """The value in the message of a finding that the first has not; behind a name in brackets, and only if it is short."""
    known = _QUOTED_VALUE.findall(first.message)
    value = next((value for value in _QUOTED_VALUE.findall(each.message) if value not in known), "")
    if not _name(each):
        return shorten(value, SHORT)
    return f"({value})" if 0 < len(value) <= SHORT else ""


def _unlike(group: Sequence[Diagnostic]) -> str:
    """Return one line for findings of another sort: the message of the first of them."""
    first, *others = group
    line = f"also: {first.message}{_where([first])}"
    return f"{line}; {_alike(first, others)}" if others else line


def _offer(group: Sequence[Diagnostic], of: int) -> str:
    """Return one line for the findings whose fix does the same."""
    fix, number = group[0].body.fix, len(group)
    many = f" for {number:,} of {of:,}{_where(group)}"
    if number == of:
        many = {1: "", 2: " for both"}.get(of, f" for all {of:,}")
    if fix is None:
        return f"no fix{many}"
    kind = "fix" if fix.safety is Safety.SAFE else "unsafe fix"
    such = len({each.body.fix.message for each in group if each.body.fix is not None}) > 1
    return f"{kind}{many}{', such as' if such else ''}: {fix.message}"


def _where(found: Sequence[Diagnostic]) -> str:
    """Return the lines in brackets; '' for findings about the whole file."""
    return f" ({_lines(found)})" if any(each.offset + each.body.span.end for each in found) else ""


def _lines(found: Iterable[Diagnostic]) -> str:
    """Return the lines on which findings begin: ``lines 4, 7–9``."""
    ranges: list[list[int]] = []
    for line in sorted({each.line for each in found}):
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    shown = [str(start) if start == end else f"{start}–{end}" for start, end in ranges]
    one = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
    return f"line{'' if one else 's'} {', '.join(shown[:MOST])}{' …' if len(shown) > MOST else ''}"


def _cut(names: Sequence[str]) -> str:
    """Return an enumeration, cut with a count: ``a, b, c and 8 more``."""
    if len(names) <= MOST + 1:
        return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return f"{', '.join(names[:MOST])} and {len(names) - MOST:,} more"
