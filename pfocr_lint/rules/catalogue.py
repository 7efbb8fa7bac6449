"""All rules."""

from __future__ import annotations

from pfocr_lint.rules import (
    agreement,
    caption,
    characters,
    fields,
    form,
    layout,
    links,
    mentions,
    organisms,
    pages,
    repository,
    sentinels,
    text,
    titles,
    waivers,
)
from pfocr_lint.rules.declaration import DECLARED, Rule

__all__ = [
    "BY_CODE",
    "BY_NAME",
    "COMPARING",
    "ON_PAGES",
    "RULES",
    "agreement",
    "caption",
    "characters",
    "fields",
    "form",
    "layout",
    "links",
    "mentions",
    "organisms",
    "pages",
    "repository",
    "sentinels",
    "text",
    "titles",
    "waivers",
]

RULES: tuple[Rule, ...] = tuple(sorted(DECLARED, key=lambda rule: rule.code))

BY_CODE = {rule.code: rule for rule in RULES}

BY_NAME = {rule.name: rule for rule in RULES}

# Those that compare records, and of these the ones that need the organism pages and no other record.
COMPARING = tuple(rule for rule in RULES if rule.compare is not None)

ON_PAGES = tuple(rule for rule in COMPARING if rule.pages_only)
