"""The edits of a fixed record as the result of a run that only plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfocr_lint.linter.planned import made, planned_edits
from pfocr_lint.result import Result

if TYPE_CHECKING:
    from pfocr_lint.linter.fixed import Fixed


def planned_result(path: str, data: bytes, fixed: Fixed) -> Result:
    """The edits that turn a record's bytes into the fixed ones; a fault of this program where they do not."""
    edits = planned_edits(data.decode(), fixed.rounds)
    faults = () if made(data, edits) == fixed.data else (f"{path}: its fixes could not be planned",)
    return Result(path, planned=() if faults else edits, faults=(*fixed.faults, *faults))
