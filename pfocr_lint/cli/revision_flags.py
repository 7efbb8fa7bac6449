"""The command-line flags for the records of a Git revision, and for clones that lack objects."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pfocr_lint.report import visible

if TYPE_CHECKING:
    from pfocr_lint.report.reporter import Streams
    from pfocr_lint.workspace.git_fetch import Fetching
    from pfocr_lint.workspace.settings_choice import Choice


def fetching_of(flags: argparse.Namespace, streams: Streams) -> Fetching | None:
    """Return what the run may fetch; None where it reads nothing from a revision. Raises UsageError."""
    if flags.max_fetch is None and flags.since is None and flags.revision is None and flags.settings_from is None:
        return None
    from pfocr_lint.workspace.git_fetch import MAX_FETCH, Fetching, size_of

    def say(line: str) -> None:
        streams.stderr.write(f"pfocr-lint: {visible(line)}\n")

    most = MAX_FETCH if flags.max_fetch is None else size_of(flags.max_fetch)
    return Fetching(flags.offline, most, flags.all_blobs, say)


def with_revision(choice: Choice, paths: Sequence[str], revision: str | None) -> Choice:
    """Return the choice of settings for the records of ``--revision``. Raises UsageError and RevisionError."""
    if revision is None:
        return choice
    from pfocr_lint.workspace.revision_files import files_of

    return choice._replace(files=files_of(paths, revision))


def fetch_for(choice: Choice, paths: Sequence[str], fetching: Fetching | None, *, records: bool) -> None:
    """Fetch what a run without ``--since`` needs; without ``records``, the settings alone. Raises RevisionError."""
    if fetching is None:
        return
    from pfocr_lint.workspace import needed

    settings = choice.settings_revision(paths)
    if choice.files is not None:
        needed.for_revision(choice.files, paths, fetching, settings, records=records)
    elif settings is not None:
        needed.for_settings(settings, fetching)
