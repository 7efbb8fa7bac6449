"""
How PyYAML and Ruby's Psych read a plain scalar in YAML 1.1.

They agree on most scalars. If only one of them reads a number, the scalar counts as a number, because the site (Jekyll with
Psych) and the pipeline's scripts must read the same text.
"""

from __future__ import annotations

from pfocr_lint.lazy_import import expression
from pfocr_lint.schema.implicit import Implicit

# Psych's ScalarScanner: numbers with commas and underscores, an exponent without a point, base 60, symbols.
_PSYCH = expression(
    r"[-+]?(?:0b[01_,]+|0o?[0-7_,]+|0x[0-9a-fA-F_,]+|[0-9][0-9_,]*)"
    r"|[-+]?(?:[0-9][0-9_,]*(?:\.[0-9_,]*)?|\.[0-9][0-9_,]*)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}(?:\.[0-9_]*)?"
)

_DATE = expression(r"[0-9]{4}-(?:1[012]|0[0-9]|[0-9])-(?:[12][0-9]|3[01]|0[0-9]|[0-9])")

_NUMBER_START = frozenset("0123456789+-.:")

# Words that Psych reads in any combination of small and capital letters; PyYAML reads three spellings of each.
_WORDS = {
    **dict.fromkeys(("yes", "no", "on", "off", "true", "false"), "boolean"),
    **dict.fromkeys(("null", ".nan"), "missing value"),
    **dict.fromkeys((".inf", "+.inf", "-.inf"), "special value"),
}

_LONGEST = max(map(len, _WORDS))


def psych_only(text: str) -> Implicit | None:
    """Return the value that Psych reads in a plain scalar that PyYAML reads as text; None if both read text."""
    if len(text) <= _LONGEST and (kind := _WORDS.get(text.lower())) is not None:
        return Implicit(kind, text)
    if text[:1] not in _NUMBER_START:
        return None
    if _PSYCH.fullmatch(text):
        return Implicit("number", text)
    if _DATE.fullmatch(text):
        return Implicit("date", text)
    if text[0] == ":" and len(text) > 1:
        return Implicit("symbol", text)
    return None


def needs_quotes(text: str) -> bool:
    """
    Return whether a text needs quotes, for the pipeline's own form or for parsers other than libyaml.

    R's yaml package quotes the one-letter booleans. libyaml itself quotes a text that PyYAML would not read as text.
    """
    return text in ("y", "Y", "n", "N") or psych_only(text) is not None
