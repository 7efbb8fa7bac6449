"""``pfocr-lint plan [PATH …] -o PLAN``: writes what ``--fix`` would change in a commit as a file for reviewers."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence

from pfocr_lint.campaign.base_records import base_records, in_repository
from pfocr_lint.campaign.batches import FILES, Batches
from pfocr_lint.campaign.offers import offered
from pfocr_lint.campaign.plan_file import ORDERS, Flags, load
from pfocr_lint.campaign.planning import Made, make_plan
from pfocr_lint.cli import settings_flags
from pfocr_lint.cli.arguments import add_rules, command_parser, intermixed, jobs_of
from pfocr_lint.dashboard.page import need_templates, write_page
from pfocr_lint.dashboard.plan_page import plan_page
from pfocr_lint.errors import UsageError
from pfocr_lint.quoting import quote
from pfocr_lint.report import visible
from pfocr_lint.report.plain import counted
from pfocr_lint.report.reporter import CLEAN, FAULT, FOUND, Streams
from pfocr_lint.workspace.git_objects import output
from pfocr_lint.workspace.git_revision import commit
from pfocr_lint.workspace.settings_choice import folder_of

LAST_DAY = 253402300799  # the last second of the year 9999


def main(argv: Sequence[str], streams: Streams) -> int:
    """Run the command, and return the exit status. Raises UsageError and SettingsError."""
    flags = intermixed(_parser(), argv)
    if flags.config is not None:
        raise UsageError("plan: --config is not possible: a plan uses the settings of its commit; commit them, or use --isolated")
    if flags.html is not None:
        need_templates("plan --html")
    size = _size(flags.batch_size)
    jobs = jobs_of(flags.jobs)
    paths = flags.paths or ["."]
    base = commit(folder_of(paths), "HEAD", "plan")
    date = _date(os.environ.get("SOURCE_DATE_EPOCH"))
    today = settings_flags.day_of(flags.today) if flags.today is not None else date or _day_of(base.top, base.commit)
    named = tuple(sorted({in_repository(base, path) for path in paths}))
    selection = settings_flags.selection_of(flags)
    chosen = Flags(selection.select, selection.ignore, selection.extend_select, flags.unsafe_fixes, flags.isolated, today, named)
    records = base_records(base, chosen)
    try:
        made = make_plan(flags.output, records, records.below(named), chosen, Batches(flags.batch_by, size), date, jobs, offered)
    except OSError as error:
        raise UsageError(f"plan: {flags.output} cannot be written: {error.strerror}") from None
    if flags.html is not None:
        write_page(flags.html, plan_page(load(flags.output)), "--html")
    for message in (*made.notes, *made.faults):
        streams.stderr.write(f"pfocr-lint: {visible(message)}\n")
    if not flags.quiet:
        streams.stdout.write(_summary(made, flags.output))
    return FAULT if made.faults else FOUND if made.notes else CLEAN


def _parser() -> argparse.ArgumentParser:
    options = command_parser("plan", "Write what --fix would change in the records of HEAD as a reviewable file.")
    options.epilog = "Exit status: 0 done, 1 a record was left out, 2 wrong usage or settings, or no commit, 3 internal fault."
    options.add_argument("paths", nargs="*", metavar="PATH", help="files or folders (default: current folder)")
    options.add_argument("-o", "--output", required=True, metavar="PLAN", help="the file to write")
    options.add_argument(
        "--html", metavar="FILE.html", help="write a page for reviewers too: the edits of each batch side by side"
    )
    options.add_argument("--unsafe-fixes", action="store_true", help="plan the unsafe fixes too")
    options.add_argument("--batch-by", choices=ORDERS, default="rule", help="what the edits of a batch share (default: rule)")
    options.add_argument("--batch-size", metavar="N", help=f"the most files of a batch (default: {FILES})")
    add_rules(options.add_argument_group("rules"))
    return options


def _size(given: str | None) -> int:
    if given is None:
        return FILES
    if not given.isdecimal() or not 1 <= int(given) < 10**9:
        raise UsageError(f"--batch-size: {quote(given)} is not a number of files; give 1 or more")
    return int(given)


def _date(epoch: str | None) -> str | None:
    """Return the day of SOURCE_DATE_EPOCH in UTC, None without it. Raises UsageError."""
    if epoch is None:
        return None
    if not epoch.isdecimal() or int(epoch) > LAST_DAY:
        raise UsageError(f"SOURCE_DATE_EPOCH: {quote(epoch)} is not a number of seconds")
    return time.strftime("%Y-%m-%d", time.gmtime(int(epoch)))


def _day_of(top: str, revision: str) -> str:
    """Return the day of a commit: so the plan of a commit is the same on every day."""
    return output(top, "show", "-s", "--format=%cs", revision).decode().strip()


def _summary(made: Made, target: str) -> str:
    if not made.lines:
        return f"Nothing to plan: no fix is offered. {visible(target)} has no edits.\n"
    unsafe = f", {made.unsafe:,} of them unsafe" if made.unsafe else ""
    what = f"{counted(made.lines, 'edit')} in {counted(made.records, 'record')}{unsafe}, in {counted(len(made.batches), 'batch')}"
    return f"{visible(target)}: {what}.\nPlan: {made.digest}\n"
