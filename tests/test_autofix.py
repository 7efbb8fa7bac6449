"""The workflow that opens a pull request for each batch: its scripts run as written, with a program in place of GitHub's."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys

import pytest
import yaml
from conftest import ROOT
from test_plan import broken, commit, git, named, path, write

STEPS = yaml.safe_load((ROOT / "examples" / "workflows" / "autofix.yml").read_text(encoding="utf-8"))["jobs"]["fix"]["steps"]

# What the steps call of GitHub's program; the open pull requests are in a file.
GH = f"""#!{sys.executable}
import json, os, subprocess, sys
file, args = os.environ["PULLS"], sys.argv[1:]
pulls = json.load(open(file))
if args[:2] == ["pr", "list"]:
    print(json.dumps(pulls))
elif args[:2] == ["pr", "create"]:
    head = args[args.index("--head") + 1]
    pulls.append({{"number": len(pulls) + 100, "headRefName": head, "headRepositoryOwner": {{"login": "me"}},
                  "title": args[args.index("--title") + 1]}})
    json.dump(pulls, open(file, "w"))
elif args[:1] == ["api"]:
    number = int(args[2].split("/")[4])
    (head,) = [pull["headRefName"] for pull in pulls if pull["number"] == number]
    names = subprocess.run(["git", "diff", "--name-only", "-z", f"HEAD...origin/{{head}}"], capture_output=True, text=True, check=True)
    print("\\n".join(json.dumps(name) for name in names.stdout.split("\\0") if name))
"""


@pytest.fixture
def workflow(tmp_path, monkeypatch):
    """A clone with broken records, and a function that runs the workflow in it."""
    bin_, temp = tmp_path / "bin", tmp_path / "temp"
    for folder in (bin_, temp / "pfocr-lint" / "bin", tmp_path / "up" / "_figures"):
        folder.mkdir(parents=True)
    for file, content in (
        (bin_ / "gh", GH),
        (temp / "pfocr-lint" / "bin" / "pfocr-lint", f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m pfocr_lint "$@"\n'),
    ):
        file.write_text(content)
        file.chmod(0o755)
    monkeypatch.chdir(tmp_path / "up")
    for number in range(4):
        write(number, broken("doubled item", named(number)))
    for number in range(3, 6):
        write(number, broken("missing", broken("doubled item", named(number))))
    git("init", "-q", "-b", "main")
    git("config", "user.name", "A Person")
    git("config", "user.email", "person@example.org")
    commit("the base")
    git("clone", "-q", ".", "../clone")
    monkeypatch.chdir(tmp_path / "clone")
    (tmp_path / "pulls.json").write_text(json.dumps(
        [{"number": 1, "headRefName": "pfocr-lint/PF106-001-1", "headRepositoryOwner": {"login": "stranger"}}]))  # fmt: skip

    runs = itertools.count(1)

    def call(**inputs: str) -> list[str]:
        """Run it, and return the branches of the open pull requests that it made."""
        given = {"OWNER": "me", "RULES": "PF106,PF107", "MOST": "2", "FILES": "2", "BASE": "main", **inputs}
        environment = {
            **os.environ, **given, "PATH": f"{bin_}:{os.environ['PATH']}", "RUNNER_TEMP": str(temp), "PULLS": str(tmp_path / "pulls.json"),
            "GITHUB_WORKSPACE": os.getcwd(), "GITHUB_RUN_ID": str(next(runs)),
        }  # fmt: skip
        git("switch", "-q", "--detach", "origin/main")
        for step in STEPS:
            if "run" in step and "Install" not in step["name"]:
                ran = subprocess.run(["bash", "-c", step["run"]], env=environment, capture_output=True, text=True, check=False)
                assert ran.returncode == 0, ran.stdout + ran.stderr
        git("fetch", "-q", "--prune")
        pulls = json.loads((tmp_path / "pulls.json").read_text())
        return [pull["headRefName"] for pull in pulls if pull["headRepositoryOwner"]["login"] == "me"]

    return call


def merge(pull: str, pulls) -> None:
    """Merge a pull request upstream, and close it."""
    git("merge", "-q", "--no-ff", "-m", "merged", pull, folder="../up")
    rows = json.loads(pulls.read_text())
    pulls.write_text(json.dumps([row for row in rows if row["headRefName"] != pull]))
    git("fetch", "-q")


@pytest.mark.needs("sh")
@pytest.mark.slow
def test_one_pull_request_a_batch_and_never_more_than_wanted(workflow, run, tmp_path, monkeypatch):
    clone = tmp_path / "clone"
    monkeypatch.chdir(clone)
    opened = workflow()
    assert len(opened) == 2
    assert workflow() == opened
    merged = 0
    while opened:
        files = [git("diff", "--name-only", f"origin/main...origin/{pull}").splitlines() for pull in opened]
        every = [*itertools.chain(*files)]
        assert len(every) == len({*every})
        assert all(1 <= len(each) <= 2 for each in files)
        for pull in opened:
            assert "PFOCR-Batch: " in git("show", "-s", "--format=%B", f"origin/{pull}")
        merge(opened[0], tmp_path / "pulls.json")
        merged += 1
        opened = workflow(MOST="3")
        assert len(opened) <= 3
    assert merged >= 4
    git("switch", "-q", "--detach", "origin/main")
    fixable = json.loads(run_in(clone, "--select", "PF106,PF107", "--output-format", "json", "--exit-zero"))["summary"]["fixable"]
    assert fixable == 0
    assert "publisher_name: .na" not in (clone / path(4)).read_text()


def run_in(folder, *args: str) -> str:
    command = [sys.executable, "-m", "pfocr_lint", *args, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT).stdout
