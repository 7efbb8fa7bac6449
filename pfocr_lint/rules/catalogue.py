"""All rules. The modules of this package are found by their names, so that a new one needs no line here."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from pfocr_lint import rules
from pfocr_lint.rules.declaration import DECLARED, Rule

for _module in iter_modules(rules.__path__):
    if _module.name != "catalogue":
        import_module(f"{rules.__name__}.{_module.name}")

RULES: tuple[Rule, ...] = tuple(sorted(DECLARED, key=lambda rule: rule.code))
BY_CODE = {rule.code: rule for rule in RULES}
BY_NAME = {rule.name: rule for rule in RULES}
# Those that compare records, and of these the ones that need the organism pages and no other record.
COMPARING = tuple(rule for rule in RULES if rule.compare is not None)
ON_PAGES = tuple(rule for rule in COMPARING if rule.pages_only)
