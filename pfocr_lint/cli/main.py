"""Flags to calls to exit status. Thin: what is found, told and written is done elsewhere."""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import IO, TYPE_CHECKING, NoReturn

from pfocr_lint.cli import settings_flags
from pfocr_lint.cli.arguments import parsed
from pfocr_lint.dataclass import replace
from pfocr_lint.errors import UsageError
from pfocr_lint.lazy_import import difflib, pathlib
from pfocr_lint.report import visible
from pfocr_lint.report.reporter import CLEAN, FAULT, FOUND, USAGE, Streams, Teller, Wanted, put, write_bytes
from pfocr_lint.settings import overrides
from pfocr_lint.settings.model import Settings, SettingsError, codes
from pfocr_lint.workspace.settings_files import discover

if TYPE_CHECKING:
    from pfocr_lint.result import Result
    from pfocr_lint.workspace.discovery import Source
    from pfocr_lint.workspace.introduced import Change
    from pfocr_lint.workspace.one_file import Task

COUNTED = ("full", "concise", "json", "jsonl")  # the formats that --statistics and --list-waivers have


def run() -> NoReturn:
    """The console script."""
    from pfocr_lint.workspace import signals, workers

    signals.heed()
    workers.tune()
    # a stream that was closed before we began is None
    stdin, stdout, stderr = sys.stdin or _nothing("r"), sys.stdout or _nothing("w"), sys.stderr or _nothing("w")
    for stream in (stdout, stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        status = main(sys.argv[1:], Streams(stdin, stdout, stderr))
        stdout.flush()
    except OSError as error:
        # What reads our output has seen enough, or there is no room for it; the interpreter must not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
        status = FOUND
        if not isinstance(error, BrokenPipeError):
            stderr.write(f"pfocr-lint: the output cannot be written: {error.strerror}\n")
            status = USAGE
    except signals.Stopped as stopped:
        signals.ignore()
        stderr.write(f"pfocr-lint: {stopped}\n")
        status = 128 + stopped.number
    gc.freeze()  # the end need not search what is left for cycles: a twelfth of the time that one record takes
    sys.exit(status)


def _nothing(mode: str) -> IO[str]:
    return pathlib.Path(os.devnull).open(mode, encoding="utf-8")


def main(argv: Sequence[str], streams: Streams) -> int:
    """Run with some arguments; the exit status is returned."""
    try:
        return _run(parsed(argv), streams)
    except (UsageError, SettingsError) as error:
        problem, status = str(error), USAGE
    except SystemExit as finished:  # --help and --version
        return int(finished.code or 0)
    except Exception as error:  # whatever it is, it gets one line and the status of a fault
        if isinstance(error, OSError) and error.filename is None:
            raise  # the output's: what can still be said of it is said by run
        problem, status = f"internal fault: {type(error).__name__}: {str(error).partition(chr(10))[0]}", FAULT
    streams.stderr.write(f"pfocr-lint: {visible(problem)}\n")
    return status


def _run(flags: argparse.Namespace, streams: Streams) -> int:
    try:
        os.getcwd()  # noqa: PTH109
    except FileNotFoundError:
        raise UsageError("the current folder is not there any more") from None
    outputs = _outputs(flags.output_format or ["full"])
    jobs = _jobs(flags.jobs)
    _refuse(flags, outputs)
    if flags.explain is not None:
        streams.stdout.write(_page(flags.explain))
        return CLEAN
    if flags.list_rules:
        for name, target in outputs:
            put(target, _rules(as_json=name in ("json", "jsonl")), streams)
        return CLEAN
    if flags.stdin_filename is not None:
        flags.paths = ["-"]
    chosen = settings_flags.chosen_by(flags)
    if flags.show_settings:
        streams.stdout.write(settings_flags.shown(flags, chosen))
        return CLEAN
    return _lint(flags, outputs, jobs, chosen, streams)


def _refuse(flags: argparse.Namespace, outputs: Sequence[tuple[str, str | None]]) -> None:
    """Raise UsageError for flags that contradict each other."""
    shown = ("explain", "list_rules", "list_waivers", "show_files", "show_settings")
    instead = [f"--{name.replace('_', '-')}" for name in shown if getattr(flags, name) not in (None, False)]
    if len(instead) > 1:
        raise UsageError(f"{instead[0]} and {instead[1]} exclude each other: each is shown instead of a run")
    of_a_run = [f"--{name.replace('_', '-')}" for name in ("fix", "diff", "statistics", "no_waivers") if getattr(flags, name)]
    if flags.list_waivers and of_a_run:
        raise UsageError(f"--list-waivers and {of_a_run[0]} exclude each other: the list is shown instead of a run")
    if flags.stdin_filename is not None and flags.paths not in ([], ["-"]):
        raise UsageError("--stdin-filename goes with '-', one record from standard input")
    if flags.diff and flags.fix:
        raise UsageError("--fix and --diff exclude each other: the one writes, the other shows")
    if flags.unsafe_fixes and not (flags.fix or flags.diff):
        raise UsageError("--unsafe-fixes needs --fix or --diff")
    if flags.introduced and (flags.since is None or flags.fix or flags.diff):
        raise UsageError("--introduced goes with --since, and without --fix and --diff: it only looks")
    if sum((flags.config is not None, flags.isolated, flags.settings_from is not None)) > 1:
        raise UsageError("--config, --isolated and --settings-from exclude each other")
    if flags.diff and any(target is None for _, target in outputs) and flags.output_format:
        raise UsageError("--diff prints to standard output; give the format a file, as in json:FILE")
    uncounted = [name for name, _ in outputs if name not in COUNTED]
    for flag, what in (("statistics", "counts"), ("list_waivers", "waivers")):
        if getattr(flags, flag) and uncounted:
            raise UsageError(f"--{flag.replace('_', '-')}: {uncounted[0]} has no form for {what}; use {', '.join(COUNTED)}")


def _lint(
    flags: argparse.Namespace,
    outputs: list[tuple[str, str | None]],
    jobs: int | None,
    chosen: Settings | None,
    streams: Streams,
) -> int:
    from pfocr_lint.workspace import discovery, many_files, one_file
    from pfocr_lint.workspace.run import Work, lint

    task = one_file.Task("fix" if flags.fix else "diff" if flags.diff else "check", flags.unsafe_fixes, revision="HEAD")
    started = time.perf_counter()
    paths = flags.paths or ["."]
    if "-" in paths:
        if len(paths) > 1:
            raise UsageError("'-' stands alone: one record from standard input")
        if flags.since is not None or flags.settings_from is not None:
            raise UsageError("--since and --settings-from go with files and folders, not with '-'")
        return _standard_input(flags, outputs, task, chosen, streams)
    settings_of = settings_flags.settings_of(flags, paths, chosen)
    change = _change(flags, paths, settings_of, jobs)
    sources = _sources(flags, paths, change, settings_of)
    if flags.show_files:
        for source in sources:
            if not os.path.lexists(source.path):
                raise UsageError(f"{source.path}: there is no such file")
            streams.stdout.write(f"{visible(source.path)}\n")
        return CLEAN
    if flags.list_waivers:
        from pfocr_lint.cli import waiver_list

        return waiver_list.show(flags, outputs, sources, None, streams)
    if flags.verbose:
        from pfocr_lint.workspace import unused_settings

        streams.stderr.write(f"pfocr-lint: {len(sources):,} files, {len(settings_of(paths[0]).enabled)} rules\n")
        for remark in unused_settings.remarks(unused_settings.unmatched(paths, settings_of)) if change is None else ():
            streams.stderr.write(f"pfocr-lint: {visible(remark)}\n")
    wanted = Wanted(flags, outputs, streams, settings_of)
    if change is not None:
        task = replace(task, revision=change.base.commit)
        return _changed(wanted, change, list(many_files.process_all(sources, task, jobs)), task, started)
    task = replace(task, keywords=discovery.has_tables(sources))
    compares = settings_flags.over_by(flags).selection.compares
    return lint(Work(paths, sources, task, jobs, settings_of, started), wanted, compares=compares)


def _changed(wanted: Wanted, change: Change, results: Sequence[Result], task: Task, started: float) -> int:
    """Tell of the records that a change touched, or of what it introduced."""
    teller = Teller(wanted)
    sums = None
    if wanted.flags.introduced:
        found = change.introduced(results)
        results, faults = found.results, found.faults
        sums = (found.introduced, found.resolved, found.remaining)
    else:
        results, faults = change.compared(results, task)
    for result in results:
        teller.take(result)
    return teller.end(teller.waiting, time.perf_counter() - started, faults=faults, change=sums)


def _sources(
    flags: argparse.Namespace, paths: Sequence[str], change: Change | None, settings_of: Callable[[str], Settings]
) -> list[Source]:
    """What is to be read."""
    from pfocr_lint.workspace import discovery, reading

    sources = change.sources() if change is not None else discovery.gather(paths, settings_of)
    empty = paths if not sources else [path for path in paths if discovery.holds_none(path)] if len(paths) > 1 else []
    if empty and change is None:
        hidden = [path for path in empty if os.path.isdir(path) and not discovery.holds_none(path)]  # noqa: PTH112
        if hidden:
            raise UsageError(f"all records in {', '.join(hidden)} are excluded by the settings")
        raise UsageError(f"no record found in {', '.join(empty)}; records stand in {', '.join(sorted(reading.FOLDERS))}")
    if flags.force_exclude:
        return [source for source in sources if not source.settings.excludes(source.path)]
    return sources


def _change(
    flags: argparse.Namespace, paths: Sequence[str], settings_of: Callable[[str], Settings], jobs: int | None
) -> Change | None:
    """What ``--since`` compares with."""
    if flags.since is None:
        return None
    from pfocr_lint.workspace import reading
    from pfocr_lint.workspace.git_revision import merge_base
    from pfocr_lint.workspace.introduced import Change

    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: there is no such file or folder")
    base = merge_base(settings_flags.folder_of(paths), flags.since)
    homes = [reading.repository(os.path.realpath(settings_flags.folder_of([path]))) for path in paths]
    for path, home in zip(paths, homes, strict=True):
        if home != homes[0]:
            raise UsageError(f"--since: '{path}' is not in the Git repository of '{paths[0]}'; name those of one at a time")
    if flags.force_exclude:
        paths = [path for path in paths if os.path.isdir(path) or not settings_of(path).excludes(path)]  # noqa: PTH112
    return Change(base, tuple(paths), settings_of, jobs)


def _standard_input(
    flags: argparse.Namespace,
    outputs: list[tuple[str, str | None]],
    task: Task,
    chosen: Settings | None,
    streams: Streams,
) -> int:
    """One record from standard input; with ``--fix`` the mended one goes to standard output and the rest to standard error."""
    from pfocr_lint.record.limits import MAX_BYTES
    from pfocr_lint.result import Result
    from pfocr_lint.workspace import cross_record, discovery, one_file

    started = time.perf_counter()
    name = flags.stdin_filename or "-"
    source_of = streams.stdin.buffer if hasattr(streams.stdin, "buffer") else io.BytesIO(streams.stdin.read().encode())
    data = source_of.read(MAX_BYTES + 1)
    settings = chosen if chosen is not None else discover(os.path.realpath(pathlib.Path(name).parent))
    kind = discovery.kind_by_path(name) if name != "-" else None
    source = discovery.Source(name, overrides.over(settings, settings_flags.over_by(flags)), kind)
    if flags.list_waivers:
        from pfocr_lint.cli import waiver_list

        return waiver_list.show(flags, outputs, [source], data, streams)
    if flags.force_exclude and source.settings.excludes(name):
        result = Result(name)
    else:
        revision = None if name == "-" else task.revision
        shown = replace(task, mode="diff" if task.mode == "fix" else task.mode, revision=revision)
        result = one_file.judge(source, data, shown)
        if name != "-":  # else there is no folder beside which the pages may be
            result = cross_record.on_pages(result, data, source.settings, shown)
    if task.mode == "fix":
        write_bytes(streams.stdout, result.versions[1].encode() if result.versions else data)
        while len(data) > MAX_BYTES and (more := source_of.read(MAX_BYTES)):  # too large to be judged, and not to be lost
            write_bytes(streams.stdout, more)
        streams = Streams(streams.stdin, streams.stderr, streams.stderr)
    teller = Teller(Wanted(flags, outputs, streams, lambda _: source.settings))
    teller.take(result)
    return teller.end(teller.waiting, time.perf_counter() - started)


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
        if target and target in [other for _, other in found]:
            raise UsageError(f"--output-format: '{target}' is named for two formats")
        found.append((name, target or None))
    return found


def _jobs(given: str | None) -> int | None:
    if given is None:
        return None
    if not given.isdecimal() or int(given) < 1:
        raise UsageError(f"--jobs: '{given}' is not a number of processes, want 1 or more")
    return int(given)


def _rules(*, as_json: bool) -> str:
    from pfocr_lint.handbook import pages

    return json.dumps(pages.as_data(), indent=1) + "\n" if as_json else pages.listing()


def _page(code: str) -> str:
    from pfocr_lint.handbook import pages
    from pfocr_lint.rules.catalogue import BY_CODE, BY_NAME

    rule = BY_CODE.get(code.upper()) or BY_NAME.get(code)
    if rule is None:
        codes([code], "--explain")
        raise UsageError(f"--explain: '{code}' means several rules; name one by its full code")
    return pages.page(rule)
