"""What makes a comment of a record a waiver."""

from __future__ import annotations

from pfocr_lint.lazy_import import expression

WAIVER = "pfocr-lint:"  # what makes a comment a waiver
MARKER = expression(r"(?i)pfocr[-_.\s\u2010-\u2015]?lint|ignore\[PF[0-9]")  # stands in every comment that is meant to be one
