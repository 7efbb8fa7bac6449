"""PF3, the part about white space."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from pfocr_lint.diagnostic import Finding, Fix, Safety, SetValue, Span
from pfocr_lint.lazy_import import expression
from pfocr_lint.pointer import name_of
from pfocr_lint.record.characters import CONTROL
from pfocr_lint.record.texts import FIGURE_TITLES, KEYWORDS, NAMES, PROSE, TITLES, texts
from pfocr_lint.record.values import Values
from pfocr_lint.rules.boilerplate import publishers_text
from pfocr_lint.rules.declaration import Bad, Good, InTexts, rule
from pfocr_lint.rules.text import both, set_text, typed_backslash
from pfocr_lint.rules.title_parts import FIGTITLE, own_end
from pfocr_lint.schema.kinds import FIGURES, Kind

_WHITE = " \t\r\n"
_OF_NAMES = tuple(f"/{name}" for name in NAMES)
_HARD = expression(r"[\t\r\n]")
_EDGE = expression(r"^[ \t\r\n]+|(?<![ \t\r\n])[ \t\r\n]+$")
_BREAK = expression(r"(?<![ \t\r\n])[ ]*[\t\r\n][ \t\r\n]*")
_DOUBLE = expression(r"(?<=[^ ])  +(?=[^ ])")
# Behind these words, in a title of a caption, a name or a reference was lost as often as a key was hit twice.
_LOST = expression(r"\b(?ai:of|in|by|from|to|on|for|with|via|see|how|that|figures?|figs?\.?|tables?)  +(?=[^ ])")


@rule(
    "PF306",
    severity="warning",
    fix="safe or unsafe",
    kinds=FIGURES | {Kind.FETCHED},
    trigger=InTexts(((" ", r" [ \n]"), ("\n", r"\n "))),
    bad=[
        Bad({"figtitle": "Properties of Leukemic Stem Cells "}, message="figtitle ends in a space",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}, key="/figtitle"),
        Bad({"papertitle": "Properties of  Leukemic Stem Cells."}, message="papertitle has a double space",
            fixed={"papertitle": "Properties of Leukemic Stem Cells."}),
        Bad({"figtitle": " Properties of Leukemic  Stem Cells "}, message="begins with a space and has a double space",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        *(Bad({field: text}, message=message, key=f"/{field}", fixed={field: "Cells and Genes"})
          for field in ("journal_title", "journal_nlm_ta", "publisher_name", "keywords")
          for text, message in (("Cells and Genes ", f"{field} ends in a space"), ("Cells  and Genes", f"{field} has a double"))),
        Bad({"article_title": "Stem  cells "}, kind=Kind.FETCHED, message="article_title ends in a space and has a double space",
            fixed={"article_title": "Stem cells"}),
        Bad({"publisher_name": " "}, message="publisher_name begins with a space", fixed={"publisher_name": ""}),
        Bad({"keywords": "bone |  \t5-FU"}, message="has a tab", fixed={"keywords": "bone | 5-FU"}),
        Bad({"schema-jsonld/keywords": [" PTEN  kinase"]}, message="begins with a space and has a double space",
            fixed={"schema-jsonld/keywords": ["PTEN kinase"]}),
        Bad({"schema-jsonld/keywords": [" PTEN"]}, message="begins with a space", fixed={"schema-jsonld/keywords": ["PTEN"]}),
        Bad({"schema-jsonld/keywords": ["PTEN\nAKT1"]},
            message="has a line break", fixed={"schema-jsonld/keywords": ["PTEN AKT1"]}),
        Bad(both("Stromal\t5-FU signaling in leukemia"), message="has a tab", fixed=both("Stromal 5-FU signaling in leukemia")),
        Bad(text=("- AKT1", "- AKT1\tPTEN"), message="item 2 has a tab", fixed="- AKT1 PTEN"),
        Bad(text=("- AKT1", '- "\\tau AKT1"'), message="begins with a tab: in double quotes '\\t' is a tab; use single quotes",
            fixed="- \\tau AKT1", unsafe=True),
        Bad(both("Stromal signaling in  , leukemia"), message="caption has a double space", unsafe=True,
            fixed=both("Stromal signaling in , leukemia"), also=("PF311",)),
        *(Bad({"figtitle": f"Stem cells {rest}".replace("_", "  ")}, message="figtitle has a double space", unsafe=True,
              fixed={"figtitle": f"Stem cells {rest}".replace("_", " ")})
          for rest in ("regulated by_in leukemia", "with drugs (see_for names)", "of Fig._in leukemia")),
    ],
    good=[
        Good({"figtitle": "Properties of\u00a0\u00a0Leukemic Stem Cells"}),
        Good({"organisms": ["Acinetobacter baumannii ATCC 19606  CIP 70.34"]}),
    ],
)  # fmt: skip
def stray_whitespace(record: Values) -> Iterator[Finding]:
    r"""
    A text has white space where none belongs.

    It is at the edges of the text, or a tab or a line break in it; in titles, captions, keywords, names of journals and of the
    publisher it may also be doubled. A search for the words does not find them, and a name is listed twice. The fix removes it.
    In captions, and behind a word like `of` in a figure's title, a double space is often the place of a lost reference or a lost
    name (`Roles of  in stem cells`), so a person decides. No-break spaces are content, and the names of organisms are never
    changed.

    In double quotes a `\t`, `\n` or `\r` in front of a letter is a backslash that was typed (`"\tau"`): the unsafe fix writes
    it as single quotes would have kept it.
    """
    names = ((key, record.usable(key) or "") for key in (_OF_NAMES if record.kind in FIGURES else ()))
    for key, text in chain(texts(record), names):
        inside = text.strip(_WHITE)
        match = _EDGE.search(text) if inside != text else _BREAK.search(text) if _HARD.search(text) else None
        in_words = key in TITLES or key in PROSE or key in _OF_NAMES or key.startswith(KEYWORDS)
        double = _DOUBLE.search(text) if in_words and "  " in text else None
        first = match or double
        if first is None or publishers_text(key, text) is not None or (key == FIGTITLE and first.start() >= own_end(record)):
            continue  # PF323 shows where a text goes on; what goes with the fix of another rule is that rule's
        typed = typed_backslash(record, key) if _HARD.search(text) else None
        if typed is not None and CONTROL.search(text):
            continue  # the backslashes have one cause, and PF010 reports it
        cleaned, safety = _BREAK.sub(" ", inside), Safety.SAFE
        unsure = key in PROSE or (double is not None and key in FIGURE_TITLES and _LOST.search(text) is not None)
        if double is not None and not (match and unsure):  # first what is safe
            cleaned = _DOUBLE.sub(" ", cleaned)
            safety = Safety.UNSAFE if unsure else Safety.SAFE
        what = " and ".join([*([_fault(text, match)] if match else ()), *(["has a double space"] if double else ())])
        fix, hint = typed or (_fix(record, key, cleaned, safety), "")
        yield Finding(key, f"{name_of(key)} {what}{hint}", within=Span(*first.span()), fix=fix)


def _fault(text: str, match: re.Match[str]) -> str:
    """What is wrong at an edge of a text, or with a tab or a line break in it."""
    char = "a tab" if "\t" in match[0] else "a line break" if "\n" in match[0] or "\r" in match[0] else "a space"
    verb = "begins with" if match.start() == 0 else "ends in" if match.end() == len(text) else "has"
    return f"{verb} {char}"


def _fix(record: Values, key: str, cleaned: str, safety: Safety) -> Fix | None:
    if not cleaned and key in _OF_NAMES:  # '' says that it is unknown
        return Fix("set it to ''", (SetValue(key, ""),))
    return set_text(record, key, cleaned, "remove the white space", safety)
