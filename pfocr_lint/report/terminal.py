"""
Text formats: source excerpts with carets, or one line per diagnostic.

Only printable characters of a record reach the terminal; the others are shown as code points.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pfocr_lint.diagnostic import Diagnostic, OfferedFix, Safety, Severity, SourceLine
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.quoting import code_point
from pfocr_lint.report.fixes import RECORDS, lines
from pfocr_lint.report.plain import counted

if TYPE_CHECKING:
    import wcwidth

    from pfocr_lint.report.folding import Fold
    from pfocr_lint.report.report import Report
else:
    wcwidth = LazyModule("wcwidth")

_COLORS = {"error": "1;31", "warning": "1;33", "frame": "1;34", "bold": "1", "fix": "1;32", "path": "1"}


def _paint(report: Report, text: str, color: str) -> str:
    return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if report.color else text


def visible(text: str) -> str:
    """Return ``text`` with control characters and invisible characters as code points, ``<U+202E>``."""
    return text if text.isascii() and text.isprintable() else text.translate(_SHOWN)


class _Shown(dict[int, str]):
    """What is shown for a code point, looked up once."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        is_visible = char == "\u00a0" or (char.isprintable() and (wcwidth.wcwidth(char) > 0 or "\u0300" <= char <= "\u036f"))
        self[code] = char if is_visible else code_point(char)
        return self[code]


_SHOWN = _Shown()


def _columns(text: str) -> int:
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(max(wcwidth.wcwidth(char), 0) for char in text)


def full(report: Report) -> Iterator[str]:
    """Yield every diagnostic with its source excerpt, those of one rule in one record as one, then the summary."""
    for fold in report.folds:
        yield _framed(report, fold) + "\n"
    yield _fixes(report) + summary(report)
    if report.summary and report.is_folded:
        yield "Findings of one rule in one record are shown as one; --no-fold shows each.\n"


def concise(report: Report) -> Iterator[str]:
    """Yield one line per diagnostic, then the summary."""
    for each in report.diagnostics:
        body = each.body
        rest = body.shown.get(("concise", report.color))
        if rest is None:
            mark = f" [{_mark(body.fix)}]" if body.fix else ""
            rest = f": {_paint(report, body.code, body.severity.value)}{mark} {visible(body.message)}\n"
            body.shown["concise", report.color] = rest
        yield _paint(report, f"{visible(each.path)}:{each.line}:{body.place.column}", "path") + rest
    yield _fixes(report) + summary(report)


def _fixes(report: Report) -> str:
    """Return the fixes by record, for the terminal and for a commit message."""
    log = report.fixes
    if not (log.paths and report.summary):
        return ""
    made = [f"Fixed {counted(report.fixed, 'finding')} in {counted(log.paths, 'record')}:\n"]
    for path, applied in log.by_record[:RECORDS]:
        made.append(f"  {_paint(report, visible(path), 'path')}\n")
        made += [f"    {visible(line)}\n" for line in lines(applied)]
    rest = log.rest(RECORDS)
    return "".join(made) + (f"  {rest}; --output-format json lists all\n" if rest else "") + "\n"


def _mark(fix: OfferedFix) -> str:
    return "*" if fix.safety is Safety.SAFE else "?"


def statistics_table(report: Report, rows: list[dict[str, Any]]) -> str:
    """Return a table of counts per rule: diagnostics, records, safe fixes, unsafe fixes, waived findings."""
    counts = ("count", "files", "fixable", "unsafe", *(("waived",) if report.waived else ()))
    head = " ".join(f"{'records' if name == 'files' else name:>9}" for name in counts) + "  rule\n" if rows else ""
    lines = (" ".join(f"{row[name]:9,}" for name in counts) + f"  {row['code']} {row['name']}\n" for row in rows)
    return head + "".join(lines) + summary(report)


def summary(report: Report) -> str:
    """Return the summary in sentences."""
    if not report.summary:
        return ""
    return _counts(report) + _notes(report)


def _notes(report: Report) -> str:
    notes = [f"{counted(len(report.waived), 'finding')} waived.\n"] if report.waived else []
    if report.introduced is not None:
        notes.append("{:,} introduced, {:,} resolved, {:,} remaining.\n".format(*report.introduced))
    if report.skipped_comparison:
        notes.append("Rules that compare records (PF4) did not run: give the folder of the repository as PATH.\n")
    return "".join(notes)


def _counts(report: Report) -> str:
    lines = [f"{report.fixed:,} fixed."] if report.fixed else []
    if not report.errors + report.warnings:
        return " ".join([*lines, f"{report.headline}\n"])
    lines.append(report.headline)
    safe, unsafe = report.offered(Safety.SAFE), report.offered(Safety.UNSAFE)
    if safe:
        lines.append(f"[*] {safe:,} fixable with --fix.")
    if unsafe:
        lines.append(f"[?] {unsafe:,} fixable with --fix --unsafe-fixes.")
    return "\n".join(lines) + "\n"


def _framed(report: Report, fold: Fold) -> str:
    diagnostic = fold.first
    severity = diagnostic.severity.value
    head = f"{_paint(report, f'{severity}[{diagnostic.code}]', severity)}"
    lines = [f"{head}{_paint(report, f': {visible(diagnostic.message)}', 'bold')}"]
    place = diagnostic.place
    gutter = len(str(place.end_line if diagnostic.source else place.line))
    bar = _paint(report, "|", "frame")
    arrow = _paint(report, "-->", "frame")
    lines.append(f"{' ' * gutter}{arrow} {visible(diagnostic.path)}:{place.line}:{place.column}")
    frame = [line for line in diagnostic.source if line.number == place.line]
    if frame and diagnostic.span.end:
        shown, carets = _window(diagnostic, frame[0], max(40, report.width - gutter - 3))
        number = _paint(report, str(place.line).rjust(gutter), "frame")
        color = "error" if diagnostic.severity is Severity.ERROR else "warning"
        lines += [f"{' ' * gutter} {bar}", f"{number} {bar} {shown}".rstrip()]
        lines.append(f"{' ' * gutter} {bar} {_paint(report, carets, color)}")
        if place.end_line > place.line:
            lines[-1] += _paint(report, f" to line {place.end_line}", color)
    equal = _paint(report, "=", "frame")
    for other in diagnostic.related:
        where = f"{visible(other.path)}:{other.line}:{other.column}"
        lines.append(f"{' ' * gutter} {equal} see: {where}: {visible(other.message)}")
    lines += [f"{' ' * gutter} {equal} {visible(line)}" for line in fold.also()]
    for line in fold.offers():
        kind, colon, what = line.partition(":")
        lines.append(f"{' ' * gutter} {equal} {_paint(report, kind, 'fix')}{colon}{visible(what)}")
    return "\n".join(lines) + "\n"


def _window(diagnostic: Diagnostic, line: SourceLine, width: int) -> tuple[str, str]:
    """Return the part of a source line that fits into ``width`` columns, and the line of carets below it."""
    place = diagnostic.place
    text = line.text.rstrip("\r").replace("\t", "→")  # shows the tabs of a mention table, one column each
    start = min(max(place.column - 1 - line.column, 0), len(text))
    end = len(text) if place.end_line > place.line else min(place.end_column - 1 - line.column, len(text))
    before, marked, after = visible(text[:start]), visible(text[start : max(end, start)]), visible(text[max(end, start) :])
    lead = "… " if line.column else ""
    free = width - min(_columns(marked), width * 2 // 3)
    if _columns(lead + before) > free * 2 // 3 and _columns(before + marked + after) > width:
        before, lead = _tail(before, free // 2), "… "
    marked_shown = _head(marked, width - _columns(lead + before) - 2)
    left = width - _columns(lead + before + marked_shown)
    after = after if marked_shown == marked else ""
    shown = lead + before + marked_shown + (after if _columns(after) <= left else _head(after, left))
    return shown, " " * _columns(lead + before) + "^" * max(1, _columns(marked_shown))


def _head(text: str, width: int) -> str:
    """Return the beginning of a text, at most ``width`` columns; an ellipsis marks a cut."""
    if _columns(text) <= width:
        return text
    used, at = 0, 0
    while at < len(text) and used + max(wcwidth.wcwidth(text[at]), 0) <= width - 2:
        used += max(wcwidth.wcwidth(text[at]), 0)
        at += 1
    return text[:at] + " …"


def _tail(text: str, width: int) -> str:
    used, at = 0, len(text)
    while at > 0 and used + max(wcwidth.wcwidth(text[at - 1]), 0) <= width:
        at -= 1
        used += max(wcwidth.wcwidth(text[at]), 0)
    return text[at:]
