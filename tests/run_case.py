"""The least that a `run.json` holds: the keys that were promised from the first version on."""

from __future__ import annotations

from typing import Any


def run_values(**more: Any) -> dict[str, Any]:
    """Values of a month of 1,000 leads and 41 customers; `more` are further keys, or others in their place."""
    rate = {"leads": 1000, "customers": 41, "rate": 0.041, "low": 0.03, "high": 0.06}
    figure = {"value": 0.7, "low": 0.6, "high": 0.8}
    return {
        "schema": 1,
        "overall": rate,
        "history": {
            "read": 1000,
            "kept": 1000,
            "excluded": {"immature": 0},
            "order": "created_at",
            "as_of": "2026-10-31",
        },
        "suspects": [],
        "criteria": [
            {"name": "demo", "axis": "engagement", "levels": [{**rate, "level": "yes", "shrunk": 0.04, "lift": 1.0}]}
        ],
        "candidates": [
            {
                "name": "sparse",
                "method": "sparse",
                "lines": 1,
                "grid": "grids/sparse.json",
                "metrics": {"auc": figure},
                "against": None,
                "difference": {},
            }
        ],
        "ceiling": None,
        "thresholds": {"marketing_qualified": 5, "sales_qualified": 7},
        "verdict": {"decision": "adopt", "candidate": "sparse", "why": "it ranks better"},
        "tally": {"profiles": 4, "exact": True},
        **more,
    }
