"""The values that pass between parsing, checking, fixing and reporting. All of them are frozen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from pfocr_lint.dataclass import dataclass, field


class Severity(str, Enum):
    """How serious a finding is; ``OFF`` for a rule that does not run."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"


class Safety(str, Enum):
    """Whether a fix may be applied without review (``SAFE``) or needs a person (``UNSAFE``)."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Span(NamedTuple):
    """A half-open range of code points, ``start <= i < end``, in a decoded file or in one value."""

    start: int
    end: int


class Edit(NamedTuple):
    """Replace the code points ``start <= i < end`` of the decoded file by ``text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class SetValue:
    """The value at the JSON Pointer ``key`` should be ``value``; it is written again even if it already is."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class DropItem:
    """The list item at the JSON Pointer ``key`` should be removed."""

    key: str


@dataclass(frozen=True, slots=True)
class AddKey:
    """The mapping should have the key at the JSON Pointer ``key``, at its place in the format's order."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class RenameKey:
    """The key at the JSON Pointer ``key`` should have the name ``new``; its value stays."""

    key: str
    new: str


@dataclass(frozen=True, slots=True)
class TextEdit:
    """A change of the text that keeps every value (byte order mark, line ends, comments)."""

    start: int
    end: int
    text: str


Change: TypeAlias = SetValue | DropItem | AddKey | RenameKey | TextEdit


@dataclass(frozen=True, slots=True)
class Fix:
    """
    Which values should be there, as changes that belong together, with a one-line message.

    ``follows`` are the JSON Pointers of the source values, where the fix replaces what a person may have edited: if Git knows
    that it was edited, the fix is not safe.
    """

    message: str
    changes: tuple[Change, ...]
    safety: Safety = Safety.SAFE
    follows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a finding refers to: in the same record, or in the one at ``path``."""

    key: str | None
    message: str
    at: Span | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What a rule finds in one record, in terms of values.

    ``key`` is the JSON Pointer of the value (with ``on_key`` of the key itself), None for the whole file. ``within`` is a range
    of code points inside that value. ``at`` is a place in the text, for rules about the text. ``compared`` are the other values
    that the finding is about; ``members`` are the names of all participants of a finding between records, which could be reported
    for any of them. If one of these changes, it counts as another finding.
    """

    key: str | None
    message: str
    within: Span | None = None
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    at: Span | None = None
    on_key: bool = False
    compared: tuple[Any, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding of a rule that compares records, and the path of its record."""

    path: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Note:
    """What a rule that compares records could not check, in one line for standard error."""

    message: str


class Place(NamedTuple):
    """
    The place of a span: 1-based lines and columns in code points, the end exclusive, lines split at LF only.

    The columns in bytes of UTF-8, also 1-based, are for programs that count bytes.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    byte_column: int
    end_byte_column: int


class SourceLine(NamedTuple):
    """A piece of one source line: its number and the 0-based column at which ``text`` begins."""

    number: int
    column: int
    text: str


class OfferedFix(NamedTuple):
    """A fix with its edits, in code points of the decoded file, sorted; ``places`` are the places of the edits."""

    safety: Safety
    message: str
    edits: tuple[Edit, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """
    The change of one value by a fix: at a JSON Pointer of the record before the fix, None where the text itself was edited.

    ``old`` is None for an added key, ``new`` for a removed item; for a renamed key they are its names.
    """

    key: str | None
    old: Any = None
    new: Any = None


class RelatedPlace(NamedTuple):
    """A related place as it is reported; in a :class:`Body`, a path of '' is the record itself."""

    path: str
    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Body:
    """
    What a diagnostic says, without the record that it is about.

    Offsets and lines are relative to the line at which the entry of the value begins, or to the record. So all diagnostics for
    the same text of an entry share one body. For the fields see :class:`Diagnostic`. ``shown`` holds what the output formats made
    of it.
    """

    code: str
    name: str
    severity: Severity
    message: str
    span: Span
    place: Place
    key: str | None
    fix: OfferedFix | None = None
    related: tuple[RelatedPlace, ...] = ()
    source: tuple[SourceLine, ...] = ()
    match: str = ""
    members: tuple[str, ...] = ()
    shown: dict[Any, Any] = field(default_factory=dict, compare=False)


class Diagnostic(NamedTuple):
    """
    One finding with everything that a report needs, without the record.

    The entry that ``body`` refers to begins at ``offset``, on the line after the first ``lines`` lines. ``fingerprint`` is stable
    under line moves and file renames: it is made of record identity, key, rule and value. Three fields decide whether a
    diagnostic is introduced: ``identity`` names the record, ``match`` is a digest of the finding with all values that it is
    about, ``members`` are the participants of a finding between records. ``made`` are the changes of a fix that was applied.
    """

    body: Body
    path: str
    fingerprint: str
    offset: int = 0
    lines: int = 0
    identity: str = ""
    made: tuple[ValueChange, ...] = ()

    def __eq__(self, other: object) -> bool:
        """Whether both say the same of the same place, however their bodies are divided."""
        return isinstance(other, Diagnostic) and self._whole == other._whole

    def __ne__(self, other: object) -> bool:
        """The opposite; a named tuple has its own."""
        return not self == other

    def __hash__(self) -> int:
        """By path and fingerprint, in which most diagnostics differ."""
        return hash((self.path, self.fingerprint))

    @property
    def _whole(self) -> tuple[Any, ...]:
        body = self.body
        own = (self.path, self.fingerprint, self.identity, self.made, self.span, self.place, self.fix, self.related, self.source)
        return (*own, body.code, body.name, body.severity, body.message, body.key, body.match, body.members)

    @property
    def code(self) -> str:
        """The rule's code."""
        return self.body.code

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.body.name

    @property
    def severity(self) -> Severity:
        """How serious it is."""
        return self.body.severity

    @property
    def message(self) -> str:
        """What is wrong, in one line."""
        return self.body.message

    @property
    def key(self) -> str | None:
        """The JSON Pointer of the value, None for the whole file."""
        return self.body.key

    @property
    def match(self) -> str:
        """A digest of the finding with all values that it is about."""
        return self.body.match

    @property
    def members(self) -> tuple[str, ...]:
        """The participants of a finding between records."""
        return self.body.members

    @property
    def start(self) -> int:
        """The offset of its first character in the file, in code points."""
        return self.offset + self.body.span.start

    @property
    def line(self) -> int:
        """The line of its first character."""
        return self.lines + self.body.place.line

    @property
    def span(self) -> Span:
        """Its place in the file, in code points."""
        return Span(self.offset + self.body.span.start, self.offset + self.body.span.end)

    @property
    def place(self) -> Place:
        """Its place in the file, in lines and columns."""
        return self._moved(self.body.place)

    @property
    def fix(self) -> OfferedFix | None:
        """The fix that is offered."""
        fix = self.body.fix
        if fix is None or not (self.offset or self.lines):
            return fix
        edits = tuple([Edit(self.offset + edit.start, self.offset + edit.end, edit.text) for edit in fix.edits])
        return OfferedFix(fix.safety, fix.message, edits, tuple(map(self._moved, fix.places)))

    @property
    def related(self) -> tuple[RelatedPlace, ...]:
        """Other places that the message refers to."""
        return tuple([
            each if each.path else RelatedPlace(self.path, each.line + self.lines, each.column, each.message)
            for each in self.body.related
        ])  # fmt: skip

    @property
    def source(self) -> tuple[SourceLine, ...]:
        """The first lines of its place."""
        return tuple([SourceLine(each.number + self.lines, each.column, each.text) for each in self.body.source])

    def _moved(self, place: Place) -> Place:
        at, column, end, end_column, byte, end_byte = place
        return Place(at + self.lines, column, end + self.lines, end_column, byte, end_byte)


def common_start(one: Sequence[object], other: Sequence[object]) -> int:
    """How many items, or characters, two sequences begin with that are the same."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def apply_edits(text: str, edits: Iterable[Edit | TextEdit]) -> str:
    """The text after sorted edits that do not overlap."""
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])
