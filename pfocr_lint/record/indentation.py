"""Finds tabs in the indentation of lines and the bare ``~`` below the key of a list, and the edits that write them as YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pfocr_lint.diagnostic import TextEdit
from pfocr_lint.lazy_import import expression
from pfocr_lint.pointer import join
from pfocr_lint.record.outline import key_columns, takes

if TYPE_CHECKING:
    from pfocr_lint.record.document import Record
    from pfocr_lint.schema.kinds import Kind

_LEAD = expression(r"(?m)^[ \t]*\t[ \t]*(?=[^\s])")
_KEY = expression(r"(['\"]?)(@?[A-Za-z_-]{1,40})\1:(?=[ \t\r\n])")
_KEY_ABOVE = expression(r"( *)['\"]?@?[A-Za-z_-]{1,40}['\"]?:[ \r]*\Z")
_TILDE = expression(r"(?m)^(@?[A-Za-z_-]{1,40}):[ ]*\r?\n[ ]*~[ \r]*$(?!\n[ ]*-)")
_WORD = expression(r"[^\W_]|[(\"'“‘]")
_NOT_TEXT = expression(r"[|>][-+1-9]*[ \r]*\Z|(?:^|[ \t])#")  # a block scalar, a comment
_MOST = 1_000


def tabs(record: Record) -> list[TextEdit]:
    """Return the edits that write spaces for the tabs in the indentation; none if one of the lines may have several places."""
    found: list[TextEdit] = []
    text = record.text
    for count, lead in enumerate(_LEAD.finditer(text, record.body.start, record.body.end)):
        column = _column(record.kind, text, lead)
        if column is None or count == _MOST:
            return []
        found.append(TextEdit(*lead.span(), " " * column))
    return found


def _column(kind: Kind, text: str, lead: re.Match[str]) -> int | None:
    key = _KEY.match(text, lead.end())
    above = text[text.rfind("\n", 0, lead.start() - 1) + 1 : max(lead.start() - 1, 0)]
    column = len(above) - len(above.lstrip(" \t"))
    if key is not None and key[2] in key_columns(kind):
        columns = key_columns(kind)[key[2]]
        return next(iter(columns)) if len(columns) == 1 else None
    if text.startswith("- ", lead.end()):
        return column if above.lstrip(" \t").startswith("- ") or _KEY_ABOVE.fullmatch(above) else None
    if not _WORD.match(text, lead.end()) or _NOT_TEXT.search(above):
        return None
    return column + 2 if re.match(r"['\"]?@?[A-Za-z_-]{1,40}['\"]?:", above[column:]) else column if column else None


def bare_nothings(record: Record) -> list[TextEdit]:
    """Return the edits that write an empty list for ``~`` alone on the line below the key of a list."""
    return [
        TextEdit(match.end(1) + 1, match.start() + len(match[0].rstrip()), " []")
        for match in _TILDE.finditer(record.text, record.body.start, record.body.end)
        if takes(record.kind, join("", match[1])) == "array"
    ]
