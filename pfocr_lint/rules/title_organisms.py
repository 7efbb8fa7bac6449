"""PF4, the part about organisms that only the titles name; like PF404 it needs the organism pages and no other record."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Fix, Placed, Related, Safety, SetValue
from pfocr_lint.quoting import quote
from pfocr_lint.record import derived
from pfocr_lint.record.binomials import binomials
from pfocr_lint.record.facts import Repository
from pfocr_lint.record.values import names_of
from pfocr_lint.rules.declaration import Bad, Good, repository_rule
from pfocr_lint.rules.title_parts import FIGTITLE, own_end
from pfocr_lint.schema.kinds import FIGURES, Kind

_RICE = (Good(kind=Kind.ORGANISM), Good({"latin": "Oryza sativa", "common": "rice"}, kind=Kind.ORGANISM, name="oryza_sativa"))
_NONE = {"organisms": ["NA"]}
_PAPER = "Starch synthesis in the seeds of Oryza sativa."
_FIGURE = "Starch in Oryza sativa and Homo sapiens"


@repository_rule(
    "PF412",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    pages_only=True,
    bad=[
        Bad({**_NONE, "papertitle": _PAPER}, beside=_RICE, message="organisms is NA, but papertitle names 'Oryza sativa'",
            key="/organisms/0", unsafe=True, fixed={"organisms": ["Oryza sativa"], "papertitle": _PAPER}),
        Bad({**_NONE, "figtitle": "Oryza sativa: starch synthesis"}, beside=_RICE, message="figtitle names 'Oryza sativa'",
            unsafe=True, fixed={"organisms": ["Oryza sativa"], "figtitle": "Oryza sativa: starch synthesis"}),
        Bad({**_NONE, "figtitle": _FIGURE}, beside=_RICE, message="figtitle names 'Oryza sativa', 'Homo sapiens'", unsafe=True,
            fixed={"organisms": ["Oryza sativa", "Homo sapiens"], "figtitle": _FIGURE}),
        Bad({"organisms": "NA", "papertitle": _PAPER}, kind=Kind.FIGURE_2021, beside=_RICE, message="names 'Oryza sativa'",
            key="/organisms", unsafe=True, fixed={"organisms": "Oryza sativa", "papertitle": _PAPER}),
    ],
    good=[
        Good({"organisms": ["Homo sapiens"], "papertitle": _PAPER}, beside=_RICE),
        *(Good({**_NONE, "papertitle": f"Starch synthesis in {rest}."}, beside=_RICE)
          for rest in ("rice (Oryza sativa)", "seeds [of Oryza sativa]", "Oryza sativa-like plants", "Oryza glaberrima",
                       "oryza sativa", "Oryza sativas", "mice infected with Oryza sativa", "mice after Oryza sativa exposure",
                       "cells with extracts of Oryza sativa", "an Oryza sativa extract")),
    ],
)  # fmt: skip
def organism_in_title(repository: Repository) -> Iterator[Placed]:
    """
    A title names an organism, and organisms is `NA`.

    The site lists a figure under its organisms, and one with `NA` alone under none. If the latin name of an organism page stands
    in figtitle or papertitle, outside brackets, the figure is probably about it: the unsafe fix writes it in the place of `NA`.
    A name that is the cause of something does not count (`infected with …`, `… extract`, `adapted from …`). Look at the figure:
    it may show a host or another species.

    The rule needs the organism pages beside the record and no other record, so it runs for single files too.
    """
    named = {name for figure in repository.figures for name in figure.mentioned}
    latin = named & repository.look_up(named) if named else named
    for figure in repository.figures if latin else ():
        if latin.isdisjoint(figure.mentioned):
            continue
        record = repository.open(figure.path)
        organisms = record.value("/organisms")
        titles = {
            "figtitle": (record.usable(FIGTITLE) or "")[: own_end(record)],
            "papertitle": record.usable("/papertitle") or "",
        }
        found = [name for name in binomials(*titles.values()) if name in latin]
        if names_of(organisms) != ["NA"] or not found or derived.rejections(record):
            continue  # the file has changed in the meantime, or is to be removed (PF109)
        field = next(field for field, title in titles.items() if found[0] in binomials(title))
        key = "/organisms/0" if isinstance(organisms, list) else "/organisms"
        change = SetValue(key, found[0]) if len(found) == 1 else SetValue("/organisms", found)
        names = ", ".join(map(quote, found))
        fix = Fix(f"set it to {names}", (change,), Safety.UNSAFE)
        related = (Related(f"/{field}", "the title"),)
        finding = Finding(key, f"organisms is NA, but {field} names {names}", fix=fix, related=related, compared=tuple(found))
        yield Placed(figure.path, finding)
