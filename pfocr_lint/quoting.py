"""Values as messages show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LONG = 4_000  # bits; Python refuses to write a number of more than 4,300 digits


def shorten(text: str, limit: int = 60) -> str:
    """``text`` for a message: one line of about ``limit`` code points, invisible characters by their numbers."""
    text = text if len(text) <= limit else f"{text[: limit * 2 // 3]} … {text[-limit // 3 + 3 :]}"
    if text.isprintable():
        return text
    return "".join(" " if c in "\t\r\n" else c if c.isprintable() or c == "\u00a0" else code_point(c) for c in text)


def code_point(char: str) -> str:
    """A character by its number, ``<U+200B>``."""
    return f"<U+{ord(char):04X}>"


def quote(value: Any, limit: int = 60) -> str:
    """A value for a message: text in single quotes, other values by their kind or as they are written."""
    if isinstance(value, str):
        return f"'{shorten(value, limit)}'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "empty"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, int) and value.bit_length() > LONG:
        return "a number of very many digits"
    return shorten(str(value), limit)
