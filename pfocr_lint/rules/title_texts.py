"""What figures' titles are compared with and made of: the caption, the paper's title, and Greek as the pipeline spells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfocr_lint.lazy_import import expression
from pfocr_lint.record import derived
from pfocr_lint.rules.text import BAD_END

if TYPE_CHECKING:
    from pfocr_lint.record.values import Values

SHORTEST, LONGEST = 10, 250  # characters of a title

# ---- Greek

# As the pipeline does it: in front of a hyphen the name of a letter, elsewhere a capital, and a hyphen in front of that goes.
_BEFORE_HYPHEN = {"α": "Alpha", "β": "Beta", "γ": "Gamma", "ω": "omega", "Ω": "Omega"}
_ELSEWHERE = {"α": "A", "β": "B", "γ": "G", "δ": "D", "ε": "E", "ϵ": "E", "κ": "K"}
GREEK = expression("[αβγδεϵκωΩ]")
_SPELT = expression("([αβγωΩ])(?=-)|-?([αβγ](?!-)|[δεϵκ])")


def spelt(text: str) -> str:
    """Return a text with Greek letters as the pipeline spells them; ω and Ω without a hyphen behind them stay."""
    return _SPELT.sub(lambda match: _BEFORE_HYPHEN[match[1]] if match[1] else _ELSEWHERE[match[2]], text)


# ---- the caption

_TAG = expression(r"</?[A-Za-z][^<>]{0,200}>")
_SPELLINGS = {
    letter: [table[letter].lower() for table in (_BEFORE_HYPHEN, _ELSEWHERE) if letter in table] + [letter]
    for letter in "αβγδεϵκωΩ"
}
_LABEL_FIRST = frozenset("AaEeFfGgSs\u017f")  # with one of these letters a label begins
_STEP = 16  # characters that are compared at once, because most are equal
_PREAMBLE = 150  # characters in which a preamble ends, which the pipeline takes off


def end_in_caption(title: str, caption: str) -> int | None:
    """
    Return the offset at which a title ends in the caption that begins with it; None if the caption does not begin so.

    White space, markup, case, a label or a preamble in front, and the spelling of Greek letters make no difference.
    """
    if caption.startswith(title):
        return len(title)
    label = derived.LABELS_IN_FRONT.match(caption) if caption[:1] in _LABEL_FIRST else None
    end = _end(title, caption, label.end() if label else 0)
    if end is None:
        at = caption.find(title[1:16], 1, _PREAMBLE)
        if at > 1 and not caption[at - 2].isalnum():
            end = _end(title, caption, at - 1)
    return end


def _end(title: str, caption: str, at: int) -> int | None:
    """Return the offset at which a title ends that begins at an offset of the caption; None if another text is there."""
    first = caption[at : at + 1]
    if first.isalpha() and first.isascii() and first.lower() != title[:1].lower():
        return None  # as for most titles of which a preamble was taken off
    done, wanted = 0, title.lower()
    while done < len(wanted):
        step = wanted[done : done + _STEP]
        if step == caption[at : at + len(step)].lower():
            done, at = done + len(step), at + len(step)
            continue
        char = wanted[done]
        if char.isspace():
            done += 1
            continue
        if at == len(caption):
            return None
        other = caption[at]
        if char == other or char == other.lower():
            done += 1
        elif other == "<" and (tag := _TAG.match(caption, at)) is not None:
            at = tag.end()
            continue
        elif other in _SPELLINGS and (spelling := next((s for s in _SPELLINGS[other] if wanted.startswith(s, done)), None)):
            done += len(spelling)
        elif not (other.isspace() or (other == "-" and caption[at + 1 : at + 2] in _SPELLINGS)):
            return None
        at += 1
    return at


# ---- the paper's title

WHITE = expression(r"[ \t\r\n]+")


def paper_title(record: Values) -> str | None:
    """Return the title of the paper as the pipeline makes a figure's title of it; None if it is too short or too long for one."""
    papertitle = record.usable("/papertitle")
    if papertitle is None or record.typed("/papertitle") is not None:
        return None
    title = BAD_END.sub(r"\1", spelt(WHITE.sub(" ", papertitle).strip()))
    title = title.removesuffix(".")
    return title if fits(title) else None


def fits(title: str) -> bool:
    """Return whether a title has a length that the format allows."""
    return SHORTEST <= len(title) <= LONGEST


# Abbreviations that miss their period, at the end.
ABBREVIATIONS = (
    "et al", "et\u00a0al", "vs", "e.g", "i.e", "cf", "ca", "Fig", "fig", "Figs", "figs", "Ref", "ref", "Refs", "refs", "No", "Eq",
    "Eqs", "Ltd", "Inc", "subsp", "ssp", "var", "cv",
)  # fmt: skip
ABBREVIATED = expression(rf"(?<![^\s(\[,;/])(?:{'|'.join(each.replace('.', '[.]') for each in ABBREVIATIONS)})$")
# The period of these stays at the end of a title.
OWN_PERIOD = expression(
    r"(?:\b(?:al|spp?|subsp|var|cv|ssp|str|etc|vs|ca|cf|Inc|Ltd|Co|St|Jr|[A-Za-z]\.[A-Za-z])|(?<=[a-z][ \u00a0])L|\.\.)\.$"
)
