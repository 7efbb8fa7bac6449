"""The values that pass between parsing, checking, fixing and reporting. All of them are frozen."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, TypeAlias

from pfocr_lint.dataclass import dataclass


class Severity(str, Enum):
    """How bad a finding is; ``OFF`` stands for a rule that is not run."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"


class Safety(str, Enum):
    """Whether a fix may be applied unseen (``SAFE``) or needs a person's eye (``UNSAFE``)."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points, ``start <= i < end``, in a decoded file or in one value."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the code points ``start <= i < end`` of the decoded file by ``text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class SetValue:
    """The value at the JSON Pointer ``key`` should be ``value``; written again even when it already is."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class DropItem:
    """The list item at the JSON Pointer ``key`` should go."""

    key: str


@dataclass(frozen=True, slots=True)
class AddKey:
    """The mapping should have the key at the JSON Pointer ``key``, at its place in the format's order."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class RenameKey:
    """The key at the JSON Pointer ``key`` should be called ``new``; its value stays."""

    key: str
    new: str


@dataclass(frozen=True, slots=True)
class TextEdit:
    """A change of the text itself that leaves every value as it is (byte order mark, line ends, comments)."""

    start: int
    end: int
    text: str


Change: TypeAlias = SetValue | DropItem | AddKey | RenameKey | TextEdit


@dataclass(frozen=True, slots=True)
class Fix:
    """
    What should be, as changes that belong together, and one line that says so.

    ``follows`` are the JSON Pointers of the values that the new value is derived from, where it replaces what a person may have
    edited: where Git knows that it was, the fix is not safe.
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

    ``key`` is the JSON Pointer of the value meant (of the key itself with ``on_key``), None for the whole file.
    ``within`` is a range of code points inside that value. ``at`` is a place in the text,
    for rules about the text and not the values. ``compared`` are the other values that the finding is about; ``members``
    are the names of all that take part in a finding between records, which could be reported for any of them. Where one of
    these changed, the finding is another one than before.
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
class Place:
    """
    Where a span stands: 1-based lines and columns in code points, the end exclusive, lines split at LF only.

    The columns in bytes of UTF-8, also 1-based, are for programs that count so.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    byte_column: int
    end_byte_column: int


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A piece of one source line: its number and the 0-based column at which ``text`` begins."""

    number: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class OfferedFix:
    """A fix with its edits, in code points of the decoded file, sorted by place; ``places`` says where each edit stands."""

    safety: Safety
    message: str
    edits: tuple[Edit, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """
    What a fix made of one value: at a JSON Pointer of the record before it, None where the text itself was edited.

    ``old`` is None for a key that was added, ``new`` for an item that was removed; of a key that was renamed they are its names.
    """

    key: str | None
    old: Any = None
    new: Any = None


@dataclass(frozen=True, slots=True)
class RelatedPlace:
    """A related place as it is reported."""

    path: str
    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """
    One finding, complete: all that any report needs, without the record.

    ``fingerprint`` is stable under line moves and file renames: record identity, key, rule and value make it. What decides
    whether a diagnostic is introduced: ``identity`` names the record, ``match`` is a digest of the finding with all values that
    it is about, ``members`` are those that take part where it lies between records. Of a diagnostic that was fixed, ``made`` is
    what its fix changed.
    """

    code: str
    name: str
    severity: Severity
    message: str
    path: str
    span: Span
    place: Place
    key: str | None
    fix: OfferedFix | None
    related: tuple[RelatedPlace, ...]
    fingerprint: str
    source: tuple[SourceLine, ...]
    identity: str = ""
    match: str = ""
    members: tuple[str, ...] = ()
    made: tuple[ValueChange, ...] = ()


def apply_edits(text: str, edits: Iterable[Edit | TextEdit]) -> str:
    """The text after sorted edits that do not overlap."""
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])
