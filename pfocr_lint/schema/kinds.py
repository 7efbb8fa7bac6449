"""The kinds of record, and how to find the kind of a file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any


class Kind(str, Enum):
    """The kinds of record; ``UNKNOWN`` is the kind of any other file."""

    FIGURE = "figure"
    FIGURE_2021 = "figure-2021"
    ORGANISM = "organism"
    FETCHED = "fetched-figure"
    TABLE = "mention-table"
    UNKNOWN = "unknown"

    __hash__ = str.__hash__  # Enum's own hash is a Python function, and each record needs three look-ups by kind


FIGURES = frozenset({Kind.FIGURE, Kind.FIGURE_2021})

MAPPINGS = FIGURES | {Kind.ORGANISM, Kind.FETCHED}


def kind_of(path: str, text: str) -> Kind:
    """Return the kind of a file, from the folder and extension of its path, else from the keys of its front matter."""
    folder, stem, suffix = path_parts(path)
    figid, _, sort = stem.rpartition("-")
    if suffix == ".tsv" and figid and sort in ("genes", "chemicals", "diseases"):
        return Kind.TABLE
    if (folder, suffix) == ("_figures", ".md"):
        return dialect(text)
    if (folder, suffix) == ("_organisms", ".md"):
        return Kind.ORGANISM
    if (folder, suffix) == ("figures", ".yml"):
        return Kind.FETCHED
    keys = frozenset(re.findall(r"(?m)^(figid|latin|image_filename)[ ]*:", text))
    if suffix == ".yml":
        return Kind.FETCHED if "image_filename" in keys else Kind.UNKNOWN
    if suffix == ".md" or path == "-":
        if "image_filename" in keys:
            return Kind.FETCHED if path == "-" else Kind.UNKNOWN
        return dialect(text) if "figid" in keys else Kind.ORGANISM if "latin" in keys else Kind.UNKNOWN
    return Kind.UNKNOWN


def path_parts(path: str) -> tuple[str, str, str]:
    """Return a path's folder name, stem and extension, as pathlib does. The import of pathlib would take 8 ms."""
    *_, folder, name = ["", "", *(part for part in path.replace(os.sep, "/").split("/") if part not in ("", "."))]
    dot = name.rfind(".")
    return (folder, name[:dot], name[dot:]) if 0 < dot < len(name) - 1 else (folder, name, "")


def dialect_of(data: Mapping[str, Any]) -> Kind:
    """Return the dialect of a figure from its keys."""
    return Kind.FIGURE_2021 if "pathway_score" in data or "genes" in data else Kind.FIGURE


def dialect(text: str) -> Kind:
    """Return the dialect of a figure from its text."""
    return Kind.FIGURE_2021 if re.search(r"(?m)^(?:pathway_score|genes)[ ]*:", text) else Kind.FIGURE
