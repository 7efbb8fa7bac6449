"""The command-line options, and one-line messages for wrong ones."""

from __future__ import annotations

import argparse
import os
import re
import stat
from collections.abc import Sequence
from typing import NoReturn

from pfocr_lint.cli.commands import COMMANDS
from pfocr_lint.errors import UsageError
from pfocr_lint.lazy_import import difflib
from pfocr_lint.version import __version__

JOBS = "number of processes (default: as many as useful)"
MAX_BYTES = 1 << 24  # of a file of arguments; the names of 100,000 records are 5 MB


class Parser(argparse.ArgumentParser):
    """A parser that raises UsageError with one line, and suggests the nearest option."""

    def error(self, message: str) -> NoReturn:
        first = re.sub(r"^\[Errno [0-9]+\] (.*): '(.*)'$", r"@\2 cannot be read: \1", message.split("\n", 1)[0])
        if first.startswith("unrecognized arguments:"):
            wrong = first.partition(": ")[2].split()[0]
            options = [option for action in self._actions for option in action.option_strings]
            near = difflib.get_close_matches(wrong.partition("=")[0], options, 1, 0.6)
            first = f"unknown option {wrong}{f'; did you mean {near[0]}?' if near else ''}"
        raise UsageError(first)

    def convert_arg_line_to_args(self, arg_line: str) -> list[str]:
        _check(arg_line)
        return [arg_line] if arg_line.strip() else []


def _check(argument: str) -> None:
    """Raise UsageError for a file of arguments (``@FILE``) that is too large or not a regular file."""
    if argument[:1] == "@" and os.path.exists(argument[1:]):  # noqa: PTH110 - Path.exists raises for an impossible name
        status = os.stat(argument[1:])  # noqa: PTH116
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            raise UsageError(f"{argument} is not a file of at most {MAX_BYTES:,} bytes")


class _Formatter(argparse.HelpFormatter):
    """A formatter with a fixed width: argparse computes it for every option, and imports shutil (5 ms) for that."""

    def __init__(self, prog: str) -> None:
        columns = os.environ.get("COLUMNS", "")
        super().__init__(prog, width=int(columns) - 2 if columns.isdecimal() else 98)


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """Parse arguments. Raises UsageError."""
    for each in argv:
        _check(each)
    try:
        return intermixed(parser(), argv)
    except (UnicodeDecodeError, RecursionError):
        raise UsageError("a file of arguments (@FILE) is not UTF-8, or includes itself") from None


def intermixed(options: argparse.ArgumentParser, argv: Sequence[str]) -> argparse.Namespace:
    """Parse arguments with options between them. Raises UsageError."""
    flags, rest = options.parse_known_args(argv)
    return options.parse_intermixed_args(argv) if rest else flags


def command_parser(name: str, description: str, *, settings: bool = True) -> Parser:
    """
    Return the parser of a command beside the main job, with the options that all of these commands have.

    Without ``settings``, those for settings and running are left out: the command has them from elsewhere.
    """
    options = Parser(prog=f"pfocr-lint {name}", description=description, allow_abbrev=False, formatter_class=_Formatter)
    group = options.add_argument_group("settings and running")
    if settings:
        add_settings(group)
        group.add_argument("--jobs", metavar="N", help=JOBS)
    group.add_argument("-q", "--quiet", action="store_true", help="print no summary")
    return options


def add_settings(group: argparse._ArgumentGroup) -> None:
    """Add the options for settings, which the main job and the commands beside it have."""
    group.add_argument("--config", metavar="FILE", help="use this settings file")
    group.add_argument("--isolated", action="store_true", help="use no settings file")
    group.add_argument("--today", metavar="DAY", help="the day with which 'until' of waivers is compared (default: today)")


def add_rules(group: argparse._ArgumentGroup) -> None:
    """Add the options that select rules."""
    for flag, effect in (
        ("--select", "run only these rules"),
        ("--ignore", "do not run these rules"),
        ("--extend-select", "run these rules too"),
    ):
        group.add_argument(flag, action="append", metavar="CODES", help=f"{effect}: codes, prefixes or names, comma separated")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command-line options."""
    from pfocr_lint.report import FORMATS

    commands = ", ".join(f"{name} ({command.summary})" for name, command in COMMANDS.items())
    options = Parser(
        prog="pfocr-lint",
        description="Check and fix pathway-figure records (PFOCR).",
        epilog=f"Commands: {commands}; see pfocr-lint COMMAND --help. "
        "Exit status: 0 nothing to report, 1 diagnostics, 2 wrong usage or settings, or no record, 3 internal fault.",
        fromfile_prefix_chars="@",
        allow_abbrev=False,
        formatter_class=_Formatter,
    )
    add = options.add_argument
    add(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files or folders (default: current folder); '-': one record from standard input; @FILE: arguments, one per line",
    )
    group = options.add_argument_group("fixing")
    group.add_argument("--fix", action="store_true", help="apply the safe fixes to the files")
    group.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: apply the unsafe fixes too")
    group.add_argument("--diff", action="store_true", help="print the changes of --fix as a unified diff, write nothing")
    group = options.add_argument_group("rules")
    add_rules(group)
    group.add_argument("--no-waivers", action="store_true", help="report waived findings too, and nothing about waivers")
    group.add_argument("--list-rules", action="store_true", help="list all rules (as data with --output-format json)")
    group.add_argument("--explain", metavar="CODE", help="print the documentation of a rule")
    group = options.add_argument_group("diff against a revision")
    group.add_argument("--since", metavar="REV", help="check only records that differ from the merge base with REV")
    group.add_argument("--introduced", action="store_true", help="with --since: report only findings that the diff introduced")
    group.add_argument("--revision", metavar="REV", help="read the records of a Git revision instead of the work tree")
    group = options.add_argument_group("clones without all objects")
    group.add_argument("--offline", action="store_true", help="fetch nothing that the clone lacks")
    group.add_argument("--max-fetch", metavar="SIZE", help="the most to fetch in one request, as in 500MB (default: 1GB)")
    group.add_argument("--all-blobs", action="store_true", help="with --since: fetch all records, so that all are compared")
    group = options.add_argument_group("output")
    group.add_argument(
        "--output-format",
        action="append",
        metavar="FORMAT[:FILE]",
        help=f"{', '.join(FORMATS)} (default: full); may be repeated",
    )
    group.add_argument("--no-fold", action="store_true", help="show each finding, also several of one rule in one record")
    group.add_argument("--statistics", action="store_true", help="print counts per rule")
    group.add_argument("--list-waivers", action="store_true", help="list the waivers in the records with their reasons")
    group.add_argument("--show-files", action="store_true", help="list the files that would be checked")
    group.add_argument("--show-settings", action="store_true", help="print the settings and the origin of each")
    group.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="default: auto (on a terminal; NO_COLOR and FORCE_COLOR are respected)",
    )
    group.add_argument("--no-progress", action="store_true", help="show no progress bar")
    group.add_argument("-q", "--quiet", action="store_true", help="print only diagnostics, no summary")
    group.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="print details on standard error: files, rules, unused globs, waived findings",
    )
    group = options.add_argument_group("settings and running")
    add_settings(group)
    group.add_argument("--settings-from", metavar="REV", help="use the settings files of a Git revision")
    group.add_argument("--force-exclude", action="store_true", help="skip excluded files even when they are given as PATH")
    group.add_argument("--stdin-filename", metavar="NAME", help="the file name of the record from standard input")
    group.add_argument("--jobs", metavar="N", help=JOBS)
    group.add_argument("--no-cache", action="store_true", help="check every record again, and write no cache")
    group.add_argument("--cache-dir", metavar="DIR", help="the cache of clean records (default: in the user's cache folder)")
    group.add_argument("--exit-zero", action="store_true", help="exit 0 even when there are diagnostics")
    group.add_argument("--exit-non-zero-on-fix", action="store_true", help="exit 1 when a file was fixed")
    group.add_argument(
        "--fail-on",
        choices=("error", "warning"),
        help="severity that fails the run (default: the setting, else warning)",
    )
    group.add_argument("--version", action="version", version=f"pfocr-lint {__version__}")
    return options


def jobs_of(given: str | None) -> int | None:
    """Return the number of processes of ``--jobs``, None where it is not given. Raises UsageError."""
    if given is None:
        return None
    if not given.isdecimal() or int(given) < 1:
        raise UsageError(f"--jobs: '{given}' is not a number of processes; give 1 or more")
    return int(given)
