"""A file to read, with its settings and kind."""

from __future__ import annotations

import os
from typing import NamedTuple

from pfocr_lint.schema.kinds import Kind, kind_of
from pfocr_lint.settings.model import DEFAULT, Settings


class Source(NamedTuple):
    """A file to read: its path as the user gave it, ``/`` separated, its settings, and its kind (None: its text decides)."""

    path: str
    settings: Settings = DEFAULT
    kind: Kind | None = None


def kind_by_path(path: str) -> Kind | None:
    """The kind that a file's folder shows, by the full path: '.' may be a record folder itself."""
    kind = kind_of(os.path.join(os.getcwd(), path), "")  # noqa: PTH109, PTH118 - no ".." is resolved
    return None if kind is Kind.UNKNOWN else kind


def posix(path: str) -> str:
    """A path as it is shown: without './' in front, however often, and without double slashes there."""
    shown = path.replace(os.sep, "/")
    while shown.startswith("./"):
        shown = shown[2:].lstrip("/")
    return shown or "."
