r"""
The expression that matches a whole record of a kind: the pipeline's own form combined with the kind's schema.

The schema's keys, constants and patterns are part of the expression. For a free text it checks only the shape of the lines,
because Python's ``re`` is fastest at a run of ``[^\n]``. The first columns of a line decide whether it continues a text or begins
a key. So a file can match in only one way, and time is linear. A value that does not fit its schema matches too where it is text
of one line. Compiling the expression takes 10 ms.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr_lint.lazy_import import expression
from pfocr_lint.record import fast_parser
from pfocr_lint.record.fast_parser import NUMBER, NUMBER_LIKE, WORDS
from pfocr_lint.schema import compiled, schemas

if TYPE_CHECKING:
    from pfocr_lint.schema.compiled import Validator
    from pfocr_lint.schema.kinds import Kind

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}|@[A-Za-z]{1,63}")
# The first character of a plain or quoted text. After a digit, plus or point the value may be a number.
_FIRST = r"""[^\n "?:,\[\]{}#&*!|>%@`~=<-]"""
# Characters that exclude a list of words: they may end a text, or follow "A" in ASCII and cannot begin a text.
_NO_WORD = r":#\[\]`{|}~"
# Possessive repetition. A file can match in only one way, so backtracking is not needed: a file that does not match takes 7 us
# instead of 111, a match 4.5 us instead of 6.2. Python 3.10 does not support it.
_KEPT = "+" if sys.version_info >= (3, 11) else ""
# A text of one line, for a value that does not fit its schema.
_OTHER = rf"{_FIRST}[^\n]*{_KEPT}(?<! )"
SHORT = 80  # characters: longer texts are not compared with words and missing values
# Groups and classes in a pattern that would have another meaning inside the larger expression.
_UNFIT = re.compile(r"(?<!\\)\((?!\?:)|\\[A-Za-z0-9]|\\\$\Z")


class Slot(NamedTuple):
    """A key of a mapping, with the column of its value; if the value is a mapping, with its slots."""

    key: str
    place: int
    below: tuple[Slot, ...] = ()


class Text(NamedTuple):
    """A text: its column, how its line breaks are written, and its validator; None if the match has validated it."""

    place: int
    fold: str
    fits: Validator | None


class Words(NamedTuple):
    """
    A list: its column, and the validators of a list and of a list of words.

    ``items`` matches a source that is not a list of words; ``dash`` begins an item. ``known`` caches short lists of words,
    because the same few organisms occur in most records.
    """

    place: int
    dash: str
    items: re.Pattern[str]
    fits: Validator
    words_fit: Validator
    known: dict[str, list[str]]


class Template(NamedTuple):
    """
    The expression of a kind, and how to read its matches. Each value except a mapping has a column, in the schema's order.

    ``sources`` are the groups of the expression for the columns. The groups for values of other forms follow: for lists that are
    not lists of words, then for texts in the columns ``others``, where a list or a text of a pattern belongs. ``texts``,
    ``lists`` and ``numbers`` are the columns that need further reading, ``constants`` have known values, and the others match a
    pattern. ``places`` maps a key (``figid``, ``schema-jsonld/keywords``) to its column; ``slots`` is the same as a tree.
    """

    expression: re.Pattern[str]
    sources: tuple[int, ...]
    texts: tuple[Text, ...]
    lists: tuple[Words, ...]
    numbers: tuple[tuple[int, Validator], ...]
    constants: Mapping[int, str]
    places: Mapping[str, int]
    slots: tuple[Slot, ...]
    others: tuple[tuple[int, Validator], ...]


@cache
def of_kind(kind: Kind) -> Template | None:
    """Return the template of a kind; None if a template cannot express its schema."""
    made = _Making()
    try:
        slots = made.mapping(schemas.load(kind), "", 0)
    except compiled.Unknown:
        return None
    if max(map(len, WORDS | schemas.sentinels())) >= SHORT:
        return None
    return Template(
        re.compile("".join(made.lines)), (*made.sources, *made.list_groups, *made.other_groups), tuple(made.texts),
        tuple(made.lists), tuple(made.numbers), made.constants, made.places, slots, tuple(made.others),
    )  # fmt: skip


class _Making:
    """Collects the parts of a template while it reads a schema."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.groups = 0
        self.sources: list[int] = []
        self.others: list[tuple[int, Validator]] = []
        self.list_groups: list[int] = []
        self.other_groups: list[int] = []
        self.texts: list[Text] = []
        self.lists: list[Words] = []
        self.numbers: list[tuple[int, Validator]] = []
        self.constants: dict[int, str] = {}
        self.places: dict[str, int] = {}

    def mapping(self, part: Mapping[str, Any], above: str, depth: int) -> tuple[Slot, ...]:
        """Add the lines of a mapping below the key ``above``, '' for the record itself. Raises compiled.Unknown."""
        if part.get("additionalProperties") is not False:
            raise compiled.Unknown
        slots = []
        for name, below in part["properties"].items():
            if not _KEY.fullmatch(name) or name in WORDS:
                raise compiled.Unknown
            key = re.escape("  " * depth + (f"'{name}'" if name[0] == "@" else name) + ":")
            required = name in part["required"]
            if below.get("type") == "object":
                if not required or not below.get("properties"):
                    raise compiled.Unknown
                self.lines.append(f"{key}\n")
                slots.append(Slot(name, -1, self.mapping(below, f"{above}{name}/", depth + 1)))
            else:
                slots.append(Slot(name, len(self.sources)))
                self.places[above + name] = len(self.sources)
                self.sources.append(self.groups + 1)
                line = key + (self.constant(below) if required and "const" in below else self.value(below, depth))
                self.lines.append(line if required else f"(?:{line})?")
        return tuple(slots)

    def constant(self, part: Mapping[str, Any]) -> str:
        """Return the expression after a key that has one allowed value. Raises compiled.Unknown."""
        if not isinstance(part["const"], str) or not compiled.build(part)(part["const"]):
            raise compiled.Unknown
        place = len(self.sources) - 1
        self.constants[place], self.sources[place] = part["const"], 0  # group 0 is the whole match, which costs nothing
        return f" {_one_of([part['const']])}\n"

    def value(self, part: Mapping[str, Any], depth: int) -> str:
        """Return the expression after a key, and record how to read its value. Raises compiled.Unknown."""
        fits, sort, place = compiled.build(part), part.get("type", ""), len(self.sources) - 1
        fold, dash = "\n" + "  " * (depth + 1), "\n" + "  " * depth + "- "
        self.groups += 1
        if sort == "string" and ("const" in part or "enum" in part):
            return f" ({_one_of([part['const']] if 'const' in part else part['enum'])})\n"
        if sort == "string" and "pattern" in part:
            self.groups += 2
            self.sources[place] = self.groups - 1  # the group before it matches a quote, the one behind it another text
            self.other_groups.append(self.groups)
            self.others.append((place, fits))
            return _fitting(part["pattern"], self.groups - 2)
        if sort == "string":
            only_refused = part.keys() <= compiled.SILENT | {"type", "not"} and compiled.refused(part) <= schemas.sentinels()
            self.texts.append(Text(place, fold, None if only_refused else fits))
            return rf" ({_FIRST}[^\n]*{_KEPT}(?:(?<! ){fold}[^ \n][^\n]*{_KEPT})*{_KEPT}(?<! ))\n"
        if sort == "array":  # most lists are of words
            items = rf"(?:{dash}[^\n]*{_KEPT}(?:{fold}[^\n]*{_KEPT})*{_KEPT})+{_KEPT}"
            self.groups += 2
            self.list_groups.append(self.groups - 1)
            self.other_groups.append(self.groups)
            self.others.append((place, fits))
            self.lists.append(Words(place, dash, expression(items), fits, compiled.words(part, WORDS), {}))
            return rf"(?:({dash}[^{_NO_WORD}]*)|( \[\]|{items})| ({_OTHER}))\n"
        if sort == "number":
            self.numbers.append((place, fits))
            return f" ({NUMBER})\n"
        raise compiled.Unknown


def _one_of(texts: list[str]) -> str:
    """Return the expression that matches one of the plain texts. Raises compiled.Unknown if a text needs quotes."""
    if any(fast_parser.read(f"---\nkey: {text}\n---\n".encode()) != {"key": text} for text in texts):
        raise compiled.Unknown
    return "|".join(map(re.escape, texts))


def _fitting(pattern: str, quote: int) -> str:
    """
    Return the expression for the rest of a line that matches a schema's pattern.

    It has three groups: a quote, whose group number is ``quote``, the text, and a text that does not match the pattern. Raises
    compiled.Unknown if the pattern also matches a text with another meaning, or cannot be part of the expression.
    """
    if _UNFIT.search(pattern) or any(re.fullmatch(pattern, text) for text in WORDS | schemas.sentinels()):
        raise compiled.Unknown
    inside = pattern.removeprefix("^").removesuffix("$").replace("[^", r"[^\n")
    inside = f"(?:{inside})" if "|" in inside else inside
    letter, plain = "[A-Za-z/]", r"[^\n:#]*(?<! )\n"
    # With the same expression in front of the other text, no line matches in two ways.
    if re.match(rf"(?:\(\?:)*{letter}", inside):  # the pipeline writes such a text without quotes, and it is not a number
        fitting = rf"(?={letter}{plain})"
        return rf" (?:{fitting}()({inside})\n|(?!{fitting}{inside}\n)({_OTHER})\n)"
    fitting = rf"(?={letter}{plain})|(?=[0-9])(?!{NUMBER_LIKE}\n)(?={plain})"
    quoted = r"(?=[^'\n]*'\n)"
    return (
        rf" (?:(?:{fitting}|('){quoted})({inside})(?({quote})')\n"
        rf"|(?!(?:{fitting}){inside}\n|'{quoted}{inside}'\n)({_OTHER})\n)"
    )
