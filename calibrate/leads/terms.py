"""The terms on which a history is read: which columns say what, and the windows of observation and closing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ..engine.query import one_of
from ..engine.table import Table

OBSERVE_DAYS, CLOSE_WITHIN_DAYS = 0, 90


STATUS, CUSTOMER, MOMENT, IDENTITY, BUYER = "__status", "__customer", "__moment", "__identity", "__buyer"


KEPT = 0


REASONS = (
    "kept",
    "test_lead",
    "deleted",
    "merged",
    "no_creation_date",
    "implausible_date",
    "no_order_value",
    "repeated",
    "same_company",
    "outcome_before_creation",
    "customer_without_date",
    "already_closed",
    "still_open",
    "immature",
    "before_closings",
)


def status_in(*reasons: str) -> str:
    """Condition: the status of a lead is one of these reasons.

    >>> status_in("kept", "immature")
    '__status IN (0, 13)'
    """
    return one_of(STATUS, [REASONS.index(reason) for reason in reasons])


@dataclass(frozen=True)
class Group:
    """What tells buyers apart: a column named by the user, a company's id or name, a mailbox's domain, or the deal.

    The column of a deal stands in the second file; all others in the leads.
    """

    column: str
    kind: Literal["column", "company", "domain", "deal"] = "column"


@dataclass(frozen=True)
class Terms:
    """What a source calls things: columns by name, windows in days.

    A lead is a customer by the `customer` column (its `customer_values`), by a date in `customer_at`, or by being
    listed in `outcomes`, a second table whose column `outcomes_id` holds the lead's `outcomes_by` (both are called like
    `lead_id` if nothing is said). `open_values` mean not decided yet, in the customer column or in `open_in` ("" is an
    empty cell). `seen_until` is the last day on which anything happened in a source of events. Without `created_at`,
    leads stand in the order of the column `order`, or of the file.

    Leads of one `group` share their fate; with the `unit` company its earliest lead stands for all of them. `persons`
    are keys (name, SQL) that make rows one person: the earliest row counts, the others are `repeated`, as are rows
    whose `lead_id` was seen before. `not_leads` are reasons with the condition (SQL) of rows that are
    no leads: tests, deleted and merged records.
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
    seen_until: date | None = None
    observe_days: int = OBSERVE_DAYS
    close_within_days: int = CLOSE_WITHIN_DAYS
    group: Group | None = None
    unit: Literal["lead", "company"] = "lead"
    persons: tuple[tuple[str, str], ...] = ()
    not_leads: tuple[tuple[str, str], ...] = ()
    by: Literal["month", "week"] = "month"
    split: date | None = None
