"""Characters that no text of a record should hold."""

from __future__ import annotations

from pfocr_lint.lazy_import import expression

CONTROL = expression("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")

INVISIBLE = expression("[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff]")  # of no width, and no part of any word

SEPARATORS = "\x85\u2028\u2029"  # YAML begins a line after each; most editors do not
