"""
The records of the client's folders: the facts of each, and what their comparison finds.

One thread at a time calls :meth:`Records.read`, :meth:`Records.update` and :meth:`Records.compare`; the others read the result.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

from pfocr_lint.integrations.language_server.document import Document
from pfocr_lint.linter.hits import Checked
from pfocr_lint.record.facts import Facts, PageFacts
from pfocr_lint.settings.model import Settings
from pfocr_lint.workspace import discovery, git_line_ends, many_files
from pfocr_lint.workspace.cross_record import Comparison, compare
from pfocr_lint.workspace.one_file import Task
from pfocr_lint.workspace.reading import load
from pfocr_lint.workspace.source import Source, kind_by_path

_NOTHING = Comparison({}, ())


class Records:
    """The facts of all records below some folders. ``settings_of`` gives a path's settings, and may raise SettingsError."""

    def __init__(self, settings_of: Callable[[str], Settings]) -> None:
        self._settings_of = settings_of
        self._facts: dict[str, Facts] = {}
        self._folders: tuple[str, ...] = ()
        self._task = Task()  # facts depend on no revision, and Git's answers belong to the thread of the open texts
        self.comparison = _NOTHING
        self.pages: dict[str, str] = {}  # latin name -> path

    def read(self, folders: Sequence[str], stopped: Callable[[], bool] = lambda: False) -> None:
        """Read all records below the folders. ``stopped`` says whether to end early. Raises SettingsError."""
        self._folders = tuple(folders)
        sources = discovery.gather(folders, self._settings_of) if folders else []
        facts: dict[str, Facts] = {}
        with git_line_ends.asked_once():
            for source in sources:
                if stopped():
                    return
                self._note(source, facts)
        self._facts = facts

    def _note(self, source: Source, facts: dict[str, Facts]) -> None:
        result = many_files.process(source, self._task)
        if result.facts is not None:
            facts[source.path] = result.facts

    def update(self, paths: Iterable[str]) -> None:
        """Read some records again, which may have appeared or vanished. Raises SettingsError."""
        for path in paths:
            self._facts.pop(path, None)
            if not (discovery.is_record(path) and self._holds(path) and os.path.lexists(path)):
                continue
            settings = self._settings_of(path)
            if settings.excludes(path):
                continue
            self._note(Source(path, settings, kind_by_path(path)), self._facts)

    def compare(self) -> tuple[str, ...]:
        """Compare all records as a run over the folders does; the faults of this program, each in one line."""
        facts = list(self._facts.values())
        if facts:
            self.comparison = compare(facts, self._settings_of, load, everything=True)
        else:
            self.comparison = _NOTHING
        self.pages = {each.latin: each.path for each in facts if isinstance(each, PageFacts) and each.latin is not None}
        return self.comparison.faults

    def found(self, path: str) -> Checked | None:
        """What the last comparison found in one record."""
        return self.comparison.checked.get(path)

    def _holds(self, path: str) -> bool:
        """Whether file discovery would come to a file."""
        for folder in self._folders:
            start = "" if folder == "." else f"{folder.rstrip('/')}/"
            if path.startswith(start) and not (folder == "." and os.path.isabs(path)):  # noqa: PTH117
                return not any(map(discovery.passes_by, path[len(start) :].split("/")[:-1]))
        return False


def give(records: Records, documents: Iterable[Document]) -> None:
    """Give each open record what the last comparison found in it."""
    for document in documents:
        document.compared = records.found(document.path)
