r"""
The pipeline's own form and a kind's schema in one expression: nearly every figure is read and judged by a single match.

:mod:`pfocr_lint.canonical` reads whatever keys there are. Here they are the schema's, each at its place in the schema's
order, and what the schema says of keys, constants and patterns is part of the expression. It takes a fifth of the time of
reading first and judging then, but 10 ms to compile. Like the fast reader it may only say the values or "not sure".

Of a free text only the shape of the lines is left to the expression, because a run of ``[^\n]`` is what Python's ``re`` is
fastest at: whether it holds something that YAML reads otherwise is looked at in the text, where finding a ``:`` or ``#``
costs next to nothing. Which line goes on a text and which begins a key is decided by its first columns, so there is one way
to match a file, and time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from pfocr_lint import canonical, judge, schema
from pfocr_lint.canonical import NUMBER, NUMBER_LIKE, WORDS, Unsure
from pfocr_lint.judge import Judge
from pfocr_lint.ondemand import expression
from pfocr_lint.record import Kind

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}|@[A-Za-z]{1,63}")
# A character that begins a plain text; with a digit, plus or point it may be a number.
_FIRST = r"""[^\n '"?:,\[\]{}#&*!|>%@`~=<-]"""
# What begins a quoted text, or what may be a number.
_PERHAPS_OTHER = frozenset("'+.0123456789")
_NUMBER = re.compile(rf"{NUMBER_LIKE}\n")
# What is not in a list of words: what may end a text, and what comes behind "A" in ASCII and begins none.
_NO_WORD = r":#\[\]`{|}~"
# Short lists of words that were seen: a few organisms stand in nearly all records.
_known_lists: dict[tuple[int, str], list[str]] = {}
_SHORT, _MANY = 80, 10_000
# In a pattern: a group or a class that the expression around it would see otherwise.
_UNFIT = re.compile(r"(?<!\\)\((?!\?:)|\\[A-Za-z0-9]|\\\$\Z")


class Slot(NamedTuple):
    """A key of a mapping: where in the row its value is, or what is below it when that is a mapping."""

    key: str
    place: int
    below: tuple[Slot, ...] = ()


class Text(NamedTuple):
    """A text of the row: its place, what a line break in it is written as, and its judge where the match has not judged it."""

    place: int
    fold: str
    fits: Judge | None


class Words(NamedTuple):
    """
    A list of the row: its place, and the judges of a list and of one of words.

    ``other`` is the group of its source where that is no list of words, ``items`` what matches it then, ``dash`` what begins
    an item.
    """

    place: int
    other: int
    dash: str
    items: re.Pattern[str]
    fits: Judge
    words_fit: Judge


class Template(NamedTuple):
    """
    The expression of a kind, and what becomes of a match: a row of all values but the mappings, in the schema's order.

    ``sources`` picks it out of the match's groups; the ``texts``, ``lists`` and ``numbers`` of it are then read, the rest are
    constants and what fits a pattern. ``places`` says where the value of a key is: ``figid``, ``schema-jsonld/keywords``;
    ``slots`` the same as a tree. ``unsure`` are texts that stand for something else somewhere: words, missing values.
    """

    expression: re.Pattern[str]
    sources: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    texts: tuple[Text, ...]
    lists: tuple[Words, ...]
    numbers: tuple[tuple[int, Judge], ...]
    places: Mapping[str, int]
    slots: tuple[Slot, ...]
    unsure: frozenset[str]


def values(kind: Kind, row: Sequence[Any]) -> dict[str, Any]:
    """The values of a row as the mapping that they come from."""
    template = of_kind(kind)
    return _values(template.slots, row) if template is not None else {}


def _values(slots: tuple[Slot, ...], row: Sequence[Any]) -> dict[str, Any]:
    found = ((key, _values(below, row) if below else row[place]) for key, place, below in slots)
    return {key: value for key, value in found if value is not None}


def row(kind: Kind, data: bytes) -> list[Any] | None:
    """
    The values of a record in the pipeline's own form, which fit the schema of the kind, as a row; None for "not sure".

    See :class:`Template`. None stands in the row for a key that is not there; behind the values are the text's characters
    outside ASCII.
    """
    template = of_kind(kind)
    body, foreign = canonical.body(data)
    match = None if template is None or body is None else template.expression.fullmatch(body)
    if template is None or match is None:
        return None
    groups = match.groups()
    found = list(template.sources(groups))
    try:
        _read_texts(found, template.texts, template.unsure)
        _read_lists(found, template.lists, groups)
        for place, fits in template.numbers:
            if (raw := found[place]) is not None:
                found[place] = number = float(raw) if "." in raw else int(raw)
                if not fits(number):
                    return None
    except Unsure:
        return None
    found.append(foreign)
    return found


def _read_texts(row: list[Any], texts: tuple[Text, ...], unsure: frozenset[str]) -> None:
    """Put in the place of each text's source what it says. Raises Unsure."""
    for place, fold, fits in texts:
        text = row[place]
        if text is None:
            continue
        if "\n" in text:
            row[place] = text = text.replace(fold, " ")
        if text[0] in _PERHAPS_OTHER or ":" in text or "#" in text:
            row[place] = text = _text(text)
        if text in unsure or not (fits is None or fits(text)):
            raise Unsure


def _read_lists(row: list[Any], lists: tuple[Words, ...], groups: tuple[Any, ...]) -> None:
    """Put in the place of each list's source what it says. Raises Unsure."""
    for place, other, dash, items, fits, words_fit in lists:
        raw = row[place]
        if (known := _known_lists.get((place, raw))) is not None:
            row[place] = known
        # Nearly every item is one line without a space at an end, and begins with a letter; what begins no word comes
        # before "A", or is not in such a source at all (see _NO_WORD).
        elif (
            raw is not None
            and raw.count("\n") == len(words := raw.split(dash)[1:])
            and min(words) >= "A"
            and " \n" not in raw
            and raw[-1] != " "
        ):
            if not words_fit(words):
                raise Unsure
            row[place] = words
            if len(raw) < _SHORT and len(_known_lists) < _MANY:
                _known_lists[place, raw] = words
        elif (raw := raw or groups[other]) is not None:
            row[place] = value = _list(raw, dash, items)
            if not fits(value):
                raise Unsure


def _text(raw: str) -> str:
    """The text that a plain or single-quoted source, unfolded, stands for. Raises Unsure where it is no such text."""
    if raw[0] == "'":
        raw = raw[1:-1]
        if "'" in raw:
            if "'" in raw.replace("''", ""):
                raise Unsure
            return raw.replace("''", "'")
    elif (
        (":" in raw and (": " in raw or raw[-1] == ":"))
        or ("#" in raw and " #" in raw)
        or (raw[0] in _PERHAPS_OTHER and _NUMBER.match(f"{raw}\n"))
    ):
        raise Unsure
    return raw


def _list(raw: str, dash: str, items: re.Pattern[str]) -> list[Any]:
    """The list of a source, from the line break before its first dash on. Raises Unsure where it is no such list."""
    if raw == " []":
        return []
    if not items.fullmatch(raw):
        raise Unsure
    indent = dash[:-2]
    return canonical.items(raw[len(indent) :].replace(indent, "\n") + "\n", len(indent) // 2 + 2)


@cache
def of_kind(kind: Kind) -> Template | None:
    """The template of a kind; None where its schema asks for more than a template can say."""
    made = _Making()
    try:
        slots = made.mapping(schema.load(kind), "", 0)
    except judge.Unknown:
        return None
    return Template(
        re.compile("".join(made.lines)), itemgetter(*made.sources), tuple(made.texts), tuple(made.lists), tuple(made.numbers),
        made.places, slots, WORDS | schema.sentinels(),
    )  # fmt: skip


class _Making:
    """What a template is made of, as far as its schema has been gone through."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.groups = 0
        self.sources: list[int] = []
        self.texts: list[Text] = []
        self.lists: list[Words] = []
        self.numbers: list[tuple[int, Judge]] = []
        self.places: dict[str, int] = {}

    def mapping(self, part: Mapping[str, Any], above: str, depth: int) -> tuple[Slot, ...]:
        """Add the lines of a mapping whose keys stand below ``above``, '' for the record's own. Raises judge.Unknown."""
        if part.get("additionalProperties") is not False:
            raise judge.Unknown
        slots = []
        for name, below in part["properties"].items():
            if not _KEY.fullmatch(name) or name in WORDS:
                raise judge.Unknown
            key = re.escape("  " * depth + (f"'{name}'" if name[0] == "@" else name) + ":")
            required = name in part["required"]
            if below.get("type") == "object":
                if not required or not below.get("properties"):
                    raise judge.Unknown
                self.lines.append(f"{key}\n")
                slots.append(Slot(name, -1, self.mapping(below, f"{above}{name}/", depth + 1)))
            else:
                slots.append(Slot(name, len(self.sources)))
                self.places[above + name] = len(self.sources)
                self.sources.append(self.groups)
                line = key + self.value(below, depth)
                self.lines.append(line if required else f"(?:{line})?")
        return tuple(slots)

    def value(self, part: Mapping[str, Any], depth: int) -> str:
        """What follows a key, and what is to be read of it. Raises judge.Unknown."""
        fits, sort, place = judge.build(part), part.get("type", ""), len(self.sources) - 1
        fold, dash = "\n" + "  " * (depth + 1), "\n" + "  " * depth + "- "
        self.groups += 1
        if sort == "string" and ("const" in part or "enum" in part):
            return _one_of([part["const"]] if "const" in part else part["enum"])
        if sort == "string" and "pattern" in part:
            self.sources[place] = self.groups  # the group before it is for a quote
            self.groups += 1
            return _fitting(part["pattern"], self.groups - 1)
        if sort == "string":
            only_refused = part.keys() <= judge.SILENT | {"type", "not"} and judge.refused(part) <= schema.sentinels()
            self.texts.append(Text(place, fold, None if only_refused else fits))
            goes_on = rf"[^\n]*(?:(?<! ){fold}[^ \n{{}}][^\n]*)*"
            return rf" ({_FIRST}{goes_on.format('#')}(?<! )|'{goes_on.format('')}')\n"
        if sort == "array":  # most lists are of words
            items = rf"(?:{dash}[^\n]*(?:{fold}[^\n]*)*)+"
            self.lists.append(Words(place, self.groups, dash, expression(items), fits, judge.words(part, WORDS)))
            self.groups += 1
            return rf"(?:({dash}[^{_NO_WORD}]*)|( \[\]|{items}))\n"
        if sort == "number":
            self.numbers.append((place, fits))
            return f" ({NUMBER})\n"
        raise judge.Unknown


def _one_of(texts: list[str]) -> str:
    """The expression of a line's rest that is one of some plain texts. Raises judge.Unknown where one cannot be plain."""
    if any(canonical.read(f"---\nkey: {text}\n---\n".encode()) != {"key": text} for text in texts):
        raise judge.Unknown
    return f" ({'|'.join(map(re.escape, texts))})\n"


def _fitting(pattern: str, quote: int) -> str:
    """
    The expression of a line's rest that fits a schema's pattern, in two groups: a quote, the first of this number, and the text.

    Raises judge.Unknown where the pattern also fits what stands for something else, or cannot be put into the expression.
    """
    if _UNFIT.search(pattern) or any(re.fullmatch(pattern, text) for text in WORDS | schema.sentinels()):
        raise judge.Unknown
    inside = pattern.removeprefix("^").removesuffix("$").replace("[^", r"[^\n")
    inside = f"(?:{inside})" if "|" in inside else inside
    letter, plain = "[A-Za-z/]", r"[^\n:#]*(?<! )\n"
    if re.match(rf"(?:\(\?:)*{letter}", inside):  # then the pipeline writes no quotes, and it is no number
        return rf" (?={letter}{plain})()({inside})\n"
    number = rf"(?=[0-9])(?!{NUMBER_LIKE}\n)"
    return rf" (?:(?={letter}{plain})|(')(?=[^'\n]*'\n)|{number}(?={plain}))({inside})(?({quote})')\n"
