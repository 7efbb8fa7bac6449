"""Flags to calls to exit status. Thin: what is found, told and written is done elsewhere."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

from pfocr_lint import __version__
from pfocr_lint.settings import DEFAULT, Selection, Settings, SettingsError, codes, describe, discover, load, with_flags

if TYPE_CHECKING:
    from pfocr_lint.files import Result, Task
    from pfocr_lint.report import Report, RuleHelp

CLEAN, FOUND, USAGE, FAULT = 0, 1, 2, 3
PROGRESS_FROM = 500
COUNTED = ("full", "concise", "json", "jsonl")  # the formats that --statistics has


class UsageError(Exception):
    """A flag or path that is wrong; the message is one line that names it and what is wanted."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and names the nearest option."""

    def error(self, message: str) -> NoReturn:
        first = message.split("\n", 1)[0]
        if first.startswith("unrecognized arguments:"):
            wrong = first.partition(": ")[2].split()[0]
            options = [option for action in self._actions for option in action.option_strings]
            near = difflib.get_close_matches(wrong.partition("=")[0], options, 1, 0.6)
            first = f"unknown option {wrong}{f', nearest is {near[0]}' if near else ''}"
        raise UsageError(first)

    def convert_arg_line_to_args(self, arg_line: str) -> list[str]:
        return [arg_line] if arg_line.strip() else []


def parser() -> argparse.ArgumentParser:
    """The command line's options."""
    from pfocr_lint.report import FORMATS

    made = _Parser(
        prog="pfocr-lint",
        description="Check and mend pathway-figure records (PFOCR).",
        epilog="Exit status: 0 nothing to report, 1 diagnostics, 2 wrong usage or settings, 3 an internal fault.",
        fromfile_prefix_chars="@",
        allow_abbrev=False,
    )
    add = made.add_argument
    add(
        "paths", nargs="*", metavar="PATH", help="files or folders; none: the current folder; '-': one record from standard input"
    )
    group = made.add_argument_group("fixing")
    group.add_argument("--fix", action="store_true", help="apply the safe fixes, rewriting files")
    group.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: apply the unsafe ones too")
    group.add_argument("--diff", action="store_true", help="print the unified diff that --fix would make; write nothing")
    group = made.add_argument_group("rules")
    for flag in ("--select", "--ignore", "--extend-select"):
        group.add_argument(flag, action="append", metavar="CODES", help="rules by code, prefix or name, comma separated")
    group.add_argument("--list-rules", action="store_true", help="all rules (with --output-format json as data)")
    group.add_argument("--explain", metavar="CODE", help="a rule's page")
    group = made.add_argument_group("output")
    group.add_argument(
        "--output-format",
        action="append",
        metavar="FORMAT[:FILE]",
        help=f"{', '.join(FORMATS)} (default: full); may be repeated",
    )
    group.add_argument("--statistics", action="store_true", help="counts per rule")
    group.add_argument("--show-files", action="store_true", help="list the files that would be read")
    group.add_argument("--show-settings", action="store_true", help="the settings in force and where each comes from")
    group.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="default: on a terminal")
    group.add_argument("--no-progress", action="store_true", help="no progress bar")
    group.add_argument("-q", "--quiet", action="store_true", help="print diagnostics only, no sums")
    group.add_argument("-v", "--verbose", action="store_true", help="say on standard error what is read")
    group = made.add_argument_group("settings and running")
    group.add_argument("--config", metavar="FILE", help="another settings file")
    group.add_argument("--isolated", action="store_true", help="no settings file at all")
    group.add_argument("--stdin-filename", metavar="NAME", help="what '-' is called")
    group.add_argument("--jobs", metavar="N", help="processes (default: as many as pay)")
    group.add_argument("--exit-zero", action="store_true", help="exit 0 even when there are diagnostics")
    group.add_argument("--exit-non-zero-on-fix", action="store_true", help="exit 1 when a file was fixed")
    group.add_argument("--fail-on", choices=("error", "warning"), default="warning", help="default: a warning fails too")
    group.add_argument("--version", action="version", version=f"pfocr-lint {__version__}")
    return made


@dataclass(frozen=True)
class Streams:
    """Where a run reads from and writes to."""

    stdin: IO[str]
    stdout: IO[str]
    stderr: IO[str]


def run() -> NoReturn:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = main(sys.argv[1:], Streams(sys.stdin, sys.stdout, sys.stderr))
        sys.stdout.flush()
    except BrokenPipeError:
        # What reads our output has seen enough; the interpreter must not complain about it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = FOUND
    except KeyboardInterrupt:
        sys.stderr.write("pfocr-lint: interrupted\n")
        status = 130
    sys.exit(status)


def main(argv: Sequence[str], streams: Streams) -> int:
    """Run with some arguments; the exit status is returned."""
    try:
        flags = parser().parse_args(argv)
        return _run(flags, streams)
    except (UsageError, SettingsError) as error:
        streams.stderr.write(f"pfocr-lint: {error}\n")
        return USAGE
    except SystemExit as finished:  # --help and --version
        return int(finished.code or 0)


def _run(flags: argparse.Namespace, streams: Streams) -> int:
    outputs = _outputs(flags.output_format or ["full"])
    jobs = _jobs(flags.jobs)
    if flags.explain is not None or flags.list_rules:
        streams.stdout.write(_handbook(flags.explain, [name for name, _ in outputs]))
        return CLEAN
    if flags.diff and flags.fix:
        raise UsageError("--fix and --diff exclude each other: the one writes, the other shows")
    if flags.unsafe_fixes and not (flags.fix or flags.diff):
        raise UsageError("--unsafe-fixes needs --fix or --diff")
    if flags.config and flags.isolated:
        raise UsageError("--config and --isolated exclude each other")
    if flags.diff and any(target is None for _, target in outputs) and flags.output_format:
        raise UsageError("--diff prints to standard output; give the format a file, as in json:FILE")
    uncounted = [name for name, _ in outputs if name not in COUNTED]
    if flags.statistics and uncounted:
        raise UsageError(f"--statistics: {uncounted[0]} has no form for counts; use {', '.join(COUNTED)}")
    chosen = _settings(flags)
    if flags.show_settings:
        streams.stdout.write(_show_settings(flags, chosen))
        return CLEAN
    return _lint(flags, outputs, jobs, chosen, streams)


def _lint(
    flags: argparse.Namespace,
    outputs: list[tuple[str, str | None]],
    jobs: int | None,
    chosen: Settings | None,
    streams: Streams,
) -> int:
    from pfocr_lint import files

    task = files.Task("fix" if flags.fix else "diff" if flags.diff else "check", flags.unsafe_fixes)
    started = time.perf_counter()
    paths = flags.paths or ["."]
    if "-" in paths:
        if len(paths) > 1:
            raise UsageError("'-' stands alone: one record from standard input")
        return _standard_input(flags, outputs, task, chosen, streams)
    selection = _selection(flags)
    sources = [replace(source, settings=_flagged(source.settings, selection)) for source in files.gather(paths, chosen)]
    if not sources:
        raise UsageError(f"no record found in {', '.join(paths)}; records stand in {', '.join(sorted(files.FOLDERS))}")
    if flags.show_files:
        for source in sources:
            streams.stdout.write(f"{source.path}\n")
        return CLEAN
    if flags.verbose:
        streams.stderr.write(f"pfocr-lint: {len(sources):,} files, {len(sources[0].settings.enabled)} rules\n")
    results = list(_progress(files.process_all(sources, task, jobs), len(sources), flags, streams))
    return _tell(flags, outputs, results, time.perf_counter() - started, streams)


def _standard_input(
    flags: argparse.Namespace,
    outputs: list[tuple[str, str | None]],
    task: Task,
    chosen: Settings | None,
    streams: Streams,
) -> int:
    """One record from standard input; with ``--fix`` the mended one goes to standard output and the rest to standard error."""
    from pfocr_lint import files

    started = time.perf_counter()
    name = flags.stdin_filename or "-"
    data = streams.stdin.buffer.read() if hasattr(streams.stdin, "buffer") else streams.stdin.read().encode()
    settings = chosen if chosen is not None else discover(os.path.realpath(Path(name).parent))
    kind = files.kind_by_path(name) if name != "-" else None
    source = files.Source(name, _flagged(settings, _selection(flags)), kind)
    result = files.judge(source, data, replace(task, mode="diff" if task.mode == "fix" else task.mode))
    if task.mode == "fix":
        _write_bytes(streams.stdout, result.versions[1].encode() if result.versions else data)
        streams = Streams(streams.stdin, streams.stderr, streams.stderr)
    return _tell(flags, outputs, [result], time.perf_counter() - started, streams)


def _write_bytes(stream: IO[str], data: bytes) -> None:
    if hasattr(stream, "buffer"):
        stream.flush()
        stream.buffer.write(data)
    else:
        stream.write(data.decode("utf-8", "replace"))


def _tell(
    flags: argparse.Namespace,
    outputs: list[tuple[str, str | None]],
    results: Sequence[Result],
    seconds: float,
    streams: Streams,
) -> int:
    """Write what was found in every format that is wanted; the exit status."""
    from pfocr_lint.report import FORMATS, Report

    say = streams.stderr.write
    for result in results:
        for line in (*result.faults, *result.notes):
            say(f"pfocr-lint: {line}\n")
        if result.stray:
            say(f"pfocr-lint: {result.path} is not a record: it stands in no record folder, and has no key figid or latin\n")
    report = Report(
        diagnostics=tuple(diagnostic for result in results for diagnostic in result.left),
        files=sum(not result.stray for result in results),
        fixed=sum(len(result.fixed) for result in results),
        seconds=seconds,
        version=__version__,
        unsafe=flags.unsafe_fixes,
        color=_color(flags.color, streams.stdout),
        width=shutil.get_terminal_size((100, 24)).columns,
        sums=not flags.quiet,
        about=_about,
    )
    if flags.diff:
        streams.stdout.write("".join(_diff(result) for result in results if result.versions))
        if not flags.quiet:
            say(f"pfocr-lint: {report.fixed:,} would be fixed, {len(report.diagnostics):,} would be left\n")
    for name, target in outputs:
        text = _statistics(report, name) if flags.statistics else FORMATS[name](report)
        if target is not None:
            _write(target, text)
        elif not flags.diff:
            streams.stdout.write(text)
    return _status(flags, report, results, streams)


def _status(flags: argparse.Namespace, report: Report, results: Sequence[Result], streams: Streams) -> int:
    """The highest that applies."""
    statuses = [CLEAN]
    failing = report.errors if flags.fail_on == "error" else len(report.diagnostics)
    would = flags.diff and report.fixed > 0
    if (failing or would) and not flags.exit_zero:
        statuses.append(FOUND)
    if (flags.exit_non_zero_on_fix and report.fixed) or any(result.notes for result in results):
        statuses.append(FOUND)
    if any(result.stray for result in results):
        statuses.append(USAGE)
    if all(any(diagnostic.code == "PF001" for diagnostic in result.left) for result in results):
        streams.stderr.write("pfocr-lint: no record found that can be read\n")
        statuses.append(USAGE)
    if any(result.faults for result in results):
        statuses.append(FAULT)
    return max(statuses)


def _settings(flags: argparse.Namespace) -> Settings | None:
    """The settings that the flags choose for all files; None when each folder's own hold."""
    if flags.isolated:
        return DEFAULT
    return load(Path(flags.config)) if flags.config else None


@cache
def _flagged(settings: Settings, selection: Selection) -> Settings:
    """One object for all files that share settings: a worker is sent it once."""
    return with_flags(settings, selection)


def _selection(flags: argparse.Namespace) -> Selection:
    def of(name: str) -> tuple[str, ...] | None:
        given = getattr(flags, name)
        if given is None:
            return None
        names = [part.strip() for item in given for part in item.split(",") if part.strip()]
        return codes(names, f"--{name.replace('_', '-')}")

    return Selection(of("select"), of("ignore") or (), of("extend_select") or ())


def _outputs(wanted: Iterable[str]) -> list[tuple[str, str | None]]:
    """``FORMAT`` or ``FORMAT:FILE`` each."""
    from pfocr_lint.report import FORMATS

    found: list[tuple[str, str | None]] = []
    for each in wanted:
        name, colon, target = each.partition(":")
        if name not in FORMATS:
            near = difflib.get_close_matches(name, FORMATS, 1, 0.5)
            hint = f", nearest is '{near[0]}'" if near else ""
            raise UsageError(f"--output-format: there is no format '{name}'{hint}; known are {', '.join(FORMATS)}")
        if colon and not target:
            raise UsageError(f"--output-format: '{each}' names no file behind the colon")
        found.append((name, target or None))
    return found


def _jobs(given: str | None) -> int | None:
    if given is None:
        return None
    if not given.isdecimal() or int(given) < 1:
        raise UsageError(f"--jobs: '{given}' is not a number of processes, want 1 or more")
    return int(given)


def _write(target: str, text: str) -> None:
    try:
        Path(target).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"--output-format: '{target}' cannot be written: {error.strerror}") from error


def _color(wanted: str, stream: IO[str]) -> bool:
    if wanted == "auto":
        return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted == "always"


def _progress(results: Iterator[Result], total: int, flags: argparse.Namespace, streams: Streams) -> Iterable[Result]:
    """A bar on standard error for a long run, on a terminal only."""
    if total < PROGRESS_FROM or flags.no_progress or flags.quiet or not streams.stderr.isatty():
        return results
    from tqdm import tqdm

    bar: Iterable[Result] = tqdm(results, total=total, unit=" records", file=streams.stderr, leave=False, delay=0.3)
    return bar


def _diff(result: Result) -> str:
    assert result.versions is not None
    old, new = (text.splitlines(keepends=True) for text in result.versions)
    lines = difflib.unified_diff(old, new, f"a/{result.path}", f"b/{result.path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _about(code: str) -> RuleHelp:
    from pfocr_lint import handbook

    return handbook.about(code)


def _statistics(report: Report, name: str) -> str:
    from pfocr_lint.report import statistics

    return statistics(report, as_json=name in ("json", "jsonl"))


def _handbook(code: str | None, formats: list[str]) -> str:
    from pfocr_lint import handbook
    from pfocr_lint.rules import BY_CODE, BY_NAME

    if code is None:
        return json.dumps(handbook.as_data(), indent=1) + "\n" if formats == ["json"] else handbook.listing()
    rule = BY_CODE.get(code.upper()) or BY_NAME.get(code)
    if rule is None:
        codes([code], "--explain")
        raise UsageError(f"--explain: '{code}' means several rules; name one by its full code")
    return handbook.page(rule)


def _show_settings(flags: argparse.Namespace, chosen: Settings | None) -> str:
    path = (flags.paths or ["."])[0]
    folder = path if Path(path).is_dir() else str(Path(path).parent)
    settings = _flagged(chosen if chosen is not None else discover(os.path.realpath(folder)), _selection(flags))
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}  # {source}\n" for name, (value, source) in describe(settings).items()
    ]
    return "".join(lines)
