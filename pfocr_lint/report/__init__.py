"""
Formats and writes the output of a run, and computes the exit status. Each format is a function from a Report to text; related
formats share a module. Imports only the modules at the top of ``pfocr_lint``: it sees diagnostics, never a record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from importlib import import_module

from pfocr_lint.diagnostic import Safety
from pfocr_lint.report.patch import unified
from pfocr_lint.report.report import Report, RuleHelp, Totals
from pfocr_lint.report.terminal import visible


def _format(module: str, name: str) -> Callable[[Report], str]:
    """Return a format that imports its module when called: a run needs one or two of the ten."""

    def write(report: Report) -> str:
        text: str = getattr(import_module(f"pfocr_lint.report.{module}"), name)(report)
        return text

    return write


FORMATS: dict[str, Callable[[Report], str]] = {
    "full": _format("terminal", "full"),
    "concise": _format("terminal", "concise"),
    "json": _format("machine", "json_report"),
    "jsonl": _format("machine", "json_lines"),
    "github": _format("annotations", "github"),
    "sarif": _format("sarif", "sarif_log"),
    "rdjson": _format("review", "rdjson"),
    "junit": _format("junit", "junit_xml"),
    "gitlab": _format("review", "gitlab"),
    "markdown": _format("markdown", "markdown_summary"),
}


# Formats that can be written in parts: the text of each diagnostic, then the totals.
STREAMED = frozenset({"full", "concise", "jsonl"})


def statistics(report: Report, *, as_json: bool) -> str:
    """Return the counts per rule, the most frequent rule first."""
    from pfocr_lint.report.machine import statistics_json
    from pfocr_lint.report.terminal import statistics_table

    rows = []
    waived = Counter(report.waived)
    by_rule = report.by_rule
    for code, found in (by_rule | {code: [] for code in sorted(waived) if code not in by_rule}).items():
        totals = Totals()
        totals.add(found)
        rows.append(
            {
                "code": code,
                "name": found[0].name if found else report.rule_help(code).name,
                "count": len(found),
                "files": len(totals.paths),
                "fixable": totals.counts[Safety.SAFE],
                "unsafe": totals.counts[Safety.UNSAFE],
                "waived": waived[code],
            }
        )
    return statistics_json(rows) if as_json else statistics_table(report, rows)


__all__ = ["FORMATS", "STREAMED", "Report", "RuleHelp", "Totals", "statistics", "unified", "visible"]
