"""The benchmarks at a size that takes no time: every promise has its row, what fails is told, what should be dirty is."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from conftest import ROOT, SEED, clean_text, seed_text

from pfocr_lint import check, fix
from pfocr_lint.cli import main
from pfocr_lint.schema.kinds import Kind

BENCHMARKS = ROOT / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))  # scripts beside each other, not a package
import cases  # noqa: E402
import defects  # noqa: E402
import run as harness  # noqa: E402
import since  # noqa: E402
import table  # noqa: E402
from corpora import Corpora  # noqa: E402

PROMISED = ["load", "check-jsonschema", "ryl", "ryl-three", "dirty", "warm", "clone", "one", "fix", "memory", "memory-dirty", "growth", "first"]  # fmt: skip
COUNT = 20
CLEAN = seed_text().replace("organisms:\n- NA\n", "organisms:\n- Homo sapiens\n")


def called(argument, *more):
    command = [sys.executable, str(BENCHMARKS / "run.py"), argument, *map(str, more)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Twenty records without a defect."""
    folder = tmp_path_factory.mktemp("records")
    (folder / "_figures").mkdir()
    (folder / "_organisms").mkdir()
    (folder / "_organisms" / "homo_sapiens.md").write_text(clean_text(Kind.ORGANISM), encoding="utf-8")
    pmcid = SEED.partition("__")[0]
    for number in range(COUNT):
        other = f"PMC{1000000 + number}"
        path = folder / "_figures" / f"{SEED.replace(pmcid, other)}.md"
        path.write_text(CLEAN.replace(pmcid, other), encoding="utf-8", newline="")
    return folder


@pytest.fixture
def bench(records, tmp_path):
    lint = (sys.executable, "-m", "pfocr_lint")
    return harness.Bench(
        Corpora(tmp_path, tmp_path / "nowhere.py", records, lint), {"small": COUNT, "large": COUNT, "slow": COUNT}, 1
    )


def test_every_promise_has_its_row_and_its_place_on_the_page(records, tmp_path):
    sizes = ["--few", 2, "--small", COUNT, "--large", COUNT, "--runs", 1]
    file = tmp_path / "figures.json"
    wanted = ",".join(PROMISED)
    ran = called("--records", records, "--data", tmp_path / "data", "--json", file, "--cases", wanted, *sizes)
    assert ran.returncode == 0, ran.stderr
    figures = json.loads(file.read_text(encoding="utf-8"))
    rows = figures["rows"]
    assert list(dict.fromkeys(row["case"] for row in rows)) == PROMISED == [case.key for case in cases.PROMISES]
    assert all(row["sides"] or row["note"] for row in rows)
    timed = {row["case"] for row in rows if row["sides"]}
    assert timed >= {"load", "dirty", "one", "fix", "memory", "growth", "first"}
    assert {row["verdict"] for row in rows if row["case"] in ("load", "fix", "memory")} <= {"met", "not met"}

    shutil.copy(BENCHMARKS / "README.md", tmp_path)
    table.publish(figures, tmp_path)
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert all(f"(`{case}`) |" in page for case in PROMISED)
    drawn = ElementTree.parse(tmp_path / "speed.svg").getroot()
    assert "pfocr-lint, cold, two processes" in [node.text for node in drawn.iter() if node.tag.endswith("text")]


def test_the_page_shows_every_promise():
    page = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    assert [case for case in PROMISED if f"(`{case}`) |" not in page] == []


@pytest.mark.parametrize("kind", defects.DEFECTS)
def test_a_defect_is_one_diagnostic_that_a_fix_mends(kind):
    spoilt = defects.DEFECTS[kind](CLEAN)
    path = f"_figures/{SEED}.md"
    assert len(check(path, spoilt.encode())) == 1
    assert check(path, fix(path, spoilt.encode()).data) == []


def test_defects_go_round():
    spoilt = [defects.spoil(CLEAN, turn) for turn in range(2 * len(defects.KINDS))]
    assert len(set(spoilt)) == len(defects.KINDS)
    assert CLEAN not in spoilt


def test_a_corpus_whose_records_are_not_all_dirty_is_refused(bench, monkeypatch):
    monkeypatch.setattr("corpora.spoil", lambda text, turn: text if turn == 3 else defects.spoil(text, turn))
    (row,) = bench.rows(next(case for case in cases.PROMISES if case.key == "memory-dirty"), (2,))
    assert row["verdict"] == "not met"
    assert "nothing to say about PMC1000003__" in row["note"]


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict", "says"),
    [
        ("{python} -c pass", "{python} -c pass", "met", ""),
        ("{lint} --no-such-option .", "{python} -c pass", "not met", "pfocr-lint: exit status 2: pfocr-lint: unknown option --no-such-option"),
        ("{python} -c pass", "{python} -c 1/0", "not measured", "peer: exit status 1: ZeroDivisionError: division by zero"),
        ("{python} -c 'import time; time.sleep(0.5)'", "{python} -c pass", "not met", ""),
    ],
)  # fmt: skip
def test_a_verdict_is_judged_and_a_failure_told(bench, ours, theirs, verdict, says):
    case = cases.Case("x", "what", "promise", "within", 3, cases.Side("pfocr-lint", ours), cases.Side("peer", theirs), ("small",))
    (row,) = bench.rows(case, (2,))
    assert row["verdict"] == verdict
    assert row["note"].startswith(says)


def test_spoilt_records_are_put_back(bench):
    folder = bench.corpora.some(COUNT)
    first = min((folder / "_figures").iterdir())
    before = first.read_bytes()
    first.write_bytes(b"mended")
    bench.corpora.restore(COUNT)
    assert first.read_bytes() == before


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--cases", "lode"], "there is no case lode; there are load, check-jsonschema"),
        (
            ["--corpus-tool", "nowhere.py", "--cases", "one"],
            "nowhere.py: there is no such corpus maker; name one with --corpus-tool",
        ),
        (["--records", "nowhere", "--cases", "one"], "nowhere: no folder _figures in it"),
        (["--cases", "one", "--publish"], "--publish goes with all cases"),
    ],
)
def test_what_is_wrong_is_one_line(argv, says, tmp_path):
    ran = called(*argv, "--data", tmp_path)
    assert ran.returncode == 2
    (line,) = (line for line in ran.stderr.splitlines() if "busy" not in line)
    assert says in line


STAND_IN = """
import pathlib, sys
argv = sys.argv[1:]
if "--cache-dir" in argv:
    kept = pathlib.Path(argv[argv.index("--cache-dir") + 1], "kept")
    runs = kept.read_text() if kept.exists() else ""
    if "clone-" in str(pathlib.Path.cwd()) and runs != ".":
        sys.exit(f"the cache is not as the first run left it: {runs!r}")
    if "--help" not in argv and WRITES:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(runs + ".")
"""


@pytest.mark.parametrize(("writes", "verdict"), [(True, "met"), (False, "not met")])
@pytest.mark.parametrize("key", ["warm", "clone"])
def test_a_warm_run_finds_the_cache_that_the_first_one_left(records, tmp_path, key, writes, verdict):
    """With a stand-in for the linter, which counts its runs in its cache."""
    program = tmp_path / "stand_in.py"
    program.write_text(f"WRITES = {writes}\n{STAND_IN}", encoding="utf-8")
    corpora = Corpora(tmp_path / "data", tmp_path / "nowhere.py", records, (sys.executable, "-I", str(program)))
    (row,) = harness.Bench(corpora, {"large": COUNT}, 2).rows(next(case for case in cases.PROMISES if case.key == key), (2,))
    assert (row["verdict"], row["note"]) == (verdict, "" if writes else "pfocr-lint: the run left nothing in its cache folder")


def test_all_that_is_asked_of_git_is_counted_as_git(records, tmp_path, monkeypatch):
    """Each process of Git that a run begins, whatever function asks for it."""
    top = tmp_path / "repository"
    shutil.copytree(records, top)
    since.git(top, "init", "-q")
    since.git(top, "add", "_organisms")
    since.git(top, "commit", "-q", "-m", "pages")
    begun = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: begun.append(args) or run(*args, **options))
    with since.asked_of_git() as spent:
        streams = main.Streams(io.StringIO(), io.StringIO(), io.StringIO())
        assert main.main([str(top), "--since", "HEAD", "--introduced"], streams) == 0
    assert len(spent) == len(begun) > 5
