"""
Finds the fix of a record that YAML cannot read, and proves it. No old values exist for a comparison.

Instead, the entries prove the fix. Each entry that is not edited has the value that it has when it is read alone. A broken text
is what was typed, for both YAML readers. Of any other edited entry, each character that was typed is in a key or a value.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import dataclass
from pfocr_lint.diagnostic import Fix, Related, Safety, SetValue, Span, TextEdit, apply_edits
from pfocr_lint.lazy_import import LazyModule, expression
from pfocr_lint.pointer import join, name_of, parent_of, split
from pfocr_lint.quoting import quote
from pfocr_lint.record.broken_entries import BrokenText, reading, top_level
from pfocr_lint.record.document import Record, untyped
from pfocr_lint.record.indentation import bare_nothings, tabs
from pfocr_lint.record.omissions import Slip, slips
from pfocr_lint.record.outline import LINE_LIKE_ITEM, outline, takes
from pfocr_lint.schema import validator
from pfocr_lint.schema.kinds import MAPPINGS

if TYPE_CHECKING:
    import yaml

    from pfocr_lint import diagnostic
else:
    yaml = LazyModule("yaml")
    diagnostic = LazyModule("pfocr_lint.diagnostic")

# The text allowed between keys and values: YAML's punctuation, empty lists, and comments on their own lines.
_STRUCTURE = expression(r"(?m)(?:[\s:-]|\[\]|^ *#.*$)*\Z")
_MOST_ENTRIES = 100  # more than any record has; each entry is parsed
_MOST_RELATED = 20
_MISPLACED = frozenset({"type", "null", "additionalProperties"})


@dataclass(frozen=True)
class Repaired:
    """
    A record that YAML cannot read, as a proven fix would leave it.

    ``fix`` has only edits of the text. ``record`` is the record after it. ``broken`` are the texts that it quotes. ``guessed``
    are the JSON Pointers of the values that may have been meant in another way; none if the fix is safe. ``original`` is the
    record as it stands.
    """

    original: Record
    fix: Fix
    record: Record
    broken: tuple[BrokenText, ...]
    guessed: frozenset[str]

    def back(self, span: Span) -> Span:
        """Return the place, in the text as it stands, of a span in the text after the fix; of an edited piece, all of it."""
        return Span(self._back(span.start, at_end=False), self._back(span.end, at_end=span.end > span.start))

    def _back(self, at: int, *, at_end: bool) -> int:
        moved = 0
        for edit in self.fix.changes:
            assert isinstance(edit, TextEdit)
            start = edit.start + moved
            if at < start or (at == start and at_end):
                break
            if at < start + len(edit.text) or (at == start + len(edit.text) and at_end):
                return edit.end if at_end else edit.start + (edit.text[:1] == " " and edit.start < edit.end)
            moved += len(edit.text) - (edit.end - edit.start)
        return at - moved

    def holds_guess(self, pointer: str) -> bool:
        """Return whether the value at a JSON Pointer is, or holds, or is a part of a guessed one."""
        around = f"{pointer}/"
        return any(around.startswith(f"{each}/") or f"{each}/".startswith(around) for each in self.guessed)


def repaired(record: Record) -> Repaired | None:
    """Return a record that YAML cannot read as a proven fix would leave it; None where there is no such fix."""
    if record.data is not None or record.kind not in MAPPINGS or {each.code for each in record.faults} - {"PF005", "PF007"}:
        return None
    if "repaired" not in record.derived:
        record.derived["repaired"] = None if record.has_lone_cr else _repaired(record)
    found: Repaired | None = record.derived["repaired"]
    return found


def others(record: Record, found: Repaired, at: Span | None) -> tuple[Related, ...]:
    """Return the broken texts of a record that do not hold the place of its first error."""
    line = None if at is None else record.place(at).line
    places = ((each, record.place(each.span)) for each in found.broken)
    return tuple(
        Related(None, f"the text of {quote(name_of(each.pointer))} needs single quotes too", at=each.span)
        for each, place in places
        if line is None or not place.line <= line <= place.end_line
    )[:_MOST_RELATED]


def _repaired(record: Record) -> Repaired | None:
    aligned = tuple(sorted([*tabs(record), *bare_nothings(record)], key=lambda edit: edit.start))
    base = edited(record, aligned) if aligned else record
    missing = slips(base, outline(base)) if base.data is None else []
    # an open quote hides where lines end, so that what seems to be missing may not be
    return (_attempt(record, base, aligned, missing) if missing else None) or _attempt(record, base, aligned, [])


def _attempt(record: Record, base: Record, aligned: tuple[TextEdit, ...], missing: list[Slip]) -> Repaired | None:
    """Try a fix: ``aligned`` gave ``base``, then what is missing is added, then what is still broken is quoted."""
    added = tuple(slip.edit for slip in missing)
    whole = edited(base, added) if added else base
    known = None if added and whole.data is not None else reading(whole)
    if (known is None and (whole.data is None or not added)) or not (aligned or added or (known is not None and known.broken)):
        return None
    broken = known.broken if known is not None else ()
    if not all(validator.allows_form(record.kind, each.pointer, each.text) for each in broken):
        return None
    lists = {slip.part.pointer for slip in missing if takes(record.kind, slip.part.pointer) == "array"}
    if any(parent_of(each.pointer) in lists for each in broken):
        return None  # what is missing in front of an item may be why it is broken
    after = _composed(added, tuple(each.edit for each in broken))
    changes = _composed(aligned, after) if after is not None else None
    if after is None or changes is None or (added and not proven(base, Fix("", after))):
        return None
    new = edited(record, changes)
    if new.data is None or any(fault.code in ("PF005", "PF006") for fault in new.faults):
        return None
    if aligned and _is_misplaced(new, _touched(base, aligned)):
        return None
    if known is not None and repr(known.data) != repr(new.data):
        return None
    if not all(new.value(each.pointer) == each.text and confirmed(new, each.pointer) for each in broken):
        return None
    pointers = [*(each.pointer for each in broken), *(slip.part.pointer for slip in missing)]
    one = len({split(pointer)[0] for pointer in pointers}) <= 1 and len(broken) <= 1 and not (aligned and pointers)
    sure = one and all(each.sure for each in broken) and all(slip.safe for slip in missing)
    does = [*dict.fromkeys(slip.does for slip in missing)]
    does += ["write spaces for tabs"] if any(edit.text.isspace() or not edit.text for edit in aligned) else []
    does += ["write an empty list as []"] if any(edit.text == " []" for edit in aligned) else []
    does += ["put single quotes round what was typed"] if broken else []
    fix = Fix(" and ".join(does), changes, Safety.SAFE if sure else Safety.UNSAFE)
    return Repaired(record, fix, new, broken, frozenset() if sure else frozenset(pointers))


def _composed(first: tuple[TextEdit, ...], second: tuple[TextEdit, ...]) -> tuple[TextEdit, ...] | None:
    """Return edits that do what ``first`` and then ``second`` do; None where an edit begins inside an earlier one."""
    found: list[TextEdit] = []
    waiting, moved = list(reversed(first)), 0
    for edit in second:
        while waiting and _ends_before(waiting[-1], moved, edit.start):
            found.append(done := waiting.pop())
            moved += len(done.text) - (done.end - done.start)
        start = edit.start - moved
        while waiting and waiting[-1].start + moved + len(waiting[-1].text) <= edit.end:
            done = waiting.pop()
            if done.start < start:
                return None
            moved += len(done.text) - (done.end - done.start)
        end = edit.end - moved
        if waiting and waiting[-1].start < end:
            return None
        found.append(TextEdit(start, end, edit.text))
    return (*found, *reversed(waiting))


def _ends_before(done: TextEdit, moved: int, at: int) -> bool:
    start = done.start + moved
    return start < at and start + len(done.text) <= at


def confirmed(record: Record, pointer: str) -> bool:
    """Whether ruamel.yaml, reading the lines of one entry alone, finds the same untyped text as PyYAML."""
    entry = record.entries.get(pointer)
    if entry is None:
        return False
    span = record.node_span(entry.node)
    start = record.node_span(entry.key).start if entry.key is not None else span.start
    column = start - record.text.rfind("\n", 0, start) - 1
    lead = " " * column if entry.key is not None else " " * (column - 2) + "- "
    from pfocr_lint.record import round_trip  # ruamel.yaml, which only a fix needs

    lines = lead + record.text[start : max(span.end, start)] + "\n"
    found = round_trip.untyped(lines)
    if found is None and "\t" in lines:
        return True  # ruamel.yaml refuses tabs that YAML 1.1 allows: it cannot confirm anything here
    if entry.key is not None:
        return bool(found == {entry.key.value: untyped(entry.node)})
    return bool(found == [untyped(entry.node)])


def edited(record: Record, changes: tuple[TextEdit, ...]) -> Record:
    """Return the record after the edits of its text."""
    return record.with_text(apply_edits(record.text, changes))


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
    entries = dict(top_level(record))
    if len(entries) > _MOST_ENTRIES or list(entries) != list(new.data):
        return False
    touched = {name for name, span in entries.items() if any(span.start <= change.start < span.end for change in changes)}
    for name, span in entries.items():
        if name not in touched:
            alone = record.with_text(f"---\n{record.text[span.start : span.end]}---\n").data
            if alone is None or repr(alone) != repr({name: new.data[name]}):
                return False
    if _is_misplaced(new, touched):
        return False
    spans = dict(top_level(new))
    return spans.keys() == entries.keys() and all(_is_complete(new, name, spans[name]) for name in touched)


def _is_misplaced(record: Record, names: Container[str]) -> bool:
    """Return whether an entry with one of some top-level keys holds a value of another type, no value, or an unknown key."""
    failures = validator.reference_violations(record.kind, record.data or {})
    return any(failure.keyword in _MISPLACED and split(failure.key)[0] in names for failure in failures)


def _touched(record: Record, changes: Sequence[TextEdit]) -> set[str]:
    """Return the top-level keys whose lines hold the text of edits, in the record after them."""
    places, moved = [], 0
    for change in changes:
        places.append(change.start + moved)
        moved += len(change.text) - (change.end - change.start)
    return {name for name, span in top_level(record) if any(span.start <= place < span.end for place in places)}


def parted(record: Record, key: str) -> Fix | None:
    """Return the fix that splits an item whose text contains further items on their own lines; None if no fix is possible."""
    entry, items, at = record.entries[key], record.value(parent_of(key)), int(split(key)[-1])
    if not isinstance(items, list) or any(fault.code == "PF006" for fault in record.faults):
        return None
    span = record.node_span(entry.node)
    found, start = [], span.start
    for line in LINE_LIKE_ITEM.finditer(record.text, span.start, span.end):
        found.append(record.text[start : line.start()])
        start = line.start(2)
    texts = [" ".join(map(str.strip, text.splitlines())) for text in [*found, record.text[start : span.end]]]
    if not all(texts):
        return None
    fix = SetValue(parent_of(key), [*items[:at], *texts, *items[at + 1 :]])
    return Fix("make each line an item of its own", (fix,), Safety.UNSAFE)


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
