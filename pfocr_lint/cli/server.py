"""``pfocr-lint server``: starts the language server on standard input and output."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pfocr_lint.cli.arguments import Parser
from pfocr_lint.errors import UsageError
from pfocr_lint.report.reporter import CLEAN, FOUND

if TYPE_CHECKING:
    from pfocr_lint.report.reporter import Streams


def main(argv: Sequence[str], streams: Streams) -> int:  # noqa: ARG001 - the server reads and writes bytes itself
    """Serve one client, and return the exit status. Raises UsageError."""
    options = Parser(
        prog="pfocr-lint server",
        description="Serve an editor by the Language Server Protocol on standard input and output. Editors start it themselves.",
        allow_abbrev=False,
    )
    options.add_argument("--stdio", action="store_true", help="the default and only way; some editors add it")
    options.parse_args(argv)
    if find_spec("pygls") is None:
        raise UsageError("the language server needs pygls; install it with: pip install 'pfocr-lint[server]'")
    from pfocr_lint.integrations.language_server.server import serve

    logging.disable(logging.CRITICAL)  # pygls logs each malformed message with a traceback
    # only the server may write to standard output: what else is printed goes to standard error
    with os.fdopen(os.dup(0), "rb") as stdin, os.fdopen(os.dup(1), "wb") as stdout:
        os.dup2(2, 1)
        return CLEAN if serve(stdin, stdout) else FOUND
