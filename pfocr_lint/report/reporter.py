"""Writes the results of a run, as they arrive or at the end, in each requested format, and computes the exit status."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from operator import attrgetter
from typing import IO, Any, NamedTuple

from pfocr_lint.dataclass import dataclass, field, replace
from pfocr_lint.diagnostic import Diagnostic, Severity
from pfocr_lint.errors import UsageError
from pfocr_lint.lazy_import import pathlib, shutil
from pfocr_lint.report import FORMATS, FROM_ROOT, STREAMED, Found, Report, RuleHelp, Totals, statistics, unified, visible
from pfocr_lint.report.fixes import FixLog
from pfocr_lint.report.plain import counted
from pfocr_lint.result import Result
from pfocr_lint.version import __version__

CLEAN, FOUND, USAGE, FAULT = 0, 1, 2, 3  # exit status
WIDTH = 100  # columns, in files and without a terminal
# With this many files or more, results are written as they arrive, and cross-record findings at the end. With fewer, all findings
# are written at the end, sorted.
STREAMED_FROM = PROGRESS_FROM = 500
# Codes of findings that the cross-record check may replace: PF201 (name differs from figid) when two records share a figid, PF216
# (no number was found) by one with a fix.
WITHDRAWABLE = frozenset({"PF201", "PF216"})


@dataclass(frozen=True)
class Streams:
    """The streams that a run reads and writes."""

    stdin: IO[str]
    stdout: IO[str]
    stderr: IO[str]


class ReportOptions(NamedTuple):
    """
    What to report, and how.

    ``outputs`` are formats, each with its file, or None for standard output. ``fails_on_warning`` returns whether a warning in
    the file at a path fails the run. ``rule_help`` returns the help for a rule code. ``path_in_repository`` returns a path from
    the root of its repository on, ``pages`` the addresses of a line (see Report). The other fields are command-line options.
    """

    outputs: Sequence[tuple[str, str | None]]
    streams: Streams
    fails_on_warning: Callable[[str], bool]
    rule_help: Callable[[str], RuleHelp]
    path_in_repository: Callable[[str], str]
    pages: Callable[[str, int], tuple[str, str]] | None = None
    fix: bool = False
    diff: bool = False
    unsafe_fixes: bool = False
    statistics: bool = False
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    no_progress: bool = False
    exit_zero: bool = False
    exit_non_zero_on_fix: bool = False
    fold: bool = True


@dataclass
class Reporter:
    """
    Takes the results of a run in order, and reports them.

    With ``stream``, and one format on standard output that can be written in parts, diagnostics are written as they arrive,
    except those that the cross-record check may withdraw. The others wait in ``waiting``. A run with ``--fix`` always finishes
    before it reports. ``compares``: a cross-record check follows, and may fix more. ``files`` counts the files.
    """

    options: ReportOptions
    stream: bool = False
    compares: bool = False
    files: int = 0
    waiting: list[Result] = field(default_factory=list)
    _bar: Any = None
    _status: int = CLEAN
    _fixed: int = 0
    _fixes: FixLog = field(default_factory=FixLog)
    _unreadable: int = 0
    _not_records: int = 0
    _fails_on_warning: dict[str, bool] = field(default_factory=dict)
    _missing: set[str] = field(default_factory=set)
    _waived: list[str] = field(default_factory=list)
    _totals: Totals = field(default_factory=Totals)
    _written: list[Result] = field(default_factory=list)

    @cached_property
    def _streaming(self) -> bool:
        options = self.options
        formats = [name for name, target in options.outputs if target is None]
        at_the_end = options.statistics or options.diff or options.fix
        return self.stream and len(formats) == 1 and formats[0] in STREAMED and not at_the_end

    @contextlib.contextmanager
    def progress(self, total: int) -> Iterator[Callable[[], object] | None]:
        """Show a progress bar on standard error for a long run on a terminal; yields the function that advances it, or None."""
        options, stderr = self.options, self.options.streams.stderr
        if total < PROGRESS_FROM or options.no_progress or options.quiet or not stderr.isatty():
            yield None
            return
        from tqdm import tqdm

        self._bar = tqdm(total=total, unit=" records", file=stderr, leave=False, delay=0.3)
        try:
            yield self._bar.update
        finally:
            self._bar.close()
            self._bar = None

    @contextlib.contextmanager
    def _bar_hidden(self) -> Iterator[None]:
        if self._bar is not None:
            self._bar.clear()
        yield
        if self._bar is not None:
            self._bar.refresh()

    def add_clean(self, count: int) -> None:
        """Count clean records."""
        self.files += count

    def add(self, result: Result) -> None:
        """Add the next result, and write the part that can be written now."""
        self.files += 1
        self._note(result)
        options = self.options
        patch = unified(result.path, *result.versions) if options.diff and result.versions is not None else ""
        if not (self.compares and options.unsafe_fixes):
            self._write_patch(patch)
            patch = ""
        held = result.left
        if self._streaming:
            withdrawable = WITHDRAWABLE if self.compares else frozenset[str]()
            held = [each for each in result.left if each.code in withdrawable]
            if now := [each for each in result.left if each.code not in withdrawable]:
                self._write(now)
                if len(options.outputs) > 1:  # the formats for files are written at the end
                    self._written.append(replace(result, left=now) if held else result)
        if held or patch:
            self.waiting.append(Result(result.path, held, patch=patch))

    def _write_patch(self, patch: str) -> None:
        if patch:
            with self._bar_hidden():
                write_text(self.options.streams.stdout, patch)

    def _write(self, found: list[Diagnostic]) -> None:
        outputs, stdout = self.options.outputs, self.options.streams.stdout
        with self._bar_hidden():
            for name, target in outputs:
                if target is None:
                    part = replace(self._empty_report, diagnostics=found, summary=False, width=self._width)
                    stdout.writelines(FORMATS[name](part))
                    stdout.flush()
        self._totals.add(found)

    def _fails(self, totals: Totals) -> bool:
        """Whether one of the diagnostics fails the run, by the settings for its file."""
        return totals.counts[Severity.ERROR] > 0 or any(
            self._is_strict(folder) for folder in {path.rpartition("/")[0] for path in totals.paths}
        )

    def _is_strict(self, folder: str) -> bool:
        if folder not in self._fails_on_warning:
            self._fails_on_warning[folder] = self.options.fails_on_warning(f"{folder}/-" if folder else "-")
        return self._fails_on_warning[folder]

    def _note(self, result: Result) -> None:
        """Write faults and notes to standard error, and count them for the exit status."""
        self._fixed += len(result.fixed)
        self._fixes.whole = self._lists_fixes
        self._fixes.add(result.fixed)
        self._waived += result.waived
        lines = [*result.faults, *result.notes]
        statuses = [self._status, FAULT if result.faults else CLEAN, FOUND if result.notes else CLEAN]
        if result.not_a_record:
            self._not_records += 1
            statuses.append(USAGE)
            lines.append(f"{result.path} is not a record: it is not in a record folder, and it has no key figid or latin")
        if result.unreadable is not None:
            self._unreadable += 1
            self._missing.update([result.path] if result.missing else [])
            if not any(each.code == "PF001" for each in result.left):
                statuses.append(USAGE)
                lines.append(f"{result.path}: {result.unreadable}")
        self._status = max(statuses)
        for line in lines:
            self.write_message(line)

    def write_message(self, line: str) -> None:
        """Write one line to standard error."""
        with self._bar_hidden():
            self.options.streams.stderr.write(f"pfocr-lint: {visible(line)}\n")

    def finish(
        self,
        results: Sequence[Result],
        seconds: float,
        *,
        faults: Sequence[str] = (),
        skipped_comparison: bool = False,
        introduced: tuple[int, int, int] | None = None,
    ) -> int:
        """
        Write the remaining results and the summary, and return the highest exit status that applies.

        ``results`` are the waiting results, with the findings of the cross-record check. For the other arguments see
        run.Finished.
        """
        options = self.options
        for result in (*results, Result("", faults=tuple(faults))):
            self._note(result)
            if options.diff:
                self._write_patch(result.patch if result.versions is None else unified(result.path, *result.versions))
        late = Found(results, self._totals)
        report = replace(
            self._empty_report, diagnostics=late, earlier=self._totals, width=self._width if results else 0,
            files=self.files - self._not_records - len(self._missing), fixed=self._fixed, seconds=seconds,
            skipped_comparison=skipped_comparison, introduced=introduced, waived=tuple(self._waived),
            missing=frozenset(self._missing), fixes=self._fixes,
        )  # fmt: skip
        if options.verbose:
            self.write_message(f"{counted(len(report.waived), 'finding')} waived")
        if options.diff and not options.quiet:
            self.write_message(f"{report.fixed:,} would be fixed, {report.errors + report.warnings:,} would remain")
        for name, target in options.outputs:
            if target is not None:
                found = Found(sorted((*self._written, *results), key=attrgetter("path")), Totals()) if self._written else late
                color = options.color == "always"
                full = replace(report, diagnostics=found, earlier=Totals(), color=color, width=WIDTH)
                _write_file(target, self._pieces(name, full))
            elif not options.diff:
                options.streams.stdout.writelines(self._pieces(name, report))
        if self._unreadable and self._unreadable == self.files:
            self.write_message("no readable record found")
            self._status = max(self._status, USAGE)
        fails = self._fails(report.totals) or (report.fixed and (options.diff or options.exit_non_zero_on_fix))
        return max(self._status, FOUND if fails and not options.exit_zero else CLEAN)

    def _pieces(self, name: str, report: Report) -> Iterable[str]:
        if self.options.statistics:
            return [statistics(report, as_json=name in ("json", "jsonl"))]
        if name in FROM_ROOT and isinstance(report.diagnostics, Found):
            report = replace(report, diagnostics=report.diagnostics.with_paths(self.options.path_in_repository))
        # the diff shows the fixes already
        return FORMATS[name](replace(report, fixes=FixLog()) if self.options.diff and name in STREAMED else report)

    @cached_property
    def _lists_fixes(self) -> bool:
        """Whether one of the formats lists all fixes."""
        return any(name == "json" for name, _ in self.options.outputs)

    @cached_property
    def _empty_report(self) -> Report:
        """A report without diagnostics, with the fields that do not depend on them."""
        options = self.options
        return Report(
            diagnostics=(),
            files=0,
            fixed=0,
            seconds=0,
            version=__version__,
            unsafe=options.unsafe_fixes,
            color=_color(options.color, options.streams.stdout),
            summary=not options.quiet,
            fold=options.fold,
            rule_help=options.rule_help,
            pages=options.pages,
        )

    @cached_property
    def _width(self) -> int:
        return shutil.get_terminal_size((WIDTH, 24)).columns


def write_output(target: str | None, text: str, streams: Streams) -> None:
    """Write to a file, or to standard output for None. Raises UsageError when the file cannot be written."""
    if target is None:
        streams.stdout.write(text)
    else:
        _write_file(target, [text])


def _write_file(target: str, pieces: Iterable[str]) -> None:
    try:
        with pathlib.Path(target).open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.writelines(pieces)
    except OSError as error:
        raise UsageError(f"--output-format: '{target}' cannot be written: {error.strerror}") from error


def write_bytes(stream: IO[str], data: bytes) -> None:
    """Write the bytes of a record; on a terminal, write its text like :func:`write_text`."""
    if hasattr(stream, "buffer") and not stream.isatty():
        stream.flush()
        stream.buffer.write(data)
    else:
        write_text(stream, data.decode("utf-8", "replace"))


def write_text(stream: IO[str], text: str) -> None:
    """Write text from records; on a terminal, control characters are shown as code points."""
    stream.write("\n".join(map(visible, text.split("\n"))) if stream.isatty() else text)


def _color(wanted: str, stream: IO[str]) -> bool:
    """Whether to write colors: a flag wins, then NO_COLOR (no-color.org), then FORCE_COLOR (force-color.org)."""
    if wanted != "auto":
        return wanted == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")
