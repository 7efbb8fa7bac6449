"""Matching of paths with the settings' globs. Pure."""

from __future__ import annotations

from fnmatch import fnmatch


def matches(path: str, glob: str) -> bool:
    """Whether a glob matches a path: with a slash from the settings' folder on, without one any part of the path."""
    pattern = glob.removeprefix("./").rstrip("/")
    if "/" not in glob.rstrip("/"):
        return any(fnmatch(part, pattern) for part in path.split("/"))
    return any(fnmatch(path.lstrip("/"), each) for form in _forms(pattern.lstrip("/")) for each in (form, f"{form}/*"))


def _forms(pattern: str) -> set[str]:
    """A glob with each ``**/`` as folders and as no folder: in front, further on, or both."""
    lead, rest = ("**/", pattern[3:]) if pattern.startswith("**/") else ("", pattern)
    return {f"{front}{each}" for front in (lead, "") for each in (rest, rest.replace("**/", ""))}
