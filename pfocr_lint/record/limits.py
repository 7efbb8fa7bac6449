"""Limits of a record's size. Real records have about 3 KB; much larger files slow readers down or crash them."""

from __future__ import annotations

WIDTH = 80  # columns; the pipeline breaks longer lines
MAX_BYTES = 1 << 20  # bytes of a file
MAX_DEPTH = 20  # levels of nesting
MAX_NODES = 20_000  # values
LONGEST_NUMBER = 64  # digits; Python refuses to convert much longer numbers to text
