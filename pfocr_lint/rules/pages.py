"""PF4, the part that needs the organism pages and no other record: it runs also where single files are named."""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import chain

from pfocr_lint.dataclass import dataclass
from pfocr_lint.diagnostic import DropItem, Finding, Fix, Placed, Safety, SetValue
from pfocr_lint.lazy_import import difflib, expression
from pfocr_lint.pointer import join
from pfocr_lint.quoting import quote
from pfocr_lint.record.facts import Repository
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import Bad, Good, repository_rule
from pfocr_lint.rules.fields import ONE_PER_LINE
from pfocr_lint.rules.organisms import NO_NAMES, PLACEHOLDERS
from pfocr_lint.schema.kinds import FIGURES, Kind

_PAGES = (Good(kind=Kind.ORGANISM), Good({"latin": "Mus musculus", "common": "mouse"}, kind=Kind.ORGANISM, name="mus_musculus"))

# What parts names, the surest first: a name of a virus may hold the last.
_SEPARATORS = tuple(expression(each) for each in (r"[;|\n]", ",", r"(?:^|\s)(?:and|[&+])\s", "/"))
_LONGEST = 500  # characters of an item that may be several names; no name has as many
_MOST = 20  # unknown names of one record for which the nearest is looked for, and items of a list that is written anew


@dataclass(frozen=True)
class _Names:
    """The names that the site knows, and what a record may write instead of one."""

    latin: Set[str]
    by_case: dict[str, str]
    record: Values

    def latin_of(self, name: str) -> str | None:
        """The name to write for one: of a page, also where its case differs, or of a synonym; a placeholder stays."""
        if name in self.latin or name in NO_NAMES or name.startswith("unspecified "):
            return name
        return self.record.synonyms.latin(name) or self.by_case.get(name.casefold())

    def near(self, name: str) -> str | None:
        """The page's name that one is nearest to, if any."""
        found = difflib.get_close_matches(name, self.latin, 1, 0.75)
        return self.by_case.get(name.casefold()) or (found[0] if found else None)

    def parts(self, item: str) -> list[str]:
        """The names that one item holds; none where it is one name, known or not."""
        parts = [item] if len(item) <= _LONGEST else []
        for separator in _SEPARATORS:
            split = [[part] if part in self.latin else [*map(str.strip, separator.split(part))] for part in parts]
            if separator is _SEPARATORS[-1]:
                split = [each if any(map(self._is_name, each)) else [part] for part, each in zip(parts, split, strict=True)]
            parts = [part for each in split for part in each if part]
        if not 1 < len(parts) <= _MOST:
            return []
        several = any(map(self._is_name, parts)) or (not self.near(item) and any(map(self.near, parts)))
        return parts if several else []

    def _is_name(self, part: str) -> bool:
        return part not in NO_NAMES and self.latin_of(part) is not None


def _by_case(latin: Set[str]) -> dict[str, str]:
    """The pages' names by their form without case; those that differ in case alone are left out."""
    found: dict[str, list[str]] = {}
    for name in latin:
        found.setdefault(name.casefold(), []).append(name)
    return {folded: names[0] for folded, names in found.items() if len(names) == 1}


@repository_rule(
    "PF404",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    pages_only=True,
    bad=[
        Bad({"organisms": ["Homo sapiens", "Mus muscullus"]}, beside=_PAGES,
            message="no organism page for 'Mus muscullus'; did you mean 'Mus musculus'?", key="/organisms/1"),
        Bad({"organisms": ["homo Sapiens"]}, beside=_PAGES, message="did you mean 'Homo sapiens'?", unsafe=True,
            fixed={"organisms": ["Homo sapiens"]}),
        Bad({"organisms": ["Homo sapiens, mouse"]}, beside=_PAGES, unsafe=True, fixed={},
            message="'Homo sapiens, mouse' has several names; write one organism per line, each beginning with '- '"),
        Bad({"organisms": ["Mus musculus", "Homo sapiens/Mus musculus and NA"]}, beside=_PAGES, message="has several names",
            unsafe=True, fixed={"organisms": ["Mus musculus", "Homo sapiens"]}),
        Bad({"organisms": ["Homo sapiens; Sus scrofa"]}, beside=_PAGES, message="no organism page for 'Sus scrofa'"),
        Bad({"organisms": ["Homo\u00a0sapiens"]}, beside=_PAGES[:1], message="no-break space (U+00A0)"),
    ],
    good=[
        Good({"organisms": ["NA"]}, beside=_PAGES[:1]),
        Good({"organisms": ["Mus musculus"]}),
        Good({"organisms": ["unspecified plant"]}, beside=_PAGES[:1]),
        Good({"organisms": ["Influenza A virus (A/PR/8/1934)"]},
             beside=(Good({"latin": "Influenza A virus (A/PR/8/1934)"}, kind=Kind.ORGANISM, name="influenza"),)),
    ],
)  # fmt: skip
def unknown_organism(repository: Repository) -> Iterator[Placed]:
    """
    An organism has no page.

    The site lists a figure under an organism only if its name is exactly the latin name of an organism page. Either the name
    is misspelt, or one item holds several names, or the page is missing. Where only the case differs, and where each of
    several names is known, an unsafe fix writes the latin names, each as an item of its own.

    The rule needs the organism pages beside the record and no other record, so it runs for single files too. It is silent
    where the repository has no organism pages, and with the setting `organisms = false`.
    """
    names = set(chain.from_iterable({figure.organisms for figure in repository.figures}))
    names = {name for name in names - PLACEHOLDERS if not name.startswith("unspecified ")}
    latin = repository.look_up(names) if names else names
    unknown = names - latin if latin else set[str]()
    by_case = _by_case(latin) if unknown else {}
    for figure in repository.figures if unknown else ():
        if unknown.isdisjoint(figure.organisms):
            continue
        record = repository.open(figure.path)
        known = _Names(latin, by_case, record)
        found = 0
        items = record.value("/organisms") or []  # the file may have changed in the meantime
        places = {name: at for at, name in reversed([*enumerate(items)]) if isinstance(name, str) and name in unknown}
        for name, at in sorted(places.items(), key=lambda place: place[1]):
            if join("/organisms", at) in record.invalid or record.synonyms.latin(name) is not None:
                continue  # what is wrong with the name itself is said by PF106 or PF213
            found += 1
            yield Placed(figure.path, _unknown(known, items, at, hinting=found <= _MOST))


def _unknown(known: _Names, items: list[str], at: int, *, hinting: bool) -> Finding:
    """What is wrong with one item. Without ``hinting`` nothing is looked for that it may mean."""
    name, key = items[at], join("/organisms", at)
    message = f"no organism page for {quote(name)}"
    if not hinting:
        return Finding(key, message)
    parts = known.parts(name)
    if parts:
        several = f"{quote(name)} has several names; {ONE_PER_LINE}"
        missing = [part for part in parts if known.latin_of(part) is None]
        if missing:
            return Finding(key, f"{several}; no organism page for {', '.join(map(quote, missing))}")
        return Finding(key, several, fix=_one_per_line(known, items, at, parts))
    if "\u00a0" in name:
        return Finding(key, f"{message}; it holds a no-break space (U+00A0)")
    near, latin = known.near(name), known.by_case.get(name.casefold())
    fix = None
    if latin is not None:
        there = latin in items
        what = f"drop it, {quote(latin)} is there" if there else f"set it to {quote(latin)}"
        fix = Fix(what, (DropItem(key) if there else SetValue(key, latin),), Safety.UNSAFE)
    return Finding(key, f"{message}; did you mean {quote(near)}?" if near else message, fix=fix)


def _one_per_line(known: _Names, items: list[str], at: int, parts: list[str]) -> Fix | None:
    """Make one item the names that it holds, without those that are in the list already."""
    if len(items) > _MOST:
        return None
    others = [*items[:at], *items[at + 1 :]]
    names = dict.fromkeys(latin for part in parts if (latin := known.latin_of(part)) and latin not in NO_NAMES)
    new = [latin for latin in names if latin not in others]
    what = f"make it {', '.join(map(quote, new))}, each as an item" if new else "drop it, its names are there"
    return Fix(what, (SetValue("/organisms", [*items[:at], *new, *items[at + 1 :]]),), Safety.UNSAFE)
