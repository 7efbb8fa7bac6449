"""Formats for code review: reviewdog's Diagnostic Format and GitLab's Code Quality report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pfocr_lint.diagnostic import Diagnostic, Place, Severity
from pfocr_lint.report.machine import ascii_json
from pfocr_lint.report.plain import explained, plain, whole

if TYPE_CHECKING:
    from pfocr_lint.report.report import Report


def rdjson(report: Report) -> Iterator[str]:
    """Yield reviewdog's Diagnostic Format; its columns count bytes of UTF-8."""
    yield f'{{"source": {ascii_json({"name": "pfocr-lint"})}, "diagnostics": '
    yield from _lines(_reviewed(diagnostic) for diagnostic in report.diagnostics)
    yield "}\n"


def gitlab(report: Report) -> Iterator[str]:
    """Yield GitLab's Code Quality report. Repeated fingerprints get a number, because GitLab shows only the first of them."""
    yield from _lines(_issues(report))
    yield "\n"


def _issues(report: Report) -> Iterator[dict[str, Any]]:
    seen: Counter[bytes] = Counter()
    for diagnostic in report.diagnostics:
        seen[bytes.fromhex(diagnostic.fingerprint)] += 1
        repeat = seen[bytes.fromhex(diagnostic.fingerprint)]
        yield _issue(diagnostic, diagnostic.fingerprint + (f"-{repeat}" if repeat > 1 else ""))


def _reviewed(diagnostic: Diagnostic) -> dict[str, Any]:
    """
    Return one diagnostic with its edits as suggestions.

    reviewdog offers a suggestion only when it covers exactly the lines of the diagnostic. So a diagnostic with a single edit
    is placed on the lines of that edit.
    """
    fix, place = diagnostic.fix, diagnostic.place
    if fix and len(fix.places) == 1 and (place.line, place.end_line) != (fix.places[0].line, fix.places[0].end_line):
        place = fix.places[0]
    found: dict[str, Any] = {
        "message": explained(diagnostic),
        "location": {"path": whole(diagnostic.path), "range": _range(place)},
        "severity": diagnostic.severity.value.upper(),
        "code": {"value": diagnostic.code},
    }
    if fix:
        edits = zip(fix.edits, fix.places, strict=True)
        found["suggestions"] = [{"range": _range(at), "text": edit.text} for edit, at in edits]
    return found


def _range(place: Place) -> dict[str, Any]:
    return {
        "start": {"line": place.line, "column": place.byte_column},
        "end": {"line": place.end_line, "column": place.end_byte_column},
    }


def _issue(diagnostic: Diagnostic, fingerprint: str) -> dict[str, Any]:
    return {
        "description": f"{diagnostic.code} {diagnostic.name}: {plain(diagnostic.message)}",
        "check_name": diagnostic.code,
        "fingerprint": fingerprint,
        "severity": "major" if diagnostic.severity is Severity.ERROR else "minor",
        "location": {
            "path": whole(diagnostic.path),
            "lines": {"begin": diagnostic.place.line, "end": diagnostic.place.end_line},
        },
    }


def _lines(values: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield a JSON array, one value per line."""
    separator = "[\n"
    for value in values:
        yield separator + ascii_json(value)
        separator = ",\n"
    yield "\n]" if separator[0] == "," else "[\n]"
