"""Waives all findings of one rule in files: finds them as a run does, and writes the comments."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pfocr_lint.linter.record_check import check_record
from pfocr_lint.linter.waiver_writing import write_waivers
from pfocr_lint.record.parser import read
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.workspace import discovery, git_line_ends, many_files, one_file
from pfocr_lint.workspace.atomic_write import tidy
from pfocr_lint.workspace.cross_record import compare, merged
from pfocr_lint.workspace.one_file import Task
from pfocr_lint.workspace.reading import Unreadable, load, try_load

if TYPE_CHECKING:
    from pfocr_lint.linter.hits import Checked
    from pfocr_lint.result import Result
    from pfocr_lint.rules.declaration import Rule
    from pfocr_lint.settings.model import Settings
    from pfocr_lint.workspace.cross_record import Comparison
    from pfocr_lint.workspace.source import Source


class Outcome(NamedTuple):
    """
    What came of one record: for each new comment its line (from 1) and the number of findings that it waives.

    ``left`` says why the record was left as it is; ``already`` is the number of findings of the rule that were waived before.
    ``faults`` are this program's own.
    """

    path: str
    comments: tuple[tuple[int, int], ...] = ()
    left: str | None = None
    already: int = 0
    faults: tuple[str, ...] = ()


def waive_all(
    rule: Rule,
    comment: str,
    sources: Sequence[Source],
    settings_of: Callable[[str], Settings],
    *,
    jobs: int | None = None,
    named: bool = False,
) -> Iterator[Outcome]:
    """
    Waive the findings of a rule by a comment above each, and yield what came of the records concerned, in order.

    ``named`` says that only files were named: then records are not compared with each other.
    """
    with git_line_ends.asked_once():
        yield from _waived(rule, comment, sources, settings_of, jobs=jobs, named=named)


def _waived(
    rule: Rule,
    comment: str,
    sources: Sequence[Source],
    settings_of: Callable[[str], Settings],
    *,
    jobs: int | None,
    named: bool,
) -> Iterator[Outcome]:
    task = Task(keywords=discovery.has_tables(sources))
    results = list(many_files.process_all(sources, task, jobs))
    facts = [result.facts for result in results if result.facts is not None]
    comparison = compare(facts, settings_of, load, named=named)
    if comparison.faults:
        yield Outcome("", faults=comparison.faults)
    try:
        for source, result in zip(sources, results, strict=True):
            outcome = _outcome(rule, comment, source, result, comparison)
            if outcome != Outcome(source.path):
                yield outcome
    finally:
        for folder in {os.path.dirname(source.path) or "." for source in sources}:  # noqa: PTH120
            with contextlib.suppress(OSError):
                tidy(folder)


def _outcome(rule: Rule, comment: str, source: Source, result: Result, comparison: Comparison) -> Outcome:
    path = source.path
    already = (*result.waived, *comparison.waived(path)).count(rule.code)
    known = Outcome(path, already=already, faults=result.faults)
    if result.unreadable is not None or result.not_a_record:
        return known._replace(left=result.unreadable or "it is not a record")
    form = [each.code for each in result.left if each.code.startswith("PF0")]
    if form and not _is_readable(source):
        return known._replace(left=f"it cannot be read as one record; correct that first ({form[0]})")
    if not any(each.code == rule.code for each in merged(result.left, comparison.diagnostics(path))):
        return known
    try:
        checked, data = _checked(rule, source, comparison)
        written = write_waivers(checked, rule.code, comment, source.settings)
    except Unreadable as refused:
        return known._replace(left=str(refused))
    except Exception as error:  # noqa: BLE001 - the other records are still waived
        return known._replace(faults=(*result.faults, f"{path}: it could not be waived: {type(error).__name__}: {error}"))
    if written.problem is not None:
        return known._replace(left=written.problem)
    if not written.comments:  # another path to the same file, or another run, was first
        return known
    note = one_file.replace_file(path, data, written.text.encode())
    return known._replace(left=note.removeprefix(f"{path}: ")) if note is not None else known._replace(comments=written.comments)


def _is_readable(source: Source) -> bool:
    data = try_load(source.path)
    return data is not None and (source.kind is Kind.TABLE or read(source.path, data, source.kind).data is not None)


def _checked(rule: Rule, source: Source, comparison: Comparison) -> tuple[Checked, bytes]:
    """The findings of the rule in a record, with the bytes that were checked. Raises Unreadable."""
    if rule.only_compares:
        checked = comparison.checked[source.path]
        return checked, checked.record.text.encode()
    data = load(source.path)
    return check_record(read(source.path, data, source.kind), source.settings), data
