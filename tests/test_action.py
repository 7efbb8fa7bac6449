"""The GitHub Action on pull requests from a fork; the log is parsed like GitHub's runner does."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from conftest import ROOT
from readers import Page
from test_repository import figure, page, write

from pfocr_lint.integrations import github

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
(CHECK,) = (step for step in ACTION["runs"]["steps"] if step.get("id") == "check")
(REVIEW,) = (step for step in ACTION["runs"]["steps"] if step.get("if") == "inputs.review == 'true'")
WORKFLOWS = sorted((ROOT / "examples" / "workflows").glob("*.yml"))
HOSTILE = ["a\nb", "::error::x", "\n::error::y", "%0A::error::z", "##[error]w", "$(touch pwned)", "`touch pwned`", "\x1b[31mred",
           "\u202egpj", "${{ github.token }}", "@org/team <b>x</b>", "'; touch pwned; '", "\r::set-output name=a::b"]  # fmt: skip
NAME, CLEAN = figure(1000001)


class Outcome(NamedTuple):
    status: int
    commands: list[tuple[str, dict[str, str], str]]
    log: str
    summary: str
    outputs: dict[str, str]


def obeyed(log: str) -> list[tuple[str, dict[str, str], str]]:
    """Return the commands that GitHub's runner would execute, in both notations: at the start of a line, or anywhere in it."""
    found, token = [], None
    for line in re.split(r"\r\n|\r|\n", log):
        match = re.match(r"\s*::([^ :]+)(?: ([^:]*))?::(.*)", line) or re.search(r"##\[([^ \]]+)()\](.*)", line)
        if match is None or (token is not None and match[1] != token):
            continue
        if match[1] == "stop-commands":
            token = match[3]
        elif match[1] == token:
            token = None
        else:
            pairs = (pair.partition("=")[::2] for pair in (match[2] or "").split(","))
            found.append((match[1], {key: unescaped(value) for key, value in pairs}, unescaped(match[3])))
    assert token is None, "commands stay stopped"
    return found


def unescaped(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


class Pull:
    """A repository with a base branch and a merged pull request from a fork, as actions/checkout checks it out."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.temp = folder, folder.parent / f"{folder.name}-temp"
        self.temp.mkdir()
        self.git("init", "-q", "-b", "main")
        write(folder, figure(1000001, seo="Creative"), *(figure(1000002 + n) for n in range(3)), page("Homo sapiens", "human"))
        self.base = self.commit("records")
        self.git("switch", "-q", "-c", "fork")

    def git(self, *args: str) -> str:
        return subprocess.run(["git", "-C", self.folder, *args], check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, message: str) -> str:
        self.git("add", ".")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def merge(self) -> dict:
        """Commit the changes, merge them as GitHub does, and return the event."""
        head = self.commit("change")
        self.git("switch", "-q", "--detach", "main")
        self.git("merge", "-q", "--no-ff", "-m", "merge", head)
        branch = "$(touch pwned)\n::error::`x`"
        return {"number": 1, "pull_request": {"base": {"ref": "main", "sha": self.base}, "head": {"ref": branch, "sha": head}}}

    def environ(self, event: dict, **inputs: str) -> dict[str, str]:
        for name in ("summary", "output"):
            (self.temp / name).write_text("")
        (self.temp / "event.json").write_text(json.dumps(event))
        names = {"GITHUB_EVENT_PATH": "event.json", "GITHUB_STEP_SUMMARY": "summary", "GITHUB_OUTPUT": "output"}
        made = {name: str(self.temp / file) for name, file in names.items()}
        return {**made, "RUNNER_TEMP": str(self.temp), **{f"PFOCR_LINT_{name.upper()}": text for name, text in inputs.items()}}

    def check(self, event: dict | None = None, **inputs: str) -> Outcome:
        log = io.StringIO()
        status = github.main(self.environ(self.merge() if event is None else event, **inputs), log)
        return self.outcome(status, log.getvalue())

    def outcome(self, status: int, log: str) -> Outcome:
        assert not list(self.folder.rglob("pwned*"))
        outputs = dict(line.split("=", 1) for line in (self.temp / "output").read_text().splitlines())
        return Outcome(status, obeyed(log), log, (self.temp / "summary").read_text(encoding="utf-8"), outputs)


@pytest.fixture
def pull(tmp_path, monkeypatch):
    for key, value in {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
                       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return Pull(tmp_path / "work")


def test_a_defect_that_a_pull_request_introduces_is_reported_and_fails(pull):
    name, text = figure(1000002, seo="Creative")
    write(pull.folder, (name, text))
    outcome = pull.check()
    ((level, where, message),) = outcome.commands
    assert (outcome.status, level, where["file"], where["title"][:5], message.split("\n")[0][:4]) == (
        1,
        "error",
        name,
        "PF104",
        "fix:",
    )
    assert name in outcome.log.replace(message, "").split("::stop-commands::")[1], "the log lists all findings"
    shown = Page(outcome.summary)
    assert "PF104 invalid-value" in shown.text
    assert "table" in shown.tags
    assert outcome.outputs["status"] == "1"


def test_the_patch_can_be_copied_and_applies_the_fix(pull):
    write(pull.folder, figure(1000002, seo="Creative"), figure(1000003, seo="X"))
    name, text = figure(1000004)
    write(pull.folder, (name, text.replace("seo: CreativeWork", "seo: '`````'")))
    outcome = pull.check()
    (copied,) = re.findall(r"(?sm)^(`{3,})diff\n(.*?)^\1$", outcome.summary)
    assert copied[1] == Path(outcome.outputs["patch"]).read_text()
    subprocess.run(["git", "apply", "-"], input=copied[1], text=True, check=True)
    assert [(pull.folder / name).read_text() for name, _ in map(figure, range(1000002, 1000005))] == [
        text for _, text in map(figure, range(1000002, 1000005))
    ]
    assert (pull.folder / NAME).read_text() != CLEAN, "an old defect of another record stays"


def test_a_copy_that_the_pull_request_edited_is_not_in_the_patch(pull):
    write(pull.folder, figure(1000002, figtype="Scheme"), figure(1000003, seo="X"))
    outcome = pull.check()
    assert "figtype was edited, number was not" in outcome.summary
    assert "-figtype" not in Path(outcome.outputs["patch"]).read_text()


def test_old_defects_do_not_fail_a_pull_request(pull):
    write(pull.folder, figure(1000009))
    path = pull.folder / NAME
    path.write_text(path.read_text().replace("publisher_name: MDPI", "publisher_name: Elsevier"))
    event = pull.merge()
    assert pull.check(event).status == 0
    assert [outcome.status for outcome in (pull.check(event, introduced="false"), pull.check(event, introduced="TRUE"))] == [1, 0]
    assert "No diagnostics" in pull.check(event).summary
    everything = pull.check({"schedule": "0 0 * * 0"})
    assert (everything.status, [where["file"] for _, where, _ in everything.commands]) == (1, [NAME])


def test_later_work_on_the_base_branch_does_not_count(pull):
    write(pull.folder, figure(1000009))
    head = pull.commit("change")
    pull.git("switch", "-q", "main")
    write(pull.folder, figure(1000008, seo="X"))
    pull.commit("a defect on main")
    pull.git("switch", "-q", "--detach", "main")
    pull.git("merge", "-q", "--no-ff", "-m", "merge", head)
    event = {"pull_request": {"base": {"sha": pull.base}, "head": {"sha": head}}}
    assert pull.check(event).status == 0


@pytest.mark.parametrize("name", ["pfocr-lint.toml", "pyproject.toml", "_figures/pfocr-lint.toml"])
def test_the_settings_are_those_of_the_base(pull, name):
    """A pull request cannot turn a rule off; a rule that the base turned off stays off."""
    table = "[tool.pfocr-lint]\n" if name == "pyproject.toml" else ""
    write(pull.folder, (name, table + 'ignore = ["PF104"]\n'), figure(1000002, seo="Creative"))
    event = pull.merge()
    assert [where["title"][:5] for _, where, _ in pull.check(event).commands] == ["PF104"]
    assert "git apply" in pull.check(event).summary
    pull.git("switch", "-q", "-C", "main")
    pull.base = pull.git("rev-parse", "HEAD")
    pull.git("switch", "-q", "-C", "fork")
    (pull.folder / name).unlink()
    write(pull.folder, figure(1000003, seo="Creative"))
    assert pull.check().status == 0


def test_a_pull_request_that_breaks_the_settings_file_is_checked(pull):
    write(pull.folder, ("pfocr-lint.toml", "ignore = [\n"))
    assert pull.check().status == 0
    assert pull.check({}).status == 2


def test_globs_of_the_base_match_its_folders(pull):
    pull.git("switch", "-q", "main")
    write(pull.folder, ("pfocr-lint.toml", 'exclude = ["_figures/PMC1000002*"]\norganisms = "site/_organisms"\n'))
    write(pull.folder, page("Homo sapiens", "human"))
    (pull.folder / "site").mkdir()
    pull.git("mv", "_organisms", "site/_organisms")
    pull.base = pull.commit("settings")
    pull.git("switch", "-q", "-C", "fork")
    write(pull.folder, figure(1000002, figtype="Scheme"), figure(1000003, organisms=["Mus musculus"]))
    outcome = pull.check()
    assert [where["title"][:5] for _, where, _ in outcome.commands] == ["PF404"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("place", ["file", "folder", "caption", "key"])
def test_hostile_text_is_only_text(pull, text, place):
    name, data = figure(1000002, figtype="Scheme")
    folder, file = "", name
    if place == "folder":
        folder = f"{text.replace('/', '')}/"
    elif place == "file":
        file = f"_figures/{text.replace('/', '')}.md"
    elif place == "caption":
        data = figure(1000002, caption=text, figtype=text)[1]
    else:
        data = data.replace("seo:", f"{json.dumps(text)}: x\nseo:")
    write(pull.folder, (folder + file, data))
    outcome = pull.check()
    assert outcome.status == 1
    assert {level for level, _, _ in outcome.commands} == {"error"} | {level for level, *_ in outcome.commands} & {"warning"}
    for _, where, _ in outcome.commands:
        assert where["title"][:2] == "PF"
        assert re.fullmatch(r"PF\d{3} [a-z0-9-]+", where["title"])
    outside = re.sub(r"(?s)::stop-commands::(\w+)\n.*?\n::\1::\n", "", outcome.log)
    assert all(re.match(r"::(error|warning) file=", line) for line in re.split(r"[\r\n]", outside) if line)
    assert "\x1b" not in outcome.log + outcome.summary
    assert "\u202e" not in outcome.log + outcome.summary
    shown = Page(outcome.summary)
    assert not {"a", "b", "img", "script"} & shown.tags


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_inputs_are_named_and_refused(pull, text):
    for name in ("since", "paths", "format", "fail_on"):
        outcome = pull.check({}, **{name: f"x{text}"})
        assert outcome.status == 2
        assert {where["title"] for _, where, _ in outcome.commands} <= {"pfocr-lint", "PF001 unreadable-file"}
        assert "\x1b" not in outcome.log + outcome.summary
        assert "`" in outcome.summary


def test_a_summary_stays_below_its_limit(pull, monkeypatch):
    write(pull.folder, *(figure(3000000 + n, figtype="Scheme") for n in range(30)))
    event = pull.merge()
    monkeypatch.setattr(github, "SUMMARY", 12_000)
    outcome = pull.check(event)
    assert 11_000 < len(outcome.summary.encode()) <= 12_000
    shown = len(re.findall(r"(?m)^--- a/", outcome.summary))
    more = int(re.search(r"\*\*(\d+) records\*\* with a fix that is not shown here", outcome.summary)[1])
    assert shown + more == 30
    assert Path(outcome.outputs["patch"]).read_text().count("\n--- a/") == 29
    levels = [level for level, _, _ in outcome.commands]
    assert levels == ["error"] * 10 + ["notice"]


def test_sarif_is_written_for_a_later_step(pull):
    write(pull.folder, figure(1000002, figtype="Scheme"))
    outcome = pull.check(format="sarif")
    log = json.loads(Path(outcome.outputs["sarif"]).read_text())
    assert (outcome.status, outcome.commands, len(log["runs"][0]["results"])) == (1, [], 1)
    assert "PF208" in outcome.summary
    (pull.folder / "pfocr-lint.toml").write_text("ignore = [\n")
    assert "sarif" not in pull.check({}, format="sarif").outputs, "the report of an earlier run is not an output"


WRONG = [
    ({"pull_request": {"base": {"sha": "a" * 40}, "head": {"sha": "b" * 40}}}, {}, "does not hold the pull request's commit bbbbbbbbbbbb"),
    ({"pull_request": {"base": {"sha": "--help"}, "head": {"sha": "b" * 40}}}, {}, "'--help' in the event is not a commit"),
    ({"merge_group": {"base_sha": "a" * 40}}, {}, "fetch-depth: 0"),
    ({}, {"introduced": "yes"}, "introduced: 'yes' is not 'true' or 'false'"),
    ({}, {"fail_on": "never"}, "fail-on: 'never' is not 'error' or 'warning'"),
    ({}, {"paths": "nowhere"}, "there is no such file"),
    ({}, {"paths": "-"}, "there is no such file"),
    ({"pull_request": None}, {}, "internal fault: TypeError"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "inputs", "words"), WRONG)
def test_an_impossible_check_fails_with_the_reason(pull, event, inputs, words):
    outcome = pull.check(event, **inputs)
    assert outcome.status == (3 if "fault" in words else 2)
    assert [level for level, _, message in outcome.commands if words in message] == ["error"]
    assert words in Page(outcome.summary).text


@pytest.mark.parametrize(
    ("inputs", "base", "status"),
    [
        ({}, "", 1),
        ({"fail_on": ""}, "", 1),
        ({"fail_on": " error\n"}, "", 0),
        ({"fail_on": "Warning"}, "", 1),
        ({}, 'fail-on = "error"', 0),
        ({"fail_on": "warning"}, 'fail-on = "error"', 1),
        ({"fail_on": "error"}, 'fail-on = "warning"', 0),
        ({"fail_on": "error", "format": "sarif"}, "", 0),
    ],
)
def test_fail_on_is_an_input_and_a_setting_of_the_base(pull, inputs, base, status):
    if base:
        pull.git("switch", "-q", "main")
        write(pull.folder, ("pfocr-lint.toml", base))
        pull.base = pull.commit("settings")
        pull.git("switch", "-q", "-C", "fork")
    # the pull request's own setting does not count
    write(pull.folder, figure(1000002, figlink="/pmc/articles/PMC1000002/figure/F1"), ("pfocr-lint.toml", 'fail-on = "error"'))
    outcome = pull.check(**inputs)
    assert (outcome.status, outcome.outputs["status"]) == (status, str(status))
    assert "PF207" in outcome.summary
    assert [level for level, *_ in outcome.commands] == ([] if "format" in inputs else ["warning"])


def test_the_inputs_reach_the_step():
    given = CHECK["env"]
    used = {*given.values(), *REVIEW["env"].values(), "${{ inputs.version }}", "${{ inputs.review }}"}
    assert {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]} == used
    assert all(name == f"PFOCR_LINT_{value[11:-3].upper().replace('-', '_')}" for name, value in given.items())


def test_a_clone_without_files_gives_what_the_checkout_gives(pull, tmp_path, monkeypatch):
    """As in examples/workflows/gate.yml: without blobs, and with a sparse checkout that holds no record."""
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        pull.git("config", key, "true")
    write(pull.folder, figure(1000002, 2, figtype="Scheme"), ("pfocr-lint.toml", 'ignore = ["PF2"]\n'))
    event = pull.merge()
    wanted = pull.check(event)
    merged = pull.git("rev-parse", "HEAD")
    clone = tmp_path / "clone"
    pull.git("clone", "-q", "--filter=blob:none", "--sparse", f"file://{pull.folder}", str(clone))
    pull.folder = clone
    pull.git("checkout", "-q", "--detach", merged)
    monkeypatch.chdir(clone)
    assert not (clone / "_figures").exists()
    for inputs in ({"revision": "HEAD"}, {}):
        outcome = pull.check(event, **inputs)
        assert (outcome.status, outcome.commands, outcome.summary) == (1, wanted.commands, wanted.summary)
        assert ("fetched" in outcome.log) == bool(inputs), "the second run has what it needs"
        assert "`_figures/PMC1000002__g002.md`" in outcome.summary
    everything = pull.check({}, revision="HEAD")
    assert everything.status == 1
    assert "+++ b/_figures/PMC1000001__g001.md" in (pull.temp / "pfocr-lint.patch").read_text()


def test_a_revision_that_is_not_the_pull_request_is_refused(pull):
    write(pull.folder, figure(1000009))
    outcome = pull.check(revision="main")
    assert outcome.status == 2
    assert "at main" in outcome.summary


def test_the_summary_counts_the_waived_findings(pull):
    name, text = figure(1000002, year="2001")
    write(pull.folder, (name, text.replace("year:", "# pfocr-lint: ignore[PF210] why\nyear:")))
    outcome = pull.check()
    assert outcome.status == 0
    assert "1 finding waived." in outcome.summary


def test_paths_are_one_per_line(pull):
    write(pull.folder / "site", figure(1000002, figtype="Scheme"))
    write(pull.folder / "@more", figure(1000002, figtype="Scheme"))
    write(pull.folder, figure(1000003, figtype="Scheme"))
    outcome = pull.check(paths="site\n @more \n")
    assert sorted(where["file"] for _, where, _ in outcome.commands) == [
        f"{top}/{figure(1000002)[0]}" for top in ("@more", "site")
    ]
    subprocess.run(["git", "apply", outcome.outputs["patch"]], check=True)


@pytest.mark.needs("sh")
def test_the_step_imports_nothing_from_the_work_tree(pull):
    """The step as written in the file, except for the virtual environment; the pull request adds modules."""
    for name in ("yaml.py", "json.py", "sitecustomize.py", "pfocr_lint/__init__.py", "pfocr_lint/integrations/github.py"):
        write(pull.folder, (name, "open('pwned', 'w')\n"))
    write(pull.folder, figure(1000002, figtype="Scheme"))
    event = pull.merge()
    step = CHECK
    python = pull.temp / "pfocr-lint" / "bin" / "python"
    python.parent.mkdir(parents=True)
    # an isolated interpreter that finds this package
    start = f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r}); runpy.run_module('pfocr_lint.integrations.github', run_name='__main__')"
    python.write_text(f'#!/bin/sh\n[ "$*" = "-I -m pfocr_lint.integrations.github" ] && exec {sys.executable} -I -c "{start}"\n')
    python.chmod(0o755)
    environ = {**os.environ, **pull.environ(event), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(["bash", "-c", step["run"]], env=environ, capture_output=True, text=True, check=False)
    outcome = pull.outcome(result.returncode, result.stdout)
    assert (outcome.status, len(outcome.commands), result.stderr) == (1, 1, "")


@pytest.mark.needs("sh")
@pytest.mark.slow
def test_all_steps_run_as_written(pull, monkeypatch):
    """All steps: cache key, installation, check; the values of expressions are inserted by hand."""
    for name in ("venv.py", "pip.py", "yaml.py"):
        write(pull.folder, (name, "open('pwned', 'w')\n"))
    write(pull.folder, figure(1000002, figtype="Scheme"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    given = {
        "github.action_path": str(ROOT),
        "runner.temp": str(pull.temp),
        **{f"inputs.{k}": v["default"] for k, v in ACTION["inputs"].items()},
    }
    environ = {**os.environ, **pull.environ(pull.merge())}
    for step in ACTION["runs"]["steps"]:
        if "run" in step and step is not REVIEW:
            values = {k: re.sub(r"\$\{\{ (.*?) \}\}", lambda m: given[m[1]], v) for k, v in step.get("env", {}).items()}
            result = subprocess.run(
                ["bash", "-c", step["run"]], env={**environ, **values}, capture_output=True, text=True, check=False
            )
            assert result.returncode == (1 if step.get("id") == "check" else 0), result.stdout + result.stderr
    outcome = pull.outcome(result.returncode, result.stdout)
    assert [where["title"][:5] for _, where, _ in outcome.commands] == ["PF208"]


@pytest.mark.needs("sh")
@pytest.mark.parametrize("version", ["1.0 --index-url x", "$(touch pwned)", "1;touch pwned", "x\ny"])
def test_an_invalid_version_is_refused(pull, version):
    step = ACTION["runs"]["steps"][0]
    environ = {**os.environ, **pull.environ({}), "VERSION": version, "HERE": str(ROOT)}
    result = subprocess.run(["bash", "-c", step["run"]], env=environ, capture_output=True, text=True, check=False)
    assert (result.returncode, pull.outcome(2, result.stdout).outputs) == (2, {})


@pytest.mark.parametrize("path", [ROOT / "action.yml", *WORKFLOWS], ids=lambda path: path.name)
def test_the_action_and_the_examples_fit_their_schemas(path):
    schema = "vendor.github-actions" if path.name == "action.yml" else "vendor.github-workflows"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def steps(path: Path) -> list[dict]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content["runs"]["steps"] if "runs" in content else [step for job in content["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", [ROOT / "action.yml", *WORKFLOWS], ids=lambda path: path.name)
def test_no_untrusted_text_gets_into_a_script(path):
    assert len(WORKFLOWS) >= 6
    for step in steps(path):
        assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_the_examples_need_no_more_permissions_than_given(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert "pull_request_target" not in workflow[True]
    allowed = {
        "gate.yml": {},
        "report.yml": {"security-events": "write", "pages": "write", "id-token": "write"},
        "autofix.yml": {"contents": "write", "pull-requests": "write"},
        "verify-plan.yml": {},
        "suggestions.yml": {"pull-requests": "write"},
        "autofix-pull-request.yml": {"contents": "write"},
    }
    granted: dict[str, str] = {}
    for job in workflow["jobs"].values():
        requested = {**workflow["permissions"], **job.get("permissions", {})}
        granted |= {name: level for name, level in requested.items() if level == "write"}
    assert granted == allowed[path.name]
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
        if step.get("uses", "").startswith("OWNER/pfocr-lint@"):
            assert set(step.get("with", {})) <= set(ACTION["inputs"])


def test_the_job_page_leads_to_the_line_and_to_the_editor(pull):
    write(pull.folder, figure(1000002, figtype="Scheme"))
    event = pull.merge()
    event["pull_request"]["head"] |= {"ref": "a b)](x", "repo": {"full_name": "ada/pfocr"}}
    outcome = pull.check(event)
    sha = event["pull_request"]["head"]["sha"]
    name = figure(1000002)[0]
    assert f"](https://github.com/ada/pfocr/blob/{sha}/{name}?plain=1#L" in outcome.summary
    assert f"[open the editor](https://github.com/ada/pfocr/edit/a%20b%29%5D%28x/{name})" in outcome.summary
    assert outcome.summary.startswith("**One thing to fix in your change.** Open the file")
