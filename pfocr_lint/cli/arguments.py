"""The command line's options, and one line for what is wrong with them."""

from __future__ import annotations

import argparse
import os
import re
import stat
from collections.abc import Sequence
from typing import NoReturn

from pfocr_lint.errors import UsageError
from pfocr_lint.lazy_import import difflib
from pfocr_lint.version import __version__

MAX_BYTES = 1 << 24  # the names of a hundred thousand records are 5 MB


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and names the nearest option."""

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
    """Refuse a file of arguments (``@FILE``) that has no end, or none soon."""
    if argument[:1] == "@" and os.path.exists(argument[1:]):  # noqa: PTH110 - Path.exists raises for a name that cannot be
        status = os.stat(argument[1:])  # noqa: PTH116
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            raise UsageError(f"{argument} is not a file of at most {MAX_BYTES:,} bytes")


class _Formatter(argparse.HelpFormatter):
    """Knows its width: argparse asks for it at every option, and imports shutil (5 ms) to do so."""

    def __init__(self, prog: str) -> None:
        columns = os.environ.get("COLUMNS", "")
        super().__init__(prog, width=int(columns) - 2 if columns.isdecimal() else 98)


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """The options in some arguments. Raises UsageError."""
    for each in argv:
        _check(each)
    try:
        flags, rest = parser().parse_known_args(argv)
        return parser().parse_intermixed_args(argv) if rest else flags  # paths on both sides of options, or what is wrong
    except (UnicodeDecodeError, RecursionError):
        raise UsageError("a file of arguments (@FILE) is not UTF-8, or names itself") from None


def parser() -> argparse.ArgumentParser:
    """The command line's options."""
    from pfocr_lint.report import FORMATS

    made = _Parser(
        prog="pfocr-lint",
        description="Check and fix pathway-figure records (PFOCR).",
        epilog="Exit status: 0 nothing to report, 1 diagnostics, 2 wrong usage or settings, or no record, 3 an internal fault.",
        fromfile_prefix_chars="@",
        allow_abbrev=False,
        formatter_class=_Formatter,
    )
    add = made.add_argument
    add(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files or folders; none: the current folder; '-': one record from standard input; @FILE: arguments, one a line",
    )
    group = made.add_argument_group("fixing")
    group.add_argument("--fix", action="store_true", help="apply the safe fixes, rewriting files")
    group.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: apply the unsafe ones too")
    group.add_argument("--diff", action="store_true", help="print the unified diff that --fix would make; write nothing")
    group = made.add_argument_group("rules")
    for flag, what in (
        ("--select", "only these rules"),
        ("--ignore", "not these"),
        ("--extend-select", "these besides the others"),
    ):
        group.add_argument(flag, action="append", metavar="CODES", help=f"{what}: codes, prefixes or names, comma separated")
    group.add_argument("--no-waivers", action="store_true", help="report what records waive, and nothing about waivers")
    group.add_argument("--list-rules", action="store_true", help="all rules (with --output-format json as data)")
    group.add_argument("--explain", metavar="CODE", help="a rule's page")
    group = made.add_argument_group("a change")
    group.add_argument("--since", metavar="REV", help="only records that differ from the merge base with REV")
    group.add_argument("--introduced", action="store_true", help="with --since: only what REV's version did not have")
    group = made.add_argument_group("output")
    group.add_argument(
        "--output-format",
        action="append",
        metavar="FORMAT[:FILE]",
        help=f"{', '.join(FORMATS)} (default: full); may be repeated",
    )
    group.add_argument("--statistics", action="store_true", help="counts per rule")
    group.add_argument("--list-waivers", action="store_true", help="list the waivers in the records, each with its reason")
    group.add_argument("--show-files", action="store_true", help="list the files that would be read")
    group.add_argument("--show-settings", action="store_true", help="the settings in force and where each comes from")
    group.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="default: on a terminal")
    group.add_argument("--no-progress", action="store_true", help="no progress bar")
    group.add_argument("-q", "--quiet", action="store_true", help="print diagnostics only, no sums")
    group.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="say on standard error what is read and waived",
    )
    group = made.add_argument_group("settings and running")
    group.add_argument("--config", metavar="FILE", help="another settings file")
    group.add_argument("--isolated", action="store_true", help="no settings file at all")
    group.add_argument("--settings-from", metavar="REV", help="the settings files as they are in a Git revision")
    group.add_argument("--force-exclude", action="store_true", help="leave out excluded files even when they are named")
    group.add_argument("--stdin-filename", metavar="NAME", help="what '-' is called")
    group.add_argument("--jobs", metavar="N", help="processes (default: as many as useful)")
    group.add_argument("--no-cache", action="store_true", help="check every record again, and keep nothing")
    group.add_argument("--cache-dir", metavar="DIR", help="where to keep what is known of clean records (default: the user's)")
    group.add_argument("--exit-zero", action="store_true", help="exit 0 even when there are diagnostics")
    group.add_argument("--exit-non-zero-on-fix", action="store_true", help="exit 1 when a file was fixed")
    group.add_argument("--fail-on", choices=("error", "warning"), help="default: the setting's, else a warning fails too")
    group.add_argument("--version", action="version", version=f"pfocr-lint {__version__}")
    return made
