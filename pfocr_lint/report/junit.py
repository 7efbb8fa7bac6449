"""JUnit XML, for viewers of test results: one suite per record, one failed case per diagnostic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from pfocr_lint.report.plain import explained, plain

if TYPE_CHECKING:
    from junitparser import TestSuite

    from pfocr_lint.diagnostic import Diagnostic
    from pfocr_lint.report.report import Report


def junit_xml(report: Report) -> Iterator[str]:
    """Yield JUnit XML. A clean run has one passed case, because Jenkins reports an error for a file without cases."""
    from junitparser import JUnitXml, TestCase, TestSuite

    total = report.errors + report.warnings
    root = JUnitXml("pfocr-lint")
    # Not update_statistics: it adds an attribute that the JUnit schema does not allow.
    root.tests, root.failures, root.errors = max(total, 1), total, 0
    root.time = round(report.seconds, 3)
    # The suites are written one by one: all together take 10 KB of memory for each finding.
    head = root.tostring().decode()
    yield f'<?xml version="1.0" encoding="utf-8"?>\n{head.removesuffix("/>")}>'
    for path, found in groupby(report.diagnostics, lambda diagnostic: diagnostic.path):
        yield _suite(path, list(found)).tostring().decode()
    if not total:
        suite = TestSuite("pfocr-lint")
        suite.add_testcase(TestCase(report.headline, "pfocr-lint"))
        yield suite.tostring().decode()
    yield "</testsuites>\n"


def _suite(path: str, diagnostics: Sequence[Diagnostic]) -> TestSuite:
    """
    Return the diagnostics of one record.

    The name of a case has the rule and the key but no line, so that it is the same in the next run. Several findings of a
    rule at one key are numbered.
    """
    from junitparser import Failure, TestCase, TestSuite

    cases = []
    seen: Counter[str] = Counter()
    for diagnostic in diagnostics:
        name = plain(f"{diagnostic.code} {diagnostic.name} {diagnostic.key or ''}".rstrip())
        seen[name] += 1
        case = TestCase(name if seen[name] == 1 else f"{name} ({seen[name]})", plain(path))
        failure = Failure(plain(diagnostic.message), diagnostic.severity.value)
        failure.text = f"{plain(path)}:{diagnostic.place.line}:{diagnostic.place.column}\n{explained(diagnostic)}"
        case.append(failure)
        cases.append(case)
    suite = TestSuite(plain(path))
    suite.add_testcases(cases)
    return suite
