"""PF3: characters, white space and markup that are invisible, or that a page would show as something else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from pfocr_lint.diagnostic import Finding, Safety, Span
from pfocr_lint.lazy_import import expression
from pfocr_lint.pointer import join, name_of, parent_of
from pfocr_lint.quoting import quote
from pfocr_lint.record import derived
from pfocr_lint.record.characters import INVISIBLE
from pfocr_lint.record.entities import unescape
from pfocr_lint.record.texts import DESCRIPTION, PROSE, texts
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import Bad, Good, InTexts, rule
from pfocr_lint.rules.text import both, set_text
from pfocr_lint.schema.implicit import Implicit
from pfocr_lint.schema.kinds import FIGURES, Kind


def _beyond_ascii(record: Values) -> Iterator[tuple[str, str]]:
    """The texts of a record that hold a character outside ASCII."""
    return ((key, text) for key, text in texts(record) if not text.isascii())


# With something between name and bracket it is a tag where that has an equals sign, or HTML knows the name.
_KNOWN = (
    "audio|body|br|button|canvas|code|details|div|em|embed|font|form|h[1-6]|head|hr|html|iframe|img|input|li|link|marquee|math|meta"
    "|object|ol|option|pre|script|select|span|strong|style|sub|sup|svg|table|td|textarea|th|title|tr|ul|video"
)
_TAG = expression(rf"</?[A-Za-z][A-Za-z0-9:-]*(?:[\s/][^<>=]*=[^<>]*|\s*/?)>|</?(?ai:{_KNOWN})[\s/][^<>]*>")
_TAGS = expression(rf"(?:{_TAG.pattern})+")
_LINES = expression(r"(?i)</?(?:br|p|div|li|tr|td|th|h[1-6])\b")
_NESTED = expression(r"&(?:(?:amp|AMP|#38|#[xX]26);)+")  # '&amp;amp;' is an ampersand too
_ENTITY = expression(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9.]{1,30});")


@rule(
    "PF304",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES | {Kind.FETCHED},
    trigger=InTexts((("<", "</?[A-Za-z]"), ("&", "&[#A-Za-z][A-Za-z0-9.]*;"))),
    bad=[
        Bad({"figtitle": "Role of <i>PTEN</i> in leukemia"}, message="the tag '<i>'", unsafe=True,
            fixed={"figtitle": "Role of PTEN in leukemia"}, key="/figtitle"),
        Bad({"figtitle": "Role of PTEN</i><br/><br/>in <p>leukemia</p>"}, message="the tag '</i>'", unsafe=True,
            fixed={"figtitle": "Role of PTEN in leukemia"}),
        Bad({"figtitle": "Role of PTEN <svg/onload=alert(1)>in leukemia"}, message="the tag '<svg/onload=alert(1)>'", unsafe=True,
            fixed={"figtitle": "Role of PTEN in leukemia"}),
        Bad({"figtitle": "Role of PTEN <br clear>in leukemia"}, message="the tag '<br clear>'", unsafe=True,
            fixed={"figtitle": "Role of PTEN in leukemia"}),
        Bad({"figtitle": "Role of R&para and A&amp;B in leukemia"}, message="the entity '&amp;'", unsafe=True,
            fixed={"figtitle": "Role of R&para and A&B in leukemia"}),
        Bad(both("TNF-&#945; &amp; IL-6 signaling in leukemia"), message="the entity '&#945;'", unsafe=True,
            fixed=both("TNF-α & IL-6 signaling in leukemia")),
        Bad(both("TNF-&agr;, TGF-&b.beta; and &THgr;-toxin in leukemia"), message="the entity '&agr;'", unsafe=True,
            fixed=both("TNF-α, TGF-β and Θ-toxin in leukemia")),
        Bad({"figure_title": "Role of <i>PTEN</i> in leukemia"}, kind=Kind.FETCHED, message="figure_title holds the tag '<i>'",
            unsafe=True, fixed={"figure_title": "Role of PTEN in leukemia"}),
        Bad({"papertitle": "The &amp;kgr;B site in leukemia."}, message="the entity '&amp;'", unsafe=True,
            fixed={"papertitle": "The κB site in leukemia."}),
        Bad({"figtitle": f"Role of A&{'amp;' * 12}B in leukemia"}, message="the entity '&amp;'", unsafe=True,
            fixed={"figtitle": "Role of A&B in leukemia"}),
    ],
    good=[
        Good(both("Significant at p < 0.05 (n > 3); R&D; A&bcd; B&b.x; a <-> b")),
        Good({"figtitle": "Growth at pH <7 and >8; p<a and b>c"}),
    ],
)  # fmt: skip
def markup(record: Values) -> Iterator[Finding]:
    """
    A text holds HTML tags or entities.

    The site puts titles and captions into its pages as they are. The fix removes the tags, with a space for one that
    separates lines, and writes the characters that the entities mean. These are HTML's entities, and those of ISO 8879 that
    papers in JATS left behind (`&agr;`, `&b.beta;`). A lone `<` or `>` is content.
    """
    for key, text in texts(record):
        if "<" not in text and "&" not in text:
            continue
        copied = key == "/caption" and record.value(DESCRIPTION) == text
        if (key.startswith("/schema-jsonld/") or copied) and derived.BREAKOUT.search(text):
            continue
        match = _TAG.search(text) or next((m for m in _ENTITY.finditer(text) if unescape(m[0]) != m[0]), None)
        if match is None:
            continue
        what = "tag" if match[0][0] == "<" else "entity"
        bare = _NESTED.sub("&", _TAGS.sub(_untagged, text))
        cleaned = _ENTITY.sub(lambda entity: unescape(entity[0]), bare)
        fix = set_text(record, key, cleaned, "remove tags, write what entities mean", Safety.UNSAFE)
        if _TAG.search(cleaned):
            fix = None  # '&lt;b&gt;' may be meant as it is shown
        yield Finding(key, f"{name_of(key)} holds the {what} {quote(match[0])}", within=Span(*match.span()), fix=fix)


def _untagged(tags: re.Match[str]) -> str:
    """What stands for tags in a row: a space where only they kept two words apart."""
    before, after = tags.string[max(0, tags.start() - 1) : tags.start()], tags.string[tags.end() : tags.end() + 1]
    return " " if _LINES.search(tags[0]) and before.strip() and after.strip() else ""


@rule(
    "PF305",
    kinds=FIGURES,
    trigger=InTexts((("<", "</[sS]"), ("<", "<!--"))),
    waivable=False,
    bad=[
        Bad({"schema-jsonld/keywords": ["PTEN", "</script><script>alert(1)</script>"]}, message="'</script'",
            key="/schema-jsonld/keywords/1"),
        Bad(both("A caption with <!-- a comment in it, for leukemia"), message="'<!--'", key=DESCRIPTION),
        Bad(text=("  license: CC0\n", "  license: CC0\n  </script>: x\n"), message="'</script' in the key", also=("PF102",)),
        Bad(text=("- AKT1", "- :</script>"), message="'</script' in schema-jsonld/keywords, item 2", also=("PF105",)),
    ],
    good=[Good({"schema-jsonld/keywords": ["PTEN", "<script", "a < b", "</\u017fcript"]})],
)  # fmt: skip
def script_breakout(record: Values) -> Iterator[Finding]:
    """
    A text of the JSON-LD block would end the script that holds it.

    The site writes the block into a `<script>` element. `</script` or `<!--` inside one of its strings, keys included, ends
    it early. What follows becomes part of the page, and every reader's browser runs it. This cannot be waived inside the
    file.
    """
    for key, text, on_key in _written("/schema-jsonld", record.value("/schema-jsonld")):
        match = derived.BREAKOUT.search(text)
        if match:
            where = f"the key {quote(text)} of {name_of(parent_of(key))}" if on_key else name_of(key)
            message = f"{quote(match[0])} in {where} ends the script that holds the JSON-LD"
            yield Finding(key, message, within=None if on_key else Span(*match.span()), on_key=on_key)


def _written(pointer: str, value: Any) -> Iterator[tuple[str, str, bool]]:
    """All texts of a value that come into a page, with their JSON Pointers, keys and what only looks like a text too."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield join(pointer, key), key, True
            yield from _written(join(pointer, key), below)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _written(join(pointer, index), item)
    elif isinstance(value, (str, Implicit)):
        yield pointer, str(value), False


# What joins an emoji of two parts, or keeps the letters of a word apart where a script joins them, is content.
_EMOJI = "[\u2194-\u2199\u21a9\u21aa\u231a-\u27bf\u2934\u2935\u2b05-\u2b55\ufe0f\U0001f000-\U0001faff]"
_JOINED = "[\u0600-\u109f\u1780-\u17ff\ufb50-\ufdff\ufe70-\ufefc]"
_VIRAMA = "[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]"
JOINER = expression(f"(?<={_EMOJI})\u200d(?={_EMOJI})|(?<={_JOINED})[\u200c\u200d](?={_JOINED})|(?<={_VIRAMA})\u200d")
_BIDI = expression("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@rule(
    "PF307",
    fix="safe",
    kinds=FIGURES | {Kind.FETCHED},
    trigger=InTexts(non_ascii=("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]",)),
    bad=[
        Bad({"figtitle": "Properties of Leuk\u00ademic Stem Cells"}, message="U+00AD SOFT HYPHEN",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}, key="/figtitle"),
        Bad(both("High Ca\ufeff2+ in leukemic cells"), message="U+FEFF", fixed=both("High Ca2+ in leukemic cells")),
        Bad({"schema-jsonld/keywords": ["PT\u200bEN"]}, message="U+200B", fixed={"schema-jsonld/keywords": ["PTEN"]}),
        Bad({"figtitle": "Stem \u2192\u200d\u2192 Cells"}, message="U+200D", fixed={"figtitle": "Stem \u2192\u2192 Cells"}),
        Bad({"figtitle": "Properties of \u202eLeukemic\u202c Stem Cells"}, message="U+202E RIGHT-TO-LEFT OVERRIDE"),
        Bad({"papertitle": "Properties of β-caté\u00adnine and its Cells"}, message="U+00AD SOFT HYPHEN",
            fixed={"papertitle": "Properties of β-caténine and its Cells"}),
        Bad({"figtitle": "Cells of the \u00c9\u00adcole"}, message="U+00AD", fixed={"figtitle": "Cells of the \u00c9cole"}),
        Bad({"figtitle": "Properties of GarcÃ\u00ad\u200ba Cells"}, message="U+200B", also=("PF308",),
            fixed={"figtitle": "Properties of GarcÃ\u00ada Cells"}),
    ],
    good=[
        Good({"figtitle": "Properties of\u00a0Leukemic Stem Cells"}),
        Good({"figtitle": "Cells and \U0001f469\u200d\U0001f52c \u2764\ufe0f\u200d\U0001f525"}),
        Good({"figtitle": "Cells and \u0645\u06cc\u200c\u06a9\u0646\u062f, \u0d28\u0d4d\u200d"}),
    ],
)  # fmt: skip
def invisible_character(record: Values) -> Iterator[Finding]:
    """
    A text holds an invisible character.

    Zero-width characters, U+FEFF and soft hyphens split words for every search. The fix removes them, except a soft hyphen
    that is half of a letter in the wrong encoding (PF308), and joiners that an emoji or the letters of a script need.
    Controls of writing direction can make a text appear as another one, and are only reported.
    """
    for key, text in _beyond_ascii(record):
        content = {each.start() for each in JOINER.finditer(text)}
        content |= _halves(text) if "\u00ad" in text else set()
        match = next((each for each in INVISIBLE.finditer(text) if each.start() not in content), None)
        if match:
            message = f"{name_of(key)} holds {_character(match[0][0])}"
            seen = "".join(part for at, part in enumerate(text) if at in content or not INVISIBLE.match(part))
            fix = set_text(record, key, seen, "remove it")
            yield Finding(key, message, within=Span(*match.span()), fix=fix)
        match = _BIDI.search(text)
        if match:
            yield Finding(key, f"{name_of(key)} holds {_character(match[0])}", within=Span(*match.span()))


def _halves(text: str) -> frozenset[int]:
    """Where a text read in the wrong encoding has the characters that one letter became; for a text that was not, nowhere."""
    found = [at for misread in _MOJIBAKE.finditer(text) for at in range(*misread.span())]
    return frozenset(found if found and _recoded(text) != text else ())


def _recoded(text: str) -> str:
    import ftfy  # only where something looks like it: the import costs more than a record

    return ftfy.fix_encoding(text)


def _character(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()


# A character of two to four bytes in UTF-8, read as Windows-1252: the lead and as many followers as it announces.
FOLLOWER = "[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
# Not the multiplication sign before a no-break space, which is what it seems to be.
_MISREAD = (f"[Â-ÖØ-ß]{FOLLOWER}", f"[×](?!\u00a0){FOLLOWER}", f"[à-ï]{FOLLOWER}{{2}}", f"[ð-ô]{FOLLOWER}{{3}}")
_MOJIBAKE = expression("|".join(_MISREAD))


@rule(
    "PF308",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES | {Kind.FETCHED},
    trigger=InTexts(non_ascii=(*_MISREAD, "[\ufffd]")),
    bad=[
        Bad({"papertitle": "Role of TNF-Î± in leukemic cells"}, message="'Î±'", unsafe=True,
            fixed={"papertitle": "Role of TNF-α in leukemic cells"}, key="/papertitle"),
        Bad({"reftext": "JosÃ© GarcÃ\u00ada, et al. Biomedicines. 2022 Aug;10(8):1841."}, message="'Ã©'", unsafe=True,
            fixed={"reftext": "José García, et al. Biomedicines. 2022 Aug;10(8):1841."}),
        Bad({"figtitle": "Role of TNF-\ufffd in leukemic cells"}, message="U+FFFD"),
    ],
    good=[Good({"papertitle": "Rôle de la “β-caténine” – Müller cells, 10 Å"})],
)  # fmt: skip
def mojibake(record: Values) -> Iterator[Finding]:
    """
    A text was read in the wrong encoding.

    `Î±` for α, `Ã©` for é: UTF-8 that was read as another encoding. The fix is made by the ftfy library.
    """
    for key, text in _beyond_ascii(record):
        match, lost = _MOJIBAKE.search(text), text.find("\ufffd")
        if match is not None:
            cleaned = _recoded(text)
            if cleaned != text:
                message = f"{quote(match[0])} in {name_of(key)} is text read in the wrong encoding"
                fix = set_text(record, key, cleaned, "undo the wrong encoding", Safety.UNSAFE)
                yield Finding(key, message, within=Span(*match.span()), fix=fix)
        if lost >= 0:
            message = f"U+FFFD in {name_of(key)} stands for a character that was lost"
            yield Finding(key, message, within=Span(lost, lost + 1))


# All but these compose with nothing before them and stand for themselves: Latin, Greek, the usual signs.
_UNSTABLE = "[^\x00-\u02ff\u0391-\u03c9\u2010-\u2027\u2030-\u205f\u2070-\u20bf\u2190-\u22ff]"


@rule(
    "PF309",
    severity="warning",
    fix="safe",
    kinds=FIGURES | {Kind.FETCHED},
    trigger=InTexts(non_ascii=(_UNSTABLE,)),
    bad=[
        Bad({"figtitle": "Ro\u0302le of Leukemic Stem Cells"}, message="'ô' is written as 2 characters",
            fixed={"figtitle": "Rôle of Leukemic Stem Cells"}, key="/figtitle"),
    ],
    good=[Good({"figtitle": "Rôle of Leukemic Stem Cells"})],
)  # fmt: skip
def decomposed_unicode(record: Values) -> Iterator[Finding]:
    """
    A letter and its accent are two characters.

    The same text can be written in two ways that appear alike and do not compare equal. The composed one (Unicode's
    Normalization Form C) is the usual one.
    """
    for key, text in _beyond_ascii(record):
        if unicodedata.is_normalized("NFC", text):
            continue
        composed = unicodedata.normalize("NFC", text)
        at = next((i for i, (a, b) in enumerate(zip(text, composed, strict=False)) if a != b), 0)
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        shown = quote(unicodedata.normalize("NFC", text[at:end]))
        many = f"as {end - at} characters" if end - at > 1 else "in another form"
        fix = set_text(record, key, composed, "compose it (NFC)")
        yield Finding(key, f"{shown} is written {many}", within=Span(at, end), fix=fix)


@rule(
    "PF310",
    severity="warning",
    fix="safe",
    kinds=FIGURES | {Kind.FETCHED},
    trigger=InTexts((("\\", r"\\"),)),
    bad=[
        Bad({"figtitle": "PI3K\\AKT signaling in leukemia"}, message="backslash",
            fixed={"figtitle": "PI3K/AKT signaling in leukemia"}, key="/figtitle"),
        Bad(both("PI3K\\AKT signaling in leukemia"), message="backslash", fixed=both("PI3K/AKT signaling in leukemia")),
    ],
    good=[Good({"figtitle": "PI3K/AKT signaling in leukemia"})],
)  # fmt: skip
def backslash(record: Values) -> Iterator[Finding]:
    """
    A title or caption holds a backslash.

    The pipeline writes a slash instead, because the site's templates read a backslash as an escape.
    """
    for key, text in texts(record, "/figtitle", *PROSE):
        at = text.find("\\")
        if at >= 0:
            fix = set_text(record, key, text.replace("\\", "/"), "write a slash")
            yield Finding(key, f"{name_of(key)} holds a backslash", within=Span(at, at + 1), fix=fix)
