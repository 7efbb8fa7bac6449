"""How results are told: a format is a function from a :class:`Report` to text."""

from __future__ import annotations

from collections.abc import Callable

from pfocr_lint.diagnostic import Diagnostic
from pfocr_lint.report.machine import json_lines, json_report, statistics_json
from pfocr_lint.report.result import Report
from pfocr_lint.report.terminal import concise, full, statistics_table, visible

FORMATS: dict[str, Callable[[Report], str]] = {
    "full": full,
    "concise": concise,
    "json": json_report,
    "jsonl": json_lines,
}


def statistics(report: Report, *, as_json: bool) -> str:
    """Counts per rule, the most frequent first."""
    counts: dict[str, list[Diagnostic]] = {}
    for diagnostic in report.diagnostics:
        counts.setdefault(diagnostic.code, []).append(diagnostic)
    rows = [
        {
            "code": code,
            "name": found[0].name,
            "count": len(found),
            "files": len({diagnostic.path for diagnostic in found}),
            "fixable": sum(diagnostic.fix is not None for diagnostic in found),
        }
        for code, found in sorted(counts.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return statistics_json(rows) if as_json else statistics_table(report, rows)


__all__ = ["FORMATS", "Report", "statistics", "visible"]
