"""Days as waivers, flags and settings write them: ``YYYY-MM-DD``. As texts they sort by time."""

from __future__ import annotations

from pfocr_lint.lazy_import import expression

_DATE = expression(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_date(text: str) -> bool:
    """Whether a text is a day of the calendar, ``YYYY-MM-DD``."""
    from datetime import date  # which only a waiver with a last day needs

    try:
        return _DATE.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False
