"""Results of files, completed by the comparison of records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import replace
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.packed import RECORDS, Packed, offers, pack
from pfocr_lint.record.facts import Facts
from pfocr_lint.result import Result
from pfocr_lint.workspace import one_file, reading

if TYPE_CHECKING:
    from pfocr_lint.settings.model import Settings
    from pfocr_lint.workspace.one_file import Task
from pfocr_lint.workspace.cache import Compared
from pfocr_lint.workspace.cross_record import Comparison, compare, merged


def compared(
    results: Sequence[Result],
    facts: Iterable[Facts],
    settings_of: Callable[[str], Settings],
    task: Task,
    *,
    named: bool = False,
) -> tuple[list[Result], Comparison]:
    """
    The results with the findings of the comparison of all records, and that comparison.

    A record that has a finding only now gets a result. All are sorted by path.
    """
    comparison = compare(
        facts,
        settings_of,
        one_file.left_by(task, settings_of),
        load_page=task.files.load_page,
        named=named,
        everything=not named,
        files=task.files,
    )
    known = {result.path: result for result in results}
    for path in comparison.checked:
        known.setdefault(path, Result(path))
    return [joined(known[path], comparison, settings_of, task) for path in sorted(known)], comparison


def kept(comparison: Comparison) -> dict[str, Compared]:
    """What a comparison found, by path, as the cache keeps it."""
    own = {path: diagnostics_of(checked) for path, checked in comparison.checked.items()}
    with_left = [path for path, left in own.items() if left]
    found: dict[str, Compared] = {path: Compared(None, checked.waived) for path, checked in comparison.checked.items()}
    for at in range(0, len(with_left), RECORDS):
        part = with_left[at : at + RECORDS]
        block = pack([own[path] for path in part])
        found |= {
            path: Compared(Packed(block, number, path, offers(own[path])), found[path].waived) for number, path in enumerate(part)
        }
    return found


def as_compared(results: Sequence[Result], late: Mapping[str, Compared]) -> list[Result]:
    """The results with what an earlier comparison of the same records found in them."""
    known = {result.path: result for result in results}
    for path, (left, waived) in late.items():
        result = known.get(path, Result(path))
        own = tuple(Packed(left.block, left.number, path, left.offers)) if left is not None else ()
        known[path] = replace(result, left=tuple(merged(result.left, own)), waived=(*result.waived, *waived))
    return [known[path] for path in sorted(known)]


def on_pages(result: Result, data: bytes, settings: Settings, task: Task) -> Result:
    """The same for the bytes of one record, compared with the organism pages beside its path."""
    left = result.versions[1].encode() if result.versions is not None else data

    def loaded(path: str) -> bytes:
        return left if path == result.path else reading.load_as_it_is(path)

    comparison = compare(filter(None, [result.facts]), lambda _: settings, loaded, named=True)
    found = joined(result, comparison, lambda _: settings, task, data)
    return replace(found, faults=(*found.faults, *comparison.faults))


def joined(
    result: Result, comparison: Comparison, settings_of: Callable[[str], Settings], task: Task, given: bytes | None = None
) -> Result:
    """
    A result with the comparison's findings for its record, and with their unsafe fixes, where the task makes them.

    ``given`` are the bytes of a record that is not read from its file.
    """
    checked = comparison.checked.get(result.path)
    if checked is None:
        return result
    result = replace(result, waived=(*result.waived, *checked.waived))
    if task.mode != "check" and task.unsafe:
        fixed = one_file.fix_compared(checked, settings_of(result.path), task, given)
        if fixed is not None and fixed.fixed:
            left = tuple(merged(fixed.left, ()))
            return replace(result, fixed=(*result.fixed, *fixed.fixed), left=left, versions=fixed.versions)
        if fixed is not None:
            result = replace(result, faults=(*result.faults, *fixed.faults), notes=(*result.notes, *fixed.notes))
    return replace(result, left=tuple(merged(result.left, diagnostics_of(checked))))
