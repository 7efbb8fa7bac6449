"""``pfocr-lint undo PLAN [--batch ID …]``: takes the planned edits back, and keeps what people wrote since."""

from __future__ import annotations

from collections.abc import Sequence

from pfocr_lint.campaign.campaign import apply_all, commit_all
from pfocr_lint.campaign.editing import undone
from pfocr_lint.cli.arguments import command_parser, intermixed
from pfocr_lint.cli.plan_arguments import add_batches, batches_of, plan_and_base, report_outcomes
from pfocr_lint.report.reporter import Streams
from pfocr_lint.workspace.git_line_ends import asked_once


@asked_once()
def main(argv: Sequence[str], streams: Streams) -> int:
    """Run the command, and return the exit status. Raises UsageError and SettingsError."""
    options = command_parser("undo", "Take the edits of a plan back by value.", settings=False)
    options.epilog = "Exit status: 0 done, 1 something was kept (named), 2 wrong usage or no plan, 3 internal fault."
    add_batches(options)
    flags = intermixed(options, argv)
    plan, records = plan_and_base(flags.plan)
    batches = batches_of(plan, flags.batch)[::-1]
    change = commit_all(plan, records, batches, undone, "undo") if flags.commit else apply_all(plan, records, batches, undone)
    return report_outcomes(change, plan, ("taken back", "not there"), streams, quiet=flags.quiet)
