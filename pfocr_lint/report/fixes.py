"""What the fixes of a run changed, as lines that a reviewer reads and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.pointer import name_of, parent_of
from pfocr_lint.quoting import quote
from pfocr_lint.report.plain import counted

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic

RECORDS = 50  # of which the lines are shown; the others are counted
LINES = 6  # of one rule in one record
NAMES = 2  # in a row, before 'and 3 more'
SHORT = 40  # characters of a value that is shown whole where several fields got it
AROUND = 20  # characters of a value on each side of what changed


class Applied(NamedTuple):
    """
    One value that a fix changed: at a JSON Pointer, None where the text itself was changed.

    ``old`` is None for a key that was added, ``new`` for an item that was removed; of a key that was renamed they are its names.
    ``line`` is that of the finding before the fix, ``message`` what the fix does.
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
    What was fixed: all of it with ``whole``, else that of the first records.

    ``beyond`` counts, by rule, the fixes of the other records; ``others`` is their number.
    """

    whole: bool = False
    kept: list[Applied] = field(default_factory=list)
    paths: int = 0
    others: int = 0
    beyond: Counter[str] = field(default_factory=Counter)

    def add(self, fixed: Sequence[Diagnostic]) -> None:
        """Note the fixes of one record."""
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
        """What is kept, by record."""
        return [(path, list(own)) for path, own in groupby(sorted(self.kept, key=attrgetter("path")), attrgetter("path"))]

    def rest(self, shown: int) -> str:
        """The line that counts what is not shown; '' where all is shown."""
        others, beyond = self.others, Counter(self.beyond)
        for _, applied in self.by_record[shown:]:
            others += 1
            beyond.update(each.code for each in applied)
        rules = ", ".join(f"{code} ({count:,})" for code, count in beyond.most_common())
        return f"and {counted(others, 'more record')}: {rules}" if others else ""


def as_data(each: Applied) -> dict[str, Any]:
    """One change as the JSON output has it."""
    return {**each._asdict(), "old": _plain(each.old), "new": _plain(each.new)}


def _plain(value: Any) -> Any:
    """A value that JSON can hold: what only YAML has becomes its text."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return list(map(_plain, value))
    finite = not isinstance(value, float) or value - value == 0
    return value if value is None or (isinstance(value, (str, bool, int, float)) and finite) else str(value)


def lines(applied: Iterable[Applied]) -> Iterator[str]:
    """The changes of one record in lines: rule, field, what it was and what it is. Values are quoted, never raw."""
    for code, own in groupby(sorted(applied, key=attrgetter("code")), attrgetter("code")):
        found = list(dict.fromkeys(_of_rule(list(own))))
        for line in found[:LINES]:
            yield f"{code} {line}"
        if len(found) > LINES:
            yield f"{code} and {counted(len(found) - LINES, 'more change')}"


def _of_rule(applied: list[Applied]) -> Iterator[str]:
    """What one rule changed: fields that got the same value, and items that left one list, in one line each."""
    same: dict[tuple[str, str], list[Applied]] = {}
    for each in applied:
        if each.key is None:
            yield each.message
        elif each.old is not None and each.new is None:
            same.setdefault(("removed", parent_of(each.key)), []).append(each)
        else:
            same.setdefault(("set", repr(each.new)), []).append(each)
    for (what, holder), group in same.items():
        if what == "removed":
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
    """What changed in a value; ``name`` is its field, or the fields that changed in the same way."""
    old, new = each.old, each.new
    if each.message.startswith("rename "):
        return f"key {quote(old)} renamed to {quote(new)}"
    if old is None:
        return f"{name} added: {quote(new)}"
    if isinstance(old, list) and isinstance(new, list):
        gone = [f"{quote(item, 40)} removed" for item in old if item not in new]
        come = [f"{quote(item, 40)} added" for item in new if item not in old]
        return f"{name}: {_and_more([*gone, *come]) if gone or come else 'items in another order'}"
    if isinstance(new, list):
        return f"{name}: {quote(old)} made a list"
    if isinstance(old, str) and isinstance(new, str):
        return f"{name}: {' -> '.join(_differing(old, new))}"
    if str(old) == new:
        return f"{name}: {quote(old)} put in quotes"
    return f"{name}: {quote(old)} -> {quote(new)}"


def _differing(old: str, new: str) -> tuple[str, str]:
    """Two texts in quotes, each shortened to what differs and some characters around it."""
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    lead, tail = _outside(old[:start]), _outside(old[len(old) - end :][::-1])

    def shown(text: str) -> str:
        middle = quote(text[lead : len(text) - tail], 80)
        return f"{'… ' if lead else ''}{middle}{' …' if tail else ''}"

    return shown(old), shown(new)


def _outside(text: str) -> int:
    """How much is left out of a text in front of a change: whole words, where there are some."""
    far = len(text) - AROUND
    return 0 if far <= AROUND // 4 else text.find(" ", far, -1) + 1 or far


def _alike(one: str, other: str) -> int:
    """With how many equal characters two texts begin."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
