"""
Annotations of a pull request: GitHub's workflow commands.

GitHub shows ten annotations per level and step and silently drops the others. So the ten worst of each level are
printed, and one more line gives the number of the others and the formats that list them. A command is one line:
line breaks in its data are escaped, as in %0A.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pfocr_lint.diagnostic import Severity
from pfocr_lint.report.plain import counted, plain, reason

if TYPE_CHECKING:
    from pfocr_lint.report.folding import Fold
    from pfocr_lint.report.report import Report

PER_LEVEL = 10

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def github(report: Report) -> Iterator[str]:
    """Yield the ten worst errors and the ten worst warnings as workflow commands, and one line that counts the others."""
    more = []
    for severity in (Severity.ERROR, Severity.WARNING):
        worst = report.worst(PER_LEVEL, severity)
        yield from map(_annotation, worst)
        rest = report.totals.counts[severity] - sum(len(fold.members) for fold in worst)
        if rest:
            more.append(counted(rest, f"more {severity.value}"))
    if more:
        text = f"{' and '.join(more)} without an annotation: GitHub shows {PER_LEVEL} per level."
        yield command("notice", {"title": "pfocr-lint"}, f"{text} Use --output-format full or markdown to see all.")


def _annotation(fold: Fold) -> str:
    diagnostic = fold.first
    place = diagnostic.place
    where = {
        "file": plain(diagnostic.path, keep="\r\n"),
        "line": str(place.line),
        "endLine": str(place.end_line),
    }
    if place.line == place.end_line:  # GitHub accepts columns only when start and end are on one line
        where |= {"col": str(place.column), "endColumn": str(place.end_column)}
    where["title"] = f"{diagnostic.code} {diagnostic.name}"
    # what to do comes first: a list of annotations shows about 80 characters
    text = "\n".join([*map(plain, fold.offers()), reason(diagnostic), *map(plain, fold.also())])
    return command(diagnostic.severity.value, where, text)


def command(name: str, properties: dict[str, str], message: str) -> str:
    """Return a workflow command as one line; line breaks and delimiters in its parts are escaped."""
    listed = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {listed}::{message.translate(_DATA)}\n"
