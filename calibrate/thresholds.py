"""Thresholds: from which score a lead is marketing-qualified and sales-qualified, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Policy:
    """How thresholds are chosen; `value` is meant for marketing-qualified, `sales_value` for sales-qualified leads.

    ========== ============================================================= =============
    kind       value                                                         higher value
    ========== ============================================================= =============
    top        share of all leads above the threshold (the default: 0.2)     lower threshold
    capacity   leads a month above the threshold that sales can call         lower threshold
    rate       close rate of the leads above the threshold, at least         higher threshold
    share      share of all customers above the threshold, at least          lower threshold
    pivot      the threshold itself, in points                               higher threshold
    ========== ============================================================= =============

    Without `sales_value` the sales-qualified are the best quarter of the marketing-qualified.
    """

    kind: Literal["top", "capacity", "rate", "share", "pivot"] = "top"
    value: float = 0.20
    sales_value: float | None = None
