"""How a waiver is recognised among a record's comments."""

from __future__ import annotations

from pfocr_lint.lazy_import import expression

WAIVER = "pfocr-lint:"  # a comment with this text is a waiver
MARKER = expression(r"(?i)pfocr[-_.\s\u2010-\u2015]?lint|ignore\[PF[0-9]")  # in every comment meant as a waiver
