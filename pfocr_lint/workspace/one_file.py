"""One file: read, checked, fixed and written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import dataclass, replace
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.linter import edited_values, prefilter
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.record.facts import facts_of
from pfocr_lint.record.parser import unreadable
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.workspace.atomic_write import Changed, unwritable, write
from pfocr_lint.workspace.files import DISK, Files, git_open
from pfocr_lint.workspace.reading import Unreadable, stay_inside, try_load
from pfocr_lint.workspace.source import Source, kind_by_path

if TYPE_CHECKING:
    from pfocr_lint.linter import checker, fixer, hits, record_check
    from pfocr_lint.record.document import Record
    from pfocr_lint.record.values import Values
    from pfocr_lint.settings.model import Settings
    from pfocr_lint.workspace import git_line_ends, planned_result
else:
    checker = LazyModule("pfocr_lint.linter.checker")
    record_check = LazyModule("pfocr_lint.linter.record_check")
    fixer = LazyModule("pfocr_lint.linter.fixer")
    hits = LazyModule("pfocr_lint.linter.hits")
    git_line_ends = LazyModule("pfocr_lint.workspace.git_line_ends")
    planned_result = LazyModule("pfocr_lint.workspace.planned_result")
from pfocr_lint.result import Result


@dataclass(frozen=True)
class Task:
    """
    What to do with each file: ``mode`` is ``check``, ``fix``, ``diff`` or ``plan`` (the result has the edits of the fixes, and
    nothing is written); ``unsafe`` also applies the unsafe fixes.

    ``keywords`` says that there are mention tables, with which keywords will be compared. ``revision`` is the Git revision since
    which edits count: a safe fix replaces no edited value. None: Git is not used. ``files`` is where the records come from.
    """

    mode: str = "check"
    unsafe: bool = False
    keywords: bool = True
    revision: str | None = None
    files: Files = DISK

    def makes(self, safety: str) -> bool:
        """Whether fixes of a safety, or of what a rule declares as its own, will be applied."""
        return self.mode != "check" and (safety.startswith("safe") or (self.unsafe and safety == "unsafe"))


def read_file(path: str, settings: Settings, files: Files) -> bytes | Result:
    try:
        try:
            return files.load(path)
        except Unreadable as refused:
            result = _result(record_check.check_record(unreadable(path, str(refused)), settings), Task())
            return replace(result, unreadable=str(refused), missing=not files.exists(path))
    except Exception as error:  # noqa: BLE001 - the other files are still checked
        return failed(path, error)


def failed(path: str, error: Exception) -> Result:
    return Result(path, faults=(f"{path}: it could not be checked: {type(error).__name__}: {error}",))


def process_bytes(source: Source, data: bytes, task: Task) -> Result:
    """The result for a record's bytes; they are written back only when the task says so."""
    quick = prefilter.quick_check(source.path, data, source.settings, source.kind, keywords=task.keywords)
    if quick is not None and not quick.found:
        return Result(source.path, facts=quick.facts)
    with git_open():
        return process_prefiltered(source, data, task, quick)


def process_prefiltered(
    source: Source, data: bytes, task: Task, quick: prefilter.QuickCheck | None, digest: bytes = b""
) -> Result:
    """
    The result for bytes in which the prefilter found something, or of which it is not sure.

    ``digest`` is theirs (see git_line_ends.digest_of); the result has that of the bytes that it is about, where it depends on
    nothing else.
    """
    path, before = source.path, partial(_before, source.path, task)
    located = None
    if quick is not None and quick.record is not None:
        located = partial(_located, quick, quick.record, data, source.settings, before, digest)
        if not any(task.makes(rule.fix) for rule in quick.candidates):
            return located()
    try:
        checked = checker.checked_of(path, data, source.settings, source.kind, quick, before)
    except Exception as error:
        if located is None:
            raise
        return _unfixed(located(), error)
    if checked is None or checked.record.kind is Kind.UNKNOWN:
        return Result(path, not_a_record=checked is not None)
    if not _worth_fixing(checked, task):
        return _result(checked, task, digest)
    try:
        fixed = fixer.fix_until_stable(checked, data, source.settings, unsafe=task.unsafe)
    except Exception as error:  # noqa: BLE001 - what is wrong with the file is still reported
        return _unfixed(_result(checked, task), error)
    result = Result(path, fixed.left, fixed.fixed, faults=fixed.faults, facts=fixed.facts, waived=fixed.waived, until=fixed.until)
    if fixed.data == data:
        return replace(result, digest=_unless_edited(checked.record, digest))
    if task.mode == "diff":
        return replace(result, versions=(data.decode(), fixed.data.decode()))
    if task.mode == "plan":
        return planned_result.planned_result(path, data, fixed)
    note = replace_file(path, data, fixed.data)
    if note is not None:
        return replace(_result(checked, task), faults=fixed.faults, notes=(note,))
    now = git_line_ends.digest_of(path, fixed.data) if digest else b""
    return replace(result, digest=_unless_edited(checked.record, now))


def _unless_edited(record: Record, digest: bytes) -> bytes:
    """The digest; empty where what is reported depends on what Git knows."""
    return b"" if edited_values.was_asked(record) else digest


def _before(path: str, task: Task) -> bytes | None:
    return None if task.revision is None else task.files.before(path, task.revision)


def _located(
    quick: prefilter.QuickCheck,
    values: Values,
    data: bytes,
    settings: Settings,
    before: Callable[[], bytes | None],
    digest: bytes,
) -> Result:
    record, found = checker.located(quick, values, data, settings, before)
    return Result(record.path, found, facts=quick.facts, digest=_unless_edited(record, digest))


def _unfixed(found: Result, error: Exception) -> Result:
    fault = f"{found.path}: it could not be fixed: {type(error).__name__}: {error}"
    return replace(found, faults=(*found.faults, fault))


def left_by(task: Task, settings_of: Callable[[str], Settings]) -> Callable[[str], bytes]:
    """How the comparison reads a file again: with ``--diff`` as ``--fix`` would leave it. The function raises Unreadable."""

    def fixed_bytes(path: str) -> bytes:
        data = task.files.load(path)
        with contextlib.suppress(Exception), git_open():  # then it could not be fixed, which was reported
            before, kind = _before(path, task), kind_by_path(path)
            return fixer.fix(path, data, settings_of(path), unsafe=task.unsafe, kind=kind, before=before).data
        return data

    return fixed_bytes if task.mode == "diff" else task.files.load


def fix_compared(checked: hits.Checked, settings: Settings, task: Task, given: bytes | None = None) -> Result | None:
    """
    Apply the fixes of findings between records to one record, unsafe ones too, and write it; None when there is none.

    ``given`` are the bytes of a record that is not read from its file.
    """
    if not _worth_fixing(checked, task):
        return None
    path, old = checked.record.path, checked.record.text.encode()
    fixed = fixer.fix_until_stable(checked, old, settings, unsafe=True)
    if fixed.data == old:
        return Result(path, faults=fixed.faults) if fixed.faults else None
    result = Result(path, fixed.left, fixed.fixed, faults=fixed.faults)
    if task.mode == "diff":
        now = try_load(path, task.files.load) if given is None else given
        return None if now is None else replace(result, versions=(now.decode(), fixed.data.decode()))
    note = replace_file(path, old, fixed.data)
    return result if note is None else Result(path, notes=(note,))


def replace_file(path: str, old: bytes, new: bytes) -> str | None:
    """Write a file; the reason if it was left as it is."""
    try:
        try:
            stay_inside(path)  # it may have become a link since it was read
        except (Unreadable, FileNotFoundError):
            raise Changed from None
        write(path, old, new)
    except Changed as kept:
        if try_load(path) == new:
            return None  # a link to it was fixed at the same time, or another run did so
        return unwritable(path, kept)
    except OSError as error:
        return f"{path}: it could not be written and is left as it is: {error.strerror}"
    return None


def _worth_fixing(checked: hits.Checked, task: Task) -> bool:
    fixes = [hit.finding.fix for hit in checked.hits if hit.finding.fix is not None]
    return any(task.makes(fix.safety.value) for fix in fixes)


def _result(checked: hits.Checked, task: Task, digest: bytes = b"") -> Result:
    return Result(
        checked.record.path,
        tuple(diagnostics_of(checked)),
        faults=checked.faults,
        facts=facts_of(checked.values, keywords=task.keywords),
        waived=checked.waived,
        digest=_unless_edited(checked.record, digest),
        until=checked.until,
    )
