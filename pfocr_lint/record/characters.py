"""Characters that should not occur in a record's texts."""

from __future__ import annotations

from pfocr_lint.lazy_import import expression

CONTROL = expression("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")

INVISIBLE = expression("[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff]")  # without width, not part of a word

SEPARATORS = "\x85\u2028\u2029"  # each ends a line in YAML; in most editors it does not
