"""Maps other names of organisms to latin names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# Names that occur in the database and have one meaning, and others like them; the settings can add more.
SYNONYMS = {
    "A. thaliana": "Arabidopsis thaliana",
    "Arabidopsis": "Arabidopsis thaliana",
    "B. subtilis": "Bacillus subtilis",
    "Barley": "Hordeum vulgare",
    "Budding yeast": "Saccharomyces cerevisiae",
    "C. elegans": "Caenorhabditis elegans",
    "Chicken": "Gallus gallus",
    "Cow": "Bos taurus",
    "D. melanogaster": "Drosophila melanogaster",
    "D. rerio": "Danio rerio",
    "E. coli": "Escherichia coli",
    "Fission yeast": "Schizosaccharomyces pombe",
    "H. sapiens": "Homo sapiens",
    "Human": "Homo sapiens",
    "M. musculus": "Mus musculus",
    "M. tuberculosis": "Mycobacterium tuberculosis",
    "Maize": "Zea mays",
    "Mouse": "Mus musculus",
    "Pig": "Sus scrofa",
    "Plant": "unspecified plant",
    "Plants": "unspecified plant",
    "R. norvegicus": "Rattus norvegicus",
    "Rat": "Rattus norvegicus",
    "Rice": "Oryza sativa",
    "S. aureus": "Staphylococcus aureus",
    "S. cerevisiae": "Saccharomyces cerevisiae",
    "S. pombe": "Schizosaccharomyces pombe",
    "Soybean": "Glycine max",
    "T. forsythia": "Tannerella forsythia",
    "Tomato": "Solanum lycopersicum",
    "Wagyu cattle": "Bos taurus",
    "Wheat": "Triticum aestivum",
    "Yeast": "Saccharomyces cerevisiae",
    "Zebrafish": "Danio rerio",
}
# Cached names that are not synonyms. A repository has some hundred; an untrusted one could have any number.
MOST_KEPT = 10_000


class Synonyms(dict[str, str]):
    """
    Organism name -> latin name, with the names as the settings spell them. :meth:`latin` ignores case.

    If two names differ only in case, the later one applies to all other spellings.
    """

    def __init__(self, names: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(names)
        self._folded = {name.casefold(): latin for name, latin in self.items()}
        self._latin = frozenset(self.values())
        self._others: set[str] = set()

    def __reduce__(self) -> tuple[type[Synonyms], tuple[dict[str, str]]]:
        return Synonyms, (dict(self),)

    def latin(self, name: str) -> str | None:
        """Return the latin name for another name; None for a latin name and for an unknown name."""
        exact = self.get(name)
        return self._folded.get(name.casefold()) if exact is None and name not in self._latin else exact

    def any_of(self, names: list[str] | str) -> bool:
        """
        Return whether one of the names is a synonym; a text is one name.

        Names that are not synonyms are cached, and case-folded only once.
        """
        if isinstance(names, str):
            return self.latin(names) is not None
        if self._others.issuperset(names):
            return False
        others = [name for name in names if self.latin(name) is None]
        if len(self._others) < MOST_KEPT:
            self._others.update(others)
        return len(others) < len(names)
