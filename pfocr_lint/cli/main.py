"""Parses arguments and starts the run. Checking, output and writing are in other packages."""

from __future__ import annotations

import argparse
import errno
import gc
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import IO, TYPE_CHECKING, NoReturn

from pfocr_lint.cli import revision_flags, settings_flags
from pfocr_lint.cli.arguments import jobs_of, parsed
from pfocr_lint.cli.commands import command_of
from pfocr_lint.dataclass import replace
from pfocr_lint.errors import UsageError
from pfocr_lint.lazy_import import difflib, pathlib
from pfocr_lint.report import RuleHelp, visible
from pfocr_lint.report.reporter import (
    CLEAN,
    FAULT,
    FOUND,
    STREAMED_FROM,
    USAGE,
    Reporter,
    ReportOptions,
    Streams,
    write_bytes,
    write_output,
)
from pfocr_lint.settings.model import SettingsError, codes
from pfocr_lint.settings.overrides import with_overrides
from pfocr_lint.workspace.ci_paths import from_root
from pfocr_lint.workspace.run import run as run_scope
from pfocr_lint.workspace.settings_choice import Choice, settings_for

if TYPE_CHECKING:
    from pfocr_lint.settings.model import Settings
    from pfocr_lint.workspace.files import Files
    from pfocr_lint.workspace.git_fetch import Fetching
    from pfocr_lint.workspace.introduced import Diff
    from pfocr_lint.workspace.one_file import Task
    from pfocr_lint.workspace.source import Source

Outputs = Sequence[tuple[str, "str | None"]]  # formats, each with its file, or None for standard output

COUNTED = ("full", "concise", "json", "jsonl")  # the formats of --statistics and --list-waivers


def run() -> NoReturn:
    """Run the console script."""
    from pfocr_lint.workspace import signals, workers

    signals.handle_signals()
    workers.tune()
    # a stream that was closed before the start is None
    stdin, stdout, stderr = sys.stdin or _nothing("r"), sys.stdout or _nothing("w"), sys.stderr or _nothing("w")
    for stream in (stdout, stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        status = main(sys.argv[1:], Streams(stdin, stdout, stderr))
        stdout.flush()
    except OSError as error:
        # The reader closed the output, or the disk is full. Without this, the interpreter would write an error when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
        status = FOUND
        if not (isinstance(error, BrokenPipeError) or (sys.platform == "win32" and error.errno == errno.EINVAL)):
            stderr.write(f"pfocr-lint: the output cannot be written: {error.strerror}\n")
            status = USAGE
    except signals.Stopped as stopped:
        signals.ignore_signals()
        stderr.write(f"pfocr-lint: {stopped}\n")
        status = 128 + stopped.number
    gc.freeze()  # skips the search for reference cycles at exit: a twelfth of the time of a run on one record
    sys.exit(status)


def _nothing(mode: str) -> IO[str]:
    return pathlib.Path(os.devnull).open(mode, encoding="utf-8")


def main(argv: Sequence[str], streams: Streams) -> int:
    """Run with these arguments and return the exit status."""
    try:
        _check_current_folder()
        command = command_of(argv)
        return _run(parsed(argv), streams) if command is None else command(argv[1:], streams)
    except (UsageError, SettingsError) as error:
        problem, status = str(error), USAGE
    except SystemExit as finished:  # --help and --version
        return int(finished.code or 0)
    except Exception as error:  # any other exception is an internal fault, reported in one line
        if isinstance(error, OSError) and error.filename is None:
            raise  # writing the output failed: run() reports it
        problem, status = f"internal fault: {type(error).__name__}: {str(error).partition(chr(10))[0]}", FAULT
    streams.stderr.write(f"pfocr-lint: {visible(problem)}\n")
    return status


def _check_current_folder() -> None:
    try:
        os.getcwd()  # noqa: PTH109
    except FileNotFoundError:
        raise UsageError("the current folder does not exist any more") from None


def _run(flags: argparse.Namespace, streams: Streams) -> int:
    outputs = _outputs(flags.output_format or ["full"])
    jobs = jobs_of(flags.jobs)
    _check_combination(flags, outputs)
    if flags.explain is not None:
        streams.stdout.write(_page(flags.explain))
        return CLEAN
    if flags.list_rules:
        for name, target in outputs:
            write_output(target, _rules(as_json=name in ("json", "jsonl")), streams)
        return CLEAN
    if flags.stdin_filename is not None:
        flags.paths = ["-"]
    choice, paths = settings_flags.choice_of(flags), flags.paths or ["."]
    fetching = revision_flags.fetching_of(flags, streams)
    choice = revision_flags.with_revision(choice, paths, flags.revision)
    if flags.since is None:
        revision_flags.fetch_for(choice, paths, fetching, records=not (flags.show_settings or flags.show_files))
    if flags.show_settings:
        streams.stdout.write(settings_flags.shown(paths, choice))
        return CLEAN
    return _lint(flags, outputs, jobs, choice, fetching, streams)


def _check_combination(flags: argparse.Namespace, outputs: Sequence[tuple[str, str | None]]) -> None:
    """Raise UsageError for flags that contradict each other."""
    shown = ("explain", "list_rules", "list_waivers", "show_files", "show_settings")
    listings = [f"--{name.replace('_', '-')}" for name in shown if getattr(flags, name) not in (None, False)]
    if len(listings) > 1:
        raise UsageError(f"{listings[0]} and {listings[1]} cannot be combined: each prints a list instead of a run")
    run_flags = [f"--{name.replace('_', '-')}" for name in ("fix", "diff", "statistics", "no_waivers") if getattr(flags, name)]
    if flags.list_waivers and run_flags:
        raise UsageError(f"--list-waivers and {run_flags[0]} cannot be combined: the list is printed instead of a run")
    if flags.stdin_filename is not None and flags.paths not in ([], ["-"]):
        raise UsageError("--stdin-filename needs '-' (one record from standard input) as the only PATH")
    if flags.diff and flags.fix:
        raise UsageError("--fix and --diff cannot be combined: --fix writes files, --diff writes none")
    if flags.unsafe_fixes and not (flags.fix or flags.diff):
        raise UsageError("--unsafe-fixes needs --fix or --diff")
    if flags.introduced and (flags.since is None or flags.fix or flags.diff):
        raise UsageError("--introduced needs --since, and cannot be combined with --fix or --diff")
    if flags.revision is not None and (flags.fix or flags.stdin_filename is not None or "-" in flags.paths):
        other = "--fix" if flags.fix else "standard input"
        raise UsageError(f"--revision and {other} cannot be combined: the records of a revision are in Git, not in files")
    if flags.offline and flags.all_blobs:
        raise UsageError("--offline and --all-blobs cannot be combined: --offline forbids fetching")
    if sum((flags.config is not None, flags.isolated, flags.settings_from is not None)) > 1:
        raise UsageError("--config, --isolated and --settings-from cannot be combined")
    if flags.diff and any(target is None for _, target in outputs) and flags.output_format:
        raise UsageError("--diff prints to standard output; give each --output-format a file, as in json:FILE")
    unsupported = [name for name, _ in outputs if name not in COUNTED]
    for flag in ("statistics", "list_waivers"):
        if getattr(flags, flag) and unsupported:
            name = flag.replace("_", "-")
            raise UsageError(f"--{name} has no output in the format '{unsupported[0]}'; use {', '.join(COUNTED)}")


def _lint(
    flags: argparse.Namespace, outputs: Outputs, jobs: int | None, choice: Choice, fetching: Fetching | None, streams: Streams
) -> int:
    from pfocr_lint.workspace.one_file import Task

    task = Task("fix" if flags.fix else "diff" if flags.diff else "check", flags.unsafe_fixes, revision="HEAD")
    if choice.files is not None:
        task = replace(task, revision=choice.files.commit, files=choice.files)
    started = time.perf_counter()
    paths = flags.paths or ["."]
    if "-" in paths:
        if len(paths) > 1:
            raise UsageError("'-' (one record from standard input) cannot be combined with other paths")
        if flags.since is not None or flags.settings_from is not None:
            raise UsageError("--since and --settings-from need files or folders, not '-'")
        return _standard_input(flags, outputs, task, choice, streams)
    settings_of = choice.settings_of(paths)
    diff = _diff(flags, paths, settings_of, choice, fetching, task, jobs)
    files = choice.where
    sources = _sources(paths, settings_of, files, diff, force_exclude=flags.force_exclude)
    if flags.show_files:
        for source in sources:
            if not files.exists(source.path):
                raise UsageError(f"{source.path}: there is no such file")
            streams.stdout.write(f"{visible(source.path)}\n")
        return CLEAN
    if flags.list_waivers:
        return _list_waivers(outputs, sources, None, streams, choice, quiet=flags.quiet)
    if flags.verbose:
        _write_details(paths, settings_of, sources, streams, files if diff is None else None)
    options = _report_options(flags, outputs, streams, settings_of)
    if diff is not None:
        return run_scope(diff, Reporter(options), started)
    from pfocr_lint.workspace import discovery
    from pfocr_lint.workspace.work_tree import WorkTree

    task = replace(task, keywords=discovery.has_tables(sources))
    asks = choice.overrides.selection.compares
    tree = WorkTree(paths, sources, task, settings_of, jobs, asks, no_cache=flags.no_cache, cache_dir=flags.cache_dir)
    return run_scope(tree, Reporter(options, stream=len(sources) >= STREAMED_FROM, compares=True), started)


def _diff(
    flags: argparse.Namespace,
    paths: Sequence[str],
    settings_of: Callable[[str], Settings],
    choice: Choice,
    fetching: Fetching | None,
    task: Task,
    jobs: int | None,
) -> Diff | None:
    """Return the diff of ``--since``, or None without it."""
    if flags.since is None:
        return None
    from pfocr_lint.workspace.introduced import diff_of

    diff = diff_of(
        paths,
        flags.since,
        settings_of,
        files=choice.files,
        fetching=fetching,
        settings_from=choice.settings_revision(paths),
        force_exclude=flags.force_exclude,
    )
    return replace(diff, task=replace(task, revision=diff.base.commit), jobs=jobs, only_introduced=flags.introduced)


def _sources(
    paths: Sequence[str], settings_of: Callable[[str], Settings], files: Files, diff: Diff | None, *, force_exclude: bool
) -> Sequence[Source]:
    if diff is not None:
        return diff.sources
    from pfocr_lint.workspace.work_tree import sources_of

    return sources_of(paths, settings_of, files, force_exclude=force_exclude)


def _write_details(
    paths: Sequence[str],
    settings_of: Callable[[str], Settings],
    sources: Sequence[Source],
    streams: Streams,
    files: Files | None,
) -> None:
    """Write the details of ``--verbose`` before the run; with ``files``, also the globs in settings that match none of these."""
    from pfocr_lint.workspace import unused_settings

    streams.stderr.write(f"pfocr-lint: {len(sources):,} files, {len(settings_of(paths[0]).enabled)} rules\n")
    for remark in unused_settings.remarks(unused_settings.unmatched(paths, settings_of, files)) if files is not None else ():
        streams.stderr.write(f"pfocr-lint: {visible(remark)}\n")


def _report_options(
    flags: argparse.Namespace, outputs: Outputs, streams: Streams, settings_of: Callable[[str], Settings]
) -> ReportOptions:
    return ReportOptions(
        outputs,
        streams,
        fails_on_warning=lambda path: settings_of(path).fail_on == "warning",
        rule_help=_rule_help,
        path_in_repository=from_root,
        fix=flags.fix,
        diff=flags.diff,
        unsafe_fixes=flags.unsafe_fixes,
        statistics=flags.statistics,
        quiet=flags.quiet,
        verbose=flags.verbose,
        color=flags.color,
        no_progress=flags.no_progress,
        exit_zero=flags.exit_zero,
        exit_non_zero_on_fix=flags.exit_non_zero_on_fix,
        fold=not flags.no_fold,
    )


def _rule_help(code: str) -> RuleHelp:
    from pfocr_lint.handbook import pages

    return pages.about(code)


def _list_waivers(
    outputs: Outputs, sources: Sequence[Source], data: bytes | None, streams: Streams, choice: Choice, *, quiet: bool
) -> int:
    from pfocr_lint.cli import waiver_list

    waiver_list.show(outputs, sources, data, streams, files=choice.where, today=choice.overrides.today or "", quiet=quiet)
    return CLEAN


def _standard_input(flags: argparse.Namespace, outputs: Outputs, task: Task, choice: Choice, streams: Streams) -> int:
    """Check one record from standard input; with ``--fix``, write it to standard output and the report to standard error."""
    from pfocr_lint.record.limits import MAX_BYTES
    from pfocr_lint.workspace.source import Source, kind_by_path
    from pfocr_lint.workspace.standard_input import NO_NAME, StandardInput

    started = time.perf_counter()
    name = flags.stdin_filename or NO_NAME
    stream = streams.stdin.buffer if hasattr(streams.stdin, "buffer") else io.BytesIO(streams.stdin.read().encode())
    data = stream.read(MAX_BYTES + 1)
    settings = with_overrides(settings_for(name) if choice.for_all is None else choice.for_all, choice.overrides)
    source = Source(name, settings, kind_by_path(name) if name != NO_NAME else None)
    if flags.list_waivers:
        return _list_waivers(outputs, [source], data, streams, choice, quiet=flags.quiet)
    task = replace(task, mode="diff" if flags.fix else task.mode, revision=None if name == NO_NAME else task.revision)
    reports = Streams(streams.stdin, streams.stderr, streams.stderr) if flags.fix else streams

    def write_fixed(fixed: bytes) -> None:
        write_bytes(streams.stdout, fixed)
        while len(data) > MAX_BYTES and (more := stream.read(MAX_BYTES)):  # too large to check; copy the rest unchanged
            write_bytes(streams.stdout, more)

    excluded = flags.force_exclude and settings.excludes(name)
    scope = StandardInput(source, data, task, excluded, write_fixed if flags.fix else None)
    return run_scope(scope, Reporter(_report_options(flags, outputs, reports, lambda _: settings)), started)


def _outputs(wanted: Iterable[str]) -> list[tuple[str, str | None]]:
    """Parse ``FORMAT`` or ``FORMAT:FILE``. Raises UsageError."""
    from pfocr_lint.report import FORMATS

    found: list[tuple[str, str | None]] = []
    for each in wanted:
        name, colon, target = each.partition(":")
        if name not in FORMATS:
            near = difflib.get_close_matches(name, FORMATS, 1, 0.5)
            hint = f"; did you mean '{near[0]}'?" if near else f"; use one of {', '.join(FORMATS)}"
            raise UsageError(f"--output-format: unknown format '{name}'{hint}")
        if colon and not target:
            raise UsageError(f"--output-format: '{each}' has no file name after the colon")
        if target and target in [other for _, other in found]:
            raise UsageError(f"--output-format: the file '{target}' is given for two formats")
        found.append((name, target or None))
    return found


def _rules(*, as_json: bool) -> str:
    from pfocr_lint.handbook import pages

    return json.dumps(pages.as_data(), indent=1) + "\n" if as_json else pages.listing()


def _page(code: str) -> str:
    from pfocr_lint.handbook import pages
    from pfocr_lint.rules.catalogue import BY_CODE, BY_NAME

    rule = BY_CODE.get(code.upper()) or BY_NAME.get(code)
    if rule is None:
        codes([code], "--explain")
        raise UsageError(f"--explain: '{code}' matches several rules; give the full code of one rule")
    return pages.page(rule)
