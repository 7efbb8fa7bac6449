"""
Annotations of a pull request: GitHub's workflow commands.

GitHub shows ten annotations of each level and step and silently drops the others. So the ten most important of each are printed,
and one line with the number of the others. A command is one line; characters that would end it, or begin another, are written as
%0A and the like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfocr_lint.diagnostic import Diagnostic, Severity
from pfocr_lint.report.plain import counted, explained, plain

if TYPE_CHECKING:
    from pfocr_lint.report.report import Report

PER_LEVEL = 10

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def github(report: Report) -> str:
    """The ten worst errors and the ten worst warnings as workflow commands, and what is left out in one line."""
    lines, more = [], []
    for severity in (Severity.ERROR, Severity.WARNING):
        found = [diagnostic for diagnostic in report.worst_first if diagnostic.severity is severity]
        lines += [_annotation(diagnostic) for diagnostic in found[:PER_LEVEL]]
        if len(found) > PER_LEVEL:
            more.append(counted(len(found) - PER_LEVEL, f"more {severity.value}"))
    if more:
        text = f"{' and '.join(more)} without an annotation: GitHub shows {PER_LEVEL} of each level."
        lines.append(command("notice", {"title": "pfocr-lint"}, f"{text} --output-format markdown and full list them all."))
    return "".join(lines)


def _annotation(diagnostic: Diagnostic) -> str:
    place = diagnostic.place
    where = {
        "file": plain(diagnostic.path, keep="\r\n"),
        "line": str(place.line),
        "endLine": str(place.end_line),
    }
    if place.line == place.end_line:  # GitHub takes columns within one line only
        where |= {"col": str(place.column), "endColumn": str(place.end_column)}
    where["title"] = f"{diagnostic.code} {diagnostic.name}"
    return command(diagnostic.severity.value, where, explained(diagnostic))


def command(name: str, properties: dict[str, str], message: str) -> str:
    """A workflow command as a line of its own, whatever its parts hold."""
    listed = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {listed}::{message.translate(_DATA)}\n"
