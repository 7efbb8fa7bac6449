"""
What each step costs of a clean record, in microseconds of processor time, and as a share of PyYAML's CSafeLoader.

    python benchmarks/steps.py FOLDER [--records 1000] [--runs 7]

FOLDER holds ``_figures/*.md``. Every record takes all steps before the next one does, so that a step finds the processor's
caches as in a real run, and not warm of itself; best of the runs.
"""

from __future__ import annotations

import argparse
import os
import pickle
import time
from pathlib import Path

import yaml

from pfocr_lint import accept, canonical, derive, loading, pool, template
from pfocr_lint.cache import Row
from pfocr_lint.facts import sound_facts
from pfocr_lint.record import Kind
from pfocr_lint.settings import DEFAULT

STEPS = ("open and read", "UTF-8, no odd character", "one match of the template", "the row of values out of the match, judged",
         "what is said twice is said alike", "functions that ask for rules", "texts joined, cues looked for", "facts",
         "sent to the first process and read there", "the whole look, for comparison", "CSafeLoader, for comparison")  # fmt: skip


def steps(path: str, asked: accept.Plan, of: accept.Glance) -> list[float]:
    """The clock after each step of one record, before the first included."""
    now = time.perf_counter_ns
    clock = [now()]
    tick = lambda: clock.append(now())  # noqa: E731
    data = loading.load(path)
    tick()
    text, foreign = canonical.body(data)
    tick()
    template.of_kind(Kind.FIGURE).expression.fullmatch(text).groups()
    tick()
    row = template.row(Kind.FIGURE, data)  # holds the two steps before
    row.append(DEFAULT.other_names)
    tick()
    derive.agrees(path, of.said_twice(row))
    tick()
    rules = of.gated(row)
    tick()
    rules += accept._cued(asked, accept._joined(of, row, agrees=True), foreign)
    tick()
    facts = sound_facts(path, of.facts(row), keywords=False)
    tick()
    pickle.loads(pickle.dumps(Row(b"", facts), pickle.HIGHEST_PROTOCOL))
    tick()
    accept.look(path, data, DEFAULT, Kind.FIGURE, keywords=False)
    tick()
    yaml.load(data[4:-4], yaml.CSafeLoader)
    tick()
    return clock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=7)
    flags = parser.parse_args()
    paths = sorted(os.fspath(path) for path in (flags.folder / "_figures").glob("*.md"))[: flags.records]
    pool.tune()
    accept.warm_up(DEFAULT)
    asked, of = accept.glance(DEFAULT.codes)
    best = [float("inf")] * len(STEPS)
    for _ in range(flags.runs):
        spent = [0.0] * len(STEPS)
        for path in paths:
            clock = steps(path, asked, of)
            for number in range(len(STEPS)):
                spent[number] += clock[number + 1] - clock[number]
        spent[3] -= spent[1] + spent[2]
        best = [min(pair) for pair in zip(best, spent, strict=True)]
    each = [ns / len(paths) / 1000 for ns in best]
    print("| step | µs | of CSafeLoader |\n|---|--:|--:|")
    for name, cost in zip(STEPS, each, strict=True):
        print(f"| {name} | {cost:.1f} | {cost / each[-1]:.1%} |")
    print(f"| sum of the steps | {sum(each[:-2]):.1f} | {sum(each[:-2]) / each[-1]:.1%} |")


if __name__ == "__main__":
    main()
