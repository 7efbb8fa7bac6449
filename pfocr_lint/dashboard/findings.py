"""The findings of all records as columns, and what a page is made of."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.report import visible

if TYPE_CHECKING:
    from pfocr_lint.dashboard.cards import Card
    from pfocr_lint.diagnostic import Body
    from pfocr_lint.report import Report

MOST_SOURCE, BEFORE = 160, 40  # characters of a source line that are kept, and of these before the place
AROUND = 60  # characters of the lines around


def _numbers() -> array[int]:
    return array("i")


@dataclass
class Findings:
    """
    The findings of all records as columns, sorted by path and place.

    ``bodies`` are what findings say, each once: code, message, key, safety and message of the fix, columns, lines, and source
    lines. A finding is at ``line`` (1-based) of the record with the number ``record``, and says ``body``. ``before`` and
    ``after`` are the numbers of the source lines around it among ``around``, in which each text stands once.
    """

    paths: list[str] = field(default_factory=list)
    bodies: list[tuple[Any, ...]] = field(default_factory=list)
    record: array[int] = field(default_factory=_numbers)
    body: array[int] = field(default_factory=_numbers)
    line: array[int] = field(default_factory=_numbers)
    before: array[int] = field(default_factory=_numbers)
    after: array[int] = field(default_factory=_numbers)
    around: dict[str, int] = field(default_factory=lambda: {"": 0})

    def places(self) -> dict[str, range]:
        """The numbers of the findings of each record."""
        ends = [*(at for at in range(1, len(self.record)) if self.record[at] != self.record[at - 1]), len(self.record)]
        return {path: range(start, end) for path, start, end in zip(self.paths, [0, *ends], ends, strict=False)}

    def add_around(self, own: range, text: str) -> None:
        """Keep the source lines around the findings of a record, of which ``text`` is the content."""
        lines = ["", *text.split("\n"), ""]
        for at in own:
            line = min(self.line[at], len(lines) - 2)
            end = min(line + self.bodies[self.body[at]][6], len(lines) - 2)
            self.before[at] = self._number(lines[line - 1])
            self.after[at] = self._number(lines[end + 1])

    def _number(self, line: str) -> int:
        shown = _source(line if len(line) <= AROUND else line[: AROUND - 1] + "…")
        return self.around.setdefault(shown, len(self.around))


def findings_of(report: Report) -> Findings:
    """The findings of a report as columns."""
    found = Findings()
    numbers: dict[tuple[Any, ...], int] = {}
    of_block: dict[int, tuple[Body, int]] = {}  # by the identity of a body, which the entry keeps alive
    for each in report.diagnostics:
        if not found.paths or found.paths[-1] != each.path:
            found.paths.append(each.path)
            if len(of_block) > 10_000:
                of_block.clear()
        known = of_block.get(id(each.body))
        if known is None:
            said = _said(each.body)
            number = numbers.setdefault(said, len(numbers))
            if number == len(found.bodies):
                found.bodies.append(said)
            known = of_block[id(each.body)] = (each.body, number)
        found.record.append(len(found.paths) - 1)
        found.body.append(known[1])
        found.line.append(each.line)
    found.before, found.after = (array("i", [0]) * len(found.line) for _ in range(2))
    return found


def _said(body: Body) -> tuple[Any, ...]:
    fix = body.fix
    related = (f"{visible(each.path)}:{each.line}: " if each.path else "" for each in body.related)
    others = tuple(f"see {where}{visible(each.message)}" for where, each in zip(related, body.related, strict=True))
    return (
        body.code, body.severity.value, visible(body.message), visible(body.key or ""), fix.safety.value if fix else "",
        visible(fix.message) if fix else "", body.place.end_line - body.place.line, _excerpt(body), others,
    )  # fmt: skip


def _source(text: str) -> str:
    """Source text as it is shown: tabs stay."""
    return "\t".join(map(visible, text.split("\t")))


def _excerpt(body: Body) -> tuple[tuple[str, str, str], ...]:
    """The source lines of a place, each as the text before it, in it and after it, cut to :data:`MOST_SOURCE` characters."""
    place, found = body.place, []
    for number, line in enumerate(body.source):
        begin = place.column - 1 - line.column if number == 0 else 0
        is_last = line.number == place.end_line
        end = place.end_column - 1 - line.column if is_last else len(line.text)
        start = max(0, begin - BEFORE) if len(line.text) > MOST_SOURCE else 0
        stop = start + MOST_SOURCE
        parts = (line.text[start:begin], line.text[begin : min(end, stop)], line.text[max(begin, end) : stop])
        head, tail = "…" if start or line.column else "", "…" if stop < len(line.text) else ""
        found.append((head + _source(parts[0]), _source(parts[1]), _source(parts[2]) + tail))
    return tuple(found)


@dataclass
class Collected:
    """All that a page is made of; ``cards`` are those of the records in ``paths``."""

    report: Report
    findings: Findings
    paths: list[str]
    cards: list[Card]
    records: int
    waived: Sequence[str]
    status: int
