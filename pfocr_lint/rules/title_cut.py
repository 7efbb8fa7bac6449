"""PF3, the part about figures' titles that were cut at a period which ends no sentence; the caption shows how they go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pfocr_lint.diagnostic import Finding, Safety, Span
from pfocr_lint.lazy_import import expression
from pfocr_lint.quoting import quote
from pfocr_lint.record.texts import texts
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import Bad, Good, When, rule
from pfocr_lint.rules.text import both, set_text
from pfocr_lint.rules.title_parts import FIGTITLE, has_open_bracket, own_end
from pfocr_lint.rules.title_texts import ABBREVIATED, ABBREVIATIONS, OWN_PERIOD, WHITE, end_in_caption, fits, spelt
from pfocr_lint.rules.value_ends import cut_off, with_its_rest
from pfocr_lint.schema.kinds import FIGURES


class Cut(NamedTuple):
    """Where the text stands at which a title was cut, what the message adds, and the whole title, if the caption shows it."""

    start: int
    reason: str
    whole: str | None


# ---- how the caption goes on

# Behind a title: a period and a word of the same sentence, or a digit.
_GOES_ON = expression(r"\.[ \u00a0]([a-z]{3,})(?=[\s,;:.()\[\]]|$|-[a-z]{3})|\.?[0-9]")
# Words that follow a period where a link was lost, or with which a sentence in lower case begins; names that are written small.
_OF_NEW_SENTENCE = """
and are but can for from had has have here into its may nor not note see shows that the their then there these this
those was were when where which while with yet alpha beta gamma delta epsilon kappa omega sigma cis trans adapted
modified redrawn reprinted reproduced
"""
_NEW_SENTENCE = frozenset(_OF_NEW_SENTENCE.split())
_FULL_WORD = expression(r"(?<![A-Za-z])(?!spp$|ssp$)[A-Za-z][a-z]{2,}$")
_CITED = expression(r"\.?[0-9]+(?:[-–,][0-9]+)*(?:\.?\s+[A-Z(]|\.?\s*$)|[0-9]+\.[0-9]")


def _goes_on(title: str, caption: str, end: int) -> bool:
    """Whether the caption goes on, behind a title that ends at an offset, with the same sentence."""
    match = _GOES_ON.match(caption, end)
    if match is None:
        return False
    full = ABBREVIATED.search(title) is None and _FULL_WORD.search(title, max(0, len(title) - 40)) is not None
    if match[1] is not None:
        return not full and match[1] not in _NEW_SENTENCE
    return not full and not (_CITED.match(caption, end) and not title[-1:].isdigit())


# ---- where a sentence ends

_MARK = expression(r"[.?!]")
_TOKEN = expression(r"[^\s(\[{]{1,30}$")
_NEXT = expression(r"\s+(\S+)")
_ORDINARY = expression(r"[A-Za-z]?[a-z]{2,}")
_WORD = expression(r"[a-z]{3,}(?![A-Za-z0-9]|-[A-Z0-9])")
# Abbreviations that end no sentence, and those that end none in front of a sign.
_ENDING_NONE = "fig figs ref refs no nos eq eqs vs cf ca e.g i.e approx subsp ssp var cv"
_BEFORE_ANY = frozenset(_ENDING_NONE.split())
_BEFORE_SIGN = frozenset({"al", "sp", "spp", "etc", "inc", "ltd"})


def _sentence_end(text: str, start: int) -> int:
    """Return the offset of the mark at which a sentence ends that goes on at an offset; the text's length for none."""
    for match in _MARK.finditer(text, start):
        at = match.start()
        if _ends(text, at):
            return at + (text[at] != ".")
    return len(text)


def _ends(text: str, at: int) -> bool:
    """Whether a mark ends a sentence."""
    following = text[at + 1 : at + 2]
    if not following or text[at] != ".":
        return not following or following.isspace()
    last = _TOKEN.search(text, max(0, at - 30), at)
    token = last[0] if last is not None else ""
    if not following.isspace():
        return (following.isupper() or following == "(") and _ORDINARY.fullmatch(token) is not None
    word = _NEXT.match(text, at + 1, at + 60)
    if word is None or token.lower() in _BEFORE_ANY:
        return word is None
    if token.lower() in _BEFORE_SIGN:
        return word[1][0].isupper()
    return not word[1][0].islower() or _WORD.match(word[1]) is None


# ---- the title

_CAPITAL = expression(r"\b(?:from|of|in)[ \u00a0][A-Z]\.?$")
_END = 14  # characters in which an abbreviation stands
_FARTHEST = 500  # characters in which a bracket is closed
_PAIRS = {")": "(", "]": "["}


def _bare(title: str) -> str:
    return title.rstrip(" .\t\r\n")


def _opened(title: str) -> int:
    """Return the offset of the last bracket in a title that is opened and not closed."""
    opened: list[int] = []
    for at, char in enumerate(title):
        if char in "([":
            opened.append(at)
        elif char in _PAIRS and opened and title[opened[-1]] == _PAIRS[char]:
            opened.pop()
    return opened[-1]


def _closed(bracket: str, caption: str, end: int) -> int | None:
    """Return the offset behind the bracket with which the caption closes an open one; None if it does not."""
    depth = 1
    for at in range(end, min(len(caption), end + _FARTHEST)):
        depth += (caption[at] == bracket) - (_PAIRS.get(caption[at]) == bracket)
        if depth == 0:
            return at + 1
    return None


def _whole(title: str, caption: str, end: int | None, closed: int | None) -> str | None:
    """
    Return the sentence of the caption that a title begins; None if it is unknown, or too long.

    It goes on behind the title's end in the caption, and does not end before the offset at which an open bracket is closed.
    """
    if end is None:
        return None
    stop = _sentence_end(caption, max(end, closed or 0))
    found = title + spelt(WHITE.sub(" ", caption[end:stop]).rstrip(" "))
    if caption[stop : stop + 1] == "." and OWN_PERIOD.search(f"{found}."):
        found += "."
    return found if fits(found) and found != title else None


def cut_at(record: Values) -> Cut | None:
    """Return where a figure's title was cut; None if nothing shows that it was, or another rule takes its end away."""
    if "title_cut" not in record.derived:
        record.derived["title_cut"] = _cut_at(record)
    found: Cut | None = record.derived["title_cut"]
    return found


def _cut_at(record: Values) -> Cut | None:
    figtitle, caption = record.usable(FIGTITLE) or "", record.usable("/caption") or ""
    title = _bare(figtitle)
    if not title or own_end(record) < len(figtitle):
        return None
    end = end_in_caption(title, caption)
    abbreviated = ABBREVIATED.search(figtitle, max(0, len(figtitle) - _END))
    last = title.rfind(" ") + 1 if abbreviated is None else abbreviated.start()
    opened = _opened(title) if end is not None and has_open_bracket(title) else None
    closed = _closed(title[opened], caption, end) if end is not None and opened is not None else None
    if end is not None and _goes_on(title, caption, end):
        return Cut(last, "it was cut at a period; the caption goes on", _whole(title, caption, end, closed))
    if abbreviated is not None:
        behind = end if end is not None and caption[end : end + 1] == "." else None
        return Cut(last, "it was cut at an abbreviation", _whole(title, caption, behind, closed))
    if (match := _CAPITAL.search(figtitle, max(0, len(figtitle) - _END))) is not None:
        if end is not None or _bare(record.usable("/papertitle") or "").endswith(title):
            return None  # a text that was not cut there has the same capital
        return Cut(match.start(), "it was cut at an abbreviation", None)
    if opened is not None and closed is not None:
        return Cut(opened, "the caption closes this bracket", _whole(title, caption, end, closed))
    return None


_BLANKS = (" ", "\u00a0")


def _may_be_cut(figtitle: str, caption: str) -> bool:
    if figtitle.endswith(ABBREVIATIONS) or figtitle[-2:-1] in _BLANKS or figtitle[-3:-2] in _BLANKS or has_open_bracket(figtitle):
        return True
    title = figtitle if figtitle[-1:].isalnum() else _bare(figtitle)
    end = end_in_caption(title, caption)
    return end is not None and _goes_on(title, caption, end)


_YEAST = "Biosynthesis of amino acids in S"
_TEN = "Signaling in cells at pH 7"


@rule(
    "PF314",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    trigger=When(("figtitle", "caption"), _may_be_cut),
    bad=[
        Bad({"figtitle": "Model of Winer et al"}, message="'et al'", key=FIGTITLE),
        Bad({"figtitle": "Biosynthesis of amino acids from E"}, message="'from E'"),
        Bad(
            text=("Drug Resistance\norg", "#2\norg"),
            message="before '#2'",
            unsafe=True,
            fixed={"figtitle": "Properties of Leukemic Stem Cells in Regulating #2"},
        ),
        Bad(text=("figtitle: Properties of Leukemic", "figtitle: Part #2 of"), message="before '#2 of", unsafe=True,
            fixed={"figtitle": "Part #2 of Stem Cells in Regulating Drug Resistance"}),
        *(Bad({"figtitle": title, **both(caption)}, unsafe=True, message=message,
              fixed={"figtitle": whole, **both(caption)}, key=FIGTITLE)
          for title, caption, whole, message in (
              (_YEAST, f"{_YEAST}. cerevisiae. Arrows show steps.", f"{_YEAST}. cerevisiae", "'S': it was cut at a period"),
              (_YEAST, "Biosynthesis of amino\u00a0acids in S. cerevisiae.", f"{_YEAST}. cerevisiae", "'S'"),
              (_YEAST, f"Schematic overview of the {_YEAST.lower()}. pombe-like yeasts; see text. Arrows.",
               f"{_YEAST}. pombe-like yeasts; see text", "'S'"),
              (_TEN, f"{_TEN}.4 and pH 8. Arrows show steps.", f"{_TEN}.4 and pH 8", "'7'"),
              ("TGFB in P", "TGF-β in P. berghei and NF-κB. Arrows.", "TGFB in P. berghei and NFKB", "'P'"),
              ("Winer et al", "Winer et al. and cells. Arrows.", "Winer et al. and cells", "'et al'"),
              ("Model of Winer et al", "Model of Winer et al. The arrows.", "Model of Winer et al.", "'et al'"),
              ("Model of Winer et al", "Model of Winer et al. (2009). The arrows.", "Model of Winer et al. (2009)", "'et al'"),
              ("Cells (after Winer et al", "Cells (after Winer et al. Cell 5. 1). T.", "Cells (after Winer et al. Cell 5. 1)",
               "'et al'"),
              ("Stem cells (see Fig", "Stem cells (see Fig. 2B). Arrows.", "Stem cells (see Fig. 2B)", "'Fig'"),
              ("Stem cells (LSC and other", "Stem cells (LSC and other cells [T. B]). Cells.",
               "Stem cells (LSC and other cells [T. B])",
               "'(LSC and other': the caption closes"),
          )),
    ],
    good=[
        Good({"figtitle": "Functions of vitamin D"}), Good({"figtitle": "Winer et al. on leukemic stem cells"}),
        *(Good({"figtitle": title, **both(caption)})
          for title, caption in (
              ("Terpenoid synthesis", "Terpenoid synthesis. dashed arrows show steps."),
              ("Model of ER and IR", "Model of ER and IR. and are in the cytosol."),
              ("Model of CD4 and IR", "Model of CD4 and IR. zbTRIM25 binds. mTOR"),
              ("Model of ER and IR", "Model of ER and IR. a Cells."),
              ("Model of ER and IR", "Model of ER and IR. 1. Cells bind."),
              ("Model of ER and IR", "Model of ER and IR.12 Cells bind."),
              ("The enzymes shown in A", "The enzymes shown in A. Cells."), ("Cells (a) and b (c", "Stem cells."),
          )),
    ],
)  # fmt: skip
def truncated_title(record: Values) -> Iterator[Finding]:
    """
    The figure's title was cut.

    The pipeline takes the caption's first sentence as title, and ends it at the first period. Where that period ends no sentence,
    the title stops too early: `Metabolism in S` (of `S. cerevisiae`), `at pH 7` (of `7.4`), `Winer et al`, `(see Fig`. The rule
    compares the title with the caption: if the caption begins with it and the sentence goes on there, it was cut. White space,
    markup, capitals and the spelling of Greek letters make no difference. It also reports an abbreviation without its period, a
    single capital behind `from`, `of` or `in`, and a bracket that only the caption closes.

    The curation guide wants a title that can be read alone: on the site it stands in lists, without the caption. The unsafe fix
    takes the rest of the sentence from the caption, up to 250 characters. Read the new title: it may be longer than it must be.

    A title that holds ` #` is cut by YAML: without quotes, the rest is a comment. The unsafe fix puts single quotes round the
    whole text; it is unsafe because the rest may be a note.
    """
    for key, title in texts(record, FIGTITLE):
        if rest := cut_off(record, key):
            message = f"figtitle ends before {quote(rest)}, which is a comment; put single quotes round the whole text"
            yield Finding(key, message, fix=with_its_rest(record, key))
        elif (cut := cut_at(record)) is not None:
            fix = set_text(record, key, cut.whole, "complete it from the caption", Safety.UNSAFE) if cut.whole else None
            message = f"figtitle ends in {quote(title[cut.start :].strip()[:40])}: {cut.reason}"
            yield Finding(key, message, within=Span(cut.start, len(title)), fix=fix)
