"""The supply chain: locks with hashes, workflows with few permissions, and archives with the right files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pfocr_lint import __version__

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WORKFLOWS = [
    ROOT / "action.yml",
    *sorted((ROOT / ".github" / "workflows").glob("*")),
    *sorted((ROOT / "examples" / "workflows").glob("*")),
]
in_git = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="without Git it is unknown what belongs to the project")
# Each permission beyond reading the repository, and its job.
RIGHTS = {
    "report.yml": {"security-events": "write", "pages": "write", "id-token": "write"},
    "autofix.yml": {"contents": "write", "pull-requests": "write"},
    "suggestions.yml": {"pull-requests": "write"},
    "autofix-pull-request.yml": {"contents": "write"},
}
# Events of untrusted pull requests, where the workflow says in its first lines how it is safe.
EVENTS = {"suggestions.yml": "workflow_run", "autofix-pull-request.yml": "pull_request"}


def locked(name: str) -> list[tuple[Requirement, int]]:
    """Return the requirements of a lock, each with the number of its hashes."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (ROOT / name).read_text(encoding="utf-8")).replace("\\\n", "")
    found = []
    for line in text.splitlines():
        requirement, *hashes = line.split(" --hash=")
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", each) for each in hashes), line
        found.append((Requirement(requirement), len(hashes)))
    return found


def environments():
    for minor in range(10, 14):
        for system, platform in (("Linux", "linux"), ("Darwin", "darwin")):
            yield {
                "python_version": f"3.{minor}", "python_full_version": f"3.{minor}.1", "sys_platform": platform, "platform_system": system,
                "implementation_name": "cpython", "platform_python_implementation": "CPython", "os_name": "posix", "extra": "",
            }  # fmt: skip


def applies(marker: Marker | None, environment: dict[str, str]) -> bool:
    return marker is None or marker.evaluate(environment)


WANTED = {
    "requirements.txt": [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]],
    "requirements-dev.txt": [
        *PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"], *PROJECT["project"]["optional-dependencies"]["dev"],
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", WANTED)
def test_a_lock_pins_all_that_is_wanted_by_hash_for_every_python(name):
    lock = locked(name)
    assert all(number > 0 for _, number in lock)
    assert all(re.fullmatch(r"==[^*,]+", str(requirement.specifier)) for requirement, _ in lock)
    for environment in environments():
        pins: dict[str, str] = {}
        for requirement, _ in lock:
            if applies(requirement.marker, environment):
                assert pins.setdefault(canonicalize_name(requirement.name), str(requirement.specifier)) == str(
                    requirement.specifier
                )
        for wanted in map(Requirement, WANTED[name]):
            if applies(wanted.marker, environment):
                assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)].removeprefix("==")), (
                    f"{wanted}: run make lock"
                )


def test_the_action_installs_what_is_tested():
    tested = {
        (requirement.name, str(requirement.specifier), str(requirement.marker))
        for requirement, _ in locked("requirements-dev.txt")
    }
    installed = {(requirement.name, str(requirement.specifier)) for requirement, _ in locked("requirements.txt")}
    assert installed <= {(name, version) for name, version, _ in tested}


@pytest.mark.parametrize("name", WANTED)
def test_a_lock_names_no_place_to_fetch_from(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"(?m)/|index|find-links|^-", text)


def test_what_is_installed_is_held_against_the_locks():
    makefile, action = ((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "action.yml"))
    for line in re.findall(r"(?m)^\s*(?:\$\(PIP\) |)install .*$", makefile + action):
        assert (
            "--require-hashes" in line
            or ("--no-deps" in line and "--no-build-isolation" in line)
            or '"pfocr-lint==$VERSION"' in line
        ), line


def load(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_that_is_used_is_pinned_by_its_hash(path):
    used = re.findall(r"(?m)^\s*-?\s*uses:\s*(.*)$", path.read_text(encoding="utf-8"))
    assert used
    for each in used:
        assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|OWNER/pfocr-lint@COMMIT", each)


@pytest.mark.parametrize("path", WORKFLOWS[1:], ids=lambda path: path.name)
def test_workflows_have_the_least_permissions(path):
    workflow = load(path)
    triggers = workflow[True]
    untrusted = {"pull_request_target", "workflow_run", "issue_comment"} - {EVENTS.get(path.name)}
    assert not untrusted & set(triggers), "these events give permissions to untrusted pull requests"
    assert workflow["permissions"] in ({}, {"contents": "read"})
    rights = {
        name: level for job in workflow["jobs"].values() for name, level in job.get("permissions", {}).items() if level != "read"
    }
    assert rights == RIGHTS.get(path.name, {})
    assert not rights or "pull_request" not in triggers or EVENTS.get(path.name) == "pull_request"
    for job in workflow["jobs"].values():
        assert "timeout-minutes" in job
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@pytest.mark.slow
@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_security_linters_of_workflows_find_nothing(path, tmp_path):
    """By zizmor and actionlint; OWNER and COMMIT stand for what the user fills in."""
    text = path.read_text(encoding="utf-8").replace("OWNER/pfocr-lint@COMMIT", f"actions/setup-python@{'a' * 40}")
    copy = tmp_path / path.name
    copy.write_text(text, encoding="utf-8")
    commands = [["zizmor", "--offline", "--quiet", copy]]
    if path.name != "action.yml":
        commands.append(["actionlint", "-shellcheck=", copy])
    for command in commands:
        result = subprocess.run(
            [Path(sys.executable).with_name(command[0]), *command[1:]], capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr


def test_new_versions_of_what_is_pinned_are_offered():
    updates = {each["package-ecosystem"]: each for each in load(ROOT / ".github" / "dependabot.yml")["updates"]}
    assert set(updates) == {"github-actions", "pip"}
    folders = {f"/{path.parent.relative_to(ROOT)}" for path in WORKFLOWS[1:]} - {"/.github/workflows"}
    assert set(updates["github-actions"]["directories"]) == {"/", *folders}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The wheel and the source archive of the tracked files, from the build backend without network."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in filter(None, listed.split("\0")):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    for name in (
        ".venv/x.py",
        "pfocr_lint/__pycache__/x.pyc",
        "tests/__pycache__/x.pyc",
        ".hypothesis/x",
        "tests/.hypothesis/x",
        "dist/x",
        ".env",
    ):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("no part of the project")
    code = "import sys; from hatchling import build; print(build.build_wheel(sys.argv[1])); print(build.build_sdist(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(made)], cwd=source, check=True, capture_output=True)
    return made


def tracked() -> set[str]:
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
    return set(filter(None, listed.split("\0")))


@in_git
def test_the_wheel_holds_the_package_and_the_schemas_and_nothing_else(built, tmp_path):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        about = {name.partition("/")[2] for name in archive.namelist() if ".dist-info/" in name}
        archive.extractall(tmp_path)
    code = {name for name in tracked() if name.startswith("pfocr_lint/")}
    assert names == code | {f"pfocr_lint/{name}" for name in tracked() if name.startswith("schemas/")}
    assert about == {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    start = f"import runpy, sys; sys.path.insert(0, {str(tmp_path)!r}); runpy.run_module('pfocr_lint', run_name='__main__')"
    command = [sys.executable, "-I", "-c", start, str(ROOT / "samples"), "--output-format", "json"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, json.loads(result.stdout)["summary"]["files"]) == (1, 14)


@in_git
def test_the_source_archive_holds_what_git_knows_and_nothing_else(built):
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        members = archive.getmembers()
    assert all(member.isfile() for member in members)
    names = {member.name.partition("/")[2] for member in members}
    assert {member.name.partition("/")[0] for member in members} == {f"pfocr_lint-{__version__}"}
    assert names == tracked() | {"PKG-INFO"}


@pytest.mark.slow
@in_git
def test_the_tests_run_from_the_source_archive(built, tmp_path):
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (folder,) = tmp_path.iterdir()
    command = [sys.executable, "-m", "pytest", "-m", "not slow and not web", "-n", "2", "-p", "no:cacheprovider"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-3000:]
