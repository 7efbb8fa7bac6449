"""
The page of a plan for reviewers: of each batch some random edits and the longest ones, side by side.

The same plan gives the same page: what is random is drawn with the plan's digest. Boxes say which edits stay; the page's script
copies the lines of those from the file of the plan, which the reviewer names, byte for byte.
"""

from __future__ import annotations

import hashlib
import heapq
import json
from typing import Any, NamedTuple, TypeAlias

from pfocr_lint.campaign.plan_file import Line, Plan, written
from pfocr_lint.dashboard.page import packed, render
from pfocr_lint.dashboard.words import Sides, side_by_side
from pfocr_lint.report import visible
from pfocr_lint.rules.catalogue import BY_CODE

RANDOM, LONGEST = 10, 10  # edits of a batch that are shown
MOST_TEXT = 4_000  # characters of a text that are compared


Ranked: TypeAlias = tuple[int, int, Line]  # a number that decides, one that no other edit has, and the edit


class Sample(NamedTuple):
    """The edits of a batch that are shown, by their id, and what the batch holds."""

    random: list[Ranked]
    longest: list[Ranked]
    records: set[str]
    rules: dict[str, int]
    unsafe: list[int]


def plan_page(plan: Plan) -> str:
    """The page of a plan. Raises PlanError."""
    samples: dict[str, Sample] = {batch: Sample([], [], set(), {}, []) for batch in plan.batches}
    for _, lines in plan.read(plan.entries()):
        for line in lines:
            _add(samples[line.batch], line, plan.digest)
    batches = [_batch(batch, plan.batches[batch], sample) for batch, sample in samples.items()]
    head = written(plan.head).decode().rstrip("\n")
    return render("plan.html", "plan.js", plan=plan, head=packed(head), batches=batches, most=(RANDOM, LONGEST))


def _add(sample: Sample, line: Line, digest: str) -> None:
    sample.records.add(line.path)
    sample.rules[line.rule] = sample.rules.get(line.rule, 0) + 1
    if line.safety == "unsafe":
        sample.unsafe.append(line.id)
    drawn = int.from_bytes(hashlib.sha256(f"{digest} {line.id}".encode()).digest(), "big")
    _keep(sample.random, (drawn, line.id, line), RANDOM)
    _keep(sample.longest, (len(line.old) + len(line.new), -line.id, line), LONGEST)


def _keep(heap: list[Ranked], entry: Ranked, most: int) -> None:
    """Add an entry to the largest ones."""
    if len(heap) < most:
        heapq.heappush(heap, entry)
    else:
        heapq.heappushpop(heap, entry)


def _batch(name: str, count: int, sample: Sample) -> dict[str, Any]:
    drawn = {line.id for *_, line in sample.random}
    every = {line.id: line for *_, line in (*sample.random, *sample.longest)}
    longest = sorted(every.keys() - drawn, key=lambda number: (-len(every[number].old) - len(every[number].new), number))
    return {
        "name": name,
        "count": count,
        "records": len(sample.records),
        "unsafe": len(sample.unsafe),
        "rules": [(code, BY_CODE[code].summary, number) for code, number in sorted(sample.rules.items())],
        "edits": [_edit(every[number]) for number in (*sorted(drawn), *longest)],
    }


def _edit(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "path": visible(line.path),
        "rule": line.rule,
        "safety": line.safety,
        "message": visible(line.message),
        "fix": visible(line.fix),
        "needs": line.needs,
        "changes": [(visible(key), sides) for key, sides in _changes(line)],
    }


def _changes(line: Line) -> list[tuple[str, Sides]]:
    """What an edit changes: the values where there are some, else the source text."""
    if not line.values:
        return [("the text of the file", side_by_side(_cut(line.old), _cut(line.new)))]
    return [(value["key"] or "the whole record", side_by_side(_text(value["old"]), _text(value["new"]))) for value in line.values]


def _text(value: Any) -> str:
    return _cut(value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False))


def _cut(text: str) -> str:
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}… ({len(text) - MOST_TEXT:,} characters more)"
