"""
Ten defects that curators and pipelines leave in a record; each is a change to the text of a clean record.

The record stays readable, `pfocr-lint` reports the defect, and `--fix` fixes it. A defect that does not apply to a record leaves
its text unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

LATIN = {
    "Arabidopsis thaliana": "Arabidopsis",
    "Escherichia coli": "E. coli",
    "Homo sapiens": "Human",
    "Mus musculus": "Mouse",
    "Rattus norvegicus": "Rat",
    "Saccharomyces cerevisiae": "Yeast",
}


def _change(pattern: str, new: str | Callable[[re.Match[str]], str]) -> Callable[[str], str]:
    return partial(re.compile(pattern, re.MULTILINE).sub, new, count=1)


DEFECTS: dict[str, Callable[[str], str]] = {
    "description drifted from the caption": _change(
        r"^  description: (?:.|\n)*?\n(?=  license: )", "  description: What the caption said before somebody edited it.\n"
    ),
    "figlink without its slash": _change(r"^figlink: /", "figlink: "),
    "year without quotes": _change(r"^year: '([0-9]{4})'$", r"year: \1"),
    "doi is R's missing value": _change(r"^doi: .*$", "doi: .na.character"),
    "full stop behind the title": _change(r"^(figtitle: [A-Z].*(?:\n  .*)*[a-z]{6})\n(?=organisms:)", r"\1.\n"),
    "redirect of another alias": _change(r"^redirect_from: (.*)$", r"redirect_from: \1a"),
    "alias made of the whole figid": _change(
        r"^(figid: (.*)\n(?:.|\n)*?)^figid_alias: .*$", lambda found: f"{found[1]}figid_alias: {found[2]}"
    ),
    "organism by its common name": _change(f"^- ({'|'.join(LATIN)})$", lambda found: f"- {LATIN[found[1]]}"),
    "keyword twice": _change(r"^(  keywords:\n)(  - .*\n)", r"\1\2\2"),
    "figtype missing": _change(r"^figtype: .*\n", ""),
}
KINDS = tuple(DEFECTS.values())


def spoil(text: str, turn: int) -> str:
    """Return the text of a record with one defect: number ``turn`` modulo ten, or the next one that applies."""
    for step in range(len(KINDS)):
        changed = KINDS[(turn + step) % len(KINDS)](text)
        if changed != text:
            return changed
    raise ValueError("no defect applies to the record; is it in the canonical form of the pipeline?")
