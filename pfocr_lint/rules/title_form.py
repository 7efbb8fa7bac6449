"""PF3, the part about the form of figures' titles: how they begin, how they end, and how they spell."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Safety, Span
from pfocr_lint.lazy_import import expression
from pfocr_lint.quoting import quote
from pfocr_lint.record import derived
from pfocr_lint.record.references import lost_references
from pfocr_lint.record.texts import texts
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import Bad, Good, When, rule
from pfocr_lint.rules.text import set_text
from pfocr_lint.rules.title_beginnings import FIRSTS, LEAD_IN, label
from pfocr_lint.rules.title_cut import cut_at
from pfocr_lint.rules.title_parts import FIGTITLE, own_end
from pfocr_lint.rules.title_texts import ABBREVIATED, GREEK, SHORTEST, spelt
from pfocr_lint.schema.kinds import FIGURES

# ---- the end

# Words that need another behind them; not those that end a phrase, as in 'turned on' and 'to be acted upon'.
_NEEDING_WORDS = """
of in by from with and or the via between for to at as than through into within without during whose which that their
its using including under among against toward towards versus see
"""
_NEEDING = frozenset(_NEEDING_WORDS.split())
_MARKS = ",;:–—-"
_DASHES = "–—-"
_BEFORE_DASH = expression(r"(?:[a-z]{3}|[\s,;:])$")  # of an ion or a negative cell the hyphen is a part
_PAIRED = expression(r"\s[–—-]{1,3}(?=[^\s–—-])")  # a second title between dashes, '—its regulation—', is whole
_LAST_WORDS = expression(r"(?:(?<=\s)(?:based|redrawn|listed|shown|seen|described|depicted|presented|reported) )?[a-z]+$")


def _may_hang(figtitle: str) -> bool:
    return figtitle[-1:] in _MARKS or _needs_more(figtitle) or figtitle[-1:].isspace()


def _needs_more(title: str) -> bool:
    """Return whether a title ends in a word that needs another behind it."""
    return title.rpartition(" ")[2] in _NEEDING or title.endswith(" based on")


@rule(
    "PF316",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    trigger=When(("figtitle",), _may_hang),
    bad=[
        *(Bad({"figtitle": f"Stromal signaling {rest}"}, message=f"figtitle ends in {rest!r}", key=FIGTITLE)
          for rest in ("of", "listed in", "redrawn from", "and", "via", "between", "based on")),
        *(Bad({"figtitle": f"Stromal signaling{rest}"}, unsafe=True, message=f"figtitle ends in {rest.strip()!r}",
              fixed={"figtitle": "Stromal signaling"})
          for rest in (",", ";", ":", " –", " -", "—", "-", "–", " ,")),
        Bad({"figtitle": "Stromal signaling of,"}, message="figtitle ends in ','"),
        Bad({"figtitle": "Stromal signaling in Figs –"}, message="figtitle ends in '–'"),
        Bad({"figtitle": "Stromal in:"}, message="figtitle ends in ':'"),
        Bad({"figtitle": "Stromal c -"}, message="figtitle ends in '-'"),
    ],
    good=[
        Good({"figtitle": "Stromal signaling is turned on"}), Good({"figtitle": "Channels of Na+ and Cl-"}),
        Good({"figtitle": "Signaling of stem cells and OR"}), Good({"figtitle": "Stem cells with a knock-in"}),
        Good({"figtitle": "Stem cells —Signaling in leukemia—"}), Good({"figtitle": "Stem cells -their signaling-"}),
    ],
)  # fmt: skip
def dangling_title(record: Values) -> Iterator[Finding]:
    """
    The figure's title ends in the middle of a sentence.

    It ends in a word that needs another (`of`, `in`, `from`, `and`, `listed in`), or in a comma, a colon or a dash. A link to a
    table or to a paper stood there and was lost, or the title was cut. The curation guide wants a title that can be read
    alone: on the site it stands in lists, without the caption. Read the caption, and write what is missing or end the title
    earlier. The unsafe fix only takes off punctuation.
    """
    for key, title in texts(record, FIGTITLE):
        whole = title.rstrip()
        if own_end(record) < len(title) or cut_at(record) is not None or label(title) is not None:
            continue
        if any(
            match.end() >= len(whole) - 1 or title[match.end() :].strip() in _NEEDING for match in lost_references(whole)[-1:]
        ):
            continue  # PF311 reports the reference that was lost there
        if whole and whole[-1] in _MARKS and not _belongs(whole):
            rest = whole.rstrip(f"{_MARKS} \u00a0")
            wanted = len(rest) >= SHORTEST and not _needs_more(rest) and not ABBREVIATED.search(rest)
            fix = set_text(record, key, rest, "take it off", Safety.UNSAFE) if wanted else None
            message = f"figtitle ends in {quote(whole[len(rest) :].strip())}: something was lost here, or the title was cut"
            yield Finding(key, message, within=Span(len(rest), len(whole)), fix=fix)
        elif _needs_more(whole) and (last := _LAST_WORDS.search(whole)) is not None:
            message = f"figtitle ends in {quote(last[0])}: complete it from the caption, or end it earlier"
            yield Finding(key, message, within=Span(*last.span()))


def _belongs(title: str) -> bool:
    """Return whether the dash in which a title ends is a part of it: of a name, or one of two."""
    if title[-1] not in _DASHES:
        return False
    return _BEFORE_DASH.search(title[-4:-1]) is None or (title[-2].isalnum() and _PAIRED.search(title) is not None)


# ---- the beginning

_FIRST_WORD = expression(r"([a-z]{3,})(?=[\s,;.]|$)")
_SHORT = frozenset({"the", "new", "two", "how", "all", "six", "ten", "for", "and", "via", "our", "its", "one"})
# Names that are written small, or parts of one: Greek letters, positions, genes in front of such a word.
_SMALL_WORDS = """
alpha beta gamma delta epsilon zeta eta theta kappa lambda omega sigma cis trans ortho meta para tert sec iso
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_OF_A_GENE = expression(r"\s(?:operons?|regulons?|genes?|locus|loci|mutants?|alleles?|gene cluster)\b")


def _lower_case(title: str) -> str | None:
    """Return the ordinary word in lower case with which a title begins; None for none."""
    first = _FIRST_WORD.match(title)
    if first is None or first[1] in _SMALL or (len(first[1]) == 3 and first[1] not in _SHORT):
        return None
    return None if len(first[1]) < 5 and first[1] not in _SHORT and _OF_A_GENE.match(title, first.end()) else first[1]


@rule(
    "PF318",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    trigger=When(("figtitle",), lambda figtitle: figtitle[:1].islower() and _FIRST_WORD.match(figtitle) is not None),
    bad=[
        Bad({"figtitle": f"{word} Properties of Stem Cells"}, unsafe=True, message=f"lower-case word {word!r}", key=FIGTITLE,
            fixed={"figtitle": f"{word.capitalize()} Properties of Stem Cells"})
        for word in ("the", "metabolic", "synthetic")
    ],
    good=[
        Good({"figtitle": f"{name} in leukemic stem cells"})
        for name in ("p53", "mTOR", "miR-21", "eIF2", "tRNA", "cis-Silencing", "n-3 fatty acids", "alpha-Synuclein",
                     "daf-2", "beta cells",
                     "netboxr: modules", "lac operon", "pho4 genes", "nod factors", "lacz genes")
    ],
)  # fmt: skip
def lower_case_title(record: Values) -> Iterator[Finding]:
    """
    The figure's title begins with a word in lower case.

    The curation guide: all titles should start with a capital letter. On the site titles stand in lists, one below the other.
    The unsafe fix writes the first letter as a capital. Names that are written small stay (`p53`, `mTOR`, `cis-…`,
    `alpha-…`, `daf-2`): the rule reports only words of three or more small letters. See that it is no name, and that nothing
    in front of it was lost.
    """
    for key, title in texts(record, FIGTITLE):
        word = None if derived.rejects(title) else _lower_case(title)
        if word is not None:
            fix = set_text(record, key, title[0].upper() + title[1:], "write a capital letter", Safety.UNSAFE)
            message = f"figtitle begins with the lower-case word {quote(word)}: titles start with a capital letter"
            yield Finding(key, message, within=Span(0, len(word)), fix=fix)


@rule(
    "PF319",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    trigger=When(("figtitle",), lambda figtitle: not figtitle.isascii() and GREEK.search(figtitle) is not None),
    bad=[
        *(Bad({"figtitle": f"Cells and {greek}"}, unsafe=True, message="holds the Greek letter",
              fixed={"figtitle": f"Cells and {wanted}"}, key=FIGTITLE)
          for greek, wanted in (
              ("TGF-β1", "TGFB1"), ("NFκB", "NFKB"), ("β-catenin", "Beta-catenin"), ("α-1", "Alpha-1"), ("γ-x", "Gamma-x"),
              ("ω-3", "omega-3"), ("Ω-3", "Omega-3"), ("TNF-α", "TNFA"), ("PKC δ", "PKC D"), ("PKC-ε", "PKCE"), ("PKCϵ", "PKCE"),
              ("γ", "G"), ("δ-x", "D-x"), ("κ-x", "K-x"), ("β/α-x", "B/Alpha-x"),
          )),
        Bad({"figtitle": "Synthesis of ω3 fatty acids"}, message="Greek letter 'ω'"),
        Bad({"figtitle": "Resistance of 10 Ω"}, message="Greek letter 'Ω'"),
    ],
    good=[Good({"figtitle": "Doses of 5 μM in Δp53 cells, λ phages"})],
)  # fmt: skip
def greek_in_title(record: Values) -> Iterator[Finding]:
    """
    The figure's title holds a Greek letter.

    The pipeline spells Greek letters in titles, because they disturb the programs that read the titles: they search for names
    like `NFKB` and `TGFB1`. Someone typed the letter into a title later. The unsafe fix spells it as the pipeline does: `α-` is
    `Alpha-`, and elsewhere `α` is `A` and joins the name in front (`TGF-β1` is `TGFB1`). `ω` and `Ω` have a spelling only in
    front of a hyphen; elsewhere write one yourself. Only the title changes, the caption keeps its letters.
    """
    for key, title in texts(record, FIGTITLE):
        letter = GREEK.search(title)
        if letter is None or letter.start() >= own_end(record):
            continue
        wanted = spelt(title)
        fix = set_text(record, key, wanted, "spell it as the pipeline does", Safety.UNSAFE) if wanted != title else None
        spelling = f": {quote(_around(wanted, letter.start()))}" if fix is not None else "; spell it"
        yield Finding(key, f"figtitle holds the Greek letter {quote(letter[0])}{spelling}", within=Span(*letter.span()), fix=fix)


def _around(text: str, at: int) -> str:
    """Return the word of a text that holds an offset, or ends before it."""
    start, end = text.rfind(" ", 0, at) + 1, text.find(" ", at)
    return text[start : end if end > 0 else len(text)][:40]


_LONGEST = f"Signaling {'in cells ' * 26}mice"


@rule(
    "PF320",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    trigger=When(("figtitle",), lambda figtitle: figtitle[:1] in FIRSTS and LEAD_IN.match(figtitle) is not None),
    bad=[
        *(Bad({"figtitle": f"{lead}Signaling in leukemia"}, unsafe=True, message=f"figtitle begins with {lead.strip()!r}",
              fixed={"figtitle": "Signaling in leukemia"}, key=FIGTITLE)
          for lead in (": ", "|", "- ", ". ", "– ", "Figure 1 ", "Fig. 2A: ", "Scheme 3. ", "(Left) ", "A, ", "A: ", "Figure 2.",
                       "FIG 3 | ",
                       "Fig 1B. ", "(Upper panel) ", "Supplementary Figure 2: ")),
        Bad({"figtitle": "Figure 1.—"}, message="figtitle begins with 'Figure 1.—'"),
        Bad({"figtitle": "Figure 1. Cells"}, message="figtitle begins with 'Figure 1.'"),
        Bad({"figtitle": f"Figure 1. {_LONGEST}"}, unsafe=True, message="'Figure 1.'", fixed={"figtitle": _LONGEST}),
    ],
    good=[
        Good({"figtitle": f"{title} in leukemia"})
        for title in ("Scheme of signaling", "Figure 1 shows signaling", "A, B and C signaling", "(Left-handed) signaling",
                      "-catenin signaling",
                      "Fig 2.5 signaling", "Figure describes signaling", "Fig trees and signaling", "Scheme 3D signaling")
    ],
)  # fmt: skip
def title_lead_in(record: Values) -> Iterator[Finding]:
    """
    The figure's title begins with something that is no part of it.

    It is a lone `:`, `|`, `-` or `.`, the figure's label (`Figure 1`, `Fig. 2A:`, `Scheme 3.`), the side of a panel (`(Left)`),
    or `A, ` or `A: `. The site shows the number beside the title, and sorts titles by their first letter. The unsafe fix takes
    it away.
    Where the rest is shorter than 10 characters, write a title from the caption.
    """
    for key, title in texts(record, FIGTITLE):
        lead = label(title)
        if lead is not None:
            rest = title[len(lead) :]
            fix = set_text(record, key, rest, "take it away", Safety.UNSAFE) if len(rest) >= SHORTEST else None
            message = f"figtitle begins with {quote(lead.strip())}, which is no part of a title"
            yield Finding(key, message, within=Span(0, len(lead)), fix=fix)
