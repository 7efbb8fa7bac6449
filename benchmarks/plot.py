"""Draws records per second as bars on a logarithmic scale, as SVG, without a plot library."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

OURS, PEER, FLOOR = "#1f6feb", "#8c959f", "#d0d7de"
WIDTH, LEFT, RIGHT, TOP, BAR, GAP, FOOT = 860, 330, 80, 60, 22, 8, 34


@dataclass(frozen=True)
class Bar:
    """A bar: one side of a case (by index), for a number of processes and the largest measured size."""

    label: str
    case: str
    place: int
    processes: int
    colour: str


BARS = (
    Bar("listing and stat-ing, one process", "warm", 1, 2, FLOOR),
    Bar("reading the bytes alone, two processes", "read", 1, 2, FLOOR),
    Bar("reading and hashing, one process", "clone", 1, 2, FLOOR),
    Bar("pfocr-lint, unchanged records", "warm", 0, 2, OURS),
    Bar("pfocr-lint, fresh clone, cache restored", "clone", 0, 2, OURS),
    Bar("pfocr-lint, cold, two processes", "load", 0, 2, OURS),
    Bar("pfocr-lint, cold, one process", "load", 0, 1, OURS),
    Bar("pfocr-lint, every record dirty, two processes", "dirty", 0, 2, OURS),
    Bar("ryl, three rules, two threads (no schema)", "ryl-three", 1, 2, PEER),
    Bar("ryl, default preset, two threads (no schema)", "ryl", 1, 2, PEER),
    Bar("PyYAML CSafeLoader, load only, two processes", "load", 1, 2, PEER),
    Bar("compose + jsonschema, two processes", "compose", 1, 2, PEER),
    Bar("python-frontmatter + jsonschema", "frontmatter", 1, 1, PEER),
    Bar("check-jsonschema", "check-jsonschema", 1, 2, PEER),
    Bar("yamllint, relaxed (no schema)", "yamllint", 1, 1, PEER),
)


def rates(rows: list[dict]) -> list[tuple[float, str, str]]:
    """Return records per second, label and colour of the measured bars, the fastest first."""
    measured = []
    for bar in BARS:
        fit = [row for row in rows if row["case"] == bar.case and row["processes"] == bar.processes and row["sides"]]
        if fit:
            row = max(fit, key=lambda row: row["records"])
            measured.append((row["records"] / min(row["sides"][bar.place]["seconds"]), bar.label, bar.colour))
    return sorted(measured, reverse=True)


def draw(rows: list[dict]) -> str:
    """Return the plot as SVG."""
    bars = rates(rows)
    low = 10.0 ** math.floor(math.log10(min((rate for rate, _, _ in bars), default=10)))
    high = 10.0 ** math.ceil(math.log10(max((rate for rate, _, _ in bars), default=100) * 1.01))
    height = TOP + len(bars) * (BAR + GAP) + FOOT

    def across(rate: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(rate / low) / math.log(high / low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        '<text x="16" y="26" font-size="16" font-weight="bold">Records per second, whole process (logarithmic scale)</text>',
        '<text x="16" y="46" fill="#57606a">blue: pfocr-lint with all default rules · grey: other tools · light: lower bounds</text>',
    ]
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        x = across(10.0**power)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{height - FOOT + 4}" stroke="#eaeef2"/>')
        parts.append(f'<text x="{x:.1f}" y="{height - 12}" text-anchor="middle" fill="#57606a">{10**power:,}</text>')
    for place, (rate, label, colour) in enumerate(bars):
        y = TOP + place * (BAR + GAP)
        middle = y + BAR * 0.7
        parts.append(f'<text x="{LEFT - 10}" y="{middle:.1f}" text-anchor="end">{escape(label)}</text>')
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{across(rate) - LEFT:.1f}" height="{BAR}" fill="{colour}"/>')
        parts.append(f'<text x="{across(rate) + 6:.1f}" y="{middle:.1f}">{float(f"{rate:.3g}"):,.0f}</text>')
    return "\n".join([*parts, "</svg>", ""])
