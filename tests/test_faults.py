"""
Crashes during a run: each file has its old or its new bytes, no temporary file stays, and the next run continues.

With real processes and real kills, and a full file system if one can be mounted.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import ROOT, clean_text

from pfocr_lint.workspace import atomic_write, many_files, one_file, signals, workers

NEW = clean_text()
OLD = NEW.replace("year: '2022'", "year: 2022")
LIMIT = 120  # seconds until a run counts as hanging; normally a run takes a few
STARTS = ["fork", *(pytest.param(method, marks=pytest.mark.slow) for method in ("spawn", "forkserver"))]

# Every process of a run imports this: a record with a certain name ends its process, or raises.
SABOTAGE = """
import os, signal
from pathlib import Path
from pfocr_lint.workspace import many_files

def strike(path):
    name = os.path.basename(path)
    if name.startswith("killer"):
        os.kill(os.getpid(), signal.SIGKILL)
    if name.startswith("leaver"):
        os._exit(7)
    if name.startswith("raiser"):
        raise ValueError("no such luck")
    if name.startswith("once") and Path("once").exists():
        os.unlink("once")
        os.kill(os.getpid(), signal.SIGKILL)

def process(source, data, task, quick, digest, real=many_files.process_prefiltered):
    strike(source.path)
    return real(source, data, task, quick, digest)

def together(paths, *rest, real=many_files.fix_together):
    for path in paths:
        strike(path)
    return real(paths, *rest)

many_files.process_prefiltered, many_files.fix_together = process, together
"""


def records(folder: Path, count: int, *names: str) -> Path:
    """Write dirty records, and more with given names; return the parent of the record folder."""
    (folder / "_figures").mkdir()
    for name in (*(f"{number}" for number in range(count)), *names):
        (folder / "_figures" / f"{name}.md").write_text(OLD)
    return folder


def start(folder: Path, *argv: str, jobs: int = 2, method: str = "fork", sabotage: bool = False, **streams) -> subprocess.Popen:
    """Start a run in a new session; its standard error is open while any of its processes lives."""
    env = {**os.environ, "PFOCR_LINT_START": method}
    if sabotage:
        (folder / "sabotage").mkdir(exist_ok=True)
        (folder / "sabotage" / "sitecustomize.py").write_text(SABOTAGE)
        env["PYTHONPATH"] = f"{folder / 'sabotage'}{os.pathsep}{ROOT}"
    select = [] if "--select" in argv else ["--select", "PF105"]
    command = [sys.executable, "-m", "pfocr_lint", "--isolated", "--jobs", str(jobs), *select, *argv, "_figures"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        text=True,
        start_new_session=True,
        preexec_fn=heeding,  # noqa: PLW1509
        **pipes,
    )


def heeding() -> None:
    """Reset signals that a run in the background of a shell would ignore, with its processes."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def finish(process: subprocess.Popen) -> tuple[int, str, str]:
    """Return status and output of a run, after all its processes have ended."""
    try:
        out, err = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        pytest.fail("the run hangs")
    return process.returncode, out or "", err or ""


def fixed(folder: Path) -> int:
    """Return the number of records with new bytes; assert that all others have their old bytes."""
    texts = [path.read_text() for path in (folder / "_figures").glob("*.md")]
    assert set(texts) <= {OLD, NEW}
    return texts.count(NEW)


def beside(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder / "_figures") if not name.endswith(".md"))


def after(process: subprocess.Popen, folder: Path, count: int) -> None:
    """Wait until so many of the first records that are left are fixed, or the run is over."""
    size = len(NEW.encode())
    left = [path for path in sorted((folder / "_figures").glob("*.md")) if path.stat().st_size != size][:60]
    while process.poll() is None and sum(path.stat().st_size == size for path in left) < min(count, len(left)):
        pass


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def strike(process: subprocess.Popen, target: str, chance: random.Random) -> None:
    """Kill the first process of a run, one of the others, or all of them."""
    with contextlib.suppress(ProcessLookupError):
        if target == "all":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            others = children(process.pid)
            os.kill(chance.choice(others) if target == "worker" and others else process.pid, signal.SIGKILL)


def survive(folder: Path, kills: int, method: str, chance: random.Random) -> None:
    """Run and kill repeatedly; each run continues after the last one; then finish."""
    for _ in range(kills):
        if fixed(folder) >= len(list((folder / "_figures").glob("*.md"))):
            for path in (folder / "_figures").glob("*.md"):
                path.write_text(OLD)
        process = start(folder, "--fix", method=method)
        target = chance.choice(["first", "worker", "all"])
        after(process, folder, chance.randint(0, 3))
        strike(process, target, chance)
        status, _, err = finish(process)
        assert "Traceback" not in err
        assert status in ((0, 3) if target == "worker" else (-9, 0)) or (target == "worker" and status == -9), (
            target,
            status,
            err,
        )
        fixed(folder)
    assert finish(start(folder, "--fix", method=method))[0] == 0
    assert fixed(folder) == len(os.listdir(folder / "_figures")), "all records are fixed, and no other file is left"


@pytest.mark.needs("proc", "signals")
def test_a_run_that_is_killed_is_finished_by_the_next(tmp_path):
    survive(records(tmp_path, 40), 10, "fork", random.Random(1))


@pytest.mark.needs("proc", "signals")
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("method", "kills"), [("fork", 40), ("spawn", 15), ("forkserver", 15)])
def test_hundreds_of_kills(tmp_path, method, kills, seed):
    survive(records(tmp_path, 80), kills, method, random.Random(seed))


@pytest.mark.needs("signals")
@pytest.mark.parametrize("method", STARTS)
def test_a_record_that_ends_its_process_is_named_and_the_others_are_checked(tmp_path, method):
    folder = records(tmp_path, 12, "killer", "leaver", "raiser")
    status, out, err = finish(start(folder, "--output-format", "json", method=method, sabotage=True))
    assert status == 3
    assert [each["path"] for each in json.loads(out)["diagnostics"]] == sorted(f"_figures/{number}.md" for number in range(12))
    assert sorted(err.splitlines()) == [
        "pfocr-lint: _figures/killer.md: it could not be checked: its process was killed by SIGKILL",
        "pfocr-lint: _figures/leaver.md: it could not be checked: its process ended with status 7",
        "pfocr-lint: _figures/raiser.md: it could not be checked: ValueError: no such luck",
    ]
    status, out, err = finish(start(folder, "--fix", "-q", method=method, sabotage=True))
    assert status == 3
    assert fixed(folder) == 12
    assert {
        name: (folder / "_figures" / f"{name}.md").read_text() == OLD for name in ("killer", "leaver", "raiser")
    } == dict.fromkeys(("killer", "leaver", "raiser"), True)
    assert beside(folder) == []


@pytest.mark.needs("signals")
def test_a_process_that_is_killed_once_changes_no_result(tmp_path):
    folder = records(tmp_path, 12, "once")
    undisturbed = finish(start(folder, "--output-format", "concise", "-q"))
    (folder / "once").touch()
    assert finish(start(folder, "--output-format", "concise", "-q", sabotage=True)) == undisturbed
    assert not (folder / "once").exists()
    (folder / "once").touch()
    status, _, err = finish(start(folder, "--fix", "-q", sabotage=True))
    assert fixed(folder) == 13
    assert status == 3, "fixes before the kill are not counted, and a message says so"
    assert err.endswith("were checked again; what was fixed in them before that is not counted\n")
    assert err.count("\n") == 1


def test_where_no_process_can_be_begun_the_first_does_the_work(tmp_path, run, monkeypatch):
    folder = records(tmp_path, 12)
    argv = ["--isolated", "--output-format", "concise", "-q", "_figures"]
    usual = run("--jobs", "2", *argv)
    monkeypatch.setattr(workers, "_Worker", exhausted)
    assert run("--jobs", "2", *argv) == usual
    assert run("--jobs", "2", "--fix", "--select", "PF105", *argv).status == 0
    assert fixed(folder) == 12


def exhausted(*_):
    raise OSError(11, "Resource temporarily unavailable")


def check_part(part):
    """Work for the pool: return a list of numbers; some fail."""
    if 13 in part:
        raise ValueError("unlucky")
    if 66 in part:
        return lambda: None  # cannot be sent
    if 99 in part:
        os._exit(1)
    return part


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize(
    ("bad", "cause"),
    [(13, "ValueError: unlucky"), (99, "its process ended with status 1"), (66, "Error: Can't ")],
)
def test_the_pool_loses_only_the_piece_that_is_bad(jobs, bad, cause):
    causes = []

    def lost(part, why):
        causes.append(why)
        return [-1]

    parts = [[0, 1], [2, bad, 3], [4], [5, bad], [6, 7]]
    done = list(workers.in_order(check_part, parts, jobs, pieces=lambda part: [[each] for each in part], lost=lost))
    assert done == [[0, 1], [2], [-1], [3], [4], [5], [-1], [6, 7]]
    assert len(causes) == 2
    assert all(cause in each for each in causes)


def as_long(part):
    return b"x" * len(part)


def test_parts_and_answers_that_no_pipe_holds_do_not_wait_for_one_another():
    parts = [b"p" * 1_000_000] * 6
    done = list(workers.in_order(as_long, parts, 2, pieces=lambda part: [part], lost=lambda *_: b""))
    assert [len(each) for each in done] == [1_000_000] * 6


def slow_at_first(part):
    if part == [0]:
        time.sleep(0.3)
    return part


def test_few_results_wait_for_their_turn():
    begun = []

    class Parts(list):
        def __getitem__(self, index):
            begun.append(index)
            return super().__getitem__(index)

    results = workers.in_order(slow_at_first, Parts([[number] for number in range(1000)]), 2, pieces=list, lost=lambda *_: [])
    assert next(results) == [0]
    assert max(begun) <= 2 * workers.AHEAD
    results.close()


def ends_twice(part):
    """The process ends with the part, and again with the piece; the third attempt succeeds."""
    for flag in ("one", "two"):
        if Path(flag).exists():
            Path(flag).unlink()
            os._exit(1)
    return part


def test_a_piece_is_not_blamed_for_one_end(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("one").touch()
    Path("two").touch()
    done = list(
        workers.in_order(ends_twice, [[1, 2]], 1, pieces=lambda part: [[each] for each in part], lost=lambda *_: ["lost"])
    )
    assert done == [[1], [2]]


@pytest.mark.needs("signals")
def test_a_file_that_raises_is_a_fault_of_its_own_without_a_pool_too(tmp_path):
    folder = records(tmp_path, 2, "raiser")
    status, out, err = finish(start(folder, "-q", "--output-format", "concise", jobs=1, sabotage=True))
    assert (status, len(out.splitlines())) == (3, 2)
    assert err == "pfocr-lint: _figures/raiser.md: it could not be checked: ValueError: no such luck\n"


@pytest.mark.needs("signals")
@pytest.mark.parametrize("method", STARTS)
@pytest.mark.parametrize(("sent", "jobs"), [("SIGINT", 1), ("SIGINT", 2), ("SIGTERM", 2), ("SIGHUP", 2)])
def test_a_signal_ends_a_run_between_two_writes(tmp_path, sent, jobs, method):
    stopped(records(tmp_path, 300), sent, jobs, method)


@pytest.mark.needs("signals")
@pytest.mark.slow
@pytest.mark.parametrize("method", STARTS)
@pytest.mark.parametrize("sent", ["SIGINT", "SIGTERM"])
def test_a_signal_in_the_middle_of_ten_thousand_fixes(tmp_path, sent, method):
    folder = records(tmp_path, 10_000)
    for seed in range(5):
        stopped(folder, sent, 2, method, seed)


def stopped(folder: Path, sent: str, jobs: int, method: str, seed: int = 0) -> None:
    number = getattr(signal, sent)
    process = start(folder, "--fix", jobs=jobs, method=method)
    after(process, folder, random.Random(seed).randint(1, 5))
    for _ in range(2):  # like a terminal when the key is pressed twice
        os.killpg(process.pid, number)
    message = {"SIGINT": "interrupted", "SIGTERM": "stopped by SIGTERM", "SIGHUP": "stopped by SIGHUP"}[sent]
    assert finish(process) == (128 + number, "", f"pfocr-lint: {message}\n")
    assert 0 < fixed(folder) < len(list((folder / "_figures").glob("*.md")))
    assert beside(folder) == []


@pytest.mark.needs("signals")
def test_a_signal_during_a_write_waits_for_its_end(tmp_path, monkeypatch):
    path = tmp_path / "x.md"
    path.write_bytes(b"old")
    before = signal.getsignal(signal.SIGTERM)
    try:
        signals.handle_signals()
        real = os.fsync
        monkeypatch.setattr(os, "fsync", lambda handle: (os.kill(os.getpid(), signal.SIGTERM), real(handle)))
        with pytest.raises(signals.Stopped, match="SIGTERM"):
            atomic_write.write(str(path), b"old", b"new")
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["x.md"]


@pytest.mark.needs("signals")
@pytest.mark.parametrize(("closed", "jobs"), [(("stdout",), 2), (("stdout", "stderr"), 1)])
def test_a_reader_that_has_seen_enough_is_no_fault(tmp_path, closed, jobs):
    folder = records(tmp_path, 12, "raiser")
    reader, writer = os.pipe()
    os.close(reader)
    process = start(folder, "--fix", "-v", jobs=jobs, sabotage=True, **dict.fromkeys(closed, writer))
    os.close(writer)
    status, _, err = finish(process)
    assert "Traceback" not in err
    assert "Exception" not in err
    assert status in (1, 3)
    if closed == ("stdout",):
        assert fixed(folder) == 12


@pytest.fixture
def mounted(tmp_path):
    """A small separate file system; its folder."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.needs("signals")
def test_a_full_disk_leaves_the_old_bytes(mounted):
    folder = records(mounted, 8)
    with (folder / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(b"x" * 512)
    for jobs in (1, 2):
        status, _, err = finish(start(folder, "--fix", "-q", jobs=jobs))
        assert status == 1
        left = "it could not be written and is left as it is: No space left on device"
        assert err.splitlines() == [f"pfocr-lint: _figures/{number}.md: {left}" for number in range(8)]
        assert fixed(folder) == 0
        assert beside(folder) == []
    (folder / "filler").unlink()
    assert finish(start(folder, "--fix", "-q"))[0] == 0
    assert fixed(folder) == 8


@pytest.mark.needs("signals")
def test_a_folder_that_is_read_only_is_left(mounted):
    folder = records(mounted, 3)
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    status, out, err = finish(start(folder, "--fix", "-q", "--output-format", "concise"))
    assert status == 1
    assert len(out.splitlines()) == 3, "findings that were not fixed are reported"
    left = "it could not be written and is left as it is: Read-only file system"
    assert err.splitlines() == [f"pfocr-lint: _figures/{number}.md: {left}" for number in range(3)]


def test_a_folder_that_goes_away_is_no_fault(tmp_path, run, monkeypatch):
    folder = records(tmp_path, 1)
    monkeypatch.setattr(many_files, "fix_together", lambda *_: {})
    real = one_file.fixer.fix_until_stable

    def slow(*args, **options):
        shutil.rmtree(folder / "_figures", ignore_errors=True)
        return real(*args, **options)

    monkeypatch.setattr(one_file.fixer, "fix_until_stable", slow)
    result = run("--fix", "--isolated", "--select", "PF105", "-q", "_figures")
    assert result.status == 1
    assert "left as it is: No such file or directory\n" in result.err


def test_what_raises_while_fixing_is_a_fault_beside_the_findings(tmp_path, run, monkeypatch):
    folder = records(tmp_path, 2)
    monkeypatch.setattr(many_files, "fix_together", lambda *_: 1 / 0)
    monkeypatch.setattr(one_file.fixer, "fix_until_stable", lambda *_, **__: 1 / 0)
    result = run("--fix", "--isolated", "--select", "PF105", "-q", "--output-format", "concise", "_figures")
    assert result.status == 3
    assert fixed(folder) == 0
    assert [line.split()[1] for line in result.out.splitlines()] == ["PF105", "PF105"]
    assert result.err.splitlines()[0] == "pfocr-lint: _figures/0.md: it could not be fixed: ZeroDivisionError: division by zero"


LEFT = f".pfocr-lint-{'0123456789abcdef'}.tmp"


@pytest.mark.needs("signals")
def test_what_a_kill_left_is_no_record_and_goes_with_the_next_fix(tmp_path):
    folder = records(tmp_path, 2)
    for name in (LEFT, ".pfocr-lint-notes.tmp"):
        (folder / "_figures" / name).write_text(OLD[:100])
    status, out, _ = finish(start(folder, "-q", "--output-format", "json"))
    assert (status, json.loads(out)["summary"]["files"]) == (1, 2)
    assert beside(folder) == [LEFT, ".pfocr-lint-notes.tmp"], "a run without --fix writes nothing"
    assert finish(start(folder, "--fix"))[0] == 0
    assert beside(folder) == [".pfocr-lint-notes.tmp"], "what is not ours stays"


def test_what_another_run_is_writing_is_not_tidied_away(tmp_path):
    (tmp_path / "x.md").write_bytes(b"old")
    (tmp_path / LEFT).write_bytes(b"half of it")
    with atomic_write._folder(str(tmp_path)):
        atomic_write.tidy(str(tmp_path))
        assert sorted(os.listdir(tmp_path)) == [LEFT, "x.md"]
        atomic_write.write(str(tmp_path / "x.md"), b"old", b"new")  # two may write at once
    atomic_write.tidy(str(tmp_path))
    assert os.listdir(tmp_path) == ["x.md"]


def test_a_folder_that_another_run_holds_for_long_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic_write, "PATIENCE", 0.01)
    (tmp_path / "x.md").write_bytes(b"old")
    with atomic_write._folder(str(tmp_path)) as lock:
        atomic_write._wait_lock(lock, alone=True)
        with pytest.raises(OSError, match="another run holds the folder"):
            atomic_write.write(str(tmp_path / "x.md"), b"old", b"new")
    assert (tmp_path / "x.md").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x.md"]


def test_of_two_names_of_one_file_the_other_keeps_its_bytes(tmp_path):
    (tmp_path / "x.md").write_bytes(b"old")
    os.link(tmp_path / "x.md", tmp_path / "y.md")
    atomic_write.write(str(tmp_path / "x.md"), b"old", b"new")
    assert ((tmp_path / "x.md").read_bytes(), (tmp_path / "y.md").read_bytes()) == (b"new", b"old")


def by_rename(path: Path, data: bytes) -> None:
    beside = path.with_name("editor~")
    beside.write_bytes(data)
    beside.replace(path)


def in_place(path: Path, data: bytes) -> None:
    path.write_bytes(data)


SAVES = pytest.mark.parametrize("save", [by_rename, in_place])
exchanging = pytest.mark.skipif(atomic_write._c_function("renameat2") is None, reason="this system cannot exchange names")


@exchanging
@SAVES
def test_a_save_in_the_very_moment_of_the_exchange_is_kept(tmp_path, monkeypatch, save):
    path = tmp_path / "x.md"
    path.write_bytes(b"old")
    real, saves = atomic_write.exchange, [b"saved"]

    def late(one, other):
        if saves:
            save(path, saves.pop())
        return real(one, other)

    monkeypatch.setattr(atomic_write, "exchange", late)
    with pytest.raises(atomic_write.Changed):
        atomic_write.write(str(path), b"old", b"new")
    assert path.read_bytes() == b"saved"
    assert os.listdir(tmp_path) == ["x.md"]
    path.write_bytes(b"old")
    saves += [b"second", b"first"]
    with pytest.raises(atomic_write.Changed, match=r"what was saved last is kept as .*\.saved"):
        atomic_write.write(str(path), b"old", b"new")
    kept = {file.read_bytes() for file in tmp_path.iterdir()}
    assert {b"first", b"second"} <= kept, "of two saves in one moment neither is lost"


@pytest.mark.parametrize("exchanges", [True, False])
@SAVES
def test_a_save_before_the_exchange_is_kept(tmp_path, monkeypatch, save, exchanges):
    path = tmp_path / "x.md"
    path.write_bytes(b"old")
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (save(path, b"saved"), real(handle)))
    if not exchanges:
        monkeypatch.setattr(atomic_write, "exchange", lambda *_: False)
    with pytest.raises(atomic_write.Changed):
        atomic_write.write(str(path), b"old", b"new")
    assert path.read_bytes() == b"saved"
    assert os.listdir(tmp_path) == ["x.md"]


@exchanging
@SAVES
def test_an_editor_that_saves_all_the_time_loses_nothing(tmp_path, save):
    """An editor saves while a process fixes the same record repeatedly: the last saved version stays, fixed or not."""
    path = tmp_path / "x.md"
    path.write_bytes(b"0 dirty")
    code = (
        "import os, sys; from pfocr_lint.workspace import atomic_write as atomic\n"
        "os.fsync = lambda _: None\n"  # so that the critical moment is a large part of a write
        "while True:\n"
        "    data = open(sys.argv[1], 'rb').read()\n"
        "    if data == b'end': break\n"
        "    if data.endswith(b'dirty'):\n"
        "        try: atomic.write(sys.argv[1], data, data[:-5] + b'clean')\n"
        "        except atomic.Changed: pass\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(path)])
    timer = threading.Timer(LIMIT, process.kill)
    timer.start()
    chance = random.Random(1)
    for number in range(1, 300):
        save(path, b"%d first dirty" % number)
        for _ in range(chance.randint(0, 4000)):
            pass
        save(path, b"%d second dirty" % number)  # perhaps during the fix of the first
        while process.poll() is None and path.read_bytes() != b"%d second clean" % number:
            pass
    save(path, b"end")
    assert process.wait() == 0, "a save was lost: the record never became what was saved last"
    timer.cancel()
    assert path.read_bytes() == b"end"
    assert [name for name in os.listdir(tmp_path) if name.endswith(".tmp")] == []


@pytest.mark.needs("signals")
def test_two_runs_at_once_undo_nothing_of_each_other(tmp_path):
    """Two runs make different fixes of the same records: all reported fixes are there at the end."""
    folder = records(tmp_path, 60)
    both = OLD.replace("ndex: ''", "ndex: .na.character")
    assert both != OLD
    for path in (folder / "_figures").glob("*.md"):
        path.write_text(both)
    runs = {code: start(folder, "--fix", "--select", code, "--output-format", "json") for code in ("PF105", "PF106")}
    ended = {code: finish(process) for code, process in runs.items()}
    texts = [path.read_text() for path in (folder / "_figures").glob("*.md")]
    there = {"PF105": sum("year: '2022'" in text for text in texts), "PF106": sum("ndex: ''" in text for text in texts)}
    for code, (status, out, err) in ended.items():
        assert status in (0, 1), err
        assert json.loads(out)["summary"]["fixed"] == there[code]
    assert beside(folder) == []
