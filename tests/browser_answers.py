"""What the engine of the browser answers, for comparison: in CPython with and without libyaml, and in Pyodide (web/tests)."""

from __future__ import annotations

import json
import random
import sys

from pfocr_lint import fix
from pfocr_lint.integrations.browser import page

_BITS = (
    "'", '"', ": ", " #", "- ", "\t", "[", "]", "{", "}", "&", "*", "!", "|", ">", "%", "@", "`", "\n", "  ", "\n\n", "? ", "\u00a0",
    "\u2028", "\x85", "\r", "\\", "-", "---", "...", "<<: ", ",", "~", "\ufeff", "\x07", "\U0001f9ec", "é",
)  # fmt: skip


def answers(cases: list[list[str]]) -> list[list[str]]:
    """The findings, the safe fixes and the text after all fixes, for names and texts."""
    found = []
    for name, text in cases:
        fixed = fix(name, text.encode(), unsafe=True)
        found.append(
            [page.check(name, text), page.fix_all(name, text), page.fields(name, text), fixed.data.decode(), str(fixed.faults)]
        )
    return found


def mutated(cases: list[list[str]], count: int, seed: int) -> list[list[str]]:
    """Cases with small random edits."""
    rng = random.Random(seed)
    short = [case for case in cases if len(case[1]) < 20_000]
    found = []
    for _ in range(count):
        name, text = rng.choice(short)
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            at, draw = rng.randrange(4, max(5, len(text) - 4)), rng.random()
            if draw < 0.6:
                text = text[:at] + rng.choice(_BITS) + text[at:]
            elif draw < 0.8:
                text = text[:at] + text[at + rng.randrange(1, 12) :]
            else:
                start = rng.randrange(max(1, len(text)))
                text = text[:at] + text[start : start + rng.randrange(1, 60)] + text[at:]
        found.append([name, text])
    return found


if __name__ == "__main__":
    json.dump(answers(json.load(sys.stdin)), sys.stdout)
