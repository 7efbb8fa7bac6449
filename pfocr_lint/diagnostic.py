"""The values that pass between parsing, checking, fixing and reporting. All of them are frozen."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, TypeAlias

from pfocr_lint.dataclass import dataclass


class Severity(str, Enum):
    """How serious a finding is; ``OFF`` for a rule that does not run."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"


class Safety(str, Enum):
    """Whether a fix may be applied without review (``SAFE``) or needs a person (``UNSAFE``)."""

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
class Place:
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


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A piece of one source line: its number and the 0-based column at which ``text`` begins."""

    number: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class OfferedFix:
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
    One finding with everything that a report needs, without the record.

    ``fingerprint`` is stable under line moves and file renames: it is made of record identity, key, rule and value. Three fields
    decide whether a diagnostic is introduced: ``identity`` names the record, ``match`` is a digest of the finding with all values
    that it is about, ``members`` are the participants of a finding between records. ``made`` are the changes of a fix that was
    applied.
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
