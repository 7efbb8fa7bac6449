"""One file to read."""

from __future__ import annotations

import os
from typing import NamedTuple

from pfocr_lint.schema.kinds import Kind, kind_of
from pfocr_lint.settings.model import DEFAULT, Settings


class Source(NamedTuple):
    """One file to read: its path as the user gave it, ``/`` separated, and the settings that hold for it."""

    path: str
    settings: Settings = DEFAULT
    kind: Kind | None = None


def kind_by_path(path: str) -> Kind | None:
    """The kind that the folder says, by the full path: '.' may be a record folder itself."""
    kind = kind_of(os.path.join(os.getcwd(), path), "")  # noqa: PTH109, PTH118 - no ".." is resolved
    return None if kind is Kind.UNKNOWN else kind


def posix(path: str) -> str:
    """A path as it is shown: without the current folder in front, which may be written several times, or with two slashes."""
    shown = path.replace(os.sep, "/")
    while shown.startswith("./"):
        shown = shown[2:].lstrip("/")
    return shown or "."
