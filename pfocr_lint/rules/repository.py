"""PF4: do the records agree with each other? These rules see facts of all records; they run when a folder is given."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import TypeVar

from pfocr_lint.diagnostic import Finding, Fix, Placed, Related, Safety, SetValue
from pfocr_lint.lazy_import import expression
from pfocr_lint.quoting import quote
from pfocr_lint.record.facts import PAPER, FigureFacts, Repository, folded, numbers
from pfocr_lint.record.mention_table import SORTS, Table, spelled
from pfocr_lint.rules.declaration import Bad, Good, TableFile, repository_rule
from pfocr_lint.rules.mentions import CHEMICALS, DISEASES, GENES, TABLES, gene_table
from pfocr_lint.schema.kinds import FIGURES, Kind

OTHER = "PMC9405586__biomedicines-10-01841-g002"

_OTHER_VALUES = {
    "figid": OTHER,
    "filename": "biomedicines-10-01841-g002.jpg",
    "figlink": "/pmc/articles/PMC9405586/figure/biomedicines-10-01841-f002/",
    "number": "F2",
    "figid_alias": "PMC9405586__F2",
    "redirect_from": "/figures/PMC9405586__F2",
    "schema-jsonld/@id": f"https://pfocr.wikipathways.org/figures/{OTHER}.html",
}


def other(name: str = OTHER, values: Mapping[str, str] | None = None) -> Good:
    """A second clean figure of the same paper."""
    return Good({**_OTHER_VALUES, **(values or {})}, name=name)


_MARKUP = expression("<[/!A-Za-z]|&[#A-Za-z][A-Za-z0-9.]*;")

_T = TypeVar("_T")


def _groups(items: Sequence[_T], names: Sequence[str | None]) -> list[tuple[str, list[_T]]]:
    """The groups of two and more items that share a name, sorted by it; None is no name."""
    if len(set(names)) == len(names):  # nearly always, and a tenth of what grouping takes
        return []
    counts = Counter(names)
    return _grouped(items, names, {name for name in counts if counts[name] > 1})


def _grouped(items: Sequence[_T], names: Sequence[str | None], wanted: Set[str | None]) -> list[tuple[str, list[_T]]]:
    """The items that have one of the wanted names, by name, sorted by it; None is no name."""
    groups: dict[str, list[_T]] = {}
    for item, name in zip(items, names, strict=True):
        if name is not None and name in wanted:
            groups.setdefault(name, []).append(item)
    return sorted(groups.items())


def _names(figures: Iterable[FigureFacts]) -> tuple[str, ...]:
    """What figures are called, whatever their files are."""
    return tuple(figure.figid or figure.path for figure in figures)


@repository_rule(
    "PF401",
    kinds=FIGURES,
    bad=[Bad(name="PMC9405586__copy", beside=(Good(),), message="is also the figid of", key="/figid")],
    good=[Good(beside=(other(),))],
)
def duplicate_figid(repository: Repository) -> Iterator[Placed]:
    """
    Two records have one figid.

    Pages, tables and other databases confuse them. The record whose file has the figid as its name counts as the right one.
    """
    for figid, group in _groups(repository.figures, [figure.figid for figure in repository.figures]):
        first, *others = sorted(group, key=lambda f: (not f.path.endswith(f"/{figid}.md"), f.path in repository.fresh, f.path))
        for figure in others:
            message = f"figid {quote(figid)} is also the figid of {quote(first.path, 100)}"
            related = (Related("/figid", "the other record", path=first.path),)
            yield Placed(figure.path, Finding("/figid", message, related=related, compared=(figid,), members=(figid,)))


@repository_rule(
    "PF402",
    kinds=FIGURES,
    bad=[
        Bad(
            {
                **_OTHER_VALUES,
                "number": "F1",
                "figid_alias": "PMC9405586__F1",
                "redirect_from": "/figures/PMC9405586__F1",
                "figlink": "/pmc/articles/PMC9405586/figure/undefined/",
            },
            name=OTHER,
            beside=(Good(),),
            message="overwrite each other's redirect",
            key="/figid_alias",
        )
    ],
    good=[Good(beside=(other(),))],
)
def duplicate_alias(repository: Repository) -> Iterator[Placed]:
    """
    Two figures have one alias.

    The site makes one redirect for both, so one of the two pages cannot be reached by its alias. One of the two numbers is
    usually wrong: a scheme or a supplement that is numbered as a figure.
    """
    for alias, group in _groups(repository.figures, [figure.alias for figure in repository.figures]):
        figids = {figure.figid for figure in group}
        if len(figids) == 1:
            continue  # one figid twice is the cause (PF401)
        first, *others = sorted(group, key=lambda figure: (figure.path in repository.fresh, figure.path))
        for figure in others:
            message = f"{quote(figure.path, 100)} and {quote(first.path, 100)} have the alias {quote(alias)}"
            finding = Finding(
                "/figid_alias",
                f"{message}; they overwrite each other's redirect",
                related=(Related("/figid_alias", "the other record", path=first.path),),
                compared=(alias,),
                members=_names(group),
            )
            yield Placed(figure.path, finding)


@repository_rule(
    "PF403",
    kinds=FIGURES,
    bad=[
        Bad(
            beside=(
                Good(
                    {**_OTHER_VALUES, "figid": "PMC9405586__F1", "filename": "F1.jpg",
                     "schema-jsonld/@id": "https://pfocr.wikipathways.org/figures/PMC9405586__F1.html"},
                    name="PMC9405586__F1",
                ),
            ),
            message="is the page of",
            key="/redirect_from",
        )
    ],
    good=[Good(beside=(other(),))],
)  # fmt: skip
def redirect_onto_page(repository: Repository) -> Iterator[Placed]:
    """
    A redirect has the address of another record's page.

    The site writes both to one file, and one of them is lost.
    """
    redirects = [figure.redirect or "" for figure in repository.figures]
    whole = "\n".join(redirects) + "\n"
    if ".html" not in whole and "/\n" not in whole:  # nothing to remove: one search shows it
        before = len("/figures/")
        if {figure.figid for figure in repository.figures}.isdisjoint([redirect[before:] for redirect in redirects]):
            return
    pages = {f"/figures/{figure.figid}": figure for figure in repository.figures if figure.figid is not None}
    for figure in repository.figures:
        if figure.alias is not None and figure.redirect != f"/figures/{figure.alias}":
            continue  # what it should be is another (PF204)
        target = pages.get((figure.redirect or "").removesuffix(".html").rstrip("/"))
        if target is not None and target.path != figure.path and target.figid != figure.figid:
            message = f"redirect_from {quote(figure.redirect)} is the page of {quote(target.path, 100)}"
            related = (Related("/figid", "whose page it is", path=target.path),)
            compared, members = (figure.redirect,), _names((figure, target))
            yield Placed(figure.path, Finding("/redirect_from", message, related=related, compared=compared, members=members))


@repository_rule(
    "PF405",
    severity="warning",
    kinds=FIGURES,
    bad=[
        Bad(
            {**_OTHER_VALUES, "doi": "10.3390/biomedicines10081842"},
            name=OTHER,
            beside=(Good(),),
            message="of the same paper",
            key="/doi",
        ),
    ],
    good=[Good({"doi": ""}, beside=(other(),))],
)
def paper_disagreement(repository: Repository) -> Iterator[Placed]:
    """
    Two figures of one paper disagree about the paper.

    Title, reference, year, DOI and journal belong to the paper, and are the same for all its figures. The message names the
    value of most of its records. An unknown value disagrees with no other.
    """
    figures = repository.figures
    pmcids, papers = [figure.pmcid for figure in figures], [figure.paper for figure in figures]
    one = dict(zip(pmcids, papers, strict=True))  # of each paper the last figure's
    ones = [one[pmcid] for pmcid in pmcids]
    if ones == papers:
        return
    differing = {pmcid for pmcid, mine, last in zip(pmcids, papers, ones, strict=True) if mine != last}
    for pmcid, group in _grouped(figures, pmcids, differing):
        for column, field in enumerate(PAPER):
            yield from _disagreeing(repository, pmcid, field, [(numbers(figure.paper)[column], figure) for figure in group])


def _disagreeing(repository: Repository, pmcid: str, field: str, votes: list[tuple[int, FigureFacts]]) -> Iterator[Placed]:
    counts = Counter(value for value, _ in votes if value)
    if len(counts) < 2:
        return
    # of equally many, the value of the records that the diff does not touch
    votes = sorted(votes, key=lambda vote: (-counts[vote[0]], vote[1].path in repository.fresh, vote[1].path))
    major, model = votes[0]
    wanted = repository.open(model.path).value(f"/{field}")
    for value, figure in votes:
        if value in (0, major):
            continue
        said = quote(repository.open(figure.path).value(f"/{field}"))
        others = f"{counts[major]} other record{'s' if counts[major] > 1 else ''} of the same paper"
        message = f"{field} is {said}, {others} ({pmcid}) {'say' if counts[major] > 1 else 'says'} {quote(wanted)}"
        related = (Related(f"/{field}", "the same paper", path=model.path),)
        # as many values as there are: which of them most records have may change with any that joins in
        members = tuple(map(str, counts))
        yield Placed(figure.path, Finding(f"/{field}", message, related=related, compared=(pmcid,), members=members))


@repository_rule(
    "PF406",
    kinds=FIGURES | {Kind.ORGANISM, Kind.TABLE},
    bad=[
        Bad(
            message="differ only in case",
            beside=(
                other(
                    name="PMC9405586__Biomedicines-10-01841-g001",
                    values={
                        "figid": "PMC9405586__Biomedicines-10-01841-g001", "filename": "Biomedicines-10-01841-g001.jpg",
                        "schema-jsonld/@id": "https://pfocr.wikipathways.org/figures/PMC9405586__Biomedicines-10-01841-g001.html",
                    },
                ),
            ),
        ),
    ],
    good=[Good(beside=(other(),))],
)  # fmt: skip
def case_collision(repository: Repository) -> Iterator[Placed]:
    """
    Two file names differ only in case.

    On the file systems of macOS and Windows they are one file: a checkout, or a web server, loses one of the two.
    """
    paths = repository.paths
    for name, group in _groups(paths, _folded(paths)):
        first, *others = sorted(set(group), key=lambda path: (path in repository.fresh, path))
        for path in others:
            message = f"the names {quote(path, 100)} and {quote(first, 100)} differ only in case"
            related = (Related(None, "the other file", path=first),)
            yield Placed(path, Finding(None, message, related=related, compared=(name,), members=tuple(group)))


def _folded(paths: list[str]) -> list[str]:
    """The paths as file systems that ignore case compare them: all at once, in a fifth of the time."""
    together = folded("\n".join(paths)).split("\n")
    return together if len(together) == len(paths) else list(map(folded, paths))  # one has a line break in its name


@repository_rule(
    "PF408",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    bad=[
        Bad({"schema-jsonld/keywords": ["PTEN", "Glucose"]}, beside=(TableFile("genes", gene_table("AKT1")),),
            message="keywords lack 'AKT1' of the tables", key="/schema-jsonld/keywords", unsafe=True,
            fixed={"schema-jsonld/keywords": ["PTEN", "Glucose", "AKT1"]}),
        Bad({"schema-jsonld/keywords": ["PTEN", "Glucose"]},
            beside=(TableFile("genes", gene_table("PTEN")), TableFile("chemicals", f"{CHEMICALS}\nPLGA\tNA\tNA\tNA\tNA\n"),
                    TableFile("diseases", f"{DISEASES}\nLPS\tNA\tNA\tNA\tNA\n")),
            message="keywords lack 'PLGA', 'LPS' of the tables, and have 'Glucose' that is in none", unsafe=True,
            fixed={"schema-jsonld/keywords": ["PTEN", "PLGA", "LPS"]}),
        Bad({"schema-jsonld/keywords": ["PTEN"]}, beside=(TableFile("genes", gene_table("</script>")),),
            message="lack '</script>'"),
    ],
    good=[
        Good(beside=(TableFile("chemicals", f"{CHEMICALS}\n Glucose \tNA\tNA\tNA\tNA\nNA\tNA\tNA\tNA\tNA\n"),)),
        Good({"schema-jsonld/keywords": ["vitamin D"]},
             beside=(TableFile("chemicals", f"{CHEMICALS}\nvita\u00admin  D\tNA\tNA\tNA\tNA\n.na.character\tNA\tNA\tNA\tNA\n"),)),
        Good(),
    ],
)  # fmt: skip
def keywords_differ_from_tables(repository: Repository) -> Iterator[Placed]:
    """
    The keywords for search engines are not those of the mention tables.

    They are the gene symbols, chemicals and diseases of the figure's tables. A table without rows has no file, so a surplus
    keyword is only reported where all three tables exist.
    """
    tables = defaultdict(list)
    for table in repository.tables:
        tables[table.figid].append(table)
    for figure in repository.figures if tables else ():
        own = tables.get(figure.figid or "")
        if not own or figure.keywords is None:
            continue
        words = {word for table in own for word in numbers(table.words)}
        keywords = set(numbers(figure.keywords))
        if words - keywords or (len(own) == len(SORTS) and keywords - words):
            yield from _differing(repository, figure.path, [table.path for table in own])


def _differing(repository: Repository, path: str, tables: list[str]) -> Iterator[Placed]:
    keywords = repository.open(path).value("/schema-jsonld/keywords")
    known = dict(zip(keywords, spelled(keywords), strict=True))
    there = set(known.values())
    opened = [Table(repository.open(table)) for table in tables]
    opened.sort(key=lambda table: SORTS.index(table.sort))
    wanted = dict.fromkeys(word for table in opened for word in table.words())
    lacking = [word for word in wanted if word not in there]
    surplus = [word for word in keywords if known[word] not in wanted] if len(opened) == len(SORTS) else []
    message = [f"lack {_few(lacking)} of the tables"] if lacking else []
    message += [f"have {_few(surplus)} that {'is' if len(surplus) == 1 else 'are'} in none"] if surplus else []
    new = [word for word in keywords if word not in surplus] + lacking
    key = "/schema-jsonld/keywords"
    fix = None
    if not any(map(_MARKUP.search, lacking)):  # what PF304 or PF305 would say is not to be copied
        fix = Fix("make them those of the tables", (SetValue(key, new),), Safety.UNSAFE)
    related = tuple(Related(None, "the table", path=table.record.path) for table in opened)
    compared = (sorted(there), sorted(wanted))
    yield Placed(
        path, Finding(key, f"keywords {', and '.join(message)}", fix=fix, related=related, on_key=True, compared=compared)
    )


def _few(words: list[str]) -> str:
    shown = ", ".join(quote(word, 30) for word in words[:4])
    return f"{shown} and {len(words) - 4} more" if len(words) > 4 else shown


@repository_rule(
    "PF409",
    severity="warning",
    kinds=TABLES,
    bad=[
        Bad(table=TableFile("genes", f"{GENES}\n{'NA' + chr(9) * 10}\n", figid="PMC1__x"), beside=(Good(),), message="no record")
    ],
    good=[Good(beside=(TableFile("chemicals", f"{CHEMICALS}\nGlucose\tNA\tNA\tNA\tNA\n"),))],
)
def orphan_table(repository: Repository) -> Iterator[Placed]:
    """
    A mention table belongs to no record.

    Its name begins with a figid that no record has: the record was renamed or removed, or the table is misnamed. The rule is
    silent where no records are read.
    """
    if not repository.tables or not repository.figures:
        return
    figids = {figure.figid for figure in repository.figures} | {
        figure.path.rpartition("/")[2][:-3] for figure in repository.figures
    }
    for table in repository.tables:
        if table.figid not in figids:
            yield Placed(table.path, Finding(None, f"there is no record {quote(table.figid)} for this table"))


@repository_rule(
    "PF411",
    kinds=frozenset({Kind.ORGANISM}),
    bad=[
        Bad(kind=Kind.ORGANISM, name="human", beside=(Good(kind=Kind.ORGANISM, name="homo_sapiens"),),
            message="is also the page of 'Homo sapiens'", key="/latin"),
    ],
    good=[Good(kind=Kind.ORGANISM, beside=(Good({"latin": "Mus musculus"}, kind=Kind.ORGANISM, name="mus_musculus"),))],
)  # fmt: skip
def duplicate_organism_page(repository: Repository) -> Iterator[Placed]:
    """
    Two organism pages have one latin name.

    The site lists the figures of the organism on both, or on one by chance.
    """
    for latin, group in _groups(repository.pages, [page.latin for page in repository.pages]):
        first, *others = sorted(group, key=lambda page: (page.path in repository.fresh, page.path))
        for page in others:
            message = f"{quote(first.path, 100)} is also the page of {quote(latin)}"
            related = (Related("/latin", "the other page", path=first.path),)
            yield Placed(page.path, Finding("/latin", message, related=related, compared=(latin,), members=(latin,)))
