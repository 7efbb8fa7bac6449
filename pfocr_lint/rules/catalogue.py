"""All rules. The modules of this package are found by their names, so that a new one needs no line here."""

from __future__ import annotations

import os
from importlib import import_module

from pfocr_lint.rules.declaration import DECLARED, Rule

for _name in sorted(os.listdir(os.path.dirname(__file__))):  # noqa: PTH120, PTH208 - pkgutil imports inspect, 6 ms
    if _name.endswith(".py") and _name not in ("__init__.py", "catalogue.py"):
        import_module(f"pfocr_lint.rules.{_name.removesuffix('.py')}")

RULES: tuple[Rule, ...] = tuple(sorted(DECLARED, key=lambda rule: rule.code))
BY_CODE = {rule.code: rule for rule in RULES}
BY_NAME = {rule.name: rule for rule in RULES}
# Those that compare records, and of these the ones that need the organism pages and no other record.
COMPARING = tuple(rule for rule in RULES if rule.compare is not None)
ON_PAGES = tuple(rule for rule in COMPARING if rule.pages_only)
