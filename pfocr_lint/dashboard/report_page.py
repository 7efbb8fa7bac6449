"""The page that shows where a database stands: its numbers, charts, and all findings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pfocr_lint.dashboard.findings import Collected
from pfocr_lint.dashboard.page import packed, render
from pfocr_lint.dashboard.payload import payload

_HIGH = 150  # units of the tallest column


def report_page(collected: Collected, data: dict[str, Any], base: str | None, today: str) -> str:
    """The page for the numbers of a run; ``base`` is the address before a path in Git, ``today`` the day of the run."""
    return render(
        "report.html",
        "report.js",
        data=data,
        today=today,
        years=_columns([row for row in data["years"] if row["name"]]),
        trend=_trend(data.get("history", ())),
        payload=packed(payload(collected, base)),
    )


def _columns(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The places of a chart of records, clean below and with findings above; None without rows."""
    if not rows:
        return None
    most = max(row["records"] for row in rows)
    step = 28 if len(rows) <= 24 else 18
    scale, every = _HIGH / most, max(1, -(-40 // step))
    bars = []
    for number, row in enumerate(rows):
        clean, dirty = row["clean"] * scale, (row["records"] - row["clean"]) * scale
        x = 44 + number * step
        label = row["name"] if number % every == 0 else ""
        places = {"clean": clean, "clean_y": 160 - clean, "dirty": dirty, "dirty_y": 160 - clean - dirty}
        bars.append({"x": x, "middle": x + step / 2 - 2, "label": label, **{key: round(at, 2) for key, at in places.items()}})
    return {"width": 48 + len(rows) * step, "bar": step - 4, "most": most, "bars": bars}


def _trend(history: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The places of two charts, of the share of clean records and of the findings; None without points."""
    if not history:
        return None
    shares = [100 * point["clean"] / point["records"] if point["records"] else 100.0 for point in history]
    findings = [float(point["errors"] + point["warnings"]) for point in history]
    return {"clean": _line(history, shares), "findings": _line(history, findings)}


def _line(history: Sequence[dict[str, Any]], values: Sequence[float]) -> dict[str, Any]:
    """The places of a chart with a value for each commit."""
    low, high = math.floor(min(values)), math.ceil(max(values))
    if low == high:
        low, high = (low - 1, high) if low else (low, high + 1)
    step = 700 / max(1, len(values) - 1)
    dots = [
        {"x": round(50 + number * step, 1), "y": round(180 - 160 * (value - low) / (high - low), 1)}
        for number, value in enumerate(values)
    ]
    events = [
        {"x": dot["x"], "mark": "S" if point["mark"] == "settings" else "V"}
        for dot, point in zip(dots, history, strict=True)
        if point["mark"]
    ]
    return {
        "low": low, "high": high, "dots": dots if len(dots) <= 100 else (), "events": events,
        "points": " ".join(f"{dot['x']},{dot['y']}" for dot in dots),
        "first": history[0]["date"], "last": history[-1]["date"],
    }  # fmt: skip
