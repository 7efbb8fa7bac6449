"""The cache: results are the same with and without it, in any state of it. And streamed results."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from conftest import ROOT, SEED, clean_text
from readers import found as example

from pfocr_lint import packed
from pfocr_lint.cli import main
from pfocr_lint.dataclass import replace
from pfocr_lint.linter import prefilter
from pfocr_lint.record.facts import FigureFacts, PageFacts, TableFacts
from pfocr_lint.rules.mentions import CHEMICALS
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import DEFAULT, Selection
from pfocr_lint.workspace import cache, files, stamps, work_tree
from pfocr_lint.workspace.cached_run import CachedRun
from pfocr_lint.workspace.settings_files import discover

COUNT = cache.WORTH_A_CACHE + 20


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """No test reads or writes the user's own cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home"))
    return tmp_path / "home" / "pfocr-lint"


def record(number: int, text: str | None = None) -> str:
    pmcid = f"PMC{10_000_000 + number}"
    return (text or clean_text()).replace("PMC9405586", pmcid)


@pytest.fixture
def many(tmp_path, monkeypatch):
    """A repository with enough clean figures for the cache; their change times count as old."""
    monkeypatch.setattr(cache, "RACY", -1_000_000_000_000)
    folder = tmp_path / "many"
    (folder / "_figures").mkdir(parents=True)
    (folder / "_organisms").mkdir()
    for number in range(COUNT):
        name = SEED.replace("PMC9405586", f"PMC{10_000_000 + number}")
        (folder / "_figures" / f"{name}.md").write_text(record(number), encoding="utf-8")
    for name, latin in (("homo_sapiens", "Homo sapiens"), ("mus_musculus", "Mus musculus")):
        text = clean_text(Kind.ORGANISM).replace("Homo sapiens", latin)
        (folder / "_organisms" / f"{name}.md").write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def figure(folder: Path, number: int) -> Path:
    return sorted((folder / "_figures").iterdir())[number]


def reported(run, *argv) -> tuple[int, list[dict]]:
    result = run("--output-format", "json", *argv)
    assert result.err == ""
    return result.status, json.loads(result.out)["diagnostics"]


@pytest.fixture
def checked(monkeypatch):
    """The records that were checked and not taken from the cache."""
    count = []
    real = prefilter.quick_checks

    def counted(paths, *args, **flags):
        count.extend(paths)
        return real(paths, *args, **flags)

    monkeypatch.setattr(prefilter, "quick_checks", counted)
    return count


def test_an_unchanged_record_is_not_even_opened(many, run, checked, monkeypatch):
    os.chdir(many)
    assert reported(run, "--jobs", "1") == (0, [])
    assert len(checked) == COUNT + 2
    monkeypatch.setattr(files.Disk, "load", staticmethod(lambda path: 1 / 0))
    assert reported(run, "--jobs", "1") == (0, [])
    assert len(checked) == COUNT + 2


def test_a_clone_is_recognised_by_its_bytes(many, run, checked, tmp_path):
    os.chdir(many)
    kept = str(tmp_path / "kept")
    assert reported(run, "--jobs", "1", "--cache-dir", kept) == (0, [])
    checked.clear()
    clone = shutil.copytree(many, tmp_path / "clone")
    os.chdir(clone)
    assert reported(run, "--jobs", "1", "--cache-dir", kept) == (0, [])
    assert checked == []


def test_files_with_new_times_and_the_same_bytes_are_read_once(many, run, checked, monkeypatch):
    os.chdir(many)
    assert reported(run, "--jobs", "1") == (0, [])
    for path in many.rglob("*.md"):
        os.utime(path, ns=(5, 5))
    checked.clear()
    assert reported(run, "--jobs", "1") == (0, [])
    monkeypatch.setattr(files.Disk, "load", staticmethod(lambda path: 1 / 0))
    assert reported(run, "--jobs", "1") == (0, [])
    assert checked == []


CHANGES = {
    "a defect": lambda folder: figure(folder, 5).write_text(record(5).replace("year: '2022'", "year: 2022"), encoding="utf-8"),
    "of the same size": lambda folder: figure(folder, 5).write_text(record(5).replace("CC0", "CC1"), encoding="utf-8"),
    "the alias of another": lambda folder: figure(folder, 5).write_text(
        record(5).replace("figid_alias: PMC10000005__F1", "figid_alias: PMC10000006__F1"), encoding="utf-8"
    ),
    "a page goes": lambda folder: (folder / "_organisms" / "homo_sapiens.md").unlink(),
    "a record goes": lambda folder: figure(folder, 5).unlink(),
    "a record comes": lambda folder: shutil.copy(figure(folder, 5), folder / "_figures" / "PMC1__x.md"),
    "other settings": lambda folder: (
        discover.cache_clear(),
        (folder / "pfocr-lint.toml").write_text('[organism-synonyms]\n"Mus musculus" = "Rattus norvegicus"\n'),
    ),
    "a separator in a name": lambda folder: (
        CHANGES["the alias of another"](folder),
        figure(folder, 0).rename(folder / "_figures" / "PMC1\0022.md") if os.name != "nt" else CHANGES["a defect"](folder),
    ),
    "a separator in a text": lambda folder: (
        CHANGES["the alias of another"](folder),
        figure(folder, 0).write_text(record(0).replace("- Homo sapiens", '- "Homo\\x01sapiens"')),
    ),
    "nothing": lambda folder: None,
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_the_cache_changes_no_result(many, run, change):
    os.chdir(many)
    reported(run)
    CHANGES[change](many)
    expected = reported(run, "--no-cache")
    assert (expected[1] != []) == (change not in ("nothing", "a record goes"))
    for _ in range(3):  # the second and third time from the cache of the run before
        assert reported(run) == expected
    assert reported(run, "--jobs", "2") == reported(run, "--jobs", "8") == expected


def test_cross_record_findings_include_cached_records(many, run, checked):
    os.chdir(many)
    reported(run, "--jobs", "1")
    checked.clear()
    CHANGES["a record comes"](many)
    _, diagnostics = reported(run, "--jobs", "1")
    assert len(checked) == 1
    assert {each["code"] for each in diagnostics} == {"PF401"}


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


BROKEN = {
    "empty": lambda data: b"",
    "text": lambda data: b"no cache\n",
    "another program's": lambda data: b'{"is": "something else"}\n',
    "a column renamed": lambda data: data.replace(b'"digests"', b'"digestz"'),
    "compared though it was not": lambda data: data.replace(b'"compared": null', b'"compared": 1234'),
    "a list": lambda data: b"[]\n",
    "deep": lambda data: b"[" * 100_000,
    "cut": lambda data: data[: len(data) // 2],
    "cut in its head": lambda data: data[:50],
    "a bit turned": lambda data: data[:-1000] + bytes([data[-1000] ^ 1]) + data[-999:],
    "another version's": lambda data: data.replace(b"pfocr-lint cache 2", b"pfocr-lint cache 1"),
    "columns missing": lambda data: re.sub(rb'"columns": \[.*\]', b'"columns": []', data, count=1),
    "no numbers": lambda data: re.sub(rb'"columns": \[.*\]', b'"columns": [["keys", "x", 1]]', data, count=1),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_cache_is_none(many, run, home, how):
    os.chdir(many)
    CHANGES["a defect"](many)
    expected = reported(run)
    assert expected[1] != []
    path = only_file(home)
    path.write_bytes(BROKEN[how](path.read_bytes()))
    assert reported(run) == expected
    assert reported(run) == expected, "and it was written again"


COLUMNS = [
    "keys", "digests", "stamps", "sorts", "texts", "papers", "ends", "sums", "found", "waived", "untils", "offers", "late", "late_waived",
    "blocks", "block_ends", "block_records",
]  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_a_bit_turned_in_a_column_is_noticed_by_its_checksum_alone(many, run, home, column):
    """With a matching checksum, the same column would be accepted."""
    os.chdir(many)
    (many / "_data").mkdir()
    figid = SEED.replace("PMC9405586", "PMC10000000")
    (many / "_data" / f"{figid}-chemicals.tsv").write_text(f"{CHEMICALS}\nGlucose\tNA\tNA\tNA\tNA\n")
    CHANGES["a defect"](many)
    CHANGES["a record comes"](many)
    assert reported(run)[0] == 1
    path = only_file(home)
    line, _, blobs = path.read_bytes().partition(b"\n")
    head = json.loads(line.partition(b" ")[2])
    assert [name for name, _, _ in head["columns"]] == COLUMNS
    at = sum(length for _, length, _ in head["columns"][: COLUMNS.index(column)])
    turned = blobs[:at] + bytes([blobs[at] ^ 1]) + blobs[at + 1 :]
    key = path.name.removesuffix(".cache")

    def known(columns) -> bytes:
        written = json.dumps({**head, "columns": columns}).encode()
        path.write_bytes(b"%d %s\n" % (zlib.crc32(written), written) + turned)
        return cache.Cache(str(home), key)._blobs.get(column, b"")

    length = head["columns"][COLUMNS.index(column)][1]
    believed = [
        [name, size, zlib.crc32(turned[at : at + size]) if name == column else sum_] for name, size, sum_ in head["columns"]
    ]
    assert known(head["columns"]) == b""
    assert known(believed) == turned[at : at + length] != blobs[at : at + length]


def test_a_cache_that_cannot_be_written_is_done_without(many, run, tmp_path, checked):
    os.chdir(many)
    (tmp_path / "file").write_text("")
    assert reported(run, "--jobs", "1", "--cache-dir", "/proc/none") == (0, [])
    assert reported(run, "--jobs", "1", "--cache-dir", "/proc/none") == (0, [])
    assert len(checked) == 2 * (COUNT + 2)
    result = run("--cache-dir", str(tmp_path / "file"))
    assert (result.status, result.err) == (2, f"pfocr-lint: --cache-dir: '{tmp_path / 'file'}' is not a folder\n")


def test_no_cache_keeps_nothing_and_the_repository_is_left_alone(many, run, home):
    os.chdir(many)
    before = sorted(os.listdir(many))
    reported(run, "--no-cache")
    assert not home.exists()
    reported(run)
    assert only_file(home).suffix == ".cache"
    assert sorted(os.listdir(many)) == before


def test_a_file_written_just_now_is_read_again(many, run, checked, monkeypatch):
    os.chdir(many)
    monkeypatch.setattr(cache, "RACY", 1_000_000_000_000)
    reported(run, "--jobs", "1")
    real, opened = files.Disk.load, list[str]()
    monkeypatch.setattr(files.Disk, "load", staticmethod(lambda path: opened.append(path) or real(path)))
    reported(run, "--jobs", "1")
    assert len(opened) == COUNT + 2
    assert len(checked) == COUNT + 2, "but its bytes are known"


def test_a_run_over_few_of_the_records_leaves_the_cache_as_it_is(many, run, home, checked, monkeypatch):
    os.chdir(many)
    reported(run, "--jobs", "1")
    before = only_file(home).read_bytes()
    monkeypatch.setattr(work_tree, "WORTH_A_CACHE", 10)
    checked.clear()
    reported(run, "--jobs", "1", *(f"_figures/{path.name}" for path in sorted((many / "_figures").iterdir())[: COUNT // 3]))
    assert only_file(home).read_bytes() == before


def test_caches_of_other_settings_go_when_there_are_too_many(many, run, home, monkeypatch):
    os.chdir(many)
    monkeypatch.setattr(cache, "KEPT", 3)
    home.mkdir(parents=True)
    of_other_programs = [home / name for name in ("mine.cache", "notes.cached", "0123.cache")]
    for path in of_other_programs:
        path.write_text("")
    for code in ("PF301", "PF302", "PF303", "PF304", "PF305"):
        reported(run, "--ignore", code)
    assert len(list(home.iterdir())) == 3 + len(of_other_programs)
    assert all(path.exists() for path in of_other_programs)


def test_two_runs_share_a_cache(many, home):
    command = [sys.executable, "-m", "pfocr_lint", "--output-format", "json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    CHANGES["a defect"](many)
    runs = [
        subprocess.Popen(command, cwd=many, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)
    ]
    found = [process.communicate() for process in runs]
    assert {process.returncode for process in runs} == {1}
    assert len({json.dumps(json.loads(out)["diagnostics"]) for out, _ in found}) == 1
    assert {err for _, err in found} == {b""}
    assert only_file(home).suffix == ".cache"


FACTS = [
    FigureFacts(
        "p", "PMC1__a", "PMC1__F1", "/figures/PMC1__F1", "PMC1", ("Homo sapiens", "Mus musculus"), b"x" * 24, b"abcd" * 3
    ),
    FigureFacts("p", None, None, None, None, (), b"\0" * 24, None),
    FigureFacts("p", "\ud800", "ü", "", "x", ("é",), b"y" * 24, b""),
    PageFacts("p", "Homo sapiens"),
    PageFacts("p", None),
    TableFacts("p", "PMC1__a", "genes", b"abcd"),
    None,
]


def written(folder: Path, facts, compared: str | None = None) -> cache.Cache:
    keys = [f"_figures/{number}.md" for number in range(len(facts))]
    stamps = cache.as_bytes(cache.array("q", range(4 * len(facts))))
    rows = (cache.Row(bytes([number + 1]) * 32, each) for number, each in enumerate(facts))
    cache.Cache(str(folder), "k").write(keys, stamps, rows, compared, {})
    return cache.Cache(str(folder), "k")


def test_facts_come_back_as_they_went(tmp_path):
    again = written(tmp_path, FACTS, "these")
    assert again.keys == [f"_figures/{number}.md" for number in range(len(FACTS))]
    assert again.compared == "these"
    for number, facts in enumerate(FACTS):
        assert again.facts(number, "p") == facts
        assert again.digest(number) == bytes([number + 1]) * 32
    assert cache.Cache(str(tmp_path), "other").keys == []


@pytest.mark.parametrize(
    "facts", [FACTS[0]._replace(figid="a\0b"), FACTS[0]._replace(organisms=("a\2b",)), FACTS[0]._replace(organisms=("",))]
)
def test_what_the_columns_cannot_hold_is_not_kept(tmp_path, facts):
    again = written(tmp_path, [facts, FACTS[3]], "these")
    assert again.compared is None, "one of the records is not known"
    assert again.keys == ["_figures/1.md"]
    assert again.facts(0, "p") == FACTS[3]


@pytest.mark.needs("links")
def test_a_link_is_read_every_time(many, run, monkeypatch):
    os.chdir(many)
    real = figure(many, 5)
    (many / "kept").mkdir()
    real.rename(many / "kept" / "x")
    real.symlink_to(many / "kept" / "x")
    assert reported(run, "--jobs", "1") == (0, [])
    assert reported(run, "--jobs", "1") == (0, [])
    (many / "kept" / "x").write_text(record(5).replace("CC0", "CC1"), encoding="utf-8")
    assert reported(run, "--jobs", "1")[0] == 1


def test_a_cache_is_of_one_set_of_rules_and_settings(tmp_path, monkeypatch):
    key = cache.key_of(DEFAULT, "/base", "")
    assert key == cache.key_of(DEFAULT, "/elsewhere", "")
    assert key != cache.key_of(DEFAULT, "/base", "/home")
    cache.program.cache_clear()
    monkeypatch.setattr(cache, "__version__", "0.0.0")
    assert key != cache.key_of(DEFAULT, "/base", "")
    cache.program.cache_clear()


def same_with_and_without(run, *argv) -> list[dict]:
    expected = reported(run, "--jobs", "1", "--no-cache", *argv)
    for _ in range(2):
        assert reported(run, "--jobs", "1", *argv) == expected
    return expected[1]


@pytest.mark.needs("links")
def test_pages_beside_the_files_are_read(many, run):
    """A clean comparison is only valid if it reads nothing except the files of the run."""
    os.chdir(many)
    pages = {path: path.read_bytes() for path in (many / "_organisms").iterdir()}
    shutil.rmtree(many / "_organisms")
    assert same_with_and_without(run) == []
    (many / "_organisms").mkdir()
    (many / "_organisms" / "homo_sapiens.md").write_bytes(pages[many / "_organisms" / "homo_sapiens.md"])
    assert {each["code"] for each in same_with_and_without(run, "_figures")} == {"PF404"}
    shutil.rmtree(many / "_organisms")
    (many / "kept").mkdir()
    for path, data in pages.items():
        (many / "kept" / path.name).write_bytes(data)
    (many / "_organisms").symlink_to("kept")
    assert same_with_and_without(run) == []
    (many / "kept" / "homo_sapiens.md").unlink()
    assert {each["code"] for each in same_with_and_without(run)} == {"PF404"}


def test_both_of_two_roots_count(many, run, tmp_path):
    other = shutil.copytree(many, tmp_path / "other")
    os.chdir(tmp_path)
    assert same_with_and_without(run, "many", "other/_figures") == []
    (other / "_organisms" / "homo_sapiens.md").unlink()
    assert {each["code"] for each in same_with_and_without(run, "many", "other/_figures")} == {"PF404"}


@pytest.mark.needs("links")
def test_a_linked_folder_is_another_path(many, run):
    os.chdir(many)
    (many / ".git").mkdir()
    (many / "b").mkdir()
    (many / "b" / "_figures").symlink_to("../_figures")
    (many / "b" / "_organisms").symlink_to("../_figures")
    discover.cache_clear()
    (many / "pfocr-lint.toml").write_text('[per-file-ignores]\n"b/**" = ["PF208"]\n')
    spoilt(many, 5, "figtype: Figure", "figtype: Scheme")
    same_with_and_without(run, "b/_figures")
    assert "PF208" in {each["code"] for each in same_with_and_without(run, "_figures")}
    assert same_with_and_without(run, "b/_organisms") != []


def test_what_a_killed_run_left_is_tidied_though_nothing_has_changed(many, run):
    os.chdir(many)
    reported(run)
    left = many / "_figures" / ".pfocr-lint-0123456789abcdef.tmp"
    left.write_text("x")
    assert reported(run, "--fix") == (0, [])
    assert not left.exists()


# Streamed results


def spoilt(folder: Path, number: int, old: str, new: str) -> None:
    path = figure(folder, number)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("output", ["concise", "full", "jsonl"])
def test_streamed_results_are_the_same_as_sorted_ones(many, run, monkeypatch, output):
    os.chdir(many)
    spoilt(many, 3, "year: '2022'", "year: 2022")
    spoilt(many, 200, "license: CC0", "license: CC1")
    spoilt(many, 100, "figid_alias: PMC10000100__F1", "figid_alias: PMC10000101__F1")
    shutil.copy(figure(many, 7), many / "_figures" / "PMC1__copy.md")
    argv = ("--output-format", output, "--no-cache", "--jobs", "2")
    together = run(*argv)
    monkeypatch.setattr(main, "STREAMED_FROM", 1)
    streamed = run(*argv)
    assert streamed.status == together.status == 1
    assert sorted(streamed.out.split("\n")) == sorted(together.out.split("\n"))
    waits = [line for line in streamed.out.split("\n") if re.search(r"PF4[0-9][0-9]|PF201", line)]
    first = [line for line in streamed.out.split("\n") if re.search(r"PF105|PF104", line)]
    assert waits
    assert first
    assert max(map(streamed.out.index, first)) < min(map(streamed.out.index, waits))
    assert run(*argv, "--jobs", "1").out == run(*argv, "--jobs", "8").out == streamed.out
    also = run(*argv, "--output-format", "json:all.json")
    assert also.out == streamed.out
    assert json.loads(Path("all.json").read_text(encoding="utf-8"))["diagnostics"] == reported(run, "--no-cache")[1]


def test_the_first_result_is_written_before_the_last_is_known(many, monkeypatch):
    for number in range(COUNT, main.STREAMED_FROM + 200):
        name = SEED.replace("PMC9405586", f"PMC{10_000_000 + number}")
        (many / "_figures" / f"{name}.md").write_text(record(number), encoding="utf-8")
    spoilt(many, 0, "year: '2022'", "year: 2022")
    last = figure(many, -1)
    code = (
        "import os, sys, time\n"
        "from pfocr_lint.cli import main\nfrom pfocr_lint.workspace.files import Disk as files\n"
        "real = files.load\n"
        f"def loaded(path):\n"
        f"    while path.endswith({last.name!r}) and not os.path.exists('go'): time.sleep(0.01)\n"
        "    return real(path)\n"
        "files.load = staticmethod(loaded)\n"
        "main.run()\n"
    )
    last.write_text(record(main.STREAMED_FROM + 199), encoding="utf-8")
    command = [sys.executable, "-c", code, "--no-cache", "--output-format", "concise", "--jobs", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=many, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    first = process.stdout.readline()
    assert process.poll() is None
    assert "PF105" in first
    (many / "go").write_text("")
    other_lines, err = process.communicate()
    assert (process.returncode, err) == (1, "")
    assert other_lines.endswith("[*] 1 fixable with --fix.\n")


def test_another_program_or_schema_is_another_cache(tmp_path, monkeypatch):
    (tmp_path / "package" / "part").mkdir(parents=True)
    (tmp_path / "schemas").mkdir()
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "package" / "cache.py"))
    monkeypatch.setattr(cache, "schemas", lambda: tmp_path / "schemas")
    seen = set()
    for name in ("package/cache.py", "package/part/rule.py", "schemas/figure.json", "package/part/rule.py", "package/notes.txt"):
        (tmp_path / name).write_text(f"{name} {len(seen)}")
        cache.program.cache_clear()
        seen.add(cache.program())
    cache.program.cache_clear()
    assert len(seen) == 4, "each but the file that is no part of the program"


def test_another_version_of_a_library_is_another_cache(tmp_path, monkeypatch):
    """Wherever it is found, and only the libraries that decide which records are clean."""
    monkeypatch.setattr(cache.sys, "path", [str(tmp_path / "one"), str(tmp_path / "two")])
    seen = []
    for name in (
        "one/other-1.dist-info",
        "one/ftfy-notes",
        "one/ftfy-6.dist-info",
        "two/jsonschema-4.dist-info",
        "two/PyYAML-6.dist-info",
    ):
        (tmp_path / name).mkdir(parents=True)
        cache.program.cache_clear()
        seen.append(cache.program())
    cache.program.cache_clear()
    assert seen[0] == seen[1]
    assert len(set(seen)) == 4


SETTINGS = {
    "selections": (Selection(ignore=("PF207",)),),
    "per_file_ignores": (("_figures/*", ("PF207",)),),
    "exclude": ("_figures/*",),
    "organisms": False,
    "organism_synonyms": (("Mus", "Mus musculus"),),
    "waivers": False,
    "root": "/base",
}


@pytest.mark.parametrize("name", SETTINGS)
def test_other_settings_are_another_cache(name):
    changed = replace(DEFAULT, **{name: SETTINGS[name]})
    assert getattr(changed, name) != getattr(DEFAULT, name)
    assert cache.key_of(changed, "/base", "") != cache.key_of(DEFAULT, "/base", "")


def test_settings_of_another_folder_are_another_cache():
    """Patterns of a file above or below the records match other records."""
    of = {cache.key_of(replace(DEFAULT, root=root), "/base/part", "") for root in (None, "/base/part", "/base")}
    assert len(of) == 3


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "/xdg"}, "/xdg/pfocr-lint"),
        ("linux", {"LOCALAPPDATA": "/local"}, "/home/one/.cache/pfocr-lint"),
        ("linux", {"XDG_CACHE_HOME": ""}, "/home/one/.cache/pfocr-lint"),
        ("darwin", {"XDG_CACHE_HOME": "/xdg"}, "/home/one/Library/Caches/pfocr-lint"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/pfocr-lint/Cache"),
        ("win32", {"XDG_CACHE_HOME": "/xdg"}, "/home/one/AppData/Local/pfocr-lint/Cache"),
    ],
)
def test_the_cache_is_where_the_system_keeps_caches(monkeypatch, platform, variables, folder):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/one", **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cache.sys, "platform", platform)
    assert cache.default_folder() == folder


@pytest.mark.parametrize("times", [(1, 0), (0, 1), (1, 1), (0, 0)])
def test_a_file_that_may_be_written_again_unseen_is_not_known(tmp_path, times):
    """By its modification time or its change time."""
    kept = cache.Cache(str(tmp_path), "key")
    recent = [kept._started if late else 1 for late in times]
    stamp = cache.array("q", [100, *recent, 7])
    assert (kept.settled(stamp) == cache.as_bytes(stamp)) is (times == (0, 0))


def cached_run(folder: Path, paths: list[str]) -> CachedRun:
    return CachedRun(cache.Cache(str(folder / "cache"), "key"), paths, paths)


@pytest.mark.parametrize("touched", [True, False])
def test_new_times_of_the_same_bytes_are_kept(tmp_path, monkeypatch, touched):
    monkeypatch.setattr(cache, "RACY", -1_000_000_000_000)
    path = tmp_path / "record.md"
    path.write_text("x")
    os.utime(path, ns=(1, 1))
    run = cached_run(tmp_path, [str(path)])
    run.add(0, cache.Row(bytes(32), None))
    run.keep({})
    before = cached_run(tmp_path, [str(path)])._cache.stamps
    if touched:
        os.utime(path, ns=(2, 2))
    again = cached_run(tmp_path, [str(path)])
    assert again.unchanged == [not touched]
    assert again.is_as_before is not touched
    assert again.same(0) is None
    assert again.found_by_comparison == {}
    again.keep({})
    after = cached_run(tmp_path, [str(path)])._cache
    assert (after.stamps == before) is not touched
    assert after.stamps == cache.as_bytes(stamps.stamps_of([str(path)]))


@pytest.mark.parametrize("kept", [1, 2])
def test_a_comparison_is_kept_only_with_all_of_its_records(tmp_path, kept):
    paths = [str(tmp_path / f"{number}.md") for number in range(2)]
    run = cached_run(tmp_path, paths)
    for number in range(kept):
        run.add(number, cache.Row(bytes(32), None))
    run.keep({})
    again = cached_run(tmp_path, paths)
    assert (again._cache.compared is not None) is (kept == 2)
    assert again.facts(0) is None


@pytest.mark.parametrize(("records", "kept"), [(4, True), (5, False), (10, False)])
def test_a_run_over_less_than_half_of_the_records_leaves_the_cache_alone(tmp_path, records, kept):
    paths = [str(tmp_path / f"{number}.md") for number in range(10)]
    for path in paths:
        Path(path).write_text("x")

    def keep(number: int) -> bytes:
        run = cached_run(tmp_path, paths[:number])
        for at in range(number):
            run.add(at, cache.Row(bytes([number]) * 32, None))
        run.keep(None)
        return only_file(tmp_path / "cache").read_bytes()

    assert (keep(10) == keep(records)) is (kept or records == 10)


# Records with diagnostics

DEFECTS = (
    lambda text: text.replace("publisher_name: MDPI", "publisher_name: .na.character"),
    lambda text: text.replace("license: CC0", "license: CC1"),
    lambda text: text.replace("organisms:\n- ", "organisms: "),
    lambda text: text.replace("seo: CreativeWork", "seo: Creative # pfocr-lint: ignore[PF104] it is so"),
    lambda text: text.replace("seo: CreativeWork", "seo: ["),
    lambda text: text.replace("Leukemias.", "Leukemias ?."),
    lambda text: text.replace("Leukemias.", "<i>Leukemias</i>."),
)


@pytest.fixture
def dirty(many):
    """Half of the records have one of some defects, two have the same alias, one is unreadable."""
    for number in range(0, COUNT, 2):
        path = figure(many, number)
        path.write_text(DEFECTS[number // 2 % len(DEFECTS)](path.read_text(encoding="utf-8")), encoding="utf-8")
    CHANGES["a record comes"](many)
    (many / "_figures" / "PMC1__pipe.md").symlink_to("nowhere")
    os.chdir(many)
    return many


def whole(run, *argv):
    found = run("--output-format", "json", *argv)
    output = json.loads(found.out)
    del output["summary"]["seconds"]
    return found.status, output, found.err


@pytest.mark.needs("links")
def test_what_was_found_is_kept(dirty, run, checked):
    expected = whole(run, "--no-cache")
    assert len({each["code"] for each in expected[1]["diagnostics"]}) > 5
    assert expected[1]["summary"]["waived"] > 0
    assert whole(run) == expected
    checked.clear()
    assert whole(run, "--jobs", "1") == expected
    assert checked == [], "not even the waived finding is looked for again"


@pytest.mark.needs("links")
@pytest.mark.parametrize("form", ["full", "concise", "jsonl", "sarif", "markdown"])
def test_what_was_found_is_shown_in_each_format_as_if_it_were_new(dirty, run, form):
    expected = run("--no-cache", "--output-format", form)
    assert run("--output-format", form) == expected
    assert run("--output-format", form) == expected


@pytest.mark.needs("links")
@pytest.mark.parametrize("how", ["a clone", "some changed", "one gone", "all written again"])
def test_what_was_found_in_the_same_bytes_is_kept(dirty, run, checked, how):
    whole(run)
    if how in ("a clone", "all written again"):
        for path in sorted(dirty.rglob("_figures/PMC10*.md")):
            os.utime(path, ns=(5, 5))
    if how in ("some changed", "all written again"):
        for number in range(0, 40, 3):
            path = figure(dirty, number)
            path.write_text(path.read_text(encoding="utf-8").replace("CC0", "CC1"), encoding="utf-8")
    if how == "one gone":
        figure(dirty, 5).unlink()
    expected = whole(run, "--no-cache")
    checked.clear()
    assert whole(run, "--jobs", "1") == expected
    assert len(checked) < 20
    checked.clear()
    assert whole(run, "--jobs", "1") == expected
    assert checked == []


@pytest.mark.needs("links")
def test_paths_are_shown_as_they_are_given(dirty, run, monkeypatch):
    whole(run)
    monkeypatch.chdir(dirty / "_figures")
    assert whole(run, "..") == whole(run, "..", "--no-cache")


@pytest.mark.needs("links")
def test_what_was_fixed_is_known_and_a_second_run_fixes_nothing(dirty, run, checked):
    first = whole(run, "--fix", "--jobs", "1")
    assert first[1]["summary"]["fixed"] > 0
    checked.clear()
    second = whole(run, "--fix", "--jobs", "1")
    assert second[1]["summary"] == {**first[1]["summary"], "fixed": 0}
    assert second[1]["diagnostics"] == first[1]["diagnostics"]
    assert checked == []
    assert whole(run, "--no-cache")[1]["diagnostics"] == first[1]["diagnostics"]


@pytest.mark.needs("links")
def test_a_record_with_a_fix_is_fixed_though_it_is_known(dirty, run):
    whole(run)
    assert whole(run, "--fix")[1]["summary"]["fixed"] > 0
    assert whole(run, "--fix", "--unsafe-fixes")[1]["summary"]["fixed"] > 0
    assert whole(run, "--fix", "--unsafe-fixes")[1]["summary"]["fixed"] == 0


@pytest.mark.needs("links")
def test_a_finding_that_depends_on_git_is_looked_for_again(dirty, run, checked):
    for words in ("init -q", "add -A", "-c user.name=a -c user.email=a@b commit -qm x"):
        subprocess.run(["git", *words.split()], check=True, cwd=dirty)
    path = figure(dirty, 1)
    path.write_text(path.read_text(encoding="utf-8").replace("  description: S", "  description: Another s"), encoding="utf-8")
    found = [each for each in whole(run)[1]["diagnostics"] if each["code"] == "PF206"]
    assert [each["fix"]["safety"] for each in found] == ["unsafe"]
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qam", "y"], check=True, cwd=dirty)
    found = [each for each in whole(run)[1]["diagnostics"] if each["code"] == "PF206"]
    assert [each["fix"]["safety"] for each in found] == ["safe"]


@pytest.mark.needs("links")
def test_a_waiver_ends_although_nothing_changed(dirty, run, checked):
    path = figure(dirty, 1)
    text = path.read_text(encoding="utf-8").replace(
        "license: CC0", "license: CC1 # pfocr-lint: ignore[PF104; until=2027-01-31] so"
    )
    path.write_text(text, encoding="utf-8")

    def on(day: str, *argv: str) -> list[str]:
        return [each["code"] for each in whole(run, "--today", day, *argv)[1]["diagnostics"] if each["path"].endswith(path.name)]

    assert on("2027-01-30") == []
    checked.clear()
    assert on("2027-01-31", "--jobs", "1") == []
    assert checked == []
    for _ in range(2):
        assert on("2027-02-01", "--jobs", "1") == ["PF104", "PF903"] == on("2027-02-01", "--no-cache")
    assert on("2027-01-31") == []


def test_blocks_with_little_that_is_wanted_are_written_anew(tmp_path):
    diagnostics = [[example(number)] for number in range(packed.RECORDS * 3)]
    block = packed.pack(diagnostics)
    rows = [cache.Row(b"x" * 32, None, packed.Packed(block, number, "", "n")) for number in range(0, len(diagnostics), 100)]
    rows[1:1] = [cache.Row(b"y" * 32, None, None)] * 3  # clean records
    again = cache.compacted(rows)
    assert again[1:4] == rows[1:4]
    del rows[1:4], again[1:4]
    assert {row.left.block.records for row in again} == {len(rows)}
    assert [list(row.left) for row in again] == [list(row.left) for row in rows]
    assert cache.compacted(rows[:0]) == []
    assert cache.compacted(again) == again
