"""
The language server: findings, fixes and help in editors, started by ``pfocr-lint server``.

It embeds ``linter`` (check and fix a text), ``workspace`` (discovery, settings, comparison of records), ``record`` and
``handbook``. Only ``server`` talks to the client; docs/editors.md describes the editors.
"""
