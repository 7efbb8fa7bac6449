"""Shared fixtures: real records, clean records, and the command in this process."""

from __future__ import annotations

import functools
import io
import os
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings

from pfocr_lint.cli import main, settings_flags
from pfocr_lint.diagnostic import Diagnostic, Safety
from pfocr_lint.linter import checker, fixer
from pfocr_lint.record import emitter
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import Selection, Settings

ROOT = Path(__file__).resolve().parent.parent
TODAY = "2026-01-01"  # the machine's day in tests that run the command
SEED = "PMC9405586__biomedicines-10-01841-g001"

settings.register_profile("suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "fuzz", settings.get_profile("suite"), derandomize=False, max_examples=int(os.environ.get("FUZZ", "100000"))
)
settings.load_profile("fuzz" if "FUZZ" in os.environ else "suite")


POSIX, LINUX = os.name == "posix", sys.platform.startswith("linux")

# What a test may need from the system: whether it is here, and why a test without it is skipped.
NEEDS = {
    "links": (POSIX, "Windows lets only administrators make links"),
    "pipes": (hasattr(os, "mkfifo"), "Windows has no named pipes in folders"),
    "devices": (POSIX, "Windows has no devices in folders"),
    "permissions": (POSIX, "Windows has other permissions than POSIX"),
    "signals": (POSIX, "Windows ends processes without a signal"),
    "sh": (POSIX, "Windows runs no shell script as a program"),
    "proc": (LINUX, "only Linux shows processes in /proc"),
    "bytes": (LINUX, "only Linux has file names that are not Unicode"),
    "case": (LINUX, "file names that differ only in case are one file on Windows and macOS"),
}

if not POSIX:  # tests write the same bytes everywhere
    Path.write_text = functools.partialmethod(Path.write_text, newline="\n")  # type: ignore[method-assign,assignment]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    for marker in item.iter_markers("needs"):
        for is_here, reason in map(NEEDS.__getitem__, marker.args):
            if not is_here:
                pytest.skip(reason)


def real_records() -> dict[str, Path]:
    """The real records by their path in a repository: the samples and the records of the tests."""
    folders = (ROOT / "samples", ROOT / "tests" / "records")
    return {str(path.relative_to(folder)): path for folder in folders for path in sorted(folder.rglob("*/*.*"))}


def clean_text(kind: Kind = Kind.FIGURE) -> str:
    """The clean record in the examples of the schema of a kind."""
    return emitter.document(schemas.example(kind))


def seed_text() -> str:
    """A clean real record with long texts."""
    return (ROOT / "samples" / "_figures" / f"{SEED}.md").read_text(encoding="utf-8")


_UNREADABLE = ("PF005", "PF007")
_ONLY_READABLE = Settings(selections=(Selection(select=_UNREADABLE),))


def fault_of(path: str, data: bytes) -> Diagnostic:
    """
    Return the one finding of a file that cannot be read.

    The other rules report what they report of the file as its fix leaves it: nothing less if the fix is safe, nothing more
    if it is a guess, and nothing at all if there is none.
    """
    found = checker.check(path, data)
    (fault,) = (each for each in found if each.code in _UNREADABLE)
    others = [(each.code, each.key, each.message) for each in found if each.code not in _UNREADABLE]
    fixed = fixer.fix(path, data, _ONLY_READABLE, unsafe=True)
    assert fixed.faults == ()
    after = [(each.code, each.key, each.message) for each in checker.check(path, fixed.data)]
    if fault.fix is None:
        assert (others, fixed.data) == ([], data)
    elif fault.fix.safety is Safety.SAFE:
        assert others == after
    else:
        assert set(others) <= set(after)
    return fault


class Ran(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command in an empty folder, on the day ``TODAY``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(settings_flags.time, "strftime", lambda _: TODAY)

    def call(*argv: str, stdin: bytes = b"") -> Ran:
        out, err = io.StringIO(), io.StringIO()
        status = main.main([str(arg) for arg in argv], main.Streams(io.TextIOWrapper(io.BytesIO(stdin)), out, err))
        return Ran(status, out.getvalue(), err.getvalue())

    return call


@pytest.fixture
def repository(tmp_path):
    """A repository with one clean figure, the pages of its two organisms, and one fetched figure."""
    for folder, name, kind in (
        ("_figures", f"{SEED}.md", Kind.FIGURE),
        ("_organisms", "homo_sapiens.md", Kind.ORGANISM),
        ("_organisms", "mus_musculus.md", Kind.ORGANISM),
        ("figures", "PMC10003241__ijms-24-04893-g003.yml", Kind.FETCHED),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        text = clean_text(kind) if name != "mus_musculus.md" else clean_text(kind).replace("Homo sapiens", "Mus musculus")
        (tmp_path / folder / name).write_text(text, encoding="utf-8")
    return tmp_path
