"""PF1, the part about records that a curator took out: they are to be removed, and nothing else in them counts."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding
from pfocr_lint.pointer import name_of
from pfocr_lint.quoting import quote
from pfocr_lint.record.derived import REJECTABLE, REJECTING_ORGANISMS, rejections, rejects
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import Bad, Good, When, rule
from pfocr_lint.rules.text import both
from pfocr_lint.schema.kinds import FIGURES, Kind

_FIRST = frozenset("Rr \t\r\n\u00a0")  # one of these begins such a text, and few others


def _may_reject(_: str, figtitle: str, caption: str, organisms: list[str] | str) -> bool:
    """Whether a value may reject a figure whose number, as the schema wants it, does not."""
    if isinstance(organisms, str):
        organisms = [organisms]
    return (
        (figtitle[:1] in _FIRST and rejects(figtitle))
        or (caption[:1] in _FIRST and rejects(caption))
        or not REJECTING_ORGANISMS.isdisjoint(organisms)
    )


@rule(
    "PF109",
    kinds=FIGURES,
    trigger=When(REJECTABLE, _may_reject),
    bad=[
        Bad({"number": "REJECT"}, message="number is 'REJECT': a curator rejected this figure; remove the record", key="/number"),
        Bad({"figtitle": "REJECT"}, message="figtitle is 'REJECT'", key="/figtitle"),
        Bad({"figtitle": "REJECT: network of genes"}, message="figtitle is 'REJECT: network of genes'"),
        Bad({"figtitle": "Rejected"}, message="figtitle is 'Rejected'"),
        Bad({"caption": "reject"}, message="caption is 'reject'", key="/caption"),
        Bad(both("REJECT - a photograph"), message="caption is 'REJECT - a photograph'"),
        Bad({"organisms": ["Homo sapiens", "REJECT"]}, message="organisms, item 2 is 'REJECT'", key="/organisms/1"),
        Bad({"organisms": "REJECT"}, kind=Kind.FIGURE_2021, message="organisms is 'REJECT'", key="/organisms"),
        Bad({"number": "REJECT", "figtitle": "REJECT", **both("REJECT"), "organisms": ["REJECT"]}, key="/number",
            message="number is 'REJECT' (so are figtitle, caption, organisms, item 1)"),
        Bad({"organisms": ["REJECT"]}, message="organisms, item 1", beside=(Good(kind=Kind.ORGANISM),)),
    ],
    good=[
        Good({"figtitle": "Rejection of grafts by T cells"}), Good({"figtitle": "REJECTED ALLOGRAFTS IN MICE"}),
        Good(both("Reject or accept: T cells in grafts.")), Good({"figtitle": "RejectX signaling in grafts"}),
    ],
)  # fmt: skip
def rejected_record(record: Values) -> Iterator[Finding]:
    """
    A curator rejected the figure.

    `REJECT` as number, title, caption or organism is the curators' word for "no pathway figure": the record is to be removed.
    As long as it is there, the site shows a page with that title. Remove the file, and its mention tables with it. No fix does
    so, and what other rules would report for such a number, title, caption or organism is left out.
    """
    found = rejections(record)
    if found:
        first, *others = found
        more = f" (so {'are' if len(others) > 1 else 'is'} {', '.join(map(name_of, others))})" if others else ""
        value = quote(record.value(first))
        yield Finding(first, f"{name_of(first)} is {value}{more}: a curator rejected this figure; remove the record")
