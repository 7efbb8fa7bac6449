"""Linter, schema validator and autofixer for pathway-figure records (PFOCR)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pfocr_lint.version import __version__

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic as Diagnostic
    from pfocr_lint.linter.checker import check as check
    from pfocr_lint.linter.fixed import Fixed as Fixed
    from pfocr_lint.linter.fixer import fix as fix
    from pfocr_lint.settings.model import Settings as Settings

_PUBLIC = {
    "Diagnostic": "pfocr_lint.diagnostic",
    "Fixed": "pfocr_lint.linter.fixed",
    "Settings": "pfocr_lint.settings.model",
    "check": "pfocr_lint.linter.checker",
    "fix": "pfocr_lint.linter.fixer",
}
__all__ = ["Diagnostic", "Fixed", "Settings", "__version__", "check", "fix"]


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used: the version alone should cost nothing."""
    if name in _PUBLIC:
        from importlib import import_module

        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
