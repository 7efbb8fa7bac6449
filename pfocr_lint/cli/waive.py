"""``pfocr-lint waive CODE PATH … --reason TEXT``: writes the waiver comment above each finding of one rule."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pfocr_lint.cli import settings_flags
from pfocr_lint.cli.arguments import command_parser, intermixed, jobs_of
from pfocr_lint.errors import UsageError
from pfocr_lint.quoting import quote
from pfocr_lint.report import visible
from pfocr_lint.report.plain import counted
from pfocr_lint.report.reporter import CLEAN, FAULT, FOUND, Streams
from pfocr_lint.rules.catalogue import BY_CODE, BY_NAME
from pfocr_lint.rules.waiver_comments import comment_of
from pfocr_lint.settings.model import Selection, codes
from pfocr_lint.settings.overrides import Overrides
from pfocr_lint.workspace.settings_choice import Choice
from pfocr_lint.workspace.work_tree import sources_of

if TYPE_CHECKING:
    from pfocr_lint.rules.declaration import Rule
    from pfocr_lint.workspace.waive import Outcome


def main(argv: Sequence[str], streams: Streams) -> int:
    """Run the command, and return the exit status. Raises UsageError and SettingsError."""
    from pfocr_lint.workspace.waive import waive_all

    flags = intermixed(_parser(), argv)
    rule, today, jobs = _rule(flags.code), settings_flags.day_of(flags.today), jobs_of(flags.jobs)
    comment = _comment(rule, flags, today)
    choice = Choice(settings_flags.for_all_files(flags), None, Overrides(Selection(), None, waivers=True, today=today))
    named = not any(os.path.isdir(path) for path in flags.paths)  # noqa: PTH112
    if rule.only_compares and not rule.pages_only and named:
        raise UsageError(f"{rule.code} compares records, so it needs the folder of the repository as PATH")
    settings_of = choice.settings_of(flags.paths)
    sources = sources_of(flags.paths, settings_of)
    missing = next((source.path for source in sources if not os.path.lexists(source.path)), None)
    if missing is not None:
        raise UsageError(f"{missing}: there is no such file")
    if not any(rule.code in source.settings.rules_for(source.path) for source in sources):
        raise UsageError(f"{rule.code} is off in the settings for these records, so there is nothing to waive")
    outcomes = []
    for outcome in waive_all(rule, comment, sources, settings_of, jobs=jobs, named=named):
        _write(outcome, rule, streams)
        outcomes.append(outcome)
    if not flags.quiet:
        streams.stdout.write(_summary(outcomes, rule, len(sources)))
    if any(outcome.faults for outcome in outcomes):
        return FAULT
    done = any(outcome.comments for outcome in outcomes) and not any(outcome.left for outcome in outcomes)
    return CLEAN if done else FOUND


def _parser() -> argparse.ArgumentParser:
    options = command_parser("waive", "Write the waiver comment above each finding of a rule in the given records.")
    options.epilog = "Exit status: 0 done, 1 nothing to waive or a record was left, 2 wrong usage or settings, 3 internal fault."
    options.add_argument("code", metavar="CODE", help="the rule, by its code or name")
    options.add_argument("paths", nargs="+", metavar="PATH", help="files or folders; PF4 needs the folder of the repository")
    options.add_argument("--reason", required=True, metavar="TEXT", help="why the records are right, in one line")
    options.add_argument("--until", metavar="DAY", help="the last day of the waiver, as in 2027-06-30")
    options.add_argument("--owner", metavar="NAME", help="who answers for the waiver")
    return options


def _rule(name: str) -> Rule:
    """Return the rule of a code or name. Raises SettingsError and UsageError."""
    rule = BY_CODE.get(name.upper()) or BY_NAME.get(name)
    if rule is None:
        codes([name], "waive")
        raise UsageError(f"waive: {quote(name)} means several rules; name one by its full code")
    if not rule.waivable:
        raise UsageError(f"waive: {rule.code} cannot be waived in a record; correct what it reports")
    return rule


def _comment(rule: Rule, flags: argparse.Namespace, today: str) -> str:
    """Return the comment to write. Raises UsageError."""
    try:
        comment = comment_of(rule.code, flags.reason, flags.until, flags.owner)
    except ValueError as error:
        raise UsageError(f"waive: {error}") from None
    if flags.until is not None and flags.until < today:
        raise UsageError(f"waive: --until {flags.until} has passed; today is {today}")
    return comment


def _write(outcome: Outcome, rule: Rule, streams: Streams) -> None:
    """Write one line for each comment, and on standard error what was left and what failed."""
    for line, number in outcome.comments:
        more = f" ({counted(number, 'finding')})" if number > 1 else ""
        streams.stdout.write(f"{visible(outcome.path)}:{line}: {rule.code} waived{more}\n")
    left = [f"{outcome.path} is left as it is: {outcome.left}"] if outcome.left is not None else []
    for message in (*left, *outcome.faults):
        streams.stderr.write(f"pfocr-lint: {visible(message)}\n")


def _summary(outcomes: Sequence[Outcome], rule: Rule, records: int) -> str:
    waived = sum(number for outcome in outcomes for _, number in outcome.comments)
    already = sum(outcome.already for outcome in outcomes)
    before = f" {counted(already, 'finding')} {'was' if already == 1 else 'were'} waived before." if already else ""
    if not waived:
        left = any(outcome.left is not None or outcome.faults for outcome in outcomes)
        nothing = f"No finding of {rule.code} was waived" if left else f"Nothing to waive: no finding of {rule.code}"
        return f"{nothing} in {counted(records, 'record')}.{before}\n"
    where = sum(bool(outcome.comments) for outcome in outcomes)
    return f"{counted(waived, 'finding')} of {rule.code} waived in {where:,} of {counted(records, 'record')}.{before}\n"
