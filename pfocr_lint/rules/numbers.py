"""PF2, the part about figure numbers: is a number one that the paper has, and do file name and link agree with it?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from pfocr_lint.diagnostic import Finding, Fix, Placed, Related, Safety, SetValue
from pfocr_lint.lazy_import import expression
from pfocr_lint.quoting import quote
from pfocr_lint.record import derived
from pfocr_lint.record.facts import Repository
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import Bad, Good, When, rule
from pfocr_lint.schema.kinds import FIGURES

# Only these tokens are evidence: at the end of filename's stem, or as the whole last part of figlink.
_EVIDENCE = (
    ("S", r"(?<![A-Za-z])(?:sch(\d+)|[cd]\d[a-z]{2}\d{5}[a-z]-s(\d+))"),
    ("SF", r"(?<![A-Za-z])(?:(?:fig(\d+)-)?figsupp(\d+)|fig(\d+)s(\d+)|sfig(\d+)|SF(\d{3,})|fS\.(\d+))"),
    ("AF", r"(?<![A-Za-z])(?:app(\d+)-?fig(\d+)|fA\.(\d+))"),
    ("GA", r"(?<![A-Za-z])(?:_?ga(\d+)|undfig(\d+)|absf(\d+))|_GA"),
    ("AF", r"(?<![A-Za-z])[gf]0?A(\d+)"),  # as MDPI names images: in filename alone
)
_PREFIX = expression("[A-Z]*")
_SOME = expression(r"s(?:ch|fig|upp|[0-9])|S[F.]|A(?:\.|[0-9])|app|ga[0-9]|GA|undfig|absf")  # part of every one of them
_TOKENS = tuple((prefix, expression(rf"(?:{tokens})\Z", re.ASCII)) for prefix, tokens in _EVIDENCE)
_OF_BOTH = 4  # so many of them may also be figlink's last part
# Frontiers names a supplement's image so; its link says so too.
_FRONTIERS = expression(r"f[a-z]+-\d+-\d{5}-s(\d{3})", re.ASCII)
_FRONTIERS_LINK = expression(r"S\d+", re.ASCII)
_ARTICLE = expression("articles/(PMC[0-9]+)/")


class _Evidence(NamedTuple):
    """What one field says about the number: the field, its text, and the prefix and the number for which that stands."""

    field: str
    text: str
    prefix: str
    number: str


def _stem_and_link(record: Values) -> tuple[str, str]:
    """The stem of filename, and the last part of figlink; '' for a link of another article, which says nothing here."""
    link = record.usable("/figlink") or ""
    article = _ARTICLE.search(link)
    _, slash, last = link.removesuffix("/").rpartition("/")
    own = slash and (article is None or article[1] == (record.usable("/pmcid") or article[1]))
    return derived.stem(record.usable("/filename") or ""), last if own else ""


def _evidence(record: Values) -> list[_Evidence]:
    """What figlink and filename say about the kind of figure, in this order."""
    stem, link = _stem_and_link(record)
    found = []
    for prefix, pattern in _TOKENS[:_OF_BOTH]:
        if match := pattern.fullmatch(link):
            found.append(_Evidence("figlink", link, prefix, _number(prefix, match)))
            break
    for prefix, pattern in _TOKENS:
        if match := pattern.search(stem[-40:]):
            found.append(_Evidence("filename", stem, prefix, _number(prefix, match)))
            break
    else:
        if (match := _FRONTIERS.fullmatch(stem)) and _FRONTIERS_LINK.fullmatch(link):
            found.append(_Evidence("filename", stem, "SF", _number("SF", match)))
    return found


def _number(prefix: str, match: re.Match[str]) -> str:
    digits = [group.lstrip("0") or "0" for group in match.groups() if group]
    digits = digits[1:] if prefix == "AF" and digits[0] == "1" and len(digits) > 1 else digits
    return prefix + ("_".join(digits) or "1")


def _may_hold_evidence(filename: str, figlink: str) -> bool:
    return _SOME.search(f"{filename} {figlink[figlink.find('/PMC') :]}") is not None


def _contradicting(record: Values, number: str) -> list[_Evidence]:
    """What stands against the prefix of a number; nothing where one of two fields supports it."""
    prefix = _PREFIX.match(number)
    assert prefix is not None
    found = _evidence(record)
    return [] if any(each.prefix == prefix[0] for each in found) else found


_UNKNOWN = expression("F0+[A-Za-z]*")
_IMPLAUSIBLE = expression("[0-9]{4}")


@rule(
    "PF215",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    trigger=When(("filename", "figlink"), _may_hold_evidence),
    bad=[
        Bad({"figlink": "/pmc/articles/PMC9405586/figure/sch1/"}, message="'sch1' in figlink stands for 'S1'", unsafe=True,
            key="/number", fixed={
                "figlink": "/pmc/articles/PMC9405586/figure/sch1/", "number": "S1", "figid_alias": "PMC9405586__S1",
                "figtype": "Scheme", "redirect_from": "/figures/PMC9405586__S1"}),
        Bad({"figlink": "/pmc/articles/PMC9405586/figure/undfig1/"}, message="stands for 'GA1'", unsafe=True,
            fixed={
                "figlink": "/pmc/articles/PMC9405586/figure/undfig1/", "number": "GA1", "figid_alias": "PMC9405586__GA1",
                "figtype": "Graphical abstract", "redirect_from": "/figures/PMC9405586__GA1"}),
        Bad({"figlink": "/pmc/articles/PMC9405586/figure/absf2/"}, message="'absf2' in figlink stands for 'GA2'", unsafe=True,
            fixed={
                "figlink": "/pmc/articles/PMC9405586/figure/absf2/", "number": "GA2", "figid_alias": "PMC9405586__GA2",
                "figtype": "Graphical abstract", "redirect_from": "/figures/PMC9405586__GA2"}),
        *(Bad({"filename": f"{stem}.jpg", "figid": f"PMC9405586__{stem}", "figlink": f"/pmc/articles/PMC9405586/figure/{last}/",
               "schema-jsonld/@id": f"{derived.SITE}PMC9405586__{stem}.html"},
              name=f"PMC9405586__{stem}", message=f"'{stem}' in filename stands for '{number}'", unsafe=True,
              fixed={"filename": f"{stem}.jpg", "figid": f"PMC9405586__{stem}",
                     "figlink": f"/pmc/articles/PMC9405586/figure/{last}/",
                     "schema-jsonld/@id": f"{derived.SITE}PMC9405586__{stem}.html", "number": number, "figtype": figtype,
                     "figid_alias": f"PMC9405586__{number}", "redirect_from": f"/figures/PMC9405586__{number}"})
          for stem, last, number, figtype in (
              ("biomedicines-10-01841-g0A3", "biomedicines-10-01841-f0A3", "AF3", "Appendix figure"),
              ("biomed-10-01841-gA3", "F7", "AF3", "Appendix figure"),
              ("fcell-10-01841-s002", "S2", "SF2", "Supplemental figure"))),
        Bad({"figlink": "/pmc/articles/PMC9405586/figure/sch1/", "number": "Figure 1"}, message="number is 'Figure 1', 'sch1'",
            also=("PF209",), unsafe=True, fixed={
                "figlink": "/pmc/articles/PMC9405586/figure/sch1/", "number": "S1", "figid_alias": "PMC9405586__S1",
                "figtype": "Scheme", "redirect_from": "/figures/PMC9405586__S1"}),
        Bad({"figlink": f"/pmc/articles/PMC9405586/figure/sch{'0' * 5000}1/"}, message="stands for 'S1'", unsafe=True, fixed={
                "figlink": f"/pmc/articles/PMC9405586/figure/sch{'0' * 5000}1/", "number": "S1",
                "figid_alias": "PMC9405586__S1", "figtype": "Scheme", "redirect_from": "/figures/PMC9405586__S1"}),
    ],
    good=[
        *(Good({"figlink": f"/pmc/articles/PMC9405586/figure/{last}/"})
          for last in ("omega3", "sch.001", "S1", "fx1", "A017806F0A1", "gA1")),
    ],
)  # fmt: skip
def number_contradicts_evidence(record: Values) -> Iterator[Finding]:
    """
    The number's kind is not the one that file name or link stand for.

    Publishers name the images of schemes, supplements, appendices and graphical abstracts in their own ways (`sch1`,
    `figsupp2`, `app1fig1`, `g0A1`, `ga1`, `undfig1`, `absf1`; at Frontiers `s001` together with the link `S1`). If such a name
    contradicts the prefix of number, the number, and with it the type, is probably wrong. The site would list a scheme or a
    supplement as a figure, and two pages of one paper may get one address. Look at the label in the paper. The fix changes the
    number; alias, redirect and type follow by PF203, PF204 and PF208.
    """
    number = derived.number(record)
    if number is None or _UNKNOWN.fullmatch(number):
        return  # of no known number nothing is contradicted (PF216)
    found = _contradicting(record, number)
    if not found:
        return
    field, text, _, wanted = found[0]
    fix = None
    if len({each.number for each in found}) == 1:
        fix = Fix(f"set it to {quote(wanted)}", (SetValue("/number", wanted),), Safety.UNSAFE)
    message = f"number is {quote(record.value('/number'))}, {quote(text)} in {field} stands for {quote(wanted)}"
    related = (Related(f"/{field}", "the evidence"),)
    compared = (sorted((each.field, (each.prefix, each.number)) for each in found),)
    yield Finding("/number", message, fix=fix, related=related, compared=compared)


# A figure's number has up to three digits, zeros included: 'f0035' is the id that Elsevier gives to a seventh figure.
_FIGURE = r"0{0,2}([1-9][0-9]{0,2})(?<![0-9]{4})"
# A link's last part that is nothing but a figure's label.
_LINK_LABEL = expression(rf"(?ai:f|fig|figure)[-_.]?{_FIGURE}")


def _named(record: Values) -> str | None:
    """The one number that file name and link stand for; None where they stand for none, or for several."""
    numbers = {each.number for each in _evidence(record)}
    label = _LINK_LABEL.fullmatch(_stem_and_link(record)[1])
    if label is not None:
        numbers.add(f"F{label[1]}")
    return numbers.pop() if len(numbers) == 1 else None


def _without_number(repository: Repository) -> Iterator[Placed]:
    """The findings of PF216 with a fix: where a number is named, and no other record of the paper has or gets it."""
    unknown = [figure for figure in repository.figures if "__F0" in (figure.alias or "")]
    known = Counter(figure.alias for figure in repository.figures) if unknown else Counter[str | None]()
    found = []
    for figure in unknown:
        paper, _, number = (figure.alias or "").partition("__")
        record = repository.open(figure.path)
        wanted = _named(record)
        if wanted is not None and _UNKNOWN.fullmatch(number) and derived.number(record) == number:
            known[f"{paper}__{wanted}"] += 1
            found.append((figure.path, f"{paper}__{wanted}", wanted))
    for path, alias, wanted in found:
        if known[alias] == 1:
            fix = Fix(f"set it to {quote(wanted)}", (SetValue("/number", wanted),), Safety.UNSAFE)
            yield Placed(path, _unknown(repository.open(path), fix))


def _unknown(record: Values, fix: Fix | None = None) -> Finding:
    number, named = record.value("/number"), _named(record)
    what = f"file name and link stand for {quote(named)}; check it in the paper" if named else "look it up in the paper"
    return Finding("/number", f"number is {quote(number)}, which means that none was found; {what}", fix=fix)


_OF_F0 = {"figid_alias": "PMC9405586__F0", "redirect_from": "/figures/PMC9405586__F0"}
_F3 = {"figlink": "/pmc/articles/PMC9405586/figure/fig3/"}


@rule(
    "PF216",
    severity="warning",
    fix="unsafe",
    kinds=FIGURES,
    compare=_without_number,
    trigger=When(("number",), lambda number: number[:2] == "F0"),
    bad=[
        Bad({"number": "F0", **_OF_F0}, message="number is 'F0', which means that none was found; look it up in the paper",
            key="/number"),
        Bad({"number": "F0b", "figid_alias": "PMC9405586__F0b", "redirect_from": "/figures/PMC9405586__F0b"},
            message="number is 'F0b'"),
        Bad({"number": "F0", **_OF_F0, **_F3}, message="file name and link stand for 'F3'", unsafe=True,
            fixed={"number": "F3", **_F3, "figid_alias": "PMC9405586__F3", "redirect_from": "/figures/PMC9405586__F3"}),
        Bad({"number": "F0", **_OF_F0, "figlink": "/pmc/articles/PMC9405586/figure/sch2/"}, message="stand for 'S2'", unsafe=True,
            fixed={"number": "S2", "figlink": "/pmc/articles/PMC9405586/figure/sch2/", "figid_alias": "PMC9405586__S2",
                   "redirect_from": "/figures/PMC9405586__S2", "figtype": "Scheme"}),
        Bad({"number": "F0", **_OF_F0, **_F3}, message="stand for 'F3'; check it in the paper",
            beside=(Good({
                "figid": "PMC9405586__g003", "filename": "g003.jpg", "number": "F3", "figid_alias": "PMC9405586__F3",
                "redirect_from": "/figures/PMC9405586__F3", "schema-jsonld/@id": f"{derived.SITE}PMC9405586__g003.html"},
                name="PMC9405586__g003"),)),
    ],
    good=[Good({"number": "F10", "figid_alias": "PMC9405586__F10", "redirect_from": "/figures/PMC9405586__F10",
                "figlink": "/pmc/articles/PMC9405586/figure/F10/"})],
)  # fmt: skip
def unknown_number(record: Values) -> Iterator[Finding]:
    """
    The number is `F0`: the pipeline found none.

    It reads the number out of the label, the file name or the link, and writes `F0` where there is none. The page's short
    address and type are made of it, so the figure cannot be found under its number, and two such figures of one paper have one
    address. Look up the label in the paper. A run over the repository offers a fix where file name or link name one number
    (`sch1`, `F3`, `fig3`) and no other record of the paper has it.
    """
    number = record.usable("/number")
    if number is not None and _UNKNOWN.fullmatch(number):
        yield _unknown(record)


@rule(
    "PF217",
    severity="warning",
    kinds=FIGURES,
    trigger=When(("number",), lambda number: len(number) > len("F123")),
    bad=[
        Bad({"number": "F20140937", "figid_alias": "PMC9405586__F20140937", "redirect_from": "/figures/PMC9405586__F20140937"},
            message="number is 'F20140937', which has more than three digits", key="/number"),
        Bad({"number": "SF2_2014", "figid_alias": "PMC9405586__SF2_2014", "redirect_from": "/figures/PMC9405586__SF2_2014",
             "figtype": "Supplemental figure"}, message="'SF2_2014'"),
        Bad({"number": "S1234a", "figid_alias": "PMC9405586__S1234a", "redirect_from": "/figures/PMC9405586__S1234a",
             "figtype": "Scheme"}, message="'S1234a'"),
    ],
    good=[
        Good({"number": "SF12_34", "figid_alias": "PMC9405586__SF12_34", "redirect_from": "/figures/PMC9405586__SF12_34",
              "figtype": "Supplemental figure"}),
        Good({"number": "F123", "figid_alias": "PMC9405586__F123", "redirect_from": "/figures/PMC9405586__F123",
              "figlink": "/pmc/articles/PMC9405586/figure/F123/"}),
    ],
)  # fmt: skip
def implausible_number(record: Values) -> Iterator[Finding]:
    """
    The number has more than three digits.

    No paper has so many figures: the digits were read out of a file name, as `F20140937` out of `rsif20140937-g2`. The page's
    short address is made of it, and no reader finds the figure there. Look up the label in the paper.
    """
    number = record.usable("/number")
    if number is None or not _IMPLAUSIBLE.search(number) or _UNKNOWN.fullmatch(number) or _contradicting(record, number):
        return  # PF215 has the right number
    message = f"number is {quote(number)}, which has more than three digits; look it up in the paper"
    yield Finding("/number", message)


# A figure's number at the end of filename's stem or of figlink.
_LAST_FIGURE = expression(rf"(?<![A-Za-z])(?:[fFgG]|gr|[fF]ig|FIG|[fF]igure)[-_.]?{_FIGURE}[a-z]?(?:_HTML)?$")
_PLAIN = expression("F([1-9][0-9]*)")
_DIGITS = "0123456789"


def _may_contradict_both(number: str, figlink: str) -> bool:
    last = figlink.removesuffix("/")
    digits = last[len(last.rstrip(_DIGITS)) :]
    return number[:1] == "F" and digits.lstrip("0") != number[1:]


@rule(
    "PF218",
    severity="warning",
    kinds=FIGURES,
    trigger=When(("number", "figlink"), _may_contradict_both),
    bad=[
        Bad({"number": "F7", "figid_alias": "PMC9405586__F7", "redirect_from": "/figures/PMC9405586__F7"},
            message="number is 'F7', but filename and figlink both end in figure 1", key="/number"),
        *(Bad({"figid": f"PMC9405586__{stem}", "filename": f"{stem}.jpg",
               "figlink": f"/pmc/articles/PMC9405586/figure/{last}/",
               "schema-jsonld/@id": f"{derived.SITE}PMC9405586__{stem}.html"}, name=f"PMC9405586__{stem}",
              message="both end in figure 12")
          for stem, last in (("nihms12f12", "F12"), ("11064_2023_Fig12_HTML", "Fig12"), ("gr12", "fig12"), ("a-g012b", "F12"))),
        Bad({"number": "Figure 7", "figid_alias": "PMC9405586__F7", "redirect_from": "/figures/PMC9405586__F7"},
            message="number is 'Figure 7'", also=("PF209",)),
    ],
    good=[
        Good({"number": "F2", "figid_alias": "PMC9405586__F2", "redirect_from": "/figures/PMC9405586__F2",
              "figlink": "/pmc/articles/PMC9405586/figure/F2/"}),
        Good({"number": "F2", "figid_alias": "PMC9405586__F2", "redirect_from": "/figures/PMC9405586__F2",
              "figlink": "/pmc/articles/PMC9405586/figure/fig0005/"}),
        Good({"number": "S4", "figid_alias": "PMC9405586__S4", "redirect_from": "/figures/PMC9405586__S4", "figtype": "Scheme"}),
    ],
)  # fmt: skip
def number_contradicts_both(record: Values) -> Iterator[Finding]:
    """
    File name and link both end in another figure number.

    If the file name ends in `g004` and the link in `F4`, the figure is hardly the paper's seventh: number was mistyped, or
    belongs to another record. The page's short address is made of number, and leads to the wrong figure. Look up the label in
    the paper, and correct number.
    """
    number = derived.number(record)
    plain = _PLAIN.match(number or "")
    if plain is None or number is None or _IMPLAUSIBLE.search(number):
        return  # PF216 and PF217 report it
    if record.usable("/figid_alias") not in (None, derived.alias(record)):
        return  # number was edited alone: PF203 reports it
    ends = [_LAST_FIGURE.search(text[-20:]) for text in _stem_and_link(record)]
    found = {end[1] if end is not None else None for end in ends}
    if len(found) == 1 and (other := found.pop()) not in (None, plain[1]) and not _contradicting(record, number):
        message = f"number is {quote(record.value('/number'))}, but filename and figlink both end in figure {other}"
        related = (Related("/filename", "the file name"), Related("/figlink", "the link"))
        yield Finding("/number", message, related=related, compared=(other,))
