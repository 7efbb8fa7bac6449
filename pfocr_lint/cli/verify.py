"""``pfocr-lint verify PLAN [--revision REV]``: proves that nothing but planned edits was made."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from pfocr_lint.campaign.certificate import certificate, written
from pfocr_lint.campaign.offers import offered
from pfocr_lint.campaign.verifying import Proof, verification
from pfocr_lint.cli.arguments import JOBS, command_parser, intermixed, jobs_of
from pfocr_lint.cli.plan_arguments import digests, plan_and_base
from pfocr_lint.report import visible
from pfocr_lint.report.plain import counted
from pfocr_lint.report.reporter import CLEAN, FOUND, Streams, write_output
from pfocr_lint.workspace.git_line_ends import asked_once

MOST_SHOWN = 100  # problems


@asked_once()
def main(argv: Sequence[str], streams: Streams) -> int:
    """Run the command, and return the exit status. Raises UsageError and SettingsError."""
    flags = intermixed(_parser(), argv)
    jobs = jobs_of(flags.jobs)
    plan, records = plan_and_base(flags.plan)
    check = verification(
        plan, records, flags.revision, [flags.plan, *([flags.certificate] if flags.certificate else [])], jobs, offered
    )
    proof = check.run()
    for problem in proof.problems[:MOST_SHOWN]:
        streams.stdout.write(f"{visible(problem)}\n")
    if len(proof.problems) > MOST_SHOWN:
        streams.stdout.write(f"and {len(proof.problems) - MOST_SHOWN:,} more\n")
    if proof.problems:
        streams.stdout.write(f"Not verified: {counted(len(proof.problems), 'problem')}.\nPlan: {digests(plan)}\n")
        return FOUND
    for path in proof.left:
        streams.stderr.write(f"pfocr-lint: {visible(path)}: not in this change: people changed it before\n")
    if not flags.quiet:
        streams.stdout.write(f"{_summary(proof)}Plan: {digests(plan)}\n")
    if flags.certificate is not None:
        write_output(flags.certificate, written(certificate(check, proof)), streams)
    return CLEAN


def _parser() -> argparse.ArgumentParser:
    options = command_parser(
        "verify", "Prove that a commit or the work tree makes planned edits and nothing else.", settings=False
    )
    options.epilog = "Exit status: 0 proven, 1 not proven (each problem with its place), 2 wrong usage or no such revision."
    options.add_argument("plan", metavar="PLAN", help="the file that 'pfocr-lint plan' wrote, or a reduced one")
    options.add_argument("--revision", metavar="REV", help="check this commit against its first parent (default: the work tree)")
    options.add_argument("--certificate", metavar="FILE", help="write what was proven as an in-toto statement")
    options.add_argument("--jobs", metavar="N", help=JOBS)
    return options


def _summary(proof: Proof) -> str:
    unsafe = f", {proof.unsafe:,} of them unsafe" if proof.unsafe else ""
    what = f"{counted(proof.made.total(), 'edit')} in {counted(proof.records, 'record')}{unsafe}"
    return f"Verified: {what}, and nothing else, in {', '.join(proof.made)}.\n"
