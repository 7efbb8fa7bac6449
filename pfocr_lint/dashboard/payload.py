"""The findings as the page's script reads them: columns of numbers, and each text once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pfocr_lint.dashboard.findings import Collected, Findings
from pfocr_lint.dashboard.links import SITE, encoded
from pfocr_lint.report import visible

_PLAIN = re.compile(r"[A-Za-z0-9._/-]+")  # a path that is the same in an address
_FIGURE = re.compile(r"(?:.*/)?_figures/(PMC[0-9]+__[A-Za-z0-9._-]+)\.md")


class _Numbers:
    """Texts, each with the number of its first use."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def of(self, text: str) -> int:
        return self._known.setdefault(text, len(self._known))

    @property
    def texts(self) -> list[str]:
        return list(map(visible, self._known))


def payload(collected: Collected, base: str | None) -> dict[str, Any]:
    """
    The data of the script; ``base`` is the address before a path in Git.

    ``record`` and ``body`` hold differences to the number before: most are 0 or 1.
    """
    findings = collected.findings
    cards = dict(zip(collected.paths, collected.cards, strict=True))
    years, journals, organisms = _Numbers(), _Numbers(), _Numbers()
    of_year, of_journal, of_organism = list[int](), list[int](), list[list[int]]()
    for path in findings.paths:
        card = cards.get(path)
        is_figure = card is not None and card.is_figure
        of_year.append(years.of(card.year) if card is not None and is_figure else -1)
        of_journal.append(journals.of(card.journal) if card is not None and is_figure else -1)
        of_organism.append([organisms.of(name) for name in card.organisms or ("",)] if card is not None and is_figure else [])
    return {
        "site": SITE,
        "base": base,
        "paths": list(map(visible, findings.paths)),
        "hrefs": {number: encoded(path) for number, path in enumerate(findings.paths) if not _PLAIN.fullmatch(path)},
        "figure": [1 if _FIGURE.fullmatch(path) else 0 for path in findings.paths],
        "years": years.texts,
        "journals": journals.texts,
        "organisms": organisms.texts,
        "year": of_year,
        "journal": of_journal,
        "organism": of_organism,
        **_bodies(findings),
        "record": list(_differences(findings.record)),
        "body": list(_differences(findings.body)),
        "line": list(findings.line),
        "around": list(findings.around),
        "before": list(findings.before),
        "after": list(findings.after),
    }


_FIELDS = ("code", "severity", "message", "key", "safety", "fix", "lines", "source", "related")


def _bodies(findings: Findings) -> dict[str, Any]:
    columns = zip(*findings.bodies, strict=True) if findings.bodies else [()] * len(_FIELDS)
    return {"bodies": dict(zip(_FIELDS, map(list, columns), strict=True))}


def _differences(numbers: Iterable[int]) -> Iterable[int]:
    last = 0
    for number in numbers:
        yield number - last
        last = number
