"""PF3, the part about texts of the publisher that run on behind a title or a caption."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Safety, Span
from pfocr_lint.lazy_import import expression
from pfocr_lint.pointer import name_of
from pfocr_lint.quoting import quote
from pfocr_lint.record.texts import PROSE, texts
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import Bad, Good, rule
from pfocr_lint.rules.text import both, set_text, when_in_texts
from pfocr_lint.schema.kinds import FIGURES

_PUBLISHERS = expression(
    r"† ?Electronic [Ss]upplementary [Ii]nformation|Click here for additional data file"
    r"|DOI: ?https?://dx\.doi\.org/10\.7554/eLife[\w.]{0,40}\s*$"
)
_KEYS = ("/figtitle", "/papertitle", *PROSE)
_SHOWN = 40  # characters of it in a message


def publishers_text(key: str, text: str) -> int | None:
    """Return the offset at which a text of the publisher begins; None for none. Only some texts of a figure may have one."""
    match = _PUBLISHERS.search(text) if key in _KEYS and _may_go_on(text) else None
    return None if match is None else match.start()


def _may_go_on(text: str) -> bool:
    return "†" in text or "Click here" in text or "eLife" in text


@rule(
    "PF323",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    trigger=when_in_texts(_may_go_on, _may_go_on),
    bad=[
        Bad({"papertitle": "Properties of Leukemic Stem Cells  †Electronic supplementary information (ESI) available. See DOI: "},
            unsafe=True, message="papertitle goes on with the publisher's text '†Electronic supplementary information",
            fixed={"papertitle": "Properties of Leukemic Stem Cells"}, key="/papertitle"),
        Bad({"papertitle": "Leukemic Stem Cells † Electronic Supplementary Information (ESI) available: spectra."}, unsafe=True,
            message="the publisher's text", fixed={"papertitle": "Leukemic Stem Cells"}),
        Bad({"figtitle": "Leukemic Stem Cells. Click here for additional data file. Click here for additional data file.  "},
            unsafe=True, message="figtitle goes on with the publisher's text", fixed={"figtitle": "Leukemic Stem Cells"},
            key="/figtitle"),
        Bad({**both("Leukemic stem cells. DOI: http://dx.doi.org/10.7554/eLife.08931.022")}, unsafe=True, message="'DOI: http",
            fixed=both("Leukemic stem cells."), key="/caption"),
        Bad({"schema-jsonld/description": "Stem cells. DOI: http://dx.doi.org/10.7554/eLife.08931.022", "caption": "Figure"},
            unsafe=True,
            message="description goes on", also=("PF312",),
            fixed={"schema-jsonld/description": "Stem cells.", "caption": "Figure"}),
    ],
    good=[Good(both("† p < 0.05. See also DOI: http://dx.doi.org/10.7554/eLife.08931.022 and the text."))],
)  # fmt: skip
def publisher_boilerplate(record: Values) -> Iterator[Finding]:
    """
    A title or a caption goes on with a text of the publisher.

    Publishers add sentences to what they send to PubMed Central: `†Electronic supplementary information (ESI) available`,
    `Click here for additional data file`, or a DOI of eLife behind a caption. They are no part of the title or the caption, but
    the site shows them, and a search engine reads them as if they were. The unsafe fix removes the text from there to its end.
    See that nothing of the paper's own stands behind it.
    """
    for key, text in texts(record, *_KEYS):
        at = publishers_text(key, text)
        if at is not None:
            rest = text[:at].rstrip(" ." if key == "/figtitle" else None)
            fix = set_text(record, key, rest, "remove the publisher's text", Safety.UNSAFE)
            message = f"{name_of(key)} goes on with the publisher's text {quote(text[at : at + _SHOWN].rstrip())}"
            yield Finding(key, message, within=Span(at, len(text)), fix=fix)
