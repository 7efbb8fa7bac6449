"""One record from standard input as the scope of a run."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import dataclass
from pfocr_lint.record.line_ends import in_ends_of
from pfocr_lint.result import Result
from pfocr_lint.workspace import compared_results, git_line_ends, one_file
from pfocr_lint.workspace.run import Finished

if TYPE_CHECKING:
    from pfocr_lint.workspace.one_file import Task
    from pfocr_lint.workspace.source import Source

NO_NAME = "-"  # of a record without a file, beside which nothing can be looked up


@dataclass
class StandardInput:
    """
    The bytes of one record, with the name and settings of ``source``. No file is written: ``task`` checks or makes a diff.

    ``excluded`` says that the settings leave the file out. ``write_fixed``, if given, gets the bytes with the fixes before
    anything is reported.
    """

    source: Source
    data: bytes
    task: Task
    excluded: bool = False
    write_fixed: Callable[[bytes], None] | None = None

    total = 1

    def results(self) -> Generator[Result | None, None, None]:
        """The result of the record."""
        name = self.source.path
        result = Result(name)
        if not self.excluded:
            data = self.data if name == NO_NAME else git_line_ends.as_stored(name, self.data)
            result = one_file.process_bytes(self.source, data, self.task)
            if name != NO_NAME:
                result = compared_results.on_pages(result, data, self.source.settings, self.task)
        if self.write_fixed is not None:
            fixed = result.versions
            self.write_fixed(self.data if fixed is None else in_ends_of(self.data, *map(str.encode, fixed)))
        yield result

    def finish(self, waiting: Sequence[Result]) -> Finished:
        """Nothing is left to compare."""
        return Finished(waiting)

    def close(self) -> None:
        """Nothing is kept."""
