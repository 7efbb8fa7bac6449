"""
The fast reader: bytes that are in the record pipeline's own form give their values, all others give None.

None means "not sure", never "wrong": the reference reader then decides. What is read here is a small grammar, said
positively, of what the pipeline's emitter writes; a byte that the grammar does not foresee ends the reading. So there
is no YAML feature to forget, and every accepted file reads the same to PyYAML and to Ruby's Psych (tested). Time is
linear in the length of the file: no two neighbouring parts of an expression match the same characters.

The grammar, beside that of a whole file (:func:`read`):

- a key is ``[A-Za-z_][A-Za-z0-9_-]*`` or a quoted ``'@word'``, no word of YAML 1.1, and stands once;
- its value is a plain or single-quoted text, a plain decimal number, ``[]``, ``{}``, a list whose dashes stand under
  the key, or a mapping indented by two;
- a text goes on at exactly two columns more than where its key or dash stands, and is folded there by one space;
- a plain text starts with no character that means something to YAML, holds no ``: `` and no `` #``, is no word of
  YAML 1.1, and is not made of the characters of numbers and dates alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pfocr_lint.lazy_import import expression

# A record has about 3 KB. Below this, no text has more values than the reference reader's limit allows: a value and
# what leads to it take four bytes at least, a list or mapping with its first value seven.
LONGEST = 1 << 16
DEEPEST = 4

_PLAIN_BYTES = bytes([0x0A, *range(0x20, 0x7F)])
# C0 but LF, DEL, C1 with NEL, U+2028, U+2029, surrogates, U+FEFF and the non-characters, of which each plane ends in two
_UNUSUAL = expression(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)


def _cases(word: str) -> set[str]:
    """A word in every mixture of small and capital letters."""
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
# neither the protein 14-3-3 nor a UUID is a number or a date: those have no dashes, or four digits in front of them
_DASHED = r"[0-9]{1,2}-[0-9]-[0-9]|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NUMBER_LIKE = rf"(?!(?:{_DASHED})\n)[-+.0-9][-+.,:_0-9a-fA-FoxXtTzZinIN ]*"
_NOT_FIRST = r"""[^\n '"?:,\[\]{}#&*!|>%@`-]"""
# runs without ':' and '#', and these two where YAML sees no end of the text in them
_LINE = r"[^\n:#]*(?:(?::(?=[^ \n])|(?<=[^ \n])#)[^\n:#]*)*"
_PLAIN = rf"(?!(?:{_WORD}|[~=]|<<|{NUMBER_LIKE})\n){_NOT_FIRST}{_LINE}(?:(?<! )\n  (?=[^ \n#]){_LINE})*(?<! )"
_QUOTED = r"'((?:[^'\n]*(?:''|(?<! )\n  (?=[^ \n])))*[^'\n]*)'"
# the groups of what follows a key or a dash, one of them filled: plain, quoted, number, empty
_VALUE = rf" (?:({_PLAIN})|{_QUOTED}|({NUMBER})|(\[\]|\{{\}}))\n"
_BELOW = r"((?=-)(?:(?:- |  )[^\n]*\n)+|(?:  [^\n]*\n)+)"

# Their last group is what is no entry, and no item: it takes the whole rest, so that the search ends there.
_ENTRY = expression(rf"{_KEY}(?:{_VALUE}|\n{_BELOW})|([\s\S]+)")
_ITEM = expression(rf"-(?:{_VALUE}| ([^\n]+\n(?:  [^\n]*\n)*))|([\s\S]+)")
# Most lists are of words: where nothing of this stands in one, it may be split at its dashes, in a third of the time.
_INTRICATE = expression(r"[:#]|\n(?!- [A-Za-z])| \n")
# A text that goes on so may hold further items: one that stands too deep, or has another mark.
_MARKED = expression("\n  [-*\u2010-\u2015\u2212\u2022]")


class Unsure(Exception):  # noqa: N818 - not an error: the reference reader decides
    """The text is not of the grammar."""


def read(data: bytes) -> dict[str, Any] | None:
    """The values of a record in the pipeline's own form, equal to what the reference reader finds; None for "not sure"."""
    (text,), _ = bodies([data])
    try:
        return None if text is None else _mapping(text, 1)
    except Unsure:
        return None


def bodies(datas: Sequence[bytes]) -> tuple[list[str | None], str]:
    """
    The text between the fences of each of some files, None for "not sure"; and, among others, their characters outside ASCII.

    A file is ``---``, lines, ``---``, each line ended by LF; strict UTF-8 without control characters, other line
    separators, byte order marks and non-characters.
    """
    try:
        # in one pass over the bytes of all: what is left is control characters, and the others in whole
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
    """A mapping whose keys stand at the beginning of the line."""
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
    """A mapping whose lines are indented by two."""
    if depth > DEEPEST:
        raise Unsure
    return _mapping(text[2:].replace("\n  ", "\n"), depth)


def items(text: str, depth: int) -> list[Any]:
    """A list whose dashes stand at the beginning of the line, at a depth (the values of the file's mapping are at 1)."""
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
    """A number, an empty list or mapping, or the empty text, which leaves all groups empty."""
    if number:
        return float(number) if "." in number else int(number)
    return "" if not empty else [] if empty == "[]" else {}
