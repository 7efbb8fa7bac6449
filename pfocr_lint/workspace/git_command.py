"""Git commands that run no program of a work tree, and print the same for every user."""

from __future__ import annotations

import os

# Of the variables that Git obeys it is left where its settings are (safe.directory is one) and its programs, and no more: others
# name another repository or index, as Git does for its hooks, or give paths and patterns another meaning.
_KEPT = ("GIT_CONFIG_", "GIT_EXEC_PATH")
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}

# Git runs no program for what it is asked here, whatever a work tree says: no hook, no monitor; a folder that looks like
# a repository of its own, with settings of its own, is none; and what it prints is the same for every user.
_QUIET = tuple(
    part
    for setting in (
        "core.quotePath=false", "core.fsmonitor=false", f"core.hooksPath={os.devnull}", "safe.bareRepository=explicit",
        "submodule.recurse=false", "color.ui=false", "color.grep=false", "color.diff=false", "diff.relative=false",
        "diff.autoRefreshIndex=true", f"diff.orderFile={os.devnull}",
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
