"""PF3: would a reader stumble? The texts of a figure, and every string that the page gives to search engines."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator

from pfocr_lint.diagnostic import Finding, Fix, Safety, SetValue, Span, quote
from pfocr_lint.record import FIGURES, Record, strings
from pfocr_lint.rule import Bad, Good, rule
from pfocr_lint.rules.fields import name_of

DESCRIPTION = "/schema-jsonld/description"
KEYWORDS = "/schema-jsonld/keywords/"
TITLES = ("/figtitle", "/papertitle")
PROSE = ("/caption", DESCRIPTION)
CAPTION = "Stromal cellular signaling facilitates leukemic stem cell (LSC) survival, quiescence, and drug resistance."


def _both(text: str) -> dict[str, str]:
    """Caption and description of an example."""
    return {"caption": text, "schema-jsonld/description": text}


def _texts(record: Record, *keys: str) -> Iterator[tuple[str, str]]:
    """
    The texts of a record that can be judged, with their JSON Pointers; only those of ``keys``, if any are given.

    The description is left out while it is a true copy of the caption.
    """
    for key in ("/figtitle", "/caption", "/papertitle", "/reftext"):
        text = record.usable(key)
        if text and (not keys or key in keys):
            yield key, text
    for key, text in strings("/schema-jsonld", record.value("/schema-jsonld")):
        if text and key not in record.invalid and (not keys or key in keys):
            if key != DESCRIPTION or text != record.value("/caption"):
                yield key, text


def _set(record: Record, key: str, text: str, message: str, safety: Safety = Safety.SAFE) -> Fix | None:
    """The fix that gives a text its new form, and the description with it while it is a true copy; None if nothing is left."""
    if not text.strip():
        return None
    changes = [SetValue(key, text)]
    if key == "/caption" and record.value(DESCRIPTION) == record.value(key):
        changes.append(SetValue(DESCRIPTION, text))
    return Fix(message, tuple(changes), safety)


def _found(
    record: Record,
    key: str,
    text: str,
    pattern: re.Pattern[str],
    replace: str | Callable[[re.Match[str]], str],
    message: Callable[[str], str],
    fix: str,
    safety: Safety = Safety.SAFE,
) -> Iterator[Finding]:
    """One finding for all matches of a pattern in a text, placed at the first; the fix replaces them all."""
    match = pattern.search(text)
    if match is not None:
        mended = _set(record, key, pattern.sub(replace, text), fix, safety)
        yield Finding(key, message(match[0]), within=Span(*match.span()), fix=mended)


@rule(
    "PF301",
    severity="warning",
    kinds=FIGURES,
    owns=("figtitle:minLength", "figtitle:maxLength"),
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


_ABBREVIATION = re.compile(r"(?:\b(?:al|spp?|subsp|var|cv|ssp|str|etc|vs|ca|cf|e\.g|i\.e)|\.\.)\.$")


@rule(
    "PF302",
    severity="warning",
    fix="safe",
    kinds=FIGURES,
    bad=[
        Bad({"figtitle": "Properties of Leukemic Stem Cells."}, says="ends in a period",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}, key="/figtitle"),
    ],
    good=[Good({"figtitle": "Sugar metabolism in Saccharomyces sp."}), Good({"figtitle": "Sugar metabolism and so on ..."})],
)  # fmt: skip
def title_final_period(record: Record) -> Iterator[Finding]:
    """
    The figure's title ends in a period.

    Titles have none. The period of an abbreviation (`sp.`, `var.`) stays.
    """
    for key, text in _texts(record, "/figtitle"):
        if text.endswith(".") and not any(end.search(text) for end in (_ABBREVIATION, _BAD_END, _TRUNCATED)):
            fix = _set(record, key, text.rstrip("."), "remove the period")
            yield Finding(key, "figtitle ends in a period", within=Span(len(text) - 1, len(text)), fix=fix)


_PANEL = re.compile(r"^\s*(?:\([A-Za-z]\)|[A-Za-z]\))\s+")
_HOLLOW = re.compile(r"(?<!\s)\s*(?:\(\s*\)|\[\s*\])")


@rule(
    "PF303",
    severity="warning",
    fix="safe",
    kinds=FIGURES,
    bad=[
        Bad({"figtitle": "(A) Properties of Leukemic Stem Cells"}, says="panel label '(A)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}, key="/figtitle"),
        Bad({"figtitle": "B) Properties of Leukemic Stem Cells"}, says="panel label 'B)'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad({"figtitle": "Properties of Leukemic Stem Cells []"}, says="empty brackets '[]'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
    ],
    good=[Good({"figtitle": "Metabolism of [Fe-S] clusters (overview)"})],
)  # fmt: skip
def title_artefact(record: Record) -> Iterator[Finding]:
    """
    Something is left over in the figure's title from where it was cut.

    A panel's label in front, `(A)` or `A)`, or empty brackets.
    """
    for key, text in _texts(record, "/figtitle"):
        yield from _found(record, key, text, _PANEL, "", lambda m: f"figtitle begins with the panel label {quote(m.strip())}",
                          "remove the label")  # fmt: skip
        yield from _found(record, key, text, _HOLLOW, "", lambda m: f"figtitle has empty brackets {quote(m.strip())}",
                          "remove the brackets")  # fmt: skip


_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_BREAKOUT = re.compile(r"</script|<!--", re.IGNORECASE)


@rule(
    "PF304",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    bad=[
        Bad({"figtitle": "Role of <i>PTEN</i> in leukemia"}, says="the tag '<i>'", unsafe=True,
            fixed={"figtitle": "Role of PTEN in leukemia"}, key="/figtitle"),
        Bad(_both("TNF-&#945; &amp; IL-6 signaling in leukemia"), says="the entity '&#945;'", unsafe=True,
            fixed=_both("TNF-α & IL-6 signaling in leukemia")),
    ],
    good=[Good(_both("Significant at p < 0.05 (n > 3); R&D; a <-> b")), Good({"figtitle": "Growth at pH <7 and >8"})],
)  # fmt: skip
def markup(record: Record) -> Iterator[Finding]:
    """
    HTML tags or entities stand in a text.

    The site puts titles and captions into its pages as they are. The fix removes the tags and writes the characters
    that the entities mean; a lone `<` or `>` is content.
    """
    for key, text in _texts(record):
        copied = key == "/caption" and record.value(DESCRIPTION) == text
        if (key.startswith("/schema-jsonld/") or copied) and _BREAKOUT.search(text):
            continue
        match = _TAG.search(text) or next((m for m in _ENTITY.finditer(text) if html.unescape(m[0]) != m[0]), None)
        if match is None:
            continue
        what = "tag" if match[0][0] == "<" else "entity"
        fix = _set(record, key, html.unescape(_TAG.sub("", text)), "remove tags, write what entities mean", Safety.UNSAFE)
        yield Finding(key, f"{name_of(key)} holds the {what} {quote(match[0])}", within=Span(*match.span()), fix=fix)


@rule(
    "PF305",
    kinds=FIGURES,
    waivable=False,
    bad=[
        Bad({"schema-jsonld/keywords": ["PTEN", "</script><script>alert(1)</script>"]}, says="'</script'",
            key="/schema-jsonld/keywords/1"),
        Bad(_both("A caption with <!-- a comment in it, for leukemia"), says="'<!--'", key=DESCRIPTION),
    ],
    good=[Good({"schema-jsonld/keywords": ["PTEN", "<script", "a < b"]})],
)  # fmt: skip
def script_breakout(record: Record) -> Iterator[Finding]:
    """
    A text of the JSON-LD block would end the script that holds it.

    The site writes the block into a `<script>` element. `</script` or `<!--` inside one of its strings ends it early, and
    what follows becomes part of the page, run by every reader's browser. This cannot be waived inside the file.
    """
    for key, text in strings("/schema-jsonld", record.value("/schema-jsonld")):
        match = _BREAKOUT.search(text)
        if match:
            message = f"{quote(match[0])} in {name_of(key)} ends the script that holds the JSON-LD"
            yield Finding(key, message, within=Span(*match.span()))


_EDGE = re.compile(r"^[ \t\r\n]+|(?<![ \t\r\n])[ \t\r\n]+$")
_BREAK = re.compile(r"(?<![ \t\r\n])[ ]*[\t\r\n][ \t\r\n]*")
_DOUBLE = re.compile(r"(?<=[^ ])  +(?=[^ ])")


@rule(
    "PF306",
    severity="warning",
    fix="safe or unsafe",
    kinds=FIGURES,
    bad=[
        Bad({"figtitle": "Properties of Leukemic Stem Cells "}, says="figtitle ends in a space",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}, key="/figtitle"),
        Bad({"papertitle": "Properties of  Leukemic Stem Cells."}, says="papertitle has a double space",
            fixed={"papertitle": "Properties of Leukemic Stem Cells."}),
        Bad({"schema-jsonld/keywords": [" PTEN"]}, says="begins with a space", fixed={"schema-jsonld/keywords": ["PTEN"]}),
        Bad({"schema-jsonld/keywords": ["PTEN\nAKT1"]}, says="has a line break", fixed={"schema-jsonld/keywords": ["PTEN AKT1"]}),
        Bad(_both("Stromal cellular\tsignaling in leukemia"), says="has a tab", fixed=_both("Stromal cellular signaling in leukemia")),
        Bad(_both("Stromal signaling in  , leukemia"), says="caption has a double space", unsafe=True,
            fixed=_both("Stromal signaling in , leukemia"), also=("PF311",)),
    ],
    good=[
        Good({"figtitle": "Properties of\u00a0\u00a0Leukemic Stem Cells"}),
        Good({"organisms": ["Acinetobacter baumannii ATCC 19606  CIP 70.34"]}),
    ],
)  # fmt: skip
def stray_whitespace(record: Record) -> Iterator[Finding]:
    """
    White space stands where none belongs.

    At the edges of a text, as a tab or line break in it, or doubled. In captions a double space is often what a lost
    reference left, so closing it up is for a person to decide. No-break spaces are content.
    """
    for key, text in _texts(record):
        edge, inner = _EDGE.search(text), _BREAK.search(text)
        name = name_of(key)
        if edge or inner:
            match = edge or inner
            assert match is not None
            mended = _BREAK.sub(" ", text.strip(" \t\r\n"))
            char = "a tab" if "\t" in match[0] else "a line break" if "\n" in match[0] or "\r" in match[0] else "a space"
            verb = "has" if not edge else "begins with" if match.start() == 0 else "ends in"
            fix = _set(record, key, mended, "remove it")
            yield Finding(key, f"{name} {verb} {char}", within=Span(*match.span()), fix=fix)
        if key in TITLES or key in PROSE or key.startswith(KEYWORDS):
            safety = Safety.UNSAFE if key in PROSE else Safety.SAFE
            yield from _found(record, key, text, _DOUBLE, " ", lambda _, n=name: f"{n} has a double space", "make it one space", safety)  # type: ignore[misc]


# A soft hyphen behind an accented capital is the second half of a letter read in the wrong encoding (PF308).
_INVISIBLE = re.compile("[\u180e\u200b-\u200d\u2060-\u2064\ufeff]+|(?<![Â-ô])\u00ad+")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@rule(
    "PF307",
    fix="safe",
    kinds=FIGURES,
    bad=[
        Bad({"figtitle": "Properties of Leuk\u00ademic Stem Cells"}, says="U+00AD SOFT HYPHEN",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}, key="/figtitle"),
        Bad(_both("High Ca\ufeff2+ in leukemic cells"), says="U+FEFF", fixed=_both("High Ca2+ in leukemic cells")),
        Bad({"schema-jsonld/keywords": ["PT\u200bEN"]}, says="U+200B", fixed={"schema-jsonld/keywords": ["PTEN"]}),
        Bad({"figtitle": "Properties of \u202eLeukemic\u202c Stem Cells"}, says="U+202E RIGHT-TO-LEFT OVERRIDE"),
    ],
    good=[Good({"figtitle": "Properties of\u00a0Leukemic Stem Cells"})],
)  # fmt: skip
def invisible_character(record: Record) -> Iterator[Finding]:
    """
    A character that nobody sees stands in a text.

    Zero-width characters, U+FEFF and soft hyphens split words for every search; they are removed. Controls of writing
    direction can make a text look like another one, and are only reported.
    """
    for key, text in _texts(record):
        yield from _found(record, key, text, _INVISIBLE, "", lambda m: f"the text holds {_character(m[0])}", "remove it")
        match = _BIDI.search(text)
        if match:
            yield Finding(key, f"the text holds {_character(match[0])}", within=Span(*match.span()))


def _character(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()


# What UTF-8 looks like when it was read as Latin-1 or Windows-1252: a lead character and what can follow it.
_MOJIBAKE = re.compile("[\u0080-\u009f\ufffd]|[ÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïð][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u2122]")


@rule(
    "PF308",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    bad=[
        Bad({"figtitle": "Role of TNF-Î± in leukemic cells"}, says="'Î±'", unsafe=True,
            fixed={"figtitle": "Role of TNF-α in leukemic cells"}, key="/figtitle"),
        Bad({"reftext": "JosÃ© GarcÃ\u00ada, et al. Biomedicines. 2022 Aug;10(8):1841."}, says="'Ã©'", unsafe=True,
            fixed={"reftext": "José García, et al. Biomedicines. 2022 Aug;10(8):1841."}),
        Bad({"figtitle": "Role of TNF-\ufffd in leukemic cells"}, says="U+FFFD"),
    ],
    good=[Good({"figtitle": "Rôle de la “β-caténine” – Müller cells, 10 Å"}), Good({"reftext": "Ömer Ünal, et al. Biomedicines. 2022;1:1."})],
)  # fmt: skip
def mojibake(record: Record) -> Iterator[Finding]:
    """
    A text was read in the wrong encoding on its way.

    `Î±` for α, `Ã©` for é: UTF-8 that was taken for another encoding. The fix is what the ftfy library makes of it.
    """
    for key, text in _texts(record):
        match = _MOJIBAKE.search(text)
        if match is None:
            continue
        import ftfy  # only where something looks like it: the import costs more than a record

        within = Span(*match.span())
        mended = ftfy.fix_encoding(text)
        if mended != text:
            fix = _set(record, key, mended, "undo the wrong encoding", Safety.UNSAFE)
            yield Finding(key, f"{quote(match[0])} in {name_of(key)} is text read in the wrong encoding", within=within, fix=fix)
        elif "\ufffd" in text:
            within = Span(text.index("\ufffd"), text.index("\ufffd") + 1)
            yield Finding(key, f"U+FFFD in {name_of(key)} stands for a character that was lost", within=within)


@rule(
    "PF309",
    severity="warning",
    fix="safe",
    kinds=FIGURES,
    bad=[
        Bad({"figtitle": "Ro\u0302le of Leukemic Stem Cells"}, says="'ô' is written as 2 characters",
            fixed={"figtitle": "Rôle of Leukemic Stem Cells"}, key="/figtitle"),
    ],
    good=[Good({"figtitle": "Rôle of Leukemic Stem Cells"})],
)  # fmt: skip
def decomposed_unicode(record: Record) -> Iterator[Finding]:
    """
    A letter and its accent are two characters.

    The same text can be written in two ways that look alike and do not compare equal; the composed one (Unicode's
    Normalization Form C) is the usual one.
    """
    for key, text in _texts(record):
        if unicodedata.is_normalized("NFC", text):
            continue
        composed = unicodedata.normalize("NFC", text)
        at = next((i for i, (a, b) in enumerate(zip(text, composed, strict=False)) if a != b), 0)
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        shown = quote(unicodedata.normalize("NFC", text[at:end]))
        many = f"as {end - at} characters" if end - at > 1 else "in another form"
        fix = _set(record, key, composed, "compose it (NFC)")
        yield Finding(key, f"{shown} is written {many}", within=Span(at, end), fix=fix)


@rule(
    "PF310",
    severity="warning",
    fix="safe",
    kinds=FIGURES,
    bad=[
        Bad({"figtitle": "PI3K\\AKT signaling in leukemia"}, says="backslash",
            fixed={"figtitle": "PI3K/AKT signaling in leukemia"}, key="/figtitle"),
        Bad(_both("PI3K\\AKT signaling in leukemia"), says="backslash", fixed=_both("PI3K/AKT signaling in leukemia")),
    ],
    good=[Good({"figtitle": "PI3K/AKT signaling in leukemia"})],
)  # fmt: skip
def backslash(record: Record) -> Iterator[Finding]:
    """
    A backslash stands in title or caption.

    The pipeline writes a slash for it, because the site's templates take a backslash for an escape.
    """
    for key, text in _texts(record, "/figtitle", *PROSE):
        at = text.find("\\")
        if at >= 0:
            fix = _set(record, key, text.replace("\\", "/"), "write a slash")
            yield Finding(key, f"{name_of(key)} holds a backslash", within=Span(at, at + 1), fix=fix)


_EMPTIED = re.compile(
    r"\((?=[^()]*[,;]|\s*\))[\s,;\u2010-\u2015-]*\)"
    r"|\[[\s,;\u2010-\u2015-]*\]"
    r"|(?i:\b(?:see|in|from|by|of|and|references?|refs?|tables?|figures?|figs?)) +[.,;](?=[\s)\]]|$)"
)
_LAST_DOT = re.compile(r" \.$")


@rule(
    "PF311",
    severity="warning",
    kinds=FIGURES,
    bad=[
        Bad(_both("Stromal signaling () in leukemia"), says="'()'", key="/caption"),
        Bad(_both("Stromal signaling (, ) in leukemia"), says="'(, )'"),
        Bad(_both("Stromal signaling [–] in leukemia"), says="'[–]'"),
        Bad(_both("Stromal signaling in leukemia, see ."), says="'see .'"),
        Bad(_both("Stromal signaling as in ; see text"), says="'in ;'"),
        Bad(_both("Stromal signaling in leukemia ."), says="' .'"),
    ],
    good=[Good(_both("Charges (-), (–), (+), (*), (?) turned in. See, in, and (A), [B].")), Good(_both("Doses rose from .05 to 2"))],
)
def emptied_reference(record: Record) -> Iterator[Finding]:
    """
    A reference to a table, figure or paper was lost.

    The links in captions are removed on the way, and leave empty brackets or a `see .` behind. What stood there has to
    be looked up in the paper.
    """
    for key, text in _texts(record, "/figtitle", "/papertitle", *PROSE):
        matches = [m for m in _EMPTIED.finditer(text) if key != "/figtitle" or not _HOLLOW.fullmatch(m[0])]
        if key in PROSE and (last := _LAST_DOT.search(text)) and not any(m.end() == last.end() for m in matches):
            matches.append(last)
        if matches:
            more = f", and {len(matches) - 1} more" if len(matches) > 1 else ""
            message = f"{quote(matches[0][0])} in {name_of(key)}{more}: a reference was lost here"
            yield Finding(key, message, within=Span(*matches[0].span()))


_LABEL = r"(?:(?:supplement(?:ary|al)|extended data|graphical) )?(?:figures?|figs?\.?|schemes?|abstract)"
_ONLY_LABEL = re.compile(rf"\W*{_LABEL}\s*(?:[A-Z]{{0,2}}[0-9]+[A-Za-z]?)?\W*", re.IGNORECASE)
_LABEL_IN_FRONT = re.compile(rf"^{_LABEL}\s*[A-Z]{{0,2}}[0-9]+[A-Za-z]?\s*[.:|]\s*(?=\S)", re.IGNORECASE)


@rule(
    "PF312",
    severity="warning",
    kinds=FIGURES,
    owns=("caption:minLength",),
    bad=[
        Bad(_both("Figure"), says="caption is 'Figure'", key="/caption"),
        Bad(_both("Fig. 3."), says="nothing but a label"),
        Bad(_both(""), says="caption is ''"),
    ],
    good=[Good(_both("Figure of merit"))],
)
def empty_caption(record: Record) -> Iterator[Finding]:
    """
    The caption says nothing.

    It is empty, or no more than the figure's label. The text has to be found in the paper.
    """
    caption = record.usable("/caption")
    if caption is not None and (not caption.strip() or len(caption) < 100 and _ONLY_LABEL.fullmatch(caption)):
        what = ", nothing but a label" if caption.strip() else ""
        yield Finding("/caption", f"caption is {quote(caption)}{what}")


_BAD_END = re.compile(r"\?\.$|(?<! ) +\.$")
_BAD_START = re.compile(r"^\. +")


@rule(
    "PF313",
    severity="warning",
    fix="safe or unsafe",
    kinds=FIGURES,
    bad=[
        Bad({"papertitle": "Where do leukemic stem cells go?."}, says="papertitle ends in '?.'",
            fixed={"papertitle": "Where do leukemic stem cells go?"}, key="/papertitle"),
        Bad({"papertitle": "Properties of Leukemic Stem Cells ."}, says="ends in ' .'",
            fixed={"papertitle": "Properties of Leukemic Stem Cells."}),
        Bad({"figtitle": "Properties of Leukemic Stem Cells ."}, says="figtitle ends in ' .'",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}),
        Bad(_both(". Stromal signaling in leukemia"), says="caption begins with '. '", fixed=_both("Stromal signaling in leukemia")),
        Bad(_both("Figure 1. Stromal signaling in leukemia"), says="repeats its label 'Figure 1.'", unsafe=True,
            fixed=_both("Stromal signaling in leukemia")),
    ],
    good=[Good({"papertitle": "Where do leukemic stem cells go?"}), Good(_both("Figure shows signaling in leukemia"))],
)  # fmt: skip
def broken_punctuation(record: Record) -> Iterator[Finding]:
    """
    Punctuation was glued on or left over.

    A period behind a question mark or a space at the end of a title, a period at the beginning of a caption. A
    caption that repeats its label is reported too; taking it away is for a person to decide.
    """
    for key, text in _texts(record, *TITLES):
        end = "" if key == "/figtitle" else "."
        yield from _found(record, key, text, _BAD_END, lambda m, end=end: "?" if m[0][0] == "?" else end,  # type: ignore[misc]
                          lambda m, key=key: f"{name_of(key)} ends in {quote(m)}", "mend it")  # type: ignore[misc]  # fmt: skip
    for key, text in _texts(record, *PROSE):
        yield from _found(record, key, text, _BAD_START, "", lambda _, key=key: f"{name_of(key)} begins with '. '", "remove it")  # type: ignore[misc]
        yield from _found(record, key, text, _LABEL_IN_FRONT, "", lambda m, key=key: f"{name_of(key)} repeats its label {quote(m.strip())}",  # type: ignore[misc]
                          "remove the label", Safety.UNSAFE)  # fmt: skip


_TRUNCATED = re.compile(r"\bet al\.?$|\b(?:from|of|in) [A-Z]\.?$")


@rule(
    "PF314",
    severity="warning",
    kinds=FIGURES,
    bad=[
        Bad({"figtitle": "Model of Winer et al"}, says="'et al'", key="/figtitle"),
        Bad({"figtitle": "Biosynthesis of amino acids from E"}, says="'from E'"),
    ],
    good=[Good({"figtitle": "Functions of vitamin D"}), Good({"figtitle": "Winer et al. on leukemic stem cells"})],
)
def truncated_title(record: Record) -> Iterator[Finding]:
    """
    The figure's title was cut at the period of an abbreviation.

    It ends in `et al`, or in a single capital such as the E of E. coli. The rest stands in the caption.
    """
    for key, text in _texts(record, "/figtitle"):
        match = _TRUNCATED.search(text)
        if match:
            yield Finding(key, f"figtitle ends in {quote(match[0])}: it was cut at an abbreviation", within=Span(*match.span()))


@rule(
    "PF315",
    severity="warning",
    kinds=FIGURES,
    bad=[
        Bad({"reftext": "Xingjian Zhai, et al. Biomedicines. 2022;10(NA)."}, says="'(NA)'", key="/reftext"),
        Bad({"reftext": ". Biomedicines. 2022 Aug;10(8):1841."}, says="no author"),
        Bad({"reftext": "Xingjian Zhai, et al. Biomedicines. ;10(8):1841."}, says="no year"),
    ],
    good=[Good({"reftext": "Itsuro Kazama. Neurochem Res. 2022 Mar 23 :1-5."})],
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
    if not re.match(r"\s*\w", reftext):
        lacks.append("has no author")
    if not re.search(r"(?<![0-9:(–-])(?:1[89]|20)[0-9]{2}(?=[ ;.:,(]|$)", reftext):
        lacks.append("has no year")
    if lacks:
        yield Finding("/reftext", f"reftext {' and '.join(lacks)}", within=Span(at, at + 4) if at >= 0 else None)
