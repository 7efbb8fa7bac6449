"""``pfocr-lint review``: posts what a pull request introduces as one review, with fixes as suggestions."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from pfocr_lint.cli.arguments import command_parser, intermixed
from pfocr_lint.errors import UsageError
from pfocr_lint.integrations.pull_request.client import ApiError
from pfocr_lint.integrations.pull_request.posting import MOST_COMMENTS, Options
from pfocr_lint.integrations.pull_request.review import asked, client_of, review, rules_at
from pfocr_lint.report import visible
from pfocr_lint.report.reporter import CLEAN, FOUND, Streams
from pfocr_lint.workspace.git_objects import RevisionError


def main(argv: Sequence[str], streams: Streams) -> int:
    """Run the command, and return the exit status. Raises UsageError and SettingsError."""
    flags = intermixed(_parser(), argv)
    options = Options(flags.account, flags.label, rules_at(flags.rules_url), _number(flags.max_comments))

    def say(line: str) -> None:
        if not flags.quiet:
            streams.stdout.write(f"{visible(line)}\n")

    try:
        review(asked(os.environ), client_of(os.environ), options, flags.paths or ["."], os.environ, say)
    except (ApiError, RevisionError) as error:
        streams.stderr.write(f"pfocr-lint: {visible(str(error))}\n")
        return FOUND
    return CLEAN


def _number(given: str) -> int:
    if not given.isascii() or not given.isdigit() or not 0 <= int(given) <= MOST_COMMENTS:
        raise UsageError(f"--max-comments: '{given}' is not a number up to {MOST_COMMENTS}")
    return int(given)


def _parser() -> argparse.ArgumentParser:
    options = command_parser(
        "review",
        "Post what a pull request introduces as one review: fixes as suggestions that one click applies, the other findings in "
        "its text. For a workflow on the event workflow_run; the token is GITHUB_TOKEN in the environment. See docs/adopting.md.",
        settings=False,
    )
    options.add_argument("paths", nargs="*", metavar="PATH", help="folders of records (default: the repository)")
    options.add_argument(
        "--account",
        default="github-actions[bot]",
        metavar="LOGIN",
        help="the account that the token posts as (default: %(default)s)",
    )
    options.add_argument(
        "--label",
        default="autofix",
        metavar="NAME",
        help="the label that has safe fixes made, '' for none (default: %(default)s)",
    )
    options.add_argument(
        "--max-comments", default=str(MOST_COMMENTS), metavar="N", help="suggestions in a review (default and most: %(default)s)"
    )
    options.add_argument(
        "--rules-url",
        default="",
        metavar="URL",
        help="the address of the rules' pages, with {code} for the code (default: no link)",
    )
    return options
