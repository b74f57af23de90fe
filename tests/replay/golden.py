"""Texts kept as files: what a small grid looks like in each format. REFRESH_GOLDEN=1 writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Curve, Evidence, Expiry, Grid, Pin, Thresholds

FOLDER = Path(__file__).parent / "golden"


def small() -> Grid:
    """A grid with one criterion of each kind, and all that a grid can have."""
    ends = (Level("missing", "missing"), Level("other", "other"))
    criteria = (
        Criterion(
            "Sector",
            "Industry",
            "text",
            "fit",
            (Level("Software", values=("SaaS", "Software")), Level("Santé", values=("Santé",)), *ends),
        ),
        Criterion(
            "Visits",
            "TotalVisits",
            "number",
            "engagement",
            (
                Level("0-4", high=5),
                Level("5-9", low=5, high=10),
                Level("10+", low=10),
                Level("missing", "missing", ("Select",)),
                ends[1],
            ),
            ordered=True,
        ),
        Criterion(
            "Newsletter",
            "Newsletter",
            "boolean",
            "engagement",
            (Level("yes", values=(True,)), Level("no", values=(False,)), *ends),
        ),
        Criterion("Demo", "Demo requested", "presence", "engagement", (Level("requested"), *ends), "missing"),
    )
    points = ((12, -4, 0, 1), (0, 3, 9, -2, 0), (1, 0, 0, 0), (20, 0, 0))
    return Grid(
        "Grid 2025-09",
        "lift",
        criteria,
        points,
        Thresholds(15, 30),
        15,
        (Band("Call now", 30, "call within a day"), Band("Nurture", 15, "newsletter"), Band("Wait", -99, "")),
        (Expiry("Demo", "requested", days=90), Expiry("Visits", "10+", percent=50, every_days=30)),
        (Pin("Newsletter", "yes", 1, "Sales", "as agreed"),),
        tuple(
            tuple(Evidence(100 + i, 5 + i, p - 1.5, p + 1.5, 0.95, 0.6) for i, p in enumerate(row)) for row in points
        ),
        Curve((-6, 0, 15, 30), (0.001, 0.01, 0.05, 0.2)),
        {"as_of": "2025-09-30", "leads": 1000, "customers": 50, "method": "lift"},
    )


def same(name: str, text: str) -> None:
    """The text is the one kept under that name."""
    file = FOLDER / name
    if os.environ.get("REFRESH_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode())
    assert text == file.read_bytes().decode(), f"{name} changed; if on purpose, run again with REFRESH_GOLDEN=1"
