"""PF3, the part about figures' titles: the period at the end, and what was left over where they were cut."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Span
from pfocr_lint.record.texts import texts
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import Bad, Good, When, rule
from pfocr_lint.rules.text import BAD_END, HOLLOW, found, set_text
from pfocr_lint.rules.title_beginnings import PANEL, unlabelled
from pfocr_lint.rules.title_cut import cut_at
from pfocr_lint.rules.title_length import says_nothing
from pfocr_lint.rules.title_parts import own_end
from pfocr_lint.rules.title_texts import OWN_PERIOD
from pfocr_lint.schema.kinds import FIGURES


@rule(
    "PF302",
    severity="warning",
    fix="safe",
    kinds=FIGURES,
    trigger=When(("figtitle",), lambda figtitle: figtitle[-1:] == "."),
    bad=[
        Bad({"figtitle": "Signaling by vitamin D."}, message="ends in a period", fixed={"figtitle": "Signaling by vitamin D"}),
        Bad({"figtitle": "Properties of Leukemic Stem Cells."}, message="ends in a period",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}, key="/figtitle"),
    ],
    good=[
        Good({"figtitle": "Sugar metabolism in Saccharomyces sp."}),
        Good({"figtitle": "Sugar metabolism in the U.S."}),
        Good({"figtitle": "Sugar metabolism in Oryza sativa L."}),
    ],
)  # fmt: skip
def title_final_period(record: Values) -> Iterator[Finding]:
    """
    The figure's title ends in a period.

    Titles have none. The period of an abbreviation (`sp.`, `var.`, the `L.` of Linnaeus) stays.
    """
    for key, text in texts(record, "/figtitle"):
        if (
            text.endswith(".")
            and own_end(record) == len(text)
            and not (OWN_PERIOD.search(text) or BAD_END.search(text) or says_nothing(text) or cut_at(record))
        ):
            fix = set_text(record, key, text.rstrip("."), "remove the period")
            yield Finding(key, "figtitle ends in a period", within=Span(len(text) - 1, len(text)), fix=fix)


_BRACKETS = {")": "(", "]": "["}


def _filled(title: str) -> str:
    """A title without empty brackets, those that are empty without the empty ones in them too, and the spaces before them."""
    kept: list[str] = []
    for char in title:
        at = len(kept)
        while char in _BRACKETS and at and kept[at - 1].isspace():
            at -= 1
        if char not in _BRACKETS or not at or kept[at - 1] != _BRACKETS[char]:
            kept.append(char)
            continue
        del kept[at - 1 :]
        while kept and kept[-1].isspace():
            kept.pop()
    return "".join(kept)


def _may_have_an_artefact(figtitle: str) -> bool:
    if PANEL.match(figtitle):
        return True
    return ("(" in figtitle or "[" in figtitle) and HOLLOW.search(figtitle) is not None


@rule(
    "PF303",
    severity="warning",
    fix="safe",
    kinds=FIGURES,
    trigger=When(("figtitle",), _may_have_an_artefact),
    bad=[
        Bad({"figtitle": "(A) Properties of Leukemic Stem Cells"}, message="panel label '(A)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}, key="/figtitle"),
        Bad({"figtitle": "B) Properties of Leukemic Stem Cells"}, message="panel label 'B)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": "(A-C) Properties of Leukemic Stem Cells"}, message="panel label '(A-C)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": "(A) (B)Properties of Leukemic Stem Cells"}, message="panel label '(A)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": "(A) and (B): Properties of Leukemic Stem Cells"}, message="panel label '(A) and (B):'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": "\u00a0(A)\u00a0Properties of Leukemic Stem Cells"}, message="panel label '(A)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": "A) A) Properties of Leukemic Stem Cells"}, message="panel label 'A) A)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": f"(A) Signaling {'in cells ' * 26}mice"}, message="panel label '(A)'",
            fixed={"figtitle": f"Signaling {'in cells ' * 26}mice"}),
        Bad({"figtitle": "(A) Left and (B) right signaling in leukemia"}, message="panel label '(A)'"),
        Bad({"figtitle": "A) Left signaling, B) right signaling"}, message="panel label 'A)'"),
        Bad({"figtitle": "Properties of Leukemic Stem Cells []"}, message="empty brackets '[]'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": f"Properties of {'(' * 14}[ ]{')' * 14} Leukemic (Stem) Cells"}, message="empty brackets '[ ]'",
            fixed={"figtitle": "Properties of Leukemic (Stem) Cells"}),
    ],
    good=[
        Good({"figtitle": "(S)\u00a0Naproxen, [Fe-S] and (p)ppGpp (overview)"}), Good({"figtitle": "(R)-limonene biosynthesis"}),
        Good({"figtitle": "(C) to U editing"}), Good({"figtitle": "(D) amino acids in leukemia"}),
        Good({"figtitle": "(E) 2-hexenal signaling"}), Good({"figtitle": "(A)symmetric (B)RAF"}),
    ],
)  # fmt: skip
def title_artefact(record: Values) -> Iterator[Finding]:
    """
    The figure's title still holds something from where it was cut.

    It has a panel's label in front, `(A)` or `A)`, or empty brackets. A title of several labelled parts has to be written
    anew by a person.
    """
    for key, text in texts(record, "/figtitle"):
        yield from found(record, key, text, PANEL, unlabelled, "figtitle begins with the panel label {1}", "remove the label")
        hollow = HOLLOW.search(text)
        if hollow is not None and hollow.start() < own_end(record):
            yield from found(record, key, text, HOLLOW, _filled, "figtitle has empty brackets {1}", "remove the brackets")
