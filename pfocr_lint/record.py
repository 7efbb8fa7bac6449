"""
The reference reader: bytes in, a :class:`Record` out, and never an exception.

One pass of PyYAML's C composer gives values and nodes; positions are looked up only for a finding.
Values are YAML 1.1 as Jekyll reads it. A broken file is a record with faults and without data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import PurePath
from typing import Any

import yaml

from pfocr_lint.diagnostic import Fix, Place, Related, SourceLine, Span, TextEdit, join, quote, split
from pfocr_lint.scalars import Implicit, psych_only

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
MAX_NODES = 20_000

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")

_OPENING = re.compile(r"---[ \t]*(?:\r\n|\r|\n)")
_FENCE = re.compile(r"(?:(?<=[\n\r])|\A)(---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)")
_DEEP = re.compile(r"(?m)^(?:[ ]{60}|[ ]*(?:[-?:][ \t]+){20})")
_NEXT_KEY = re.compile(r"\n[A-Za-z_]+: ")
_COMMENT = re.compile(r"(?<![^\s])#[^\n\r]*")
_FOLD = re.compile(r"(?<![ \t])[ \t]*(?:\r\n|\r|\n)[ \t\r\n]*")


class Kind(str, Enum):
    """The kinds of record; ``UNKNOWN`` is a file that is none of them."""

    FIGURE = "figure"
    FIGURE_2021 = "figure-2021"
    ORGANISM = "organism"
    FETCHED = "fetched-figure"
    TABLE = "mention-table"
    UNKNOWN = "unknown"


FIGURES = frozenset({Kind.FIGURE, Kind.FIGURE_2021})
MAPPINGS = FIGURES | {Kind.ORGANISM, Kind.FETCHED}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file is not one readable mapping, or what its form lacks: the code of a PF0 rule and what it will say."""

    code: str
    message: str
    span: Span = Span(0, 0)
    fix: Fix | None = None
    related: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    """One schema failure: the JSON Pointer, the keyword that failed, what it wants, and the value that is there."""

    key: str
    keyword: str
    wanted: Any
    value: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """A value's place: its node, its key's node (None for a list item), the node that holds it, and that one's key."""

    pointer: str
    node: yaml.Node
    key: yaml.ScalarNode | None
    parent: yaml.CollectionNode


@dataclass
class Record:
    """
    One file as the rules see it.

    ``text`` is the whole decoded file, ``body`` the range of its YAML, ``data`` the mapping (None when it cannot
    be read). The engine adds what it knows when it has the record judged: ``failures`` (code of the owning rule ->
    schema violations), ``invalid`` (the JSON Pointers of values that take part in no comparison), ``synonyms``
    (organism name -> latin name), and the waivers that waive nothing or name no rule.
    """

    path: str
    kind: Kind
    text: str = ""
    body: Span = Span(0, 0)
    data: dict[str, Any] | None = None
    faults: tuple[Fault, ...] = ()
    root: yaml.MappingNode | None = None
    failures: Mapping[str, tuple[Violation, ...]] = field(default_factory=dict)
    invalid: frozenset[str] = frozenset()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    unused_waivers: tuple[tuple[Any, tuple[tuple[str, Span], ...]], ...] = ()
    unknown_waivers: tuple[tuple[str, str | None, Span], ...] = ()

    @property
    def name(self) -> str:
        """The file's name without its extension; '' when the record has no file."""
        base = PurePath(self.path).name
        return "" if base == "-" else base.removesuffix(".md").removesuffix(".yml")

    def value(self, pointer: str) -> Any:
        """The value at a JSON Pointer, None where there is none."""
        at: Any = self.data
        for token in split(pointer):
            if isinstance(at, dict):
                at = at.get(token)
            elif isinstance(at, list) and token.isdecimal() and int(token) < len(at):
                at = at[int(token)]
            else:
                return None
        return at

    def usable(self, pointer: str) -> str | None:
        """The string at a JSON Pointer when it may take part in a comparison: there, a string, and valid."""
        value = self.value(pointer)
        return value if isinstance(value, str) and pointer not in self.invalid else None

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Every value's place, by JSON Pointer; of a key that stands twice, the last."""
        found: dict[str, Entry] = {}

        def walk(pointer: str, node: yaml.Node) -> None:
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    below = join(pointer, key.value)
                    found[below] = Entry(below, value, key, node)
                    walk(below, value)
            elif isinstance(node, yaml.SequenceNode):
                for index, item in enumerate(node.value):
                    below = join(pointer, index)
                    found[below] = Entry(below, item, None, node)
                    walk(below, item)

        if self.root is not None:
            walk("", self.root)
        return found

    def span(self, pointer: str, *, on_key: bool = False, within: Span | None = None) -> Span:
        """Where a value (or its key) stands; for a value that is missing or empty, the nearest thing that is there."""
        entry = self.entries.get(pointer)
        if entry is None:
            parent = pointer.rpartition("/")[0]
            return self.span(parent, on_key=True) if parent else Span(0, 0)
        if on_key and entry.key is not None:
            return self.node_span(entry.key)
        whole = self.node_span(entry.node)
        if within is not None and isinstance(entry.node, yaml.ScalarNode):
            places = _origins(self.text[whole.start : whole.end], entry.node)
            if places is not None:
                return Span(whole.start + places[within.start], whole.start + places[within.end])
        return self.node_span(entry.key) if whole.start == whole.end and entry.key is not None else whole

    def node_span(self, node: yaml.Node) -> Span:
        """The exact source of a node: without the line breaks and comments that follow a block."""
        base = self.body.start
        start = node.start_mark.index + base
        if isinstance(node, yaml.ScalarNode):
            if node.style in ("|", ">"):
                return Span(start, self._block_scalar_end(start, node))
            return Span(start, node.end_mark.index + base)
        if node.flow_style or not node.value:
            return Span(start, node.end_mark.index + base)
        last = node.value[-1]
        key, value = last if isinstance(node, yaml.MappingNode) else (None, last)
        if isinstance(value, yaml.ScalarNode) and not value.value and not value.style:
            return Span(start, self.empty_at(key, value))
        return Span(start, self.node_span(value).end)

    def empty_at(self, key: yaml.Node | None, value: yaml.Node) -> int:
        """Where the value of ``key:`` or of a lone ``-`` would begin."""
        if key is None:
            return int(value.start_mark.index) + self.body.start
        return self.text.index(":", key.end_mark.index + self.body.start) + 1

    def _block_scalar_end(self, start: int, node: yaml.ScalarNode) -> int:
        """The end of the last line of a block scalar that holds text (of the last line at all, when it keeps them)."""
        limit = node.end_mark.index + self.body.start
        end = self.text.find("\n", start)
        indent: int | None = None
        at = end + 1
        while 0 < at < limit:
            stop = self.text.find("\n", at)
            stop = limit if stop < 0 else stop
            line = self.text[at:stop]
            bare = line.strip(" \r")
            if bare:
                width = len(line) - len(line.lstrip(" "))
                indent = width if indent is None else indent
                if width < indent:
                    break
            if bare or node.value.endswith("\n\n"):
                end = stop
            at = stop + 1
        return end if end >= 0 else limit

    @cached_property
    def comments(self) -> tuple[Span, ...]:
        """The YAML comments of the front matter, ``#`` to the end of the line."""
        if self.root is None or "#" not in self.text:
            return ()
        scalars = sorted(self.node_span(e.node) for e in self.entries.values() if isinstance(e.node, yaml.ScalarNode))
        found = []
        for match in _COMMENT.finditer(self.text, self.body.start, self.body.end):
            if not any(span.start <= match.start() < span.end for span in scalars):
                found.append(Span(*match.span()))
        return tuple(found)

    def place(self, span: Span) -> Place:
        """Lines and columns of a span."""
        return Place(*self._line_column(span.start), *self._line_column(span.end))

    def _line_column(self, offset: int) -> tuple[int, int]:
        return self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset)

    def source(self, place: Place, lines: int = 3, width: int = 400) -> tuple[SourceLine, ...]:
        """The first ``lines`` source lines of a place, each cut to ``width`` code points round what is meant."""
        found = []
        start = 0
        for _ in range(place.line - 1):
            start = self.text.index("\n", start) + 1
        for number in range(place.line, min(place.end_line, place.line + lines - 1) + 1):
            end = self.text.find("\n", start)
            end = len(self.text) if end < 0 else end
            cut = max(0, place.column - 1 - width // 2) if number == place.line else 0
            found.append(SourceLine(number, cut, self.text[start + cut : min(end, start + cut + width)]))
            start = end + 1
        return tuple(found)


def strings(pointer: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every string at or below a value, with its JSON Pointer."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(join(pointer, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(join(pointer, index), item)


def read(path: str, data: bytes, kind: Kind | None = None) -> Record:
    """
    Read one file. ``kind`` says what it is where its path does not (see :func:`kind_of`); a figure's dialect is read
    off its text all the same.

    Nothing is raised: what is wrong with the file is in ``faults``, and ``data`` is None when it is not one mapping.
    """
    try:
        text = data.decode("utf-8")
        fault = None
    except UnicodeDecodeError as error:
        text = data.decode("utf-8", "replace")
        place = len(data[: error.start].decode("utf-8", "replace"))
        byte = data[error.start]
        fault = Fault("PF002", f"byte {error.start + 1} (0x{byte:02X}) is not UTF-8", Span(place, place + 1))
    if fault is None and "\0" in text:
        nul = text.index("\0")
        fault = Fault("PF002", f"byte {data.index(0) + 1} is NUL, which no text holds", Span(nul, nul + 1))
    kind = kind_of(path, text) if kind is None else _dialect(text) if kind in FIGURES else kind
    record = Record(path, kind, text)
    if len(data) > MAX_BYTES:
        fault = Fault("PF008", f"the file has more than {MAX_BYTES:,} bytes")
    if fault is None:
        fault = _Reader(record).fault
    if fault is not None:
        record.faults = (fault,)
        record.data = record.root = None
    return record


def unreadable(path: str, reason: str) -> Record:
    """The record of a file that could not be opened."""
    return Record(path, kind_of(path, ""), faults=(Fault("PF001", reason),))


def kind_of(path: str, text: str) -> Kind:
    """What a file is, by the folder and extension of its path, else by the keys of its front matter."""
    pure = PurePath(path)
    folder, suffix = pure.parent.name, pure.suffix
    if suffix == ".tsv" and pure.stem.rpartition("-")[2] in ("genes", "chemicals", "diseases"):
        return Kind.TABLE
    if (folder, suffix) == ("_figures", ".md"):
        return _dialect(text)
    if (folder, suffix) == ("_organisms", ".md"):
        return Kind.ORGANISM
    if (folder, suffix) == ("figures", ".yml"):
        return Kind.FETCHED
    keys = frozenset(re.findall(r"(?m)^(figid|latin|image_filename)[ ]*:", text))
    if suffix == ".yml":
        return Kind.FETCHED if "image_filename" in keys else Kind.UNKNOWN
    if suffix == ".md" or path == "-":
        if "image_filename" in keys:
            return Kind.FETCHED if path == "-" else Kind.UNKNOWN
        return _dialect(text) if "figid" in keys else Kind.ORGANISM if "latin" in keys else Kind.UNKNOWN
    return Kind.UNKNOWN


def _dialect(text: str) -> Kind:
    return Kind.FIGURE_2021 if re.search(r"(?m)^(?:pathway_score|genes)[ ]*:", text) else Kind.FIGURE


class _Reader:
    """Reads the text of one record into its ``body``, ``root``, ``data`` and ``faults``; ``fault`` is what stops it."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.nodes = 0
        self.faults: list[Fault] = []
        self.fault = self._read()
        record.faults = tuple(self.faults)

    def _read(self) -> Fault | None:
        record, text = self.record, self.record.text
        if text.startswith("\ufeff"):
            fix = Fix("remove the byte order mark", (TextEdit(0, 1, ""),))
            self.faults.append(Fault("PF003", "the file begins with a byte order mark (U+FEFF)", Span(0, 1), fix))
        if record.kind is Kind.TABLE:
            return None
        fault = self._fences(1 if self.faults else 0)
        if fault is not None:
            return fault
        base, end = record.body.start, record.body.end
        body = text[base:end]
        if body.count("[") + body.count("{") > 60 or _DEEP.search(body):
            fault = self._depth(body)
            if fault is not None:
                return fault
        loader = None
        try:
            loader = yaml.CSafeLoader(body)
            root = loader.get_single_node()
        except yaml.YAMLError as error:
            if CONTROL.search(body):
                return Fault("PF010", "")
            return explain(error, record)
        finally:
            if loader is not None:
                loader.dispose()
        if root is None or not isinstance(root, yaml.MappingNode):
            found = "empty" if root is None else "a list" if isinstance(root, yaml.SequenceNode) else "plain text"
            return Fault("PF005", f"the front matter is {found}, not 'key: value' lines", Span(base, base))
        record.root = root
        try:
            record.data = self._mapping(root, "", 1)
        except _Refused as refused:
            return refused.fault
        return None

    def _fences(self, start: int) -> Fault | None:
        record, text = self.record, self.record.text
        opening = _OPENING.match(text, start)
        if opening is None:
            first = text[start:].split("\n", 1)[0]
            found = "the file is empty" if not text else f"the first line is {quote(first, 40)}"
            return Fault("PF004", f"{found}, where the opening fence '---' belongs", Span(0, 0))
        closing = _FENCE.search(text, opening.end())
        if closing is None:
            return Fault("PF004", "the closing fence '---' is missing", Span(len(text), len(text)))
        record.body = Span(opening.end(), closing.start())
        if closing[1] == "...":
            return Fault("PF004", "'...' closes the front matter, where '---' belongs", Span(*closing.span(1)))
        rest = text[closing.end() :]
        if rest.strip(" \t\r\n"):
            at = closing.end() + len(rest) - len(rest.lstrip(" \t\r\n"))
            end = text.find("\n", at)
            return Fault("PF004", "text stands after the closing fence '---'", Span(at, end if end > 0 else len(text)))
        return None

    def _depth(self, body: str) -> Fault | None:
        """Refuse deep nesting by events alone: the composer's recursion would end the process."""
        depth = 0
        try:
            for event in yaml.parse(body, Loader=yaml.CSafeLoader):
                if isinstance(event, yaml.CollectionStartEvent):
                    depth += 1
                    if depth > MAX_DEPTH:
                        return self._too_deep(event.start_mark)
                elif isinstance(event, yaml.CollectionEndEvent):
                    depth -= 1
        except yaml.YAMLError:
            pass  # the composer finds the same error and explains it
        return None

    def _too_deep(self, mark: yaml.Mark) -> Fault:
        at = self.record.body.start + mark.index
        return Fault("PF008", f"values are nested more than {MAX_DEPTH} levels deep", Span(at, at + 1))

    def _refuse(self, node: yaml.Node, message: str) -> _Refused:
        start = self.record.body.start + node.start_mark.index
        return _Refused(Fault("PF007", message, Span(start, min(start + 1, self.record.body.end))))

    def _value(self, node: yaml.Node, pointer: str, depth: int) -> Any:
        self.nodes += 1
        start = node.start_mark.index
        if self.nodes > MAX_NODES:
            at = self.record.body.start + start
            raise _Refused(Fault("PF008", f"the record has more than {MAX_NODES:,} values", Span(at, at)))
        first = self.record.text[self.record.body.start + start : self.record.body.start + start + 1]
        if first in ("&", "!") and node.end_mark.index > start:
            what = "an anchor ('&')" if first == "&" else "a tag ('!')"
            raise self._refuse(node, f"{pointer or 'the front matter'} uses {what}; records are plain data")
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if depth > MAX_DEPTH:
            raise _Refused(self._too_deep(node.start_mark))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, pointer, depth)
        return [self._value(item, join(pointer, index), depth + 1) for index, item in enumerate(node.value)]

    def _mapping(self, node: yaml.MappingNode, pointer: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        text, base = self.record.text, self.record.body.start
        for key, value in node.value:
            at = base + key.start_mark.index
            if not isinstance(key, yaml.ScalarNode) or text[max(base, at - 2) : at] == "? ":
                raise self._refuse(key, "a key is not plain text; records are plain data")
            if text[at : at + 1] in ("&", "!", "*") and not key.style:
                raise self._refuse(key, f"the key {quote(key.value)} uses an anchor, alias or tag; records are plain data")
            if key.tag.endswith(":merge"):
                raise self._refuse(key, "'<<' merges another mapping; records are plain data")
            if not isinstance(_scalar(key), str):
                raise self._refuse(key, f"YAML 1.1 does not read the key {quote(key.value)} as text; quote it")
            below = join(pointer, key.value)
            read_as = self._value(value, below, depth + 1)
            if key.value in found:
                self._duplicate(node, key, below, found[key.value] == read_as)
            found[key.value] = read_as
        return found

    def _duplicate(self, node: yaml.MappingNode, key: yaml.ScalarNode, pointer: str, equal: bool) -> None:
        """A key that stands twice; readers keep the last value, so the first goes when both are equal."""
        twins = [(k, v) for k, v in node.value if k.value == key.value]
        places = [self.record.node_span(k) for k, _ in twins]
        here = next(i for i, (k, _) in enumerate(twins) if k is key)
        fix = None
        if equal and not node.flow_style:
            end = self.record.node_span(twins[here][1]).end
            start = places[here].start
            line = self.record.text.rfind("\n", 0, start) + 1
            after = self.record.text.find("\n", end)
            if not self.record.text[line:start].strip() and not self.record.text[end:after].strip():
                fix = Fix(f"remove the second {quote(key.value)}", (TextEdit(line, after + 1, ""),))
        same = "the same value" if equal else "another value; readers keep only the last"
        message = f"the key {quote(key.value)} stands twice, with {same}"
        self.faults.append(Fault("PF006", message, places[here], fix, (Related(None, "first here", places[0]),)))


class _Refused(Exception):  # noqa: N818 - not an error: a record that is not plain data
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


_CONSTRUCTOR = yaml.constructor.SafeConstructor()


def _scalar(node: yaml.ScalarNode) -> Any:
    """The value of a scalar: str, int, float, bool, None, or :class:`Implicit`."""
    text: str = node.value
    if node.style:
        return text
    kind = node.tag.rpartition(":")[2]
    if kind == "str":
        return psych_only(text) or text
    if kind == "null":
        return None
    try:
        if kind == "bool":
            return _CONSTRUCTOR.construct_yaml_bool(node)
        if kind == "int":
            return _CONSTRUCTOR.construct_yaml_int(node)
        if kind == "float":
            return _CONSTRUCTOR.construct_yaml_float(node)
    except (ValueError, OverflowError):
        return Implicit("number", text)
    return Implicit({"timestamp": "date"}.get(kind, "special value"), text)


def explain(error: yaml.YAMLError, record: Record) -> Fault:
    """One clear sentence for a YAML error, at the place where a person would mend it."""
    base = record.body.start
    problem = str(getattr(error, "problem", None) or error).split("\n", 1)[0]
    mark = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    at = base + (mark.index if mark is not None else 0)
    start = record.text.rfind("\n", 0, at) + 1
    line = record.text[start:].split("\n", 1)[0].rstrip("\r")
    key = line.partition(":")[0].strip()
    if isinstance(error, yaml.composer.ComposerError):
        if "another document" in problem:
            return Fault("PF007", "the front matter holds several documents; a record is one", Span(at, at + 3))
        return Fault("PF007", "an alias ('*') or anchor ('&') stands here; records are plain data", Span(at, at + 1))
    if "mapping values are not allowed" in problem:
        message = f"the text after {quote(key, 40)} holds ': ' and needs quotes round it"
        if line[:1] == " ":
            message = f"this line holds ': '; put quotes round the whole text it belongs to ({quote(key, 40)})"
        return Fault("PF005", message, Span(at, at + 1))
    quoted = base + opened.index if opened is not None and "end of stream" in problem else _open_quote(record, at)
    if quoted is not None:
        place = quoted
        return Fault("PF005", "a quote is opened here and never closed", Span(place, place + 1))
    if "could not find expected ':'" in problem and opened is not None:
        place = base + opened.index
        stop = record.text.find("\n", place)
        word = record.text[place:stop].strip()
        if word == "~":
            before = record.text[:place].rstrip().rsplit("\n", 1)[-1]
            return Fault("PF005", f"'~' stands alone on its line; an empty {quote(before)} is written '{before} []'",
                         Span(place, place + 1))  # fmt: skip
        return Fault("PF005", f"the line {quote(word, 40)} is neither 'key: value' nor indented text", Span(place, stop))
    if "cannot start any token" in problem:
        odd = record.text[at : at + 1]
        if odd == "\t":
            return Fault("PF005", "a tab stands where YAML wants spaces", Span(at, at + 1))
        return Fault("PF005", f"text that begins with {quote(odd)} needs quotes round it", Span(at, at + 1))
    if "did not find expected key" in problem or "expected <block end>" in problem:
        message = f"{quote(record.text[at:].split(chr(10), 1)[0].strip(), 30)} stands where a new key belongs"
        if "'" in line or '"' in line:
            message += "; a quote inside quoted text is doubled (''), or a quote closes too early"
        return Fault("PF005", message, Span(at, at + 1))
    if "did not find expected <document start>" in problem:
        return Fault("PF007", "the front matter holds several documents; a record is one", Span(at, at + 1))
    return Fault("PF005", f"not readable as YAML: {problem}", Span(at, min(at + 1, len(record.text))))


def _open_quote(record: Record, error: int) -> int | None:
    """The quote that was opened before an error and swallowed a line that looks like a key; None where none did."""
    for match in re.finditer(r"(?m)^[^\s#][^:\n]*: +(['\"])(.*)$", record.text[:error]):
        if match.start() < record.body.start:
            continue
        quote, rest = match[1], match[2]
        closing = rest.replace("''", "") if quote == "'" else re.sub(r"\\.", "", rest)
        if quote not in closing and _NEXT_KEY.match(record.text, match.end()):
            return match.start(1)
    return None


def _origins(source: str, node: yaml.ScalarNode) -> list[int] | None:
    """For each code point of a scalar's value, and for its end, the offset in its source; None where they do not align."""
    style = node.style or ""
    if style in ("|", ">"):
        return None
    folds = {match.start(): match for match in _FOLD.finditer(source)}
    at, stop = len(style), len(source) - len(style)
    made: list[str] = []
    places: list[int] = []
    while at < stop:
        text, after = source[at], at + 1
        if at in folds:
            breaks = len(re.findall(r"\r\n|\r|\n", folds[at][0]))
            text, after = "\n" * (breaks - 1) or " ", folds[at].end()
        elif style == "'" and text == "'":
            after = at + 2
        elif style == '"' and text == "\\":
            text, after = _escape(source, at)
        made.append(text)
        places += [at] * len(text)
        at = after
    places.append(at)
    return places if "".join(made) == node.value else None


def _escape(source: str, at: int) -> tuple[str, int]:
    """The text that a backslash in double quotes stands for, and where it ends."""
    code = source[at + 1 : at + 2]
    digits = yaml.scanner.Scanner.ESCAPE_CODES.get(code)
    if digits:
        return chr(int(source[at + 2 : at + 2 + digits], 16)), at + 2 + digits
    folded = re.compile(r"\r\n[ \t]*|[\r\n][ \t]*").match(source, at + 1)
    if folded:
        return "", folded.end()
    return yaml.scanner.Scanner.ESCAPE_REPLACEMENTS.get(code, code), at + 2
