"""PF2: the caption and its copy for search engines."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Fix, Related, Safety, SetValue, common_start
from pfocr_lint.lazy_import import difflib, expression
from pfocr_lint.pointer import join, parent_of
from pfocr_lint.quoting import quote
from pfocr_lint.record import derived
from pfocr_lint.record.values import Values
from pfocr_lint.rules.characters import FOLLOWER, JOINER
from pfocr_lint.rules.declaration import Bad, Good, Trigger, rule
from pfocr_lint.rules.fields import near_missing
from pfocr_lint.rules.text import both
from pfocr_lint.rules.value_ends import cut_off, doubled_keys
from pfocr_lint.schema.kinds import FIGURES

MOST = 200  # words of a text that are compared: the time grows with their square
_UNSEEN = expression("[\x00-\x1f\x7f-\x9f\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# What a lost reference leaves, and a character that was lost or read in the wrong encoding.
_LOST = expression(rf"[(\[,;–-] *[,;)\]]| [,;.)](?=\s|$)|  |\ufffd|[Â-ô]{FOLLOWER}")


def _plainly(text: str) -> str:
    """A text without what PF010, PF306, PF307 and PF309 report."""
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text).replace(" ", ""))


def _is_odd(text: str) -> bool:
    """Whether one of these rules has something to report of a text."""
    return (
        bool(_UNSEEN.search(JOINER.sub("", text)))
        or "  " in text
        or text != text.strip(" ")
        or not unicodedata.is_normalized("NFC", text)
    )


def _has_lost(caption: str, description: str) -> bool:
    """Whether a caption has lost something: it is cut in mid-sentence, or has more traces of a lost reference or character."""
    whole, part = _plainly(description), _plainly(caption)
    cut = whole != part and whole.startswith(part) and not part.endswith((".", "!", "?", ")", "]"))
    return cut or (len(_LOST.findall(caption)) > len(_LOST.findall(description)) and _is_a_version(caption, description))


def _is_a_version(caption: str, description: str) -> bool:
    """Whether a description is another version of the caption, not another text: they share half of their words."""
    ours, theirs = caption.split()[:MOST], description.split()[:MOST]
    return difflib.SequenceMatcher(None, ours, theirs, autojunk=False).ratio() > 0.5


def _stranger_behind(record: Values) -> tuple[str, bool] | None:
    """
    The key after the caption, if it is unknown or repeated, since it may be words of the caption; and whether a separator tears
    it off.
    """
    unknown = [
        violation.key
        for violation in record.failures.get("PF102", ())
        if not parent_of(violation.key) and near_missing(record, violation) is None
    ]
    twice = doubled_keys(record)
    behind = record.key_behind("/caption") if unknown or twice else None
    if behind is None:
        return None
    doubtful = join("", behind.name) in unknown or any(place.start == behind.span.start for place in twice)
    return (behind.name, behind.is_torn) if doubtful else None


@rule(
    "PF206",
    fix="safe",
    kinds=FIGURES,
    trigger=Trigger.DISAGREEMENT,
    bad=[
        Bad({"schema-jsonld/description": "Stromal signaling."}, message="description differs from caption", fixed={},
            key="/schema-jsonld/description"),
        Bad({**both("Stromal"), "caption": "Stromal signaling, and so on..."}, message="differs from caption",
            fixed=both("Stromal signaling, and so on...")),
        Bad({**both("Signaling (Fig. 2) in leukemia"), "caption": "Signaling () in leukemia"}, message="differs from caption",
            also=("PF311",)),
        Bad({**both("What was said before"), "caption": "Signaling () in leukemia"},
            message="differs from caption", also=("PF311",),
            fixed=both("Signaling () in leukemia")),
        Bad({**both("Stromal signaling, and more"), "caption": "Stromal signaling,"}, message="the caption has lost something"),
        Bad(text=("resistance.\npapertitle", "resistance #2.\npapertitle"), message="behind which '#2.' is a comment"),
        Bad(text=("quiescence, and drug resistance.\npaper", "quiescence.\n  #P <1.\npaper"), message="'#P <1.' is a comment"),
        Bad(text=("quiescence, and drug resistance.\npaper", "quiescence. # 2 of E. coli\npaper"),
            message="'# 2 of E. coli' is a"),
        Bad(text=("drug resistance.\npaper", "\n# drug resistance.\npaper"), message="'# drug resistance.' is a comment"),
        Bad(text=("drug resistance.\npapertitle", "# drug resistance.\npapertitle"), message="'# drug resistance.' is a comment"),
        Bad(text=("quiescence, and drug resistance.\npaper", "quiescence.\nDrug resistance: all.\npaper"), also=("PF102",),
            message="behind which the key 'Drug resistance' begins"),
        Bad(text=("quiescence, and drug resistance.\npaper", "quiescence,\nyear: all.\npaper"), also=("PF006",),
            message="behind which the key 'year' begins"),
    ],
    good=[Good({"caption": "Another caption: with a colon.", "schema-jsonld/description": "Another caption: with a colon."})],
)  # fmt: skip
def description_differs_from_caption(record: Values) -> Iterator[Finding]:
    """
    The JSON-LD description is not the caption.

    Curators edit the caption, and the copy for search engines stays as it was. The fix sets the description to the caption.
    There is no fix if the caption has lost something which the copy may still have: a reference, a character, its end, the
    text behind an unquoted ` #` (a comment to YAML), or a line that begins with words and a colon (a key to YAML). The rule
    is silent if the two differ only in a character of the caption that another rule reports.
    """
    caption, description = record.usable("/caption"), record.usable("/schema-jsonld/description")
    if caption is None or description is None or caption == description or derived.says_nothing(caption):
        return  # a caption that was lost is no model for its copy (PF312)
    if _is_odd(caption) and not _is_odd(description) and _plainly(caption) == _plainly(description):
        return  # an invisible character is the cause
    typed = record.typed("/caption")
    if typed is not None and typed[0] == description:
        return  # the double quotes are what has to go (PF010, PF306)
    same = common_start(caption, description)
    start = caption.rfind(" ", 0, max(0, same - 20)) + 1
    message = (
        f"description differs from caption: {quote(description[start : start + 50])} for {quote(caption[start : start + 50])}"
    )
    wanted, rest, lost = (
        derived.caption_to_copy(record),
        cut_off(record, "/caption", description),
        _has_lost(caption, description),
    )
    behind = _stranger_behind(record)
    if behind is not None:
        key, torn = behind
        if torn:
            return  # the separator is what has to go (PF010)
        message = f"description differs from caption, behind which the key {quote(key, 40)} begins"
        message += "; if it is a part, put single quotes round the whole"
    elif rest:
        message = f"description differs from caption, behind which {quote(rest)} is a comment"
        message += "; put single quotes round the whole caption"
    elif lost or typed is not None:
        message += "; the caption has lost something"
    fix = None
    if wanted is not None and not (behind or rest or lost):
        # what stands behind the caption as a comment may be a part of it
        safety = Safety.UNSAFE if record.cut("/caption") else Safety.SAFE
        fix = Fix("set it to the caption", (SetValue("/schema-jsonld/description", wanted),), safety, follows=("/caption",))
    yield Finding(
        "/schema-jsonld/description",
        message,
        fix=fix,
        related=(Related("/caption", "the caption"),),
        compared=(_plainly(caption),),
    )
