"""What stands in front of a figure's title and is no part of it: the label of a panel or of the figure, or a lone mark."""

from __future__ import annotations

from pfocr_lint.lazy_import import expression

# ---- panels

_LETTERS = r"\([A-Za-z](?:[-–,] ?[A-Za-z])*\)"
# Of a molecule's name, and a base that becomes another.
_STEREO = r"\([RS](?:, ?[RS])?\)\s|\([EZ]\)\s[a-z0-9]|\([DL]\)\samino|\([A-Z]\)\sto\s(?!\()"
PANEL = expression(
    rf"^\s*(?:(?!{_STEREO})(?:{_LETTERS}(?:\s?(?:(?:and|to|&|,|[-–])\s?)?{_LETTERS})*[.:,;]?|(?:[A-Za-z]\)\s+)*[A-Za-z]\))\s+"
    r"|\([A-Z]\)(?=[A-Z][a-z]))"
)
_LABEL = expression(rf"(?<!\S)(?:{_LETTERS}|[A-Za-z]\))[.:,;]?\s")


def unlabelled(title: str) -> str:
    """A title without the panel's label in front; as it is where further labels show that it has several parts."""
    rest = PANEL.sub("", title)
    return title if _LABEL.search(rest) else rest


# ---- figures

_SIDE = r"\((?:[Ll]eft|[Rr]ight|[Tt]op|[Bb]ottom|[Uu]pper|[Ll]ower|[Mm]iddle|[Cc]ent(?:er|re))(?: panels?)?\):?"
_OWN_LABEL = (
    r"(?:[Ss]upplement(?:ary|al) )?(?:F ?ig(?:ure)?s?|F ?IG(?:URE)?|Scheme|SCHEME)\.?\s{0,3}"
    r"[A-Z]{0,2}[0-9]+[A-Za-z]?(?![A-Za-z0-9])"
    r"(?:\s?[.:|)—–]+(?!\s*[0-9])|(?=\s+[A-Z(]|\s*$))"
)
LEAD_IN = expression(rf"\s*(?:[:|]+|[-–—]+(?=\s)|\.+(?=\s*[A-Z(])|{_OWN_LABEL}|{_SIDE}|A[,:] (?=[A-Z][a-z]))[\s:|—–]*")
FIRSTS = frozenset(":|-–—.FfSs(A \t\u00a0")


def label(title: str) -> str | None:
    """Return what stands in front of a title and is no part of it; None for nothing, and for a panel's label (PF303)."""
    if title[:1] not in FIRSTS or PANEL.match(title):
        return None
    lead = LEAD_IN.match(title)
    return None if lead is None else lead[0]
