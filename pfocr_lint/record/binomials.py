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


def binomials(*titles: str) -> tuple[str, ...]:
    """Return what may be the two-word name of a species in titles, outside brackets, each once."""
    found = dict.fromkeys(
        name for title in titles for name, second in _BINOMIAL.findall(_BRACKETS.sub(" ", title)) if second not in _COMMON
    )
    return tuple(found)
