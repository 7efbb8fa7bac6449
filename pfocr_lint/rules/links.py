"""PF2, the part about links: the address at PubMed Central, and the DOI."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Fix, SetValue
from pfocr_lint.lazy_import import expression
from pfocr_lint.pointer import name_of
from pfocr_lint.quoting import quote
from pfocr_lint.record import derived
from pfocr_lint.record.values import Values
from pfocr_lint.rules.declaration import Bad, Good, Trigger, rule
from pfocr_lint.rules.value_ends import run_on
from pfocr_lint.schema import validator
from pfocr_lint.schema.kinds import FIGURES, Kind


@rule(
    "PF207",
    severity="warning",
    fix="safe",
    kinds=FIGURES | {Kind.FETCHED},
    owns=("figlink:pattern", "figure_link:pattern"),
    trigger=Trigger.FAILURE,
    bad=[
        Bad({"figlink": "pmc/articles/PMC9405586/figure/F1/"}, message="begins with '/pmc/articles/'",
            fixed={"figlink": "/pmc/articles/PMC9405586/figure/F1/"}, key="/figlink"),
        Bad({"figlink": "/pmc/articles/PMC9405586/figure/F1"}, message="ends in '/'",
            fixed={"figlink": "/pmc/articles/PMC9405586/figure/F1/"}),
        Bad({"figlink": "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC9405586/figure/F1/"}, message="want",
            fixed={"figlink": "/pmc/articles/PMC9405586/figure/F1/"}),
        Bad({"figlink": "www.ncbi.nlm.nih.gov/pmc/articles/PMC9405586/figure/F1/"}, message="want",
            fixed={"figlink": "/pmc/articles/PMC9405586/figure/F1/"}),
        Bad({"figlink": "/articles/F1/"}, message="want '/pmc/articles/<PMC id>/figure/<figure>/'"),
        Bad({"figlink": "/pmc/articles/PMC9405586/figure/F1/ (redrawn)"}, message="and more text that belongs elsewhere"),
        Bad({"figlink": "pmc/articles/PMC9405586/figure/F1\n\nredrawn"},
            message="want '/pmc/articles/<PMC id>/figure/<figure>/'"),
    ],
    good=[Good({"figlink": "/pmc/articles/PMC9405586/figure/f1-ijms/"})],
)  # fmt: skip
def malformed_figlink(record: Values) -> Iterator[Finding]:
    """
    The link to the figure at PubMed Central is not a full path.

    A right link begins with `/pmc/articles/`, names paper and figure, and ends in a slash. The fix removes a host in front
    and adds missing slashes.
    """
    for violation in record.failures.get("PF207", ()):
        link, fix = violation.value, None
        match = re.fullmatch(
            r"(?:(?:https?:)?//[^/\s]+|www\.[^/\s]+)?/?(?:pmc/)?(articles/PMC[0-9]+/figure/[^/\s]+)/*", link.strip()
        )
        if match:
            wanted = f"/pmc/{match[1]}/"
            fix = Fix(f"set it to {quote(wanted)}", (SetValue(violation.key, wanted),))
        wants = []
        if match and not link.startswith("/pmc/articles/"):
            wants.append("begins with '/pmc/articles/'")
        if match and not link.endswith("/"):
            wants.append("ends in '/'")
        want = f"a path that {' and '.join(wants)}" if wants else "'/pmc/articles/<PMC id>/figure/<figure>/'"
        message = run_on(record, violation.key, link) or f"{name_of(violation.key)} is {quote(link)}, want {want}"
        yield Finding(violation.key, message, fix=fix)


@rule(
    "PF211",
    kinds=FIGURES,
    trigger=Trigger.DISAGREEMENT,
    bad=[Bad({"figlink": "/pmc/articles/PMC1234567/figure/F1/"}, message="PMC1234567", key="/figlink")],
    good=[Good({"figlink": "/pmc/articles/PMC9405586/figure/F1/"})],
)
def foreign_figlink(record: Values) -> Iterator[Finding]:
    """
    The link leads to a figure of another article.

    Its PMC id is not the one in figid. Find the right link at PubMed Central.
    """
    link, figid = record.usable("/figlink"), derived.figid(record)
    match = re.search(r"articles/(PMC[0-9]+)(?=/|$)", link or "")
    if match and figid is not None and match[1] != figid.partition("__")[0]:
        own = figid.partition("__")[0]
        yield Finding("/figlink", f"figlink leads to {match[1]}, figid says {own}", compared=(own,))


_RESOLVER = expression(r"^(?:(?:https?://)?(?:dx\.)?doi\.org/\s*|doi:\s*)+", re.I)
_FOLD = expression(r"(?<=/) | (?=/)|(?<=^10\.) ")
_DOI = expression(r"10\.[0-9]{4,9}/")


@rule(
    "PF212",
    fix="safe",
    kinds=FIGURES | {Kind.FETCHED},
    owns=("doi:pattern",),
    trigger=Trigger.FAILURE,
    bad=[
        Bad(
            {"doi": "https://doi.org/10.3390/biomedicines10081841"},
            message="want '10.3390/biomedicines10081841'",
            fixed={},
            key="/doi",
        ),
        Bad({"doi": "doi: 10.3390/biomedicines10081841 "}, message="doi is 'doi: 10.3390", fixed={}),
        Bad({"doi": "doi:https://doi.org/10.3390/biomedicines10081841"}, message="want '10.3390/biomedicines", fixed={}),
        Bad({"doi": "biomedicines10081841"}, message="want '10.', digits, '/' and a name"),
        Bad({"doi": "10. 3390/biomedicines10081841"}, message="want '10.3390/biomedicines10081841'", fixed={}),
        Bad(text=("10.3390/bio", "10.3390/\n  bio"), message="want '10.3390/biomedicines10081841'", fixed={}),
        Bad({"doi": "10.3390/x 10.3390/y"}, message="doi is '10.3390/x' and more text that belongs elsewhere: '10.3390/y'"),
        Bad({"doi": "doi:10.3390/x (preprint)"}, message="belongs elsewhere: '(preprint)'"),
        Bad({"doi": "10.3390/x/ 10.3390/y"}, message="belongs elsewhere"),
        Bad({"doi": "10.3390 / x"}, message="want '10.', digits, '/' and a name"),
    ],
    good=[Good({"doi": ""}), Good({"doi": "10.1016/S0092-8674(00)80000-0"})],
)
def malformed_doi(record: Values) -> Iterator[Finding]:
    """
    The DOI is not a bare DOI.

    A bare DOI begins with `10.`. The fix removes a resolver's address or `doi:` in front, and white space at the edges or
    where a line was broken at a slash. Any other white space separates the DOI from other text, and needs a person.
    """
    for violation in record.failures.get("PF212", ()):
        bare = _RESOLVER.sub("", violation.value.strip())
        unfolded = _FOLD.sub("", bare)
        if len(bare) - len(unfolded) == 1 and len(_DOI.findall(unfolded)) == 1:
            bare = unfolded
        fix = None
        if bare and validator.allows(record.kind, violation.key, bare):
            fix = Fix(f"set it to {quote(bare)}", (SetValue(violation.key, bare),))
        want = quote(bare) if fix else "'10.', digits, '/' and a name"
        message = run_on(record, violation.key, bare) or f"doi is {quote(violation.value)}, want {want}"
        yield Finding(violation.key, message, fix=fix)
