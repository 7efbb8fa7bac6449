"""Formats for programs: JSON, as ``schemas/output.schema.json`` describes it, and JSON Lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pfocr_lint.report.fixes import as_data

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic
    from pfocr_lint.report.report import Report


def as_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return one diagnostic as an object of the JSON output."""
    fix, place = diagnostic.fix, diagnostic.place
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "path": diagnostic.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "key": diagnostic.key,
        "fix": fix
        and {
            "safety": fix.safety.value,
            "message": fix.message,
            "edits": [{"start": edit.start, "end": edit.end, "text": edit.text} for edit in fix.edits],
        },
        "related": [
            {"path": other.path, "line": other.line, "column": other.column, "message": other.message}
            for other in diagnostic.related
        ],
        "fingerprint": diagnostic.fingerprint,
    }


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


def json_report(report: Report) -> str:
    """Return the JSON output, version 1."""
    summary = {
        "files": report.files,
        "errors": report.errors,
        "warnings": report.warnings,
        "fixable": report.fixable,
        "fixed": report.fixed,
        "waived": len(report.waived),
        "seconds": round(report.seconds, 3),
    }
    output = {
        "version": 1,
        "tool": f"pfocr-lint {report.version}",
        "diagnostics": [as_json(diagnostic) for diagnostic in report.diagnostics],
        "fixes": [as_data(each) for _, applied in report.fixes.by_record for each in applied],
        "summary": summary,
    }
    return dumps(output, indent=1) + "\n"


def json_lines(report: Report) -> str:
    """Return one line per diagnostic, each a JSON object."""
    return "".join(dumps(as_json(diagnostic)) + "\n" for diagnostic in report.diagnostics)


def statistics_json(counts: list[dict[str, Any]]) -> str:
    """Return the counts per rule as JSON."""
    return dumps(counts, indent=1) + "\n"
