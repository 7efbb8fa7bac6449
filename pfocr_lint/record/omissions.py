"""Finds lines in which a dash, a space or the indentation is missing, and the edit that adds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import dataclass
from pfocr_lint.diagnostic import Fix, Safety, Span, TextEdit
from pfocr_lint.pointer import split
from pfocr_lint.quoting import quote
from pfocr_lint.record.limits import WIDTH
from pfocr_lint.record.outline import MARK, NOTHING, PROSE, LooseLine, Outline, Part, like_a_key, takes

if TYPE_CHECKING:
    from pfocr_lint.record.document import Record

MOST = 200  # lines of one record that are explained; a record with more is not fixed
_SPACES = "\u00a0\u2000-\u200a\u202f\u3000"  # look like a space, but are not white space in YAML
_SPACE = re.compile(f"[{_SPACES}]")
_LEAD = re.compile(f"^ *[{_SPACES}][ {_SPACES}]*")
_GLUED = re.compile(rf"-([{_SPACES}]?)(?=[^\s-])")
_ORGANISM = re.compile(r"[A-Z][a-z]+\.? \S|NA\Z")


@dataclass(frozen=True)
class Slip:
    """
    What is missing in one line: the message, its place and the edit.

    ``does`` describes the edit in one line. ``safe`` is true if only one reading is possible.
    """

    message: str
    span: Span
    edit: TextEdit
    does: str
    safe: bool
    part: Part


def slips(record: Record, lines: Outline) -> list[Slip]:
    """Return the slips of a record that YAML cannot read, in order of their places."""
    if record.has_lone_cr:
        return []  # YAML also ends lines at these CRs, so line boundaries are not reliable
    found = [_key(record, part) for part in lines.parts if part.glued][:MOST]
    for loose in lines.loose_lines[:MOST]:
        slip = _item(record, loose) or _text(record, loose, lines)
        found += [slip] if slip is not None else []
    return sorted(found, key=lambda slip: slip.span.start)


def fix_of(found: list[Slip]) -> Fix:
    """Return the fix for all slips. It is safe if they are in one top-level entry and only one reading is possible."""
    entries = {split(slip.part.pointer)[0] for slip in found}
    safe = len(entries) == 1 and all(slip.safe for slip in found)
    message = " and ".join(dict.fromkeys(slip.does for slip in found))
    return Fix(message, tuple(slip.edit for slip in found), Safety.SAFE if safe else Safety.UNSAFE)


def _key(record: Record, part: Part) -> Slip:
    """Return the slip of a key without a space after its colon."""
    found_space = _SPACE.match(record.text, part.at)
    space = found_space[0] if found_space is not None else ""
    written = record.text[part.start + part.indent : part.at]
    span = Span(part.start + part.indent, part.at)
    if space:
        message = f"{_space(space)} is behind {quote(written)}, where YAML wants a plain space"
    else:
        message = f"a space is missing behind {quote(written)}"
    edit = TextEdit(part.at, part.at + len(space), " ")
    return Slip(message, span, edit, "put a space behind the colon", not space, part)


def _item(record: Record, loose: LooseLine) -> Slip | None:
    """Return the slip of a list's line that does not begin with a dash and a space; None if it may be something else."""
    last = loose.part
    item = last if last.is_item else last.parent if last.parent is not None and last.parent.is_item else None
    holder = last if item is None else item.parent
    if holder is None or takes(record.kind, holder.pointer) != "array" or (holder.has_text and item is None):
        return None
    start = loose.start + loose.indent
    line = record.text[start : loose.end]
    if line in NOTHING or line.startswith("--"):
        return None
    column = (item or holder).indent
    where = f"in the list {holder.name}"
    safe = loose.indent >= holder.indent
    glued, mark, lacks = _GLUED.match(line), MARK.match(line), 0
    if glued is not None and not glued[1]:
        message, does, lacks = (
            f"a space is missing behind the dash of {quote(line, 40)} {where}",
            "put a space behind the dash",
            1,
        )
    elif glued is not None:
        message = f"{_space(glued[1])} is behind the dash of {quote(line, 40)} {where}, where YAML wants a plain space"
        does, lacks, safe = "put a plain space behind the dash", 2, False
    elif mark is not None:
        sign = f"'{mark[1]}'" if mark[1] == "*" else f"'{mark[1]}' (U+{ord(mark[1]):04X})"
        message = f"{quote(line, 40)} {where} begins with {sign}, where YAML wants a hyphen and a space ('- ')"
        does, lacks, safe = f"write '- ' for '{mark[1]}'", mark.end(), False
    else:
        message, does = f"{quote(line, 40)} is {where} without '- ' in front", "put '- ' in front"
        safe = safe and _is_item(record, loose, holder, line)
    edit = TextEdit(loose.start, start + lacks, f"{' ' * column}- ")
    return Slip(message, Span(start, loose.end), edit, does, safe, holder)


def _is_item(record: Record, loose: LooseLine, holder: Part, line: str) -> bool:
    """Return whether a line without a dash can only be an item, and not a note or the rest of the item above."""
    if split(holder.pointer)[-1].startswith("organisms"):
        return _ORGANISM.match(line) is not None
    return loose.part is holder or (not line[0].islower() and len(_above(record, loose)) <= WIDTH)


def _above(record: Record, loose: LooseLine) -> str:
    """Return the nearest line above that is not blank."""
    return record.text[: loose.start].rstrip().rpartition("\n")[2]


def _text(record: Record, loose: LooseLine, lines: Outline) -> Slip | None:
    """Return the slip of a text's line that is not indented; None if it may be something else."""
    part = loose.part
    if part.is_item or split(part.pointer)[-1] not in PROSE or takes(record.kind, part.pointer) != "string":
        return None
    start = loose.start + loose.indent
    line = record.text[start : loose.end]
    if like_a_key(record.kind, line):
        return None
    if line in NOTHING or line[0] in "-#[]{}|>" or ": " in line or record.text[part.at : part.at + 1] in ("[", "{", "|", ">"):
        return None
    if _above(record, loose).lstrip().startswith("#"):
        return None  # a text never continues after a comment, indented or not
    column = part.indent + 2
    lead = _LEAD.match(line)
    if lead is not None:
        message = f"{_space(lead[0].strip(' ')[0])} is in front of {quote(line[lead.end() :], 40)}, where YAML wants plain spaces"
        edit = TextEdit(loose.start, start + lead.end(), " " * column)
        return Slip(message, Span(start, loose.end), edit, "indent the text with plain spaces", safe=False, part=part)
    message = f"the line {quote(line, 40)} continues {part.name} and is not indented; want {column} spaces in front"
    edit = TextEdit(loose.start, start, " " * column)
    return Slip(message, Span(start, loose.end), edit, "indent the text", _is_copy(record, part, lines), part)


def _is_copy(record: Record, part: Part, lines: Outline) -> bool:
    """Return whether a text with all its lines equals its copy. If not, an additional line may be a note."""
    other = {"/caption": "/schema-jsonld/description", "/schema-jsonld/description": "/caption"}.get(part.pointer)
    both = [_words(record, lines, pointer) for pointer in (part.pointer, other)]
    return other is not None and both[0] == both[1]


def _words(record: Record, lines: Outline, pointer: str | None) -> list[str]:
    """Return the words of a text, including its lines that are not indented."""
    for part in lines.parts:
        if part.pointer == pointer:
            more = [record.text[loose.start : loose.end] for loose in lines.loose_lines[:MOST] if loose.part is part]
            return " ".join([record.text[part.at : part.end], *more]).split()
    return []


def _space(char: str) -> str:
    name = "a no-break space" if char in "\u00a0\u202f" else "a wide or narrow space"
    return f"{name} (U+{ord(char):04X})"
