"""The values of a record as most rules see them: without text and positions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.diagnostic import Fix, Related, Span
from pfocr_lint.pointer import split
from pfocr_lint.record.synonyms import Synonyms

if TYPE_CHECKING:
    from pfocr_lint.schema.kinds import Kind
    from pfocr_lint.schema.validator import Violation

NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Fault:
    """
    Why a file is not one readable mapping, or what its form lacks: the code of a PF0 rule and its message.

    ``key`` is the JSON Pointer of a value that is unreliable for it, ``compared`` are the values that it is about.
    """

    code: str
    message: str
    span: Span = NOWHERE
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    key: str | None = None
    compared: tuple[Any, ...] = ()


# The same few pointers are used again and again; splitting them took half of the time of the rules.
_tokens = lru_cache(1024)(split)


class KeyBehind(NamedTuple):
    """The key that follows a text, its place, and whether its line begins behind a line separator inside the text."""

    name: str
    span: Span
    is_torn: bool


@dataclass
class Values:
    """
    The values of one record.

    ``data`` is the mapping, None when the file cannot be read; ``faults`` say why, or what its form lacks. ``canonical`` says
    that the text is in the pipeline's own form, without anything that needs the text. The linter adds ``failures`` (code of
    the owning rule -> schema violations), ``invalid`` (the JSON Pointers of values that take part in no comparison) and
    ``synonyms`` (organism name -> latin name). ``agrees`` says that all fields which follow from others are known to agree with
    them. ``derived`` keeps what several rules compute.
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
        """The file's name without its extension; '' when the record has no file."""
        base = os.path.basename(self.path)  # noqa: PTH119 - a tenth of what a PurePath costs, for every record
        return "" if base == "-" else base.removesuffix(".md").removesuffix(".yml")

    def value(self, pointer: str) -> Any:
        """The value at a JSON Pointer, None where there is none."""
        at: Any = self.data
        key = pointer[1:]
        if at is not None and "/" not in key and "~" not in key and key:  # nearly always
            return at.get(key)
        for token in _tokens(pointer):
            if isinstance(at, dict):
                at = at.get(token)
            elif isinstance(at, list) and token.isdecimal() and int(token) < len(at):
                at = at[int(token)]
            else:
                return None
        return at

    def usable(self, pointer: str) -> str | None:
        """The text at a JSON Pointer if it may take part in a comparison: it exists, is text, and is valid."""
        value = self.value(pointer)
        return value if isinstance(value, str) and (not self.invalid or pointer not in self.invalid) else None

    def cut(self, pointer: str, *, deeper: bool = True) -> str:  # noqa: ARG002 - Record has the text
        """The comment behind an unquoted text, which may be the text's rest; '' for none, as in the pipeline's own form."""
        return ""

    def typed(self, pointer: str) -> tuple[str, str, str] | None:  # noqa: ARG002
        """What was typed where double quotes made control characters of backslashes; None as in the pipeline's own form."""
        return None

    def key_behind(self, pointer: str) -> KeyBehind | None:  # noqa: ARG002
        """The key that follows a top-level text which no quotes hold together; not known without the text."""
        return None
