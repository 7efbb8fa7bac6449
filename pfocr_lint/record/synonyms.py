"""Other names of organisms, and the latin name for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# Names that occur in the database, beside those of the settings.
SYNONYMS = {
    "Arabidopsis": "Arabidopsis thaliana",
    "Barley": "Hordeum vulgare",
    "C. elegans": "Caenorhabditis elegans",
    "E. coli": "Escherichia coli",
    "Human": "Homo sapiens",
    "Maize": "Zea mays",
    "Mouse": "Mus musculus",
    "Plants": "unspecified plant",
    "Rat": "Rattus norvegicus",
    "Rice": "Oryza sativa",
    "S. cerevisiae": "Saccharomyces cerevisiae",
    "Tomato": "Solanum lycopersicum",
    "Wheat": "Triticum aestivum",
    "Yeast": "Saccharomyces cerevisiae",
    "Zebrafish": "Danio rerio",
}
MOST_KEPT = (
    10_000  # names that are known to be no synonyms: a repository has some hundred, and a stranger's could have any number
)


class Synonyms(dict[str, str]):
    """
    Organism name -> latin name, as the settings spell the names. Records may spell them in any case (:meth:`latin`).

    Of two names that differ only in case, the later one decides for the other spellings.
    """

    def __init__(self, names: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(names)
        self._folded = {name.casefold(): latin for name, latin in self.items()}
        self._latin = frozenset(self.values())
        self._others: set[str] = set()

    def __reduce__(self) -> tuple[type[Synonyms], tuple[dict[str, str]]]:
        return Synonyms, (dict(self),)

    def latin(self, name: str) -> str | None:
        """The latin name for another name; None for a latin name, and for an unknown one."""
        exact = self.get(name)
        return self._folded.get(name.casefold()) if exact is None and name not in self._latin else exact

    def any_of(self, names: list[str]) -> bool:
        """Whether one of some names is not latin. The names of clean records are folded once, not for each record."""
        if self._others.issuperset(names):
            return False
        others = [name for name in names if self.latin(name) is None]
        if len(self._others) < MOST_KEPT:
            self._others.update(others)
        return len(others) < len(names)
