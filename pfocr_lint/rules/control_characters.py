"""PF010: control characters and line separators, raw or escaped."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pfocr_lint.diagnostic import Finding, Fix, SetValue, Span, TextEdit
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.pointer import name_of
from pfocr_lint.record.characters import CONTROL, SEPARATORS
from pfocr_lint.record.derived import BREAKOUT
from pfocr_lint.record.document import Record, strings
from pfocr_lint.rules.declaration import Bad, Good, TableFile, Trigger, rule
from pfocr_lint.rules.text import typed_backslash
from pfocr_lint.rules.value_ends import doubled_keys
from pfocr_lint.schema.kinds import Kind

if TYPE_CHECKING:
    from pfocr_lint.record import repair
else:
    repair = LazyModule("pfocr_lint.record.repair")
from pfocr_lint.rules.form import _MOJIBAKE, _PART, _REMOVE, _SEPARATORS, ALL


@rule(
    "PF010",
    fix="safe or unsafe",
    kinds=ALL,
    trigger=Trigger.FORM,
    waivable=False,
    bad=[
        Bad(text=("publisher_name: MDPI", "publisher_name: MD\x07PI"), message="U+0007", fixed={}),
        Bad(text=("title: Biomedicines", "title: Bio\u2028medicines"), message="U+2028 LINE SEPARATOR",
            fixed={"journal_title": "Bio medicines"}),
        Bad(text=("title: Biomedicines", "title: Bio\x0b medicines"), message="U+000B", fixed={"journal_title": "Bio medicines"}),
        Bad(text=("figtitle: Properties", "figtitle: The Properties\u2028In short: all"), message="U+2028 LINE SEPARATOR stands"),
        Bad(text=("title: Biomedicines", "title: |-\n  Bio.\u2028Medicines: all"), message="stands between the values"),
        Bad(text=("title: Biomedicines", "title: >-\n  Bio.\u2029keywords: all"), message="stands between the values"),
        Bad(text=("- AKT1", '- "</script\\a>"'), message="U+0007", also=("PF305",)),
        Bad(text=("- AKT1", "- </scr\x07ipt>"), message="U+0007"),
        Bad({"year": "20\x0722"}, message="U+0007", fixed={"year": "2022"}),
        Bad({"number": "F1\x07"}, message="U+0007", fixed={}),
        Bad({"caption": "Signaling\x07", "schema-jsonld/description": "Signaling"}, message="U+0007",
            fixed={"caption": "Signaling", "schema-jsonld/description": "Signaling"}),
        Bad(table=TableFile("chemicals", "word\tmesh\tmatch\tname\tchebi\nPLGÃ\x83\tNA\tNA\tNA\tNA\n"), message="U+0083"),
        Bad({"figtitle": "Properties of\u2028Leukemic Stem Cells"}, message="U+2028",
            fixed={"figtitle": "Properties of Leukemic Stem Cells"}, key="/figtitle"),
        Bad(text=("publisher_name: MDPI", 'publisher_name: "MDPI\\e"'), message="U+001B", fixed={}),
        Bad(text=("publisher_name: MDPI", 'publisher_name: "MD\\ePI"'),
            message="in double quotes '\\e' is a control character; use",
            fixed="publisher_name: MD\\ePI", unsafe=True),
        Bad(text=("title: Biomedicines", "title: Bio\x0bmedicines"), message="U+000B LINE TABULATION",
            fixed={"journal_title": "Bio medicines"}),
        Bad(text=("figtitle: Properties of", "figtitle: Properties\x07: of"), message="U+0007"),
        Bad(table=TableFile("chemicals", "word\tmesh\tmatch\tname\tchebi\nPL\x07GA\tNA\tNA\tNA\tNA\n"), message="U+0007",
            fixed="word\tmesh\tmatch\tname\tchebi\nPLGA\tNA\tNA\tNA\tNA\n"),
    ],
    good=[Good({"figtitle": "Properties of\u00a0Leukemic Stem Cells"})],
)  # fmt: skip
def control_character(record: Record) -> Iterator[Finding]:
    r"""
    The file holds a control character or a line separator, raw or escaped.

    These are the control characters except tab, LF and CR, then DEL, the C1 range with NEL, U+2028 and U+2029. Editors do not
    show them; some make the YAML unreadable, some break the page. Characters that separate lines (U+000B and U+000C among
    them) become a space, the others are removed. If one splits a text, so that YAML reads a key in it, a person has to put
    single quotes round the text.

    In double quotes a backslash and a letter may make one: `"\beta"` is a control character and `eta`. No safe fix removes it
    there. The unsafe fix writes the backslash as it was typed, as single quotes would have kept it.
    """
    raw = list(CONTROL.finditer(record.text))
    if record.kind is Kind.TABLE:
        if raw:
            start, end = raw[0].start(), raw[-1].end()
            edit = TextEdit(start, end, CONTROL.sub(_instead, record.text[start:end]))
            fix = None if _MOJIBAKE.search(record.text) else Fix(_REMOVE, (edit,))
            yield Finding(None, f"the table holds {_names(record.text)}", at=Span(start, start + 1), fix=fix)
        return
    if record.data is None:
        if raw and all(fault.code == "PF010" for fault in record.faults):
            message = f"{_names(record.text, 'make')} the front matter unreadable"
            yield Finding(None, message, at=Span(*raw[0].span()), fix=_until_readable(record, raw))
        return
    if not raw and "\\" not in record.text:  # none is escaped either
        return
    begun = _begun(record) if raw else {}
    apart = [m for m in raw if m[0] in SEPARATORS and _behind(m) in begun]
    torn = {m.start() for m in apart}
    others = [m for m in raw if m.start() not in torn]
    starts = [m.start() for m in others]
    inside: set[int] = set()
    for key, value in strings("", record.data):
        span = record.span(key) if raw else Span(0, 0)
        places = range(bisect_left(starts, span.start), bisect_left(starts, span.end))
        here = [others[place] for place in places]
        match = CONTROL.search(value)
        if not here and not match:
            continue
        inside.update(places)
        fix = None
        cleaned = CONTROL.sub(_instead, value)
        if cleaned.strip() and not (_MOJIBAKE.search(value) or BREAKOUT.search(cleaned)):
            fix = Fix(_REMOVE, (SetValue(key, cleaned),))
        names = _names(value if match else "".join(m[0] for m in here))
        typed = typed_backslash(record, key) if match else None
        fix, hint = (fix, "") if typed is None else typed
        yield Finding(key, f"{name_of(key)} holds {names}{hint}", within=Span(*match.span()) if match else None, fix=fix)
    between = sorted([*apart, *(m for place, m in enumerate(others) if place not in inside)], key=re.Match.start)
    if between:
        edits = tuple(TextEdit(m.start(), m.end(), "\n" if m[0] in _SEPARATORS else "") for m in between)
        parts = [m for m in between if m[0] in _SEPARATORS]
        proper = all(_PART.match(record.text, m.end()) and begun.get(_behind(m), True) for m in parts)
        fix = Fix("write a plain line break", edits) if proper and repair.edited(record, edits).data == record.data else None
        message = f"{_names(''.join(m[0] for m in between), 'stand')} between the values"
        yield Finding(None, message, at=Span(*between[0].span()), fix=fix)


def _begun(record: Record) -> dict[int, bool]:
    """Where keys begin, and whether the format knows them there, once: any other may be a word of the text before it."""
    begun = {record.node_span(entry.key).start: True for entry in record.entries.values() if entry.key is not None}
    unknown = (record.span(violation.key, on_key=True).start for violation in record.failures.get("PF102", ()))
    return begun | dict.fromkeys((*unknown, *(place.start for place in doubled_keys(record))), False)


def _behind(separator: re.Match[str]) -> int:
    """Where the text begins that follows a separator and spaces."""
    at = separator.end()
    while separator.string[at : at + 1] == " ":
        at += 1
    return at


def _until_readable(record: Record, raw: list[re.Match[str]]) -> Fix | None:
    """What must go before the file reads: the control characters, and the separators only where that is not enough."""
    if _MOJIBAKE.search(record.text):
        return None
    every = tuple(TextEdit(m.start(), m.end(), _instead(m)) for m in raw)
    for edits in (tuple(edit for edit in every if not edit.text), every):
        after = repair.edited(record, edits)
        if not edits or after.data is None or any(BREAKOUT.search(text) for _, text in strings("", after.data)):
            continue
        left = (finding.at for finding in control_character(after) if finding.at is not None)
        if all(after.text[at.start] != raw[0][0] for at in left):  # else the same finding would come again
            spaced = ", a space for what separates lines" if any(edit.text for edit in edits) else ""
            return Fix(f"remove the control characters{spaced}", edits)
    return None


def _instead(match: re.Match[str]) -> str:
    """What a control character becomes: where it parts lines, as in a text from a word processor, words are not to be joined."""
    before, after = match.string[max(0, match.start() - 1) : match.start()], match.string[match.end() : match.end() + 1]
    return " " if match[0] in _SEPARATORS and " " not in (before, after) else ""


def _names(text: str, verb: str = "") -> str:
    """The control characters in a text, and what they do."""
    names = {
        "\x0b": " LINE TABULATION", "\x0c": " FORM FEED", "\x7f": " DELETE", "\x85": " NEXT LINE", "\u2028": " LINE SEPARATOR",
        "\u2029": " PARAGRAPH SEPARATOR",
    }  # fmt: skip
    found = dict.fromkeys(CONTROL.findall(text))
    listed = ", ".join(f"U+{ord(char):04X}{names.get(char, '')}" for char in found)
    return f"{listed} {verb}{'' if len(found) > 1 else 's'}" if verb else listed
