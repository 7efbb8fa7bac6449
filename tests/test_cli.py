"""The command line: flags, outputs, exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SEED, clean_text, real_records
from jsonschema import Draft202012Validator

from pfocr_lint import __version__
from pfocr_lint.cli import arguments
from pfocr_lint.report import FORMATS
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.schema.kinds import Kind

FIGURE = f"_figures/{SEED}.md"
SAMPLES = ROOT / "samples"


@pytest.fixture
def dirty(repository):
    """One defect with a safe fix (PF105), one with an unsafe fix (PF210, once it is quoted), and a warning (PF315)."""
    path = repository / FIGURE
    text = clean_text().replace("year: '2022'", "year: 2021").replace("10(8):1841", "10(NA)")
    path.write_text(text, encoding="utf-8")
    return path


def test_clean_records_give_nothing(repository, run):
    assert run() == (0, "No diagnostics in 4 records.\n", "")
    assert run("_figures", "--quiet") == (0, "", "")


def test_the_samples_of_the_readme(run):
    result = run(SAMPLES, "--output-format", "concise")
    assert result.status == 1
    assert result.out.endswith("[*] 14 fixable with --fix.\n[?] 2 fixable with --fix --unsafe-fixes.\n")


def test_fix_makes_the_safe_fixes_and_reports_the_others(dirty, run):
    result = run("--fix", "--output-format", "concise")
    assert result.status == 1
    assert "2 warnings" not in result.out
    assert [line.split(": ")[1] for line in result.out.splitlines()[:2]] == [
        "PF315 reftext holds '(NA)'",
        "PF210 [?] year is '2021', reftext says '2022'",
    ]
    assert "year: '2021'" in dirty.read_text()
    assert run("--fix", "--unsafe-fixes", "-q", "--ignore", "PF315") == (0, "", "")
    assert dirty.read_text() == clean_text().replace("10(8):1841", "10(NA)")


def test_fix_leaves_clean_files_untouched(repository, run):
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in repository.rglob("*.*")}
    assert run("--fix", "--unsafe-fixes").status == 0
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in repository.rglob("*.*")} == before


def test_diff_writes_nothing_and_applies(dirty, run):
    before = dirty.read_bytes()
    result = run("--diff")
    assert result.status == 1
    assert dirty.read_bytes() == before
    assert result.out.startswith(f"--- a/{FIGURE}\n+++ b/{FIGURE}\n@@ ")
    assert "\n-year: 2021\n+year: '2021'\n" in result.out
    subprocess.run(["patch", "-p1", "-s"], input=result.out, text=True, cwd=dirty.parent.parent, check=True)
    assert "year: '2021'" in dirty.read_text()
    assert result.err == "pfocr-lint: 1 would be fixed, 2 would remain\n"


def test_diff_of_a_missing_final_line_break_applies(repository, run):
    path = repository / FIGURE
    path.write_text(clean_text()[:-1], encoding="utf-8")
    result = run("--diff")
    assert result.out.endswith("----\n\\ No newline at end of file\n+---\n")
    subprocess.run(["patch", "-p1", "-s"], input=result.out, text=True, cwd=repository, check=True)
    assert path.read_text() == clean_text()


STATUS = [
    (["--exit-zero"], 0),
    (["--fail-on", "error"], 1),
    (["--fail-on", "error", "--ignore", "PF105"], 0),
    (["--ignore", "PF1,PF210,incomplete-reference"], 0),
    (["--select", "PF2"], 0),
    (["--select", "PF315"], 1),
    (["--fix", "--unsafe-fixes", "--ignore", "PF315"], 0),
    (["--fix", "--unsafe-fixes", "--ignore", "PF315", "--exit-non-zero-on-fix"], 1),
    (["--fix", "--unsafe-fixes", "--ignore", "PF315", "--exit-non-zero-on-fix", "--exit-zero"], 0),
]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("flags", "status"), STATUS, ids=[" ".join(flags) for flags, _ in STATUS])
def test_the_exit_status_is_the_same_in_every_format(dirty, run, flags, status, form):
    assert run(*flags, "--output-format", form).status == status


WRONG = [
    (["--selct", "PF1"], "unknown option --selct; did you mean --select?"),
    (["--select", "PF777"], "--select: there is no rule 'PF777'"),
    (["--select", "pf2"], "--select: there is no rule 'pf2'; did you mean 'PF2'?"),
    (["--ignore", "title-lenght"], "--ignore: there is no rule 'title-lenght'; did you mean 'title-length'?"),
    (["--output-format", "jsn"], "--output-format: unknown format 'jsn'; did you mean 'json'?"),
    (["--output-format", "json:"], "--output-format: 'json:' has no file name after the colon"),
    (["--output-format", "json:x", "--output-format", "sarif:x"], "--output-format: the file 'x' is given for two formats"),
    (
        ["--output-format", "json:no/such/folder/x"],
        "--output-format: 'no/such/folder/x' cannot be written: No such file or directory",
    ),
    (["--jobs", "many"], "--jobs: 'many' is not a number of processes; give 1 or more"),
    (["--jobs", "0"], "--jobs: '0' is not a number of processes; give 1 or more"),
    (["--fail-on", "never"], "argument --fail-on: invalid choice: 'never' (choose from"),
    (["--explain", "PF2"], "--explain: 'PF2' matches several rules; give the full code of one rule"),
    (["--explain", "nope"], "--explain: there is no rule 'nope'"),
    (["--fix", "--diff"], "--fix and --diff cannot be combined: --fix writes files, --diff writes none"),
    (["--unsafe-fixes"], "--unsafe-fixes needs --fix or --diff"),
    (
        ["--show-settings", "--explain", "PF206"],
        "--explain and --show-settings cannot be combined: each prints a list instead of a run",
    ),
    (["--config", "pyproject.toml"], "pyproject.toml: has no table [tool.pfocr-lint]"),
    (["--config", "none.toml"], "none.toml: cannot be read: No such file or directory"),
    (["-", "_figures"], "'-' (one record from standard input) cannot be combined with other paths"),
    (["--diff", "--output-format", "json"], "--diff prints to standard output; give each --output-format a file"),
    (["--statistics", "--output-format", "sarif"], "--statistics has no output in the format 'sarif'; use full, concise"),
    (["@none.txt"], "@none.txt cannot be read: No such file or directory"),
    (["empty"], "no record found in empty; records are in _data, _figures, _organisms, figures"),
    (["_figures", "empty"], "no record found in empty; records are in _data, _figures, _organisms, figures"),
]


@pytest.mark.parametrize(("flags", "message"), WRONG, ids=[" ".join(flags) for flags, _ in WRONG])
def test_wrong_usage_gives_one_line(repository, run, flags, message):
    (repository / "empty").mkdir()
    (repository / "pyproject.toml").write_text("[project]\n")
    result = run(*flags)
    assert result.status == 2
    assert result.err.startswith(f"pfocr-lint: {message}")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    "argv",
    [
        [FIGURE, "--select", "PF105", "_organisms"],
        ["--select", "PF105", FIGURE, "_organisms"],
        [FIGURE, "-q", "--select=PF105", "--", "_organisms"],
    ],
)
def test_options_may_be_between_paths(dirty, run, argv):
    result = run("--output-format", "json:found", *argv)
    assert (result.status, result.err) == (1, "")
    assert json.loads(Path("found").read_text())["summary"]["files"] == 3


@pytest.mark.parametrize("lead", ["./", ".//", "././", ".///./"])
def test_a_path_below_the_current_folder_is_that_however_it_is_written(dirty, run, lead):
    for path in (FIGURE, "_figures"):
        result = run(f"{lead}{path}", "--output-format", "concise")
        assert result.status == 1
        assert result.out.startswith(f"{FIGURE}:")
    assert run(lead, "--show-files").out == run("--show-files").out


def test_a_report_in_a_file_is_the_same_whatever_the_terminal_is(dirty, run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    run("--output-format", "full:narrow")
    monkeypatch.setenv("COLUMNS", "200")
    run("--output-format", "full:wide", "--color", "auto")
    run("--output-format", "full:colored", "--color", "always")
    assert Path("narrow").read_text() == Path("wide").read_text()
    assert "\x1b" in Path("colored").read_text()


def test_a_deleted_current_folder_is_reported(repository, run):
    (repository / "gone").mkdir()
    os.chdir("gone")
    (repository / "gone").rmdir()
    assert run(str(repository)) == (2, "", "pfocr-lint: the current folder does not exist any more\n")
    os.chdir(repository)


def test_a_missing_path_fails(repository, run):
    result = run("nowhere.md", FIGURE, "--output-format", "concise")
    assert result.status == 1
    assert result.out.startswith("nowhere.md:1:1: PF001 there is no such file\n")
    assert run("nowhere").status == 2


def test_a_file_that_is_not_a_record_is_named_and_the_others_are_checked(dirty, run):
    (dirty.parent.parent / "README.md").write_text("# Hello\n")
    result = run("README.md", FIGURE, "--output-format", "concise")
    assert result.status == 2
    assert result.err.startswith("pfocr-lint: README.md is not a record: ")
    assert "PF105" in result.out


def output(result):
    loaded = json.loads(result.out)
    schema = json.loads((ROOT / "schemas" / "output.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(loaded)
    return loaded


def test_json_is_as_promised(dirty, run):
    loaded = output(run("--output-format", "json"))
    assert loaded["tool"] == f"pfocr-lint {__version__}"
    summary = loaded["summary"]
    del summary["seconds"]
    assert summary == {"files": 4, "errors": 1, "warnings": 1, "fixable": 1, "fixed": 0, "waived": 0}
    reference, year = loaded["diagnostics"]
    assert (year["code"], year["name"], year["severity"], year["key"]) == ("PF105", "unquoted-scalar", "error", "/year")
    text = dirty.read_text()
    line = text.split("\n").index("year: 2021") + 1
    assert (year["path"], year["line"], year["column"], year["end_line"], year["end_column"]) == (FIGURE, line, 7, line, 11)
    (edit,) = year["fix"]["edits"]
    assert text[edit["start"] : edit["end"]] == "2021"
    assert edit["text"] == "'2021'"
    assert reference["fix"] is None


@pytest.mark.parametrize("flags", [[], ["--fix", "--unsafe-fixes"], ["--jobs", "2"]])
def test_json_of_the_real_records_fits_its_schema(tmp_path, run, flags):
    for name, path in real_records().items():
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    loaded = output(run(*flags, "--output-format", "json"))
    assert loaded["summary"]["files"] == 49
    order = [(d["path"], d["line"], d["column"], d["code"]) for d in loaded["diagnostics"]]
    assert order == sorted(order)
    assert len({d["fingerprint"] for d in loaded["diagnostics"]}) == len(order)


def test_several_formats_each_to_its_file(dirty, run):
    alone = {form: run("--output-format", form).out for form in FORMATS if form not in TIMED}
    result = run(*(word for form in FORMATS for word in ("--output-format", f"{form}:{form}.out")), "--output-format", "concise")
    assert result == (1, alone["concise"], "")
    folder = dirty.parent.parent
    assert {form: (folder / f"{form}.out").read_text(encoding="utf-8") for form in alone} == alone
    lines = [json.loads(line) for line in alone["jsonl"].splitlines()]
    assert lines == json.loads((folder / "json.out").read_text())["diagnostics"]
    assert (folder / "junit.out").read_text().count("<failure ") == len(lines)


TIMED = ("json", "junit")  # they contain the duration of the run


def test_help_names_every_format():
    assert list(FORMATS) == ["full", "concise", "json", "jsonl", "github", "sarif", "rdjson", "junit", "gitlab", "markdown"]
    assert f"{', '.join(FORMATS)} (default: full)" in " ".join(arguments.parser().format_help().split())


def test_fingerprints_outlive_moved_lines_and_new_file_names(dirty, run):
    def prints(path):
        return {d["code"]: d["fingerprint"] for d in output(run(path, "--output-format", "json"))["diagnostics"]}

    before = prints(FIGURE)
    text = dirty.read_text()
    line = next(line for line in text.splitlines() if line.startswith("reftext"))
    moved = text.replace(f"{line}\n", "").replace("ndex:", f"# a comment\n{line}\nndex:")
    (dirty.parent / "other.md").write_text(moved)
    after = prints("_figures/other.md")
    assert {code: after[code] for code in before} == before
    assert set(after) - set(before) == {"PF201"}
    (dirty.parent / "other.md").write_text(moved.replace("year: 2021", "year: 2020"))
    assert prints("_figures/other.md")["PF105"] != before["PF105"]


def test_standard_input_is_one_record(run):
    data = clean_text().replace("year: '2022'", "year: 2022").encode()
    result = run("-", "--output-format", "concise", stdin=data)
    assert (result.status, result.out.split(" ")[0]) == (1, "-:18:7:")
    named = run("-", "--stdin-filename", f"_figures/{SEED}x.md", "--output-format", "concise", stdin=data)
    assert "PF201" in named.out
    fixed = run("-", "--fix", stdin=data)
    assert (fixed.status, fixed.out) == (0, clean_text())
    assert fixed.err == (
        "Fixed 1 finding in 1 record:\n  -\n    PF105 year: 2022 put in quotes\n\n1 fixed. No diagnostics in 1 record.\n"
    )
    assert run("-", "--diff", stdin=data).out.startswith("--- a/-\n+++ b/-\n")
    assert run("-", stdin=b"hello").status == 2


def test_named_files_are_reported_in_their_order(dirty, run):
    dirty.write_text(clean_text().replace("figid: PMC9405586", "figid: PMC7405586").replace("seo: C", "seo: X"))
    names = [FIGURE, "figures/PMC10003241__ijms-24-04893-g003.yml"]
    (dirty.parent.parent / names[1]).write_text("---\n---\n")
    lines = run("--output-format", "jsonl", *names).out.splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["PF201", "PF104", "PF005"]


def test_what_the_settings_exclude_is_passed_through_an_editor_unread(repository, run):
    (repository / "pfocr-lint.toml").write_text('exclude = ["_figures/odd*"]\n')
    data = clean_text().replace("year: '2022'", "year: 2022")
    argv = ("-", "--fix", "--stdin-filename", "_figures/odd.md")
    assert "PF201" in run(*argv, "--output-format", "concise", stdin=data.encode()).err
    assert run(*argv, "--force-exclude", stdin=data.encode())[:2] == (0, data)


def test_a_folder_with_only_excluded_records_is_reported(repository, run):
    (repository / "pfocr-lint.toml").write_text('exclude = ["_figures"]\n')
    assert run("_figures").err == "pfocr-lint: all records in _figures are excluded by the settings\n"


def test_statistics_count_rules(dirty, run):
    result = run("--statistics")
    assert result.out.splitlines()[1].split() == ["1", "1", "1", "0", "PF105", "unquoted-scalar"]
    assert [row["code"] for row in json.loads(run("--statistics", "--output-format", "json").out)] == ["PF105", "PF315"]


def test_rules_and_pages_are_printed(run):
    page = run("--explain", "PF206")
    assert page.status == 0
    assert page.out.startswith("## PF206 description-differs-from-caption\n")
    assert run("--explain", "description-differs-from-caption").out == page.out
    assert len(run("--list-rules").out.splitlines()) == len(RULES)
    rows = json.loads(run("--list-rules", "--output-format", "json").out)
    assert [row["code"] for row in rows] == [rule.code for rule in RULES]


def test_files_and_settings_can_be_shown(repository, run):
    (repository / "pfocr-lint.toml").write_text('ignore = ["PF3"]\nexclude = ["_organisms"]\n')
    assert run("--show-files").out == f"{FIGURE}\nfigures/PMC10003241__ijms-24-04893-g003.yml\n"
    shown = run("--show-settings", "--extend-select", "PF108").out
    assert '"PF108"' in shown
    assert '"PF301"' not in shown
    assert f'exclude = ["_organisms"]  # {repository / "pfocr-lint.toml"}\n' in shown
    assert f"# {repository / 'pfocr-lint.toml'}, command line\n" in shown


def test_arguments_come_from_a_file(dirty, run):
    (dirty.parent.parent / "args.txt").write_text(f"--select\nPF315\n\n{FIGURE}\n")
    assert run("@args.txt", "-q", "--output-format", "concise").out.split(": ")[1] == "PF315 reftext holds '(NA)'\n"


def test_jobs_do_not_change_the_output(tmp_path, run):
    (tmp_path / "_figures").mkdir()
    for number in range(40):
        text = clean_text().replace(f"figid: {SEED}", f"figid: {SEED}-{number}").replace("year: '2022'", f"year: {2000 + number}")
        (tmp_path / "_figures" / f"{SEED}-{number}.md").write_text(text, encoding="utf-8")
    outputs = {run("--jobs", jobs, "--output-format", "concise").out for jobs in "123"}
    assert len(outputs) == 1
    assert outputs.pop().count("PF105") == 40


def process(*argv, cwd, **options):
    return subprocess.run([sys.executable, "-m", "pfocr_lint", *argv], cwd=cwd, capture_output=True, check=False, **options)


def test_the_process_itself(repository):
    assert process("--version", cwd=repository).stdout.decode() == f"pfocr-lint {__version__}\n"
    assert process("--help", cwd=repository).returncode == 0
    assert process(cwd=repository).returncode == 0
    assert process("--frob", cwd=repository).returncode == 2


@pytest.mark.needs("sh")
def test_a_closed_pipe_is_no_fault(repository):
    for number in range(300):
        (repository / "_figures" / f"{number}.md").write_text("x")
    command = f"'{sys.executable}' -m pfocr_lint --output-format concise | head -1"
    result = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], cwd=repository, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in result.stderr
    assert result.stdout.count("\n") == 1


@pytest.mark.needs("bytes")
def test_names_of_any_kind_are_shown_without_control_characters(tmp_path):
    folder = os.fsencode(tmp_path / "_figures")
    os.mkdir(folder)
    for name in (b"a b.md", "ä.md".encode(), b"new\nline.md", b"\x1b[31mred.md", b"\xff.md", b"::error::x.md"):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"x")
    for form in FORMATS:
        result = process("--output-format", form, cwd=tmp_path)
        assert result.returncode == 1
        assert result.stderr == b""
        assert b"\x1b" not in result.stdout
        if form == "github":
            assert [line.split(b" ")[0] for line in result.stdout.splitlines()] == [b"::error"] * 6
        if form == "concise":
            assert result.stdout.count(b"PF004") == result.stdout.count(b"\n") - 1 == 6


def test_an_organism_page_given_by_name_from_its_own_folder(repository, run, monkeypatch):
    monkeypatch.chdir(repository / "_organisms")
    (repository / "_organisms" / "homo_sapiens.md").write_text(clean_text(Kind.ORGANISM).replace("latin: Homo sapiens\n", ""))
    result = run("homo_sapiens.md", "--output-format", "concise")
    assert (result.status, result.err) == (1, "")
    assert "PF101 latin is missing" in result.out


def test_any_exception_gets_one_line_and_the_status_of_a_fault(repository, run, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("oh\nno")

    monkeypatch.setattr("pfocr_lint.workspace.many_files.outcomes", broken)
    assert run() == (3, "", "pfocr-lint: internal fault: ZeroDivisionError: oh\n")


def test_an_invalid_file_of_arguments_is_reported(repository, run):
    (repository / "loop.txt").write_text("@loop.txt\n")
    (repository / "latin.txt").write_bytes(b"\xff\n")
    refused = (2, "", "pfocr-lint: a file of arguments (@FILE) is not UTF-8, or includes itself\n")
    assert run("@loop.txt") == refused
    latin = run("@latin.txt")  # newer Python versions accept the byte in a file name
    assert latin == refused or (latin.status, "there is no such file" in latin.out) == (2, True)
