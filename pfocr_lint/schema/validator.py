"""Validates values against the schema of their kind: jsonschema is the reference, compiled schemas the fast path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from pfocr_lint.dataclass import dataclass
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.pointer import join
from pfocr_lint.schema import compiled
from pfocr_lint.schema.implicit import Implicit
from pfocr_lint.schema.keywords import mismatches, repeats
from pfocr_lint.schema.schemas import CAUSES, at, load, order, sentinels

if TYPE_CHECKING:
    import jsonschema
    from jsonschema.exceptions import ValidationError

    from pfocr_lint.schema.kinds import Kind
else:
    jsonschema = LazyModule("jsonschema")


@dataclass(frozen=True, slots=True)
class Violation:
    """One schema failure: the JSON Pointer, the failed keyword, the keyword's value in the schema, and the actual value."""

    key: str
    keyword: str
    wanted: Any
    value: Any


def _keyword_of(fails: Callable[[Any, Any], bool]) -> Callable[[Any, Any, Any, Any], Iterator[ValidationError]]:
    """Return the function that jsonschema calls for a keyword."""

    def keyword(_: Any, wanted: Any, value: Any, __: Any) -> Iterator[ValidationError]:
        if fails(value, wanted):
            yield jsonschema.ValidationError(f"{value!r} fails {wanted!r}")

    return keyword


@cache
def _class() -> Any:
    return jsonschema.validators.extend(  # type: ignore[no-untyped-call]
        jsonschema.Draft202012Validator, {"pattern": _keyword_of(mismatches), "uniqueItems": _keyword_of(repeats)}
    )


Fits: TypeAlias = Callable[[Mapping[str, Any], Any], bool]

Failing: TypeAlias = Callable[[Mapping[str, Any], Any], Iterable[str]]


def _failing(part: Mapping[str, Any], value: Any) -> list[str]:
    """Return the keywords that fail in jsonschema at a value itself, not below it."""
    if id(part) not in _alone:
        _alone[id(part)] = _class()(_without_values(part))
    return list(dict.fromkeys(error.validator for error in _alone[id(part)].iter_errors(value)))


def violations(kind: Kind, data: dict[str, Any], *, writing: bool) -> list[Violation]:
    """
    Return the violations of the schema of a kind: one cause for each value, in the order of the schema.

    The compiled schema decides which values are valid. For an invalid value jsonschema finds the failed keywords if a fix may
    follow (``writing``) or if a keyword is not compiled; otherwise the compiled schema finds them.
    """
    if compiled.fits(kind, data):
        return []
    return _violations(kind, data, compiled.part_fits, _failing if writing else _compiled_failing)


def reference_violations(kind: Kind, data: dict[str, Any]) -> list[Violation]:
    """Return the violations that jsonschema alone finds."""
    return _violations(kind, data, lambda *_: False, _failing)


def allows(kind: Kind, pointer: str, value: Any) -> bool:
    """Return whether the format allows a value at a JSON Pointer."""
    part = at(kind, pointer)
    if part is None:
        return False
    fit = compiled.validator_of(part)
    return bool(_class()(part).is_valid(value)) if fit is None else fit(value)


def allows_form(kind: Kind, pointer: str, text: str) -> bool:
    """Return whether the format has a text at a JSON Pointer, and, if it has one form, whether this text has it."""
    part = at(kind, pointer)
    if part is None or part.get("type") != "string":
        return False
    return part.keys().isdisjoint({"pattern", "enum", "const"}) or allows(kind, pointer, text)


def _compiled_failing(part: Mapping[str, Any], value: Any) -> list[str]:
    found = compiled.failing(part, value)
    return _failing(part, value) if found is None else found


@lru_cache(4_096)  # most are the same few texts for a missing value
def text_violations(kind: Kind, pointer: str, text: str) -> tuple[Violation, ...]:
    """Return the violations of a text at a JSON Pointer."""
    return tuple(value_violations(kind, pointer, text))


def value_violations(kind: Kind, pointer: str, value: Any) -> list[Violation]:
    """Return the violations of the value at a JSON Pointer, and of the values below it, as :func:`violations` does."""
    part = at(kind, pointer)
    return [] if part is None else _explained(_doubtful(pointer, part, value, compiled.part_fits), _compiled_failing)


def _violations(kind: Kind, data: dict[str, Any], fits: Fits, failing: Failing) -> list[Violation]:
    """
    Return the violations of the schema of a kind: one cause for each value, in the order of the schema.

    Values below the record for which ``fits`` is true are skipped; ``failing`` returns the failed keywords.
    """
    return _explained(_doubtful("", load(kind), data, fits), failing)


def _explained(doubtful: Iterable[tuple[str, Mapping[str, Any], Any]], failing: Failing) -> list[Violation]:
    """
    Return the violations of values that may be invalid, one cause for each value.

    In addition to the keywords of JSON Schema a violation may have three more specific ones: ``null`` (no value), ``sentinel`` (a
    missing value that R wrote as text) and ``scalar`` (a bool, number or date instead of text).
    """
    found: dict[tuple[str, str], Violation] = {}
    causes: dict[str, Violation] = {}
    for key, part, value in doubtful:
        for name in failing(part, value):
            if name in ("required", "additionalProperties"):
                for violation in _keys(key, name, part, value):
                    found[violation.key, violation.keyword] = violation
                continue
            keyword = _finer(name, part, value)
            violation = Violation(key, keyword, part[name], value)
            if keyword not in CAUSES:
                found[key, keyword] = violation
            elif key not in causes or CAUSES.index(keyword) < CAUSES.index(causes[key].keyword):
                causes[key] = violation
    for key, violation in causes.items():
        found[key, violation.keyword] = violation
    return list(found.values())


def _doubtful(key: str, part: Mapping[str, Any], value: Any, fits: Fits) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    """Yield a value and the values below it that may be invalid, each with its JSON Pointer and its part of the schema."""
    yield key, part, value
    below: Iterable[tuple[str | int, Mapping[str, Any], Any]] = ()
    if part.get("type") == "object" and isinstance(value, dict):
        below = ((name, each, value[name]) for name, each in part["properties"].items() if name in value)
    elif part.get("type") == "array" and isinstance(value, list) and "items" in part:
        below = ((number, part["items"], item) for number, item in enumerate(value))
    for token, each, held in below:
        if not fits(each, held):
            yield from _doubtful(join(key, token), each, held, fits)


# Validators of a schema's parts, without the schemas of the values below. The key is the part's identity, as parts are never
# freed.
_alone: dict[int, Any] = {}


def _without_values(part: Mapping[str, Any]) -> Mapping[str, Any]:
    if part.get("type") == "object":
        return {**part, "properties": dict.fromkeys(part["properties"], True)}
    return {key: each for key, each in part.items() if key != "items"}


def _keys(parent: str, keyword: str, part: Mapping[str, Any], value: dict[str, Any]) -> Iterator[Violation]:
    if keyword == "required":
        for name in order(part, value):
            if name in part["required"] and name not in value:
                yield Violation(join(parent, name), "required", part["properties"][name], value)
    else:
        for name in value:
            if name not in part["properties"]:
                yield Violation(join(parent, name), "additionalProperties", list(part["properties"]), value)


def _finer(keyword: str, part: Mapping[str, Any], value: Any) -> str:
    if keyword == "type":
        if value is None:
            return "null"
        if (isinstance(value, str) and value in sentinels()) or getattr(value, "kind", None) == "missing value":
            return "sentinel"
        if part["type"] == "string" and isinstance(value, (bool, int, float, Implicit)):
            return "scalar"
    return "sentinel" if keyword == "not" else keyword
