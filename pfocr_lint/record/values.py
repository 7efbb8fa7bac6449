"""The values of a record, without text and positions, as most rules use them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.diagnostic import Fix, Related, Span
from pfocr_lint.pointer import value_at
from pfocr_lint.record.synonyms import Synonyms

if TYPE_CHECKING:
    from pfocr_lint.schema.kinds import Kind
    from pfocr_lint.schema.validator import Violation

NOWHERE = Span(0, 0)


def names_of(organisms: Any) -> list[str]:
    """Return the names that a value of ``organisms`` holds: its items, or the one name that the 2021 dialect has as a text."""
    if isinstance(organisms, list):
        return [name for name in organisms if isinstance(name, str)]
    return [organisms] if isinstance(organisms, str) and organisms else []


@dataclass(frozen=True, slots=True)
class Fault:
    """
    An error in the form of a file, with the code of a PF0 rule and its message; often the file is not one readable mapping.

    ``key`` is the JSON Pointer of a value that is unreliable because of the fault. ``compared`` are the values that the fault
    compares.
    """

    code: str
    message: str
    span: Span = NOWHERE
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    key: str | None = None
    compared: tuple[Any, ...] = ()


class KeyBehind(NamedTuple):
    """The key that follows a text, its place, and whether its line begins after a line separator inside the text."""

    name: str
    span: Span
    is_torn: bool


@dataclass
class Values:
    """
    The values of one record.

    ``data`` is the mapping, None if the file cannot be read. ``faults`` are the errors in its form. ``canonical`` is true if the
    text is in the pipeline's own form and contains nothing for which a rule needs the text. The linter adds ``failures`` (code of
    the owning rule -> schema violations), ``invalid`` (the JSON Pointers of values that are excluded from comparisons) and
    ``synonyms`` (organism name -> latin name). ``agrees`` is true if all derived fields are known to agree with the fields from
    which they are derived. ``derived`` caches values that several rules compute.
    """

    path: str
    kind: Kind
    data: dict[str, Any] | None = None
    faults: tuple[Fault, ...] = ()
    canonical: bool = True
    failures: Mapping[str, tuple[Violation, ...]] = field(default_factory=dict)
    invalid: frozenset[str] = frozenset()
    synonyms: Synonyms = field(default_factory=Synonyms)
    derived: dict[str, Any] = field(default_factory=dict)
    agrees: bool = False

    @cached_property
    def name(self) -> str:
        """The file's name without its extension; '' if the record has no file."""
        base = os.path.basename(self.path)  # noqa: PTH119 - takes a tenth of the time of a PurePath, for every record
        return "" if base == "-" else base.removesuffix(".md").removesuffix(".yml")

    def value(self, pointer: str) -> Any:
        """Return the value at a JSON Pointer; None if it does not exist."""
        at: Any = self.data
        key = pointer[1:]
        if at is not None and "/" not in key and "~" not in key and key:  # true for most pointers
            return at.get(key)
        return value_at(at, pointer)

    def usable(self, pointer: str) -> str | None:
        """Return the value at a JSON Pointer if it can be compared: it exists, is text, and is valid. Else None."""
        value = self.value(pointer)
        return value if isinstance(value, str) and (not self.invalid or pointer not in self.invalid) else None

    def cut(self, pointer: str, *, deeper: bool = True) -> str:  # noqa: ARG002 - Record has the text
        """Return the comment after an unquoted text, which may be its rest; '' in the pipeline's own form, without comments."""
        return ""

    def uncut(self, pointer: str) -> tuple[str, Span] | None:  # noqa: ARG002
        """Return an unquoted text with the comment behind it, and the comment's span; None in the pipeline's own form."""
        return None

    def typed(self, pointer: str) -> tuple[str, str, str] | None:  # noqa: ARG002
        """Return the typed text if double quotes turned backslashes into control characters; None in the pipeline's own form."""
        return None

    def key_behind(self, pointer: str) -> KeyBehind | None:  # noqa: ARG002
        """Return the key that follows an unquoted top-level text; None here, as it is unknown without the text."""
        return None
