"""
The reference parser: reads bytes into a :class:`Record` and raises no exception.

PyYAML's C composer gives values and nodes in one pass; positions are computed only for findings. Values are YAML 1.1 as Jekyll
reads it. A broken file gives a record with faults and without data.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pfocr_lint.diagnostic import Fix, Related, Span, TextEdit
from pfocr_lint.lazy_import import LazyModule, expression
from pfocr_lint.pointer import join, name_of
from pfocr_lint.quoting import quote
from pfocr_lint.record.characters import CONTROL
from pfocr_lint.record.document import Record
from pfocr_lint.record.limits import LONGEST_NUMBER, MAX_BYTES, MAX_DEPTH, MAX_NODES, WIDTH
from pfocr_lint.record.positions import compose
from pfocr_lint.record.scalars import psych_only
from pfocr_lint.record.values import Fault
from pfocr_lint.schema.implicit import Implicit
from pfocr_lint.schema.kinds import FIGURES, Kind, dialect, dialect_of, kind_of

if TYPE_CHECKING:
    import yaml

    from pfocr_lint.record import outline, syntax_errors, yaml_library
else:
    yaml = LazyModule("yaml")
    yaml_library = LazyModule("pfocr_lint.record.yaml_library")
    outline = LazyModule("pfocr_lint.record.outline")
    syntax_errors = LazyModule("pfocr_lint.record.syntax_errors")


_OPENING = expression(r"---[ \t]*(?:\r\n|\r|\n|\Z)")
_FENCE = expression(r"[\n\r](---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)")
_BREAKS = "\n\r\x85\u2028\u2029"  # each ends a line in YAML
_DEEP = expression(rf"[{_BREAKS}](?:[ ]{{60}}|[ ]*(?:[-?:][ \t]+){{20}})")
_DIRECTIVE = expression(rf"(?<=[{_BREAKS}])%(?:TAG|YAML)[ \t]")
MAX_DIRECTIVES = 3  # libyaml compares each directive with all earlier ones
_COLON = expression(r"[ \t]*:")


def read(path: str, data: bytes, kind: Kind | None = None) -> Record:
    """
    Read one file.

    ``kind`` is its kind; by default the path decides (see :func:`kind_of`). The dialect of a figure always follows from its text.
    No exception is raised: ``faults`` has the errors, and ``data`` is None if the file is not one mapping.
    """
    try:
        text = data.decode("utf-8")
        fault = None
    except UnicodeDecodeError as error:
        text = data.decode("utf-8", "replace")
        place = len(data[: error.start].decode("utf-8", "replace"))
        byte = data[error.start]
        wide = "; the file is UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        fault = Fault("PF002", f"byte {error.start + 1} (0x{byte:02X}) is not UTF-8{wide}", Span(place, place + 1))
    if fault is None and "\0" in text:
        nul = text.index("\0")
        why = "which suggests UTF-16" if data.count(0) > len(data) // 3 else "which a text file never contains"
        fault = Fault("PF002", f"byte {data.index(0) + 1} is NUL, {why}", Span(nul, nul + 1))
    kind = kind_of(path, text) if kind is None else dialect(text) if kind in FIGURES else kind
    record = Record(path, kind, text=text, reader=read)
    if len(data) > MAX_BYTES:
        fault = Fault("PF008", f"the file has more than {MAX_BYTES:,} bytes")
    if fault is None:
        fault = _Reader(record).fault
        if kind in FIGURES and record.data is not None:  # the parsed keys are more reliable than the lines
            record.kind = dialect_of(record.data)
    if fault is not None:
        record.faults = (fault,)
        record.data = record.root = None
    return record


def unreadable(path: str, reason: str) -> Record:
    """Return the record of a file that could not be opened."""
    return Record(path, kind_of(path, ""), faults=(Fault("PF001", reason),))


class _Reader:
    """Reads the text of one record into its ``body``, ``root``, ``data`` and ``faults``; ``fault`` is the error that stops it."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.nodes = 0
        self.faults: list[Fault] = []
        self.fault = self._read()
        record.faults = tuple(self.faults)

    def _read(self) -> Fault | None:
        record, text = self.record, self.record.text
        if text.startswith("\ufeff"):
            marks = len(text) - len(text.lstrip("\ufeff"))
            fix = Fix("remove the byte order mark", (TextEdit(0, marks, ""),))
            self.faults.append(Fault("PF003", "the file begins with a byte order mark (U+FEFF)", Span(0, marks), fix))
        if record.kind is Kind.TABLE:
            return None
        fault = self._fences(len(text) - len(text.lstrip("\ufeff")))
        if fault is not None:
            return fault
        base, end = record.body.start, record.body.end
        body = text[base:end]
        if body.startswith("\ufeff"):
            fix = Fix("remove the byte order mark", (TextEdit(base, base + 1, ""),))
            return Fault("PF003", "there is a byte order mark (U+FEFF) after the opening fence", Span(base, base + 1), fix)
        directives = list(_DIRECTIVE.finditer(text, base, end)) if "%" in body else []
        if len(directives) > MAX_DIRECTIVES:
            return Fault("PF007", "directives ('%TAG', '%YAML') are here; records are plain data", Span(*directives[0].span()))
        many = sum(map(body.count, (",", *_BREAKS))) > MAX_NODES
        if many or body.count("[") + body.count("{") > 60 or _DEEP.search(text, base - 1, end):
            fault = self._limits(body)
            if fault is not None:
                return fault
        try:
            root = compose(body)
        except yaml.YAMLError as error:
            if CONTROL.search(body):
                return Fault("PF010", "")
            return syntax_errors.explain(error, record)
        if root is None or not isinstance(root, yaml.MappingNode):
            found = "empty" if root is None else "a list" if isinstance(root, yaml.SequenceNode) else "plain text"
            return Fault("PF005", f"the front matter is {found}, not 'key: value' lines", Span(base, base))
        record.root = root
        try:
            record.data = self._value(root, "", 1)
        except _Refused as refused:
            return refused.fault
        return None

    def _fences(self, start: int) -> Fault | None:
        record, text = self.record, self.record.text
        opening = _OPENING.match(text, start)
        if opening is None:
            first = text[start:].split("\n", 1)[0]
            found = "the file is empty" if not text else f"the first line is {quote(first, 40)}"
            return Fault("PF004", f"{found}, want the opening fence '---'", Span(0, 0))
        closing = _FENCE.search(text, opening.end() - 1)
        if closing is None:
            return Fault("PF004", "the closing fence '---' is missing", Span(len(text), len(text)))
        record.body = Span(opening.end(), closing.start(1))
        if closing[1] == "...":
            return Fault("PF004", "'...' closes the front matter, want '---'", Span(*closing.span(1)))
        rest = text[closing.end() :]
        if rest.strip(" \t\r\n"):
            at = closing.end() + len(rest) - len(rest.lstrip(" \t\r\n"))
            end = text.find("\n", at)
            return Fault("PF004", "there is text after the closing fence '---'", Span(at, end if end > 0 else len(text)))
        return None

    def _limits(self, body: str) -> Fault | None:
        """Check depth and size by parser events only, because the composer's recursion could crash the process."""
        depth = nodes = 0
        try:
            for event in yaml.parse(body, Loader=yaml_library.Loader):
                nodes += isinstance(event, yaml.NodeEvent)
                if nodes > MAX_NODES:
                    return self._too_many(event.start_mark)
                if isinstance(event, yaml.CollectionStartEvent):
                    depth += 1
                    if depth > MAX_DEPTH:
                        return self._too_deep(event.start_mark)
                elif isinstance(event, yaml.CollectionEndEvent):
                    depth -= 1
        except yaml.YAMLError as error:  # the composer finds the same error and explains it
            mark = getattr(error, "problem_mark", None)
            if mark is not None and "nesting depth" in str(error):  # except this: newer libyaml itself stops at 1,000 levels
                return self._limits(body[: mark.index]) or self._too_deep(mark)
        return None

    def _too_deep(self, mark: Any) -> Fault:
        at = self.record.body.start + mark.index
        return Fault("PF008", f"values are nested more than {MAX_DEPTH} levels deep", Span(at, at + 1))

    def _too_many(self, mark: Any) -> Fault:
        at = self.record.body.start + mark.index
        return Fault("PF008", f"the record has more than {MAX_NODES:,} values", Span(at, at))

    def _refuse(self, node: yaml.Node, message: str) -> _Refused:
        start = self.record.body.start + node.start_mark.index
        return _Refused(Fault("PF007", message, Span(start, min(start + 1, self.record.body.end))))

    def _value(self, node: yaml.Node, pointer: str, depth: int) -> Any:
        self.nodes += 1
        start = node.start_mark.index
        if self.nodes > MAX_NODES:
            raise _Refused(self._too_many(node.start_mark))
        first = self.record.text[self.record.body.start + start : self.record.body.start + start + 1]
        if first in ("&", "!") and node.end_mark.index > start:
            what = "an anchor" if first == "&" else "a tag"
            whose = name_of(pointer) or "the front matter"
            begun = f"{whose} begins with {quote(first)}, which YAML reads as {what}"
            raise self._refuse(node, f"{begun}; put single quotes round the text")
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if depth > MAX_DEPTH:
            raise _Refused(self._too_deep(node.start_mark))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, pointer, depth)
        found = []
        for index, item in enumerate(node.value):
            below = join(pointer, index)
            found.append(self._value(item, below, depth + 1))
            if isinstance(item, yaml.ScalarNode) and not item.style and item.end_mark.line > item.start_mark.line:
                self._swallowed(item, below)
        return found

    def _swallowed(self, item: yaml.ScalarNode, pointer: str) -> None:
        """Report a line of an item's text that begins with a dash, unless the pipeline may have broken the text there."""
        text, span = self.record.text, self.record.node_span(item)
        for dash in outline.LINE_LIKE_ITEM.finditer(text, span.start, span.end):
            if dash.start() - text.rfind("\n", 0, dash.start()) <= WIDTH:
                wrong = "is indented too far" if dash[1].startswith("- ") else "does not begin with '- '"
                message = f"{quote(dash[1])} {wrong}: YAML reads it as part of the item above"
                self.faults.append(Fault("PF005", message, Span(*dash.span(1)), key=pointer))
                return

    def _mapping(self, node: yaml.MappingNode, pointer: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        first: dict[str, yaml.ScalarNode] = {}
        text, base = self.record.text, self.record.body.start
        for key, value in node.value:
            at = base + key.start_mark.index
            if not isinstance(key, yaml.ScalarNode) or not _COLON.match(text, base + key.end_mark.index):
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
                self._duplicate(first[key.value], key, value, (found[key.value], read_as), below)
            first.setdefault(key.value, key)
            found[key.value] = read_as
        return found

    def _duplicate(
        self, first: yaml.ScalarNode, key: yaml.ScalarNode, value: yaml.Node, values: tuple[Any, Any], pointer: str
    ) -> None:
        """Report a key that appears twice at a JSON Pointer. If its two values are equal, the fix removes the second."""
        record, text = self.record, self.record.text
        here, there = record.node_span(key), record.node_span(first)
        fix = None
        equal = values[0] == values[1]
        if equal:
            line = text.rfind("\n", 0, here.start) + 1
            end = max(record.node_span(value).end, text.index(":", here.end) + 1)
            after = text.find("\n", end)
            if not text[line : here.start].strip() and not text[end:after].strip():
                fix = Fix(f"remove the second {quote(key.value)}", (TextEdit(line, after + 1, ""),))
        same = "the same value" if equal else "another value; readers keep only the last"
        message = f"the key {quote(key.value)} appears twice, with {same}"
        related = (Related(None, "first here", there),)
        self.faults.append(Fault("PF006", message, here, fix, related, None if equal else pointer, values))


class _Refused(Exception):  # noqa: N818 - not an error: the record is not plain data
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@cache
def _constructor() -> yaml.constructor.SafeConstructor:
    return yaml.constructor.SafeConstructor()


def _scalar(node: yaml.ScalarNode) -> Any:
    """Return the value of a scalar: str, int, float, bool, None, or :class:`Implicit`."""
    text: str = node.value
    if node.style:
        return text
    kind = node.tag.rpartition(":")[2]
    if kind == "str":
        return psych_only(text) or text
    if kind == "null":
        return None
    if len(text) > LONGEST_NUMBER:
        return Implicit("number", text)
    try:
        if kind == "bool":
            return _constructor().construct_yaml_bool(node)
        if kind == "int":
            return _constructor().construct_yaml_int(node)
        if kind == "float":
            number = _constructor().construct_yaml_float(node)
            return number if number == number else Implicit("missing value", text)
    except (ValueError, OverflowError):
        return Implicit("number", text)
    return Implicit({"timestamp": "date"}.get(kind, "special value"), text)
