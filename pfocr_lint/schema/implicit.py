"""Values of YAML 1.1 that have no JSON type."""

from __future__ import annotations

from typing import NamedTuple


class Implicit(NamedTuple):
    """A plain scalar that YAML 1.1, or only some parsers, read as a value without a JSON type."""

    kind: str
    text: str

    def __str__(self) -> str:
        return self.text
