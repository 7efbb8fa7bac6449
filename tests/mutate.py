"""
Mutation tests: each mutant is one module with one small change, and one of its tests must fail.

The work tree is only read. Each worker has a copy of it. There a forked process runs the tests of a module on a mutant until the
first failure; tests that are fast or killed a mutant before run first. A mutant whose run takes far longer than the unchanged
module counts as killed. A survivor needs an entry in ``mutants.toml`` with the reason why no test can detect it.

Usage: python tests/mutate.py [--module NAME]... [--sample N --seed S] [--jobs N] [--enough %] [--list]
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 3  # maximal time of a run, in multiples of the unchanged run
MEMORY = 3 << 30  # bytes per process: a mutant may allocate memory without a limit

# The tests of each module; missing files are skipped.
TESTS = {
    "fixer": ["survivors", "survivors_fixer", "fixer", "verification", "edited", "fuzz", "files"],
    "edited_values": ["survivors", "edited"],
    "prefilter": ["work", "table", "canonical", "triggers", "rules"],
    "cache": ["cache", "line_ends"],
    "atomic_write": ["survivors_atomic", "faults", "files", "hostile"],
    "introduced": ["survivors", "survivors_introduced", "introduced", "repository", "edited", "action", "revision"],
    "neighbours": ["survivors_introduced", "introduced", "repository"],
    "new_findings": ["survivors_introduced", "introduced", "repository"],
    "git_objects": ["survivors", "edited", "repository", "revision", "partial_clones"],
    "git_history": ["survivors", "edited"],
    "git_checkout": ["repository", "edited", "partial_clones"],
    "git_revision": ["revision", "repository", "partial_clones", "settings", "stranger"],
    "git_fetch": ["partial_clones"],
    "needed": ["partial_clones"],
    "revision_files": ["revision", "partial_clones"],
    "scalar_source": ["quoted", "typed"],
}

_PAIRS = {
    ast.Eq: ast.NotEq,
    ast.Is: ast.IsNot,
    ast.In: ast.NotIn,
    ast.Lt: ast.LtE,
    ast.Gt: ast.GtE,
    ast.And: ast.Or,
    ast.Add: ast.Sub,
}
SWAPS: dict[Any, Any] = {**_PAIRS, **{new: old for old, new in _PAIRS.items()}}
LEFT_ALONE = {"annotation", "returns", "decorator_list", "type_comment"}  # fields without effect on the tests


@dataclass(frozen=True)
class Mutant:
    module: str
    number: int  # of its line
    line: str
    change: str
    source: str = field(repr=False)

    @property
    def key(self) -> tuple[str, str, str]:
        return self.module, self.line, self.change


def mutants(source: str, module: str = "") -> Iterator[Mutant]:
    """Return all mutants of a source, in the order of its lines."""
    tree = ast.parse(source)
    lines = source.splitlines()
    found = []
    for parent, name, index, node in list(_places(tree)):
        for new in _alternatives(parent, name, node):
            _put(parent, name, index, new)
            found.append(Mutant(module, node.lineno, lines[node.lineno - 1].strip(), _shown(node, new), ast.unparse(tree)))
        _put(parent, name, index, node)
    return iter(sorted(found, key=lambda mutant: mutant.number))


def _places(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, Any]]:
    """A statement or expression with its parent, the field, and the index in the field."""
    for name, value in ast.iter_fields(parent):
        if name in LEFT_ALONE or isinstance(parent, (ast.JoinedStr, ast.Assert)):
            continue
        for index, node in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(node, (ast.stmt, ast.expr, ast.ExceptHandler)) and not _is_type(node):
                yield parent, name, index if isinstance(value, list) else None, node
            if isinstance(node, ast.AST) and not _is_type(node):
                yield from _places(node)


def _is_type(node: ast.AST) -> bool:
    """Whether a node is a docstring or only for the type checker."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias"


def _put(parent: ast.AST, name: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[index] = node


def _shown(old: ast.AST, new: ast.AST) -> str:
    """Describe a change in one line, without the bodies of statements."""
    before, after = ast.unparse(old), ast.unparse(new)
    return " -> ".join(re.sub(r"\s+", " ", text) for text in (before, after))


def _alternatives(parent: ast.AST, name: str, node: Any) -> Iterator[ast.AST]:
    """Yield the replacements of a node."""
    if name == "test" and isinstance(parent, (ast.If, ast.IfExp, ast.While)) and not isinstance(node, ast.Constant):
        yield from map(ast.Constant, [False] if isinstance(parent, ast.While) else [True, False])
    if name == "ifs":
        yield ast.Constant(True)  # noqa: FBT003
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            yield _with(node, ops=[*node.ops[:index], SWAPS[type(operator)](), *node.ops[index + 1 :]])
    elif isinstance(node, (ast.BoolOp, ast.BinOp, ast.AugAssign)) and type(node.op) in SWAPS:
        yield _with(node, op=SWAPS[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from _other_constants(parent, node)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        for bound in ("lower", "upper"):
            if getattr(node.slice, bound) is not None:
                yield _with(node, slice=_with(node.slice, **{bound: None}))
    elif isinstance(node, ast.Return) and ast.unparse(node.value or node) not in ("None", "False", "return"):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Dict)):
        yield from _shorter(parent, node)
    if _may_go(node):
        yield ast.Pass()


def _shorter(parent: ast.AST, node: Any) -> Iterator[ast.AST]:
    """Yield displays without one of their items, except displays that are unpacked into names."""
    if isinstance(node, ast.Dict):
        yield from (_with(node, keys=_without(node.keys, i), values=_without(node.values, i)) for i in range(len(node.keys)))
    elif isinstance(node, ast.Set):
        yield from (_with(node, elts=_without(node.elts, i)) for i in range(len(node.elts)) if len(node.elts) > 1)
    elif isinstance(node.ctx, ast.Load) and not isinstance(getattr(parent, "targets", [parent])[0], (ast.Tuple, ast.Subscript)):
        yield from (_with(node, elts=_without(node.elts, i)) for i in range(len(node.elts)))


def _with(node: Any, **fields: Any) -> Any:
    new = copy.copy(node)
    vars(new).update(fields)
    return new


def _without(items: list[Any], index: int) -> list[Any]:
    return items[:index] + items[index + 1 :]


def _other_constants(parent: ast.AST, node: ast.Constant) -> Iterator[ast.AST]:
    """Yield changed strings. Strings with a space are messages and stay, except regular expressions with alternatives."""
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and isinstance(parent, ast.Call) and ast.unparse(parent.func).startswith("re."):
        branches = _branches(value)
        yield from (ast.Constant("|".join(_without(branches, index))) for index in range(len(branches)) if len(branches) > 1)
    elif isinstance(value, str) and not re.search(r"\w\s+\w", value):
        yield ast.Constant(value + "XX")


def _branches(pattern: str) -> list[str]:
    """Split a regular expression into its alternatives, at each '|' outside groups, classes and escapes."""
    parts, depth, in_class = [""], 0, False
    for token in re.findall(r"\\.|.", pattern, re.DOTALL):
        in_class = token == "[" or (in_class and token != "]")
        depth += (not in_class) * ((token == "(") - (token == ")"))
        if token == "|" and depth == 0 and not in_class:
            parts.append("")
        else:
            parts[-1] += token
    return parts


def _may_go(node: ast.AST) -> bool:
    """Whether removing a statement is a useful mutant; without a plain assignment only a name would be missing."""
    if isinstance(node, ast.Assign):
        return not any(isinstance(target, (ast.Name, ast.Tuple)) for target in node.targets)
    return isinstance(node, (ast.Expr, ast.AugAssign, ast.Continue, ast.Break, ast.Raise))


class Order:
    """A pytest plugin: runs the tests with the best chance of a fast kill first, and records their durations and failures."""

    def __init__(self, seconds: dict[str, float], kills: Counter[str]) -> None:
        self.seconds, self.kills, self.failed = dict(seconds), kills, ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: (self.seconds.get(item.nodeid, 0) + 0.01) / (1 + self.kills[item.nodeid]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration
        self.failed = self.failed or (report.nodeid if report.failed else "")


@dataclass
class Worker:
    """A copy of the work tree, and the process that runs its tests."""

    folder: Path
    pid: int = 0
    deadline: float = 0
    mutant: Mutant | None = None

    def start(self, files: list[str], order: Order, limit: float) -> None:
        self.deadline = time.monotonic() + limit
        self.pid = os.fork()
        if self.pid == 0:
            status = 3
            try:
                status = self._tests(files, order, limit)
            except BaseException:  # noqa: BLE001 - whatever a mutant does, this process ends here
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(status)

    def _tests(self, files: list[str], order: Order, limit: float) -> int:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 2))  # also for processes in a new session
        os.chdir(self.folder / "tree")
        output = os.open(self.folder / "output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(output, stream)
        os.environ["PYTHONPATH"] = str(self.folder / "tree")
        sys.path[:0] = [str(self.folder / "tree")]
        if self.mutant is not None:  # else the bytecode of the last mutant would be used
            sys.dont_write_bytecode = True
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        flags = [
            "-x",
            "-q",
            "-m",
            "not slow and not web",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "-W",
            "ignore::pytest.PytestAssertRewriteWarning",
            f"--basetemp={self.folder / 'temp'}",
        ]
        status = pytest.main([*flags, *files], plugins=[order])
        (self.folder / "report").write_text(json.dumps([order.seconds, order.failed]))
        return int(status)

    def ended(self) -> int | None:
        """Return the exit status, or None while the tests run; a run over its time is killed and counts as a failure."""
        late = time.monotonic() > self.deadline
        if late:
            os.killpg(self.pid, signal.SIGKILL)
        pid, status = os.waitpid(self.pid, 0 if late else os.WNOHANG)
        if pid == 0:
            return None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # processes that the tests left running
        return 1 if late else os.waitstatus_to_exitcode(status)

    def report(self) -> tuple[dict[str, float], str]:
        with contextlib.suppress(OSError, ValueError):
            seconds, failed = json.loads((self.folder / "report").read_text())
            return seconds, failed
        return {}, ""


def make_worker(folder: Path, root: Path) -> Worker:
    """Copy the files of a work tree that Git tracks, in their current state."""
    names = subprocess.run(["git", "ls-files", "-zco", "--exclude-standard"], cwd=root, capture_output=True, check=True).stdout
    for name in filter(os.path.lexists, (root / os.fsdecode(name) for name in names.split(b"\0") if name)):
        place = folder / "tree" / name.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(name, place, follow_symlinks=False)
    return Worker(folder)


def survivors(
    todo: list[Mutant], path: Path, files: list[str], workers: list[Worker], reasons: Container[Any] = ()
) -> list[Mutant]:
    """Return the surviving mutants of one module, given its path in the tree; print each, with its reason if any."""
    first, began = workers[0], time.monotonic()
    first.mutant = None
    first.start(files, Order({}, Counter()), 3600)
    while (status := first.ended()) is None:
        time.sleep(0.05)
    if status != 0:
        raise SystemExit(
            f"the tests of {path} fail without a mutant, with status {status}:\n{(first.folder / 'output').read_text()[-5000:]}"
        )
    limit = PATIENCE * (time.monotonic() - began) + 10
    seconds, kills = first.report()[0], Counter[str]()
    source = (first.folder / "tree" / path).read_text(encoding="utf-8")
    waiting, running, alive = todo[::-1], [], []
    while waiting or running:
        while waiting and (free := [worker for worker in workers if worker not in running]):
            worker = free[0]
            worker.mutant = waiting.pop()
            (worker.folder / "tree" / path).write_text(worker.mutant.source, encoding="utf-8")
            for stale in (worker.folder / "tree" / path.parent / "__pycache__").glob(f"{path.stem}.*"):
                stale.unlink()
            (worker.folder / "report").unlink(missing_ok=True)
            worker.start(files, Order(seconds, kills), limit)
            running.append(worker)
        time.sleep(0.01)
        for worker in list(running):
            status = worker.ended()
            if status is None:
                continue
            running.remove(worker)
            if status == 0:
                alive.append(worker.mutant)
                note = " (explained)" if worker.mutant.key in reasons else ""
                print(f"{path}:{worker.mutant.number}: {worker.mutant.change}{note}", flush=True)
            kills[worker.report()[1]] += status != 0
    for worker in workers:
        (worker.folder / "tree" / path).write_text(source, encoding="utf-8")
    return alive


def explained() -> dict[tuple[str, str, str], str]:
    """Return the reasons of the survivors that no test can kill, by module, line and change."""
    table = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text(encoding="utf-8"))
    return {
        (module, entry["line"], change): entry["reason"]
        for module, entries in table.items()
        for entry in entries
        for change in entry["changes"]
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make mutants of modules, and run the tests that should kill them.")
    parser.add_argument("--module", action="append", choices=TESTS, help="only this module; may be repeated")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many mutants of each module")
    parser.add_argument("--seed", type=int, default=0, help="which ones --sample takes")
    parser.add_argument("--jobs", type=int, default=2, help="processes that run tests")
    parser.add_argument(
        "--enough", type=float, default=95, metavar="%%", help="how many per cent of all must be killed (%(default)s)"
    )
    parser.add_argument("--list", action="store_true", help="print the mutants, and run nothing")
    args = parser.parse_args(argv)
    reasons = explained()
    rows, unexplained, stale = [], 0, []
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        workers = [] if args.list else [make_worker(Path(folder) / str(number), ROOT) for number in range(args.jobs)]
        for module in args.module or TESTS:
            (path,) = (found.relative_to(ROOT) for found in ROOT.glob(f"pfocr_lint/**/{module}.py"))
            todo = list(mutants((ROOT / path).read_text(encoding="utf-8"), module))
            known = {each.key for each in todo}
            stale += [key for key in reasons if key[0] == module and key not in known]
            if args.sample is not None:
                todo = random.Random(args.seed).sample(todo, min(args.sample, len(todo)))
            if args.list:
                print(*(f"{path}:{each.number}: {each.change}" for each in todo), sep="\n")
                continue
            files = [f"tests/test_{name}.py" for name in TESTS[module] if (ROOT / "tests" / f"test_{name}.py").exists()]
            alive = survivors(todo, path, files, workers, reasons)
            known_alive = sum(each.key in reasons for each in alive)
            unexplained += len(alive) - known_alive
            rows.append((module, len(todo), len(todo) - len(alive), len(alive), known_alive))
    for module, line, change in stale:
        print(f"tests/mutants.toml: {module} has no such mutant: {line}: {change}")
    if not rows:
        return bool(stale)
    rows.append(("all", *map(sum, zip(*(row[1:] for row in rows), strict=True))))
    print(f"\n{'module':16}{'mutants':>8}{'killed':>8}{'survived':>10}{'explained':>11}{'%':>7}")
    for module, number, killed, survived, reasoned in rows:
        print(f"{module:16}{number:8}{killed:8}{survived:10}{reasoned:11}{100 * killed / max(number, 1):7.1f}")
    _, number, killed, *_ = rows[-1]
    return bool(stale or unexplained or 100 * killed < args.enough * number)


if __name__ == "__main__":
    import hypothesis  # noqa: F401 - once here, and not in every process
    import jsonschema  # noqa: F401
    import ruamel.yaml  # noqa: F401
    import yaml  # noqa: F401

    sys.exit(main())
