r"""
The pipeline's own form and a kind's schema in one expression: nearly every figure is read and judged by a single match.

:mod:`pfocr_lint.canonical` reads whatever keys there are. Here they are the schema's, each at its place in the schema's
order, and what the schema says of keys and constants is part of the expression. It takes a third of the time of reading
first and judging then, but 10 ms to compile. Like the fast reader it may only say the values or "not sure".

Only the shape of the lines is left to the expression, because a run of ``[^\n]`` is what Python's ``re`` is fastest at:
whether a text holds something that YAML reads otherwise is looked at in the text, where finding a ``:`` or ``#`` costs next
to nothing. Which line goes on a text and which begins a key is decided by its first columns, so there is one way to match a
file, and time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from pfocr_lint import canonical, judge, schema
from pfocr_lint.canonical import NUMBER, NUMBER_LIKE, WORDS, Unsure
from pfocr_lint.judge import Judge
from pfocr_lint.record import Kind

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}|@[A-Za-z]{1,63}")
# A character that begins a plain text; with a digit, plus or point it may be a number.
_FIRST = r"""[^\n '"?:,\[\]{}#&*!|>%@`~=<-]"""
_NUMERIC = frozenset("+.0123456789")
_NUMBER = re.compile(rf"{NUMBER_LIKE}\n")
_KEY_INSIDE = re.compile(r":(?:[ \n]|\Z)")


class Slot(NamedTuple):
    """
    What a group of the expression stands for: a key, how deep its mapping is (0 for the record's own), and its type.

    ``fold`` is what a line break in its text looks like; ``fits`` judges the value, None where the match has done so.
    """

    key: str
    depth: int
    type: str
    fold: str
    fits: Judge | None


class Template(NamedTuple):
    """The expression of a kind, its slots, and the texts that stand for something else somewhere: words, missing values."""

    expression: re.Pattern[str]
    slots: tuple[Slot, ...]
    unsure: frozenset[str]


def read(kind: Kind, data: bytes) -> dict[str, Any] | None:
    """The values of a record in the pipeline's own form, which fit the schema of the kind; None for "not sure"."""
    template, text = of_kind(kind), canonical.body(data)
    match = None if template is None or text is None else template.expression.fullmatch(text)
    if template is None or match is None:
        return None
    found: dict[str, Any] = {}
    holders = [found]
    texts = []
    try:
        for (key, depth, sort, fold, fits), raw in zip(template.slots, match.groups()):  # noqa: B905 - made together
            if raw is None:  # a key that need not be there
                continue
            value: Any = raw
            if sort == "string":
                if raw[0] == "'" or "\n" in raw or ":" in raw or "#" in raw or raw[0] in _NUMERIC:
                    value = _text(raw, fold)
                texts.append(value)
            elif sort == "words" and ":" not in raw and "#" not in raw:
                value = raw[len(fold) :].split(f"{fold[:-2]}- ")
                if not WORDS.isdisjoint(value):
                    return None
            elif sort in ("words", "array"):
                value = _list(raw, fold, depth + 2)
            elif sort == "number":
                value = float(raw) if "." in raw else int(raw)
            elif sort == "object":
                value = {}
                holders[depth + 1 :] = [value]
            if fits is not None and not fits(value):
                return None
            holders[depth][key] = value
    except Unsure:
        return None
    return found if template.unsure.isdisjoint(texts) else None


def _text(raw: str, fold: str) -> str:
    """The text that a plain or single-quoted source stands for. Raises Unsure where it is no such text."""
    if raw[0] == "'":
        raw = raw[1:-1]
        if "'" in raw:
            if "'" in raw.replace("''", ""):
                raise Unsure
            return raw.replace(fold, " ").replace("''", "'")
    elif (
        (":" in raw and _KEY_INSIDE.search(raw))
        or ("#" in raw and " #" in raw)
        or (raw[0] in _NUMERIC and _NUMBER.match(f"{raw}\n"))
    ):
        raise Unsure
    return raw.replace(fold, " ") if "\n" in raw else raw


def _list(raw: str, fold: str, depth: int) -> list[Any]:
    """The list of a source, from the line break before its first dash on. Raises Unsure where it is no such list."""
    if raw == " []":
        return []
    indent = fold[:-2]
    return canonical.items(raw[len(indent) :].replace(indent, "\n") + "\n", depth)


@cache
def of_kind(kind: Kind) -> Template | None:
    """The template of a kind; None where its schema asks for more than a template can say."""
    slots: list[Slot] = []
    try:
        expression = _mapping(schema.load(kind), 0, slots)
    except judge.Unknown:
        return None
    return Template(re.compile(expression), tuple(slots), WORDS | schema.sentinels())


def _mapping(part: Mapping[str, Any], depth: int, slots: list[Slot]) -> str:
    """The expression of a mapping's lines. Raises judge.Unknown."""
    if part.get("additionalProperties") is not False:
        raise judge.Unknown
    lines = []
    for name, below in part["properties"].items():
        if not _KEY.fullmatch(name) or name in WORDS:
            raise judge.Unknown
        key = "  " * depth + (f"'{name}'" if name[0] == "@" else name) + ":"
        line = re.escape(key) + _value(name, below, depth, slots)
        lines.append(line if name in part["required"] else f"(?:{line})?")
    return "".join(lines)


def _value(name: str, part: Mapping[str, Any], depth: int, slots: list[Slot]) -> str:
    fits, sort, fold = judge.build(part), part.get("type", ""), "\n" + "  " * (depth + 1)
    if sort == "string" and "const" in part:
        plain = canonical.read(f"---\nkey: {part['const']}\n---\n".encode()) == {"key": part["const"]}
        if not plain:
            raise judge.Unknown
        slots.append(Slot(name, depth, "constant", fold, None))
        return f" ({re.escape(part['const'])})\n"
    if sort == "string":
        only_refused = part.keys() <= judge.SILENT | {"type", "not"} and judge.refused(part) <= schema.sentinels()
        slots.append(Slot(name, depth, sort, fold, None if only_refused else fits))
        goes_on = rf"[^\n]*(?:(?<! ){fold}[^ \n{{}}][^\n]*)*"
        return rf" ({_FIRST}{goes_on.format('#')}(?<! )|'{goes_on.format('')}')\n"
    if sort == "object":
        slots.append(Slot(name, depth, sort, fold, None))
        return "(\n)" + _mapping(part, depth + 1, slots)
    if sort == "array":  # most lists are of words
        slots += Slot(name, depth, "words", fold, fits), Slot(name, depth, sort, fold, fits)
        dash = fold[:-2] + "- "
        return rf"(?:((?:{dash}[A-Za-z][^\n]*(?<! ))+)|( \[\]|(?:{dash}[^\n]*(?:{fold}[^\n]*)*)+))\n"
    slots.append(Slot(name, depth, sort, fold, fits))
    if sort == "number":
        return f" ({NUMBER})\n"
    raise judge.Unknown
