"""PF4, the part that needs the organism pages and no other record: it runs also where single files are named."""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import chain

from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.diagnostic import DropItem, Finding, Fix, Note, Placed, Safety, SetValue
from pfocr_lint.lazy_import import difflib, expression
from pfocr_lint.pointer import join
from pfocr_lint.quoting import quote
from pfocr_lint.record import derived
from pfocr_lint.record.facts import Repository
from pfocr_lint.record.values import Values, names_of
from pfocr_lint.rules.declaration import Bad, Good, repository_rule
from pfocr_lint.rules.fields import ONE_PER_LINE
from pfocr_lint.rules.organisms import NO_NAMES, PLACEHOLDERS
from pfocr_lint.schema.kinds import FIGURES, Kind

_PAGES = (Good(kind=Kind.ORGANISM), Good({"latin": "Mus musculus", "common": "mouse"}, kind=Kind.ORGANISM, name="mus_musculus"))

# What parts names, the surest first: a name of a virus may hold the last.
_SEPARATORS = tuple(expression(each) for each in (r"[;|\n]", ",", r"(?:^|\s)(?:and|[&+])\s", "/"))
_LONGEST = 500  # characters of an item that may be several names; no name has as many
_MOST = 20  # unknown names of one record for which the nearest is looked for, and items of a list that is written anew
_TINY = 7  # characters of a name of which two slips leave too little
_MOST_NEAR = 200  # unknown names of a repository for which that is done before they are called missing pages
_AUTHOR = expression(r"(.+) (?:L\.?|Linn(?:aeus)?\.?)")  # Linnaeus, who named the species
_SHORT = expression(r"([A-Z])\. ?([a-z-]{3,})")  # 'B. subtilis'


@dataclass(frozen=True)
class _Pages:
    """The names that the site knows. What was searched once is kept, since many records have the same unknown name."""

    latin: Set[str]
    by_case: dict[str, str]
    nearest: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)

    def same(self, name: str) -> str | None:
        """The page's name that one is, but for its case or for Linnaeus behind it."""
        author = _AUTHOR.fullmatch(name)
        return self.by_case.get((author[1] if author else name).casefold())

    def near(self, name: str) -> tuple[str | None, str | None]:
        """The page's name that one may mean, and the only one that is one or two typing slips away; None for none."""
        if name not in self.nearest:
            same, slip = self.same(name), self._slip(name) if len(name) <= _LONGEST else None
            self.nearest[name] = (same or slip or self._like(name), same or slip)
        return self.nearest[name]

    def _slip(self, name: str) -> str | None:
        most = 2 if len(name) > _TINY else 1
        found = [latin for latin in self.latin if abs(len(latin) - len(name)) <= most and slips(name, latin, most) <= most]
        return found[0] if len(found) == 1 else None

    def _like(self, name: str) -> str | None:
        """The only name with the initial and the second word of one, or with its genus, else the most similar one."""
        short = _SHORT.fullmatch(name)
        if short is not None:
            found = [latin for latin in self.latin if latin[:1] == short[1] and latin.partition(" ")[2] == short[2]]
        else:
            found = [latin for latin in self.latin if latin.partition(" ")[0] == name]
        similar = found if len(found) == 1 else difflib.get_close_matches(name, self.latin, 1, 0.75)
        return similar[0] if similar else None


def slips(one: str, other: str, most: int) -> int:
    """
    How many typing slips turn one text into another: a character too many, missing or wrong, or two swapped.

    More than ``most`` are not counted exactly.
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, char in enumerate(one, 1):
        now = [row]
        for at, wanted in enumerate(other, 1):
            cost = min(last[at] + 1, now[at - 1] + 1, last[at - 1] + (char != wanted))
            if row > 1 and at > 1 and char == other[at - 2] and one[row - 2] == wanted:
                cost = min(cost, before[at - 2] + 1)
            now.append(cost)
        if min(now) > most:
            return most + 1
        before, last = last, now
    return last[-1]


@dataclass(frozen=True)
class _Names:
    """The names that the site knows, and what a record may write instead of one."""

    pages: _Pages
    record: Values

    @property
    def latin(self) -> Set[str]:
        """The names of the pages."""
        return self.pages.latin

    def latin_of(self, name: str) -> str | None:
        """The name to write for one: of a page, also where its case or author differs, or of a synonym; a placeholder stays."""
        if name in self.latin or name in NO_NAMES or name.startswith("unspecified "):
            return name
        return self.record.synonyms.latin(name) or self.pages.same(name)

    def near(self, name: str) -> str | None:
        """The page's name that one is nearest to, if any."""
        return self.pages.near(name)[0]

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
            message="no organism page for 'Mus muscullus'; did you mean 'Mus musculus'?", key="/organisms/1",
            unsafe=True, fixed={}),
        Bad({"organisms": ["Homo sapein"]}, beside=_PAGES, message="did you mean 'Homo sapiens'?", unsafe=True,
            fixed={"organisms": ["Homo sapiens"]}),
        Bad({"organisms": ["Homo sapiens", "Homo sapien"]}, beside=_PAGES, message="did you mean 'Homo sapiens'?", unsafe=True,
            fixed={"organisms": ["Homo sapiens"]}),
        Bad({"organisms": ["Mus musculus L."]}, beside=_PAGES, message="did you mean 'Mus musculus'?", unsafe=True,
            fixed={"organisms": ["Mus musculus"]}),
        Bad({"organisms": ["A. heterophyllum"]}, message="did you mean 'Aconitum heterophyllum'?", beside=(
            *_PAGES, Good({"latin": "Aconitum heterophyllum"}, kind=Kind.ORGANISM, name="aconitum"))),
        Bad({"organisms": ["Mus"]}, beside=_PAGES, message="did you mean 'Mus musculus'?"),
        Bad({"organisms": ["Mus musculs"]}, message="no organism page for 'Mus musculs'; did you mean 'Mus musculus'?", beside=(
            *_PAGES, Good({"latin": "Mus musculis"}, kind=Kind.ORGANISM, name="mus_musculis"))),
        Bad({"organisms": "Homo sapien"}, kind=Kind.FIGURE_2021, beside=_PAGES, message="did you mean 'Homo sapiens'?",
            key="/organisms", unsafe=True, fixed={"organisms": "Homo sapiens"}),
        Bad({"organisms": ["homo Sapiens"]}, beside=_PAGES, message="did you mean 'Homo sapiens'?", unsafe=True,
            fixed={"organisms": ["Homo sapiens"]}),
        Bad({"organisms": ["Homo sapiens, mouse"]}, beside=_PAGES, unsafe=True, fixed={},
            message="'Homo sapiens, mouse' has several names; write one organism per line, each beginning with '- '"),
        Bad({"organisms": ["Mus musculus", "Homo sapiens/Mus musculus and NA"]}, beside=_PAGES, message="has several names",
            unsafe=True, fixed={"organisms": ["Mus musculus", "Homo sapiens"]}),
        Bad({"organisms": ["Homo sapiens; Sus scrofa"]}, beside=_PAGES, message="no organism page for 'Sus scrofa'"),
        Bad({"organisms": ["Homo\u00a0sapiens"]}, beside=_PAGES[:1], message="no-break space (U+00A0)", unsafe=True,
            fixed={"organisms": ["Homo sapiens"]}),
    ],
    good=[
        Good({"organisms": ["NA"]}, beside=_PAGES[:1]),
        Good({"organisms": ["Mus musculus"]}),
        Good({"organisms": ["unspecified plant"]}, beside=_PAGES[:1]),
        Good({"organisms": ["Influenza A virus (A/PR/8/1934)"]},
             beside=(Good({"latin": "Influenza A virus (A/PR/8/1934)"}, kind=Kind.ORGANISM, name="influenza"),)),
    ],
)  # fmt: skip
def unknown_organism(repository: Repository) -> Iterator[Placed | Note]:
    """
    An organism has no page.

    The site lists a figure under an organism only if its name is exactly the latin name of an organism page. Either the name
    is misspelt, or one item holds several names, or the page is missing. An unsafe fix writes the latin name where exactly one
    page is one or two typing slips away, where only the case or Linnaeus's `L.` behind the name differs, and where each of
    several names is known, each as an item of its own. Otherwise correct the name, or add the page.

    The rule needs the organism pages beside the record and no other record, so it runs for single files too. It is silent
    where the repository has no organism pages, and with the setting `organisms = false`. Where a run over the repository finds
    pages for fewer than half of the names in use, as in a part of a checkout, one note on standard error replaces the findings.
    """
    names = set(chain.from_iterable({figure.organisms for figure in repository.figures}))
    names = {
        name for name in names - PLACEHOLDERS if not name.startswith("unspecified ") and name not in derived.REJECTING_ORGANISMS
    }
    latin = repository.look_up(names) if names else names
    unknown = names - latin if latin else set[str]()
    pages = _Pages(latin, _by_case(latin) if unknown else {})
    lacking = _lacking(repository, unknown, pages) if repository.whole and 2 * len(unknown) > len(names) else unknown
    if repository.whole and 2 * len(lacking) > len(names) and len(lacking) > 1:
        message = f"organism pages are there for {len(names) - len(lacking):,} of the {len(names):,} names that the figures use"
        yield Note(f"{message}; PF404 (unknown-organism) needs those of the others and reports nothing")
        return
    for figure in repository.figures if unknown else ():
        if unknown.isdisjoint(figure.organisms):
            continue
        record = repository.open(figure.path)
        known = _Names(pages, record)
        found = 0
        if derived.rejections(record):
            continue  # the record is to be removed (PF109)
        items = record.value("/organisms")  # the file may have changed in the meantime
        items = items if isinstance(items, list) else names_of(items)
        places = {name: at for at, name in reversed([*enumerate(items)]) if isinstance(name, str) and name in unknown}
        for name, at in sorted(places.items(), key=lambda place: place[1]):
            if _key(record, at) in record.invalid or record.synonyms.latin(name) is not None:
                continue  # what is wrong with the name itself is said by PF106 or PF213
            found += 1
            yield Placed(figure.path, _unknown(known, items, at, hinting=found <= _MOST))


def _key(record: Values, at: int) -> str:
    """The JSON Pointer of an organism; in the 2021 dialect a text may stand where the list is now."""
    return join("/organisms", at) if isinstance(record.value("/organisms"), list) else "/organisms"


def _lacking(repository: Repository, unknown: Set[str], pages: _Pages) -> Set[str]:
    """The unknown names that may be right, and lack a page: those that are no other spelling, and no several names."""
    known = _Names(pages, repository.open(repository.figures[0].path))
    if len(unknown) > _MOST_NEAR:
        return {name for name in unknown if known.latin_of(name) is None}
    return {name for name in unknown if known.latin_of(name) is None and not known.near(name) and not known.parts(name)}


def _unknown(known: _Names, items: list[str], at: int, *, hinting: bool) -> Finding:
    """What is wrong with one item. Without ``hinting`` nothing is looked for that it may mean."""
    name, key = items[at], _key(known.record, at)
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
    near, latin = known.pages.near(name)
    fix = None
    if latin is not None:
        there = latin in items
        what = f"drop it, {quote(latin)} is there" if there else f"set it to {quote(latin)}"
        fix = Fix(what, (DropItem(key) if there else SetValue(key, latin),), Safety.UNSAFE)
    if "\u00a0" in name:
        return Finding(key, f"{message}; it holds a no-break space (U+00A0)", fix=fix)
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
