"""Paths with all links resolved."""

from __future__ import annotations

import os
from functools import cache

real = cache(os.path.realpath)  # many files share a folder


def whole(path: str) -> str:
    """The absolute path of a file, with the links in its folder resolved."""
    folder, name = os.path.split(path)
    return os.path.join(real(os.path.join(os.getcwd(), folder)), name)  # noqa: PTH109, PTH118 - no ".." is resolved before a link
