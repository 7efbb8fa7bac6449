"""
The fast parser reads records in the pipeline's own form. It returns their values, and None for all other bytes.

None means "not sure", never "wrong": the reference parser then decides. The grammar lists what the pipeline's emitter writes. The
parser stops at the first byte that the grammar does not allow. So no YAML feature can be overlooked, and PyYAML and Ruby's Psych
read the same values from every accepted file (tested). Time is linear in the length of the file: no two neighbouring parts of an
expression match the same characters.

The grammar, in addition to that of a whole file (:func:`bodies`):

- A key is ``[A-Za-z_][A-Za-z0-9_-]*`` or a quoted ``'@word'``. It is not a word of YAML 1.1, and occurs once.
- Its value is a plain or single-quoted text, a plain decimal number, ``[]``, ``{}``, a list whose dashes are at the column of the
  key, or a mapping indented by two.
- A continuation line of a text is indented by two columns more than the text's key or dash. Its line break is read as one space.
- A plain text does not start with a special character of YAML, contains no ``: `` and no `` #``, is not a word of YAML 1.1, and
  does not consist only of the characters of numbers and dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pfocr_lint.lazy_import import expression

# A record has about 3 KB. A text of up to this many bytes cannot exceed the reference parser's limit of values: a value with the
# characters that introduce it takes at least four bytes, a list or mapping with its first value seven.
LONGEST = 1 << 16
DEEPEST = 4

_PLAIN_BYTES = bytes([0x0A, *range(0x20, 0x7F)])
# C0 except LF, DEL, C1 with NEL, U+2028, U+2029, surrogates, U+FEFF and the non-characters: also the last two of each plane
_UNUSUAL = expression(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)


def _cases(word: str) -> set[str]:
    """Return a word in every combination of small and capital letters."""
    found = {""}
    for letter in word:
        found = {before + case for before in found for case in (letter, letter.upper())}
    return found


_WORDS = ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan")
WORDS = frozenset().union(*(_cases(word) for word in _WORDS))
# (?i) would cost more than the sets
_WORD = "|".join("".join(f"[{letter}{letter.upper()}]" for letter in word) for word in _WORDS)

_KEY = r"([A-Za-z_][A-Za-z0-9_-]{0,63}|'@[A-Za-z]{1,63}'):"
NUMBER = r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,17})?"
# The protein 14-3-3 and a UUID are not numbers or dates: numbers have no dashes, dates four digits before the first dash.
_DASHED = r"[0-9]{1,2}-[0-9]-[0-9]|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NUMBER_LIKE = rf"(?!(?:{_DASHED})\n)[-+.0-9][-+.,:_0-9a-fA-FoxXtTzZinIN ]*"
_NOT_FIRST = r"""[^\n '"?:,\[\]{}#&*!|>%@`-]"""
# runs without ':' and '#', and these two characters where they do not end a text in YAML
_LINE = r"[^\n:#]*(?:(?::(?=[^ \n])|(?<=[^ \n])#)[^\n:#]*)*"
_PLAIN = rf"(?!(?:{_WORD}|[~=]|<<|{NUMBER_LIKE})\n){_NOT_FIRST}{_LINE}(?:(?<! )\n  (?=[^ \n#]){_LINE})*(?<! )"
_QUOTED = r"'((?:[^'\n]*(?:''|(?<! )\n  (?=[^ \n])))*[^'\n]*)'"
# The groups for the value after a key or a dash, of which one matches: plain, quoted, number, empty.
_VALUE = rf" (?:({_PLAIN})|{_QUOTED}|({NUMBER})|(\[\]|\{{\}}))\n"
_BELOW = r"((?=-)(?:(?:- |  )[^\n]*\n)+|(?:  [^\n]*\n)+)"

# The last group matches text that is not an entry or item. It takes the whole rest, so the search ends there.
_ENTRY = expression(rf"{_KEY}(?:{_VALUE}|\n{_BELOW})|([\s\S]+)")
_ITEM = expression(rf"-(?:{_VALUE}| ([^\n]+\n(?:  [^\n]*\n)*))|([\s\S]+)")
# Most lists contain only words. A list without a match of this is split at its dashes, in a third of the time.
_INTRICATE = expression(r"[:#]|\n(?!- [A-Za-z])| \n")
# A text with such a continuation line may contain further items, indented too far or with another mark than a hyphen.
_MARKED = expression("\n  [-*\u2010-\u2015\u2212\u2022]")


class Unsure(Exception):  # noqa: N818 - not an error: the reference parser decides
    """The text does not match the grammar."""


def read(data: bytes) -> dict[str, Any] | None:
    """Return the values of a record in the pipeline's own form, equal to those of the reference parser; None for "not sure"."""
    (text,), _ = bodies([data])
    try:
        return None if text is None else _mapping(text, 1)
    except Unsure:
        return None


def bodies(datas: Sequence[bytes]) -> tuple[list[str | None], str]:
    """
    Return the text between the fences of each file, None for "not sure"; and their non-ASCII characters, possibly with others.

    A file is ``---``, lines, ``---``, each line ended by LF. It is strict UTF-8 without control characters, other line
    separators, byte order marks and non-characters.
    """
    try:
        # One pass over the bytes of all files leaves control characters, and complete characters outside ASCII.
        unusual = b"".join(datas).translate(None, _PLAIN_BYTES).decode()
        if not _UNUSUAL.search(unusual):
            return [data[4:-4].decode() if _fenced(data) else None for data in datas], unusual
    except UnicodeDecodeError:
        pass
    if len(datas) == 1:
        return [None], ""
    alone = [bodies([data]) for data in datas]
    return [text for (text,), _ in alone], "".join(unusual for _, unusual in alone)


def _fenced(data: bytes) -> bool:
    return len(data) <= LONGEST and data.startswith(b"---\n") and data.endswith(b"\n---\n")


def _mapping(text: str, depth: int) -> dict[str, Any]:
    """Read a mapping whose keys begin at column 0. Raises Unsure."""
    found: dict[str, Any] = {}
    entries = _ENTRY.findall(text)
    for name, plain, quoted, number, empty, below, rest in entries:
        key = name[1:-1] if name[:1] == "'" else name
        if plain:
            found[key] = plain.replace("\n  ", " ")
        elif quoted:
            found[key] = quoted.replace("\n  ", " ").replace("''", "'")
        elif below:
            found[key] = items(below, depth + 1) if below[0] == "-" else _dedented(below, depth + 1)
        elif rest:
            raise Unsure
        else:
            found[key] = _rare(number, empty)
    if len(found) != len(entries) or not found or not WORDS.isdisjoint(found):
        raise Unsure
    return found


def _dedented(text: str, depth: int) -> dict[str, Any]:
    """Read a mapping whose lines are indented by two. Raises Unsure."""
    if depth > DEEPEST:
        raise Unsure
    return _mapping(text[2:].replace("\n  ", "\n"), depth)


def items(text: str, depth: int) -> list[Any]:
    """Read a list whose dashes are at column 0. Values of the file's mapping are at ``depth`` 1. Raises Unsure."""
    if not _INTRICATE.search("\n" + text[:-1]):
        words = text[2:-1].split("\n- ")
        if WORDS.isdisjoint(words) and not text.endswith(" \n"):
            return words
    found: list[Any] = []
    for plain, quoted, number, empty, below, rest in _ITEM.findall(text):
        if plain:
            if "\n" in plain and _MARKED.search(plain):
                raise Unsure
            found.append(plain.replace("\n  ", " "))
        elif quoted:
            found.append(quoted.replace("\n  ", " ").replace("''", "'"))
        elif below:
            found.append(_dedented("  " + below, depth + 1))
        elif rest:
            raise Unsure
        else:
            found.append(_rare(number, empty))
    return found


def _rare(number: str, empty: str) -> Any:
    """Return a number, or an empty list, mapping or text. For an empty text all groups are empty."""
    if number:
        return float(number) if "." in number else int(number)
    return "" if not empty else [] if empty == "[]" else {}
