"""Text that is safe for any reader: without characters that a terminal obeys, that hide, or that no encoding can hold."""

from __future__ import annotations

from pfocr_lint.diagnostic import Diagnostic, Safety
from pfocr_lint.quoting import code_point


def plain(text: str, keep: str = "") -> str:
    """``text`` with every character that is not printable as its code point, ``<U+001B>``; those in ``keep`` stay."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\u00a0" or char in keep else code_point(char) for char in text)


def whole(text: str) -> str:
    """``text`` with nothing replaced but lone surrogates, which file names can hold and strict readers refuse."""
    return "".join(code_point(char) if "\ud800" <= char <= "\udfff" else char for char in text)


def explained(diagnostic: Diagnostic) -> str:
    """The message of a diagnostic, and on lines of their own the related places and the fix."""
    related = (f"see {plain(other.path)}:{other.line}:{other.column}: {plain(other.message)}" for other in diagnostic.related)
    lines = [plain(diagnostic.message), *related]
    if diagnostic.fix is not None:
        kind = "fix" if diagnostic.fix.safety is Safety.SAFE else "unsafe fix"
        lines.append(f"{kind}: {plain(diagnostic.fix.message)}")
    return "\n".join(lines)


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 error``, ``2,000 errors``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
