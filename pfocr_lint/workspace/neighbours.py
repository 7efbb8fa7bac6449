"""Which records can clash with some others: by their names, and by their facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pfocr_lint.record.facts import FigureFacts, PageFacts, folded

if TYPE_CHECKING:
    from pfocr_lint.record.facts import Facts


class Near:
    """How to recognise the records that can clash with some others: by the names of these, and by their facts."""

    def __init__(self, names: Iterable[str], facts: Iterable[Facts]) -> None:
        figures = [stem_of(name) for name in names if folder_of(name) == "_figures"]
        pmcids, self.latin, self.identifiers = set[str](), set[str](), set(figures)
        for each in facts:
            if isinstance(each, FigureFacts):
                pmcids.add(each.pmcid or "")
                self.identifiers.update(_identifiers(each))
            elif isinstance(each, PageFacts):
                self.latin.add(each.latin or "")
            else:
                self.identifiers.add(each.figid)
        for found in (pmcids, self.latin, self.identifiers):
            found.discard("")
        self.papers = pmcids.union(map(paper_of, names), map(paper_of, self.identifiers))
        self.folded = set(map(folded, names))
        # what stands in such records: where the paper's number does, its figures' need not be looked for
        self.texts = {*pmcids, *self.latin, *(text for text in self.identifiers if paper_of(text) not in pmcids)}

    def has_name(self, name: str) -> bool:
        """Whether a record is one of them by its name."""
        folder = folder_of(name)
        table = folder == "_data" and stem_of(name).rpartition("-")[0] in self.identifiers
        return folder == "_organisms" or table or paper_of(name) in self.papers or folded(name) in self.folded

    def has(self, facts: Facts) -> bool:
        """Whether a record is one of them by its facts."""
        if not isinstance(facts, FigureFacts):
            return False
        known = facts.pmcid in self.papers or not self.identifiers.isdisjoint(_identifiers(facts))
        return known or not self.latin.isdisjoint((*facts.organisms, *facts.mentioned))


def _identifiers(figure: FigureFacts) -> tuple[str, ...]:
    """What a figure is called, and what it is redirected from."""
    redirect = (figure.redirect or "").removesuffix(".html").rstrip("/").rpartition("/")[2]
    return tuple(filter(None, (figure.figid, figure.alias, redirect)))


def is_within(name: str, folder: str) -> bool:
    """Whether a path is another, or below it; '' is the folder of the repository."""
    return not folder or name == folder or name.startswith(f"{folder}/")


def folder_of(name: str) -> str:
    """The name of the folder that a record stands in."""
    return name.rpartition("/")[0].rpartition("/")[2]


def root_of(name: str) -> str:
    """The folder above the record folder: records below different ones are never compared."""
    return name.rpartition("/")[0].rpartition("/")[0]


def stem_of(name: str) -> str:
    """A file's name without its extension."""
    return name.rpartition("/")[2].rpartition(".")[0]


def paper_of(name: str) -> str:
    """The PMC id that a name begins with."""
    return name.rpartition("/")[2].partition("__")[0].partition(".")[0]
