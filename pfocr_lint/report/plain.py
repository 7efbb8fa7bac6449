"""Text that is safe to show: no control characters, no invisible characters, no lone surrogates."""

from __future__ import annotations

from pfocr_lint.diagnostic import Diagnostic, Safety
from pfocr_lint.quoting import code_point


def plain(text: str, keep: str = "") -> str:
    """Return ``text`` with unprintable characters as code points, ``<U+001B>``; the characters in ``keep`` stay."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\u00a0" or char in keep else code_point(char) for char in text)


def whole(text: str) -> str:
    """Return ``text`` with lone surrogates as code points: file names can contain them, strict parsers reject them."""
    return "".join(code_point(char) if "\ud800" <= char <= "\udfff" else char for char in text)


def reason(diagnostic: Diagnostic) -> str:
    """Return the message of a diagnostic, then its related places, one per line."""
    related = (f"see {plain(other.path)}:{other.line}:{other.column}: {plain(other.message)}" for other in diagnostic.related)
    return "\n".join([plain(diagnostic.message), *related])


def explained(diagnostic: Diagnostic) -> str:
    """Return the message of a diagnostic, then its related places and its fix, one per line."""
    lines = [reason(diagnostic)]
    if diagnostic.fix is not None:
        kind = "fix" if diagnostic.fix.safety is Safety.SAFE else "unsafe fix"
        lines.append(f"{kind}: {plain(diagnostic.fix.message)}")
    return "\n".join(lines)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 error``, ``2,000 errors``, ``2 batches``."""
    return f"{number:,} {noun}{'' if number == 1 else 'es' if noun.endswith(('x', 'ch')) else 's'}"


def things(number: int) -> str:
    """Return a number of things as a sentence begins with it: ``One thing``, ``Two things``, ``11 things``."""
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    return f"{words[number] if number < len(words) else f'{number:,}'} thing{'' if number == 1 else 's'}"
