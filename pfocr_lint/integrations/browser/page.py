"""What a page with one open record calls: check it, fix it, and read and write the fields of its form."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from pfocr_lint.diagnostic import AddKey, Diagnostic, Edit, Fix, Safety, SetValue, apply_edits
from pfocr_lint.integrations.difference import difference
from pfocr_lint.linter import checker, edits, fixer
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.linter.fixed import same
from pfocr_lint.linter.hits import Checked
from pfocr_lint.record.parser import read
from pfocr_lint.report import visible
from pfocr_lint.rules.catalogue import BY_CODE
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import FIGURES, Kind
from pfocr_lint.settings.model import DEFAULT

FIELDS = ("figtitle", "caption", "organisms", "number", "year")  # what curators edit
_FIGID = re.compile(r"(?m)^figid: *(['\"]?)([\w.-]{1,200})\1 *$")
_WORDS = {
    Kind.FIGURE: "figure",
    Kind.FIGURE_2021: "figure of the 2021 dialect",
    Kind.ORGANISM: "organism page",
    Kind.FETCHED: "fetched figure",
    Kind.TABLE: "mention table",
    Kind.UNKNOWN: "not a record",
}


def check(name: str, text: str) -> str:
    """
    Check a record.

    ``name`` is the file's name; without one, the record's own identifier stands for it. JSON: ``kind`` in words, ``faults`` of
    this program, ``diagnostics`` with places in UTF-16 units, as JavaScript counts.
    """
    found = _checked(name, text)
    known = found.record.kind is not Kind.UNKNOWN
    units = _Units(text)
    shown = [_shown(each, units) for each in diagnostics_of(found)] if known else []
    return json.dumps({"kind": _WORDS[found.record.kind], "is_record": known, "faults": found.faults, "diagnostics": shown})


def open_file(name: str, data: bytes) -> str:
    """Read a file: JSON with its ``text``, or with the ``problem`` for which it cannot be shown as text."""
    try:
        return json.dumps({"text": data.decode()})
    except UnicodeDecodeError:
        return json.dumps({"problem": visible(read(name, data).faults[0].message)})


def fix_one(name: str, text: str, code: str, fingerprint: str) -> str:
    """Make the fix of one finding, safe or not. JSON: ``edits`` in UTF-16 units, or ``refused`` with the reason."""
    found = _checked(name, text)
    for each, hit in zip(diagnostics_of(found), found.hits, strict=True):
        if (each.code, each.fingerprint) == (code, fingerprint):
            step = fixer.fix_findings(found, [hit], DEFAULT)
            if step is None:
                return _refused(f"{code} offers no fix here")
            return _refused(step.problem) if step.problem is not None else _edits(text, step.after.record.text)
    return _refused(f"the finding of {code} is not there any more")


def fix_all(name: str, text: str) -> str:
    """Make all safe fixes until nothing changes, as ``--fix`` does. JSON as of :func:`fix_one`."""
    fixed = fixer.fix(_path(name, text), text.encode(), DEFAULT)
    return _refused(fixed.faults[0]) if fixed.faults else _edits(text, fixed.data.decode())


def fields(name: str, text: str) -> str:
    """
    The fields of the form. JSON: null where the record has none (not a figure, or unreadable), else a list.

    Each has ``key``, ``value`` (a text, or a list of texts), ``title``, ``about`` and ``example`` from the schema.
    """
    record = _checked(name, text).record
    if record.kind not in FIGURES or record.data is None:
        return json.dumps(None)
    found = []
    for key in FIELDS:
        schema = schemas.at(record.kind, f"/{key}") or {}
        value = record.data.get(key)
        is_list = schema.get("type") == "array"
        written = [str(item) for item in value] if isinstance(value, list) else [] if value is None else [str(value)]
        example = next(iter(schema.get("examples", ())), "")
        found.append(
            {
                "key": key,
                "value": written if is_list else "".join(written),
                "list": is_list,
                "title": schema.get("title", key),
                "about": schema.get("description", ""),
                "example": ", ".join(example) if isinstance(example, list) else example,
            }
        )
    return json.dumps(found)


def set_field(name: str, text: str, key: str, value: str) -> str:
    """
    Write a field of the form; ``value`` is JSON: a text, or a list of texts. JSON as of :func:`fix_one`.

    The edit is verified as the edits of fixes are: the text reads, this value is the wanted one and all others are as before.
    """
    record = _checked(name, text).record
    if key not in FIELDS or record.data is None:
        return _refused("the record cannot be read; correct the text first")
    wanted = json.loads(value)
    change = SetValue(f"/{key}", wanted) if key in record.data else AddKey(f"/{key}", wanted)
    planned = edits.plan(record, [Fix("written in the form", (change,))])
    new = apply_edits(text, planned.edits)
    if not planned.taken or not same(planned.data(record), read(record.path, new.encode(), record.kind).data):
        return _refused(f"{key} cannot be written here; change it in the text")
    return _edits(text, new)


def _path(name: str, text: str) -> str:
    if name:
        return name
    own = _FIGID.search(text)
    return f"{own[2]}.md" if own is not None else "-"


@lru_cache(2)
def _checked(name: str, text: str) -> Checked:
    found = checker.checked_of(_path(name, text), text.encode(), DEFAULT, None, None, lambda: None)
    assert found is not None  # it is None only after a quick check
    return found


class _Units:
    """Offsets in UTF-16 units for offsets in code points."""

    def __init__(self, text: str) -> None:
        self._wide = [at for at, char in enumerate(text) if char > "\uffff"] if not text.isascii() else []

    def of(self, offset: int) -> int:
        return offset + bisect_left(self._wide, offset)


def _shown(found: Diagnostic, units: _Units) -> dict[str, Any]:
    fix = found.fix
    return {
        "from": units.of(found.span.start),
        "to": units.of(found.span.end),
        "line": found.line,
        "code": found.code,
        "name": found.name,
        "severity": found.severity.value,
        "message": visible(found.message),
        "about": BY_CODE[found.code].summary,
        "fingerprint": found.fingerprint,
        "fix": None if fix is None else {"message": visible(fix.message), "safe": fix.safety is Safety.SAFE},
    }


def _edits(old: str, new: str) -> str:
    units = _Units(old)
    return json.dumps({"edits": _in_units(units, difference(old, new))})


def _in_units(units: _Units, made: Iterable[Edit]) -> list[dict[str, Any]]:
    return [{"from": units.of(each.start), "to": units.of(each.end), "insert": each.text} for each in made]


def _refused(why: str) -> str:
    return json.dumps({"refused": visible(why)})
