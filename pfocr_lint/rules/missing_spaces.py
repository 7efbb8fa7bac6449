"""Values in which YAML reads more than was meant, since no space stands behind a key's colon or an item's dash."""

from __future__ import annotations

from pfocr_lint.diagnostic import Fix, RenameKey, Safety, SetValue
from pfocr_lint.lazy_import import expression
from pfocr_lint.record.document import Record
from pfocr_lint.record.list_items import SEVERAL
from pfocr_lint.schema import validator

_DASHED = expression(r"- *(?=\w)")
_QUOTED = expression(r"'((?:[^'\r\n]|''|\r?\n(?! *\r?\n))*)'")
_FOLD = expression(r"(?<! ) *\r?\n *")


def after_colon(record: Record, key: str, name: str) -> Fix | None:
    """The fix of a key that is ``name``, a colon and a part of its text, where single quotes say what all of the text is."""
    start = record.span(key, on_key=True).start + len(name) + 1
    quoted = _QUOTED.fullmatch(record.text[start : record.span(key).end])
    if quoted is None:
        return None
    changes = (SetValue(key, _FOLD.sub(" ", quoted[1].replace("''", "'"))), RenameKey(key, name))
    return Fix("put a space behind the colon", changes, Safety.UNSAFE)


def after_dashes(record: Record, key: str) -> Fix | None:
    """The fix of a list that is read as one text, its dashes included; None where a line may be no item, or several."""
    span, entry = record.span(key), record.entries[key]
    lines = [line.strip() for line in record.text[span.start : span.end].splitlines()]
    items = [_DASHED.sub("", line, count=1) for line in lines]
    several = any(SEVERAL.search(item) or not _DASHED.match(line) for item, line in zip(items, lines, strict=True))
    if several or record.text[span.start] != "-" or entry.is_collection or not validator.allows(record.kind, key, items):
        return None
    return Fix("put a space behind the dash", (SetValue(key, items),))
