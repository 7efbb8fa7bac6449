"""Paths with the links on the way to them followed."""

from __future__ import annotations

import os
from functools import cache

real = cache(os.path.realpath)  # many files share a folder


def whole(path: str) -> str:
    """The whole path of a file, the links on the way to it followed."""
    folder, name = os.path.split(path)
    return os.path.join(real(os.path.join(os.getcwd(), folder)), name)  # noqa: PTH109, PTH118 - no ".." is resolved before a link
