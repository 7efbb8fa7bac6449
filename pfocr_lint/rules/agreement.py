"""PF2: do the fields of one record agree? The order of trust says which of two fields that differ is fixed."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Fix, Safety, SetValue
from pfocr_lint.pointer import name_of
from pfocr_lint.quoting import quote
from pfocr_lint.record import derived
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import Bad, Good, Trigger, When, rule
from pfocr_lint.rules.value_ends import said, word_and_rest
from pfocr_lint.schema import validator
from pfocr_lint.schema.kinds import FIGURES

STEM = "biomedicines-10-01841-g001"


def _safety(record: Values) -> Safety:
    """The safety of a fix that follows from number: unsafe for a raw number that nothing else confirms."""
    return Safety.SAFE if derived.number_is_sure(record) else Safety.UNSAFE


_OF_ALIAS = ("/figid", "/number")
MOST = 2  # words behind a value that is wrong itself: more have been swallowed


def _should_be(
    record: Values,
    key: str,
    wanted: str | None,
    because: str,
    *,
    of: tuple[str, ...],
    safety: Safety = Safety.SAFE,
    compared: str | None = None,
) -> Iterator[Finding]:
    """
    A usable value that is not the one which follows from the values at ``of``. Text after the right value is not replaced.

    ``compared`` is what the finding is about beside the value, if that is not the wanted value.
    """
    value = record.usable(key)
    if value is None or wanted is None or value == wanted:
        return
    word, rest = word_and_rest(value)
    raw = value in derived.TYPES.values() or derived.normal_number(value.rpartition("__")[2])  # the white space is its own
    if raw or not (word == wanted or validator.allows(record.kind, key, word) or len(rest.split()) > MOST):
        rest = ""
    message = f"{name_of(key)} is {quote(value, 100)}, {because} {quote(wanted, 100)}"
    fix = None
    if not rest:
        fix = Fix(f"set it to {quote(wanted, 100)}", (SetValue(key, wanted),), safety, follows=of)
    elif word == wanted:
        message = said(key, word, rest)
    else:
        message = f"{message}; the text behind {quote(word)} belongs elsewhere"
    yield Finding(key, message, fix=fix, compared=(compared or wanted,))


@rule(
    "PF201",
    kinds=FIGURES,
    trigger=Trigger.DISAGREEMENT,
    bad=[
        Bad(name=f"PMC9405586__{STEM}-copy", message="the file's name", key="/figid"),
        Bad({"figid": f"PMC7405586__{STEM}", "pmcid": "PMC7405586"}, name=f"PMC9405586__{STEM}", message="the file's name"),
    ],
    good=[Good()],
)
def file_name_differs_from_figid(record: Values) -> Iterator[Finding]:
    """
    The file's name is not its figid.

    The site names the page after the file, and finds the figure's mention tables by figid.
    """
    figid = record.usable("/figid")
    if figid is not None and record.name and figid != record.name:
        message = f"figid is {quote(figid)}, the file's name says {quote(record.name)}"
        yield Finding("/figid", message, compared=(record.name,))


@rule(
    "PF202",
    fix="safe",
    kinds=FIGURES,
    trigger=Trigger.DISAGREEMENT,
    bad=[
        Bad({"filename": f"PMC9405586__{STEM}.jpg"}, message="keeps the PMC id in front", fixed={}, key="/filename"),
        Bad({"filename": "biomedicines-10-01841-g002.jpg"}, message="figid is", key="/figid"),
        Bad({"pmcid": "PMC9405587"}, message="pmcid and filename make"),
    ],
    good=[Good()],
)
def figid_differs_from_parts(record: Values) -> Iterator[Finding]:
    """
    The figid is not pmcid, two underscores and the stem of filename.

    Some file names keep the PMC id in front, which only belongs in the figid: the fix removes it. If the file's name already
    shows that the figid is wrong, this rule is silent.
    """
    figid, parts = record.usable("/figid"), derived.figid_parts(record)
    if figid is None or parts is None:
        return
    pmcid, filename = record.usable("/pmcid") or "", record.usable("/filename") or ""
    prefix = f"{pmcid}__"
    if figid != parts:
        if parts != record.name:
            message = f"figid is {quote(figid)}, pmcid and filename make {quote(parts)}"
            yield Finding("/figid", message, compared=(parts,))
    elif filename.startswith(prefix):
        fix = Fix("remove the PMC id", (SetValue("/filename", filename.removeprefix(prefix)),))
        message = f"filename keeps the PMC id in front: {quote(filename)}"
        yield Finding("/filename", message, fix=fix)


@rule(
    "PF203",
    fix="safe",
    kinds=FIGURES,
    trigger=Trigger.DISAGREEMENT,
    bad=[
        Bad({"figid_alias": "PMC9405586__F2"}, message="figid and number make 'PMC9405586__F1'", fixed={}, key="/figid_alias"),
        Bad({"figid_alias": "F1"}, message="figid_alias is 'F1'", fixed={}),
        Bad(text=("__F1\nfigtype", "__F1\n  - PTEN\nfigtype"), message="and more text that belongs elsewhere: '- PTEN'"),
        Bad({"figid_alias": "PMC9405586__Figure 1"}, message="figid_alias is 'PMC9405586__Figure 1'", fixed={}),
        Bad({"figid_alias": "PMC9405586__F2 - PTEN"}, message="the text behind 'PMC9405586__F2' belongs elsewhere"),
    ],
    good=[Good()],
)
def alias_differs_from_figid(record: Values) -> Iterator[Finding]:
    """
    The alias is not the figid's PMC id, two underscores and the number.

    Older links and other databases use the alias to find the figure.
    """
    wanted, safety = derived.alias(record), _safety(record)
    yield from _should_be(record, "/figid_alias", wanted, "figid and number make", of=_OF_ALIAS, safety=safety)


@rule(
    "PF204",
    fix="safe",
    kinds=FIGURES,
    trigger=Trigger.DISAGREEMENT,
    bad=[
        Bad(
            {"redirect_from": "/figures/PMC9405586__F2"}, message="want '/figures/PMC9405586__F1'", fixed={}, key="/redirect_from"
        ),
        Bad({"redirect_from": "/figures/PMC9405586__F1 - PTEN"}, message="and more text that belongs elsewhere: '- PTEN'"),
    ],
    good=[Good()],
)
def redirect_differs_from_alias(record: Values) -> Iterator[Finding]:
    """
    The redirect is not `/figures/` and the alias.

    The site makes a page at that address which leads to the figure. A wrong one is a dead link, or hides another figure. It
    is compared with the alias that the record should have.
    """
    of = _OF_ALIAS if derived.alias(record) else ("/figid_alias",)
    yield from _should_be(record, "/redirect_from", derived.redirect(record), "want", of=of, safety=_safety(record))


@rule(
    "PF205",
    fix="safe",
    kinds=FIGURES,
    trigger=Trigger.DISAGREEMENT,
    bad=[
        Bad({"schema-jsonld/@id": "https://pfocr.wikipathways.org/figures/PMC1__x.html"},
            message="figid makes", fixed={}, key="/schema-jsonld/@id"),
        Bad({"schema-jsonld/@id": f"{derived.SITE}PMC9405586__{STEM}.html and so on"}, message="elsewhere: 'and so on'"),
    ],
    good=[Good()],
)  # fmt: skip
def jsonld_id_differs_from_figid(record: Values) -> Iterator[Finding]:
    """
    The address in the JSON-LD block is not the figure's page.

    The right address is the site's, `/figures/`, the figid and `.html`. Search engines index the figure under it.
    """
    yield from _should_be(record, "/schema-jsonld/@id", derived.page(record), "figid makes", of=("/figid",))


@rule(
    "PF208",
    fix="safe",
    kinds=FIGURES,
    trigger=Trigger.DISAGREEMENT,
    bad=[Bad({"figtype": "Scheme"}, message="number 'F1' stands for 'Figure'", fixed={}, key="/figtype")],
    good=[Good()],
)
def figtype_differs_from_number(record: Values) -> Iterator[Finding]:
    """
    The figure's type is not the one that its number stands for.

    F is Figure, S Scheme, SF Supplemental figure, GA Graphical abstract, AF Appendix figure, EV Extended view.
    """
    number, of = derived.number(record), ("/number",)
    because = f"number {quote(number)} stands for"
    wanted, safety = derived.figtype(record), _safety(record)
    yield from _should_be(record, "/figtype", wanted, because, of=of, safety=safety, compared=number)


_F3 = {"figlink": "/pmc/articles/PMC9405586/figure/F3/"}


@rule(
    "PF209",
    fix="safe or unsafe",
    kinds=FIGURES,
    owns=("number:pattern",),
    trigger=Trigger.FAILURE,
    bad=[
        Bad({"number": "Figure 1"}, message="number is 'Figure 1', want 'F1'", fixed={}, key="/number"),
        Bad({"number": "FIG. 3", "figid_alias": "PMC9405586__F2", "redirect_from": "/figures/PMC9405586__F3", **_F3},
            also=("PF203",), message="want 'F3'", unsafe=True,
            fixed={"number": "F3", "figid_alias": "PMC9405586__F3", "redirect_from": "/figures/PMC9405586__F3", **_F3}),
        Bad({"number": ""}, message="number is ''"),
    ],
    good=[Good({"number": "F1"})],
)  # fmt: skip
def raw_number(record: Values) -> Iterator[Finding]:
    """
    The number is a label as papers print it.

    `Figure 6` is `F6` here, `Scheme 1` is `S1`, `Fig. S2` is `SF2`. The fix is safe if figid_alias already has the normal
    form.
    """
    for violation in () if derived.rejections(record) else record.failures.get("PF209", ()):
        fix = None
        normal = derived.normal_number(violation.value)
        if normal is not None:
            fix = Fix(f"set it to {quote(normal)}", (SetValue("/number", normal),), _safety(record), follows=("/figid_alias",))
        want = quote(normal) if normal else "a prefix F, S, SF, GA, AF or EV, and digits"
        yield Finding("/number", f"number is {quote(violation.value)}, want {want}", fix=fix)


def _may_be_of_another_year(year: str, reftext: str) -> bool:
    return year not in ("", derived.plain_year(reftext))


@rule(
    "PF210",
    fix="unsafe",
    kinds=FIGURES,
    trigger=When(("year", "reftext"), _may_be_of_another_year),
    bad=[
        Bad({"year": "2021"}, message="year is '2021', reftext says '2022'", fixed={}, unsafe=True, key="/year"),
        Bad(
            {"year": "2014", "reftext": "Ada Author. PLoS One 2015;20:440."},
            message="reftext says '2015'",
            unsafe=True,
            fixed={"year": "2015", "reftext": "Ada Author. PLoS One 2015;20:440."},
        ),
    ],
    good=[
        Good({"year": ""}),
        Good({"reftext": "Xingjian Zhai, et al. Biomedicines. 2022.", "year": "2022"}),
        Good({"reftext": "Ada Author. Proc 2008 Conf 2009; 1:2.", "year": "2009"}),
        Good({"reftext": "Ada Author. eLife. 2013;1841.", "year": "2013"}),
    ],
)
def year_differs_from_reference(record: Values) -> Iterator[Finding]:
    """
    The year is not the one in the reference.

    Either may be wrong: papers appear online a year before they are printed. The reference is trusted more.
    """
    if record.usable("/year"):
        stated = derived.year(record) or derived.only_year(record)
        yield from _should_be(record, "/year", stated, "reftext says", of=("/reftext",), safety=Safety.UNSAFE)
