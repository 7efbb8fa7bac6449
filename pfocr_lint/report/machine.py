"""Formats for programs: JSON, as ``schemas/output.schema.json`` describes it, and JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pfocr_lint.report.fixes import as_data

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Body, Diagnostic
    from pfocr_lint.report.report import Report


def _line(diagnostic: Diagnostic) -> str:
    """
    Return one diagnostic as an object of the JSON output, on one line.

    What does not depend on the record is written once for each body: of the 70,000 diagnostics in 20,000 real records, 60,000
    have one of a few bodies.
    """
    body, path, fingerprint, offset, lines, _, _ = diagnostic
    known = body.shown.get("json")
    if known is None:
        known = body.shown["json"] = _template(body)
    template, spans = known
    ends = (offset + at for at in spans)
    first, last = lines + body.place.line, lines + body.place.end_line
    if not body.related:
        return str(template % (_text(path), first, last, *ends, fingerprint))
    related = [{"path": at.path, "line": at.line, "column": at.column, "message": at.message} for at in diagnostic.related]
    return str(template % (_text(path), first, last, *ends, dumps(related), fingerprint))


def _template(body: Body) -> tuple[str, list[int]]:
    """Return the object with a place for path, lines, offsets, related places and fingerprint; and the offsets in the body."""
    place, fix = body.place, body.fix
    head = {"code": body.code, "name": body.name, "severity": body.severity.value, "message": body.message}
    written = [f'{_fields(head)}, "path": ', "%s", ', "line": ', "%d", f', "column": {place.column}, "end_line": ', "%d"]
    written.append(f', "end_column": {place.end_column}, {_fields({"key": body.key})}, "fix": ')
    if fix is None:
        written.append("null")
    else:
        written.append(f'{{{_fields({"safety": fix.safety.value, "message": fix.message})}, "edits": [')
        for number, edit in enumerate(fix.edits):
            written += [", " if number else "", '{"start": ', "%d", ', "end": ', "%d", f", {_fields({'text': edit.text})}}}"]
        written.append("]}")
    written += [', "related": ', "%s" if body.related else "[]", ', "fingerprint": "', "%s", '"']
    spans = [at for edit in (fix.edits if fix is not None else ()) for at in (edit.start, edit.end)]
    return "{" + "".join(each if each in ("%s", "%d") else each.replace("%", "%%") for each in written) + "}", spans


def _fields(values: dict[str, Any]) -> str:
    return dumps(values)[1:-1]


@lru_cache(1)  # the diagnostics of a record come together
def _text(path: str) -> str:
    return dumps(path)


def dumps(value: Any, **style: Any) -> str:
    """Return JSON in Unicode; characters that are not printable and lone surrogates (from file names) are escaped."""
    return "\n".join(map(_printable, json.dumps(value, ensure_ascii=False, **style).split("\n")))


def _printable(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() or char == "\u00a0" else json.dumps(char)[1:-1] for char in line)


def ascii_json(value: Any) -> str:
    """Return JSON in ASCII, on one line; it contains no control characters, so it is safe to show on a terminal."""
    return json.dumps(value)


def json_report(report: Report) -> Iterator[str]:
    """Yield the JSON output, version 1: one line for each diagnostic, each fix and the summary."""
    yield f'{{"version": 1,\n"tool": "pfocr-lint {report.version}",\n"diagnostics": ['
    yield from _listed(map(_line, report.diagnostics))
    yield '],\n"fixes": ['
    yield from _listed(dumps(as_data(each)) for _, applied in report.fixes.by_record for each in applied)
    summary = {
        "files": report.files,
        "errors": report.errors,
        "warnings": report.warnings,
        "fixable": report.fixable,
        "fixed": report.fixed,
        "waived": len(report.waived),
        "seconds": round(report.seconds, 3),
    }
    yield f'],\n"summary": {dumps(summary)}}}\n'


def _listed(lines: Iterable[str]) -> Iterator[str]:
    separator = "\n"
    for line in lines:
        yield separator
        yield line
        separator = ",\n"


def json_lines(report: Report) -> Iterator[str]:
    """Yield one line per diagnostic, each a JSON object."""
    for diagnostic in report.diagnostics:
        yield f"{_line(diagnostic)}\n"


def statistics_json(counts: list[dict[str, Any]]) -> str:
    """Return the counts per rule as JSON."""
    return dumps(counts, indent=1) + "\n"
