"""PF3, the part about punctuation that was added or left over by mistake."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Safety
from pfocr_lint.lazy_import import expression
from pfocr_lint.record import derived
from pfocr_lint.record.references import lost_references
from pfocr_lint.record.texts import PROSE, TITLES, texts
from pfocr_lint.record.values import Values
from pfocr_lint.rules.boilerplate import publishers_text
from pfocr_lint.rules.declaration import Bad, Good, rule
from pfocr_lint.rules.text import BAD_END, both, found, when_in_texts
from pfocr_lint.rules.title_cut import cut_at
from pfocr_lint.rules.title_parts import FIGTITLE, own_end
from pfocr_lint.schema.kinds import FIGURES

_BAD_START = expression(r"^(?:\. +)+")


def _ends_broken(text: str) -> bool:
    return text.endswith(("?.", " ."))


def _begins_broken(text: str) -> bool:
    return text[:1] in ".AaEeFfGgSs\u017f" and (text[:2] == ". " or derived.LABEL_IN_FRONT.match(text) is not None)


@rule(
    "PF313",
    severity="warning",
    fix="safe or unsafe",
    kinds=FIGURES,
    trigger=when_in_texts(_ends_broken, _begins_broken),
    bad=[
        Bad({"papertitle": "Where do leukemic stem cells go?."}, message="papertitle ends in '?.'",
            fixed={"papertitle": "Where do leukemic stem cells go?"}, key="/papertitle"),
        Bad({"papertitle": "Properties of Leukemic Stem Cells ."}, message="ends in ' .'",
            fixed={"papertitle": "Properties of Leukemic Stem Cells."}),
        Bad({"papertitle": "Leukemic Stem Cells. ."}, message="ends in ' .'", fixed={"papertitle": "Leukemic Stem Cells."}),
        Bad({"figtitle": "Properties of Leukemic Stem Cells ."}, message="figtitle ends in ' .'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad(both(". Stromal signaling in leukemia"), message="begins with '. '", fixed=both("Stromal signaling in leukemia")),
        Bad({"papertitle": f"Leukemic Stem Cells{' .' * 14}"}, message="ends", fixed={"papertitle": "Leukemic Stem Cells."}),
        Bad({"papertitle": f"Leukemic Stem Cells.{' .' * 14}"}, message="ends", fixed={"papertitle": "Leukemic Stem Cells."}),
        Bad({"papertitle": f"Where do stem cells go?{' .' * 14}"},
            message="ends", fixed={"papertitle": "Where do stem cells go?"}),
        Bad(both(f"{'. ' * 10}Stromal signaling"), message="begins with '. '", fixed=both("Stromal signaling")),
        Bad(both("Figure 1. Stromal signaling in leukemia"), message="repeats its label 'Figure 1.'", unsafe=True,
            fixed=both("Stromal signaling in leukemia")),
        Bad(both(f"{'Figure 1. ' * 12}Stromal signaling"), message="repeats its label 'Figure 1.'", unsafe=True,
            fixed=both("Stromal signaling")),
    ],
    good=[Good({"papertitle": "Where do leukemic stem cells go?"}), Good(both("Figure 1.2 shows signaling in leukemia"))],
)  # fmt: skip
def broken_punctuation(record: Values) -> Iterator[Finding]:
    """
    Punctuation was added or left over by mistake.

    It is a period behind a question mark, a space at the end of a title, or a period at the beginning of a caption. A caption
    that repeats its label is reported too; whether to remove it is for a person to decide.
    """
    for key, text in texts(record, *TITLES):
        if publishers_text(key, text) is not None or (key == FIGTITLE and (own_end(record) < len(text) or cut_at(record))):
            continue  # the end of the text goes with another rule's fix
        if any(match.end() == len(text) for match in lost_references(text)):
            continue  # 'in .' shows that a reference was lost (PF311)
        # of '?.' the question mark stays, of ' .' the period, but in a figure's title
        marks = r"\1" if key == "/figtitle" else r"\1\2"
        yield from found(record, key, text, BAD_END, marks, "{name} ends in {0}", "keep one mark")
    for key, text in texts(record, *PROSE):
        yield from found(record, key, text, _BAD_START, "", "{name} begins with '. '", "remove the period")
        message = "{name} repeats its label {1}"
        yield from found(record, key, text, derived.LABEL_IN_FRONT, _unnamed, message, "remove the label", Safety.UNSAFE)


def _unnamed(caption: str) -> str:
    """A caption without its label, however often that stands in front."""
    return derived.LABELS_IN_FRONT.sub("", caption)
