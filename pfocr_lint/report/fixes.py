"""The values that the fixes of a run changed, as lines for a reviewer and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.diagnostic import common_start
from pfocr_lint.pointer import name_of, parent_of
from pfocr_lint.quoting import quote
from pfocr_lint.report.plain import counted

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic

RECORDS = 50  # records whose lines are shown; the others are counted
LINES = 6  # shown per rule and record
NAMES = 2  # shown in an enumeration before 'and 3 more'
SHORT = 40  # maximal characters of a value that is shown in full when several fields were set to it
AROUND = 20  # characters shown on each side of the changed part of a value


class Applied(NamedTuple):
    """
    One value that a fix changed.

    ``key`` is a JSON Pointer, or None when the fix changed the text itself. ``old`` is None for an added key, ``new`` is None for
    a removed item; for a renamed key they are the two names. ``line`` is the line of the finding before the fix, ``message``
    says what the fix does.
    """

    path: str
    code: str
    name: str
    line: int
    message: str
    key: str | None
    old: Any
    new: Any


@dataclass
class FixLog:
    """
    The fixes of a run: those of all records with ``whole``, else those of the first ``RECORDS`` records.

    ``paths`` counts the fixed records. ``others`` counts the records that are not kept, ``beyond`` their fixes by rule.
    """

    whole: bool = False
    kept: list[Applied] = field(default_factory=list)
    paths: int = 0
    others: int = 0
    beyond: Counter[str] = field(default_factory=Counter)

    def add(self, fixed: Sequence[Diagnostic]) -> None:
        """Add the fixes of one record."""
        self.paths += bool(fixed)
        if self.paths > RECORDS and not self.whole:
            self.others += bool(fixed)
            self.beyond.update(each.code for each in fixed)
            return
        for each in fixed:
            message = each.fix.message if each.fix is not None else ""
            for change in each.made:
                self.kept.append(
                    Applied(each.path, each.code, each.name, each.place.line, message, change.key, change.old, change.new)
                )

    @property
    def by_record(self) -> list[tuple[str, list[Applied]]]:
        """The kept changes, grouped by record."""
        return [(path, list(own)) for path, own in groupby(sorted(self.kept, key=attrgetter("path")), attrgetter("path"))]

    def rest(self, shown: int) -> str:
        """Return one line about the records after the first ``shown``; '' when all are shown."""
        others, beyond = self.others, Counter(self.beyond)
        for _, applied in self.by_record[shown:]:
            others += 1
            beyond.update(each.code for each in applied)
        rules = ", ".join(f"{code} ({count:,})" for code, count in beyond.most_common())
        return f"and {counted(others, 'more record')}: {rules}" if others else ""


def as_data(each: Applied) -> dict[str, Any]:
    """Return one change as an object of the JSON output."""
    return {**each._asdict(), "old": plain_value(each.old), "new": plain_value(each.new)}


def plain_value(value: Any) -> Any:
    """Return a value that JSON can represent; other YAML values become text."""
    if isinstance(value, dict):
        return {key: plain_value(each) for key, each in value.items()}
    if isinstance(value, list):
        return list(map(plain_value, value))
    finite = not isinstance(value, float) or value - value == 0
    return value if value is None or (isinstance(value, (str, bool, int, float)) and finite) else str(value)


def lines(applied: Iterable[Applied]) -> Iterator[str]:
    """Yield the changes of one record as lines: rule, field, old value, new value. Values are quoted, never raw."""
    for code, own in groupby(sorted(applied, key=attrgetter("code")), attrgetter("code")):
        found = list(dict.fromkeys(_of_rule(list(own))))
        for line in found[:LINES]:
            yield f"{code} {line}"
        if len(found) > LINES:
            yield f"{code} and {counted(len(found) - LINES, 'more change')}"


def _of_rule(applied: list[Applied]) -> Iterator[str]:
    """Yield the changes of one rule. Fields set to the same value share a line, as do items removed from one list."""
    same: dict[tuple[str, str], list[Applied]] = {}
    for each in applied:
        if each.key is None:
            yield each.message
        elif each.old is not None and each.new is None:
            same.setdefault(("removed", parent_of(each.key)), []).append(each)
        else:
            same.setdefault(("set", repr(each.new)), []).append(each)
    for (action, holder), group in same.items():
        if action == "removed":
            items = [quote(each.old, 40) for each in group]
            yield f"{name_of(holder)}: {_and_more(items)} removed"
        else:
            names, first = _and_more([name_of(each.key or "") for each in group]), group[0]
            alike = all(each.old == first.old for each in group) and len(str(first.new)) > SHORT
            yield _one(names, first) if len(group) == 1 or alike else f"{names} set to {quote(first.new)}"


def _and_more(names: list[str]) -> str:
    shown = names if len(names) <= NAMES + 1 else names[:NAMES]
    if len(shown) < len(names):
        return f"{', '.join(shown)} and {len(names) - len(shown)} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]


def _one(name: str, each: Applied) -> str:
    """Return one line for a change; ``name`` is the name of its field, or the names of several fields with the same change."""
    old, new = each.old, each.new
    if each.message.startswith("rename "):
        return f"key {quote(old)} renamed to {quote(new)}"
    if old is None:
        return f"{name} added: {quote(new)}"
    if isinstance(old, list) and isinstance(new, list):
        removed = [f"{quote(item, 40)} removed" for item in old if item not in new]
        added = [f"{quote(item, 40)} added" for item in new if item not in old]
        return f"{name}: {_and_more([*removed, *added]) if removed or added else 'items in another order'}"
    if isinstance(new, list):
        return f"{name}: {quote(old)} made a list"
    if isinstance(old, str) and isinstance(new, str):
        return f"{name}: {' -> '.join(_differing(old, new))}"
    if str(old) == new:
        return f"{name}: {quote(old)} put in quotes"
    return f"{name}: {quote(old)} -> {quote(new)}"


def _differing(old: str, new: str) -> tuple[str, str]:
    """Return two texts in quotes, each cut to the differing part and some characters around it."""
    start = common_start(old, new)
    end = common_start(old[start:][::-1], new[start:][::-1])
    lead, tail = _left_out_before(old[:start]), _left_out_before(old[len(old) - end :][::-1])

    def shown(text: str) -> str:
        middle = quote(text[lead : len(text) - tail], 80)
        return f"{'… ' if lead else ''}{middle}{' …' if tail else ''}"

    return shown(old), shown(new)


def _left_out_before(text: str) -> int:
    """Return the number of characters to leave out before a change; whole words where possible."""
    far = len(text) - AROUND
    return 0 if far <= AROUND // 4 else text.find(" ", far, -1) + 1 or far
