"""The terms on which a history is read: which columns say what, and the windows of observation and closing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ..engine.table import Table

OBSERVE_DAYS, CLOSE_WITHIN_DAYS = 0, 90


STATUS, CUSTOMER, MOMENT, IDENTITY = "__status", "__customer", "__moment", "__identity"


KEPT = 0


REASONS = (
    "kept",
    "no_creation_date",
    "no_order_value",
    "duplicate_id",
    "outcome_before_creation",
    "customer_without_date",
    "already_closed",
    "still_open",
    "immature",
)


@dataclass(frozen=True)
class Terms:
    """What a source calls things: columns by name, windows in days.

    A lead is a customer by the `customer` column (its `customer_values`), by a date in `customer_at`, or by being
    listed in `outcomes`, a second table whose column `outcomes_id` holds the lead's `outcomes_by` (both are called like
    `lead_id` if nothing is said). `open_values` mean not decided yet, in the customer column or in `open_in` ("" is an
    empty cell). Without `created_at`, leads stand in the order of the column `order`, or of the file.
    """

    customer: str | None = None
    customer_values: tuple[str, ...] = ()
    created_at: str | None = None
    customer_at: str | None = None
    lead_id: str | None = None
    order: str | None = None
    outcomes: Table | None = None
    outcomes_id: str | None = None
    outcomes_by: str | None = None
    open_values: tuple[str, ...] = ()
    open_in: str | None = None
    as_of: date | None = None
    observe_days: int = OBSERVE_DAYS
    close_within_days: int = CLOSE_WITHIN_DAYS
    by: Literal["month", "week"] = "month"
    split: date | None = None
