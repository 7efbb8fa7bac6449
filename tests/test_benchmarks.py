"""The benchmarks with few records: every promise has its row, failures are reported, dirty records have a diagnostic."""

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
import gate  # noqa: E402
import run as harness  # noqa: E402
import since  # noqa: E402
import table  # noqa: E402
from corpora import Corpora  # noqa: E402

PROMISED = ["load", "check-jsonschema", "ryl", "ryl-three", "dirty", "warm", "clone", "one", "fix", "memory", "memory-dirty", "growth", "real-load", "real-compose", "real-warm", "real-fix", "memory-json", "memory-sarif", "memory-statistics", "first"]  # fmt: skip
COUNT = 20
CLEAN = seed_text().replace("organisms:\n- NA\n", "organisms:\n- Homo sapiens\n")


def called(argument, *more):
    command = [sys.executable, str(BENCHMARKS / "run.py"), argument, *map(str, more)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Twenty clean records."""
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
def test_each_defect_gives_one_diagnostic_with_a_fix(kind):
    spoilt = defects.DEFECTS[kind](CLEAN)
    path = f"_figures/{SEED}.md"
    assert len(check(path, spoilt.encode())) == 1
    assert check(path, fix(path, spoilt.encode()).data) == []


def test_defects_take_turns():
    spoilt = [defects.spoil(CLEAN, turn) for turn in range(2 * len(defects.KINDS))]
    assert len(set(spoilt)) == len(defects.KINDS)
    assert CLEAN not in spoilt


def test_a_corpus_with_a_clean_record_among_the_dirty_is_refused(bench, monkeypatch):
    monkeypatch.setattr("corpora.spoil", lambda text, turn: text if turn == 3 else defects.spoil(text, turn))
    (row,) = bench.rows(next(case for case in cases.PROMISES if case.key == "memory-dirty"), (2,))
    assert row["verdict"] == "not met"
    assert "it reports nothing for PMC1000003__" in row["note"]


@pytest.mark.parametrize(
    ("ours", "theirs", "limit", "verdict", "note"),
    [
        ("{python} -c pass", "{python} -c pass", 1_000, "met", ""),
        ("{lint} --no-such-option .", "{python} -c pass", 1_000, "not met", "pfocr-lint: exit status 2: pfocr-lint: unknown option --no-such-option"),
        ("{python} -c pass", "{python} -c 1/0", 1_000, "not measured", "peer: exit status 1: ZeroDivisionError: division by zero"),
        ("{python} -c pass", "{python} -c pass", 0.001, "not met", ""),
    ],
)  # fmt: skip
def test_the_verdict_and_the_reason_of_a_failure(bench, ours, theirs, limit, verdict, note):
    case = cases.Case(
        "x", "what", "promise", "within", limit, cases.Side("pfocr-lint", ours), cases.Side("peer", theirs), ("small",)
    )
    (row,) = bench.rows(case, (2,))
    assert row["verdict"] == verdict
    assert row["note"].startswith(note)


def test_dirty_records_are_restored(bench):
    folder = bench.corpora.some(COUNT)
    first = min((folder / "_figures").iterdir())
    before = first.read_bytes()
    first.write_bytes(b"fixed")
    bench.corpora.restore(COUNT)
    assert first.read_bytes() == before


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--cases", "lode"], "unknown case 'lode'; use load, check-jsonschema"),
        (
            ["--corpus-tool", "nowhere.py", "--cases", "one"],
            "nowhere.py: no such corpus maker; give one with --corpus-tool",
        ),
        (["--records", "nowhere", "--cases", "one"], "nowhere: no folder _figures in it"),
        (["--cases", "one", "--publish"], "--publish needs all cases"),
    ],
)
def test_wrong_usage_gives_one_line(argv, message, tmp_path):
    ran = called(*argv, "--data", tmp_path)
    assert ran.returncode == 2
    (line,) = (line for line in ran.stderr.splitlines() if "busy" not in line)
    assert message in line


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
def test_a_warm_run_has_the_cache_of_the_first_run(records, tmp_path, key, writes, verdict):
    """A script replaces the linter, and counts its runs in its cache."""
    program = tmp_path / "stand_in.py"
    program.write_text(f"WRITES = {writes}\n{STAND_IN}", encoding="utf-8")
    corpora = Corpora(tmp_path / "data", tmp_path / "nowhere.py", records, (sys.executable, "-I", str(program)))
    (row,) = harness.Bench(corpora, {"large": COUNT}, 2).rows(next(case for case in cases.PROMISES if case.key == key), (2,))
    assert (row["verdict"], row["note"]) == (verdict, "" if writes else "pfocr-lint: the run left nothing in its cache folder")


def test_the_time_of_every_git_process_is_counted(records, tmp_path, monkeypatch):
    """Every Git process of a run is counted, for any function that starts it."""
    top = tmp_path / "repository"
    shutil.copytree(records, top)
    since.git(top, "init", "-q")
    since.git(top, "add", "_organisms")
    since.git(top, "commit", "-q", "-m", "pages")
    started = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: started.append(args) or run(*args, **options))
    with since.git_time() as spent:
        streams = main.Streams(io.StringIO(), io.StringIO(), io.StringIO())
        assert main.main([str(top), "--since", "HEAD", "--introduced"], streams) == 0
    assert len(spent) == len(started) > 5


def test_the_gate_finds_the_same_with_and_without_files(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["gate.py", "--records", "9", "--changed", "2", "--commits", "1"])
    gate.main()
    *rows, last = capsys.readouterr().out.splitlines()
    assert [row.partition(": ")[0] for row in rows] == ["9 records, full", "9 records, without files"]
    assert int(last.partition(" ")[0]) >= 3
