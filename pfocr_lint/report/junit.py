"""JUnit's XML, for what shows the results of tests: a suite a record, a failed case a diagnostic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from pfocr_lint.report.plain import explained, plain

if TYPE_CHECKING:
    from junitparser import TestSuite

    from pfocr_lint.diagnostic import Diagnostic
    from pfocr_lint.report.report import Report


def junit_xml(report: Report) -> str:
    """JUnit XML; a clean run is one case that passed, for a file without any is an error to Jenkins."""
    from junitparser import JUnitXml, TestCase, TestSuite

    suites = [_suite(path, list(found)) for path, found in groupby(report.diagnostics, lambda diagnostic: diagnostic.path)]
    if not suites:
        suites = [TestSuite("pfocr-lint")]
        suites[0].add_testcase(TestCase(report.headline, "pfocr-lint"))
    root = JUnitXml("pfocr-lint")
    for suite in suites:
        root.append(suite)  # add_testsuite compares each with all
    # Not update_statistics: it adds an attribute that the schema does not know.
    root.tests, root.failures, root.errors = max(len(report.diagnostics), 1), len(report.diagnostics), 0
    root.time = round(report.seconds, 3)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{root.tostring().decode()}\n'


def _suite(path: str, diagnostics: Sequence[Diagnostic]) -> TestSuite:
    """
    The diagnostics of one record.

    A case is called by rule and key and not by line, so that it is the same case in the next run; where a rule finds
    several things at one key they are numbered.
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
