r"""
Parses and validates most figures with one match. One expression combines the pipeline's own form with a kind's schema.

The fast parser (:mod:`pfocr_lint.record.fast_parser`) reads any keys. This parser expects the schema's keys in the schema's
order: the schema's keys, constants and patterns are part of the expression. Each record is matched alone. Then the groups of the
matches are read by columns, many records at once. This takes a fifth of the time of parsing followed by validation. Compiling the
expression takes 10 ms. Like the fast parser, it returns the values or "not sure".

For a free text the expression checks only the shape of the lines, because Python's ``re`` is fastest at a run of ``[^\n]``.
Afterwards the parser searches the text for a ``:`` or ``#`` that gives it another meaning in YAML, which costs almost nothing.
The first columns of a line decide whether it continues a text or begins a key. So a file can match in only one way, and time is
linear.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr_lint.lazy_import import expression
from pfocr_lint.record import fast_parser
from pfocr_lint.record.fast_parser import NUMBER, NUMBER_LIKE, WORDS, Unsure
from pfocr_lint.schema import compiled, schemas

if TYPE_CHECKING:
    from pfocr_lint.schema.compiled import Validator
    from pfocr_lint.schema.kinds import Kind

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}|@[A-Za-z]{1,63}")
# The first character of a plain or quoted text. After a digit, plus or point the value may be a number.
_FIRST = r"""[^\n "?:,\[\]{}#&*!|>%@`~=<-]"""
# The first characters of a quoted text and of values that may be numbers.
_PERHAPS_OTHER = frozenset("'+.0123456789")
_NUMBER = re.compile(rf"{NUMBER_LIKE}\n")
# Characters that exclude a list of words: they may end a text, or follow "A" in ASCII and cannot begin a text.
_NO_WORD = r":#\[\]`{|}~"
# Possessive repetition. A file can match in only one way, so backtracking is not needed: a file that does not match takes 7 us
# instead of 111, a match 4.5 us instead of 6.2. Python 3.10 does not support it.
_KEPT = "+" if sys.version_info >= (3, 11) else ""
# A text of one line, for a value that does not fit its schema.
_OTHER = rf"{_FIRST}[^\n]*{_KEPT}(?<! )"
_SHORT, _MANY = 80, 10_000
_UNSURE = "null"  # a text that is unsure at any place
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


class Table(NamedTuple):
    """
    Records in the pipeline's own form, one row for each.

    ``numbers`` are the indices of the records in the given sequence. ``columns`` are the columns of the template, with None for a
    missing key. A record fits its schema but for the values in the columns ``failing`` of its row. ``non_ascii`` contains all
    their characters outside ASCII, and possibly others.
    """

    numbers: list[int]
    columns: list[list[Any]]
    failing: dict[int, list[int]]
    non_ascii: str


class _Doubts(NamedTuple):
    """Rows whose value is unsure, and rows whose value does not fit its schema, each with the column."""

    unsure: set[int]
    failing: dict[int, list[int]]

    def fails(self, row: int, place: int) -> None:
        self.failing.setdefault(row, []).append(place)


def values(kind: Kind, table: Table, row: int) -> dict[str, Any]:
    """Return the values of a row as a mapping."""
    template = of_kind(kind)
    return _values(template.slots, [column[row] for column in table.columns]) if template is not None else {}


def _values(slots: tuple[Slot, ...], row: Sequence[Any]) -> dict[str, Any]:
    found = ((key, _values(below, row) if below else row[place]) for key, place, below in slots)
    return {key: value for key, value in found if value is not None}


def read(kind: Kind, datas: Sequence[bytes]) -> Table:
    """Return the records of ``datas`` that the column parser can read with certainty."""
    template, (bodies, non_ascii) = of_kind(kind), fast_parser.bodies(datas)
    if template is None:
        return Table([], [], {}, non_ascii)
    match = template.expression.fullmatch
    matches = [(number, found) for number, text in enumerate(bodies) if text is not None and (found := match(text)) is not None]
    rows = [found.group(*template.sources) for _, found in matches]
    columns: list[list[Any]] = list(map(list, zip(*rows, strict=True))) or [[] for _ in template.sources]
    for place, constant in template.constants.items():
        columns[place] = [constant] * len(rows)
    doubts = _Doubts(set(), {})
    for text in template.texts:
        columns[text.place] = _read_texts(columns[text.place], text, doubts)
    at = len(template.places)
    for words in template.lists:
        _read_lists(columns[words.place], columns[at], words, doubts)
        at += 1
    for place, fits in template.others:
        _read_others(columns[place], columns[at], fits, place, doubts)
        at += 1
    for place, fits in template.numbers:
        _read_numbers(columns[place], fits, place, doubts)
    del columns[len(template.places) :]
    numbers, failing = [number for number, _ in matches], doubts.failing
    if doubts.unsure:
        sure = [row for row in range(len(rows)) if row not in doubts.unsure]
        failing = {new: failing[row] for new, row in enumerate(sure) if row in failing}
        numbers, columns = [numbers[row] for row in sure], [[column[row] for row in sure] for column in columns]
    return Table(numbers, columns, failing, non_ascii)


def _read_texts(sources: list[Any], text: Text, doubts: _Doubts) -> list[Any]:
    """Return the texts of the sources."""
    if None in sources:
        given = [row for row, source in enumerate(sources) if source is not None]
        among = _Doubts(set(), {})
        read = dict(zip(given, _read_texts([sources[row] for row in given], text, among), strict=True))
        doubts.unsure.update(given[at] for at in among.unsure)
        for at in among.failing:
            doubts.fails(given[at], text.place)
        return [read.get(row) for row in range(len(sources))]
    whole = "\n".join(sources)
    if text.fold in whole:
        sources = [source.replace(text.fold, " ") if "\n" in source else source for source in sources]
    if ":" in whole or "#" in whole or not _PERHAPS_OTHER.isdisjoint([source[0] for source in sources]):
        sources = [_text(each) if each[0] in _PERHAPS_OTHER or ":" in each or "#" in each else each for each in sources]
    short = [each for each in sources if len(each) < _SHORT]
    if not WORDS.isdisjoint(short):
        doubts.unsure.update(row for row, each in enumerate(sources) if each in WORDS)
    fits = text.fits or _is_given
    if not (schemas.sentinels().isdisjoint(short) if text.fits is None else all(map(fits, sources))):
        for row, each in enumerate(sources):
            if not fits(each):
                doubts.fails(row, text.place)
    return sources


def _is_given(text: str) -> bool:
    return text not in schemas.sentinels()


def _read_others(sources: list[Any], others: list[Any], fits: Validator, place: int, doubts: _Doubts) -> None:
    """Put texts where values of another form belong into the column."""
    for row, raw in enumerate(others):
        if raw is not None:
            sources[row] = text = _text(raw) if raw[0] in _PERHAPS_OTHER or ":" in raw or "#" in raw else raw
            if text in WORDS:
                doubts.unsure.add(row)
            elif not fits(text):
                doubts.fails(row, place)


def _read_lists(sources: list[Any], others: list[Any], words: Words, doubts: _Doubts) -> None:
    """Replace each source by its list."""
    place, dash, items, fits, words_fit, known = words
    for row, raw in enumerate(sources):
        if raw is not None and len(raw) < _SHORT and raw in known:
            sources[row] = known[raw]
        # Most items are one line that begins with a letter and has no space at either end. A character that cannot begin a
        # word precedes "A" in ASCII, or does not occur in such a source (see _NO_WORD).
        elif (
            raw is not None
            and raw.count("\n") == len(found := raw.split(dash)[1:])
            and min(found) >= "A"
            and " \n" not in raw
            and raw[-1] != " "
        ):
            sources[row] = found
            if not words_fit(found):
                if not WORDS.isdisjoint(found):
                    doubts.unsure.add(row)
                doubts.fails(row, place)
            elif len(raw) < _SHORT and len(known) < _MANY:
                known[raw] = found
        elif (other := raw or others[row]) is not None:
            sources[row] = read = _list(other, dash, items)
            if read is None:
                doubts.unsure.add(row)
            elif not fits(read):
                if set(map(type, read)) - {str}:
                    doubts.unsure.add(row)
                doubts.fails(row, place)


def _read_numbers(sources: list[Any], fits: Validator, place: int, doubts: _Doubts) -> None:
    """Replace each source by its number."""
    for row, raw in enumerate(sources):
        if raw is not None:
            sources[row] = number = float(raw) if "." in raw else int(raw)
            if not fits(number):
                doubts.fails(row, place)


def _text(raw: str) -> str:
    """Return the text of an unfolded plain or single-quoted source; an unsure text if YAML may not read it as text."""
    if raw[0] == "'":
        if raw[-1] != "'" or len(raw) == 1 or "'" in (inside := raw[1:-1]).replace("''", ""):
            return _UNSURE
        return inside.replace("''", "'")
    if (
        (":" in raw and (": " in raw or raw[-1] == ":"))
        or ("#" in raw and " #" in raw)
        or (raw[0] in _PERHAPS_OTHER and _NUMBER.match(f"{raw}\n"))
    ):
        return _UNSURE
    return raw


def _list(raw: str, dash: str, items: re.Pattern[str]) -> list[Any] | None:
    """Return the list of a source that begins at the line break before its first dash; None if it is not such a list."""
    if raw == " []":
        return []
    if not items.fullmatch(raw):
        return None
    indent = dash[:-2]
    try:
        return fast_parser.items(raw[len(indent) :].replace(indent, "\n") + "\n", len(indent) // 2 + 2)
    except Unsure:
        return None


@cache
def of_kind(kind: Kind) -> Template | None:
    """Return the template of a kind; None if a template cannot express its schema."""
    made = _Making()
    try:
        slots = made.mapping(schemas.load(kind), "", 0)
    except compiled.Unknown:
        return None
    if max(map(len, WORDS | schemas.sentinels())) >= _SHORT:  # texts longer than this are not compared with them
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

    It has three groups: a quote, whose group number is ``quote``, the text, and a text that does not match the pattern. Raises compiled.Unknown if the pattern also matches
    a text with another meaning, or cannot be part of the expression.
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
