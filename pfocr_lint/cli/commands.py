"""
The commands beside the main job, such as ``pfocr-lint waive``: a table from the first argument to the module that runs it.

Any other first argument is an option or a path; a folder with the name of a command is written ``./waive``. A command's module
has a function ``main(argv, streams)``, which gets the arguments behind the word, returns the exit status, and raises UsageError
and SettingsError for wrong ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from pfocr_lint.report.reporter import Streams


class Command(NamedTuple):
    """A command: its module, and what it does, for the help."""

    module: str
    summary: str


COMMANDS = {
    "server": Command("pfocr_lint.cli.server", "serve an editor"),
    "plan": Command("pfocr_lint.cli.plan", "write what --fix would change as a reviewable file"),
    "apply": Command("pfocr_lint.cli.apply", "make the planned edits"),
    "verify": Command("pfocr_lint.cli.verify", "prove that nothing but planned edits was made"),
    "undo": Command("pfocr_lint.cli.undo", "take the planned edits back"),
    "report": Command("pfocr_lint.cli.report", "write the state of the records as a page for a browser"),
    "waive": Command("pfocr_lint.cli.waive", "write waivers"),
    "review": Command("pfocr_lint.cli.review", "post suggestions on a pull request"),
}


class Main(Protocol):
    """Runs a command."""

    def __call__(self, argv: Sequence[str], streams: Streams) -> int:
        """Run with the arguments behind the command's name, and return the exit status."""


def command_of(argv: Sequence[str]) -> Main | None:
    """Return the function of the command that the arguments begin with; None for the main job."""
    command = COMMANDS.get(argv[0]) if argv else None
    return None if command is None else cast("Main", import_module(command.module).main)
