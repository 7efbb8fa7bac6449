"""
Decides whether an edit of an unreadable record may be offered as a fix. No old values exist for a comparison.

Instead, the entries prove the fix. Each entry that is not edited has the value that it has when it is read alone. Each character
that was typed in an edited entry is in a key or a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pfocr_lint.diagnostic import Fix, Safety, SetValue, Span, TextEdit, apply_edits
from pfocr_lint.lazy_import import LazyModule, expression
from pfocr_lint.pointer import join, parent_of, split
from pfocr_lint.record.document import Record
from pfocr_lint.record.outline import outline
from pfocr_lint.record.parser import ITEM_WITHIN, read
from pfocr_lint.schema import validator

if TYPE_CHECKING:
    import yaml

    from pfocr_lint import diagnostic
else:
    yaml = LazyModule("yaml")
    diagnostic = LazyModule("pfocr_lint.diagnostic")

# The text allowed between keys and values: YAML's punctuation, empty lists, and comments on their own lines.
_STRUCTURE = expression(r"(?m)(?:[\s:-]|\[\]|^ *#.*$)*\Z")
_MOST_ENTRIES = 100  # more than any record has; each entry is parsed
_MISPLACED = frozenset({"type", "additionalProperties"})


def edited(record: Record, changes: tuple[TextEdit, ...]) -> Record:
    """Return the record after the edits of its text."""
    return read(record.path, apply_edits(record.text, changes).encode(), record.kind)


def proven(record: Record, fix: Fix) -> bool:
    """
    Return whether a fix of a text that YAML cannot read gives the intended record.

    ``fix`` has only edits of the text, sorted. These conditions must hold: the result can be read, and has exactly the keys of
    the record's lines. Each entry without an edit can be read alone, and has the same value in the result. Each entry with an
    edit has values of the types that the format requires, and apart from them only YAML's punctuation, empty lists and comments.
    """
    changes = tuple(change for change in fix.changes if isinstance(change, TextEdit))
    new = edited(record, changes)
    if new.data is None or any(fault.code in ("PF005", "PF006") for fault in new.faults):
        return False
    entries = dict(_entries(record))
    if len(entries) > _MOST_ENTRIES or list(entries) != list(new.data):
        return False
    touched = {name for name, span in entries.items() if any(span.start <= change.start < span.end for change in changes)}
    for name, span in entries.items():
        if name not in touched:
            alone = read("", f"---\n{record.text[span.start : span.end]}---\n".encode(), record.kind).data
            if alone is None or repr(alone) != repr({name: new.data[name]}):
                return False
    failures = validator.reference_violations(new.kind, new.data)
    if any(failure.keyword in _MISPLACED and split(failure.key)[0] in touched for failure in failures):
        return False
    spans = dict(_entries(new))
    return spans.keys() == entries.keys() and all(_is_complete(new, name, spans[name]) for name in touched)


def parted(record: Record, key: str) -> Fix | None:
    """Return the fix that splits an item whose text contains further items on their own lines; None if no fix is possible."""
    entry, items, at = record.entries[key], record.value(parent_of(key)), int(split(key)[-1])
    if not isinstance(items, list) or any(fault.code == "PF006" for fault in record.faults):
        return None
    span = record.node_span(entry.node)
    found, start = [], span.start
    for line in ITEM_WITHIN.finditer(record.text, span.start, span.end):
        found.append(record.text[start : line.start()])
        start = line.start(2)
    texts = [" ".join(map(str.strip, text.splitlines())) for text in [*found, record.text[start : span.end]]]
    if not all(texts):
        return None
    fix = SetValue(parent_of(key), [*items[:at], *texts, *items[at + 1 :]])
    return Fix("make each line an item of its own", (fix,), Safety.UNSAFE)


def _entries(record: Record) -> Iterator[tuple[str, Span]]:
    """Yield the top-level keys in the outline, each with the span of its lines."""
    top = outline(record).top
    ends = [part.start for part in top[1:]] + [record.body.end]
    for part, end in zip(top, ends, strict=True):
        yield split(part.pointer)[0], Span(part.start, end)


def _is_complete(record: Record, name: str, lines: Span) -> bool:
    """Return whether an entry's lines contain only keys, values and the text allowed between them."""
    within = join("", name)
    found = [entry for pointer, entry in record.entries.items() if pointer == within or pointer.startswith(f"{within}/")]
    nodes = [node for entry in found for node in (entry.key, entry.node) if isinstance(node, yaml.ScalarNode)]
    at, between = lines.start, []
    for span in sorted(map(record.node_span, nodes)):
        between.append(record.text[at : span.start])
        at = max(at, span.end)
    return _STRUCTURE.match("-".join([*between, record.text[at : lines.end]])) is not None
