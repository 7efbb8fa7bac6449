"""``--fix`` reports its changes: in lines for a reviewer, in JSON, in a summary."""

from __future__ import annotations

import json
import re

import pytest
from conftest import ROOT, SEED, clean_text, seed_text
from jsonschema import Draft202012Validator
from test_repository import GENE, figure, write

from pfocr_lint.linter import fixer
from pfocr_lint.report.fixes import RECORDS, FixLog, lines
from pfocr_lint.rules.mentions import GENES

NAME = f"_figures/{SEED}.md"
SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas" / "output.schema.json").read_text(encoding="utf-8")))
LEAK = {
    "doi": ".na.character",
    "journal_title": ".na.character",
    "journal_nlm_ta": ".na.character",
    "publisher_name": ".na.character",
}


def lines_of(text: str, name: str = NAME, **options) -> list[str]:
    log = FixLog(whole=True)
    log.add(fixer.fix(name, text.encode(), **options).fixed)
    return [line for _, applied in log.by_record for line in lines(applied)]


# (old text in the clean record, new text, the lines of the changes of --fix --unsafe-fixes)
CHANGES = [
    ("doi: 10.3390/biomedicines10081841", "doi: .na.character", ["PF106 doi: '.na.character' -> ''"]),
    ("year: '2022'", "year: 2022", ["PF105 year: 2022 put in quotes"]),
    ("figtype: Figure\n", "", ["PF101 figtype added: 'Figure'"]),
    ("figtitle:", "fig_title:", ["PF102 key 'fig_title' renamed to 'figtitle'"]),
    ("  - AKT1\n", "  - AKT1\n  - AKT1\n  - PTEN\n", ["PF107 schema-jsonld/keywords: 'AKT1' and 'PTEN' removed"]),
    ("organisms_ner:\n- Homo sapiens\n", "organisms_ner: Homo sapiens\n", ["PF103 organisms_ner: 'Homo sapiens' made a list"]),
    ("- Mus musculus\n", "- E. coli\n", ["PF213 organisms, item 2: 'E. coli' -> 'Escherichia coli'"]),
    ("number: F1", "number: Figure 1", ["PF209 number: 'Figure 1' -> 'F1'"]),
    ("figid_alias: PMC9405586__F1", "figid_alias: PMC9405586__F2", ["PF203 figid_alias: 'PMC9405586__F2' -> 'PMC9405586__F1'"]),
    ("Chronic Myeloid Leukemias.\nreftext", "Chronic Myeloid Leukemias .\nreftext", ["PF313 papertitle: … 'Myeloid Leukemias .' -> … 'Myeloid Leukemias.'"]),
    ("figtitle: Properties", "figtitle: Proper\u00adties", ["PF307 figtitle: 'Proper<U+00AD>ties of Leukemic' … -> 'Properties of Leukemic' …"]),
    ("---\nfigid", "\ufeff---\nfigid", ["PF003 remove the byte order mark"]),
    ("year: '2022'\n", "year: '2022'\r\n", ["PF009 end every line in LF"]),
    ("seo: CreativeWork", "seo: CreativeWork # pfocr-lint: ignore[PF104] none", ["PF901 remove the comment"]),
    ("publisher_name: MDPI", 'publisher_name: "MD\\ePI"', ["PF010 publisher_name: 'MD<U+001B>PI' -> 'MD\\ePI'"]),
    ("automl_pathway: 0.9377192", "automl_pathway: 0.9377192\nfigtype: Figure", ["PF006 remove the second 'figtype'"]),
    ("  creator:\n    '@type': Organization\n    name: WikiPathways\n", "", ["PF101 schema-jsonld/creator added: a mapping"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "wanted"), CHANGES)
def test_each_kind_of_change_has_its_line(old, new, wanted):
    assert old in clean_text()
    found = lines_of(clean_text().replace(old, new, 1), unsafe=True)
    assert found == wanted


def test_fields_that_got_the_same_value_share_a_line():
    text = clean_text()
    for key in (*LEAK, "keywords"):
        text = re.sub(rf"(?m)^{key}: .*(\n  .*)*", f"{key}: .na.character", text)
    assert lines_of(text) == ["PF106 doi, journal_title and 3 more set to ''"]
    assert lines_of(clean_text().replace("Stromal cellular signaling", "Stromal cellular  signaling"), unsafe=True) == [
        "PF306 caption and schema-jsonld/description: 'Stromal cellular  signaling' … -> 'Stromal cellular signaling' …"
    ]


def test_many_changes_of_a_rule_in_a_record_are_folded():
    text = clean_text().replace("  - AKT1\n", "".join(f"  - {number}\n" for number in range(20)))
    found = lines_of(text)
    assert len(found) == 7
    assert found[-1] == "PF105 and 14 more changes"


def test_the_lines_come_before_the_summary_and_name_each_record(run, tmp_path):
    write(tmp_path, figure(1000001, **LEAK), figure(1000002), figure(1000003, seo="X", year="2021"))
    for form in ("full", "concise"):
        write(tmp_path, figure(1000001, **LEAK), figure(1000003, seo="X", year="2021"))
        result = run("--fix", "_figures", "--output-format", form)
        assert (
            "Fixed 5 findings in 2 records:\n  _figures/PMC1000001__g001.md\n    PF106 doi, journal_title and 2 more set to ''\n"
            "  _figures/PMC1000003__g001.md\n    PF104 seo: 'X' -> 'CreativeWork'\n\n5 fixed.\n1 error in 1 of 3 records.\n"
            in result.out
        )
        assert result.out.index("PF210") < result.out.index("Fixed 5")


@pytest.mark.parametrize("args", [["--fix", "-q"], ["--fix", "--statistics"], ["--diff"]])
def test_where_nothing_is_listed(run, tmp_path, args):
    write(tmp_path, figure(1000001, **LEAK))
    result = run(*args, "_figures", "--output-format", "concise:out")
    shown = (tmp_path / "out").read_text()
    assert result.status == (1 if "--diff" in args else 0)
    assert "Fixed " not in shown
    assert "PF106" not in shown


@pytest.mark.needs("permissions")
def test_nothing_is_listed_without_a_fix_or_of_a_file_that_was_not_written(run, tmp_path):
    write(tmp_path, figure(1000001, **LEAK))
    assert "Fixed " not in run("_figures").out
    (tmp_path / figure(1000001)[0]).chmod(0o400)
    result = run("--fix", "_figures", "--output-format", "json")
    assert json.loads(result.out)["fixes"] == []
    assert "left as it is" in result.err


def test_json_lists_every_value_that_was_changed(run, tmp_path):
    clean = figure(1000002)[1]
    write(tmp_path, figure(1000001, **LEAK), ("_figures/PMC1000002__g001.md", clean.replace("year: '2022'\n", "year: 2022\r\n")))
    shown = json.loads(run("--diff", "_figures", "--output-format", "json:out").out and (tmp_path / "out").read_text())
    outcomes = []
    for jobs in ("1", "2"):
        write(tmp_path, figure(1000001, **LEAK))
        (tmp_path / "_figures/PMC1000002__g001.md").write_bytes(clean.replace("year: '2022'\n", "year: 2022\r\n").encode())
        outcomes.append(json.loads(run("--fix", "--jobs", jobs, "_figures", "--output-format", "json").out))
    assert shown["fixes"] == outcomes[0]["fixes"] == outcomes[1]["fixes"]
    for each in (shown, *outcomes):
        SCHEMA.validate(each)
    assert [(each["code"], each["key"], each["old"], each["new"]) for each in shown["fixes"]] == [
        *(("PF106", f"/{key}", ".na.character", "") for key in LEAK), ("PF009", None, None, None), ("PF105", "/year", 2022, "2022"),
    ]  # fmt: skip
    assert (
        shown["fixes"][0]["line"]
        == clean.split("\n").index(next(line for line in clean.split("\n") if line.startswith("doi:"))) + 1
    )
    assert {each["path"] for each in shown["fixes"]} == {figure(1000001)[0], figure(1000002)[0]}
    assert json.loads(run("_figures", "--output-format", "json").out)["fixes"] == []


def test_of_many_records_the_first_are_listed_and_the_others_counted(run, tmp_path):
    write(tmp_path, *(figure(2000000 + n, **LEAK) for n in range(RECORDS + 9)))
    result = run("--fix", "_figures", "--output-format", "concise", "--output-format", "markdown:summary.md")
    assert result.out.count("PF106 doi, journal_title and 2 more set to ''") == RECORDS
    rest = "and 9 more records: PF106 (36)"
    assert f"  {rest}; --output-format json lists all\n\n" in result.out
    summary = (tmp_path / "summary.md").read_text()
    assert summary.count("  - `PF106 doi, journal_title and 2 more set to ''`") == RECORDS
    assert f"### Fixed in {RECORDS + 9} records" in summary
    assert f"- {rest}\n" in summary
    write(tmp_path, *(figure(2000000 + n, **LEAK) for n in range(RECORDS + 9)))
    result = run("--fix", "_figures", "--output-format", "concise", "--output-format", "json:all.json")
    assert f"  {rest}; " in result.out
    assert len(json.loads((tmp_path / "all.json").read_text())["fixes"]) == 4 * (RECORDS + 9)


def test_what_the_comparison_fixes_is_listed_too(run, tmp_path):
    name, text = figure(1000001, keywords=["PTEN"], seo="X")
    write(tmp_path, (name, text), (f"_data/{name[9:-3]}-genes.tsv", GENES + "\n" + GENE.format("PTEN") + GENE.format("AKT1")))
    found = json.loads(run("--fix", "--unsafe-fixes", ".", "--output-format", "json").out)["fixes"]
    assert [(each["code"], each["new"]) for each in found] == [("PF104", "CreativeWork"), ("PF408", ["PTEN", "AKT1"])]
    log = FixLog()
    assert (log.by_record, log.rest(50)) == ([], "")


def test_standard_input_is_no_place_for_the_lines(run):
    result = run("--fix", "-", stdin=clean_text().replace("seo: CreativeWork", "seo: X").encode())
    assert result.out == clean_text()
    assert "PF104 seo: 'X' -> 'CreativeWork'\n" in result.err


@pytest.mark.parametrize("text", ["\\e[31mred", "a\\u202eb", "`x` ``y``", "@user <b>x</b>", "::error::x"])
def test_values_obey_nothing_where_they_are_shown(run, tmp_path, text):
    write(
        tmp_path,
        (
            NAME,
            clean_text()
            .replace("seo: CreativeWork", f'seo: "{text}"')
            .replace("publisher_name: MDPI", f'publisher_name: "{text} "'),
        ),
    )
    result = run(
        "--fix", NAME, "--output-format", "concise", "--output-format", "markdown:summary.md", "--output-format", "json:out.json"
    )
    shown = result.out + (tmp_path / "summary.md").read_text() + (tmp_path / "out.json").read_text()
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert all(line.startswith(("  - `", "- `", "  ", "#", "|", "_figures", "Fixed", "1 ", "[", "{", "}", "No ", "Can")) or "seo" not in line
               for line in (result.out + (tmp_path / "summary.md").read_text()).splitlines())  # fmt: skip
    SCHEMA.validate(json.loads((tmp_path / "out.json").read_text()))


@pytest.mark.parametrize("value", ["!!float .inf", "0x" + "f" * 5000, "2001-12-14", "~", "[1, {a: 2001-01-01}]"])
def test_values_that_only_yaml_has_are_json(run, tmp_path, value):
    write(tmp_path, (NAME, clean_text().replace("seo: CreativeWork", f"seo: {value}")))
    found = json.loads(run("--fix", NAME, "--output-format", "json").out)
    SCHEMA.validate(found)


def test_a_value_that_changes_twice_is_listed_twice():
    text = seed_text().replace("figtitle: Properties", "figtitle: (A) Ro\u0302le  of Properties")
    assert [line[:5] for line in lines_of(text)] == ["PF303", "PF306", "PF309"]
