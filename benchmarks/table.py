"""Formats figures as lines for the terminal, and as the tables of README.md and the plot."""

from __future__ import annotations

import re
from pathlib import Path

import plot

UNITS = {"faster": " × the speed", "within": " × the time", "peak": " MB", "first": " s", "growth": " %"}
DIGITS = {"faster": 2, "within": 2, "peak": 0, "first": 2, "growth": 1}


def value(row: dict) -> str:
    """Return the figure with its unit and, if known, the median of the pairs: `1.83 × the speed (1.80)`."""
    if row["value"] is None:
        return "–"
    digits = DIGITS[row["measure"]]
    middle = "" if row["median"] is None else f" ({row['median']:.{digits}f})"
    return f"{row['value']:.{digits}f}{UNITS[row['measure']]}{middle}"


def side(measured: dict) -> str:
    """Return the best time and the peak memory of a side."""
    best, peak = min(measured["seconds"]), f"{measured['peak'] / 1e6:.0f} MB"
    return f"{best * 1e3:.1f} ms, {peak}" if best < 1 else f"{best:.2f} s, {peak}"


def line(row: dict) -> str:
    """Return a row as a line for the terminal."""
    sides = " | ".join(f"{each['name']} {side(each)}" for each in row["sides"])
    parts = (value(row), f"promised {row['promise']}" if row["promise"] else "", row["verdict"], sides, row["note"])
    head = f"{row['case']:16} {row['records']:>7,} × {row['processes']}  "
    return head + "; ".join(part for part in parts if part and part != "–")


def promises(rows: list[dict]) -> str:
    """Return the rows with a promise as a Markdown table."""
    lines = ["| what | records | processes | pfocr-lint | the other | figure | promise | |", "|---|--:|--:|--:|--:|--:|---|---|"]
    notes = []
    for row in rows:
        if not row["promise"]:
            continue
        sides = [side(each) for each in row["sides"]] + ["–", "–"]
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
            row["verdict"] or "for information",
        ]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join([*lines, *(["", *notes] if notes else [])])


def beside(rows: list[dict]) -> str:
    """Return the rows without a promise, peers and floors, as a Markdown table."""
    lines = [
        "| what | records | processes | time, memory | records per second | time of pfocr-lint in the same run |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        if row["promise"] or not row["sides"]:
            continue
        theirs = row["sides"][-1]
        ours = side(row["sides"][0]) if len(row["sides"]) > 1 else "–"
        rate = row["records"] / min(theirs["seconds"])
        lines.append(
            f"| {row['what']} (`{row['case']}`) | {row['records']:,} | {row['processes']} | {side(theirs)} | {rate:,.0f} | {ours} |"
        )
    return "\n".join(lines)


def machine(figures: dict) -> str:
    """Return a sentence about the machine and the versions."""
    about = figures["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    return f"Best of {figures['runs']} runs on {about['cores']} cores ({about['cpu']}), {about['system']}, Python {about['python']}; {versions}."


def publish(figures: dict, folder: Path) -> None:
    """Write the figures into README.md between their marks, and write the plot."""
    page = folder / "README.md"
    text = page.read_text(encoding="utf-8")
    rows = figures["rows"]
    for name, made in (("machine", machine(figures)), ("promises", promises(rows)), ("beside", beside(rows))):
        pattern = re.compile(f"(<!-- {name}: [^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        text, count = pattern.subn(lambda found, made=made: f"{found[1]}{made}\n{found[2]}", text)
        if count != 1:
            raise SystemExit(
                f"{page}: needs exactly one section between '<!-- {name}: …-->' and '<!-- end of {name} -->', found {count}"
            )
    page.write_text(text, encoding="utf-8")
    (folder / "speed.svg").write_text(plot.draw(rows), encoding="utf-8")
