"""The examples of the rules as whole records: what the tests run and the documentation shows."""

from __future__ import annotations

from typing import Any

from pfocr_lint import emit, schema
from pfocr_lint.engine import identity
from pfocr_lint.record import Kind, Record
from pfocr_lint.rule import MISSING, Bad, Good

_FOLDERS = {Kind.FIGURE: "_figures", Kind.FIGURE_2021: "_figures", Kind.ORGANISM: "_organisms", Kind.FETCHED: "figures"}


def data_of(kind: Kind, values: Any) -> dict[str, Any]:
    """The clean record of a kind with some values changed: paths with '/', MISSING to take a key away."""
    data = schema.example(kind)
    for path, value in (values or {}).items():
        *parents, name = path.split("/", 1) if path.startswith("schema-jsonld/") else [path]
        holder = data
        for parent in parents:
            holder = holder[parent]
        if value is MISSING:
            del holder[name]
        else:
            holder[name] = value
    return data


def path_of(example: Good) -> str:
    """The path of an example's record."""
    name = example.name or identity(Record("", example.kind, data=schema.example(example.kind))).replace(" ", "_").lower()
    if example.name is None and example.kind is not Kind.ORGANISM:
        name = identity(Record("", example.kind, data=schema.example(example.kind)))
    return f"{_FOLDERS[example.kind]}/{name}.{'yml' if example.kind is Kind.FETCHED else 'md'}"


def text_of(example: Good) -> str:
    """An example's whole text."""
    text = emit.document(data_of(example.kind, example.values))
    if example.text is not None:
        old, new = example.text
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the example"
        text = text.replace(old, new)
    return text


def fixed_text_of(example: Bad) -> str | None:
    """An example's whole text after the fix, None where none is offered."""
    if isinstance(example.fixed, str):
        assert example.text is not None
        return emit.document(data_of(example.kind, example.values)).replace(example.text[0], example.fixed)
    return None if example.fixed is None else emit.document(data_of(example.kind, example.fixed))
