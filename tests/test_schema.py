"""The schemas: each failure has an owner, and editors and other validators can use them."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from conftest import ROOT, real_records
from jsonschema import Draft202012Validator

from pfocr_lint.linter import ownership, record_check
from pfocr_lint.record.parser import read
from pfocr_lint.rules.catalogue import BY_CODE, RULES
from pfocr_lint.schema import schemas, validator
from pfocr_lint.schema.kinds import MAPPINGS, Kind

SCHEMAS = sorted((ROOT / "schemas").glob("*.json"))


def properties(part, pointer=""):
    """Yield every property of a schema with its pointer."""
    for name, below in part.get("properties", {}).items():
        yield f"{pointer}/{name}", below
        yield from properties(below, f"{pointer}/{name}")
    if isinstance(part.get("items"), dict):
        yield from properties(part["items"], f"{pointer}/*")


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_schemas_are_schemas(path):
    loaded = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(loaded)
    assert loaded["$id"].endswith(path.name)
    assert loaded["title"]
    assert path.read_text(encoding="utf-8") == json.dumps(loaded, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("kind", sorted(MAPPINGS))
def test_an_editor_finds_title_description_and_examples_of_every_key(kind):
    for pointer, part in properties(schemas.load(kind)):
        assert part["title"], pointer
        assert part["description"], pointer
        assert part["examples"], pointer
        for example in part["examples"]:
            assert validator.allows(kind, re.sub(r"/\*", "/0", pointer), example), (pointer, example)


@pytest.mark.parametrize("kind", sorted(MAPPINGS))
def test_the_example_record_is_clean_and_in_order(kind):
    example = schemas.example(kind)
    assert validator.reference_violations(kind, example) == []
    keys = list(schemas.load(kind)["properties"])
    assert list(example) == [key for key in keys if key in example]


def test_every_failure_has_exactly_one_owner():
    used = set(schemas.pairs())
    assert len(used) > 300
    claims = [pair for rule in RULES for pair in rule.owns]
    assert len(claims) == len(set(claims))
    for key, keyword in used:
        assert ownership.owner(key, keyword) in BY_CODE
    for claim in claims:
        name, _, keyword = claim.rpartition(":")
        owned = {key for key, word in used if word == keyword and (name == "*" or key.endswith(f"/{name}"))}
        assert owned, f"nothing in the schemas fails as {claim}"


def test_patterns_are_anchored_and_ascii():
    for kind in MAPPINGS:
        for pattern in re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', json.dumps(schemas.load(kind))):
            assert pattern.startswith("^")
            assert pattern.endswith("$")
            assert not re.search(r"\\\\[dswZ]", pattern), "these mean other characters to other validators"


@pytest.mark.parametrize(
    ("values", "failures"),
    [
        ({"pmcid": "PMC1234567\n"}, [("/pmcid", "pattern")]),
        ({"doi": None}, [("/doi", "null")]),
        ({"doi": ".na.character"}, [("/doi", "sentinel")]),
        ({"year": 2022}, [("/year", "scalar")]),
        ({"organisms": ["NA", None]}, [("/organisms/1", "null")]),
        ({"organisms": ".na.character"}, [("/organisms", "sentinel")]),
        ({"extra": 1, "other": 2}, [("/extra", "additionalProperties"), ("/other", "additionalProperties")]),
        ({"figtype": ".na"}, [("/figtype", "sentinel")]),
    ],
)
def test_one_cause_per_value(values, failures):
    data = {**schemas.example(Kind.FIGURE), **values}
    assert sorted((v.key, v.keyword) for v in validator.reference_violations(Kind.FIGURE, data)) == failures


def test_check_jsonschema_agrees_on_the_real_records(tmp_path):
    """Another validator finds the same failures with these schemas as the PF1 rules and the other owners."""
    clean, broken = [], []
    for name, path in real_records().items():
        record = read(name, path.read_bytes())
        if record.kind is Kind.FIGURE and record.data is not None:
            front = tmp_path / f"{path.stem}.yaml"
            front.write_text(record.text[record.body.start : record.body.end], encoding="utf-8")
            (broken if record_check.check_record(record).record.failures else clean).append(str(front))
    assert len(clean) >= 8
    assert len(broken) >= 10
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(ROOT / "schemas" / "figure.schema.json")]
    assert subprocess.run([*command, *clean], capture_output=True, check=False).returncode == 0
    result = subprocess.run([*command, "-o", "json", *broken], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert {error["filename"] for error in json.loads(result.stdout)["errors"]} == set(broken)
