"""
Modules that are imported on first use.

A clean run needs neither PyYAML (14 ms) nor jsonschema (59 ms), and takes little more than that itself. The modules of Python's
own library that only a finding, a fix, a second process or a settings file needs are here too: another 30 ms.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

__all__ = ["LazyModule", "difflib", "expression", "hashlib", "html", "pathlib", "pickle", "secrets", "shutil", "zlib"]


class LazyModule:
    """Stands for a module: imports it when one of its names is first used, and keeps the name's value."""

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(import_module(self._name), attribute)
        self.__dict__[attribute] = value
        return value

    def __setattr__(self, attribute: str, value: Any) -> None:
        setattr(import_module(self._name), attribute, value)
        self.__dict__[attribute] = value


if TYPE_CHECKING:
    import difflib
    import hashlib
    import html
    import pathlib
    import pickle
    import secrets
    import shutil
    import zlib
else:
    difflib, hashlib, html = LazyModule("difflib"), LazyModule("hashlib"), LazyModule("html")
    pathlib, pickle, secrets, shutil = LazyModule("pathlib"), LazyModule("pickle"), LazyModule("secrets"), LazyModule("shutil")
    zlib = LazyModule("zlib")


class _Expression:
    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self._flags = pattern, flags

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(re.compile(self.pattern, self._flags), attribute)
        self.__dict__[attribute] = value
        return value


def expression(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A regular expression that is compiled on first use: a clean record needs thirty of a hundred."""
    return cast("re.Pattern[str]", _Expression(pattern, flags))
