"""Git commands that run no program of a work tree, and print the same for every user."""

from __future__ import annotations

import os

# The variables that Git keeps: where its settings (safe.directory is one) and its programs are. Others name another repository or
# index, as in hooks, or change the meaning of paths and patterns.
_KEPT = ("GIT_CONFIG_", "GIT_EXEC_PATH")
# Nothing is fetched by accident: GIT_NO_LAZY_FETCH forbids it from Git 2.45 on, and without a protocol older versions cannot.
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "LC_ALL": "C",
}  # fmt: skip

# With these settings Git runs no program of a work tree (hooks, monitors), ignores a folder that looks like a repository with
# settings of its own, and prints the same for every user. It knows /dev/null on Windows too.
_QUIET = tuple(
    part
    for setting in (
        "core.quotePath=false", "core.fsmonitor=false", "core.hooksPath=/dev/null", "safe.bareRepository=explicit",
        "submodule.recurse=false", "color.ui=false", "color.grep=false", "color.diff=false", "diff.relative=false",
        "diff.autoRefreshIndex=true", "diff.orderFile=/dev/null",
    )
    for part in ("-c", setting)
)  # fmt: skip


def git_command(folder: str, *args: str) -> list[str]:
    """A Git command in a folder, with the settings that keep it from running programs."""
    return ["git", "-C", folder, *_QUIET, *args]


def git_environment() -> dict[str, str]:
    """The variables that a Git command gets."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)}
    return {**kept, **_ENVIRONMENT}
