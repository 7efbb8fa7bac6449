"""
PF3, the part about what stands behind a figure's title and is no part of it: a second sentence, or a source.

What PF317, PF322 and PF323 take away is reported by them alone: other rules report only what stands before :func:`own_end`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Safety, Span
from pfocr_lint.lazy_import import expression
from pfocr_lint.quoting import quote
from pfocr_lint.record.texts import texts
from pfocr_lint.record.values import Values
from pfocr_lint.rules.boilerplate import publishers_text
from pfocr_lint.rules.declaration import Bad, Good, When, rule
from pfocr_lint.rules.text import both, set_text
from pfocr_lint.rules.title_texts import SHORTEST
from pfocr_lint.schema.kinds import FIGURES

FIGTITLE = "/figtitle"
_MOST = 2_000  # characters of a title that are searched


def own_end(record: Values) -> int:
    """Return the offset at which the part of a figure's title begins that another rule takes away; its length for none."""
    if "own_end" not in record.derived:
        title = record.usable(FIGTITLE) or ""
        ends = (publishers_text(FIGTITLE, title), _run_on(record, title), _source(title))
        record.derived["own_end"] = min((end for end in ends if end is not None and end >= SHORTEST), default=len(title))
    end: int = record.derived["own_end"]
    return end


def has_open_bracket(title: str) -> bool:
    """Return whether a bracket is opened in a title and not closed."""
    return title.count("(") > title.count(")") or title.count("[") > title.count("]")


# What follows a period without a space: a heading or a panel's label; else a capitalised word, which the caption must have too.
_GLUED = expression(
    r"(?<=[A-Za-z0-9)])\.(?:(?:Notes?|Abbreviations?):|Copyright\b)"
    r"|(?:(?<=[A-Za-z]{3})|(?<=[A-Za-z0-9]\)))\.(?:\([A-Za-z]\)|[A-H]\)\s|A,\s|A$)"
    r"|(?:(?<=[A-Za-z]{3})|(?<=[A-Za-z0-9]\)))\.([A-Z][A-Za-z0-9]{0,30})(?![A-Za-z0-9.])"
)
_WORD = expression(r"[A-Za-z]+$")
_ORDINARY = expression(r"[A-Z]?[a-z]{3,}|A")
_ADDRESS = expression(r"www\.|[/@]")
_SUFFIXES = ("Org", "Com", "Net")  # of addresses


def _run_on(record: Values, title: str) -> int | None:
    """Return the offset of the period to which a second sentence is glued; None for none."""
    for match in _GLUED.finditer(title, 0, _MOST):
        at, word = match.start(), match[1]
        if at < SHORTEST or has_open_bracket(title[:at]) or _ADDRESS.search(title, title.rfind(" ", max(0, at - 40), at) + 1, at):
            continue
        if word is None:
            return at
        before = _WORD.search(title, max(0, at - 30), at)
        last = before[0] if before is not None else ")"
        # trkB.T1 and such are names
        is_sentence = last == ")" or _ORDINARY.fullmatch(last) or _ORDINARY.fullmatch(word)
        if is_sentence and word not in _SUFFIXES and f"{last}.{word}" in (record.usable("/caption") or ""):
            return at
    return None


_CELLS = "Signaling in leukemic stem cells"


@rule(
    "PF317",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    trigger=When(("figtitle",), lambda figtitle: "." in figtitle and _GLUED.search(figtitle) is not None),
    bad=[
        *(Bad({"figtitle": f"{_CELLS}{rest}"}, unsafe=True, message="a second sentence is glued to figtitle",
              fixed={"figtitle": _CELLS}, key=FIGTITLE)
          for rest in (".Notes: PTEN binds AKT1", ".Note: Adapted from Ada et al", ".Abbreviations: PTEN, a gene",
                       ".Copyright © 2009",
                       ".Abbreviation: PTEN, a gene", ".(A) PTEN binds () AKT1.", ".A) PTEN in", ".A, proteins", ".A", ".(a) α")),
        *(Bad({"figtitle": f"{title}.{rest}", **both(f"{title}.{rest} in the cells.")}, unsafe=True, message=f"'.{rest}'",
              fixed={"figtitle": title, **both(f"{title}.{rest} in the cells.")})
          for title, rest in ((_CELLS, "Drugs"), (_CELLS, "A"), (_CELLS, "PTEN binds"),
                              ("Leukemic stem cells (LSC)", "LSC bind"),
                              ("Metabolism of tomato GTs", "Glands"))),
        Bad({"figtitle": "Signaling in eNOS.Notes: PTEN"}, unsafe=True, message="'.Notes: PTEN'",
            fixed={"figtitle": "Signaling in eNOS"}),
    ],
    good=[
        Good({"figtitle": "Signaling (in eNOS.Notes: cells)"}),
        Good({"figtitle": "Signaling of E.coli, trkB.T1, Node.js, www.kegg.Org and 2.A in cells.Drugs"}),
        *(Good({"figtitle": title, **both(title)})
          for title in ("The isoform trkB.T1 in stem cells", "Genes of MvsX.PT in stem cells",
                      "The pages of www.genes.Kegg in cells",
                        "Stem cells in Genecards.Org", "Stem J.R.R.Tolkien cells")),
    ],
)  # fmt: skip
def title_runs_on(record: Values) -> Iterator[Finding]:
    """
    A second sentence is glued to the figure's title.

    The pipeline takes the caption's first sentence as title, and finds its end by a period and a space. Where the paper has no
    space there, more of the caption comes along: `… pathway.Notes: VEGF-A can bind …`, `… cells.Abbreviations: …`,
    `… receptors.(A) …`. The curation guide wants a title that names what is shown, and nothing more; the site shows the title in
    lists, where a second sentence is in the way. The unsafe fix ends the title before that period. Look at the title that stays:
    it must name the figure.

    A word behind such a period counts only if the caption has it there too. Names with a period (`E.coli`, `trkB.T1`, an
    address) do not count.
    """
    for key, title in texts(record, FIGTITLE):
        at = _run_on(record, title)
        if at is not None:
            fix = set_text(record, key, title[:at], "end the title before it", Safety.UNSAFE)
            message = f"a second sentence is glued to figtitle: {quote(title[at : at + 30].rstrip())}"
            yield Finding(key, message, within=Span(at, len(title)), fix=fix)


_TAKEN = r"(?:adapted|modified|reproduced|redrawn|reprinted)"
_WHAT = r"(?:(?:the )?(?:figure|fig\.|image|model|scheme|pathway) )?(?:is |was )?"
_FROM = rf"{_TAKEN}(?:,? ?(?:and|/|or) ?{_TAKEN})?,? (?:from|after|based on|with permission|by permission|under)\b"
# What brackets at the end of a title hold.
_REFERS = expression(
    rf"\s*(?:{_WHAT}{_FROM}|©|copyright\b|(?:used )?(?:with|by) (?:kind )?permission\b"
    r"|(?:for )?(?:more |further )?details?,? see\b"
    r"|see (?:[^()]{0,30} )?text\b|see (?:[^()]{0,60} )?for (?:more |further |the )*(?:details?|explanations?|discussion)\b)",
    re.I,
)
_LAST = expression(
    rf"(?<=\S)[.;]\s+(?:notes?: )?{_WHAT}{_FROM}|(?<=\S),\s+{_FROM}[^,;]*$|(?<=\S)[.;,]?\s+(?:copyright ?©|© ?(?:19|20)\d\d)",
    re.I,
)
_FIRST = expression(rf"\s*{_FROM}", re.I)
_CLOSING = {")": "(", "]": "[", "}": "{"}
_TRAILING = " .\u00a0"


def _source(title: str) -> int | None:
    """Return the offset, in a figure's title, of the source or the reference with which it ends; None for none."""
    end = len(title.rstrip(_TRAILING))
    opening = _CLOSING.get(title[end - 1 : end])
    if opening is not None and (at := _opened(title, end)) is not None and _REFERS.match(title, at + 1, end):
        return len(title[:at].rstrip())
    starts = (match.start() for match in _LAST.finditer(title, 0, _MOST))
    return next((start for start in starts if not has_open_bracket(title[:start])), None)


def _opened(title: str, end: int) -> int | None:
    """Return the offset of the bracket that is closed at the end of a title; None if it is not opened."""
    depth = 0
    for at in range(end - 1, max(-1, end - 1 - _MOST), -1):
        depth += (title[at] in ")]}") - (title[at] in "([{")
        if depth == 0:
            return at if title[at] == _CLOSING[title[end - 1]] else None
    return None


def _may_have_a_source(figtitle: str) -> bool:
    return (
        figtitle.rstrip(_TRAILING)[-1:] in _CLOSING
        or "©" in figtitle
        or (figtitle[:1] in "AaMmRr \t" and _FIRST.match(figtitle) is not None)
        or ((". " in figtitle or "; " in figtitle or ", " in figtitle) and _LAST.search(figtitle) is not None)
    )


@rule(
    "PF322",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    trigger=When(("figtitle",), _may_have_a_source),
    bad=[
        *(Bad({"figtitle": f"{_CELLS}{rest}"}, unsafe=True, message=f"figtitle ends in '{shown}",
              fixed={"figtitle": _CELLS}, key=FIGTITLE)
          for rest, shown in (
              (" (see text for details)", "(see text for details)"), (" (see the text for the detail).", "(see the text"),
              (" (for details see Ada et al)", "(for details"), (" [adapted from ()]", "[adapted from ()]"),
              (" (modified from )", "(modified from )"), (" (Figure redrawn after Ada (2009))", "(Figure redrawn"),
              (" (adapted and modified from KEGG)", "(adapted and"), (" {reprinted with permission from KEGG}", "{reprinted"),
              (" (with permission)", "(with permission)"), (" (© 2009 Ada)", "(© 2009 Ada)"),
              (" (see discussion for details)", "(see"),
              (". Modified from Ada et al", ". Modified from Ada et al"), ("; figure was reproduced from KEGG", "; figure was"),
              (", adapted from Ada et al", ", adapted from Ada et al"),
              (" © 2009 Ada", "© 2009 Ada"), (". Copyright © 2009 Ada", ". Copyright"), (" Copyright © Ada", "Copyright"),
          )),
        Bad({"figtitle": "Adapted from Ada and others on stem cells"}, message="figtitle begins with 'Adapted from'"),
        Bad({"figtitle": "Cells (see text for details)"}, message="figtitle ends in '(see text for details)'"),
    ],
    good=[
        Good({"figtitle": "Modified T cells (see also B cells), redrawn by MetaCore© from KEGG"}),
        Good({"figtitle": "Stem cells (LSC; modified from KEGG) in mice"}),
        Good({"figtitle": "Stem cells, modified from KEGG, in leukemia"}),
        Good({"figtitle": "Stem cells (modified from mice) in leukemia (LSC)"}),
        Good({"figtitle": "Drug-adapted cells from mice)"}),
        Good({"figtitle": "Text mining (see context) of stem cells [see Ada)"}),
    ],
)  # fmt: skip
def title_boilerplate(record: Values) -> Iterator[Finding]:
    """
    The figure's title holds a source or a reference to the paper's text.

    `(see text for details)`, `(adapted from …)`, `Copyright © 2009 …` and `(with permission)` belong to the caption, which has
    them too. The curation guide wants a title that names what is shown. On the site the references are no links, and mostly
    empty: `(modified from )`. The unsafe fix takes such brackets, or such a last sentence, off the end of the title. A title
    that begins with `Adapted from …` has to be written anew.
    """
    for key, title in texts(record, FIGTITLE):
        at = _source(title)
        if at is not None and (at <= own_end(record) or own_end(record) < SHORTEST):
            rest = title[at:].strip()
            fix = set_text(record, key, title[:at], "take it away", Safety.UNSAFE) if at >= SHORTEST else None
            yield Finding(
                key, f"figtitle ends in {quote(rest[:60])}, which is no part of a title", within=Span(at, len(title)), fix=fix
            )
        elif first := _FIRST.match(title):
            message = f"figtitle begins with {quote(first[0].strip())}: write what the figure shows"
            yield Finding(key, message, within=Span(*first.span()))
