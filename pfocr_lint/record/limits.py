"""How large a record may be. The real ones have about 3 KB; larger files slow readers down or end them."""

from __future__ import annotations

WIDTH = 80  # columns, from which on the pipeline breaks a line
MAX_BYTES = 1 << 20  # of a file
MAX_DEPTH = 20  # levels of nesting
MAX_NODES = 20_000  # values
LONGEST_NUMBER = 64  # digits; Python refuses to print far longer numbers
