"""
Measure --since and --introduced on a large repository with some changed records, and the part of the time that Git takes.

    python benchmarks/since.py FOLDER [--changed 10] [--runs 5]

FOLDER has records (``_figures/*.md``); it is copied into a new Git repository in a temporary folder. The time of Git is the time
during which the run waits for Git processes. Best of the runs.
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
from pfocr_lint.workspace import git_objects

IDENTITY = ["-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "gc.auto=0"]


def git(folder: Path, *args: str) -> None:
    subprocess.run(["git", "-C", str(folder), *IDENTITY, *args], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def git_time() -> Iterator[list[float]]:
    """Yield a list that gets the seconds of each Git process; all are started by one function."""
    spent = []
    run = git_objects.run

    def timed(*args, **options):
        start = time.perf_counter()
        try:
            return run(*args, **options)
        finally:
            spent.append(time.perf_counter() - start)

    git_objects.run = timed
    try:
        yield spent
    finally:
        git_objects.run = run


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
        output = io.StringIO()
        cli.main(argv, cli.Streams(io.StringIO(), output, sys.stderr))
        print(output.getvalue().splitlines()[-1])
        rows = []
        for _ in range(flags.runs):
            start = time.perf_counter()
            with git_time() as spent:
                cli.main(argv, cli.Streams(io.StringIO(), io.StringIO(), sys.stderr))
            rows.append((time.perf_counter() - start, sum(spent), len(spent)))
        whole, own, calls = min(rows)
        print(
            f"{len(records):,} records, {flags.changed:,} changed: {whole:.2f} s, "
            f"Git {own:.2f} s in {calls} calls, pfocr-lint {whole - own:.2f} s"
        )


if __name__ == "__main__":
    main()
