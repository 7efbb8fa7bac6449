"""Clones without blobs, without a work tree, and with a sparse checkout: what is fetched, and what is found."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_edited import git, repository  # noqa: F401 - the fixture
from test_introduced import CASES, clashing, make_edits, paper, table, write_base
from test_repository import figure, page, write

from pfocr_lint.errors import UsageError
from pfocr_lint.workspace import git_fetch, git_objects

FAR = [figure(2000000 + number) for number in range(10)]
MENTIONS = "_figures/mention.md"


def commit(message: str = "records") -> None:
    git("add", "-A")
    git("commit", "-q", "--allow-empty", "-m", message)


@pytest.fixture
def source(repository):  # noqa: F811
    """A remote that serves clones without blobs: a base, and the branch 'pull' with a clash within a paper."""
    git("config", "uploadpack.allowFilter", "true")
    git("config", "uploadpack.allowAnySHA1InWant", "true")
    write(
        repository,
        *paper(1),
        *FAR,
        (MENTIONS, figure(3000001, figid="PMC1000001__g002")[1]),
        page("Homo sapiens", "homo_sapiens"),
        ("pfocr-lint.toml", 'ignore = ["PF206"]\n'),
        ("notes.txt", "not a record"),
    )
    commit()
    git("switch", "-q", "-c", "pull")
    write(repository, clashing(2))
    commit("a clash")
    git("switch", "-q", "main")
    return repository


KINDS = {
    "bare": ("--bare",),
    "no checkout": ("--no-checkout",),
    "checkout": (),
    "sparse": ("--sparse",),
    "a checkout of the branch": ("--branch", "pull"),
}


def clone(source: Path, tmp_path_factory, monkeypatch, *args: str, filtered: bool = True) -> Path:
    folder = tmp_path_factory.mktemp("clone") / "clone"
    flags = ("--filter=blob:none",) if filtered else ()
    git("-c", "protocol.file.allow=always", "clone", "-q", *flags, *args, f"file://{source}", str(folder))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def requests(monkeypatch) -> list[list[str]]:
    """The commands that fetch, each as its arguments."""
    made = []

    def started(command, *args, real=subprocess.Popen, **options):
        made.extend([command] if "--stdin" in command else [])
        return real(command, *args, **options)

    monkeypatch.setattr(git_fetch.subprocess, "Popen", started)
    return made


def missing(*revisions: str) -> set[str]:
    """Return the names of the files that the clone lacks."""
    lacking = git_objects.missing(str(Path.cwd()), revisions)
    found = set()
    for revision in revisions:
        found |= {name for name, (_, entry) in git_objects.tree(str(Path.cwd()), revision).items() if entry in lacking}
    return found


def codes(result) -> list[tuple[str, str]]:
    assert result.status in (0, 1), result
    return [(each["code"], each["path"]) for each in json.loads(result.out)["diagnostics"]]


JSON = ("--output-format", "json")
PULL = ("--since", "origin/main", "--introduced", *JSON)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_pull_request_needs_comes_in_one_request(source, run, tmp_path_factory, monkeypatch, requests, kind):
    clone(source, tmp_path_factory, monkeypatch, *KINDS[kind])
    ends = ("pull", "main") if kind == "bare" else ("origin/pull", "origin/main")
    before = missing(*ends)
    result = run("--revision", ends[0], "--since", ends[1], "--introduced", *JSON)
    assert ("PF402", clashing(2)[0]) in codes(result)
    far = {name for name, _ in FAR}
    assert missing(*ends) & far == before & far, "records of other papers are not fetched"
    assert "notes.txt" not in before - missing(*ends)
    assert len(requests) == (0 if kind == "a checkout of the branch" else 1)
    assert ("fetched" in result.err) == bool(requests)
    assert ("not compared" in result.err) == bool(before & far)
    again = run("--revision", ends[0], "--since", ends[1], "--introduced", "--offline", *JSON)
    assert codes(again) == codes(result)
    assert "fetched" not in again.err, "what was fetched is there"


@pytest.mark.parametrize("kind", ["bare", "no checkout"])
def test_the_run_says_what_it_fetched_and_did_not_compare(source, run, tmp_path_factory, monkeypatch, kind):
    clone(source, tmp_path_factory, monkeypatch, *KINDS[kind])
    ends = ("pull", "main") if kind == "bare" else ("origin/pull", "origin/main")
    args = ("--revision", ends[0], "--since", ends[1], "--introduced", *JSON)
    lines = run(*args).err.splitlines()
    # the new figure and that of its paper, the page, the settings
    assert re.fullmatch(r"pfocr-lint: fetched 4 files \([0-9.]+ (kB|bytes)\) in one request", lines[0])
    assert lines[1:] == ["pfocr-lint: 11 other figures not compared: this clone lacks them, and --all-blobs fetches them"]
    everything = run(*args, "--all-blobs")
    assert ("PF401", MENTIONS) in codes(everything), "the figid is elsewhere too"
    announced, came = everything.err.splitlines()
    assert announced == "pfocr-lint: fetching 11 files from 'origin', about 45 kB"
    assert re.fullmatch(r"pfocr-lint: fetched 11 files \([0-9.]+ (kB|bytes)\) in one request", came)
    assert run(*args).err == ""


def test_the_request_is_git_alone(source, run, tmp_path_factory, monkeypatch, requests):
    clone(source, tmp_path_factory, monkeypatch, "--no-checkout")
    Path(".git/hooks").mkdir(exist_ok=True)
    for hook in ("post-fetch", "reference-transaction", "post-checkout", "pre-auto-gc"):
        Path(".git/hooks", hook).write_text("#!/bin/sh\ntouch ran\n")
        Path(".git/hooks", hook).chmod(0o755)
    refs = git("for-each-ref")
    assert run("--revision", "origin/pull", *PULL).status == 1
    ((*_, remote),) = requests
    assert remote == "origin"
    command = requests[0]
    assert {
        "--stdin",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--no-auto-maintenance",
        "--filter=blob:none",
    } <= set(command)
    assert any(each.startswith("core.hooksPath=") for each in command)
    assert git("for-each-ref") == refs
    assert not Path("ran").exists()
    assert not Path(".git/FETCH_HEAD").exists()


def test_all_records_of_a_revision_come_in_one_request_that_is_announced(source, run, tmp_path_factory, monkeypatch, requests):
    wanted = run(*JSON).out
    clone(source, tmp_path_factory, monkeypatch, "--no-checkout")
    result = run("--revision", "HEAD", *JSON)
    assert json.loads(result.out)["diagnostics"] == json.loads(wanted)["diagnostics"] != []
    lines = result.err.splitlines()
    head = git("rev-parse", "HEAD")[:12]
    assert lines[0] == f"pfocr-lint: fetching 14 files of {head} from 'origin', about 57 kB"
    assert lines[1].startswith("pfocr-lint: fetched 14 files (")
    assert len(requests) == 1
    assert missing("HEAD") == {"notes.txt"}


def test_named_records_need_themselves_and_the_pages(source, run, tmp_path_factory, monkeypatch):
    clone(source, tmp_path_factory, monkeypatch, "--no-checkout")
    assert run("--revision", "HEAD", FAR[0][0]).status == 0
    assert missing("HEAD") == {"notes.txt", MENTIONS, paper(1)[0][0], *(name for name, _ in FAR[1:])}
    clone(source, tmp_path_factory, monkeypatch, "--no-checkout")
    assert "_figures" in run("--revision", "HEAD", "--show-files").out
    assert len(missing("HEAD")) == 14, "only the settings came"


LARGER = "give a larger --max-fetch, or compare with --since"


def test_what_is_too_large_is_not_fetched(source, run, tmp_path_factory, monkeypatch, requests):
    clone(source, tmp_path_factory, monkeypatch, "--no-checkout")
    head = git("rev-parse", "HEAD")[:12]
    result = run("--revision", "HEAD", "--max-fetch", "50kB")
    assert (result.status, result.out, result.err) == (
        2,
        "",
        f"pfocr-lint: 14 files of {head} would have to be fetched, about 57 kB, and --max-fetch is 50 kB; {LARGER}\n",
    )
    assert requests == []
    monkeypatch.setattr(git_fetch, "TYPICAL", 1)
    result = run("--revision", "HEAD", "--max-fetch", "1kB")
    assert (result.status, result.out) == (2, "")
    assert result.err.endswith(
        f"14 files of {head} are more than --max-fetch 1.0 kB; give a larger --max-fetch, or compare with --since\n"
    )


def failing() -> Iterator[tuple[str, list[list[str]], tuple[str, ...], str]]:
    """Yield a name, commands of git in the clone, flags, and the message."""
    why = "check the connection and the access to it, or use a clone that was made without --filter"
    yield (
        "offline",
        [],
        ("--offline",),
        "this clone lacks 4 files that the run needs, and --offline forbids fetching; run it once without --offline",
    )
    yield (
        "the remote is gone",
        [["config", "remote.origin.url", "file:///nowhere/at/all"]],
        (),
        "4 files that the run needs cannot be fetched from 'origin' ('/nowhere/at/all' does not appear to be a git repository); "
        + why,
    )
    for url, name in (("git://localhost/x", "git"), ("ext::sh -c touch% ran", "ext"), ("http://localhost:1/x", "http")):
        yield (
            f"another transport: {name}",
            [["config", "remote.origin.url", url]],
            (),
            f"4 files that the run needs cannot be fetched from 'origin' (transport '{name}' not allowed); {why}",
        )
    yield (
        "no promisor",
        [["config", "--unset", "remote.origin.promisor"], ["config", "--unset", "remote.origin.partialclonefilter"]],
        (),
        "",
    )


@pytest.mark.parametrize(("commands", "flags", "message"), [row[1:] for row in failing()], ids=[row[0] for row in failing()])
def test_what_cannot_be_fetched_is_one_sentence_with_what_to_do(
    source, run, tmp_path_factory, monkeypatch, commands, flags, message
):
    clone(source, tmp_path_factory, monkeypatch, "--no-checkout")
    for command in commands:
        git(*command)
    result = run("--revision", "origin/pull", *PULL, *flags)
    assert (result.status, result.out) == (2, "")
    assert result.err.count("\n") == 1
    assert message in result.err
    assert not Path("ran").exists()
    if not message:
        assert "make the clone again" in result.err


def test_a_remote_that_does_not_have_a_blob(source, run, tmp_path_factory, monkeypatch):
    clone(source, tmp_path_factory, monkeypatch, "--no-checkout")
    blob = git("rev-parse", f"pull:{clashing(2)[0]}", cwd=source).strip()
    Path(source, ".git", "objects", blob[:2], blob[2:]).unlink()
    result = run("--revision", "origin/pull", *PULL)
    assert (result.status, result.out) == (2, "")
    assert "cannot be fetched from 'origin'" in result.err


@pytest.mark.parametrize("kind", ["checkout", "sparse"])
def test_a_work_tree_of_a_clone_without_blobs(source, run, tmp_path_factory, monkeypatch, requests, kind):
    """Committed, staged, edited and new files; the base's blobs come in one request."""
    git("switch", "-q", "pull")
    write(source, ("_figures/PMC1000001__g001.md", paper(1, publisher_name="Basel")[0][1]))
    commit("an edit")
    git("switch", "-q", "main")
    clone(source, tmp_path_factory, monkeypatch, *KINDS[kind], "--branch", "pull")
    full = run_in_full(source, run, tmp_path_factory, monkeypatch)
    clone(source, tmp_path_factory, monkeypatch, *KINDS[kind], "--branch", "pull")
    edit()
    result = run(*PULL)
    assert codes(result) == [each for each in codes(full) if kind == "checkout" or each[1] != MENTIONS] != []
    assert len(requests) == 1


def edit() -> None:
    write(
        Path(),
        figure(2000001, publisher_name="Basel"),
        figure(2000002, figtype="Scheme"),
        ("_figures/PMC2000003__again.md", FAR[3][1]),
    )
    git("add", "--sparse", figure(2000002)[0])


def run_in_full(source, run, tmp_path_factory, monkeypatch):
    clone(source, tmp_path_factory, monkeypatch, "--branch", "pull", filtered=False)
    edit()
    return run(*PULL)


def test_a_sparse_checkout_of_a_full_clone_meets_what_it_leaves_out(source, run, tmp_path_factory, monkeypatch, requests):
    clone(source, tmp_path_factory, monkeypatch, "--sparse", "--branch", "pull", filtered=False)
    assert not Path("_figures").exists()
    found = codes(run(*PULL))
    assert {("PF401", MENTIONS), ("PF402", clashing(2)[0])} <= set(found)
    assert codes(run(*PULL, "_figures")) == found
    assert requests == []


def test_settings_of_a_revision_are_fetched(source, run, tmp_path_factory, monkeypatch, requests):
    clone(source, tmp_path_factory, monkeypatch, "--branch", "pull")
    write(source, ("pfocr-lint.toml", 'ignore = ["PF4", "PF2"]\n'))
    git("commit", "-q", "-a", "-m", "other settings", cwd=source)
    git("fetch", "-q")
    assert codes(run("--settings-from", "origin/main", *JSON)) == []
    assert len(requests) == 1
    result = run("--settings-from", "origin/main~1", *JSON)
    assert codes(result) != []


def test_a_clone_without_a_checkout_says_what_to_do(source, run, tmp_path_factory, monkeypatch):
    folder = clone(source, tmp_path_factory, monkeypatch, "--no-checkout")
    result = run("--since", "origin/main")
    assert (result.status, result.out, result.err) == (
        2, "", f"pfocr-lint: nothing is checked out in '{folder}'; check a revision instead: --revision HEAD\n",
    )  # fmt: skip


def test_nothing_is_fetched_by_accident(source, run, tmp_path_factory, monkeypatch, requests):
    """Neither where Git knows GIT_NO_LAZY_FETCH, nor where it does not."""
    clone(source, tmp_path_factory, monkeypatch, "--no-checkout")
    before = missing("HEAD")
    for variables in (git_objects.git_environment(), {**git_objects.git_environment(), "GIT_NO_LAZY_FETCH": "0"}):
        monkeypatch.setattr(git_objects, "git_environment", lambda variables=variables: variables)
        assert git_objects.read(str(Path.cwd()), b"HEAD:notes.txt") is None
        assert git_objects.read_all(str(Path.cwd()), [git("rev-parse", "HEAD:notes.txt").strip()]) is None
        assert missing("HEAD") == before
        git_objects.close()


def test_links_and_what_they_lead_to(source, run, tmp_path_factory, monkeypatch):
    Path(source, "_figures/PMC1000001__link.md").symlink_to("../other/x.md")
    write(source, ("other/x.md", figure(1000001, 3, figtype="Scheme")[1]))
    git("switch", "-q", "pull")
    commit("a link")
    wanted = run("--since", "main", "--introduced", *JSON)
    clone(source, tmp_path_factory, monkeypatch, "--no-checkout")
    result = run("--revision", "origin/pull", *PULL)
    assert codes(result) == [each for each in codes(wanted) if each[1] != MENTIONS]
    assert "PF208" in {code for code, _ in codes(result)}


@pytest.mark.parametrize("case", CASES)
def test_what_a_paper_introduces_is_found_without_its_files(repository, run, tmp_path_factory, monkeypatch, case):  # noqa: F811
    base, edits, wanted = CASES[case]
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        git("config", key, "true")
    write_base(repository, base)
    commit()
    git("switch", "-q", "-c", "pull")
    make_edits(repository, edits)
    commit("edits")
    clone(repository, tmp_path_factory, monkeypatch, "--no-checkout")
    found = run("--revision", "origin/pull", *PULL)
    assert sorted(code for code, _ in codes(found)) == wanted


def test_a_table_lacks_its_record_though_no_record_is_fetched(source, run, tmp_path_factory, monkeypatch):
    git("switch", "-q", "pull")
    write(source, ("_data/PMC4000001__gone-chemicals.tsv", table("Glucose")[1]))
    commit("a table")
    clone(source, tmp_path_factory, monkeypatch, "--no-checkout")
    result = run("--revision", "origin/pull", "--since", "origin/pull~1", "--introduced", *JSON)
    assert codes(result) == [("PF409", "_data/PMC4000001__gone-chemicals.tsv")]
    assert re.match(r"pfocr-lint: fetched 3 files ", result.err), "the table, the page and the settings"


SIZES = {"1": 1, "10b": 10, "2k": 2_000, "500MB": 500_000_000, "1 GB": 10**9, "0": 0}


def test_sizes():
    assert {given: git_fetch.size_of(given) for given in SIZES} == SIZES
    for wrong in ("", "MB", "-1", "1.5GB", "1TB", "9" * 16):
        with pytest.raises(UsageError):
            git_fetch.size_of(wrong)
    assert [git_fetch.shown(size) for size in (0, 999, 1000, 57344, 1_000_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1.0 kB",
        "57 kB",
        "1.0 GB",
    ]


SSH = {
    "": "ssh -o BatchMode=yes",
    "ssh -i 'a key'": "ssh -i 'a key' -o BatchMode=yes",
    "/usr/bin/ssh": "/usr/bin/ssh -o BatchMode=yes",
    "plink": "plink",
}


@pytest.mark.parametrize("own", SSH)
def test_the_users_own_ssh_asks_for_nothing(repository, monkeypatch, own):  # noqa: F811
    if own:
        git("config", "core.sshCommand", own)
    assert git_fetch._ssh(str(Path.cwd())) == {"GIT_SSH_COMMAND": SSH[own]}
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -v")
    assert git_fetch._ssh(str(Path.cwd())) == {"GIT_SSH_COMMAND": "ssh -v -o BatchMode=yes"}
