"""The adoption guide works: its commands run as written, in order, in a repository of the samples."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

GUIDE = (ROOT / "docs" / "adopting.md").read_text(encoding="utf-8")


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """Run a script in a repository of the samples, on a branch."""
    for key, value in {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
                       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b", "PYTHONPATH": str(ROOT)}.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pfocr-lint").write_text(f'#!/bin/sh\nexec {sys.executable} -m pfocr_lint "$@"\n')
    (tmp_path / "bin" / "pfocr-lint").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    folder = tmp_path / "records"
    shutil.copytree(ROOT / "samples", folder)
    (folder / "pfocr-lint.toml").unlink()

    def call(script: str) -> str:
        result = subprocess.run(["bash", "-ec", script], cwd=folder, capture_output=True, text=True, check=False)
        assert (result.returncode, "pfocr-lint: --" in result.stderr) == (0, False), script + result.stdout + result.stderr
        return result.stdout

    call("git init -q -b main && git add . && git commit -q -m records && git switch -q -c fixes")
    return call


@pytest.mark.needs("sh")
def test_every_command_works(shell):
    scripts = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    assert len(scripts) >= 9
    for script in scripts:
        shell(script)
    fixed = shell("git log --format=%s --grep=^PFOCR-Batch:").splitlines()
    assert len(fixed) >= 5
    assert int(shell("cat ../report.html ../plan.html | wc -c")) > 30_000
    assert len(re.findall(r"(?m)^[0-9a-f]{40} ", shell("cat .git-blame-ignore-revs"))) == len(fixed)
    assert shell("git status --porcelain") == ""
    assert " fixable with --fix.\n" not in shell("pfocr-lint . --exit-zero")


def test_the_hooks_that_it_shows_are_a_valid_configuration(tmp_path):
    (tmp_path / "config.yaml").write_text(re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[0].replace("COMMIT", "a" * 40))
    command = [sys.executable, "-m", "pre_commit", "validate-config", "config.yaml"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


def test_every_link_leads_to_a_file():
    for link in re.findall(r"\]\((\.\./[^)#]+)", GUIDE):
        assert (ROOT / "docs" / link).resolve().is_file()
