"""
The records of a commit, with the settings that the commit has for them, and the edits that the linter offers for them.

Everything comes from Git's objects: the work tree has no part in it. So the edits of a commit are always the same.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from pfocr_lint.campaign.plan_file import Entry, Flags
from pfocr_lint.dataclass import dataclass
from pfocr_lint.errors import UsageError
from pfocr_lint.quoting import quote
from pfocr_lint.report.machine import dumps
from pfocr_lint.settings.model import DEFAULT, Settings
from pfocr_lint.settings.overrides import Overrides, with_overrides
from pfocr_lint.workspace import discovery
from pfocr_lint.workspace.git_revision import Revision
from pfocr_lint.workspace.neighbours import is_within
from pfocr_lint.workspace.paths import below


@dataclass
class BaseRecords:
    """
    The records of a commit, as file discovery would find them.

    ``for_all`` are settings that replace those of the commit; ``overrides`` come on top. Paths are relative to the top folder
    of the repository, ``/`` separated.
    """

    base: Revision
    overrides: Overrides
    for_all: Settings | None = None

    def settings_of(self, path: str) -> Settings:
        """The settings of a record. Raises SettingsError."""
        return _settings(self.base, path.rpartition("/")[0], self.for_all, self.overrides)

    def refusal(self, path: str) -> str | None:
        """Why a path is no record of the commit; None for a record."""
        if path in self.base.links:
            return "it is a link"
        if path not in self.base.blobs:
            return f"{self.base.commit[:12]} has no such file"
        folder = path.rpartition("/")[0]
        if not discovery.is_record(path) or any(map(discovery.passes_by, folder.split("/"))):
            return "it is not a record"
        settings = self.settings_of(path)
        if settings.exclude and settings.excludes(os.path.join(self.base.top, path)):  # noqa: PTH118
            return "the settings exclude it"
        return None

    def refusal_of(self, entry: Entry) -> str | None:
        """The same for a record of a plan, which must be the version that the commit has."""
        refusal = self.refusal(entry.path)
        if refusal is None and self.base.blobs[entry.path] != entry.blob:
            return f"{self.base.commit[:12]} has another version of it than the plan says"
        return refusal

    def below(self, paths: Sequence[str]) -> list[str]:
        """The records in some files and folders, sorted. Raises UsageError for one that holds none."""
        every = [path for path in self.base.blobs if self.refusal(path) is None]
        found: set[str] = set()
        for path in paths:
            here = [each for each in every if is_within(each, "" if path == "." else path)]
            if not here:
                raise UsageError(f"no record found in {quote(path)} of {self.base.commit[:12]}")
            found.update(here)
        return sorted(found)

    def digest(self, records: Iterable[str]) -> str:
        """A digest of the settings of some records, the flags included."""
        folders = sorted({path.rpartition("/")[0] for path in records})
        rows = [[folder, *_as_data(self.settings_of(f"{folder}/-"), self.base.top)] for folder in folders]
        return f"sha256:{hashlib.sha256(dumps(rows).encode()).hexdigest()}"


def base_records(base: Revision, flags: Flags) -> BaseRecords:
    """The records of a commit, with its settings and the flags of a plan."""
    overrides = Overrides(flags.selection, None, waivers=True, today=flags.today)
    return BaseRecords(base, overrides, DEFAULT if flags.isolated else None)


@lru_cache(1_000)
def _settings(base: Revision, folder: str, for_all: Settings | None, overrides: Overrides) -> Settings:
    found = for_all or base.settings_for(os.path.join(base.top, folder, "-"))  # noqa: PTH118
    return with_overrides(found, overrides)


def _as_data(settings: Settings, top: str) -> list[Any]:
    """The settings that decide which fixes are offered."""
    root = "" if settings.root is None else below(settings.root, top)
    chosen = [[each.select, each.ignore, each.extend_select] for each in settings.selections]
    severity = [[code, level.value] for code, level in settings.severity]
    rest = [settings.per_file_ignores, severity, settings.exclude, settings.organisms, settings.organism_synonyms]
    return [root, chosen, *rest, settings.waivers, settings.today]


def in_repository(base: Revision, path: str) -> str:
    """A path that the user gave, relative to the top folder; '.' for that folder. Raises UsageError for one outside."""
    name = below(os.path.realpath(path), os.path.realpath(base.top))
    if name == ".." or name.startswith("../"):
        raise UsageError(f"{quote(path)} is not in the repository {quote(base.top)}")
    return name
