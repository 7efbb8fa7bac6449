"""Values that YAML 1.1 has and JSON has no type for."""

from __future__ import annotations

from typing import NamedTuple


class Implicit(NamedTuple):
    """A plain scalar that YAML 1.1, or only some readers, read as something that JSON has no type for."""

    kind: str
    text: str

    def __str__(self) -> str:
        return self.text
