"""What a lost reference leaves behind in a text: the links in captions are removed before they reach the record."""

from __future__ import annotations

import re

from pfocr_lint.lazy_import import expression

# What stands before a space and a bracket that closes. Without the space only 'from' counts, since others end a phrase
# ('(inhibitor of) DNase', '(switched on)').
_BEFORE_SPACE = "see|see also|from|in|of|by|to|on|at|for|with|via|as|and|or"
_NOT_IN_WORD = "(?<![A-Za-z0-9-])"

_EMPTIED = expression(
    r"\((?![-–\u2010\u2011]\))[\s,;\u2010-\u2015-]*\)"
    r"|\[[\s,;\u2010-\u2015-]*\]"
    r"|（[\s,;、，；见見\u2010-\u2015-]*）"
    r"|\b(?ai:see|in|from|by|of|and|references?|refs?\.?|tables?|figures?|figs?\.?) +[.,;](?=[\s)\]]|$)"
    r"|\((?ai:(?:see|references?|refs?|tables?|figures?|figs?) +|(?:refs?|figs?)\. *)\)"
    rf"|{_NOT_IN_WORD}(?:[Ss]ee|{_BEFORE_SPACE}) +[)\]）]"
    r"|(?<= )from[)\]）]"
    r"|,\.(?=\s|$)|\.,$"
)
# Each such place has one of these parts, and begins at most _LEAD characters before it. Most texts have none, and are done.
_SUSPECT = expression(
    r" [.,;)\]）]|\([\s,;\u2010-\u2015-]*\)|\[[\s,;\u2010-\u2015-]*\]|（[\s,;、，；见見\u2010-\u2015-]*）"
    r"|\((?ai:refs?|figs?)\.\)|from[)\]）]|,\.|\.,$"
)
_LEAD = 16
_LAST = expression(r" \.$")
_COMMA = expression(r",\.|\.,")
# Of these the period is their own, so that a comma may follow it.
_ABBREVIATION = expression(r"\b(?:viz|e\.g|i\.e|etc|Inc|Ltd|Co|Corp|al|cf|vs|spp?)$")
# A list of abbreviations, at whose end a comma too many is no reference: two names that are explained, or the word itself.
_EXPLAINED = expression(r"(?<![A-Za-z0-9/+-])[A-Z](?=[a-z]{0,3}[A-Z0-9])[A-Za-z0-9/+-]{1,15}\)? ?[:=,] ?[A-Za-z]")
_NEAR = 200  # characters before the comma in which such a list is searched


def lost_references(text: str, *, prose: bool = False) -> list[re.Match[str]]:
    """
    Return the places in a text from which a reference to a table, a figure or a paper was lost.

    In ``prose``, as a caption is, ' .' at the end is such a place too.
    """
    suspect = _SUSPECT.search(text)
    if suspect is None:
        return []
    start = max(0, suspect.start() - _LEAD)
    emptied = _EMPTIED.finditer(text, start)
    found = [match for match in emptied if not (_COMMA.fullmatch(match[0]) and _is_list(text, match.start()))]
    last = _LAST.search(text) if prose else None
    return found if last is None or any(match.end() == last.end() for match in found) else [*found, last]


def _is_list(text: str, end: int) -> bool:
    """Whether a comma and a period at a place end an abbreviation, or a list of abbreviations."""
    before = text[max(0, end - _NEAR) : end]
    return bool(_ABBREVIATION.search(before) or "bbreviation" in before or len(_EXPLAINED.findall(before)) > 1)
