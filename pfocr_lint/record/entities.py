"""
Character entities that HTML does not know: those of ISO 8879 which JATS papers use, most of them Greek letters.

The names and characters are facts of the standard, as the W3C lists them (https://www.w3.org/2003/entities/); Python's
:mod:`html` has the names of HTML 5 alone, where ``&alpha;`` is known and ``&agr;`` is not.
"""

from __future__ import annotations

from functools import cache

from pfocr_lint.lazy_import import expression, html

# Each name, and its character behind it.
_TABLE = """
Agr Α Bgr Β Ggr Γ Dgr Δ Egr Ε Zgr Ζ EEgr Η THgr Θ Igr Ι Kgr Κ Lgr Λ Mgr Μ Ngr Ν Xgr Ξ Ogr Ο Pgr Π Rgr Ρ Sgr Σ Tgr Τ Ugr Υ PHgr Φ
KHgr Χ PSgr Ψ OHgr Ω
agr α bgr β ggr γ dgr δ egr ε zgr ζ eegr η thgr θ igr ι kgr κ lgr λ mgr μ ngr ν xgr ξ ogr ο pgr π rgr ρ sgr σ sfgr ς tgr τ ugr υ
phgr φ khgr χ psgr ψ ohgr ω
Aacgr Ά Eacgr Έ EEacgr Ή Iacgr Ί Oacgr Ό Uacgr Ύ OHacgr Ώ Idigr Ϊ Udigr Ϋ
aacgr ά eacgr έ eeacgr ή iacgr ί oacgr ό uacgr ύ ohacgr ώ idigr ϊ udigr ϋ idiagr ΐ udiagr ΰ
epsis ϵ phis ϕ thetas θ
darr2 ⇊ larr2 ⇇ rarr2 ⇉ uarr2 ⇈ dlarr ↙ drarr ↘ lrarr2 ⇆ rlarr2 ⇄ lrhar2 ⇋ rlhar2 ⇌ vprime ′ ang90 ∟ gcedil ģ
"""
_BOLD = expression(r"&b\.([A-Za-z]+;)")  # a Greek letter in bold type: in a text it is the letter


@cache
def _characters() -> dict[str, str]:
    words = _TABLE.split()
    return dict(zip((f"&{name};" for name in words[::2]), words[1::2], strict=True))


def unescape(entity: str) -> str:
    """Return the character of an entity from ``&`` to ``;``, or the entity itself if it has none."""
    bold = _BOLD.fullmatch(entity)
    plain = f"&{bold[1]}" if bold is not None else entity
    found = _characters().get(plain) or html.unescape(plain)
    if len(found) > 2 or (bold is not None and not "\u0370" <= found <= "\u03ff"):
        return entity  # HTML reads '&nothing;' as '&not' and more text
    return found
