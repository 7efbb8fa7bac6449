"""Two keywords of JSON Schema in the sense of the format, which differs from that of jsonschema."""

from __future__ import annotations

import re
from typing import Any


def mismatches(value: Any, pattern: str) -> bool:
    """Whether a text does not match the whole pattern; Python's $ also matches before a final newline."""
    return isinstance(value, str) and not re.fullmatch(pattern, value)


def repeats(value: Any, unique: bool) -> bool:
    """Whether a list holds a plain value twice; jsonschema compares each with each when they cannot be sorted."""
    if not unique or not isinstance(value, list):
        return False
    plain = [(type(item), item) for item in value if not isinstance(item, (dict, list))]
    return len(set(plain)) < len(plain)
