"""The edits that make one text of another, for editors: small, so that the cursor stays where it is."""

from __future__ import annotations

from pfocr_lint.diagnostic import Edit, common_start


def difference(old: str, new: str) -> list[Edit]:
    """The edits that make one text of another: the lines that differ, and of these the part that differs."""
    from difflib import SequenceMatcher

    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    head = common_start(before, after)
    tail = common_start(before[head:][::-1], after[head:][::-1])
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    left, right = before[head : len(before) - tail], after[head : len(after) - tail]
    edits = []
    for tag, start, end, to, until in SequenceMatcher(None, left, right, autojunk=len(left) > 2000).get_opcodes():
        if tag != "equal":
            edits.append(_trimmed(starts[head + start], "".join(left[start:end]), "".join(right[to:until])))
    return edits


def _trimmed(start: int, old: str, new: str) -> Edit:
    """The replacement of one piece of text without what both have at their beginning and end; a CR LF stays together."""
    head = common_start(old, new)
    tail = common_start(old[head:][::-1], new[head:][::-1])
    head -= old[head - 1 : head] == "\r" and head > 0
    if tail and old[len(old) - tail] == "\n" and old[len(old) - tail - 1 : len(old) - tail] == "\r":
        tail -= 1
    return Edit(start + head, start + len(old) - tail, new[head : len(new) - tail])
