"""Comparison: candidates side by side on the same later leads, and the verdict that follows from the intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from .backtest import Fold
from .metrics import Estimate


@dataclass(frozen=True)
class Judged:
    """One candidate on later leads.

    `difference` is candidate minus baseline, paired on the same leads, its intervals simultaneous over all
    candidates; empty for the baseline itself. `reliability` has about ten lines (predicted, observed, low, high,
    leads, customers); `gains` the share of customers caught by each share of leads, best score first.
    """

    name: str
    method: str
    lines: int
    metrics: Mapping[str, Estimate]
    against: str | None
    difference: Mapping[str, Estimate]
    reliability: pd.DataFrame
    gains: pd.DataFrame


@dataclass(frozen=True)
class Verdict:
    """What to do; `reason` is a key that the language files say in words with `facts`, `why` says it in English."""

    decision: Literal["adopt", "keep", "no_reliable_weights", "recalibrate"]
    candidate: str | None
    reason: str
    facts: Mapping[str, float | int | str]
    why: str


@dataclass(frozen=True)
class Comparison:
    """All candidates on the same later leads; `primary` names the metric that decides."""

    baseline: str
    primary: str
    judged: tuple[Judged, ...]
    folds: tuple[Fold, ...]
    leads: int
    customers: int
    verdict: Verdict
