"""The whole of apply and undo: all batches at once in the work tree, or batch by batch with a commit for each."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pfocr_lint.campaign.commits import IGNORED, Branch, trailers
from pfocr_lint.campaign.editing import Change, WorkTree
from pfocr_lint.campaign.outcomes import Committed, Outcome
from pfocr_lint.campaign.plan_file import Plan
from pfocr_lint.errors import UsageError
from pfocr_lint.lazy_import import pathlib
from pfocr_lint.report.plain import counted
from pfocr_lint.version import __version__
from pfocr_lint.workspace.atomic_write import Changed, write
from pfocr_lint.workspace.git_objects import is_ancestor, output

if TYPE_CHECKING:
    from pfocr_lint.campaign.base_records import BaseRecords

_HEADING = "# Commits of pfocr-lint: git config blame.ignoreRevsFile .git-blame-ignore-revs\n"


def apply_all(plan: Plan, records: BaseRecords, batches: Sequence[str], change: Change) -> Iterator[Outcome]:
    """Change the work tree, and yield what came of each record."""
    return WorkTree(plan, records).change(change, batches)


def commit_all(
    plan: Plan, records: BaseRecords, batches: Sequence[str], change: Change, verb: str, *, ignore_in_blame: bool = False
) -> Iterator[Outcome | Committed]:
    """
    The same batch by batch, with a commit for each that has something to commit. ``verb`` is ``apply`` or ``undo``.

    Raises UsageError where Git refuses, and where HEAD does not come after the base of the plan.
    """
    top = records.base.top
    if not is_ancestor(top, records.base.commit, "HEAD"):
        raise UsageError(f"{plan.file}: its base {records.base.commit[:12]} does not come before HEAD")
    with Branch(top) as branch:
        for batch in batches:
            files: dict[str, bytes] = {}
            codes: Counter[str] = Counter()
            for outcome in WorkTree(plan, records, branch.blobs).change(change, [batch]):
                if outcome.written is not None:
                    files[outcome.path] = outcome.written
                    codes.update(outcome.codes)
                yield outcome._replace(written=None)
            if files:
                commit = branch.commit(files, _message(plan, batch, len(files), codes, verb))
                yield Committed(batch, commit, len(files))
        if ignore_in_blame:
            _list_commits(plan, branch)


def _message(plan: Plan, batch: str, records: int, codes: Counter[str], verb: str) -> str:
    rules = ", ".join(sorted(codes))
    total = sum(codes.values())
    what = "Apply planned fixes of" if verb == "apply" else "Take back planned fixes of"
    reduced = f", reduced from {plan.head.lines:,} lines ({plan.parent})" if plan.parent is not None else ""
    counts = "\n".join(f"- {code}: {counted(count, 'fix')}" for code, count in sorted(codes.items()))
    trailer = "PFOCR-Batch" if verb == "apply" else "PFOCR-Undo"
    return (
        f"{what} {rules} in {counted(records, 'record')}\n\n"
        f"{counts}\n\n"
        f"{total:,} in all, made by pfocr-lint {__version__} from a plan of {plan.lines:,} edits{reduced}\n"
        f"on {plan.head.base}. To check this commit: pfocr-lint verify PLAN --revision COMMIT\n\n"
        f"PFOCR-Plan: {plan.digest}\n{trailer}: {batch}\n"
    )


def _list_commits(plan: Plan, branch: Branch) -> None:
    """Add the commits of the plan to the list that ``git blame`` leaves out; those that are there already stay."""
    path = pathlib.Path(branch.top, IGNORED)
    if path.is_symlink():
        raise UsageError(f"{IGNORED}: it is a link, so nothing is added to it")
    old = path.read_bytes() if path.exists() else None
    found = output(branch.top, "log", "--reverse", "-z", "--format=%H%n%B", f"{plan.head.base}..HEAD").decode("utf-8", "replace")
    new = old.decode("utf-8", "surrogateescape") if old is not None else _HEADING
    new += "" if new.endswith("\n") or not new else "\n"
    for each in found.split("\0"):
        commit, _, message = each.partition("\n")
        if plan.digest in trailers(message, "PFOCR-Plan") and trailers(message, "PFOCR-Batch") and commit not in new:
            new += f"{commit} # {', '.join(sorted(trailers(message, 'PFOCR-Batch')))}\n"
    data = new.encode("utf-8", "surrogateescape")
    try:
        if old is None:
            path.touch(exist_ok=False)
        if data != (old or b""):
            write(os.fspath(path), old or b"", data)
    except (Changed, FileExistsError):
        raise UsageError(f"{IGNORED}: another program changed it in the meantime; run the command again") from None
