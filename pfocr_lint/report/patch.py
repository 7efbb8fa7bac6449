"""What the fixes would change, as a patch for Git and ``patch``."""

from __future__ import annotations

import os


def unified(path: str, old: str, new: str) -> str:
    """The unified diff of two versions of a file; ``path`` is taken from the folder in which it is to be applied."""
    import difflib  # which a run that shows no patch does not need

    # at LF alone: whatever else breaks a line to Python is text to patch and git
    before, after = ([f"{line}\n" for line in text.split("\n")] for text in (old, new))
    for lines in (before, after):
        lines[-1] = lines[-1][:-1]
    path = path.lstrip("/")
    diff = difflib.unified_diff(
        [line for line in before if line], [line for line in after if line], _name(f"a/{path}"), _name(f"b/{path}")
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in diff)


def _name(path: str) -> str:
    """A path for a diff's header, quoted as Git does where it holds what would break the line."""
    if path.isprintable() and not set('"\\') & set(path):
        return path
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\{b:03o}" for b in os.fsencode(path)) + '"'
