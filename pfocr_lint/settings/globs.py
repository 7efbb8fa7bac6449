"""Globs of the settings: whether one means a file. Pure."""

from __future__ import annotations

from fnmatch import fnmatch


def matches(path: str, glob: str) -> bool:
    """Whether a glob means a file: with a slash, from the settings' folder on; without, any part of its path."""
    pattern = glob.removeprefix("./").rstrip("/")
    if "/" not in glob.rstrip("/"):
        return any(fnmatch(part, pattern) for part in path.split("/"))
    return any(fnmatch(path.lstrip("/"), each) for form in _forms(pattern.lstrip("/")) for each in (form, f"{form}/*"))


def _forms(pattern: str) -> set[str]:
    """A glob in which ``**/`` stands for folders, and the same where it stands for none: in front, further on, or both."""
    lead, rest = ("**/", pattern[3:]) if pattern.startswith("**/") else ("", pattern)
    return {f"{front}{each}" for front in (lead, "") for each in (rest, rest.replace("**/", ""))}
