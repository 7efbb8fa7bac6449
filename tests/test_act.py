"""
The workflow of suggestions, run by act on this machine: its events, conditions, steps and inputs, and those of the Action.

What act cannot run here: actions from GitHub's servers. A clone stands for actions/checkout, nothing for actions/cache.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from github_server import TOKEN
from test_pull_request import FORK, git, scene  # noqa: F401 - the fixture

COMMIT = "c" * 40
STUB = """\
name: stub
description: stands for an action of GitHub
inputs: {ref: {description: x}, fetch-depth: {description: x}, filter: {description: x}, sparse-checkout: {description: x},
         persist-credentials: {description: x}, path: {description: x}, key: {description: x}}
runs:
  using: composite
  steps:
    - {shell: bash, run: "%s"}
"""

pytestmark = [pytest.mark.slow, pytest.mark.needs("sh")]


@pytest.mark.parametrize(("event", "posted"), [("pull_request", 1), ("push", 0)])
def test_suggestions(scene, tmp_path, event, posted):  # noqa: F811
    scene.edit("year: '2022'", "year: 2022")
    head = scene.push()
    here = tmp_path / "repository"
    (here / ".github" / "workflows").mkdir(parents=True)
    workflow = (ROOT / "examples" / "workflows" / "suggestions.yml").read_text(encoding="utf-8")
    (here / ".github" / "workflows" / "suggestions.yml").write_text(workflow.replace("@COMMIT", f"@{COMMIT}"), encoding="utf-8")
    git("init", "-q", "-b", "main", folder=here)
    git("remote", "add", "origin", f"https://github.com/{scene.github.repository}", folder=here)
    git("add", ".", folder=here)
    git("commit", "-q", "-m", "workflow", folder=here)
    checkout = f"rm -rf .git .github && git clone -q --no-checkout --filter=blob:none {scene.folder.as_uri()} ."
    for name, command in (("checkout", checkout), ("cache", "true")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "action.yml").write_text(STUB % command, encoding="utf-8")
    run = {"event": event, "head_repository": {"full_name": FORK}, "head_branch": "titles", "head_sha": head}
    (tmp_path / "given.json").write_text(json.dumps({"workflow_run": run, "repository": {"default_branch": "main"}}))
    used = {"actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683": tmp_path / "checkout",
            "actions/cache@0057852bfaa89a56745cba8c7296529d2fc39830": tmp_path / "cache",
            f"OWNER/pfocr-lint@{COMMIT}": ROOT}  # fmt: skip
    act = Path(sys.executable).with_name("act")
    command = [act, "workflow_run", "--eventpath", tmp_path / "given.json", "--platform", "ubuntu-latest=-self-hosted",
               *(part for name, folder in used.items() for part in ("--local-repository", f"{name}={folder}")),
               "--secret", f"GITHUB_TOKEN={TOKEN}", "--env", f"GITHUB_API_URL={scene.github.address}"]  # fmt: skip
    result = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    assert len(scene.comments()) == posted
    assert TOKEN not in result.stdout + result.stderr
