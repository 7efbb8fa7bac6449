"""Two keywords of JSON Schema, as the format means them; jsonschema reads them otherwise."""

from __future__ import annotations

import re
from typing import Any


def mismatches(value: Any, pattern: str) -> bool:
    """Whether a text does not match: Python's $ also matches before a final newline, that of other validators does not."""
    return isinstance(value, str) and not re.fullmatch(pattern, value)


def repeats(value: Any, unique: bool) -> bool:
    """Whether a list holds a plain value twice: jsonschema compares each with each as soon as they cannot be sorted."""
    if not unique or not isinstance(value, list):
        return False
    plain = [(type(item), item) for item in value if not isinstance(item, (dict, list))]
    return len(set(plain)) < len(plain)
