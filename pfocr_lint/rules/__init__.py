"""The rules, one module per family of codes. Importing this package declares them all."""

from __future__ import annotations

from pfocr_lint.rule import DECLARED, Rule
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
    repository,
    text,
    titles,
    waivers,
)

__all__ = [
    "BY_CODE",
    "BY_NAME",
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
    "repository",
    "text",
    "titles",
    "waivers",
]

RULES: tuple[Rule, ...] = tuple(sorted(DECLARED, key=lambda rule: rule.code))
BY_CODE = {rule.code: rule for rule in RULES}
BY_NAME = {rule.name: rule for rule in RULES}
