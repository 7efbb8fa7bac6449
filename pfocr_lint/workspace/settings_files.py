"""The settings files of the work tree: finding and reading them."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from functools import cache
from typing import Any

from pfocr_lint.lazy_import import pathlib
from pfocr_lint.quoting import quote
from pfocr_lint.settings.model import DEFAULT, Settings, SettingsError
from pfocr_lint.settings.parsing import MAX_BYTES, own_table, parse
from pfocr_lint.workspace.paths import inside

FILE = "pfocr-lint.toml"
NAMES = (FILE, "pyproject.toml")


@cache
def discover(folder: str) -> Settings:
    """The settings nearest to a folder, upward. Raises SettingsError for a file that is wrong."""
    parent, last = folder, ""
    while parent != last:
        for name in NAMES:
            if os.path.lexists(os.path.join(parent, name)):  # noqa: PTH118 - pathlib takes 8 ms to import
                path = pathlib.Path(parent, name)
                if path.is_symlink() and not inside(str(path), parent):
                    raise SettingsError(f"{path}: is a link that leads out of the repository")
                settings = _from_file(path, parent)
                if settings is not None:
                    return settings
        parent, last = os.path.dirname(parent), parent  # noqa: PTH120
    return DEFAULT


def load(path: pathlib.Path) -> Settings:
    """Settings from one TOML file that is named. Raises SettingsError."""
    settings = _from_file(path, str(path.parent.resolve()))
    if settings is None:
        raise SettingsError(f"{path}: has no table [tool.pfocr-lint]")
    return settings


def _from_file(path: pathlib.Path, root: str) -> Settings | None:
    """Settings of the work tree, where the folder that they name must exist; in another revision it may not exist any more."""
    settings = from_bytes(_read(path), path, root)
    named = settings.organisms if settings is not None else None
    if isinstance(named, str) and not os.path.isdir(os.path.join(root, named)):  # noqa: PTH112, PTH118
        raise SettingsError(no_folder(path, named))
    return settings


def no_folder(path: pathlib.Path, organisms: str) -> str:
    """The message for settings that name a folder which does not exist."""
    return f"{path}: organisms is {quote(organisms)}, and there is no such folder"


def from_bytes(data: bytes, path: pathlib.Path, root: str) -> Settings | None:
    """Settings from what a settings file holds; None where a pyproject.toml has no table of ours. Raises SettingsError."""
    table = own_table(data, path)
    return None if table is None else from_table(table, str(path), root)


def from_table(table: Mapping[str, Any], where: str, root: str) -> Settings:
    """Settings from a TOML table; the folder that they name must be inside the repository. Raises SettingsError."""
    settings = parse(table, where, root)
    organisms = settings.organisms
    if isinstance(organisms, str) and not inside(os.path.join(root, organisms), root):  # noqa: PTH118 - an absolute one stays so
        raise SettingsError(f"{where}: organisms is {quote(organisms)}, want a folder inside the repository")
    return settings


def _read(path: pathlib.Path) -> bytes:
    """The bytes of a settings file, without waiting for a pipe."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise SettingsError(f"{path}: is not a file")
            with open(handle, "rb", closefd=False) as file:
                return file.read(MAX_BYTES + 1)
        finally:
            os.close(handle)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
