"""Style, types, the direction of imports, and the pages that are generated from the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache

import pytest
import yaml
from conftest import ROOT

from pfocr_lint import __version__
from pfocr_lint.cli.arguments import parser
from pfocr_lint.handbook import pages
from pfocr_lint.settings import parsing

PACKAGE = ROOT / "pfocr_lint"

# The import names of the libraries in the table, if they differ.
IMPORTED_AS = {"PyYAML": {"yaml"}, "ruamel.yaml": {"ruamel"}, "tomli": {"tomli", "tomllib"}}


MOST_FLOORS = 12  # modules in the longest chain of imports
LONGEST_MODULE = 400  # lines


def packages():
    """Return the packages of the table in CONTRIBUTING.md, from bottom to top, each with the libraries that it may import."""
    lines = re.findall(r"^\| `(\w+)` \| .* \| (.*)\|$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    for package, libraries in lines:
        names = [name.strip() for name in libraries.split(",") if name.strip()]
        yield package, {each for name in names for each in IMPORTED_AS.get(name, {name})}


def modules():
    """Return the dotted name and the path of every module."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


MODULES = dict(modules())


def package_of(module):
    """Return the package of a module; '' for the modules at the top."""
    name, _, rest = module.removeprefix("pfocr_lint").lstrip(".").partition(".")
    return name if rest or (MODULES[module].name == "__init__.py" and name) else ""


def imports(path):
    """Return the modules of this package and the libraries that a module imports when it runs, also lazily."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    checks = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    for_types = {id(node) for check in checks for part in check.body for node in ast.walk(part)}
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "LazyModule":
            names = [ast.literal_eval(node.args[0])]
        for name in names if id(node) not in for_types else ():
            ours = name
            while ours and ours not in MODULES:
                ours = ours.rpartition(".")[0]
            yield (ours or name.partition(".")[0], bool(ours))


IMPORTS = {name: set(imports(path)) for name, path in MODULES.items()}


def test_imports_point_one_way():
    line = dict(packages())
    order = ["", *line]
    assert {package_of(name) for name in MODULES} == set(order)
    for name, found in IMPORTS.items():
        for other, ours in found:
            if not ours:
                allowed = other in sys.stdlib_module_names or other in line.get(package_of(name), set())
                assert allowed, f"{name} imports {other}"
            elif name not in ("pfocr_lint", "pfocr_lint.__main__"):  # the API and the command may import everything
                assert order.index(package_of(other)) <= order.index(package_of(name)), f"{name} imports {other}"


def test_the_report_sees_no_record():
    for name, found in IMPORTS.items():
        if package_of(name) == "report":
            assert {package_of(other) for other, ours in found if ours} <= {"", "report"}, name


def test_few_floors():
    """No chain of imports is long, so that a reader of a module need not read many others first."""

    @cache
    def chain(name):
        below = [chain(other) for other, ours in IMPORTS[name] if ours and other not in ("pfocr_lint", name)]
        return [name, *max(below, key=len, default=[])]

    assert len(longest := max(map(chain, IMPORTS), key=len)) <= MOST_FLOORS, longest


def test_every_package_has_a_docstring():
    for package, _ in packages():
        text = ast.get_docstring(ast.parse((PACKAGE / package / "__init__.py").read_text(encoding="utf-8")))
        assert text is not None, package
        assert len(text.split()) >= 15, package


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
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: count for name, count in lines.items() if count > LONGEST_MODULE} == {}


def test_the_pages_are_made_from_the_code():
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == pages.book(), "run make docs"


@pytest.mark.parametrize("page", ["README.md", "docs/usage.md"])
def test_the_pages_show_real_output(page):
    """Each console block that starts with a pfocr-lint command shows the output of the command."""
    blocks = re.findall(r"```console\n\$ pfocr-lint (.*)\n((?:.*\n)*?)```", (ROOT / page).read_text(encoding="utf-8"))
    assert blocks
    for command, shown in blocks:
        argv = [sys.executable, "-m", "pfocr_lint", *command.split()]
        result = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
        assert result.stdout == shown, command


def test_the_python_example_runs():
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "usage.md").read_text(encoding="utf-8"), re.DOTALL)
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout


def test_usage_names_every_flag_and_setting():
    page = (ROOT / "docs" / "usage.md").read_text(encoding="utf-8")
    flags = {option for action in parser()._actions for option in action.option_strings if option.startswith("--")}
    assert flags - {"--help", "--version"} <= {*re.findall(r"--[a-z-]+", page)}
    assert {*parsing._KEYS} - {"$schema"} <= {*re.findall(r"`([a-z-]+)`", page)}


def test_the_readme_shows_a_valid_hook_and_workflow(tmp_path):
    hooks, workflow, _ = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "config.yaml").write_text(hooks.replace("COMMIT", "a" * 40))
    command = [sys.executable, "-m", "pre_commit", "validate-config", "config.yaml"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    gate = yaml.load((ROOT / "examples" / "workflows" / "gate.yml").read_text(encoding="utf-8"), yaml.BaseLoader)
    shown = yaml.load(workflow, yaml.BaseLoader)
    assert shown["permissions"] == gate["permissions"]
    assert shown["jobs"]["records"]["steps"] == gate["jobs"]["pfocr-lint"]["steps"]


@pytest.mark.parametrize(
    "page", sorted(path.relative_to(ROOT) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]), ids=str
)
def test_links_between_pages_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target, section in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text):
        path = ROOT / page.parent / target if target else ROOT / page
        assert path.exists(), target
        assert not section or section in sections(path), f"{target}#{section}"


def sections(path):
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_changelog_knows_the_version():
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_ci_runs_what_the_readme_names():
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"(?m)^make test\nexec make test-web$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"))
