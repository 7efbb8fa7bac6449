"""Compares the engine in Pyodide with the one in CPython: samples, records, rules' examples, hostile files, mutants."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parent
sys.path.insert(0, str(WEB.parent / "tests"))

from browser_answers import answers, mutated  # noqa: E402 - the path is set above
from test_browser import cases  # noqa: E402

MUTANTS = 150


def main() -> int:
    """Compare; return the exit status."""
    texts = cases()
    texts += mutated(texts, MUTANTS, 11)
    run = subprocess.run(
        ["node", WEB / "tests/answers.mjs"], input=json.dumps(texts), stdout=subprocess.PIPE, text=True, check=True
    )
    pairs = zip(texts, answers(texts), json.loads(run.stdout), strict=True)
    different = [(case, here, there) for case, here, there in pairs if here != there]
    for (name, _), here, there in different[:5]:
        print(f"{name}:\n  CPython: {here}\n  Pyodide: {there}"[:4000])  # noqa: T201
    print(f"{len(texts)} texts compared, {len(different)} with different answers in Pyodide")  # noqa: T201
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
