"""Two keywords of JSON Schema as the format defines them, which differs from jsonschema."""

from __future__ import annotations

import re
from typing import Any


def mismatches(value: Any, pattern: str) -> bool:
    """Return whether a text fails to match the whole pattern. Python's $ alone also matches before a final newline."""
    return isinstance(value, str) and not re.fullmatch(pattern, value)


def repeats(value: Any, unique: bool) -> bool:
    """Return whether a list has a plain value twice. jsonschema compares all pairs if the values cannot be sorted."""
    if not unique or not isinstance(value, list):
        return False
    plain = [(type(item), item) for item in value if not isinstance(item, (dict, list))]
    return len(set(plain)) < len(plain)
