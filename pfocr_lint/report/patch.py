"""The changes that the fixes would make, as a patch for Git and ``patch``."""

from __future__ import annotations

import os


def unified(path: str, old: str, new: str) -> str:
    """Return the unified diff of two versions of a file; ``path`` is relative to the folder where the patch will be applied."""
    import difflib  # only needed for a patch

    # Split at LF only: the other line breaks of str.splitlines are text for patch and Git.
    before, after = ([f"{line}\n" for line in text.split("\n")] for text in (old, new))
    for lines in (before, after):
        lines[-1] = lines[-1][:-1]
    path = path.lstrip("/")
    diff = difflib.unified_diff(
        [line for line in before if line], [line for line in after if line], _name(f"a/{path}"), _name(f"b/{path}")
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in diff)


def _name(path: str) -> str:
    """Return a path for the header of a diff; a path with special characters is quoted as Git does."""
    if path.isprintable() and not set('"\\') & set(path):
        return path
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\{b:03o}" for b in os.fsencode(path)) + '"'
