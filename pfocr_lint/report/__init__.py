"""How results are told: a format is a function from a :class:`Report` to text."""

from __future__ import annotations

from collections.abc import Callable

from pfocr_lint.report.annotations import github
from pfocr_lint.report.junit import junit_xml
from pfocr_lint.report.machine import json_lines, json_report, statistics_json
from pfocr_lint.report.markdown import markdown_summary
from pfocr_lint.report.result import Report, RuleHelp
from pfocr_lint.report.review import gitlab, rdjson
from pfocr_lint.report.sarif import sarif_log
from pfocr_lint.report.terminal import concise, full, statistics_table, visible

FORMATS: dict[str, Callable[[Report], str]] = {
    "full": full,
    "concise": concise,
    "json": json_report,
    "jsonl": json_lines,
    "github": github,
    "sarif": sarif_log,
    "rdjson": rdjson,
    "junit": junit_xml,
    "gitlab": gitlab,
    "markdown": markdown_summary,
}


def statistics(report: Report, *, as_json: bool) -> str:
    """Counts per rule, the most frequent first."""
    rows = [
        {
            "code": code,
            "name": found[0].name,
            "count": len(found),
            "files": len({diagnostic.path for diagnostic in found}),
            "fixable": sum(diagnostic.fix is not None for diagnostic in found),
        }
        for code, found in report.by_rule.items()
    ]
    return statistics_json(rows) if as_json else statistics_table(report, rows)


__all__ = ["FORMATS", "Report", "RuleHelp", "statistics", "visible"]
