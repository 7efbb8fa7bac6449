"""PF3, the part about figures' titles that are too short, too long or without content; the paper's title may stand for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Fix, Safety
from pfocr_lint.lazy_import import expression
from pfocr_lint.quoting import quote
from pfocr_lint.record import derived
from pfocr_lint.record.texts import texts
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import Bad, Good, Trigger, When, rule
from pfocr_lint.rules.text import set_text
from pfocr_lint.rules.title_beginnings import label, unlabelled
from pfocr_lint.rules.title_cut import cut_at
from pfocr_lint.rules.title_parts import FIGTITLE, own_end
from pfocr_lint.rules.title_texts import WHITE, fits, paper_title
from pfocr_lint.rules.value_ends import cut_off
from pfocr_lint.schema.kinds import FIGURES

# One to three such words, with an article in front: longer texts of them alone are not to be expected.
_PLAIN = (
    r"(?:working|proposed|hypothetical|schematic|graphical|simplified|general|models?|mechanisms?|(?:signall?ing )?pathways?"
    r"|diagrams?|schemes?|schematics|representations?|illustrations?|overviews?|summary|summaries|abstracts?)"
)
_SAYS_NOTHING = expression(rf"\s*(?:(?:the|an?|our)\s+)?{_PLAIN}(?:\s+{_PLAIN}){{0,2}}[\s.:]*$", re.I)
_MOST = 80  # characters of such a title


def says_nothing(title: str) -> bool:
    """Return whether a title has no word about what the figure shows."""
    return len(title) <= _MOST and _SAYS_NOTHING.match(title) is not None


def _from_paper(record: Values) -> Fix | None:
    title = paper_title(record)
    if title is None or says_nothing(title):
        return None
    return set_text(record, FIGTITLE, title, "use the paper's title", Safety.UNSAFE)


def _is_fixed_elsewhere(record: Values, title: str) -> bool:
    """Whether the fix of another rule gives the title a right length: one that ends it earlier, completes it, or strips it."""
    cut, uncut = cut_at(record), record.uncut(FIGTITLE) if cut_off(record, FIGTITLE) else None
    if uncut is not None:
        return fits(uncut[0])
    own = title[len(label(title) or "") : own_end(record)]
    others = [cut.whole] if cut is not None else [own, unlabelled(own), WHITE.sub(" ", title).strip(" .")]
    return any(other is not None and fits(other) for other in others)


_PAPER = "Properties of Leukemic Stem Cells in Regulating Drug Resistance in Acute and Chronic Myeloid Leukemias"
_LONG = "Pathways of many words " * 12 + "and more"


@rule(
    "PF301",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    owns=("figtitle:minLength", "figtitle:maxLength"),
    trigger=Trigger.FAILURE,
    bad=[
        Bad({"figtitle": "Autophagy"}, unsafe=True, message="figtitle has 9 characters, want 10 to 250", key=FIGTITLE,
            fixed={"figtitle": _PAPER}),
        Bad({"figtitle": _LONG}, unsafe=True, message="want 10 to 250", fixed={"figtitle": _PAPER}),
        Bad({"figtitle": "Autophagy", "papertitle": "TGF-β1 in  cells?."}, unsafe=True, message="9 characters",
            also=("PF306", "PF313"),
            fixed={"figtitle": "TGFB1 in cells?", "papertitle": "TGF-β1 in cells?"}),
        Bad({"figtitle": "Autophagy", "papertitle": "Cells."}, message="9 characters"),
        Bad({"figtitle": _LONG, "papertitle": f"{_LONG}."}, message="want 10 to 250"),
    ],
    good=[Good({"figtitle": "p53 pathway"})],
)  # fmt: skip
def title_length(record: Values) -> Iterator[Finding]:
    """
    The figure's title has fewer than 10 or more than 250 characters.

    A shorter title does not say what the figure shows; a longer one is a caption. On the site the title stands in lists and above
    the figure. In both cases the pipeline takes the paper's title, without its final period and with Greek letters spelt out; so
    does the unsafe fix, where that title has 10 to 250 characters. A title of your own that names the figure is better.
    """
    for violation in () if derived.rejections(record) else record.failures.get("PF301", ()):
        title = violation.value
        if not says_nothing(title) and not _is_fixed_elsewhere(record, title):
            message = f"figtitle has {len(title)} characters, want 10 to 250"
            yield Finding(violation.key, message, fix=_from_paper(record))


@rule(
    "PF321",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    trigger=When(("figtitle",), says_nothing),
    bad=[
        *(Bad({"figtitle": title}, unsafe=True, message=f"figtitle is {title!r}", fixed={"figtitle": _PAPER}, key=FIGTITLE)
          for title in (
              "Working model", "Proposed signaling pathway", "SCHEMATIC DIAGRAM", "Graphical abstract.", "Pathway",
              "Hypothetical mechanisms",
              "General overview", "Simplified scheme", "Signalling pathways", "Illustrations", "Graphical summaries",
              "Our working model",
              "Proposed working model", "Schematic representations", "Schematics",
          )),
        Bad({"figtitle": "Working model", "papertitle": "Overview."}, message="says nothing of what is shown"),
    ],
    good=[Good({"figtitle": "Working model of cells"}), Good({"figtitle": "Network overview"})],
)  # fmt: skip
def uninformative_title(record: Values) -> Iterator[Finding]:
    """
    The figure's title has no word about what the figure shows.

    `Working model`, `Proposed signaling pathway`, `Graphical abstract`: the curation guide wants a title that names the pathway
    or the process. On the site such titles stand in lists without the paper beside them, and no search finds them. The unsafe
    fix takes the paper's title, as the curators' tool offers it. A title of your own that names the figure is better.
    """
    for key, title in texts(record, FIGTITLE):
        if says_nothing(title):
            message = f"figtitle is {quote(title)}, which says nothing of what is shown"
            yield Finding(key, message, fix=_from_paper(record))
