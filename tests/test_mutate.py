"""The mutants: each kind of change is made, and a survivor fails the run."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

pytest.importorskip("resource")  # no fork, no mutants

import mutate

# (kind, source, the changes)
EXPRESSIONS = [
    ("comparisons", "a == b", ["a == b -> a != b"]),
    ("a bound of a comparison", "a < b", ["a < b -> a <= b"]),
    ("identity", "a is b", ["a is b -> a is not b"]),
    ("membership", "a not in b", ["a not in b -> a in b"]),
    ("each of a chain", "a < b <= c", ["a < b <= c -> a <= b <= c", "a < b <= c -> a < b < c"]),
    ("and, or", "a and b", ["a and b -> a or b"]),
    ("not", "not a", ["not a -> a"]),
    ("sums", "a + b", ["a + b -> a - b"]),
    ("numbers", "f(1)", ["1 -> 2"]),
    ("truths", "f(x=True)", ["True -> False"]),
    ("words of the code", "f('key')", ["'key' -> 'keyXX'"]),
    ("no messages", "f('not a key')", []),
    ("no formatted messages", "f(f'a{b + c}')", []),
    (
        "alternatives of an expression",
        r"re.compile('a|[|]|(b|c)\\|')",
        [r"'a|[|]|(b|c)\\|' -> '[|]|(b|c)\\|'", r"'a|[|]|(b|c)\\|' -> 'a|(b|c)\\|'", r"'a|[|]|(b|c)\\|' -> 'a|[|]'"],
    ),
    ("bounds of slices", "a[b:c]", ["a[b:c] -> a[:c]", "a[b:c] -> a[b:]"]),
    ("items of tuples", "f((a, b))", ["(a, b) -> (b,)", "(a, b) -> (a,)"]),
    ("items of lists", "f([a])", ["[a] -> []"]),
    ("items of sets", "f({a, b})", ["{a, b} -> {b}", "{a, b} -> {a}"]),
    ("items of dictionaries", "f({a: b})", ["{a: b} -> {}"]),
    ("conditions of expressions", "f(a if b else c)", ["b -> True", "b -> False"]),
    ("filters", "f(a for a in b if c)", ["c -> True"]),
]
STATEMENTS = [
    ("no types", "x: dict[str, int] = y", []),
    ("conditions", "if a:\n    b = 1", ["a -> True", "a -> False", "1 -> 2"]),
    ("loops", "while a:\n    break", ["a -> False", "break -> pass"]),
    ("returns", "def f(a):\n    return a", ["return a -> return None"]),
    ("a return that is false anyway", "def f(a):\n    return False", ["False -> True"]),
    ("calls", "def f():\n    '''Doc.'''\n    g()", ["g() -> pass"]),
    ("errors", "raise a", ["raise a -> pass"]),
    ("sums in place", "a += b", ["a += b -> a -= b", "a += b -> pass"]),
    ("attributes", "a.b = c", ["a.b = c -> pass"]),
    ("no only definitions", "a = b", []),
    ("no unpacked values", "a, b = c, d", []),
    ("no assertions", "assert a == 1", []),
    ("no decorators", "@d(x=True)\ndef f(a: int = 1) -> None: ...", ["1 -> 2"]),
]  # fmt: skip


KINDS = [*((kind, f"x = {source}", changes) for kind, source, changes in EXPRESSIONS), *STATEMENTS]


@pytest.mark.parametrize(("source", "changes"), [kind[1:] for kind in KINDS], ids=[kind[0] for kind in KINDS])
def test_each_kind_of_change_is_made(source, changes):
    assert [each.change for each in mutate.mutants(source)] == changes


def test_a_mutant_is_the_source_with_one_change():
    source = "def f(a):\n    return a < 1"
    assert [each.source for each in mutate.mutants(source)] == [
        "def f(a):\n    return None",
        "def f(a):\n    return a <= 1",
        "def f(a):\n    return a < 2",
    ]
    assert {each.line for each in mutate.mutants(source)} == {"return a < 1"}


MODULE = """def larger(a, b):
    if a > b:
        return a
    return b
"""
TEST = """from pfocr_lint.record.scalar_source import larger


def test_larger():
    assert larger(2, 1) == 2
    assert larger(1, 2) == 2
"""
REASON = """[[scalar_source]]
line = "if a > b:"
changes = ["a > b -> a >= b"]
reason = "of two equal numbers either is the larger one"
"""


@pytest.mark.parametrize(
    ("test", "reasons", "status", "shown"),
    [
        (TEST, REASON, 0, "scalar_source          5       4         1          1   80.0"),
        (TEST, "", 1, "pfocr_lint/record/scalar_source.py:2: a > b -> a >= b\n"),
        (TEST.replace("    assert larger(1, 2) == 2\n", ""), REASON, 1, "pfocr_lint/record/scalar_source.py:2: a > b -> True\n"),
        (TEST, REASON.replace("a > b:", "a > c:"), 1, "scalar_source has no such mutant: if a > c:: a > b -> a >= b"),
        (TEST.replace("== 2", "== 3"), REASON, 1, "fail without a mutant, with status 1"),
    ],
    ids=["all is explained", "a survivor", "a weak test", "a reason without a mutant", "a test that fails anyway"],
)  # fmt: skip
def test_a_run(tmp_path, test, reasons, status, shown):
    for name, text in {
        "pfocr_lint/__init__.py": "",
        "pfocr_lint/record/scalar_source.py": MODULE,
        "tests/test_typed.py": test,
        "tests/mutants.toml": reasons,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "tests" / "mutate.py", tmp_path / "tests")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    command = [sys.executable, "tests/mutate.py", "--module", "scalar_source", "--enough", "80"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert shown in result.stdout + result.stderr
    assert result.returncode == status
    assert (tmp_path / "pfocr_lint" / "record" / "scalar_source.py").read_text(encoding="utf-8") == MODULE
