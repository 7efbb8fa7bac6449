"""
PF3: would a reader stumble? The texts of a figure, and every string that the page gives to search engines.

Here is what concerns words and sentences; figures' titles are in :mod:`pfocr_lint.rules.titles`, characters and markup in
:mod:`pfocr_lint.rules.characters`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pfocr_lint.diagnostic import Finding, Fix, Safety, SetValue, Span
from pfocr_lint.lazy_import import expression
from pfocr_lint.pointer import name_of
from pfocr_lint.quoting import quote
from pfocr_lint.record import derived
from pfocr_lint.record.characters import CONTROL
from pfocr_lint.record.texts import DESCRIPTION
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import Bad, Good, When, rule
from pfocr_lint.schema.kinds import FIGURES, Kind


def when_in_texts(in_title: Callable[[str], bool], in_caption: Callable[[str], bool]) -> When:
    """The trigger of a rule that may find something in a title, or in a caption; a description counts where it differs."""
    return When(
        ("figtitle", "papertitle", "caption", "schema-jsonld/description"),
        lambda figtitle, papertitle, caption, description: (
            in_title(figtitle)
            or in_title(papertitle)
            or in_caption(caption)
            or (description != caption and in_caption(description))
        ),
    )


def both(text: str) -> dict[str, str]:
    """Caption and description of an example."""
    return {"caption": text, "schema-jsonld/description": text}


def set_text(record: Values, key: str, text: str, message: str, safety: Safety = Safety.SAFE) -> Fix | None:
    """
    The fix that gives a text its new form, and the description with it while it is a true copy.

    None if nothing is left, or if it would be one that ends the script that holds the JSON-LD. None too while double quotes
    misread backslashes: written in another form, the text would no longer show that they were typed.
    """
    if record.typed(key) is not None:
        return None
    return _set_text(record, key, text, message, safety)


def _set_text(record: Values, key: str, text: str, message: str, safety: Safety) -> Fix | None:
    if not text.strip() or ((key == "/caption" or key.startswith("/schema-jsonld/")) and derived.BREAKOUT.search(text)):
        return None
    changes = [SetValue(key, text)]
    if key == "/caption" and record.value(DESCRIPTION) == record.value(key):
        changes.append(SetValue(DESCRIPTION, text))
    return Fix(message, tuple(changes), safety)


def typed_backslash(record: Values, key: str) -> tuple[Fix | None, str] | None:
    """
    Where double quotes made control characters of backslashes that were typed: the unsafe fix that writes what was typed, and
    what a message adds about it. None anywhere else.
    """
    typed = record.typed(key)
    if typed is None:
        return None
    text, escape, kind = typed
    fix = _set_text(record, key, CONTROL.sub("", text), f"write what was typed, {quote(escape)} as text", Safety.UNSAFE)
    return fix, f": in double quotes {quote(escape)} is {kind}; use single quotes"


def found(
    record: Values,
    key: str,
    text: str,
    pattern: re.Pattern[str],
    replace: str | Callable[[str], str],
    message: str,
    fix: str,
    safety: Safety = Safety.SAFE,
) -> Iterator[Finding]:
    """
    One finding for all matches of a pattern in a text, placed at the first; the fix replaces them all, or does with the text
    what ``replace`` does.

    ``{0}`` in the message is what was found, ``{1}`` the same without white space round it, ``{name}`` whose text it is.
    """
    match = pattern.search(text)
    if match is not None:
        wanted = pattern.sub(replace, text) if isinstance(replace, str) else replace(text)
        offered = set_text(record, key, wanted, fix, safety) if wanted != text else None
        said = message.format(quote(match[0]), quote(match[0].strip()), name=name_of(key))
        yield Finding(key, said, within=Span(*match.span()), fix=offered)


HOLLOW = expression(r"(?<!\s)\s*(?:\(\s*\)|\[\s*\])")


@rule(
    "PF312",
    severity="warning",
    kinds=FIGURES | {Kind.FETCHED},
    owns=("caption:minLength",),
    trigger=When(("caption",), derived.says_nothing),
    bad=[
        Bad(both("Figure"), message="caption is 'Figure'", key="/caption"),
        Bad(both("Fig. 3."), message="nothing but a label"),
        Bad(both("N/A"), message="caption is 'N/A', which has no content"),
        Bad(both(""), message="caption is ''"),
        Bad({"caption": ""}, message="the description still has a text"),
        Bad({"caption": "Figure 3."}, kind=Kind.FETCHED, message="nothing but a label"),
    ],
    good=[Good(both("Figure of merit"))],
)
def empty_caption(record: Values) -> Iterator[Finding]:
    """
    The caption has no content.

    It is empty, or nothing but the figure's label. Find the text in the paper.
    """
    caption = record.usable("/caption")
    if caption is not None and derived.says_nothing(caption) and not derived.rejections(record):
        what = "" if not caption.strip() else ", which has no content" if caption.strip()[0] in "nN" else ", nothing but a label"
        kept = record.usable(DESCRIPTION)
        hint = "; the description still has a text" if kept and not derived.says_nothing(kept) else ""
        yield Finding("/caption", f"caption is {quote(caption)}{what}{hint}")


# Each part begins where a row of periods and spaces does, or looks back at few characters: so it is linear.
BAD_END = expression(
    r"(\?)\.$|(?<=\?) [ .]*(?<= )\.$|(?<![ .?]) [ .]*(?<= )(\.)$"
    r"|(?:(?<=[^ .]\.)|(?<=[^ .]\.\.)|(?<=[^ .]\.\.\.)) [ .]*(?<= )\.$|(?<=\.) +\.$"
)


_AUTHOR = expression(r"\s*['’ʼ]?(?!et al\b)\w")


@rule(
    "PF315",
    severity="warning",
    kinds=FIGURES,
    trigger=When(("reftext",), lambda reftext: derived.plain_year(reftext) is None or "(NA)" in reftext),
    bad=[
        Bad({"reftext": "Xingjian Zhai, et al. Biomedicines. 2022;10(NA)."}, message="'(NA)'", key="/reftext"),
        Bad({"reftext": ". Biomedicines. 2022 Aug;10(8):1841."}, message="no author"),
        Bad({"reftext": "Xingjian Zhai, et al. Biomedicines. ;10(8):1841."}, message="no year"),
    ],
    good=[
        Good({"reftext": "Itsuro Kazama. Neurochem Res. 2022 Mar 23 :1-5."}),
        Good({"reftext": "Ada Author. J Mol. 2022-2023;1:1."}),
        Good({"reftext": "'t Hooft G, et al. J Mol. (2022)."}),
    ],
)
def incomplete_reference(record: Values) -> Iterator[Finding]:
    """
    The reference lacks its author, its year or its pages.

    `(NA)` is in the place of an unknown issue or unknown pages.
    """
    reftext = record.usable("/reftext")
    if not reftext:
        return
    lacks = []
    at = reftext.find("(NA)")
    if at >= 0:
        lacks.append("holds '(NA)'")
    if not _AUTHOR.match(reftext):
        lacks.append("has no author")
    if not derived.ANY_YEAR.search(reftext):
        lacks.append("has no year")
    if lacks:
        yield Finding("/reftext", f"reftext {' and '.join(lacks)}", within=Span(at, at + 4) if at >= 0 else None)
