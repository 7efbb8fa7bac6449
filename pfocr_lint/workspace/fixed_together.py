"""Many records fixed together: read, checked and flushed to disk at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import replace
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.linter import prefilter
from pfocr_lint.result import Result
from pfocr_lint.workspace import git_line_ends
from pfocr_lint.workspace.atomic_write import Changed, Write, unwritable, write_all
from pfocr_lint.workspace.reading import Unreadable, stay_inside

if TYPE_CHECKING:
    from pfocr_lint.linter import entry_fixer
    from pfocr_lint.schema.kinds import Kind
    from pfocr_lint.settings.model import Settings
    from pfocr_lint.workspace import planned_result
    from pfocr_lint.workspace.one_file import Task
else:
    planned_result = LazyModule("pfocr_lint.workspace.planned_result")
    entry_fixer = LazyModule("pfocr_lint.linter.entry_fixer")


def fix_together(
    paths: Sequence[str],
    datas: Sequence[bytes],
    quick_checks: Sequence[prefilter.QuickCheck | None],
    settings: Settings,
    kind: Kind | None,
    task: Task,
) -> dict[int, Result]:
    """
    The results of the records that could be fixed so, by their number; the others must be fixed one by one.

    The results have a digest of the new bytes. A record that another program changed meanwhile is among the others.
    """
    tried = {
        number: attempt
        for number, quick in enumerate(quick_checks)
        if quick is not None
        and any(task.makes(rule.fix) for rule in quick.candidates)
        and (attempt := entry_fixer.attempt(quick, datas[number], settings, unsafe=task.unsafe)) is not None
    }
    if not tried:
        return {}
    after = prefilter.quick_checks(
        [paths[number] for number in tried], [each.data for each in tried.values()], settings, kind,
        keywords=task.keywords, values=True,
    )  # fmt: skip
    results, writes = dict[int, Result](), dict[int, Write]()
    for (number, attempt), quick in zip(tried.items(), after, strict=True):
        fixed = entry_fixer.verified(attempt, quick, settings, unsafe=task.unsafe)
        if fixed is not None and task.mode == "plan":
            results[number] = planned_result.planned_result(paths[number], datas[number], fixed)
        elif fixed is not None:
            digest = git_line_ends.digest_of(paths[number], fixed.data)
            results[number] = Result(paths[number], fixed.left, fixed.fixed, facts=fixed.facts, digest=digest)
            writes[number] = Write(paths[number], datas[number], fixed.data)
    if task.mode == "plan":
        return results
    if task.mode == "diff":
        return {n: replace(each, versions=(writes[n].old.decode(), writes[n].new.decode())) for n, each in results.items()}
    for number in [number for number in writes if not _is_inside(paths[number])]:
        del writes[number], results[number]
    for number, error in zip(writes, write_all(list(writes.values())), strict=True):
        if isinstance(error, Changed) and str(error):
            results[number] = replace(results[number], left=(), fixed=(), notes=(unwritable(paths[number], error),))
        elif error is not None:
            del results[number]
    return results


def _is_inside(path: str) -> bool:
    """Whether a path is still no link that leads out of the repository."""
    try:
        stay_inside(path)
    except (Unreadable, FileNotFoundError):
        return False
    return True
