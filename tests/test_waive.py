"""``pfocr-lint waive``: where its comments stand, what it proves before it writes, and what it refuses."""

from __future__ import annotations

import os
import re

import pytest
from conftest import SEED, TODAY, clean_text, real_records
from hypothesis import given
from hypothesis import strategies as st

from pfocr_lint.cli import commands
from pfocr_lint.handbook import examples
from pfocr_lint.linter import record_check, waiver_writing
from pfocr_lint.record.parser import read
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.rules.waiver_comments import comment_of, waivers
from pfocr_lint.settings.model import DEFAULT, Selection, Settings

PATH = f"_figures/{SEED}.md"
YEAR = "year: '2021'"  # PF210: reftext has 2022
COMMENT = "# pfocr-lint: ignore[{}] checked in the paper"


def with_year(text: str | None = None) -> str:
    return (clean_text() if text is None else text).replace("year: '2022'", YEAR)


def waived(text: str, code: str, settings: Settings = DEFAULT, path: str = PATH) -> waiver_writing.Written:
    checked = record_check.check_record(read(path, text.encode()), settings)
    assert any(hit.rule.code == code for hit in checked.hits)
    return waiver_writing.write_waivers(checked, code, COMMENT.format(code), settings)


# The code, a part of the clean record, what stands there instead, and the lines that begin with the comment and end below it.
PLACES = [
    pytest.param("PF210", "year: '2022'", YEAR, f"# PF210\n{YEAR}\n", id="a text on one line"),
    pytest.param("PF210", "year: '2022'", "year:\n  '2021'", "# PF210\nyear:\n  '2021'\n", id="the value on the next line"),
    pytest.param("PF210", "year: '2022'", "year: >-\n  2021", "# PF210\nyear: >-\n  2021\n", id="a folded block"),
    pytest.param("PF210", "year: '2022'", "year: |-\n  2021", "# PF210\nyear: |-\n  2021\n", id="a literal block"),
    pytest.param("PF210", "year: '2022'", f"\n\n{YEAR}", f"\n\n# PF210\n{YEAR}\n", id="behind blank lines"),
    pytest.param(
        "PF210", "year: '2022'", f"# printed later\n{YEAR}", f"# printed later\n# PF210\n{YEAR}\n", id="behind a comment"
    ),
    pytest.param(
        "PF210",
        "year: '2022'",
        f"# pfocr-lint: ignore[PF402] a note\n{YEAR}",
        f"# pfocr-lint: ignore[PF402] a note\n# PF210\n{YEAR}\n",
        id="behind another waiver",
    ),
    pytest.param("PF213", "- Mus musculus\n", "- mouse\n", "# PF213\n- mouse\n", id="an item of a list"),
    pytest.param(
        "PF213",
        "organisms:\n- Homo sapiens\n- Mus musculus\n",
        "organisms: [Homo sapiens,\n  mouse]\n",
        "# PF213\norganisms: [Homo sapiens,\n",
        id="an item in brackets on a later line",
    ),
    pytest.param(
        "PF213",
        "organisms:\n- Homo sapiens\n- Mus musculus\n",
        "organisms: [human, mouse]\n",
        "# PF213\norganisms: [human,",
        id="two items in brackets",
    ),
    pytest.param("PF306", "  - AKT1\n", "  - 'AKT1 '\n", "  # PF306\n  - 'AKT1 '\n", id="an item deeper in the record"),
    pytest.param("PF101", "seo: CreativeWork\n", "", "---\n# PF101\nfigid:", id="a missing key"),
]


@pytest.mark.parametrize(("code", "old", "new", "wanted"), PLACES)
def test_the_comment_stands_above_the_entry(code, old, new, wanted):
    text = clean_text().replace(old, new, 1)
    assert text != clean_text()
    done = waived(text, code)
    assert done.problem is None
    comment = COMMENT.format(code)
    assert wanted.replace(f"# {code}", comment) in done.text
    assert re.sub(rf" *{re.escape(comment)}\n", "", done.text) == text
    after = record_check.check_record(read(PATH, done.text.encode()))
    assert code in after.waived
    assert not {hit.rule.code for hit in after.hits} & {code, "PF901", "PF902"}


def test_a_comment_for_the_whole_file_stands_above_the_first_key_also_behind_others():
    text = clean_text().replace("seo: CreativeWork\n", "").replace("---\nfigid:", "---\n# a note\n\nfigid:")
    done = waived(text, "PF101")
    assert (done.problem, done.comments) == (None, ((4, 1),))


def test_the_findings_of_one_entry_share_a_comment():
    text = clean_text().replace("organisms:\n- Homo sapiens\n- Mus musculus\n", "organisms: [human, mouse]\n")
    done = waived(text, "PF213")
    assert [number for _, number in done.comments] == [2]


def test_each_item_of_a_list_has_its_comment():
    text = clean_text().replace("- Homo sapiens\n- Mus musculus\n", "- human\n- mouse\n")
    first = text[: text.index("- human")].count("\n") + 1
    assert waived(text, "PF213").comments == ((first, 1), (first + 2, 1))


def test_a_comment_above_brackets_waives_what_is_in_them_and_one_in_them_still_its_own_line():
    item = "organisms: [Homo sapiens,\n  mouse]\n"
    text = clean_text().replace("organisms:\n- Homo sapiens\n- Mus musculus\n", item)
    for comment in (f"# pfocr-lint: ignore[PF213] why\n{item}", item.replace("  m", "  # pfocr-lint: ignore[PF213] why\n  m")):
        assert record_check.check_record(read(PATH, text.replace(item, comment).encode())).waived == ("PF213",)
    other = item.replace("Homo sapiens,", "Homo sapiens, # pfocr-lint: ignore[PF213] why")
    assert record_check.check_record(read(PATH, text.replace(item, other).encode())).waived == ()


def test_lines_keep_their_ends():
    text = with_year().replace("\n", "\r\n")
    assert f"\r\n{COMMENT.format('PF210')}\r\n{YEAR}\r\n" in waived(text, "PF210").text


def test_the_whole_text_is_the_place_of_the_formatter():
    """It reports a record with comments; the comment stands above the entry, though the text differs inside a scalar."""
    settings = Settings(selections=(Selection(extend_select=("PF501",)),))
    text = clean_text()
    caption = re.search(r"^caption: (.*\n)(  .*\n)+", text, re.MULTILINE)
    assert caption is not None
    done = waived(text.replace(caption[0], caption[0].replace("\n  ", "\n   ")), "PF501", settings)
    assert done.problem is None
    assert f"{COMMENT.format('PF501')}\ncaption:" in done.text


def test_what_cannot_be_proved_is_left():
    """A line break other than LF hides where lines begin; a mention table has no comments."""
    assert "PF009" in (waived(with_year().replace("figtype: Figure\n", "figtype: Figure\r"), "PF210").problem or "")
    example = next(bad for rule in RULES if rule.code == "PF410" for bad in rule.bad)
    found, comparison = examples.check_example(example, DEFAULT)
    checked = comparison.checked.get(examples.path_of(example)) or record_check.check_record(
        read(examples.path_of(example), examples.text_of(example).encode())
    )
    assert found
    assert "holds no comments" in (waiver_writing.write_waivers(checked, "PF410", "#", DEFAULT).problem or "")


COMMENT_210 = COMMENT.format("PF210")
LINE = with_year().split("\n").index(YEAR)  # from 0

WRONG = [
    pytest.param(with_year(), (LINE + 1,), "something else than comments would be added", id="no comment"),
    pytest.param(
        with_year().replace(YEAR, f"{COMMENT_210}\nyear: '2020'"),
        (LINE + 1,),
        "something else than comments would be added",
        id="another value",
    ),
    pytest.param(
        with_year().replace("---\n", f"---\n{COMMENT_210}\n", 1),
        (2,),
        "PF210 would still be reported with the comment above its finding",
        id="the wrong place",
    ),
    pytest.param(
        with_year("---\n" + clean_text().removeprefix("---\n").replace("caption: ", "caption: |-\n  ", 1)).replace(
            "caption: |-\n", f"caption: |-\n  {COMMENT_210}\n"
        ),
        (next(n for n, line in enumerate(clean_text().split("\n"), 2) if line.startswith("caption: ")),),
        "with the comment above its finding it would have other values",
        id="inside a text",
    ),
]


@pytest.mark.parametrize(("text", "lines", "problem"), WRONG)
def test_the_proof_does_not_trust_the_place(text, lines, problem):
    old = "".join(line for number, line in enumerate(text.splitlines(keepends=True), 1) if number not in lines)
    checked = record_check.check_record(read(PATH, (old if problem.startswith(("with", "PF210")) else with_year()).encode()))
    written = waiver_writing.Written(text, tuple((line, 1) for line in lines))
    assert waiver_writing._problem(checked, "PF210", COMMENT_210, written, DEFAULT) == problem


def test_an_unknown_rule_in_the_comment_is_refused():
    checked = record_check.check_record(read(PATH, with_year().encode()))
    done = waiver_writing.write_waivers(checked, "PF210", "# pfocr-lint: ignore[PF210, PF2100] why", DEFAULT)
    assert done.problem == "with the comment, PF902 would be reported"


EXAMPLES = [
    pytest.param(rule, bad, id=f"{rule.code}-{number}")
    for rule in RULES
    for number, bad in enumerate(rule.bad)
    if rule.waivable and bad.table is None
]


@pytest.mark.parametrize(("rule", "bad"), EXAMPLES)
def test_every_example_of_a_rule_can_be_waived(rule, bad):
    """Of a single record or of the comparison of several: only comments are added, values stay, the finding is gone."""
    settings = Settings(selections=(Selection(extend_select=(rule.code,)),))
    path, text = examples.path_of(bad), examples.text_of(bad)
    if not rule.only_compares:
        checked = record_check.check_record(read(path, text.encode(), bad.kind), settings)
    else:
        checked = examples.check_example(bad, settings)[1].checked[path]
    comment = COMMENT.format(rule.code)
    done = waiver_writing.write_waivers(checked, rule.code, comment, settings)
    assert done.problem is None
    lines = done.text.split("\n")
    assert done.comments
    assert all(lines[line - 1].strip() == comment for line, _ in done.comments)
    assert "\n".join(line for number, line in enumerate(lines, 1) if number not in dict(done.comments)) == text


@pytest.mark.parametrize("name", [name for name in real_records() if not name.endswith(".tsv")])
def test_every_finding_of_a_real_record_can_be_waived(name):
    data = real_records()[name].read_bytes()
    for code in sorted({hit.rule.code for hit in record_check.check_record(read(name, data)).hits if hit.rule.waivable}):
        checked = record_check.check_record(read(name, data))
        if not any(hit.rule.code == code for hit in checked.hits):
            continue  # a waiver of another rule ended it
        done = waiver_writing.write_waivers(checked, code, COMMENT.format(code), DEFAULT)
        assert done.problem is None
        data = done.text.encode()
    left = record_check.check_record(read(name, data))
    assert [hit.rule.code for hit in left.hits if hit.rule.waivable or hit.rule.code.startswith("PF9")] == []


SHAPES = [  # other ways to write parts of the clean record, most of them with a finding
    ("year: '2022'\n", "year: '2021'\n"),
    ("year: '2022'\n", "year: >-\n  2021\n"),
    ("year: '2022'\n", "? year\n: '2021'\n"),
    ("year: '2022'\n", "year: !!str 2021 # a note\n"),
    ("organisms:\n- Homo sapiens\n- Mus musculus\n", "organisms: [human,\n  mouse, # a note\n  'Homo sapiens']\n"),
    ("organisms:\n- Homo sapiens\n- Mus musculus\n", "organisms:\n  # a note\n  - human\n  -\n    mouse\n"),
    ("seo: CreativeWork\n", ""),
    ("seo: CreativeWork\n", "'seo' : &seo Creative\n"),
    ("  - PTEN\n", "  - 'PTEN '\n  - >-\n    a  b\n  - |+\n    c  d\n\n  - \"e  f\\\n    g\"\n"),
    ("---\nfigid:", "---\n# a note\n\n# another\nfigid:"),
    ("---\nfigid:", "--- # a note\nfigid:"),
    ("journal_title: ", "foo: {a: 1,\n  b: [2, 3]}\njournal_title: "),
    ("journal_title: ", "# pfocr-lint: ignore[PF402] a note\njournal_title: ' "),
    ("pmcid: ", "pmcid:   "),
    ("\n", "\r\n"),
    ("\n---\n", "\n...\n---\n"),
]


@given(st.lists(st.sampled_from(SHAPES), max_size=5, unique=True))
def test_however_a_record_is_written_only_comments_are_added(changes):
    text = clean_text()
    for old, new in changes:
        text = text.replace(old, new) if old == "\n" else text.replace(old, new, 1)
    checked = record_check.check_record(read(PATH, text.encode()))
    for code in {hit.rule.code for hit in checked.hits if hit.rule.waivable}:
        done = waiver_writing.write_waivers(checked, code, COMMENT.format(code), DEFAULT)
        if checked.record.data is None:
            assert (done.text, done.problem) == (text, "YAML cannot read it; correct that first (PF005)")
            continue
        assert done.problem is None
        after = read(PATH, done.text.encode())
        assert after.data == checked.record.data
        assert re.sub(rf" *{re.escape(COMMENT.format(code))}\r?\n", "", done.text) == text
        assert sum(number for _, number in done.comments) == record_check.check_record(after).waived.count(code)


# --- the comment


@given(st.text(max_size=30), st.one_of(st.none(), st.text(max_size=12)))
def test_a_comment_reads_as_it_was_meant_or_is_refused(reason, owner):
    try:
        comment = comment_of("PF210", reason, "2027-06-30", owner)
    except ValueError:
        return
    (waiver,) = waivers(read(PATH, with_year().replace(YEAR, f"{comment}\n{YEAR}").encode()))
    assert ([name for name, _ in waiver.names], waiver.until, waiver.wrong, waiver.doubled) == (
        ["PF210"],
        "2027-06-30",
        "",
        False,
    )
    assert waiver.owner == (None if owner is None else owner.strip())
    assert waiver.reason
    assert reason.strip().endswith(waiver.reason)


REFUSED = [
    (["PF305"], "waive: PF305 cannot be waived in a record; correct what it reports"),
    (["PF003"], "waive: PF003 cannot be waived in a record; correct what it reports"),
    (["PF901"], "waive: PF901 cannot be waived in a record; correct what it reports"),
    (["PF903"], "waive: PF903 cannot be waived in a record; correct what it reports"),
    (["script-breakout"], "waive: PF305 cannot be waived in a record; correct what it reports"),
    (["PF0"], "waive: 'PF0' means several rules; name one by its full code"),
    (["PF2"], "waive: 'PF2' means several rules; name one by its full code"),
    (["PF2100"], "waive: there is no rule 'PF2100'; did you mean 'PF210'?"),
    ([""], "waive: a rule's code is empty"),
    (["PF210", "--reason", "one\ntwo"], "waive: the reason holds a line break or another character that is not visible"),
    (["PF210", "--reason", "a\x07b"], "waive: the reason holds a line break or another character that is not visible"),
    (["PF210", "--reason", "a\u2028b"], "waive: the reason holds a line break or another character that is not visible"),
    (["PF210", "--reason", "a\u202eb"], "waive: the reason holds a line break or another character that is not visible"),
    (["PF210", "--reason", " "], "waive: the reason is empty"),
    (["PF210", "--reason", "- : ."], "waive: the reason is empty"),
    (["PF210", "--reason", "see # pfocr-lint: ignore[PF301]"], "holds another waiver"),
    (["PF210", "--owner", "ana; until=2099-01-01"], "waive: the owner 'ana; until=2099-01-01' holds ';' or ']'"),
    (["PF210", "--owner", "ana]"], "waive: the owner 'ana]' holds ';' or ']'"),
    (["PF210", "--owner", ""], "waive: owner has no name behind it"),
    (["PF210", "--owner", "a\tb"], "waive: the owner holds a line break"),
    (["PF210", "--until", "June"], "waive: until is 'June', which is no date; write it as in until=2027-06-30"),
    (["PF210", "--until", "2027-02-29"], "waive: until is '2027-02-29', which is no date"),
    (["PF210", "--until", "2025-12-31"], f"waive: --until 2025-12-31 has passed; today is {TODAY}"),
    (["PF210", "--today", "soon"], "--today: 'soon' is no date"),
    (["PF210", "--jobs", "0"], "--jobs: '0' is not a number of processes"),
    (["PF210", "--fix"], "unknown option --fix"),
    (["PF210", "--isolated", "--config", "x.toml"], "--config and --isolated cannot be combined"),
    (["PF210", "gone.md"], "gone.md: there is no such file"),
    (["PF501"], "PF501 is off in the settings for these records, so there is nothing to waive"),
    (["PF402"], "PF402 compares records, so it needs the folder of the repository as PATH"),
]


@pytest.mark.parametrize(("argv", "message"), REFUSED)
def test_what_is_wrong_is_refused_in_one_sentence(repository, run, argv, message):
    (repository / PATH).write_text(with_year(), encoding="utf-8")
    reason = [] if "--reason" in argv else ["--reason", "checked"]
    result = run("waive", argv[0], PATH, *argv[1:], *reason)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("pfocr-lint: ")
    assert message in result.err
    assert result.err.count("\n") == 1
    assert (repository / PATH).read_text(encoding="utf-8") == with_year()


@pytest.mark.parametrize("argv", [["PF210", PATH], ["PF210", "--reason", "x"], ["--reason", "x"], []])
def test_what_is_missing_is_named(repository, run, argv):
    result = run("waive", *argv)
    assert (result.status, result.out) == (2, "")
    assert "required" in result.err


# --- the command


def test_a_finding_is_waived_once(repository, run):
    (repository / PATH).write_text(with_year(), encoding="utf-8")
    first = run("waive", "PF210", PATH, "--reason", "printed later", "--owner", "ana", "--until", "2027-06-30")
    line = with_year().split("\n").index(YEAR) + 1
    assert (first.status, first.err) == (0, "")
    assert first.out == f"{PATH}:{line}: PF210 waived\n1 finding of PF210 waived in 1 of 1 record.\n"
    text = (repository / PATH).read_text(encoding="utf-8")
    assert text == with_year().replace(YEAR, f"# pfocr-lint: ignore[PF210; until=2027-06-30; owner=ana] printed later\n{YEAR}")
    assert run(PATH).status == 0
    second = run("waive", "PF210", PATH, "--reason", "printed later")
    assert (second.status, second.err) == (1, "")
    assert second.out == "Nothing to waive: no finding of PF210 in 1 record. 1 finding was waived before.\n"
    assert (repository / PATH).read_text(encoding="utf-8") == text
    assert run("waive", "PF210", PATH, "--reason", "x", "-q").out == ""
    again = run("waive", "PF210", PATH, "--reason", "still so", "--today", "2027-07-01")
    assert (again.status, (repository / PATH).read_text(encoding="utf-8").count("ignore[PF210")) == (0, 2)
    late = run(PATH, "--today", "2027-07-01", "--output-format", "concise").out
    assert "PF210" not in late.replace("the waiver of PF210", "")


def test_all_findings_of_a_rule_in_folders_are_waived(repository, run):
    for number in range(3):
        pmcid = f"PMC{10_000_000 + number}"
        text = (clean_text() if number == 1 else with_year()).replace("PMC9405586", pmcid)
        (repository / "_figures" / f"{SEED.replace('PMC9405586', pmcid)}.md").write_text(text, encoding="utf-8")
    (repository / "_figures" / "broken.md").write_text("---\nfigid: [\n---\n", encoding="utf-8")
    result = run("waive", "year-differs-from-reference", ".", "--reason", "printed later")
    assert result.status == 1
    assert result.err.startswith("pfocr-lint: _figures/broken.md is left as it is: it cannot be read as one record; correct that")
    assert result.out.endswith("2 findings of PF210 waived in 2 of 8 records.\n")
    assert run("_figures", "--select", "PF210,PF9").status == 0


def test_what_lies_between_records_is_waived_where_it_is_reported(repository, run):
    (repository / PATH).write_text(with_year(), encoding="utf-8")
    twin = with_year().replace("PMC9405586__biomedicines-10-01841-g001", "PMC9405586__aa-g001")
    twin = twin.replace("biomedicines-10-01841-g001", "aa-g001")
    (repository / "_figures" / "PMC9405586__aa-g001.md").write_text(twin, encoding="utf-8")
    assert "PF402" in run(".", "--output-format", "concise").out
    before = {path: path.read_text(encoding="utf-8") for path in (repository / "_figures").iterdir()}
    assert run("waive", "PF402", ".", "--reason", "to be renumbered").status == 0
    assert "PF402" not in run(".", "--output-format", "concise").out
    changed = [path for path, text in before.items() if path.read_text(encoding="utf-8") != text]
    assert [path.name for path in changed] == [f"{SEED}.md"]
    assert run("waive", "PF402", ".", "--reason", "to be renumbered").status == 1


def test_an_organism_without_a_page_is_waived_for_a_named_file(repository, run):
    (repository / "_organisms" / "mus_musculus.md").unlink()
    result = run("waive", "PF404", PATH, "--reason", "its page follows")
    assert result.status == 0
    assert "# pfocr-lint: ignore[PF404] its page follows\n- Mus musculus\n" in (repository / PATH).read_text(encoding="utf-8")
    assert run(PATH).status == 0


def test_a_file_that_changes_meanwhile_is_left(repository, run, monkeypatch):
    from pfocr_lint.workspace import waive

    (repository / PATH).write_text(with_year(), encoding="utf-8")
    written = waive.write_waivers

    def slow(*given):
        done = written(*given)
        (repository / PATH).write_text("saved\n", encoding="utf-8")
        return done

    monkeypatch.setattr(waive, "write_waivers", slow)
    result = run("waive", "PF210", PATH, "--reason", "why")
    assert (result.status, (repository / PATH).read_text(encoding="utf-8")) == (1, "saved\n")
    assert "another program changed it" in result.err
    assert result.out == "No finding of PF210 was waived in 1 record.\n"


def test_a_fault_leaves_the_record_and_names_it(repository, run, monkeypatch):
    from pfocr_lint.workspace import waive

    def fail(*_):
        raise RuntimeError("broken")

    (repository / PATH).write_text(with_year(), encoding="utf-8")
    monkeypatch.setattr(waive, "write_waivers", fail)
    result = run("waive", "PF210", PATH, "--reason", "why")
    assert result.status == 3
    assert result.err == f"pfocr-lint: {PATH}: it could not be waived: RuntimeError: broken\n"
    assert (repository / PATH).read_text(encoding="utf-8") == with_year()


@pytest.mark.needs("permissions")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read and write everything")
def test_a_file_that_may_not_be_written_is_left(repository, run):
    (repository / PATH).write_text(with_year(), encoding="utf-8")
    (repository / PATH).chmod(0o444)
    assert run("waive", "PF210", PATH, "--reason", "why").status == 1


# --- commands beside the main job


def test_a_command_is_the_first_argument_and_a_folder_of_that_name_is_a_path(repository, run):
    (repository / "waive" / "_figures").mkdir(parents=True)
    (repository / "waive" / PATH).write_text(with_year(), encoding="utf-8")
    assert run("./waive", "--output-format", "concise").out.count("PF210") == 1
    assert run("-q", "waive", "--output-format", "concise").out.count("PF210") == 1
    assert "arguments are required" in run("waive").err
    assert "there is no such file\n --> waiver:1:1\n" in run("waiver").out
    assert run("waive", "PF210", "waive", "--reason", "why").status == 0


@pytest.mark.parametrize("name", sorted(commands.COMMANDS))
def test_each_command_has_its_help(run, capsys, name):
    assert run(name, "--help").status == 0
    assert capsys.readouterr().out.startswith(f"usage: pfocr-lint {name} ")
    assert run("--help").status == 0
    assert name in capsys.readouterr().out
