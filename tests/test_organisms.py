"""Organisms: synonyms in any case, pages beside the file, and items with several names."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_hooks import hook  # noqa: F401 - a fixture
from test_repository import figure, git, page, write  # noqa: F401 - a fixture

from pfocr_lint.linter import checker, fixer, prefilter
from pfocr_lint.record.synonyms import MOST_KEPT, SYNONYMS, Synonyms
from pfocr_lint.settings.model import DEFAULT, SettingsError
from pfocr_lint.settings.parsing import parse
from pfocr_lint.workspace import cross_record

VIRUS = "Influenza A virus (A/Puerto Rico/8/1934(H1N1))"
FOOT = "Hand, foot and mouth disease virus"
PAGES = [
    page(latin, f"p{number}") for number, latin in enumerate(["Homo sapiens", "Mus musculus", "Rattus norvegicus", VIRUS, FOOT])
]
NAME = figure(1000001)[0]


def record(*organisms: str, **values) -> str:
    return figure(1000001, organisms=list(organisms), **values)[1]


def reported(result, code: str = "PF404") -> list[dict]:
    return [each for each in map(json.loads, result.out.splitlines()) if each["code"] == code]


# ---- synonyms, in any case

SPELLED = [
    ("human", "Homo sapiens"), ("Human", "Homo sapiens"), ("HUMAN", "Homo sapiens"), ("hUmAn", "Homo sapiens"),
    ("mouse", "Mus musculus"), ("MOUSE", "Mus musculus"), ("e. coli", "Escherichia coli"), ("E. COLI", "Escherichia coli"),
    ("arabidopsis", "Arabidopsis thaliana"), ("rat", "Rattus norvegicus"), ("YEAST", "Saccharomyces cerevisiae"),
    ("s. Cerevisiae", "Saccharomyces cerevisiae"), ("plants", "unspecified plant"), ("ZebraFish", "Danio rerio"),
    ("Homo sapiens", None), ("homo sapiens", None), ("Homo Sapiens", None), ("MUS MUSCULUS", None), ("Unspecified Plant", None),
    ("humans", None), ("human ", None), ("E.coli", None), ("NA", None), ("na", None), ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "latin"), SPELLED)
@pytest.mark.parametrize("path", ["reference", "fast", "template"])
def test_a_synonym_is_one_in_any_case(name, latin, path, monkeypatch):
    monkeypatch.setattr(prefilter, "FILTERING", path != "reference")
    monkeypatch.setattr(prefilter, "_figures_checked", [prefilter.WORTH_COLUMNS if path == "template" else -1_000])
    found = [each for each in checker.check(NAME, record("Danio rerio", name).encode()) if each.code == "PF213"]
    assert [(each.key, each.message) for each in found] == (
        [] if latin is None else [("/organisms/1", f"'{name}' is not a latin name, want '{latin}'")]
    )
    if latin is not None:
        fixed = fixer.fix(NAME, record("Danio rerio", name).encode()).data.decode()
        assert fixed == record(*dict.fromkeys(["Danio rerio", latin]))


SETTINGS = [
    ({"Pig": "Sus scrofa"}, {"pig": "Sus scrofa", "PIG": "Sus scrofa", "Pig": "Sus scrofa", "SUS SCROFA": None, "Human": "Homo sapiens"}),
    ({"pig": "Sus scrofa", "Pig": "Sus scrofa"}, {"PIG": "Sus scrofa"}),
    ({"human": "Homo x"}, {"Human": "Homo sapiens", "human": "Homo x", "HUMAN": "Homo x"}),
    ({"Human": "Homo x"}, {"Human": "Homo x", "human": "Homo x"}),
    ({"mus musculus": "Mus musculus"}, {"Mus musculus": None, "MUS musculus": "Mus musculus", "mouse": "Mus musculus"}),
    ({"Mus musculus": "Rattus norvegicus"}, {"Mus musculus": "Rattus norvegicus", "mouse": "Mus musculus"}),
    ({"Straße": "Via lata"}, {"STRASSE": "Via lata", "strasse": "Via lata"}),
]  # fmt: skip


@pytest.mark.parametrize(("table", "wanted"), SETTINGS, ids=str)
def test_the_names_of_the_settings_ignore_case_too(table, wanted):
    synonyms = parse({"organism-synonyms": table}, "s.toml", ".").synonyms
    assert {name: synonyms.latin(name) for name in wanted} == wanted


WRONG = [
    ({"Pig": "Sus scrofa", "pig": "Sus domesticus"},
     "organism-synonyms of 'Pig' and of 'pig' are 'Sus scrofa' and 'Sus domesticus', want one latin name: case is ignored"),
    ({"Hog": "Sus x", "PIG": "Sus scrofa", "pig": "Sus domesticus"}, "of 'PIG' and of 'pig' are 'Sus scrofa' and"),
    ({"Pig": "human"}, "organism-synonyms of 'Pig' is 'human', which has another name itself"),
    ({"Pig": "SWINE", "Swine": "Sus scrofa"}, "organism-synonyms of 'Pig' is 'SWINE', which has another name itself"),
    ({"Pig": "Pig"}, "which has another name itself"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "message"), WRONG)
def test_settings_that_contradict_themselves_are_one_line(table, message):
    with pytest.raises(SettingsError) as error:
        parse({"organism-synonyms": table}, "s.toml", ".")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@given(st.lists(st.one_of(st.sampled_from([*SYNONYMS, *SYNONYMS.values()]), st.text()).map(str), max_size=4), st.randoms())
def test_the_quick_check_knows_each_synonym(names, random):
    mixed = ["".join(random.choice([char.lower(), char.upper(), char]) for char in name) for name in names]
    synonyms = DEFAULT.synonyms
    for _ in range(2):  # first computed, then from the memo
        assert synonyms.any_of(mixed) == any(synonyms.latin(name) is not None for name in mixed)


def test_what_is_kept_of_other_names_has_an_end():
    synonyms = Synonyms(SYNONYMS)
    for number in range(0, 3 * MOST_KEPT, 100):
        assert not synonyms.any_of([f"x{number + more}" for more in range(100)])
    assert len(synonyms._others) < MOST_KEPT + 100
    assert synonyms.any_of(["x1", "hUMAN"])


def test_two_spellings_of_one_synonym_become_one_item():
    fixed = fixer.fix(NAME, record("human", "Human", "MOUSE").encode())
    assert fixed.data.decode() == record("Homo sapiens", "Mus musculus")
    assert fixed.left == ()


# ---- items with several names

BOTH = ["Homo sapiens", "Mus musculus"]
ONE_PER_LINE = "write one organism per line, each beginning with '- '"
MISSING = f"{ONE_PER_LINE}; no organism page for "
SEVERAL = [  # organisms, the end of the message, the organisms after the fix (None: no fix)
    (["Homo sapiens, Mus musculus"], ONE_PER_LINE, BOTH),
    (["Homo sapiens; Mus musculus"], ONE_PER_LINE, BOTH),
    (["Homo sapiens/Mus musculus"], ONE_PER_LINE, BOTH),
    (["Homo sapiens / Mus musculus"], ONE_PER_LINE, BOTH),
    (["Homo sapiens | Mus musculus"], ONE_PER_LINE, BOTH),
    (["Homo sapiens and Mus musculus"], ONE_PER_LINE, BOTH),
    (["Homo sapiens & Mus musculus"], ONE_PER_LINE, BOTH),
    (["Homo sapiens + Mus musculus"], ONE_PER_LINE, BOTH),
    (["Homo sapiens,Mus musculus,"], ONE_PER_LINE, BOTH),
    (["Homo sapiens, Mus musculus, and Rattus norvegicus"], ONE_PER_LINE, [*BOTH, "Rattus norvegicus"]),
    (["human, MOUSE"], ONE_PER_LINE, BOTH),
    (["homo sapiens, Mus Musculus"], ONE_PER_LINE, BOTH),
    (["Homo sapiens, NA"], ONE_PER_LINE, ["Homo sapiens"]),
    (["Homo sapiens, Homo sapiens"], ONE_PER_LINE, ["Homo sapiens"]),
    (["Mus musculus", "Homo sapiens, Mus musculus", "Rattus norvegicus"], ONE_PER_LINE, ["Mus musculus", "Homo sapiens", "Rattus norvegicus"]),
    (["Homo sapiens", "Mus musculus", "Homo sapiens, Mus musculus"], ONE_PER_LINE, BOTH),
    (["Homo sapiens, mouse/rat; unspecified plant"], ONE_PER_LINE, [*BOTH, "Rattus norvegicus", "unspecified plant"]),
    ([f"{VIRUS}, Homo sapiens"], ONE_PER_LINE, [VIRUS, "Homo sapiens"]),
    ([f"Homo sapiens; {FOOT}"], ONE_PER_LINE, ["Homo sapiens", FOOT]),
    (["Homo sapiens, Mus muscullus"], f"{MISSING}'Mus muscullus'", None),
    (["Homo sapien, Mus muscullus"], f"{MISSING}'Homo sapien', 'Mus muscullus'", None),
    (["Homo sapiens, XXX"], f"{MISSING}'XXX'", None),
    (["Sus scrofa/Homo sapiens"], f"{MISSING}'Sus scrofa'", None),
    ([f"{VIRUS[:-1]}, Mus musculus"], f"{MISSING}'{VIRUS[:-1]}'", None),
]  # fmt: skip


@pytest.mark.parametrize(("organisms", "ends", "fixed"), SEVERAL, ids=[" - ".join(each) for each, _, _ in SEVERAL])
def test_an_item_that_holds_several_names_becomes_as_many(organisms, ends, fixed, tmp_path, run):
    write(tmp_path, *PAGES, (NAME, record(*organisms)))
    (found,) = reported(run(NAME, "--output-format", "jsonl"))
    item = next(each for each in organisms if each not in BOTH)
    assert found["message"] == f"'{item}' has several names; {ends}"
    assert found["key"] == f"/organisms/{organisms.index(item)}"
    assert (found["fix"] or {}).get("safety") == (None if fixed is None else "unsafe")
    run(NAME, "--fix")
    assert (tmp_path / NAME).read_text() == record(*organisms), "the fix is not safe"
    assert run(NAME, "--fix", "--unsafe-fixes").status == (1 if fixed is None else 0)
    assert (tmp_path / NAME).read_text() == record(*(organisms if fixed is None else fixed))
    assert run(NAME, "--fix", "--unsafe-fixes", "--output-format", "jsonl").out == (
        "" if fixed else run(NAME, "--output-format", "jsonl").out
    )


ONE = [  # an organism, the message (None: no finding), the organism after the unsafe fix
    (VIRUS, None, None),
    (FOOT, None, None),
    ("unspecified fish, with fins", None, None),
    ("NA", None, None),
    ("unassigned", None, None),
    ("Homo sapien", "no organism page for 'Homo sapien'; did you mean 'Homo sapiens'?", "Homo sapiens"),
    ("Homo sapiens,", "no organism page for 'Homo sapiens,'; did you mean 'Homo sapiens'?", "Homo sapiens"),
    ("homo sapiens", "no organism page for 'homo sapiens'; did you mean 'Homo sapiens'?", "Homo sapiens"),
    ("Homo Sapiens", "no organism page for 'Homo Sapiens'; did you mean 'Homo sapiens'?", "Homo sapiens"),
    ("MUS MUSCULUS", "no organism page for 'MUS MUSCULUS'; did you mean 'Mus musculus'?", "Mus musculus"),
    (VIRUS.lower(), f"no organism page for '{VIRUS.lower()}'; did you mean '{VIRUS}'?", VIRUS),
    (VIRUS[:-1], f"no organism page for '{VIRUS[:-1]}'; did you mean '{VIRUS}'?", VIRUS),
    ("Hand, foot and mouth disease viruz", f"no organism page for 'Hand, foot and mouth disease viruz'; did you mean '{FOOT}'?", FOOT),
    ("Sus scrofa", "no organism page for 'Sus scrofa'", None),
    ("Sus scrofa, Bos taurus", "no organism page for 'Sus scrofa, Bos taurus'", None),
    ("Pseudo/virus 7/9", "no organism page for 'Pseudo/virus 7/9'", None),
    ("NA/K virus", "no organism page for 'NA/K virus'", None),
    ("Homo\u00a0sapiens", "no organism page for 'Homo\u00a0sapiens'; it holds a no-break space (U+00A0)", "Homo sapiens"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "message", "fixed"), ONE, ids=[name for name, _, _ in ONE])
def test_an_item_that_is_one_name_stays_one(name, message, fixed, tmp_path, run):
    write(tmp_path, *PAGES, (NAME, record(name)))
    assert [each["message"] for each in reported(run(NAME, "--output-format", "jsonl"))] == ([] if message is None else [message])
    run(NAME, "--fix", "--unsafe-fixes")
    assert (tmp_path / NAME).read_text() == record(fixed or name)


def test_two_pages_that_differ_in_case_are_no_ground_for_a_fix(tmp_path, run):
    write(tmp_path, page("Homo sapiens", "a"), page("Homo Sapiens", "b"), (NAME, record("HOMO SAPIENS")))
    assert [each["fix"] for each in reported(run(NAME, "--output-format", "jsonl"))] == [None]


def test_a_name_in_another_case_goes_where_the_right_one_is_there(tmp_path, run):
    write(tmp_path, *PAGES, (NAME, record("Homo sapiens", "homo sapiens", "Mus musculus")))
    assert run(NAME, "--fix", "--unsafe-fixes").status == 0
    assert (tmp_path / NAME).read_text() == record(*BOTH)


LISTS = [
    ("- Homo sapiens, Mus musculus\n", "- Homo sapiens\n- Mus musculus\n"),
    ("  - Homo sapiens, Mus musculus\n", "- Homo sapiens\n- Mus musculus\n"),
    ("- 'Homo sapiens, Mus musculus'\n", "- Homo sapiens\n- Mus musculus\n"),
    ("- |-\n  Homo sapiens\n  Mus musculus\n", "- Homo sapiens\n- Mus musculus\n"),
    ("- Homo sapiens, Mus musculus # as in the title\n", "- Homo sapiens\n- Mus musculus # as in the title\n"),
    ("- Homo sapiens, Mus musculus # as in the title\n- NA\n", None),
    ("# as in the title\n- Homo sapiens, Mus musculus\n", None),
    ("- Rattus norvegicus\n# as in the title\n- Homo sapiens, Mus musculus\n", None),
    ("- Homo sapiens, Mus musculus # pfocr-lint: ignore[PF404] so be it\n", None),
]


@pytest.mark.parametrize(("lines", "fixed"), LISTS)
def test_the_list_is_written_anew_where_no_comment_is_lost(lines, fixed, tmp_path, run):
    text = record("Homo sapiens").replace("organisms:\n- Homo sapiens\n", f"organisms:\n{lines}")
    write(tmp_path, *PAGES, (NAME, text))
    run(NAME, "--fix", "--unsafe-fixes", "--select", "PF404")
    assert (tmp_path / NAME).read_text() == (text if fixed is None else text.replace(lines, fixed))


def test_all_items_are_made_single_in_one_run_and_what_is_left_has_its_new_place(tmp_path, run):
    text = record("Homo sapiens, Mus musculus", "rat + Sus scrofa", "mus Musculus", "human & rat", "Bos taurus", doi="doi:x")
    write(tmp_path, *PAGES, (NAME, text))
    patch = run(NAME, "--diff", "--unsafe-fixes", "--output-format", "jsonl:left")
    left = [json.loads(line) for line in (tmp_path / "left").read_text().splitlines()]
    result = run(NAME, "--fix", "--unsafe-fixes", "--output-format", "jsonl")
    after = (tmp_path / NAME).read_text()
    assert after == record(*BOTH, "rat + Sus scrofa", "Rattus norvegicus", "Bos taurus", doi="doi:x")
    assert [json.loads(line) for line in result.out.splitlines()] == left
    assert run(NAME, "--output-format", "jsonl").out == result.out, "each has its new place"
    assert {each["code"] for each in left} == {"PF404", "PF212"}
    (tmp_path / NAME).write_text(text)
    subprocess.run(["git", "apply", "-"], input=patch.out.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / NAME).read_text() == after


def test_an_item_of_many_names_takes_no_time(tmp_path, run):
    many = [", ".join(f"Homo sapien{number}" for number in range(1_000)), *(f"Mus muscul{number}" for number in range(2_000))]
    write(tmp_path, *PAGES, (NAME, record(*many)))
    assert len(reported(run(NAME, "--output-format", "jsonl", "--select", "PF404"))) == 2_001


SCALARS = [
    ("Homo sapiens, Mus musculus", True), ("Homo sapiens; Mus musculus", True), ("Homo sapiens and Mus musculus", True),
    ("Homo sapiens\n  Mus musculus", True), ("Homo sapiens", False), ("-Homo sapiens", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "several"), SCALARS)
@pytest.mark.parametrize("key", ["organisms", "organisms_ner"])
def test_organisms_that_are_one_text_are_named_so(text, several, key):
    old, whole = f"{key}:\n- Homo sapiens\n", record("Homo sapiens", organisms_ner=["Homo sapiens"])
    assert old in whole
    (found,) = [each for each in checker.check(NAME, whole.replace(old, f"{key}: {text}\n").encode()) if each.code == "PF103"]
    assert found.message.endswith(f", want a list; {ONE_PER_LINE}") == several
    assert (found.fix is not None) == (text in ("Homo sapiens", "-Homo sapiens"))


# ---- pages beside the file

MADE = [["Homo sapien"], ["homo sapiens"], ["Homo sapiens", "Sus scrofa"], ["Homo sapiens, Mus musculus"], ["NA"], ["human"],
        ["Homo sapiens"], ["Sus scrofa", "Sus scrofa"], ["unspecified x"], ["Homo sapiens", "XXX"], ["Homo\u00a0sapiens"], [""]]  # fmt: skip


@pytest.mark.parametrize("organisms", MADE, ids=" - ".join)
def test_a_file_alone_has_the_findings_of_a_run_on_its_folder(organisms, tmp_path, run, monkeypatch, hook):  # noqa: F811
    write(tmp_path, *PAGES, (NAME, record(*organisms)), figure(1000002))
    lines = ("--output-format", "jsonl")

    def found(result, path=NAME):
        return [
            each | {"path": NAME, "related": len(each["related"])}
            for each in map(json.loads, result.out.splitlines())
            if each["path"] == path
        ]

    whole = found(run(*lines))
    assert found(run(NAME, *lines)) == whole
    assert found(run(f"./{NAME}", *lines)) == whole
    assert found(run(tmp_path / NAME, *lines), str(tmp_path / NAME)) == whole
    assert found(run(NAME, figure(1000002)[0], PAGES[1][0], *lines)) == whole, "one of the pages beside others"
    assert found(run("--stdin-filename", NAME, *lines, stdin=record(*organisms).encode())) == whole
    assert found(hook("pfocr-lint", *lines, NAME)) == whole
    folder, _, name = NAME.partition("/")
    monkeypatch.chdir(tmp_path / folder)
    assert found(run(name, *lines), name) == whole
    assert found(run("--stdin-filename", name, *lines, stdin=record(*organisms).encode()), name) == whole


SILENT = [
    ("no pages", [], "", []),
    ("switched off", PAGES, "organisms = false", []),
    ("ignored", PAGES, 'ignore = ["PF404"]', []),
    ("ignored for the file", PAGES, '[per-file-ignores]\n"_figures/PMC1000001*" = ["PF404"]', []),
    ("severity off", PAGES, '[severity]\nPF404 = "off"', []),
    ("by a flag", PAGES, "", ["--ignore", "unknown-organism"]),
    ("others are selected", PAGES, "", ["--select", "PF1,PF2"]),
    ("pages without a name", [(name, "no page") for name, _ in PAGES], "", []),
]


@pytest.mark.parametrize(("pages", "toml", "flags"), [each[1:] for each in SILENT], ids=[each[0] for each in SILENT])
def test_nothing_is_reported_when_the_rule_is_off(pages, toml, flags, tmp_path, run):
    write(tmp_path, *pages, (NAME, record("Homo sapien")))
    (tmp_path / "pfocr-lint.toml").write_text(toml)
    for argv, stdin in (((NAME,), b""), (("--stdin-filename", NAME), record("Homo sapien").encode())):
        result = run(*argv, *flags, stdin=stdin)
        assert (result.status, "PF404" in result.out) == (0, False), result


@pytest.mark.parametrize("organisms", [["NA"], ["unassigned"], ["unspecified plant"], ["XXX"]])
@pytest.mark.parametrize("flags", [[], ["--select", "PF2"]])
def test_no_page_is_read_where_none_is_needed(organisms, flags, tmp_path, run, monkeypatch):
    write(tmp_path, *PAGES, (NAME, record(*organisms)))
    monkeypatch.setattr(cross_record, "_latin_of", lambda *_: pytest.fail("the pages were read"))
    run(NAME, *flags)


def test_the_folder_of_the_settings_is_used(tmp_path, run):
    write(tmp_path / "site", *PAGES)
    write(tmp_path, page("Sus scrofa", "pig"), (NAME, record("Sus scrofa", "Homo sapiens")))
    (tmp_path / "pfocr-lint.toml").write_text('organisms = "site/_organisms"\n')
    assert [each["message"] for each in reported(run(NAME, "--output-format", "jsonl"))] == ["no organism page for 'Sus scrofa'"]
    assert [each["message"] for each in reported(run(NAME, "--isolated", "--output-format", "jsonl"))] == [
        "no organism page for 'Homo sapiens'"
    ]


def test_files_of_two_roots_have_each_their_pages(tmp_path, run):
    write(tmp_path / "a", *PAGES, (NAME, record("Homo sapiens", "Sus scrofa")))
    write(tmp_path / "b", page("Sus scrofa", "pig"), (NAME, record("Homo sapiens", "Sus scrofa")))
    found = reported(run(f"a/{NAME}", f"b/{NAME}", "--output-format", "jsonl"))
    assert [(each["path"], each["key"]) for each in found] == [(f"a/{NAME}", "/organisms/1"), (f"b/{NAME}", "/organisms/0")]


def _blank_line(text: str) -> str:
    return text[:-4] + "\n---\n"


PAGE = page("Homo sapiens", "human")[1]
UNKNOWN_IMAGE = re.sub("(?m)^image: .*", "image: .na.character", PAGE)
READ = [
    ("as the pipeline writes it", PAGE, True), ("a blank line at its end", _blank_line(PAGE), True),
    ("two blank lines", _blank_line(_blank_line(PAGE)), True), ("double quotes", PAGE.replace("latin: Homo sapiens", 'latin: "Homo sapiens"'), True),
    ("a comment", PAGE.replace("latin:", "# checked\nlatin:"), True), ("an image that says nothing", UNKNOWN_IMAGE, True),
    ("CR LF", PAGE.replace("\n", "\r\n"), True), ("another name", PAGE.replace("latin: Homo sapiens", "latin: Sus scrofa"), False),
    ("torn", PAGE.replace("latin: ", "latin: ["), False), ("no name", PAGE.replace("latin: Homo sapiens", "latin: ''"), False),
    ("a list", PAGE.replace("latin: Homo sapiens", "latin:\n- Homo sapiens"), False), ("empty", "", False), ("too large", PAGE + "x" * (1 << 20), False),
    ("a literal block with a blank line", PAGE.replace("latin: Homo sapiens", "latin: |+\n  Homo sapiens\n"), False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "known"), [each[1:] for each in READ], ids=[each[0] for each in READ])
def test_a_page_is_read_as_a_run_over_the_folder_reads_it(text, known, tmp_path, run):
    write(tmp_path, PAGES[1], ("_organisms/human.md", text), (NAME, record("Homo sapiens")))
    found = reported(run(NAME, "--output-format", "jsonl"))
    assert bool(found) is not known
    assert found == [each for each in reported(run("--output-format", "jsonl")) if each["path"] == NAME]
    assert bool(checker.read("_organisms/human.md", text.encode()).usable("/latin") == "Homo sapiens") in (known, True)


@pytest.mark.needs("links", "pipes")
def test_a_link_out_of_the_repository_is_not_read(tmp_path, run):
    write(tmp_path / "out", page("Sus scrofa", "pig"), page("Bos taurus", "cow"))
    root = tmp_path / "in"
    write(root, PAGES[0], (NAME, record("Homo sapiens", "Sus scrofa")))
    (root / ".git").mkdir()
    (root / "_organisms/pig.md").symlink_to(tmp_path / "out/_organisms/pig.md")
    os.mkfifo(root / "_organisms/pipe.md")
    assert [each["key"] for each in reported(run(f"in/{NAME}", "--output-format", "jsonl"))] == ["/organisms/1"]
    for path in (root / "_organisms").iterdir():
        path.unlink()
    (root / "_organisms").rmdir()
    (root / "_organisms").symlink_to(tmp_path / "out/_organisms")
    assert reported(run(f"in/{NAME}", "--output-format", "jsonl")) == []


@pytest.mark.parametrize(
    ("select", "noted"),
    [
        ("PF404", False),
        ("unknown-organism", False),
        ("PF404,PF2", False),
        ("PF4", True),
        ("PF402", True),
        ("PF404,PF402", True),
        ("PF407", False),
    ],
)
def test_the_note_names_what_did_not_run(select, noted, tmp_path, run):
    write(tmp_path, *PAGES, (NAME, record("Homo sapien")))
    result = run(NAME, "--select", select)
    assert ("Rules that compare records (PF4) did not run: give the folder of the repository as PATH." in result.out) is noted
    assert ("warning[PF404]" in result.out) is (select not in ("PF402", "PF407"))
    assert "did not run" not in run("--select", select).out


WAIVERS = [
    ("organisms:\n- Homo sapien # pfocr-lint: ignore[PF404] as in the paper\n", PAGES, []),
    ("organisms:\n# pfocr-lint: ignore[unknown-organism] as in the paper\n- Homo sapien\n", PAGES, []),
    ("organisms:\n- Homo sapien # pfocr-lint: ignore[PF404] as in the paper\n", [], []),
    ("organisms:\n- Homo sapiens # pfocr-lint: ignore[PF404] as in the paper\n", [], []),
    ("organisms:\n- Homo sapiens # pfocr-lint: ignore[PF210] as in the paper\n- Homo sapien\n", PAGES, ["PF404", "PF901"]),
]


@pytest.mark.parametrize(("lines", "pages", "codes"), WAIVERS)
def test_waivers_hold_for_a_file_alone(lines, pages, codes, tmp_path, run):
    text = record("Homo sapiens").replace("organisms:\n- Homo sapiens\n", lines)
    write(tmp_path, *pages, (NAME, text))
    for result in (
        run(NAME, "--output-format", "jsonl"),
        run("--stdin-filename", NAME, "--output-format", "jsonl", stdin=text.encode()),
    ):
        assert sorted(json.loads(line)["code"] for line in result.out.splitlines()) == codes
    if not codes:
        run(NAME, "--fix", "--unsafe-fixes")
        assert (tmp_path / NAME).read_text() == text


def test_standard_input_is_what_is_fixed_and_not_the_file(tmp_path, run):
    write(tmp_path, *PAGES, (NAME, record("Sus scrofa")))
    typed = record("homo sapiens, mouse", seo="Creative")
    fixed = run("--stdin-filename", NAME, "--fix", "--unsafe-fixes", stdin=typed.encode())
    assert (fixed.status, fixed.out) == (0, record(*BOTH))
    assert run("--stdin-filename", NAME, "--fix", stdin=typed.encode()).out == record("homo sapiens, mouse"), (
        "the fix is not safe"
    )
    patch = run("--stdin-filename", NAME, "--diff", "--unsafe-fixes", stdin=typed.encode())
    assert (tmp_path / NAME).read_text() == record("Sus scrofa")
    (tmp_path / NAME).write_text(typed)
    subprocess.run(["git", "apply", "-"], input=patch.out.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / NAME).read_text() == record(*BOTH)


def test_a_record_without_a_name_has_no_pages_beside_it(tmp_path, run, monkeypatch):
    write(tmp_path, *PAGES, (NAME, record("Sus scrofa")))
    monkeypatch.chdir(tmp_path / "_figures")
    assert run("-", stdin=record("Homo sapien").encode()).status == 0
    assert (
        run(
            "--stdin-filename",
            "new.md",
            stdin=record("Homo sapien").encode(),
        ).status
        == 1
    )


def test_the_python_api_touches_no_file(tmp_path, run):
    write(tmp_path, *PAGES, (NAME, record("Homo sapien")))
    assert checker.check(NAME, record("Homo sapien").encode()) == []
    assert fixer.fix(NAME, record("homo sapiens").encode(), unsafe=True).data == record("homo sapiens").encode()


def test_many_named_files_are_held_against_the_pages_in_any_number_of_processes(tmp_path, run):
    records = [
        figure(1000001 + number, organisms=["Homo sapien" if number % 7 == 0 else "Homo sapiens"]) for number in range(600)
    ]
    write(tmp_path, *PAGES, *records)
    names = [name for name, _ in records]
    outputs = {run(*names, "--jobs", jobs, "--output-format", "jsonl", *more).out
               for jobs in ("1", "2") for more in ((), ("--no-cache",), ("--cache-dir", "kept"), ("--cache-dir", "kept"))}  # fmt: skip
    assert len(outputs) == 1
    assert [json.loads(line)["path"] for line in outputs.pop().splitlines()] == sorted(names)[::7]


# ---- hooks, and introduced findings


def test_a_curator_commits_what_the_hook_lets_pass(tmp_path, run, hook):  # noqa: F811
    write(tmp_path, *PAGES, (NAME, record("Human, mouse")))
    result = hook("pfocr-lint", NAME)
    assert result.status == 1
    assert f"warning[PF404]: 'Human, mouse' has several names; {ONE_PER_LINE}" in result.out
    assert "= unsafe fix: make it 'Homo sapiens', 'Mus musculus', each as an item" in result.out
    (tmp_path / NAME).write_text(record("Homo sapiens", "mouse"))
    assert hook("pfocr-lint-fix", NAME).status == 1
    assert (tmp_path / NAME).read_text() == record(*BOTH)
    assert hook("pfocr-lint-fix", NAME).status == 0
    assert hook("pfocr-lint", NAME, *(name for name, _ in PAGES)).status == 0
    assert hook("pfocr-lint-repository").status == 0


@pytest.mark.parametrize("paths", [[], [NAME], ["_figures"]], ids=" ".join)
def test_since_compares_with_the_pages_too(paths, tmp_path, run, git):  # noqa: F811
    write(tmp_path, *PAGES, (NAME, record("Sus scrofa", "Homo sapiens")))
    git("add", ".")
    git("commit", "-q", "-m", "base")
    git("branch", "-f", "main")
    lines = ("--since", "main", "--output-format", "jsonl", *paths)
    assert reported(run(*lines)) == []
    write(tmp_path, (NAME, record("Sus scrofa", "Homo sapiens, human", "mus musculus")))
    assert [each["key"] for each in reported(run(*lines))] == ["/organisms/0", "/organisms/1", "/organisms/2"]
    assert [each["key"] for each in reported(run(*lines, "--introduced"))] == ["/organisms/1", "/organisms/2"]
    run(*lines, "--fix", "--unsafe-fixes")
    assert (tmp_path / NAME).read_text() == record("Sus scrofa", *BOTH)
    assert reported(run(*lines, "--introduced")) == []


@pytest.mark.parametrize(("organisms", "pages"), [(["Homo sapiens"], 1), (["Bos taurus", "Sus scrofa"], 7), (["NA"], 0)])
def test_a_clean_record_in_a_hook_needs_few_pages_and_no_yaml_library(organisms, pages, tmp_path):
    others = [(f"_organisms/other{number}.md", PAGE.replace("Homo sapiens", f"Other{number} x")) for number in range(4)]
    write(tmp_path, *others, ("_organisms/homo_sapiens.md", PAGE), (NAME, record(*organisms)))
    write(tmp_path, ("_organisms/cow.md", _blank_line(PAGE).replace("Homo sapiens", "Bos taurus")))
    write(tmp_path, ("_organisms/pig.md", UNKNOWN_IMAGE.replace("Homo sapiens", "Sus scrofa")))
    code = (
        "import sys; from pfocr_lint.cli import main as cli; from pfocr_lint.workspace import cross_record as survey;"
        "read = []; of = survey._latin_of; survey._latin_of = lambda *given: read.append(given) or of(*given);"
        "status = cli.main(sys.argv[1:], cli.Streams(sys.stdin, sys.stdout, sys.stderr));"
        "print(status, len(read), *{name.partition('.')[0] for name in sys.modules})"
    )
    result = subprocess.run([sys.executable, "-c", code, NAME], cwd=tmp_path, capture_output=True, text=True, check=True)
    status, number, *modules = result.stdout.splitlines()[-1].split()
    assert status == "0", result
    assert int(number) <= pages
    assert not {"yaml", "ruamel", "jsonschema", "difflib"} & set(modules)
