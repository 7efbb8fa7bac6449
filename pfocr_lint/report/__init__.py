"""
Formats and writes the output of a run, and computes the exit status. Each format is a function from a Report to pieces of text;
related formats share a module. Imports only the modules at the top of ``pfocr_lint``: it sees diagnostics, never a record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from importlib import import_module

from pfocr_lint.report.patch import unified
from pfocr_lint.report.report import Found, Report, RuleCount, RuleHelp, Totals
from pfocr_lint.report.terminal import visible


def _format(module: str, name: str) -> Callable[[Report], Iterable[str]]:
    """Return a format that imports its module when called: a run needs one or two of the ten."""

    def write(report: Report) -> Iterable[str]:
        pieces: Iterable[str] = getattr(import_module(f"pfocr_lint.report.{module}"), name)(report)
        return pieces

    return write


FORMATS: dict[str, Callable[[Report], Iterable[str]]] = {
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


# Formats for programs that look up the files in the repository: paths are relative to its root.
FROM_ROOT = frozenset({"github", "sarif", "rdjson", "gitlab"})

# Formats that can be written in parts: the text of each diagnostic, then the totals.
STREAMED = frozenset({"full", "concise", "jsonl"})


def statistics(report: Report, *, as_json: bool) -> str:
    """Return the counts per rule, the most frequent rule first."""
    from pfocr_lint.report.machine import statistics_json
    from pfocr_lint.report.terminal import statistics_table

    waived = Counter(report.waived)
    counts = report.by_rule
    others = {code: RuleCount(report.rule_help(code).name) for code in sorted(waived) if code not in counts}
    rows = [
        {
            "code": code,
            "name": rule.name,
            "count": rule.count,
            "files": rule.files,
            "fixable": rule.safe,
            "unsafe": rule.unsafe,
            "waived": waived[code],
        }
        for code, rule in (counts | others).items()
    ]
    return statistics_json(rows) if as_json else statistics_table(report, rows)


__all__ = ["FORMATS", "FROM_ROOT", "STREAMED", "Found", "Report", "RuleHelp", "Totals", "statistics", "unified", "visible"]
