"""``pfocr-lint apply PLAN [--batch ID …]``: makes the planned edits; with ``--commit``, one commit for each batch."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from pfocr_lint.campaign.campaign import apply_all, commit_all
from pfocr_lint.campaign.editing import applied
from pfocr_lint.cli.arguments import command_parser, intermixed
from pfocr_lint.cli.plan_arguments import add_batches, batches_of, plan_and_base, report_outcomes
from pfocr_lint.errors import UsageError
from pfocr_lint.report.reporter import Streams
from pfocr_lint.workspace.git_line_ends import asked_once


@asked_once()
def main(argv: Sequence[str], streams: Streams) -> int:
    """Run the command, and return the exit status. Raises UsageError and SettingsError."""
    flags = intermixed(_parser(), argv)
    if flags.blame_ignore_revs and not flags.commit:
        raise UsageError("apply: --blame-ignore-revs needs --commit")
    plan, records = plan_and_base(flags.plan)
    batches = batches_of(plan, flags.batch)
    if flags.commit:
        steps = commit_all(plan, records, batches, applied, "apply", ignore_in_blame=flags.blame_ignore_revs)
    else:
        steps = apply_all(plan, records, batches, applied)
    return report_outcomes(steps, plan, ("made", "made before"), streams, quiet=flags.quiet)


def _parser() -> argparse.ArgumentParser:
    options = command_parser("apply", "Make the edits of a plan in the work tree.", settings=False)
    options.epilog = "Exit status: 0 done, 1 something was left (named), 2 wrong usage or no plan, 3 internal fault."
    add_batches(options)
    options.add_argument("--blame-ignore-revs", action="store_true", help="list the commits in .git-blame-ignore-revs")
    return options
