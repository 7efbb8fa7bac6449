"""
A summary in Markdown, for the job page on GitHub: the findings, the worst first, then a table of the rules.

Where a fix changes one line that is shown, the line is there as it is and as it should be, in red and green.

Text from a record is put into code spans, where GitHub interprets no markup, no link and no @mention. GitHub does not show a
step summary over 1 MiB, so the list stops before that limit and gives the number of findings that it leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pfocr_lint.diagnostic import Edit, Safety, Severity, apply_edits
from pfocr_lint.report.fixes import RECORDS, Applied, lines
from pfocr_lint.report.plain import counted, plain

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic
    from pfocr_lint.report.folding import Fold
    from pfocr_lint.report.report import Report

LIMIT = 1_000_000  # bytes; the rest of 1 MiB is for text that the workflow adds
MOST_LINES = 100  # findings whose line is shown
LONGEST_LINE = 200  # characters
SHORTEST = 20  # bytes of a finding: its marks, place, code and name are longer


def markdown_summary(report: Report) -> Iterator[str]:
    """Yield the summary, at most 1,000,000 bytes of UTF-8."""
    blocks = ("## pfocr-lint", *_summary(report), *_fixes(report))
    text = "".join(f"{block}\n\n" for block in blocks)
    rules = "".join(f"\n### Rules\n\n{table}\n" for table in _rules(report))
    yield text.rstrip("\n") + "\n"
    yield from _findings(report, LIMIT - len(text.encode()) - len(rules.encode()))
    yield rules


def code(text: str) -> str:
    """Return ``text`` as a code span, between more backticks than any run of backticks in it."""
    text = plain(text) or " "
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    edge = " " if text.strip(" ") and (text[0] in "` " or text[-1] in "` ") else ""
    return f"{fence}{edge}{text}{edge}{fence}"


def prose(text: str) -> str:
    """Return a text of pfocr-lint for a table cell: code spans are kept, other markup is escaped."""
    return re.sub(r"(`[^`]*`)|([\\*_\[\]<>|~&])", lambda match: match[1] or f"\\{match[2]}", text)


def _summary(report: Report) -> Iterator[str]:
    yield f"{report.headline}{f' {report.fixed:,} fixed.' if report.fixed else ''}"
    safe, unsafe = report.offered(Safety.SAFE), report.offered(Safety.UNSAFE)
    offers = [f"{safe:,} with `--fix`"] if safe else []
    if unsafe:
        offers.append(f"{unsafe:,} with `--fix --unsafe-fixes`")
    if offers:
        yield f"Can be fixed: {', '.join(offers)}."
    if report.waived:
        yield f"{counted(len(report.waived), 'finding')} waived."


def _fixes(report: Report) -> Iterator[str]:
    records = report.fixes.by_record
    if records:
        yield f"### Fixed in {counted(report.fixes.paths, 'record')}"
        yield fixed_records(records[:RECORDS]) + (f"\n- {rest}" if (rest := report.fixes.rest(RECORDS)) else "")


def fixed_records(records: Iterable[tuple[str, Iterable[Applied]]]) -> str:
    """Return the fixes of some records as a nested Markdown list."""
    return "\n".join(f"- {code(path)}\n" + "\n".join(f"  - {code(line)}" for line in lines(own)) for path, own in records)


def _rules(report: Report) -> Iterator[str]:
    if not report.by_rule:
        return
    rows = ["| rule | findings | records | fixable | summary |", "| --- | ---: | ---: | ---: | --- |"]
    for code_, found in report.by_rule.items():
        about = prose(report.rule_help(code_).summary)
        rows.append(f"| {code_} {found.name} | {found.count:,} | {found.files:,} | {found.safe + found.unsafe:,} | {about} |")
    yield "\n".join(rows)


def _findings(report: Report, space: int) -> Iterator[str]:
    """Yield the findings that fit into ``space`` bytes, and the number of the others."""
    headings = {Severity.ERROR: report.errors, Severity.WARNING: report.warnings}
    has_lines = MOST_LINES
    total = left = report.errors + report.warnings
    space -= len(_left_out(total).encode())
    for fold in report.worst(space // SHORTEST):
        line, severity = _item(fold, report), fold.first.severity
        if has_lines and (lines_ := _lines_of(fold.first)):
            line += lines_
            has_lines -= 1
        if severity in headings:
            line = f"\n### {counted(headings.pop(severity), severity.value)}\n\n{line}"
        space -= len(line.encode())
        if space < 0:
            yield _left_out(left)
            return
        yield line
        left -= len(fold.members)


def _item(fold: Fold, report: Report) -> str:
    diagnostic = fold.first
    place = diagnostic.place
    offers = (line.partition(": ") for line in fold.offers())
    more = [*map(code, fold.also()), *(f"{kind}{colon}{code(what) if what else ''}" for kind, colon, what in offers)]
    where = code(f"{diagnostic.path}:{place.line}:{place.column}")
    if report.pages is not None:
        line, editor = report.pages(diagnostic.path, place.line)
        where, more = f"[{where}]({line})", [*more, f"[open the editor]({editor})"]
    shown = " · ".join([code(diagnostic.message), *more])
    return f"- {where}: {shown} <sub>{diagnostic.code} {diagnostic.name}</sub>\n"


def _lines_of(diagnostic: Diagnostic) -> str:
    """The line of a finding as it is and as its fix leaves it; '' where the fix changes another line, or several."""
    fix, source = diagnostic.fix, diagnostic.source
    if fix is None or len(source) != 1 or source[0].column:
        return ""
    ((number, _, line),) = source
    places = [place for place in fix.places if place.line == place.end_line == number]
    if len(places) != len(fix.places) or any(
        "\n" in edit.text or place.end_column - 1 > len(line) for edit, place in zip(fix.edits, places, strict=True)
    ):
        return ""
    new = apply_edits(
        line, [Edit(place.column - 1, place.end_column - 1, edit.text) for edit, place in zip(fix.edits, places, strict=True)]
    )
    if len(line) >= LONGEST_LINE or not (line.isprintable() and new.isprintable()):
        return ""
    fence = "`" * max(3, max(map(len, re.findall("`+", line + new)), default=0) + 1)
    return f"\n  {fence}diff\n  - {line}\n  + {new}\n  {fence}\n"


def _left_out(number: int) -> str:
    return f"\n**{counted(number, 'more finding')}**: the summary has reached its size limit; `--output-format full` lists all.\n"
