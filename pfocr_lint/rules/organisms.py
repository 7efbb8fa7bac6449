"""PF2, the part about organisms: are they named as the site knows them?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set

from pfocr_lint.diagnostic import DropItem, Finding, Fix, SetValue
from pfocr_lint.pointer import join
from pfocr_lint.quoting import quote
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import SYNONYMS, Bad, Good, When, rule
from pfocr_lint.rules.fields import lacks_ner
from pfocr_lint.schema.kinds import FIGURES, Kind

ORGANISM_LISTS = ("/organisms", "/organisms_ner")


def items_of(record: Values, key: str) -> list[tuple[str, str]]:
    """The names of an organism list with their JSON Pointers, what is not text left out; a text of the 2021 dialect is one."""
    value = record.value(key)
    if isinstance(value, str):
        return [(key, value)] if value and key not in record.invalid else []
    return [(join(key, at), name) for at, name in enumerate(value) if isinstance(name, str)] if isinstance(value, list) else []


def _lists(record: Values, wanted: Callable[[str], object]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The organism lists in which a name that is wanted stands, and their items."""
    for key in ORGANISM_LISTS:
        items = items_of(record, key)
        if any(wanted(name) for _, name in items):
            yield key, items


def _are_among(names: Set[str], organisms: list[str], organisms_ner: list[str]) -> bool:
    if isinstance(organisms, str):
        return organisms in names
    return not (names.isdisjoint(organisms) and names.isdisjoint(organisms_ner))


@rule(
    "PF213",
    severity="warning",
    fix="safe",
    kinds=FIGURES,
    trigger=When(
        ("organisms", "organisms_ner", SYNONYMS),
        lambda organisms, organisms_ner, synonyms: synonyms.any_of(organisms) or synonyms.any_of(organisms_ner),
    ),
    bad=[
        Bad({"organisms": ["E. coli"]}, message="want 'Escherichia coli'", fixed={"organisms": ["Escherichia coli"]},
            key="/organisms/0"),
        Bad({"organisms": ["human"]}, message="'human' is not a latin name", fixed={"organisms": ["Homo sapiens"]}),
        Bad({"organisms_ner": ["Hordeum vulgare", "Barley"]}, message="want 'Hordeum vulgare'",
            fixed={"organisms_ner": ["Hordeum vulgare"]}),
        Bad({"organisms": "Mouse"}, kind=Kind.FIGURE_2021, message="want 'Mus musculus'", fixed={"organisms": "Mus musculus"}),
    ],
    good=[
        Good({"organisms": ["Escherichia coli", "unspecified plant"]}), Good({"organisms": "NA"}, kind=Kind.FIGURE_2021),
    ],
)  # fmt: skip
def organism_synonym(record: Values) -> Iterator[Finding]:
    """
    An organism has another name than its latin one.

    The site matches organisms by the exact latin name of their page. The other names are those of the setting
    `organism-synonyms`, and some that occur in the database, in small or capital letters.
    """
    for _, names in _lists(record, record.synonyms.latin):
        there = {name for _, name in names}
        for item, name in names:
            latin = record.synonyms.latin(name)
            if latin is None:
                continue
            change = DropItem(item) if latin in there else SetValue(item, latin)
            what = f"drop it, {quote(latin)} is there" if latin in there else f"set it to {quote(latin)}"
            yield Finding(item, f"{quote(name)} is not a latin name, want {quote(latin)}", fix=Fix(what, (change,)))


NO_NAMES = frozenset({"NA", "unassigned"})
PLACEHOLDERS = NO_NAMES | {"XXX"}


@rule(
    "PF214",
    severity="warning",
    fix="safe",
    kinds=FIGURES,
    trigger=When(
        ("organisms", "organisms_ner"),
        lambda organisms, organisms_ner: _are_among(PLACEHOLDERS, organisms, organisms_ner),
    ),
    bad=[
        Bad({"organisms": ["NA", "Homo sapiens"]}, message="'NA' is a placeholder beside real names",
            fixed={"organisms": ["Homo sapiens"]}, key="/organisms/0"),
        Bad({"organisms": ["Homo sapiens", "XXX"]}, message="'XXX' is not an organism"),
        Bad({"organisms": "XXX"}, kind=Kind.FIGURE_2021, message="'XXX' is not an organism", key="/organisms"),
    ],
    good=[Good({"organisms": ["NA"]}), Good({"organisms": ["unassigned"]})],
)  # fmt: skip
def placeholder_among_organisms(record: Values) -> Iterator[Finding]:
    """
    The organisms hold a placeholder.

    `NA` or `unassigned` beside a real name has no meaning, and the fix drops it. `XXX` marks something that a person still
    has to find.
    """
    for key, names in _lists(record, PLACEHOLDERS.__contains__):
        if key == "/organisms" and lacks_ner(record):
            continue
        real = any(name.strip() and name not in PLACEHOLDERS and item not in record.invalid for item, name in names)
        for item, name in names:
            if name == "XXX":
                yield Finding(item, "'XXX' is not an organism; write its latin name")
            elif name in NO_NAMES and real:
                yield Finding(item, f"{quote(name)} is a placeholder beside real names", fix=Fix("drop it", (DropItem(item),)))
