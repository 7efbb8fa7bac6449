"""Figures as lines for the terminal, and as the tables of README.md and the plot."""

from __future__ import annotations

import re
from pathlib import Path

import plot

UNITS = {"faster": " × the speed", "within": " × the time", "peak": " MB", "first": " s", "growth": " %"}
DIGITS = {"faster": 2, "within": 2, "peak": 0, "first": 2, "growth": 1}


def value(row: dict) -> str:
    """The figure with its unit, and the median of the pairs where there is one: `1.83 × the speed (1.80)`."""
    if row["value"] is None:
        return "–"
    digits = DIGITS[row["measure"]]
    middle = "" if row["median"] is None else f" ({row['median']:.{digits}f})"
    return f"{row['value']:.{digits}f}{UNITS[row['measure']]}{middle}"


def side(told: dict) -> str:
    """A side's best time and its peak memory."""
    best = min(told["seconds"])
    return f"{best * 1e3:.1f} ms, {told['peak'] / 1e6:.0f} MB" if best < 1 else f"{best:.2f} s, {told['peak'] / 1e6:.0f} MB"


def line(row: dict) -> str:
    """A row for the terminal."""
    sides = " | ".join(f"{told['name']} {side(told)}" for told in row["sides"])
    parts = (value(row), f"promised {row['promise']}" if row["promise"] else "", row["verdict"], sides, row["note"])
    head = f"{row['case']:16} {row['records']:>7,} × {row['processes']}  "
    return head + "; ".join(part for part in parts if part and part != "–")


def promises(rows: list[dict]) -> str:
    """The rows that promise something, as a table in Markdown."""
    made = ["| what | records | processes | pfocr-lint | the other | figure | promise | |", "|---|--:|--:|--:|--:|--:|---|---|"]
    notes = []
    for row in rows:
        if not row["promise"]:
            continue
        sides = [side(told) for told in row["sides"]] + ["–", "–"]
        if row["note"]:
            notes.append(f"- {row['case']}, {row['records']:,} records, {row['processes']} process(es): {row['note']}")
        what = f"{row['what']} (`{row['case']}`)"
        cells = [
            what,
            f"{row['records']:,}",
            row["processes"],
            sides[0],
            sides[1],
            value(row),
            row["promise"],
            row["verdict"] or "told",
        ]
        made.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join([*made, *(["", *notes] if notes else [])])


def beside(rows: list[dict]) -> str:
    """The rows without a promise: peers and floors, by records a second."""
    made = [
        "| what | records | processes | time, memory | records a second | pfocr-lint's time in the same run |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        if row["promise"] or not row["sides"]:
            continue
        theirs = row["sides"][-1]
        ours = side(row["sides"][0]) if len(row["sides"]) > 1 else "–"
        rate = row["records"] / min(theirs["seconds"])
        made.append(
            f"| {row['what']} (`{row['case']}`) | {row['records']:,} | {row['processes']} | {side(theirs)} | {rate:,.0f} | {ours} |"
        )
    return "\n".join(made)


def machine(figures: dict) -> str:
    """What the figures were measured on, in a sentence."""
    about = figures["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    return f"Best of {figures['runs']} runs on {about['cores']} cores ({about['cpu']}), {about['system']}, Python {about['python']}; {versions}."


def publish(figures: dict, folder: Path) -> None:
    """Put the figures into README.md between their marks, and draw the plot."""
    page = folder / "README.md"
    text = page.read_text(encoding="utf-8")
    rows = figures["rows"]
    for name, made in (("machine", machine(figures)), ("promises", promises(rows)), ("beside", beside(rows))):
        pattern = re.compile(f"(<!-- {name}: [^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        text, count = pattern.subn(lambda found, made=made: f"{found[1]}{made}\n{found[2]}", text)
        if count != 1:
            raise SystemExit(f"{page}: wanted one place between '<!-- {name}: …-->' and '<!-- end of {name} -->', found {count}")
    page.write_text(text, encoding="utf-8")
    (folder / "speed.svg").write_text(plot.draw(rows), encoding="utf-8")
