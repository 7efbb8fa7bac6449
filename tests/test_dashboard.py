"""The page of ``report``: its numbers, links, trend and bytes. What a browser makes of it is in test_web.py."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import re
import zlib

import jsonschema
import pytest
from conftest import ROOT, clean_text, real_records
from hypothesis import given
from hypothesis import strategies as st
from test_plan import DEFECTS, PLAN, broken, commit, dirty, git, lines, named, path, write

from pfocr_lint.campaign import plan_file
from pfocr_lint.dashboard import cards, history, links, page, plan_page, words
from pfocr_lint.errors import UsageError
from pfocr_lint.report import visible
from pfocr_lint.workspace import many_files
from pfocr_lint.workspace.source import kind_by_path

__all__ = ["dirty"]
PAGE, DATA = "../page.html", "../data.json"
HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture
def made(tmp_path, run, monkeypatch):
    """A repository in Git with some broken records, and one that is clean."""
    top = tmp_path / "repository"
    (top / "_figures").mkdir(parents=True)
    monkeypatch.chdir(top)
    for number, name in enumerate(("value", "title", "missing", "link")):
        write(number, broken(name, named(number)))
    write(4, named(4).replace("year:", "# pfocr-lint: ignore[PF210; until=2025-06-30; owner=ana] online\nyear:"))
    write(99, named(99))
    git("init", "-q")
    git("config", "user.name", "A Person")
    git("config", "user.email", "person@example.org")
    git("remote", "add", "origin", "https://me:secret@example.org/group/records.git")
    commit("the base")
    return top


def text(file: str = PAGE) -> str:
    with open(file, encoding="utf-8", newline="") as source:
        return source.read()


def payload(source: str) -> dict:
    packed = re.search(r'<script type="text/plain" id="data">([A-Za-z0-9+/=]*)</script>', source)
    assert packed is not None
    return json.loads(zlib.decompress(base64.b64decode(packed[1]), -15))


def report(run, *args: str) -> dict:
    ran = run("report", "-o", PAGE, "--data", DATA, "--no-cache", *args)
    assert (ran.status, ran.err) == (0, ""), ran.err
    return json.loads(text(DATA))


def test_the_numbers_are_those_of_the_run(made, run):
    data = report(run)
    whole = json.loads(run("--output-format", "json", "--exit-zero").out)
    assert (data["errors"], data["warnings"]) == (whole["summary"]["errors"], whole["summary"]["warnings"])
    assert data["fix"]["safe"] == whole["summary"]["fixable"]
    assert data["records"] == 6
    assert data["clean"] == 6 - len({each["path"] for each in whole["diagnostics"]})
    assert {row["code"]: row["findings"] for row in data["rules"]} == {
        code: sum(each["code"] == code for each in whole["diagnostics"])
        for code in {each["code"] for each in whole["diagnostics"]}
    }
    assert {row["name"]: row["records"] for row in data["years"]} == {"2021": 1, "2022": 5}
    assert [(row["rules"], row["owner"], row["until"], row["ended"]) for row in data["waivers"]] == [
        (["PF210"], "ana", "2025-06-30", True)
    ]
    schema = json.loads((ROOT / "schemas" / "report-data.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)


def test_the_list_has_each_finding_at_its_place(made, run):
    report(run)
    found = payload(text())
    record = body = 0
    rows = []
    for record_step, body_step, line in zip(found["record"], found["body"], found["line"], strict=True):
        record, body = record + record_step, body + body_step
        rows.append((found["paths"][record], line, found["bodies"]["code"][body], found["bodies"]["message"][body]))
    whole = json.loads(run("--output-format", "json", "--exit-zero").out)["diagnostics"]
    assert rows == [(each["path"], each["line"], each["code"], each["message"]) for each in whole]
    assert found["base"] == f"https://example.org/group/records/blob/{git('rev-parse', 'HEAD')}/"
    assert "secret" not in text()


def test_same_input_same_bytes(made, run, tmp_path, monkeypatch):
    report(run, "--history", "HEAD")
    first = (text(), text(DATA))
    git("clone", "-q", ".", "../elsewhere")
    git("remote", "set-url", "origin", "git@example.org:group/records.git", folder="../elsewhere")
    monkeypatch.chdir(tmp_path / "elsewhere")
    report(run, "--history", "HEAD", "--jobs", "2")
    assert (text(), text(DATA)) == first


def test_only_the_scripts_and_styles_of_the_package_may_run(made, run):
    write(
        5,
        named(5)
        .replace("journal_title: ", f"journal_title: {HOSTILE.replace(': ', ':')} # ")
        .replace("caption: ", f"caption: {HOSTILE} "),
    )
    write(6, named(6).replace("year:", f"# pfocr-lint: ignore[PF210; owner=ana] {HOSTILE}\nyear:"))
    data = report(run)
    source = text()
    assert any("<script>" in row["name"] for row in data["journals"])
    assert any("<script>" in (row["reason"] or "") for row in data["waivers"])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', source)
    assert policy is not None
    directives = dict(each.strip().split(" ", 1) for each in policy[1].replace("&#39;", "'").split(";"))
    assert directives.pop("default-src") == directives.pop("base-uri") == directives.pop("form-action") == "'none'"
    for name, directive in (("style", "style-src"), ("script", "script-src")):
        (code,) = re.findall(rf"<{name}>(.*?)</{name}>", source, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert directives.pop(directive) == f"'sha256-{digest}'"
    assert not directives
    assert len(re.findall("<script", source)) == 2
    assert "<img" not in source
    tags = re.findall("<[a-z][^>]*>", re.sub(r"<(script|style)>.*?</\1>", "", source, flags=re.DOTALL))
    assert not [tag for tag in tags if re.search(r"\s(on[a-z]+|style)=", tag)]


def test_a_record_that_cannot_be_checked_is_named(made, run, monkeypatch):
    """The page has the others, and the exit status is 3."""
    process = many_files.process_prefiltered

    def failing(source, *args):
        return 1 / 0 if source.path == path(1) else process(source, *args)

    monkeypatch.setattr(many_files, "process_prefiltered", failing)
    ran = run("report", "-o", PAGE, "--data", DATA, "--no-cache")
    assert (ran.status, ran.err) == (3, f"pfocr-lint: {path(1)}: it could not be checked: ZeroDivisionError: division by zero\n")
    data = json.loads(text(DATA))
    assert (data["records"], data["errors"] > 0) == (6, True)
    assert path(1) not in payload(text())["paths"]


def test_broken_records_are_in_the_page(made, run):
    with open("_figures/broken.md", "wb") as file:
        file.write(b"---\nfigid: [\xff\n")
    data = report(run)
    assert data["records"] == 7
    assert "_figures/broken.md" in payload(text())["paths"]


def test_no_finding_and_no_git(tmp_path, run):
    (tmp_path / "_figures").mkdir()
    write(99, named(99))
    ran = run("report", "-o", "page.html", "--data", "data.json")
    assert ran.out == "page.html: 0 findings in 1 record, 1 of them clean.\n"
    data = json.loads(text("data.json"))
    assert (data["commit"], data["date"], data["rules"]) == (None, None, [])
    assert payload(text("page.html"))["base"] is None


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--link-base", "http://example.org/x"], "--link-base: 'http://example.org/x' cannot be used, want https://HOST/PATH"),
        (["--link-base", "https://me:pw@example.org/x"], "cannot be used"),
        (["--link-base", "javascript:alert(1)"], "cannot be used"),
        (["--link-base", "https://[x/"], "cannot be used"),
        (["--link-base", 'https://x/"><script>'], "cannot be used"),
        (["--history", "gone"], "--history: there is no revision 'gone'"),
        (["--history", "HEAD", "--config", "x.toml"], "--history and --config cannot be combined"),
        (["-o", "gone/page.html"], "-o: gone/page.html cannot be written"),
        (["--data", "gone/data.json"], "--data: gone/data.json cannot be written"),
        (["gone"], "gone: there is no such file"),
    ],
    ids=str,
)
def test_wrong_usage_is_one_line(made, run, args, message):
    ran = run("report", "-o", PAGE, *args)
    assert ran.status == 2
    assert message in ran.err
    assert ran.err.count("\n") == 1


def test_without_jinja_it_says_what_to_install(made, run, monkeypatch):
    monkeypatch.setattr(page, "find_spec", lambda name: None if name == "jinja2" else importlib.util.find_spec(name))
    ran = run("report", "-o", PAGE)
    assert (ran.status, ran.err) == (2, "pfocr-lint: report needs Jinja2; install it with: pip install 'pfocr-lint[report]'\n")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/o/r.git", "https://github.com/o/r"),
        ("https://user:password@github.com/o/r", "https://github.com/o/r"),
        ("https://example.org:8443/o/r/", "https://example.org:8443/o/r"),
        ("git@github.com:o/r.git", "https://github.com/o/r"),
        ("ssh://git@github.com:2222/o/r.git", "https://github.com/o/r"),
        ("github.com:o/r", "https://github.com/o/r"),
        ("http://github.com/o/r", None),
        ("git://github.com/o/r", None),
        ("file:///srv/r.git", None),
        ("/srv/r.git", None),
        ("../r", None),
        ("https://github.com/o/../../x", None),
        ("https://github.com/o/r?x=<script>", None),
        ("git@github.com:o/<r>", None),
        ("javascript://x/%0aalert(1)", None),
        ("https://[x/", None),
        ("", None),
    ],
)
def test_the_remote_as_a_page(tmp_path, url, expected):
    git("init", "-q", folder=str(tmp_path))
    git("config", "remote.origin.url", url, folder=str(tmp_path))
    assert links.remote(str(tmp_path)) == expected


def test_link_base(made, run):
    report(run, "--link-base", "https://example.org/tree/main/")
    assert payload(text())["base"] == "https://example.org/tree/main/"
    assert links.given_base("https://example.org/tree") == "https://example.org/tree/"
    with pytest.raises(UsageError):
        links.given_base("https://example.org/?x=")


def odd_texts():
    clean = clean_text()
    for old, new in (
        ("year: '2022'", "year: 2022"),
        ("year: '2022'", "year: ''"),
        ("journal_title: ", "journal_title: Yes # "),
        ("journal_title: ", "journal_title: .na.character # "),
        ("journal_title: ", "journal_title: 'The: Journal' # "),
        ("organisms:\n", "organisms:\n- human\n"),
        ("organisms:\n- Homo sapiens\n", "organisms: Homo sapiens\n"),
        ("---\n", "---\nyear: '1999'\n"),
    ):
        yield clean.replace(old, new, 1)
    yield "---\nfigid: [\n---\n"


def test_cards_are_those_of_the_parsed_record(monkeypatch):
    """What is found by expressions alone is what the parser reads."""
    paths = {name: path.read_bytes() for name, path in real_records().items() if not name.endswith(".tsv")}
    paths |= {f"_figures/odd{number}.md": each.encode() for number, each in enumerate(odd_texts())}
    paths |= {f"_figures/{name}.md": broken(name, clean_text()).encode() for name in DEFECTS}
    quick = {path: cards.card(path, data, kind_by_path(f"/{path}")) for path, data in paths.items()}
    monkeypatch.setattr(cards, "_YEAR", re.compile(b"(?!)"))
    monkeypatch.setattr(cards.fast_parser, "read", lambda _: None)
    slow = {path: cards.card(path, data, kind_by_path(f"/{path}")) for path, data in paths.items()}
    unread = {path for path, each in slow.items() if not (each.year or each.journal or each.organisms)}
    assert {path: each for path, each in quick.items() if path not in unread} == {
        path: each for path, each in slow.items() if path not in unread
    }
    assert sum(bool(each.journal and each.year and each.organisms) for each in quick.values()) > 20


def model(run) -> dict[str, tuple[int, int, int, int]]:
    """The counts of each first-parent commit, by the plain run on a checkout of it."""
    found = {}
    for revision in git("rev-list", "--first-parent", "--reverse", "HEAD").split():
        whole = json.loads(
            run(
                "--revision", revision, "--output-format", "json", "--exit-zero", "--ignore", "PF4", "--today", history.ALWAYS
            ).out
        )
        dirty, summary = {each["path"] for each in whole["diagnostics"]}, whole["summary"]
        found[revision] = (summary["files"], summary["files"] - len(dirty), summary["errors"], summary["warnings"])
    return found


def test_the_trend_counts_each_commit(made, run, monkeypatch, tmp_path):
    base = git("rev-parse", "HEAD")
    write(0, named(0))
    commit("fixed")
    write(98, broken("caption", named(98)))
    git("mv", "_figures/PMC9405501__biomedicines-10-01841-g001.md", "_figures/PMC9405501__moved.md")
    commit("added and moved")
    git("switch", "-q", "-c", "side")
    write(2, named(2))
    commit("on a side")
    git("switch", "-q", "-")
    git("merge", "-q", "--no-ff", "-m", "merged", "side")
    (made / "pfocr-lint.toml").write_text('ignore = ["PF106", "PF4"]\n')
    commit("settings")
    (made / "pfocr-lint.toml").write_text('required-version = ">=0.1"\nignore = ["PF106", "PF4"]\n')
    commit("version")
    (made / "note.txt").write_text("x")
    git("rm", "-q", "_figures/PMC9405599__biomedicines-10-01841-g001.md")
    commit("removed")
    args = ["--history", base, "--ignore", "PF4", "--cache-dir", str(tmp_path / "cache")]
    ran = run("report", "-o", PAGE, "--data", DATA, *args)
    assert ran.status == 0, ran.err
    points = json.loads(text(DATA))["history"]
    expected = model(run)
    assert {
        point["commit"]: (point["records"], point["clean"], point["errors"], point["warnings"]) for point in points
    } == expected
    assert [point["mark"] for point in points] == ["", "", "", "", "settings", "version", ""]
    before = text()

    def never(*_):
        pytest.fail("a commit was checked again")

    with monkeypatch.context() as patch:
        patch.setattr(history, "stored_results", never)
        assert run("report", "-o", PAGE, "--data", DATA, *args).status == 0
    assert text() == before
    write(97, broken("caption", named(97)))
    commit("one more")
    assert run("report", "-o", PAGE, "--data", DATA, *args).status == 0
    (last,) = json.loads(text(DATA))["history"][7:]
    assert (last["records"], last["errors"]) == (points[-1]["records"] + 1, points[-1]["errors"] + 1)


def test_a_long_history_is_thinned(made, run, monkeypatch):
    for number in range(9):
        commit(str(number))
    monkeypatch.setattr(history, "MOST", 4)
    commits = git("rev-list", "--reverse", "HEAD").split()
    points = report(run, "--history", commits[0])["history"]
    assert [point["commit"] for point in points] == [commits[at] for at in (0, 3, 6, 9)]


def joined(parts) -> str:
    return "".join(part.text for part in parts)


@given(st.text(max_size=60), st.text(max_size=60))
def test_side_by_side_holds_both_texts(old, new):
    """Every changed word is shown; what is equal is the same text on both sides."""
    sides = words.side_by_side(old, new)
    equal = [[part.text for part in side if not part.is_changed] for side in sides]
    assert "".join(equal[0]) == "".join(equal[1])
    for side, given_text in zip(sides, (old, new), strict=True):
        shown = "\n".join(map(visible, given_text.split("\n")))
        assert joined(side) == shown or "…" in joined(side)


def test_side_by_side():
    sides = words.side_by_side("A role of p53 in cancer.", "The role of p53 in  cancer")
    assert [part.text for part in sides.old if part.is_changed] == ["A", "."]
    assert [part.text for part in sides.new if part.is_changed] == ["The", " "]
    sides = words.side_by_side("word " * 900 + "x", "word " * 900 + "y")
    assert [(len(part.text), part.is_changed) for part in sides.old] == [(words.KEPT + 1, False), (1, True)]


def test_the_page_of_a_plan(dirty, run):
    """The same plan gives the same page; every small batch is there as a whole."""
    pages = []
    for _ in range(2):
        assert run("plan", "-o", PLAN, "--unsafe-fixes", "--html", PAGE).status == 0
        pages.append(text())
    assert pages[0] == pages[1]
    rows = lines()[1:]
    assert {*map(int, re.findall(r'data-edit="([0-9]+)"', pages[0]))} == {row["id"] for row in rows}
    assert [*re.findall(r'data-batch="([^"]+)"', pages[0])] == [*plan_file.load(PLAN).batches]


def test_of_a_large_batch_some_edits_are_shown(dirty, run, monkeypatch):
    monkeypatch.setattr(plan_page, "RANDOM", 2)
    monkeypatch.setattr(plan_page, "LONGEST", 1)
    run("plan", "-o", PLAN, "--batch-by", "folder", "--html", PAGE)
    rows = lines()[1:]
    shown = [*map(int, re.findall(r'data-edit="([0-9]+)"', text()))]
    batches = {row["batch"] for row in rows}
    assert len(shown) <= 3 * len(batches) < len(rows)
    for batch in batches:
        own = [row for row in rows if row["batch"] == batch]
        longest = max(own, key=lambda row: (len(row["old"]) + len(row["new"]), -row["id"]))
        assert longest["id"] in shown


def test_a_plan_without_edits(dirty, run):
    ran = run("plan", "-o", PLAN, "--select", "PF401", "--html", PAGE)
    assert ran.status == 0
    assert "The plan has no edits." in text()


def test_a_page_that_cannot_be_written(dirty, run):
    ran = run("plan", "-o", PLAN, "--html", "gone/page.html")
    assert (ran.status, ran.err) == (2, "pfocr-lint: --html: gone/page.html cannot be written: No such file or directory\n")
