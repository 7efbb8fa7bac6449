"""Linear time: a text of double length takes about twice the time, for every expression, every rule and any text."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time

import pytest
from conftest import ROOT

import pfocr_lint
from pfocr_lint import lazy_import
from pfocr_lint.linter import record_check
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.record import emitter
from pfocr_lint.record.parser import read
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import Kind

UNITS = [
    " ", "( ", "(", "[", " ,", "; ", "&", "&#", "<", "<a ", "<!-", "Figure ", "see ", "et al ", ". ", "..", "A.", "a1", "1,", "1:", "- ", "\u2010", "'", '"', "\\",
    "\n", " \n", "\t", "\r\n", "# ", "\u00c3", "\u00c3\u00a9", "e\u0301", "\u200b", "?.", "(A) ", "supplementary ", "fig", "PMC1", "/", " | ", "x  ", "a: '", "%TAG ", "...",
]  # fmt: skip
GROWTH = 3.2  # for a text of double length; quadratic time would be 4


def patterns():
    """Return every compiled expression of the package by its place."""
    found = {}

    def collect(name, value):
        if isinstance(value, (re.Pattern, lazy_import._Expression)):
            found.setdefault(value.pattern, (name, value))
        elif isinstance(value, (tuple, list)):
            for at, each in enumerate(value):
                collect(f"{name}[{at}]", each)

    for module in pkgutil.walk_packages(pfocr_lint.__path__, "pfocr_lint."):
        if not module.name.endswith("__main__"):
            for name, value in vars(importlib.import_module(module.name)).items():
                collect(f"{module.name}.{name}", value)
    return list(found.values())


def seconds(call, *args, times: int = 1) -> float:
    best = 9.0
    for _ in range(times):
        started = time.process_time()
        call(*args)
        best = min(best, time.process_time() - started)
    return best


def text(unit: str, length: int) -> str:
    return "x" + (unit * length)[:length] + "x"


SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "pfocr_lint").rglob("*.py"))


def way(name: str):
    """Return how the package uses an expression: all matches if a searching method is called, else a match at the start."""
    own = name.rpartition(".")[2]
    used = set(re.findall(rf"\b{re.escape(own)}\.([a-z]+)\(", SOURCE))
    if used & {"finditer", "findall", "sub", "split"}:
        return lambda pattern, value: sum(1 for _ in pattern.finditer(value))
    if used and used <= {"match", "fullmatch"}:
        return lambda pattern, value: (pattern.match(value), pattern.fullmatch(value))
    return lambda pattern, value: pattern.search(value)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "pattern"), patterns(), ids=lambda value: value if isinstance(value, str) else "")
def test_an_expression_is_linear(name, pattern):
    scan = way(name)
    for unit in UNITS:
        some, twice = text(unit, 8_000), text(unit, 16_000)
        if isinstance(pattern.pattern, bytes):
            some, twice = some.encode(), twice.encode()
        short = seconds(scan, pattern, some)
        if short > 0.004:
            short = seconds(scan, pattern, some, times=3)
        if short > 0.004:  # less would stay under a second for 1 MiB even with quadratic time
            assert seconds(scan, pattern, twice, times=3) < GROWTH * short, (unit, pattern.pattern)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["caption", "figtitle", "papertitle", "reftext", "keyword", "number", "unknown"])
def test_a_record_of_a_mebibyte_takes_its_moment(key):
    for unit in UNITS:
        data = schemas.example(Kind.FIGURE)
        value = text(unit, 450_000 if key == "caption" else 900_000)
        if key == "keyword":
            data["schema-jsonld"]["keywords"] = [value]
        else:
            data[key] = value
        if key == "caption":
            data["schema-jsonld"]["description"] = value
        source = emitter.document(data).encode()[: 1 << 20]
        spent = seconds(lambda source=source: diagnostics_of(record_check.check_record(read("_figures/x.md", source))))
        assert spent < 3, (unit, spent)
