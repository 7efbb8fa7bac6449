"""PF5: the form of the bytes, for those who want every record as the pipeline writes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pfocr_lint.diagnostic import Finding, Fix, Span, TextEdit, common_start
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.record.document import Record
from pfocr_lint.rules.declaration import Bad, Good, Trigger, rule
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import FIGURES, Kind

if TYPE_CHECKING:
    from pfocr_lint.record import emitter
else:
    emitter = LazyModule("pfocr_lint.record.emitter")

_FIRST = ("PF101", "PF102", "PF103", "PF104", "PF105", "PF106")


@rule(
    "PF501",
    severity="warning",
    fix="safe",
    kinds=FIGURES,
    default=False,
    trigger=Trigger.TEXT,
    bad=[
        Bad(text=("year: '2022'", 'year: "2022"'), message="line 18 is not as the record pipeline writes it", fixed={}),
        Bad(
            text=("organisms:\n- Homo sapiens\n- Mus musculus\n", "organisms: [Homo sapiens, Mus musculus]\n"),
            message="line 4",
            fixed={},
        ),
        Bad(text=("pmcid: PMC9405586\n", "\npmcid:   PMC9405586\n"), message="line 9", fixed={}),
        Bad(text=("seo: CreativeWork\n", "seo: CreativeWork # always\n"), message="its comments would be lost"),
        Bad(text=("- AKT1", '- "\\nu AKT1"'), message="double quotes change its backslashes", also=("PF306",)),
    ],
    good=[Good(), Good(kind=Kind.FIGURE_2021)],
)
def not_canonical(record: Record) -> Iterator[Finding]:
    """
    The front matter is not written as the record pipeline writes it.

    Quotes, line breaks, indentation and the order of keys have one form. With `--fix` this rule is a formatter. A record
    whose fields do not fit the schema is left until they do, and one with comments is only reported.
    """
    if record.data is None or record.faults or any(record.failures.get(code) for code in _FIRST):
        return
    text, wanted = record.text, emitter.document(ordered(record.kind, record.data))
    if text == wanted:
        return
    start = common_start(text, wanted)
    tail = common_start(text[start:][::-1], wanted[start:][::-1])
    lost = "; its comments would be lost" if record.comments else ""
    if not lost and any(map(record.typed, record.entries)):
        lost = "; double quotes change its backslashes"
    fix = None
    if not lost:
        fix = Fix("write it as the pipeline does", (TextEdit(start, len(text) - tail, wanted[start : len(wanted) - tail]),))
    line = record.place(Span(start, start)).line
    yield Finding(
        None, f"line {line} is not as the record pipeline writes it{lost}", at=Span(start, max(start, len(text) - tail)), fix=fix
    )


def ordered(kind: Kind, data: dict[str, Any]) -> dict[str, Any]:
    """The data with its keys, and those of the mappings in it, in the format's order; keys it does not know come last."""
    return _ordered(schemas.load(kind), data)


def _ordered(below: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    known = [key for key in schemas.order(below, data) if key in data] if "properties" in below else []
    keys = [*known, *(key for key in data if key not in known)]
    return {
        key: _ordered(below["properties"][key], data[key]) if key in known and isinstance(data[key], dict) else data[key]
        for key in keys
    }
