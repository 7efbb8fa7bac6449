"""Which settings each file of a run has: its folder's own, those named for all files, or those of a Git revision."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pfocr_lint.paths import real
from pfocr_lint.settings.model import Selection, Settings
from pfocr_lint.settings.overrides import Overrides, with_overrides
from pfocr_lint.workspace.settings_files import discover

if TYPE_CHECKING:
    from pfocr_lint.workspace.files import Files
    from pfocr_lint.workspace.git_revision import Revision
    from pfocr_lint.workspace.revision_files import RevisionFiles


class Choice(NamedTuple):
    """
    The user's choice of settings.

    ``for_all`` replaces every file's own settings. With ``revision``, each file has its settings in that Git revision. ``files``
    are those of the revision whose records are checked; None means the work tree. ``overrides`` come on top in all cases.
    """

    for_all: Settings | None = None
    revision: str | None = None
    overrides: Overrides = Overrides(Selection(), None, waivers=True)
    files: RevisionFiles | None = None

    @property
    def where(self) -> Files:
        """Where the records come from: the revision, or the disk."""
        from pfocr_lint.workspace.files import DISK

        return DISK if self.files is None else self.files

    def settings_revision(self, paths: Sequence[str]) -> Revision | None:
        """The Git revision of :attr:`revision`. Raises SettingsError."""
        if self.revision is None:
            return None
        from pfocr_lint.workspace.git_revision import commit

        return commit(folder_of(paths), self.revision, "--settings-from")

    def base(self, paths: Sequence[str]) -> Callable[[str], Settings]:
        """How the settings of a path are found, without the overrides. Raises SettingsError."""
        revision, files, for_all = self.settings_revision(paths), self.files, self.for_all
        if revision is not None:
            return revision.settings_for if files is None else lambda path: revision.settings_in(files.folder_of(path))
        if for_all is not None:
            return lambda _: for_all
        return settings_for if files is None else files.settings_for

    def settings_of(self, paths: Sequence[str]) -> Callable[[str], Settings]:
        """How the settings of a path are found. Raises SettingsError."""
        base = self.base(paths)
        return lambda path: with_overrides(base(path), self.overrides)


def settings_for(path: str) -> Settings:
    """The settings of a file: the nearest to its folder. Raises SettingsError."""
    return discover(real(os.path.abspath(os.path.dirname(path))))  # noqa: PTH100, PTH120


def folder_of(paths: Sequence[str]) -> str:
    """The folder whose Git repository is meant."""
    return paths[0] if os.path.isdir(paths[0]) else os.path.dirname(paths[0]) or "."  # noqa: PTH112, PTH120
