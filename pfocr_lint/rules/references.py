"""PF3, the part about references that were lost."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Span
from pfocr_lint.pointer import name_of
from pfocr_lint.quoting import quote
from pfocr_lint.record.references import lost_references
from pfocr_lint.record.texts import FIGURE_TITLES, PROSE, texts
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import Bad, Good, InTexts, rule
from pfocr_lint.rules.text import HOLLOW, both
from pfocr_lint.rules.title_parts import FIGTITLE, own_end
from pfocr_lint.schema.kinds import FIGURES, Kind


@rule(
    "PF311",
    severity="warning",
    kinds=FIGURES | {Kind.FETCHED},
    trigger=InTexts(
        (
            ("(", r"\([\s,;\u2010-\u2015-]*\)"),
            ("(", r"\((?ai:refs?|figs?)\.\)"),
            ("[", r"\[[\s,;\u2010-\u2015-]*\]"),
            ("（", r"（[\s,;、，；见見\u2010-\u2015-]*）"),
            (" ", r" [.,;)\]）]"),
            ("f", r"from[)\]）]"),
            (",", r",\.\s"),
            (".", r"\.,\n"),
        )
    ),
    bad=[
        Bad(both("Stromal signaling () in leukemia"), message="'()'", key="/caption"),
        Bad(both("Stromal signaling (, ) in leukemia"), message="'(, )'"),
        Bad(both("Stromal signaling [–] in leukemia"), message="'[–]'"),
        Bad(both("Stromal signaling in leukemia, see ."), message="'see .'"),
        Bad(both("Stromal signaling as in ; see text"), message="'in ;'"),
        Bad(both("Stromal signaling in leukemia ."), message="' .'"),
        Bad(both("Stromal signaling (see ) in leukemia"), message="'(see )'"),
        Bad(both("Stromal signaling, Figs. , in leukemia"), message="'Figs. ,'"),
        Bad(both("Stromal signaling (—) in leukemia"), message="'(—)'"),
        Bad({"papertitle": "Stromal signaling as seen in ."}, message="'in .'"),
        *(
            Bad(both(f"Stromal {rest} and leukemia"), message=message)
            for rest, message in (
                ("（）", "'（）'"),
                ("（见 ）", "'（见 ）'"),
                ("（，）", "'（，）'"),
                ("signaling (adapted from )", "'from )'"),
                ("(redrawn with permission from)", "'from)'"),
                ("[taken from]", "'from]'"),
                ("（taken from）", "'from）'"),
                ("(PTEN; See )", "'See )'"),
                ("(A, see also )", "'see also )'"),
                ("(2, Ada et al. and )", "'and )'"),
                ("( to )", "'to )'"),
                ("cells,,,. ATM", "',.'"),
                ("cells ,. ATM", "',.'"),
            )
        ),
        *(
            Bad({field: "Stromal signaling (modified from ) in leukemia"}, message=f"'from )' in {field}")
            for field in ("figtitle", "papertitle")
        ),
        Bad({"figure_title": "Stromal signaling (adapted from )"}, kind=Kind.FETCHED, message="'from )' in figure_title"),
        Bad({"article_title": "Stromal signaling as seen in ."}, kind=Kind.FETCHED, message="'in .' in article_title"),
        Bad(both("Stromal signaling in leukemia.,"), message="'.,'"),
        Bad(both("Stromal signaling in leukemia,."), message="',.'"),
    ],
    good=[
        Good(both("Charges (-), (–), (\u2010), (+), (*), (?) turned in. See, in, and (A), [B], (see), (reference).")),
        Good(both("Doses rose from .05 to 2; n = 0,.5")),
        Good(both("Two states (ON) and (OF), the (inhibitor of) DNase (switched on), AS) and (a built-in ).")),
        *(
            Good(both(f"Stromal signaling{rest}"))
            for rest in (
                ", viz.,",
                ", cells, etc.,",
                " by Cells Inc.,",
                " after Ada et al.,",
                ". FPP: farnesyl diphosphate, GGPP: geranyl diphosphate (C20).,",
                ". Abbreviations: Akt, protein kinase B,.",
            )
        ),
    ],
)
def emptied_reference(record: Values) -> Iterator[Finding]:
    """
    A reference to a table, figure or paper was lost.

    The links in captions are removed before they reach the record. They leave empty brackets (`()`, `（）`), a `see .`, a word
    that needs another before a bracket (`(adapted from )`), or commas before a period (`cells,,.`). A reader of
    the site does not learn where to look. Find in the paper what belongs there.
    """
    for key, text in texts(record, "/figtitle", "/papertitle", *PROSE):
        matches = lost_references(text, prose=key in PROSE)
        if key in FIGURE_TITLES:  # empty brackets there are PF303's; what other rules take off its end is theirs
            end = own_end(record) if key == FIGTITLE else len(text)
            matches = [match for match in matches if not HOLLOW.fullmatch(match[0]) and match.start() < end]
        if matches:
            more = f", and {len(matches) - 1} more" if len(matches) > 1 else ""
            message = f"{quote(matches[0][0])} in {name_of(key)}{more}: a reference was lost here"
            yield Finding(key, message, within=Span(*matches[0].span()))
