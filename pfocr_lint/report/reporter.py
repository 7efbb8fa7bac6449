"""What is told of a run: results as they come or all at the end, in every format that is wanted, and the exit status."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import IO, TYPE_CHECKING, NamedTuple

from pfocr_lint.dataclass import dataclass, field, replace
from pfocr_lint.diagnostic import Diagnostic, Severity
from pfocr_lint.errors import UsageError
from pfocr_lint.lazy_import import pathlib, shutil
from pfocr_lint.report import FORMATS, STREAMED, Report, RuleHelp, Told, statistics, unified, visible
from pfocr_lint.report.fixes import FixLog
from pfocr_lint.report.plain import counted
from pfocr_lint.result import Result
from pfocr_lint.version import __version__

if TYPE_CHECKING:
    import argparse

    from pfocr_lint.settings.model import Settings

CLEAN, FOUND, USAGE, FAULT = 0, 1, 2, 3
WIDTH = 100  # columns where there is no terminal, and of files
# What other records may still take back: a file name that differs from a figid which two records have.
WAITING = frozenset({"PF201"})


@dataclass(frozen=True)
class Streams:
    """Where a run reads from and writes to."""

    stdin: IO[str]
    stdout: IO[str]
    stderr: IO[str]


class Wanted(NamedTuple):
    """
    What the command line says of telling; ``outputs`` are formats, each with its file or None for standard output.

    ``settings_of`` gives the settings of a path: they say what fails a run.
    """

    flags: argparse.Namespace
    outputs: Sequence[tuple[str, str | None]]
    streams: Streams
    settings_of: Callable[[str], Settings]


@dataclass
class Teller:
    """
    Takes the results of a run in their order, and tells them.

    With ``stream``, and one format on standard output that can be told bit by bit, diagnostics are written as they come, but
    for those that wait for other records. Otherwise all wait, and a run with ``--fix`` always ends its work before it tells.
    ``compared`` says that a comparison will follow, which may mend more.
    """

    wanted: Wanted
    stream: bool = False
    compared: bool = False
    clear: Callable[[], object] = lambda: None  # takes a progress bar out of the way,
    restore: Callable[[], object] = lambda: None  # and puts it back
    waiting: list[Result] = field(default_factory=list)
    _status: int = CLEAN
    _files: int = 0
    _fixed: int = 0
    _fixes: FixLog = field(default_factory=FixLog)
    _unread: int = 0
    _strays: int = 0
    _failing: bool = False
    _strict: dict[str, bool] = field(default_factory=dict)
    _absent: set[str] = field(default_factory=set)
    _waived: list[str] = field(default_factory=list)
    _told: Told = field(default_factory=Told)
    _kept: list[Diagnostic] = field(default_factory=list)

    @cached_property
    def _streaming(self) -> bool:
        flags, outputs, _, _ = self.wanted
        shown = [name for name, target in outputs if target is None]
        return self.stream and len(shown) == 1 and shown[0] in STREAMED and not (flags.statistics or flags.diff or flags.fix)

    def pass_over(self, count: int = 1) -> None:
        """Count clean records, of which there is nothing to tell."""
        self._files += count

    @property
    def taken(self) -> int:
        """How many files were counted."""
        return self._files

    def take(self, result: Result) -> None:
        """Take the next result, and tell what can be told of it by now."""
        self._files += 1
        self._note(result)
        flags = self.wanted.flags
        patch = unified(result.path, *result.versions) if flags.diff and result.versions is not None else ""
        if not (self.compared and flags.unsafe_fixes):
            self._show(patch)
            patch = ""
        waiting = WAITING if self.compared else frozenset[str]()
        held = tuple(each for each in result.left if not self._streaming or each.code in waiting)
        if len(held) < len(result.left):
            self._tell([each for each in result.left if each.code not in waiting])
        if held or patch:
            self.waiting.append(Result(result.path, held, patch=patch))

    def _show(self, patch: str) -> None:
        if patch:
            self.clear()
            write_text(self.wanted.streams.stdout, patch)
            self.restore()

    def _tell(self, found: list[Diagnostic]) -> None:
        _, outputs, streams, _ = self.wanted
        self.clear()
        for name, target in outputs:
            if target is None:
                part = replace(self._frame, diagnostics=tuple(found), sums=False, width=self._width)
                streams.stdout.write(FORMATS[name](part))
                streams.stdout.flush()
        self.restore()
        if len(outputs) > 1:  # the others are told at the end, of files
            self._kept += found
        self._told.add(found)
        self._weigh(found)

    def _weigh(self, found: Iterable[Diagnostic]) -> None:
        """Note whether one of some diagnostics fails the run, by the settings of its own file."""
        self._failing = self._failing or any(
            each.severity is Severity.ERROR or self._fails_on_warning(each.path.rpartition("/")[0]) for each in found
        )

    def _fails_on_warning(self, folder: str) -> bool:
        if folder not in self._strict:
            self._strict[folder] = self.wanted.settings_of(f"{folder}/-" if folder else "-").fail_on == "warning"
        return self._strict[folder]

    def _note(self, result: Result) -> None:
        """Tell on standard error what is no diagnostic, and let it count for the exit status."""
        self._fixed += len(result.fixed)
        self._fixes.whole = self._lists_fixes
        self._fixes.add(result.fixed)
        self._waived += result.waived
        lines = [*result.faults, *result.notes]
        statuses = [self._status, FAULT if result.faults else CLEAN, FOUND if result.notes else CLEAN]
        if result.stray:
            self._strays += 1
            statuses.append(USAGE)
            lines.append(f"{result.path} is not a record: it stands in no record folder, and has no key figid or latin")
        if result.unread is not None:
            self._unread += 1
            self._absent.update([result.path] if result.absent else [])
            if not any(each.code == "PF001" for each in result.left):
                statuses.append(USAGE)
                lines.append(f"{result.path}: {result.unread}")
        self._status = max(statuses)
        for line in lines:
            self.say(line)

    def say(self, line: str) -> None:
        """One line to standard error."""
        self.clear()
        self.wanted.streams.stderr.write(f"pfocr-lint: {visible(line)}\n")
        self.restore()

    def end(
        self,
        results: Sequence[Result],
        seconds: float,
        *,
        faults: Sequence[str] = (),
        alone: bool = False,
        change: tuple[int, int, int] | None = None,
    ) -> int:
        """
        Tell what is left, and the sums; the exit status, the highest that applies.

        ``results`` are those that waited, with what other records added. ``alone`` says that rules across records were asked
        for and did not run, ``change`` how many diagnostics a change introduced, resolved and left.
        """
        flags, outputs, streams, _ = self.wanted
        for result in (*results, Result("", faults=tuple(faults))):
            self._note(result)
            if flags.diff:
                self._show(result.patch if result.versions is None else unified(result.path, *result.versions))
        late = tuple(each for result in results for each in result.left)
        report = replace(
            self._frame, diagnostics=late, told=self._told, width=self._width if late else 0,
            files=self._files - self._strays - len(self._absent), fixed=self._fixed, seconds=seconds, alone=alone, change=change,
            waived=tuple(self._waived), absent=frozenset(self._absent), fixes=self._fixes,
        )  # fmt: skip
        self._weigh(late)
        if flags.verbose:
            self.say(f"{counted(len(report.waived), 'finding')} waived")
        if flags.diff and not flags.quiet:
            self.say(f"{report.fixed:,} would be fixed, {len(late):,} would be left")
        for name, target in outputs:
            if target is not None:
                every = sorted((*self._kept, *late), key=lambda each: (each.path, each.span.start, each.code))
                whole = replace(report, diagnostics=tuple(every), told=Told(), color=flags.color == "always", width=WIDTH)
                _put(target, self._text(name, whole))
            elif not flags.diff:
                streams.stdout.write(self._text(name, report))
        if self._unread and self._unread == self._files:
            self.say("no record found that can be read")
            self._status = max(self._status, USAGE)
        found = self._failing or (report.fixed and (flags.diff or flags.exit_non_zero_on_fix))
        return max(self._status, FOUND if found and not flags.exit_zero else CLEAN)

    def _text(self, name: str, report: Report) -> str:
        flags = self.wanted.flags
        if flags.statistics:
            return statistics(report, as_json=name in ("json", "jsonl"))
        # the difference shows what would be fixed
        return FORMATS[name](replace(report, fixes=FixLog()) if flags.diff and name in STREAMED else report)

    @cached_property
    def _lists_fixes(self) -> bool:
        """Whether a format lists all that was fixed."""
        return any(name == "json" for name, _ in self.wanted.outputs)

    @cached_property
    def _frame(self) -> Report:
        """A report of nothing, with what does not depend on what was found."""
        flags, _, streams, _ = self.wanted
        return Report(
            diagnostics=(),
            files=0,
            fixed=0,
            seconds=0,
            version=__version__,
            unsafe=flags.unsafe_fixes,
            color=_color(flags.color, streams.stdout),
            sums=not flags.quiet,
            about=_about,
        )

    @cached_property
    def _width(self) -> int:
        return shutil.get_terminal_size((WIDTH, 24)).columns


def put(target: str | None, text: str, streams: Streams) -> None:
    """Write to a file, or to standard output."""
    if target is None:
        streams.stdout.write(text)
    else:
        _put(target, text)


def _put(target: str, text: str) -> None:
    try:
        pathlib.Path(target).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise UsageError(f"--output-format: '{target}' cannot be written: {error.strerror}") from error


def write_bytes(stream: IO[str], data: bytes) -> None:
    """Write a record as it is, but on a terminal."""
    if hasattr(stream, "buffer") and not stream.isatty():
        stream.flush()
        stream.buffer.write(data)
    else:
        write_text(stream, data.decode("utf-8", "replace"))


def write_text(stream: IO[str], text: str) -> None:
    """Write what records say: as it is, but on a terminal with nothing in it that is obeyed."""
    stream.write("\n".join(map(visible, text.split("\n"))) if stream.isatty() else text)


def _color(wanted: str, stream: IO[str]) -> bool:
    if wanted == "auto":
        return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted == "always"


def _about(code: str) -> RuleHelp:
    from pfocr_lint.handbook import pages

    return pages.about(code)
