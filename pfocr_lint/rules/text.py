"""
PF3: would a reader stumble? The texts of a figure, and every string that the page gives to search engines.

Here is what concerns words and sentences; characters and markup are in :mod:`pfocr_lint.rules.characters`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pfocr_lint import derive
from pfocr_lint.diagnostic import Finding, Fix, Safety, SetValue, Span, name_of, quote
from pfocr_lint.ondemand import expression
from pfocr_lint.record import FIGURES, Record, strings
from pfocr_lint.rule import Bad, Cue, Good, rule
from pfocr_lint.rules.fields import cut_off

DESCRIPTION = "/schema-jsonld/description"
KEYWORDS = "/schema-jsonld/keywords/"
TEXTS = ("figtitle", "caption", "papertitle", "reftext")  # beside the strings of the JSON-LD block
TITLES = ("/figtitle", "/papertitle")
PROSE = ("/caption", DESCRIPTION)


def both(text: str) -> dict[str, str]:
    """Caption and description of an example."""
    return {"caption": text, "schema-jsonld/description": text}


def texts(record: Record, *keys: str) -> Iterator[tuple[str, str]]:
    """
    The texts of a record that can be judged, with their JSON Pointers; only those of ``keys``, if any are given.

    The description is left out while it is a true copy of the caption, and where it is to become one (PF206).
    """
    if len(keys) == 1 and keys[0] != DESCRIPTION:  # asked of every record
        text = record.usable(keys[0])
        if text:
            yield keys[0], text
        return
    if keys:
        yield from _judgeable(record, [(key, record.value(key)) for key in keys])
        return
    if "texts" not in record.derived:  # half a dozen rules ask for them
        below = [(key, record.value(key)) for key in map("/{}".format, TEXTS)]
        below += strings("/schema-jsonld", record.value("/schema-jsonld"))
        record.derived["texts"] = list(_judgeable(record, below))
    yield from record.derived["texts"]


def _judgeable(record: Record, below: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for key, text in below:
        wanted = isinstance(text, str) and text and key not in record.invalid
        if wanted and not (key == DESCRIPTION and derive.is_copied(record)):
            yield key, text


def joined(record: Record) -> str:
    """What :func:`texts` gives of a record, and perhaps more, each between two line breaks: where cues are looked for."""
    data = record.data or {}
    found: list[Any] = ["", *map(data.get, TEXTS)]
    below: list[Any] = [data.get("schema-jsonld")]
    for value in below:  # which grows
        if type(value) is dict:
            below += value.values()
        elif type(value) is list:
            found += value
        elif value != found[2]:  # the caption: the description is a true copy of it
            found.append(value)
    found.append("")
    try:
        return "\n".join(found)
    except TypeError:  # something is no text
        return "\n".join([text for _, text in strings("", found)])


def set_text(record: Record, key: str, text: str, message: str, safety: Safety = Safety.SAFE) -> Fix | None:
    """
    The fix that gives a text its new form, and the description with it while it is a true copy.

    None if nothing is left, or if it would be one that ends the script that holds the JSON-LD.
    """
    if not text.strip() or ((key == "/caption" or key.startswith("/schema-jsonld/")) and derive.BREAKOUT.search(text)):
        return None
    changes = [SetValue(key, text)]
    if key == "/caption" and record.value(DESCRIPTION) == record.value(key):
        changes.append(SetValue(DESCRIPTION, text))
    return Fix(message, tuple(changes), safety)


def found(
    record: Record,
    key: str,
    text: str,
    pattern: re.Pattern[str],
    replace: str | Callable[[str], str],
    message: str,
    fix: str,
    safety: Safety = Safety.SAFE,
) -> Iterator[Finding]:
    """
    One finding for all matches of a pattern in a text, placed at the first; the fix replaces them all, or does with the text
    what ``replace`` does.

    ``{0}`` in the message is what was found, ``{1}`` the same without white space round it, ``{name}`` whose text it is.
    """
    match = pattern.search(text)
    if match is not None:
        wanted = pattern.sub(replace, text) if isinstance(replace, str) else replace(text)
        mended = set_text(record, key, wanted, fix, safety) if wanted != text else None
        said = message.format(quote(match[0]), quote(match[0].strip()), name=name_of(key))
        yield Finding(key, said, within=Span(*match.span()), fix=mended)


@rule(
    "PF301",
    severity="warning",
    kinds=FIGURES,
    owns=("figtitle:minLength", "figtitle:maxLength"),
    cue=Cue.FAILURE,
    bad=[
        Bad({"figtitle": "Pathway"}, says="figtitle has 7 characters", key="/figtitle"),
        Bad({"figtitle": "Pathway of many words " * 12 + "and more"}, says="want 10 to 250"),
    ],
    good=[Good({"figtitle": "p53 pathway"})],
)
def title_length(record: Record) -> Iterator[Finding]:
    """
    The figure's title has less than 10 or more than 250 characters.

    A shorter one does not say what the figure shows, a longer one is a caption.
    """
    for violation in record.failures.get("PF301", ()):
        yield Finding(violation.key, f"figtitle has {len(violation.value)} characters, want 10 to 250")


_ABBREVIATION = expression(
    r"(?:\b(?:al|spp?|subsp|var|cv|ssp|str|etc|vs|ca|cf|Inc|Ltd|Co|St|Jr|[A-Za-z]\.[A-Za-z])|(?<=\w[ \u00a0])[A-Z]|\.\.)\.$"
)


@rule(
    "PF302",
    severity="warning",
    fix="safe",
    kinds=FIGURES,
    cue=lambda figtitle: figtitle[-1:] == ".",
    bad=[
        Bad({"figtitle": "Properties of Leukemic Stem Cells."}, says="ends in a period",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}, key="/figtitle"),
    ],
    good=[
        Good({"figtitle": "Sugar metabolism in Saccharomyces sp."}),
        Good({"figtitle": "Sugar metabolism in the U.S."}),
        Good({"figtitle": "Sugar metabolism in Oryza sativa L."}),
    ],
)  # fmt: skip
def title_final_period(record: Record) -> Iterator[Finding]:
    """
    The figure's title ends in a period.

    Titles have none. The period of an abbreviation (`sp.`, `var.`, the `L.` of Linnaeus) stays.
    """
    for key, text in texts(record, "/figtitle"):
        if text.endswith(".") and not any(end.search(text) for end in (_ABBREVIATION, _BAD_END, _TRUNCATED)):
            fix = set_text(record, key, text.rstrip("."), "remove the period")
            yield Finding(key, "figtitle ends in a period", within=Span(len(text) - 1, len(text)), fix=fix)


_LETTERS = r"\([A-Za-z](?:[-–,] ?[A-Za-z])*\)"
# Of a molecule's name, and a base that becomes another.
_STEREO = r"\([RS](?:, ?[RS])?\)\s|\([EZ]\)\s[a-z0-9]|\([DL]\)\samino|\([A-Z]\)\sto\s(?!\()"
_PANEL = expression(
    rf"^\s*(?:(?!{_STEREO})(?:{_LETTERS}(?:\s?(?:(?:and|to|&|,|[-–])\s?)?{_LETTERS})*[.:,;]?|(?:[A-Za-z]\)\s+)*[A-Za-z]\))\s+"
    r"|\([A-Z]\)(?=[A-Z][a-z]))"
)
_LABEL = expression(rf"(?<!\S)(?:{_LETTERS}|[A-Za-z]\))[.:,;]?\s")
_HOLLOW = expression(r"(?<!\s)\s*(?:\(\s*\)|\[\s*\])")


_BRACKETS = {")": "(", "]": "["}


def _unlabelled(title: str) -> str:
    """A title without the panel's label in front; as it is where further labels show that it has several parts."""
    rest = _PANEL.sub("", title)
    return title if _LABEL.search(rest) else rest


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
    if _PANEL.match(figtitle):
        return True
    return ("(" in figtitle or "[" in figtitle) and _HOLLOW.search(figtitle) is not None


@rule(
    "PF303",
    severity="warning",
    fix="safe",
    kinds=FIGURES,
    cue=_may_have_an_artefact,
    bad=[
        Bad({"figtitle": "(A) Properties of Leukemic Stem Cells"}, says="panel label '(A)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}, key="/figtitle"),
        Bad({"figtitle": "B) Properties of Leukemic Stem Cells"}, says="panel label 'B)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": "(A-C) Properties of Leukemic Stem Cells"}, says="panel label '(A-C)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": "(A) (B)Properties of Leukemic Stem Cells"}, says="panel label '(A)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": "(A) and (B): Properties of Leukemic Stem Cells"}, says="panel label '(A) and (B):'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": "\u00a0(A)\u00a0Properties of Leukemic Stem Cells"}, says="panel label '(A)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": "A) A) Properties of Leukemic Stem Cells"}, says="panel label 'A) A)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": "(A) Left and (B) right signaling in leukemia"}, says="panel label '(A)'"),
        Bad({"figtitle": "A) Left signaling, B) right signaling"}, says="panel label 'A)'"),
        Bad({"figtitle": "Properties of Leukemic Stem Cells []"}, says="empty brackets '[]'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": f"Properties of {'(' * 14}[ ]{')' * 14} Leukemic (Stem) Cells"}, says="empty brackets '[ ]'",
            fixed={"figtitle": "Properties of Leukemic (Stem) Cells"}),
    ],
    good=[
        Good({"figtitle": "(S)\u00a0Naproxen, [Fe-S] and (p)ppGpp (overview)"}), Good({"figtitle": "(R)-limonene biosynthesis"}),
        Good({"figtitle": "(C) to U editing"}), Good({"figtitle": "(D) amino acids in leukemia"}),
        Good({"figtitle": "(E) 2-hexenal signaling"}), Good({"figtitle": "(A)symmetric (B)RAF"}),
    ],
)  # fmt: skip
def title_artefact(record: Record) -> Iterator[Finding]:
    """
    Something is left over in the figure's title from where it was cut.

    A panel's label in front, `(A)` or `A)`, or empty brackets. A title of several labelled parts is for a person to word anew.
    """
    for key, text in texts(record, "/figtitle"):
        yield from found(record, key, text, _PANEL, _unlabelled, "figtitle begins with the panel label {1}", "remove the label")
        yield from found(record, key, text, _HOLLOW, _filled, "figtitle has empty brackets {1}", "remove the brackets")


_EMPTIED = expression(
    r"\((?![-–\u2010\u2011]\))[\s,;\u2010-\u2015-]*\)"
    r"|\[[\s,;\u2010-\u2015-]*\]"
    r"|\b(?ai:see|in|from|by|of|and|references?|refs?\.?|tables?|figures?|figs?\.?) +[.,;](?=[\s)\]]|$)"
    r"|\((?ai:(?:see|references?|refs?|tables?|figures?|figs?) +|(?:refs?|figs?)\. *)\)"
)
_LAST_DOT = expression(r" \.$")


@rule(
    "PF311",
    severity="warning",
    kinds=FIGURES,
    cue=(r"\([\s,;\u2010-\u2015-]*\)", r"\[[\s,;\u2010-\u2015-]*\]", r" [.,;]", r"\((?ai:see|ref|table|fig)[A-Za-z.]* *\)"),
    bad=[
        Bad(both("Stromal signaling () in leukemia"), says="'()'", key="/caption"),
        Bad(both("Stromal signaling (, ) in leukemia"), says="'(, )'"),
        Bad(both("Stromal signaling [–] in leukemia"), says="'[–]'"),
        Bad(both("Stromal signaling in leukemia, see ."), says="'see .'"),
        Bad(both("Stromal signaling as in ; see text"), says="'in ;'"),
        Bad(both("Stromal signaling in leukemia ."), says="' .'"),
        Bad(both("Stromal signaling (see ) in leukemia"), says="'(see )'"),
        Bad(both("Stromal signaling, Figs. , in leukemia"), says="'Figs. ,'"),
        Bad(both("Stromal signaling (—) in leukemia"), says="'(—)'"),
        Bad({"papertitle": "Stromal signaling as seen in ."}, says="'in .'"),
    ],
    good=[
        Good(both("Charges (-), (–), (\u2010), (+), (*), (?) turned in. See, in, and (A), [B], (see), (reference).")),
        Good(both("Doses rose from .05 to 2")),
    ],
)
def emptied_reference(record: Record) -> Iterator[Finding]:
    """
    A reference to a table, figure or paper was lost.

    The links in captions are removed on the way, and leave empty brackets or a `see .` behind. What stood there has to
    be looked up in the paper.
    """
    for key, text in texts(record, "/figtitle", "/papertitle", *PROSE):
        matches = [m for m in _EMPTIED.finditer(text) if key != "/figtitle" or not _HOLLOW.fullmatch(m[0])]
        if key in PROSE and (last := _LAST_DOT.search(text)) and not any(m.end() == last.end() for m in matches):
            matches.append(last)
        if matches:
            more = f", and {len(matches) - 1} more" if len(matches) > 1 else ""
            message = f"{quote(matches[0][0])} in {name_of(key)}{more}: a reference was lost here"
            yield Finding(key, message, within=Span(*matches[0].span()))


@rule(
    "PF312",
    severity="warning",
    kinds=FIGURES,
    owns=("caption:minLength",),
    cue=derive.says_nothing,
    bad=[
        Bad(both("Figure"), says="caption is 'Figure'", key="/caption"),
        Bad(both("Fig. 3."), says="nothing but a label"),
        Bad(both("N/A"), says="caption is 'N/A', which says nothing"),
        Bad(both(""), says="caption is ''"),
        Bad({"caption": ""}, says="the description still has a text"),
    ],
    good=[Good(both("Figure of merit"))],
)
def empty_caption(record: Record) -> Iterator[Finding]:
    """
    The caption says nothing.

    It is empty, or no more than the figure's label. The text has to be found in the paper.
    """
    caption = record.usable("/caption")
    if caption is not None and derive.says_nothing(caption):
        what = "" if not caption.strip() else ", which says nothing" if caption.strip()[0] in "nN" else ", nothing but a label"
        kept = record.usable(DESCRIPTION)
        hint = "; the description still has a text" if kept and not derive.says_nothing(kept) else ""
        yield Finding("/caption", f"caption is {quote(caption)}{what}{hint}")


# Each part begins where a row of periods and spaces does, or looks back at few characters: so it is linear.
_BAD_END = expression(
    r"(\?)\.$|(?<=\?) [ .]*(?<= )\.$|(?<![ .?]) [ .]*(?<= )(\.)$"
    r"|(?:(?<=[^ .]\.)|(?<=[^ .]\.\.)|(?<=[^ .]\.\.\.)) [ .]*(?<= )\.$|(?<=\.) +\.$"
)
_BAD_START = expression(r"^(?:\. +)+")


def _may_be_broken(figtitle: str, papertitle: str, caption: str, description: str) -> bool:
    return (
        figtitle.endswith(("?.", " ."))
        or papertitle.endswith(("?.", " ."))
        or _begins_broken(caption)
        or (description != caption and _begins_broken(description))
    )


def _begins_broken(text: str) -> bool:
    return text[:1] in ".AaEeFfGgSs\u017f" and (text[:2] == ". " or derive.LABEL_IN_FRONT.match(text) is not None)


@rule(
    "PF313",
    severity="warning",
    fix="safe or unsafe",
    kinds=FIGURES,
    cue=_may_be_broken,
    bad=[
        Bad({"papertitle": "Where do leukemic stem cells go?."}, says="papertitle ends in '?.'",
            fixed={"papertitle": "Where do leukemic stem cells go?"}, key="/papertitle"),
        Bad({"papertitle": "Properties of Leukemic Stem Cells ."}, says="ends in ' .'",
            fixed={"papertitle": "Properties of Leukemic Stem Cells."}),
        Bad({"papertitle": "Leukemic Stem Cells. ."}, says="ends in ' .'", fixed={"papertitle": "Leukemic Stem Cells."}),
        Bad({"figtitle": "Properties of Leukemic Stem Cells ."}, says="figtitle ends in ' .'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad(both(". Stromal signaling in leukemia"), says="begins with '. '", fixed=both("Stromal signaling in leukemia")),
        Bad({"papertitle": f"Leukemic Stem Cells{' .' * 14}"}, says="ends", fixed={"papertitle": "Leukemic Stem Cells."}),
        Bad({"papertitle": f"Leukemic Stem Cells.{' .' * 14}"}, says="ends", fixed={"papertitle": "Leukemic Stem Cells."}),
        Bad({"papertitle": f"Where do stem cells go?{' .' * 14}"}, says="ends", fixed={"papertitle": "Where do stem cells go?"}),
        Bad(both(f"{'. ' * 10}Stromal signaling"), says="begins with '. '", fixed=both("Stromal signaling")),
        Bad(both("Figure 1. Stromal signaling in leukemia"), says="repeats its label 'Figure 1.'", unsafe=True,
            fixed=both("Stromal signaling in leukemia")),
        Bad(both(f"{'Figure 1. ' * 12}Stromal signaling"), says="repeats its label 'Figure 1.'", unsafe=True,
            fixed=both("Stromal signaling")),
    ],
    good=[Good({"papertitle": "Where do leukemic stem cells go?"}), Good(both("Figure 1.2 shows signaling in leukemia"))],
)  # fmt: skip
def broken_punctuation(record: Record) -> Iterator[Finding]:
    """
    Punctuation was glued on or left over.

    A period behind a question mark or a space at the end of a title, a period at the beginning of a caption. A
    caption that repeats its label is reported too; taking it away is for a person to decide.
    """
    for key, text in texts(record, *TITLES):
        if any(match.end() == len(text) for match in _EMPTIED.finditer(text)):
            continue  # 'in .' shows that a reference was lost (PF311)
        # of '?.' the question mark stays, of ' .' the period, but in a figure's title
        mended = r"\1" if key == "/figtitle" else r"\1\2"
        yield from found(record, key, text, _BAD_END, mended, "{name} ends in {0}", "leave one mark")
    for key, text in texts(record, *PROSE):
        yield from found(record, key, text, _BAD_START, "", "{name} begins with '. '", "remove the period")
        message = "{name} repeats its label {1}"
        yield from found(record, key, text, derive.LABEL_IN_FRONT, _unnamed, message, "remove the label", Safety.UNSAFE)


def _unnamed(caption: str) -> str:
    """A caption without its label, however often that stands in front."""
    return derive.LABELS_IN_FRONT.sub("", caption)


_TRUNCATED = expression(r"\bet[ \u00a0]al\.?$|\b(?:from|of|in) [A-Z]\.?$")


@rule(
    "PF314",
    severity="warning",
    kinds=FIGURES,
    cue=lambda figtitle: " " in figtitle[-3:-1] or "al" in figtitle[-3:],
    bad=[
        Bad({"figtitle": "Model of Winer et al"}, says="'et al'", key="/figtitle"),
        Bad({"figtitle": "Biosynthesis of amino acids from E"}, says="'from E'"),
        Bad(text=("Drug Resistance\norg", "#2\norg"), says="before '#2'"),
    ],
    good=[Good({"figtitle": "Functions of vitamin D"}), Good({"figtitle": "Winer et al. on leukemic stem cells"})],
)
def truncated_title(record: Record) -> Iterator[Finding]:
    """
    The figure's title was cut.

    It ends in `et al`, or in a single capital such as the E of E. coli: it was cut at the period, the rest stands in the caption.
    Or ` #` stands in it: without quotes, YAML takes the rest for a comment.
    """
    for key, text in texts(record, "/figtitle"):
        match = _TRUNCATED.search(text, max(0, len(text) - 10))
        if rest := cut_off(record, key):
            yield Finding(key, f"figtitle ends before {quote(rest)}, which is a comment; put quotes round the whole text")
        elif match:
            yield Finding(key, f"figtitle ends in {quote(match[0])}: it was cut at an abbreviation", within=Span(*match.span()))


_AUTHOR = expression(r"\s*['’ʼ]?(?!et al\b)\w")


@rule(
    "PF315",
    severity="warning",
    kinds=FIGURES,
    cue=lambda reftext: derive.plain_year(reftext) is None or "(NA)" in reftext,
    bad=[
        Bad({"reftext": "Xingjian Zhai, et al. Biomedicines. 2022;10(NA)."}, says="'(NA)'", key="/reftext"),
        Bad({"reftext": ". Biomedicines. 2022 Aug;10(8):1841."}, says="no author"),
        Bad({"reftext": "Xingjian Zhai, et al. Biomedicines. ;10(8):1841."}, says="no year"),
    ],
    good=[
        Good({"reftext": "Itsuro Kazama. Neurochem Res. 2022 Mar 23 :1-5."}),
        Good({"reftext": "Ada Author. J Mol. 2022-2023;1:1."}),
        Good({"reftext": "'t Hooft G, et al. J Mol. (2022)."}),
    ],
)
def incomplete_reference(record: Record) -> Iterator[Finding]:
    """
    The reference lacks its author, its year or its pages.

    `(NA)` stands where the issue or the pages were not known.
    """
    reftext = record.usable("/reftext")
    if not reftext:
        return
    lacks = []
    at = reftext.find("(NA)")
    if at >= 0:
        lacks.append("holds '(NA)'")
    if not _AUTHOR.match(reftext):
        lacks.append("has no author")
    if not derive.ANY_YEAR.search(reftext):
        lacks.append("has no year")
    if lacks:
        yield Finding("/reftext", f"reftext {' and '.join(lacks)}", within=Span(at, at + 4) if at >= 0 else None)
