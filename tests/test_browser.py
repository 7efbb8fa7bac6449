"""The engine of the browser: without libyaml it gives the same answers, and its fixes are those of the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from browser_answers import answers, mutated
from conftest import ROOT, clean_text
from test_hostile import HOLDING

from pfocr_lint import fix
from pfocr_lint.handbook.examples import text_of
from pfocr_lint.integrations.browser import page
from pfocr_lint.rules.catalogue import RULES

_WITHOUT_LIBYAML = """
import runpy, sys
sys.modules["yaml._yaml"] = None
import yaml
assert not yaml.__with_libyaml__
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def cases() -> list[list[str]]:
    """Names and texts: the samples, the real records, the examples of the rules."""
    files = [*(ROOT / "samples").rglob("*.*"), *(ROOT / "tests/records").rglob("*.*")]
    found = [[path.name, path.read_bytes()] for path in sorted(files) if path.is_file()]
    found += [[f"{rule.code}-{n}.md", text_of(each).encode()] for rule in RULES for n, each in enumerate((*rule.bad, *rule.good))]
    return [[name, text] for name, data in found if (text := _decoded(data)) is not None]


def _decoded(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def without_libyaml(texts: list[list[str]]) -> list[list[str]]:
    script = Path(__file__).with_name("browser_answers.py")
    run = subprocess.run(
        [sys.executable, "-c", _WITHOUT_LIBYAML, str(script)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def assert_same(texts: list[list[str]]) -> None:
    for case, libyaml, python in zip(texts, answers(texts), without_libyaml(texts), strict=True):
        assert python == libyaml, case


def test_some_records_examples_and_mutants_have_the_same_answers_without_libyaml() -> None:
    texts = cases()
    assert len(texts) > 300
    short = [case for case in texts if len(case[1]) < 6000]
    assert_same([*short[::50], *mutated(short, 8, 7)])


@pytest.mark.slow
def test_all_and_their_mutants_have_the_same_answers_without_libyaml() -> None:
    texts = cases()
    assert_same(texts)
    assert_same(mutated(texts, 3000, 2))


@pytest.mark.slow
def test_hostile_files_have_the_same_answers_without_libyaml() -> None:
    assert_same([["x.md", text] for data, _ in HOLDING.values() if (text := _decoded(data)) is not None])


def applied(text: str, answer: str) -> str:
    """The text after edits in UTF-16 units."""
    units = text.encode("utf-16-le")
    for edit in reversed(json.loads(answer)["edits"]):
        units = units[: 2 * edit["from"]] + edit["insert"].encode("utf-16-le") + units[2 * edit["to"] :]
    return units.decode("utf-16-le")


WIDE = clean_text().replace("figtitle: ", "figtitle: '\U0001f9ec Genes'\nunknown: ", 1).replace("year: '2022'", "year: 2022")


@pytest.mark.parametrize("text", [clean_text(), WIDE, clean_text().replace("year: '2022'", "year: 2022"), "", "---\n", "x"])
def test_fix_all_gives_the_bytes_of_fix(text: str) -> None:
    assert applied(text, page.fix_all("", text)).encode() == fix(page._path("", text), text.encode()).data


def test_places_count_utf_16_units() -> None:
    found = json.loads(page.check("", WIDE))["diagnostics"]
    year = next(each for each in found if each["code"] == "PF103" or "year" in each["message"])
    assert WIDE.encode("utf-16-le")[2 * year["from"] : 2 * year["to"]].decode("utf-16-le") == "2022"


def test_the_fix_of_one_finding_leaves_the_others() -> None:
    text = clean_text().replace("year: '2022'", "year: 2022").replace("seo: CreativeWork", "seo: Work")
    first = next(each for each in json.loads(page.check("", text))["diagnostics"] if "year" in each["message"])
    fixed = applied(text, page.fix_one("", text, first["code"], first["fingerprint"]))
    assert fixed == text.replace("year: 2022", "year: '2022'")
    assert "not there" in json.loads(page.fix_one("", fixed, first["code"], first["fingerprint"]))["refused"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("figtitle", "Wnt: a 'quoted' title # with signs"),
        ("caption", "One. " * 60 + "End"),
        ("organisms", ["Homo sapiens", "Mus musculus", "NO"]),
        ("number", "SF2"),
        ("year", ""),
    ],
)
def test_the_form_writes_a_value_and_nothing_else(key: str, value: str | list[str]) -> None:
    text = clean_text()
    old = {each["key"]: each["value"] for each in json.loads(page.fields("", text))}
    new = applied(text, page.set_field("", text, key, json.dumps(value)))
    assert {each["key"]: each["value"] for each in json.loads(page.fields("", new))} == {**old, key: value}


def test_the_form_adds_a_missing_key_and_refuses_what_cannot_be_read() -> None:
    text = clean_text().replace("year: '2022'\n", "")
    assert applied(text, page.set_field("", text, "year", '"2022"')) == clean_text()
    assert "cannot be read" in json.loads(page.set_field("", "---\na: [\n---\n", "year", '""'))["refused"]
    assert json.loads(page.fields("", "---\na: [\n---\n")) is None


@pytest.mark.parametrize(("data", "word"), [("é".encode("latin-1"), "not UTF-8"), (b"\xff\xfea\0", "UTF-16")])
def test_a_file_that_is_no_text_is_explained(data: bytes, word: str) -> None:
    assert word in json.loads(page.open_file("x.md", data))["problem"]
    assert json.loads(page.open_file("x.md", "é".encode())) == {"text": "é"}


def test_the_engine_starts_no_process_and_opens_no_connection() -> None:
    code = "import sys, pfocr_lint.integrations.browser.page; print([m for m in ('subprocess', 'multiprocessing', 'socket', 'lsprotocol') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
