"""The house in order: style, types, the direction of imports, and pages that are made from the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest
from conftest import ROOT

from pfocr_lint import __version__
from pfocr_lint.handbook import pages

PACKAGE = ROOT / "pfocr_lint"

# What the libraries of the table are imported as, where that is another name.
IMPORTED_AS = {"PyYAML": {"yaml"}, "ruamel.yaml": {"ruamel"}, "tomli": {"tomli", "tomllib"}}


def layers():
    """Who may import whom, from the table of CONTRIBUTING.md: the rooms of each line, and what libraries they may import."""
    lines = re.findall(r"^\| (`.*?) \| .* \| (.*)\|$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    for rooms, libraries in lines:
        names = [name.strip() for name in libraries.split(",") if name.strip()]
        yield set(re.findall(r"`(\w+)/?`", rooms)), {each for name in names for each in IMPORTED_AS.get(name, {name})}


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path):
    """The top names that a module imports: of this package the room, of others the library."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "pfocr_lint" else [node.module]
        for name in names:
            first, _, rest = name.partition(".")
            yield ("pfocr_lint", rest.split(".")[0] or "__init__") if first == "pfocr_lint" else (first, None)


def test_imports_point_one_way():
    floor, allowed = {"__init__": -1, "__main__": 99}, {"__init__": set(), "__main__": set()}
    for level, (rooms, libraries) in enumerate(layers()):
        floor.update(dict.fromkeys(rooms, level))
        allowed.update(dict.fromkeys(rooms, libraries))
    assert {room for _, room in modules()} == set(floor)
    for path, room in modules():
        for name, inner in imports(path):
            if name != "pfocr_lint":
                assert name in sys.stdlib_module_names or name in allowed[room], f"{path.name} imports {name}"
            elif inner != room and inner in floor and room != "__init__":
                assert floor[inner] < floor[room], f"{path.name} imports {inner}"


def test_a_clean_run_imports_only_what_it_needs():
    code = (
        "import sys; from pfocr_lint.linter import checker as engine; from pathlib import Path;"
        "assert engine.check(sys.argv[1], Path(sys.argv[1]).read_bytes()) == [];"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    sample = ROOT / "samples" / "_figures" / "PMC9405586__biomedicines-10-01841-g001.md"
    result = subprocess.run([sys.executable, "-c", code, str(sample)], capture_output=True, text=True, check=True)
    assert not {"ruamel", "ftfy", "tqdm", "wcwidth", "packaging", "argparse"} & set(result.stdout.split())


@pytest.mark.parametrize("command", [["ruff", "check"], ["ruff", "format", "--check"]])
def test_style(command):
    result = subprocess.run([sys.executable, "-m", *command, "."], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_types(tmp_path):
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_files_stay_readable():
    long = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path, _ in modules()}
    assert {name: lines for name, lines in long.items() if lines > 450} == {}


def test_the_pages_are_made_from_the_code():
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == pages.book(), "run make docs"


def test_the_readme_shows_real_output():
    """Each console block of the README that begins with a pfocr-lint command is what that command prints."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n\$ pfocr-lint (.*)\n((?:.*\n)*?)```", readme)
    assert len(blocks) >= 2
    for command, shown in blocks:
        argv = [sys.executable, "-m", "pfocr_lint", *command.split()]
        result = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
        assert result.stdout == shown, command


def test_the_changelog_knows_the_version():
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_ci_runs_what_the_readme_names():
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"(?m)^exec make test$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"))
