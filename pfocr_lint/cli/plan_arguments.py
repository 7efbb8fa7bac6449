"""What the commands share that work with the file of a plan: reading it, its base, and its batches."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from pfocr_lint.campaign.base_records import BaseRecords, base_records
from pfocr_lint.campaign.outcomes import Committed, Outcome
from pfocr_lint.campaign.plan_file import Plan, load
from pfocr_lint.errors import UsageError
from pfocr_lint.lazy_import import difflib
from pfocr_lint.quoting import quote
from pfocr_lint.report import visible
from pfocr_lint.report.plain import counted
from pfocr_lint.report.reporter import CLEAN, FOUND, Streams
from pfocr_lint.settings.model import codes
from pfocr_lint.workspace.git_revision import commit


def plan_and_base(file: str) -> tuple[Plan, BaseRecords]:
    """Read a plan, and find its base in the repository of the current folder. Raises UsageError and SettingsError."""
    plan = load(file)
    flags = plan.head.chosen
    for name in (*(flags.select or ()), *flags.ignore, *flags.extend_select):
        codes([name], f"{file}:1")
    return plan, base_records(commit(".", plan.head.base, file), flags)


def batches_of(plan: Plan, given: Sequence[str] | None) -> list[str]:
    """Return the batches that were named, or all, in the order in which they can be applied. Raises UsageError."""
    for batch in given or ():
        if batch not in plan.batches:
            near = difflib.get_close_matches(batch, plan.batches, 1, 0.6)
            raise UsageError(f"--batch: {plan.file} has no batch {quote(batch)}{f'; did you mean {near[0]}?' if near else ''}")
    return [batch for batch in plan.batches if given is None or batch in given]


def digests(plan: Plan) -> str:
    """Return the digest of a plan and, of a reduced one, that of the lines which it was made from."""
    return plan.digest if plan.parent is None else f"{plan.digest} (reduced from {plan.head.lines:,} lines, {plan.parent})"


def report_outcomes(
    outcomes: Iterable[Outcome | Committed], plan: Plan, words: tuple[str, str], streams: Streams, *, quiet: bool
) -> int:
    """Write what was left and what was committed as it comes, then a summary; return the exit status."""
    done = already = 0
    records, left = set[str](), set[str]()  # a record may be in several batches
    for each in outcomes:
        if isinstance(each, Committed):
            if not quiet:
                streams.stdout.write(f"{each.batch}: commit {each.commit[:12]}, {counted(each.records, 'record')}\n")
            continue
        for reason in each.left:
            streams.stderr.write(f"pfocr-lint: {visible(f'{each.path}: {reason}')}\n")
        done += each.done
        already += each.already
        records.update([each.path] if each.done else [])
        left.update([each.path] if each.left else [])
    if not quiet:
        more = f", {already:,} {words[1]}" if already else ""
        streams.stdout.write(f"{counted(done, 'edit')} {words[0]} in {counted(len(records), 'record')}{more}.")
        streams.stdout.write(f" Left in {counted(len(left), 'record')}, see above.\n" if left else "\n")
        streams.stdout.write(f"Plan: {digests(plan)}\n")
    return FOUND if left else CLEAN


def add_batches(options: argparse.ArgumentParser) -> None:
    """Add the arguments that ``apply`` and ``undo`` share."""
    options.add_argument("plan", metavar="PLAN", help="the file that 'pfocr-lint plan' wrote, or a reduced one")
    options.add_argument("--batch", action="append", metavar="ID", help="only this batch; may be repeated (default: all)")
    options.add_argument("--commit", action="store_true", help="make one commit for each batch")
