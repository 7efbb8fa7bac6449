"""
The JSON Schema of a settings file, for editors: ``python -m pfocr_lint.handbook.settings_schema`` prints it.

What a schema cannot say (the version that is required, two other names of one organism) only a run reports.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pfocr_lint.diagnostic import Severity
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.settings.model import FAIL_ON
from pfocr_lint.settings.parsing import ENTRIES, LENGTH

_TEXTS = {"type": "array", "maxItems": ENTRIES}
_RULES = {**_TEXTS, "items": {"$ref": "#/$defs/rule"}}
_GLOB = {"type": "string", "maxLength": LENGTH}


def settings_schema() -> dict[str, Any]:
    """The schema of ``pfocr-lint.toml``; of ``pyproject.toml``, that of the table ``tool.pfocr-lint``."""
    codes = [{"const": rule.code, "description": f"{rule.name}: {rule.summary}"} for rule in RULES]
    names = [{"const": rule.name, "description": f"{rule.code}: {rule.summary}"} for rule in RULES]
    own = [rule.code for rule in RULES] + [rule.name for rule in RULES]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://pfocr.wikipathways.org/schemas/settings.schema.json",
        "title": "Settings of pfocr-lint",
        "description": "pfocr-lint.toml, or the table tool.pfocr-lint of pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "$schema": {"type": "string", "description": "The address of this schema, for editors."},
            "select": {**_RULES, "description": "The rules that run, instead of those that run by default."},
            "ignore": {**_RULES, "description": "Rules that do not run."},
            "extend-select": {**_RULES, "description": "Rules that run too."},
            "per-file-ignores": {
                "type": "object",
                "description": "For each glob, the rules that do not run on the files that match.",
                "maxProperties": ENTRIES,
                "propertyNames": _GLOB,
                "additionalProperties": {
                    "anyOf": [{"$ref": "#/$defs/rule"}, {"type": "array", "items": {"$ref": "#/$defs/rule"}}]
                },
            },
            "severity": {
                "type": "object",
                "description": "For each rule, its severity.",
                "propertyNames": {"enum": own},
                "additionalProperties": {"enum": [severity.value for severity in Severity]},
            },
            "fail-on": {
                "enum": [*FAIL_ON],
                "description": "From which severity on a finding fails a run.",
                "default": "warning",
            },
            "exclude": {**_TEXTS, "items": _GLOB, "description": "Globs of files and folders that are not read."},
            "organisms": {
                "anyOf": [{"type": "string"}, {"const": False}],
                "description": "The folder of the organism pages; false: organisms are not looked up.",
            },
            "organism-synonyms": {
                "type": "object",
                "description": "For each other name of an organism, its latin name. Case is ignored in the other name.",
                "maxProperties": ENTRIES,
                "additionalProperties": {"type": "string", "pattern": r"\S"},
            },
            "required-version": {
                "type": "string",
                "maxLength": LENGTH,
                "description": "The version of pfocr-lint that the settings are for, such as '>=0.1'.",
            },
        },
        "$defs": {
            "rule": {
                "description": "A rule's code, the beginning of codes, or a rule's name.",
                "anyOf": [*codes, *names, {"type": "string", "pattern": "^PF[0-9]{0,2}$"}],
            }
        },
    }


if __name__ == "__main__":
    sys.stdout.write(f"{json.dumps(settings_schema(), indent=2)}\n")
