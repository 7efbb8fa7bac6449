"""
SARIF 2.1.0, for GitHub's code scanning and other viewers.

GitHub keeps 5,000 results of a run. It rejects a file with more than 25,000 results, and a file over 10 MB after compression.
To stay within these limits, all findings of one rule are folded into one result that gives their number: first those of the most
frequent rule, then those of the rule with the largest text, until the file fits.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.diagnostic import Diagnostic, OfferedFix, Place, Safety, Severity
from pfocr_lint.report.machine import ascii_json
from pfocr_lint.report.plain import plain

if TYPE_CHECKING:
    from pfocr_lint.report.report import Report, RuleCount, RuleHelp

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS = 5_000
MOST_DESCRIPTION = 1_024  # characters of a rule
BYTES = 10_000_000


@dataclass
class _Group:
    """The findings of one rule: their counts, the first one, whether one is an error, and the lines of their results."""

    number: int
    count: RuleCount
    folded: bool
    first: Diagnostic | None = None
    errors: bool = False
    lines: list[str] = field(default_factory=list)


def sarif_log(report: Report) -> Iterator[str]:
    """Yield SARIF 2.1.0, in the order of the report; ``occurrenceCount`` is the number of findings in a folded result."""
    numbers = {code: number for number, code in enumerate(sorted(report.by_rule))}
    groups: dict[str, _Group] = {}
    total = report.errors + report.warnings
    for code, count in report.by_rule.items():
        groups[code] = _Group(numbers[code], count, folded=total > RESULTS)
        total -= count.count - 1 if groups[code].folded else 0
    order = []
    for diagnostic in report.diagnostics:
        group = groups[diagnostic.code]
        if group.first is None or not group.folded:
            order.append(diagnostic.code)
        group.first = group.first or diagnostic
        group.errors |= diagnostic.severity is Severity.ERROR
        if not group.folded:
            group.lines.append(ascii_json(_result(diagnostic, group.number)))
    for group in groups.values():
        if group.folded:
            group.lines = [_fold(group)]
    while not _fits(text := _document(report, groups, order)):
        many = [group for group in groups.values() if len(group.lines) > 1]
        if not many:
            break
        heaviest = max(many, key=lambda group: sum(map(len, group.lines)))
        heaviest.lines = [_fold(heaviest)]
    yield text


def _fits(text: str) -> bool:
    """Whether the text is small enough after compression, as GitHub's upload action does it."""
    return len(text) <= BYTES or len(zlib.compress(text.encode())) <= BYTES


def _document(report: Report, groups: Mapping[str, _Group], order: Sequence[str]) -> str:
    """Return the log, with the results in the order of the report."""
    turns = {code: iter(group.lines) for code, group in groups.items()}
    lines = [line for code in order if (line := next(turns[code], None))]
    rules = [_rule(code, groups[code].count.name, report.rule_help(code)) for code in sorted(groups)]
    driver = {"name": "pfocr-lint", "semanticVersion": report.version, "rules": rules}
    return (
        f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{{"tool": {ascii_json({"driver": driver})}, '
        '"columnKind": "unicodeCodePoints", "newlineSequences": ["\\n"], '
        '"results": [' + ",".join(f"\n{line}" for line in lines) + "\n]}]}\n"
    )


def _first_paragraphs(text: str) -> str:
    """The paragraphs of a rule's help that GitHub accepts as its description; the help has all."""
    return text if len(text) <= MOST_DESCRIPTION else text[: text.rfind("\n\n", 0, MOST_DESCRIPTION)]


def _rule(code: str, name: str, about: RuleHelp) -> dict[str, Any]:
    return {
        "id": code,
        "name": name,
        "shortDescription": {"text": about.summary},
        "fullDescription": {"text": _first_paragraphs(about.text)},
        "help": {"text": about.text, "markdown": about.page},
        "defaultConfiguration": {"level": about.severity.value},
    }


def _result(diagnostic: Diagnostic, number: int) -> dict[str, Any]:
    result = {
        "ruleId": diagnostic.code,
        "ruleIndex": number,
        "level": diagnostic.severity.value,
        "message": _message(diagnostic.message),
        "locations": [_location(diagnostic)],
        # Not primaryLocationLineHash: GitHub's upload computes it and warns about every value that differs.
        "partialFingerprints": {"pfocrLint/v1": diagnostic.fingerprint},
    }
    if diagnostic.fix is not None:
        result["fixes"] = [_fix(diagnostic.path, diagnostic.fix)]
    if diagnostic.related:
        result["relatedLocations"] = [
            {
                "id": index,
                "message": _message(other.message),
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(other.path)},
                    "region": {"startLine": other.line, "startColumn": other.column},
                },
            }
            for index, other in enumerate(diagnostic.related)
        ]
    return result


def _fold(group: _Group) -> str:
    """Return all findings of a rule as one result, at the place of the first."""
    first, count = group.first, group.count
    assert first is not None
    message = f"{count.count:,} findings in {count.files:,} records, reported as one to stay within GitHub's limits; the first: "
    result = {
        "ruleId": first.code,
        "ruleIndex": group.number,
        "level": (Severity.ERROR if group.errors else Severity.WARNING).value,
        "message": _message(message + first.message),
        "locations": [_location(first)],
        "partialFingerprints": {"pfocrLint/v1": f"{first.code} folded"},
        "occurrenceCount": count.count,
    }
    return ascii_json(result)


def _message(text: str) -> dict[str, str]:
    """
    Return a message as text. SARIF's syntax for embedded links, ``[text](target)``, is escaped.

    Braces are not escaped: viewers fill placeholders only in messages with arguments.
    """
    text = plain(text)
    return {"text": re.sub(r"[\\\[\]]", r"\\\g<0>", text) if "](" in text else text}


def _location(diagnostic: Diagnostic) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(diagnostic.path)}, "region": _region(diagnostic.place)}}


def _region(place: Place) -> dict[str, int]:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _fix(path: str, fix: OfferedFix) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(place), "insertedContent": {"text": edit.text}}
        for edit, place in zip(fix.edits, fix.places, strict=True)
    ]
    return {
        "description": _message(fix.message if fix.safety is Safety.SAFE else f"unsafe: {fix.message}"),
        "artifactChanges": [{"artifactLocation": {"uri": _uri(path)}, "replacements": replacements}],
    }


def _uri(path: str) -> str:
    """Return a path as a URI reference; bytes of a file name that are not UTF-8 are kept."""
    try:
        name = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        name = path.encode("utf-8", "surrogatepass")
    return ("file://" if path.startswith("/") else "") + quote(name)
