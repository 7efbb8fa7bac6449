"""The names in titles that have the form of a species' latin name: whether they are one, only the organism pages know."""

from __future__ import annotations

from pfocr_lint.lazy_import import expression

_BRACKETS = expression(r"\([^()]*\)|\[[^\[\]]*\]")
_BINOMIAL = expression(r"(?<![A-Za-z0-9/.-])([A-Z][a-z]+ ([a-z]{3,}(?:-[a-z]+)?))(?![A-Za-z0-9-])")
# The second word of no species: with them, nearly all titles have no name to look up.
_WORDS = """
and are between but during for from has have into its not onto that the their through under upon using via was were which with
within cell cells gene genes model models pathway pathways protein proteins signaling signalling
"""
_COMMON = frozenset(_WORDS.split())
# Words that make a species the cause of what is shown in another: an infection, an extract.
_CAUSE_IN_FRONT = expression(
    r"\b(?ai:infect(?:ion|ed)|challenged?|inoculat(?:ion|ed)|treat(?:ment|ed)|induced|stimulated|expos(?:ure|ed)|responses?"
    r"|extracts?) (?ai:with|by|to|of|from)(?: the)? $"
)
_CAUSE_BEHIND = expression(
    r" (?ai:infect(?:ions?|ed)|challenged?|inoculat(?:ion|ed)|treatment|exposure|extracts?|lipopolysaccharide|LPS|endotoxin)\b"
)
_LONGEST = 40  # characters in which the words in front stand


def binomials(*titles: str) -> tuple[str, ...]:
    """Return what may be the two-word name of a species in titles, outside brackets, each once."""
    found: dict[str, None] = {}
    for title in titles:
        text = _BRACKETS.sub(" ", title)
        for match in _BINOMIAL.finditer(text):
            if match[2] not in _COMMON and not _is_cause(text, match.start(), match.end()):
                found[match[1]] = None
    return tuple(found)


def _is_cause(text: str, start: int, end: int) -> bool:
    """Whether a species is named as the cause of what is shown in another one."""
    in_front = _CAUSE_IN_FRONT.search(text, max(0, start - _LONGEST), start)
    return in_front is not None or _CAUSE_BEHIND.match(text, end) is not None
