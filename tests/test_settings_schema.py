"""The schema of the settings files, which editors use, agrees with what the program accepts."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT
from jsonschema import Draft7Validator
from test_settings import WRONG

from pfocr_lint.handbook.settings_schema import settings_schema
from pfocr_lint.settings.parsing import _KEYS, parse

FILE = ROOT / "schemas" / "settings.schema.json"
ENTRY = ROOT / "docs" / "schemastore.json"
RIGHT = [
    {},
    {"$schema": "https://pfocr.wikipathways.org/schemas/settings.schema.json", "select": ["PF", "PF2", "PF206", "title-length"]},
    {"ignore": ["PF311"], "extend-select": ["old-dialect"], "exclude": ["archive"], "required-version": ">=0.1"},
    {"per-file-ignores": {"_figures/PMC1*": ["PF3"], "*.yml": "PF1"}, "severity": {"PF215": "error", "stray-whitespace": "off"}},
    {"fail-on": "error", "organisms": False, "organism-synonyms": {"Pig": "Sus scrofa"}},
    {"organisms": "pages"},
]
ONLY_A_RUN_KNOWS = ("required-version",)


def test_the_file_is_generated():
    assert FILE.read_text(encoding="utf-8") == json.dumps(settings_schema(), indent=2) + "\n", "run make docs"


def test_the_schema_is_one_and_has_all_settings():
    Draft7Validator.check_schema(settings_schema())
    assert {*settings_schema()["properties"]} == {*_KEYS}


@pytest.mark.parametrize("table", RIGHT)
def test_what_the_program_accepts_is_valid(table):
    parse(table, "pfocr-lint.toml", ".")
    assert [*Draft7Validator(settings_schema()).iter_errors(table)] == []


@pytest.mark.parametrize("table", [table for table, _ in WRONG if not any(key in ONLY_A_RUN_KNOWS for key in table)])
def test_what_the_program_refuses_is_not_valid(table):
    assert not Draft7Validator(settings_schema()).is_valid(table)


def test_the_entry_for_the_schema_store():
    entry = json.loads(ENTRY.read_text(encoding="utf-8"))
    assert entry["url"] == settings_schema()["$id"]
    assert entry["fileMatch"] == ["pfocr-lint.toml"]
    assert {"name", "description", "fileMatch", "url"} == {*entry}
