"""The files by which people find, cite and write to the project."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml
from conftest import ROOT

from pfocr_lint import __version__

FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["version"], citation["license"], citation["cff-version"]) == (__version__, "Apache-2.0", "1.2.0")
    assert {"title", "message", "authors", "type"} <= {*citation}


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_forms_fit_the_schema(path):
    schema = "vendor.github-issue-config" if path.name == "config.yml" else "vendor.github-issue-forms"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_forms_ask_for_a_record_and_the_command():
    ids = {
        each.get("id")
        for path in FORMS
        if path.name != "config.yml"
        for each in yaml.safe_load(path.read_text(encoding="utf-8"))["body"]
    }
    assert {"record", "command"} <= ids
