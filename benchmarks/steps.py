"""
Measure the time of each step for a clean record, in microseconds, and as a share of PyYAML's CSafeLoader.

    python benchmarks/steps.py FOLDER [--records 1000] [--runs 7]

FOLDER has ``_figures/*.md``, clean figures only. Each step processes a chunk of records, as large as in a real run, before the
next step starts. So the caches of the processor are in the same state as in a real run. Best of the runs.
"""

from __future__ import annotations

import argparse
import os
import pickle
import time
from itertools import repeat
from pathlib import Path

import yaml

from pfocr_lint.linter import prefilter
from pfocr_lint.record import column_parser, derived, facts, fast_parser
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import DEFAULT
from pfocr_lint.workspace import many_files, reading, workers
from pfocr_lint.workspace.cache import Row

STEPS = ("open and read", "decode UTF-8, check characters", "match the template", "read and check the columns",
         "compare derived fields", "run the trigger functions", "join texts, search the trigger patterns", "facts",
         "send to the first process and decode", "the complete prefilter, for comparison",
         "CSafeLoader, for comparison")  # fmt: skip


def steps(paths: list[str], rules: prefilter.Plan, places: prefilter.TablePlan) -> list[float]:
    """Return the clock in ns before the first step and after each step, for these records."""
    now = time.perf_counter_ns
    clock = [now()]
    tick = lambda: clock.append(now())  # noqa: E731
    datas = [reading.load(path) for path in paths]
    tick()
    texts, non_ascii = fast_parser.bodies(datas)
    tick()
    form = column_parser.of_kind(Kind.FIGURE)
    matches = [text is not None and form.expression.fullmatch(text) for text in texts]
    if not all(matches):
        unmatched = next(path for path, match in zip(paths, matches, strict=True) if not match)
        raise SystemExit(f"steps.py: {unmatched} is not in the canonical form of the pipeline; give clean figures only")
    groups = [match.group(*form.sources) for match in matches]
    tick()
    columns = [*column_parser.read(Kind.FIGURE, datas).columns, repeat(DEFAULT.synonyms)]  # includes the two steps before
    tick()
    derived.disagreeing(paths, [columns[place] for place in places.derived])
    tick()
    for (_, when), fields in zip(rules.conditional, places.conditional, strict=True):
        any(map(when.test, *(columns[place] for place in fields)))
    tick()
    list(prefilter._rows_with_patterns(rules, places, columns, (), non_ascii, datas))
    tick()
    found = list(facts.sound_facts(paths, [columns[place] for place in places.facts], keywords=False))
    tick()
    sent = pickle.dumps([many_files._packed(Row(b"", each)) for each in found], pickle.HIGHEST_PROTOCOL)
    read = list(map(many_files._unpacked, pickle.loads(sent)))
    tick()
    quick_checks = prefilter.quick_checks(paths, datas, DEFAULT, Kind.FIGURE, keywords=False)
    tick()
    for data in datas:
        yaml.load(data[4:-4], yaml.CSafeLoader)
    tick()
    assert len(paths) == len(groups) == len(read) == len(quick_checks)
    return clock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=7)
    flags = parser.parse_args()
    paths = sorted(os.fspath(path) for path in (flags.folder / "_figures").glob("*.md"))[: flags.records]
    workers.tune()
    prefilter.warm_up(DEFAULT)
    rules, places = prefilter.table_plan(DEFAULT.codes)
    best = [float("inf")] * len(STEPS)
    for _ in range(flags.runs):
        spent = [0.0] * len(STEPS)
        for start in range(0, len(paths), many_files.AT_ONCE):
            clock = steps(paths[start : start + many_files.AT_ONCE], rules, places)
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
