"""The numbers of the page as plain data, as ``--data`` writes them: ``schemas/report-data.schema.json`` describes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr_lint.dashboard.findings import Collected
from pfocr_lint.report import RuleHelp, visible
from pfocr_lint.report.report import RuleCount
from pfocr_lint.version import __version__

if TYPE_CHECKING:
    from pfocr_lint.dashboard.history import Point

VERSION = 1
MOST_PAPERS = 50
_PAPER = re.compile(r"(?:.*/)?_figures/(PMC[0-9]+)__")


class About(NamedTuple):
    """What a page is about: the repository's name, the commit and its day ('' where there is no Git), and the day of the run."""

    name: str
    commit: str
    date: str
    today: str


class _OfRecord(NamedTuple):
    findings: int = 0
    errors: int = 0


def numbers(
    collected: Collected, about: About, rule_help: Callable[[str], RuleHelp], history: Sequence[Point] | None
) -> dict[str, Any]:
    """All numbers of the page."""
    of_record, safe, unsafe = _by_record(collected)
    dirty = len(of_record)
    severities = Counter(collected.findings.bodies[number][1] for number in collected.findings.body)
    offered = Counter(collected.findings.bodies[number][4] for number in collected.findings.body)
    found: dict[str, Any] = {
        "version": VERSION,
        "tool": f"pfocr-lint {__version__}",
        "name": visible(about.name),
        "commit": about.commit or None,
        "date": about.date or None,
        "records": collected.records,
        "clean": collected.records - dirty,
        "errors": severities["error"],
        "warnings": severities["warning"],
        "waived": len(collected.waived),
        "fix": {
            "safe": offered["safe"],
            "unsafe": offered["unsafe"],
            "person": offered[""],
            "records_safe": len(safe),
            "records_unsafe": len(unsafe),
        },
        "rules": _by_rule(collected, rule_help),
        "years": sorted(_by_group(collected, of_record, lambda card: [card.year]), key=lambda row: row["name"]),
        "journals": _by_group(collected, of_record, lambda card: [card.journal]),
        "organisms": _by_group(collected, of_record, lambda card: card.organisms or [""]),
        "papers": _papers(collected, of_record),
        "waivers": _waivers(collected, about.today),
    }
    if history is not None:
        found["history"] = [point._asdict() for point in history]
    return found


def _by_record(collected: Collected) -> tuple[dict[str, _OfRecord], set[int], set[int]]:
    """The counts of each record with a finding, and the numbers of the records with a safe and with an unsafe fix."""
    findings = collected.findings
    total, errors = Counter(findings.record), Counter[int]()
    safe, unsafe = set[int](), set[int]()
    for record, body in zip(findings.record, findings.body, strict=True):
        _, severity, _, _, safety, *_ = findings.bodies[body]
        if severity == "error":
            errors[record] += 1
        if safety:
            (safe if safety == "safe" else unsafe).add(record)
    return {path: _OfRecord(total[number], errors[number]) for number, path in enumerate(findings.paths)}, safe, unsafe


def _by_rule(collected: Collected, rule_help: Callable[[str], RuleHelp]) -> list[dict[str, Any]]:
    waived = Counter(collected.waived)
    counts = collected.report.by_rule
    nothing = RuleCount("")
    rows = {code: counts.get(code, nothing) for code in [*counts, *sorted(waived.keys() - counts.keys())]}
    return [
        {
            "code": code,
            "name": rule_help(code).name,
            "summary": rule_help(code).summary,
            "findings": count.count,
            "records": count.files,
            "safe": count.safe,
            "unsafe": count.unsafe,
            "waived": waived[code],
        }
        for code, count in rows.items()
    ]


def _by_group(
    collected: Collected, of_record: dict[str, _OfRecord], groups: Callable[[Any], Iterable[str]]
) -> list[dict[str, Any]]:
    """The figures by one of their texts, the group with most findings first; '' are those where it is not known."""
    records, dirty, findings = Counter[str](), Counter[str](), Counter[str]()
    nothing = _OfRecord()
    for path, card in zip(collected.paths, collected.cards, strict=True):
        if card.is_figure:
            own = of_record.get(path, nothing)
            for name in groups(card):
                records[name] += 1
                dirty[name] += own.findings > 0
                findings[name] += own.findings
    rows = [
        {"name": visible(name), "records": count, "clean": count - dirty[name], "findings": findings[name]}
        for name, count in records.items()
    ]
    return sorted(rows, key=lambda row: (-row["findings"], -row["records"], row["name"]))


def _papers(collected: Collected, of_record: dict[str, _OfRecord]) -> list[dict[str, Any]]:
    """The papers whose figures have the most errors, then findings."""
    figures = Counter(match[1] for path in collected.paths if (match := _PAPER.match(path)))
    errors, findings, dirty = Counter[str](), Counter[str](), Counter[str]()
    for path, own in of_record.items():
        if match := _PAPER.match(path):
            errors[match[1]] += own.errors
            findings[match[1]] += own.findings
            dirty[match[1]] += 1
    worst = sorted(findings, key=lambda paper: (-errors[paper], -findings[paper], paper))[:MOST_PAPERS]
    return [
        {"paper": paper, "figures": figures[paper], "dirty": dirty[paper], "errors": errors[paper], "findings": findings[paper]}
        for paper in worst
    ]


def _waivers(collected: Collected, today: str) -> list[dict[str, Any]]:
    """The waivers, those that ended first, then by their last day."""
    rows = [
        {
            "path": visible(path),
            "line": waiver.line,
            "rules": waiver.rules,
            "reason": None if waiver.reason is None else visible(waiver.reason),
            "owner": None if waiver.owner is None else visible(waiver.owner),
            "until": waiver.until,
            "ended": waiver.until is not None and waiver.until < today,
        }
        for path, card in zip(collected.paths, collected.cards, strict=True)
        for waiver in card.waivers
    ]
    return sorted(rows, key=lambda row: (row["until"] or "9999", row["path"], row["line"]))
