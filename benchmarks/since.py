"""
How long --since and --introduced take on a large repository with few changed records, or many, beside what Git alone needs.

    python benchmarks/since.py FOLDER [--changed 10] [--runs 5]

FOLDER holds records (``_figures/*.md``); it is copied into a new Git repository in a temporary folder. Git's own work is what the
run asks of it, whatever that is: each time a process of Git is waited for. Best of the runs.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pfocr_lint.cli import main as cli
from pfocr_lint.workspace import git_revision

IDENTITY = ["-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "gc.auto=0"]


def git(folder: Path, *args: str) -> None:
    subprocess.run(["git", "-C", str(folder), *IDENTITY, *args], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def asked_of_git() -> Iterator[list[float]]:
    """The seconds that each process of Git took which was begun meanwhile: all of them go through one function."""
    spent = []
    ask = git_revision._run

    def timed(*args, **options):
        start = time.perf_counter()
        try:
            return ask(*args, **options)
        finally:
            spent.append(time.perf_counter() - start)

    git_revision._run = timed
    try:
        yield spent
    finally:
        git_revision._run = ask


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--changed", type=int, default=10)
    parser.add_argument("--runs", type=int, default=5)
    flags = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "repository"
        shutil.copytree(flags.folder, folder, ignore=shutil.ignore_patterns(".git"))
        git(folder, "init", "-q", "-b", "main")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", "records")
        git(folder, "switch", "-q", "-c", "change")
        records = sorted((folder / "_figures").glob("*.md"))
        for record in records[:: max(1, len(records) // flags.changed)][: flags.changed]:
            record.write_text(record.read_text(encoding="utf-8").replace("license: CC0", "license: CC1"), encoding="utf-8")
        os.chdir(folder)
        argv = ["--since", "main", "--introduced", "--output-format", "concise"]
        seen = io.StringIO()
        cli.main(argv, cli.Streams(io.StringIO(), seen, sys.stderr))
        print(seen.getvalue().splitlines()[-1])
        rows = []
        for _ in range(flags.runs):
            start = time.perf_counter()
            with asked_of_git() as spent:
                cli.main(argv, cli.Streams(io.StringIO(), io.StringIO(), sys.stderr))
            rows.append((time.perf_counter() - start, sum(spent), len(spent)))
        whole, own, calls = min(rows)
        print(
            f"{len(records):,} records, {flags.changed:,} changed: {whole:.2f} s, "
            f"of which Git {own:.2f} s in {calls} calls, beyond it {whole - own:.2f} s"
        )


if __name__ == "__main__":
    main()
