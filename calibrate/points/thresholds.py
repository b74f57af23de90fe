"""Thresholds: from which score a lead is marketing-qualified and sales-qualified, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import SettingsError
from ..grid.grid import STAGES, Stage, Thresholds
from .cohort_spread import prediction, spread_between
from .curve import isotonic
from .score_table import Scores

Floats = NDArray[np.float64]
Kind = Literal["top", "capacity", "rate", "share", "money", "pivot"]

TOP, SALES_TOP = 0.20, 0.05
SALES_PART = 0.25
"""Without a wish for them, the sales-qualified are the best quarter of the marketing-qualified."""


@dataclass(frozen=True)
class Policy:
    """How thresholds are chosen; `value` is meant for marketing-qualified, `sales_value` for sales-qualified leads.

    ========== ===========================================================================
    kind       value
    ========== ===========================================================================
    top        share of all leads at or above the threshold, as near as scores allow (default: 0.2 and 0.05)
    capacity   leads a month at or above the threshold, at most
    rate       close rate of the leads at or above the threshold, at least
    share      share of all customers at or above the threshold, at least
    money      close rate at the threshold itself, at least: cost of a call / value of a customer
    pivot      the threshold itself, in points
    ========== ===========================================================================

    The minimums are the points of fit and of engagement that `Thresholds` ask for too. Leads at or above a threshold
    are then those that have them as well; a fixed pivot stays, and they narrow what it lets in.
    """

    kind: Kind = "top"
    value: float = TOP
    sales_value: float | None = None
    fit_minimum: int | None = None
    engagement_minimum: int | None = None

    def __post_init__(self) -> None:
        for value in (self.value, self.sales_value):
            if value is None:
                continue
            if self.kind == "capacity" and not value > 0:
                raise SettingsError(f"a capacity of {value:g} leads a month calls nobody; give a number above 0")
            if self.kind in ("top", "rate", "share", "money") and not 0 < value <= 1:
                raise SettingsError(
                    f"the threshold policy '{self.kind}' needs a share above 0 and up to 1, such as 0.2 for 20 %; "
                    f"it was given {value:g}"
                )

    @classmethod
    def break_even(cls, cost_of_call: float, value_of_customer: float) -> Policy:
        """Call every lead whose expected worth covers the call: close rate >= cost / value.

        >>> Policy.break_even(cost_of_call=20, value_of_customer=1000).value
        0.02
        """
        if not 0 < cost_of_call <= value_of_customer:
            raise SettingsError(
                f"a call that costs {cost_of_call:g} cannot pay with a customer worth {value_of_customer:g}; "
                "give a cost above 0 and below the value of a customer"
            )
        return cls("money", cost_of_call / value_of_customer)

    def top_share(self, months: float | None, overall: tuple[int, int]) -> float:
        """Share of leads that the marketing-qualified threshold is expected to let in; 20 % where not yet known.

        >>> Policy("capacity", 100).top_share(12, (6000, 60))
        0.2
        """
        if self.kind == "top":
            return self.value
        if self.kind == "capacity" and overall[0] > 0:
            return float(np.clip(self.value * (months or 1) / overall[0], 1 / overall[0], 1))
        return TOP


def choose(
    scores: Scores, policy: Policy, months: float | None, enough: Mapping[Stage, Scores] | None = None
) -> Thresholds:
    """The two thresholds of a policy, from a score table of `months` months (None: undated, taken as one month).

    `enough` is the table of the leads that meet a stage's minimums, where it has some (`scores.with_minimums`).

    >>> table = Scores(("all",), np.array([0, 5, 10]), np.array([[80.0, 15, 5]]), np.array([[2.0, 3, 5]]))
    >>> choose(table, Policy("share", 0.8), months=1)
    Thresholds(marketing_qualified=5, sales_qualified=10, fit_minimum=None, engagement_minimum=None)
    """
    marketing_scores, sales_scores = ((enough or {}).get(stage, scores) for stage in STAGES)
    table = trade_off(marketing_scores, months, scores)
    of_sales = table if sales_scores is marketing_scores else trade_off(sales_scores, months, scores)
    if table.empty:  # nobody meets the minimums
        table = trade_off(scores, months)
    if of_sales.empty:
        of_sales = table
    if table.empty:
        fixed = int(policy.value) if policy.kind == "pivot" else 0
        top = max(fixed, int(policy.sales_value or fixed) if policy.kind == "pivot" else fixed)
        return Thresholds(fixed, top, policy.fit_minimum, policy.engagement_minimum)
    leads = float(scores.leads.sum())
    marketing = _threshold(table, policy.kind, policy.value, months, leads)
    sales_value = policy.sales_value
    if sales_value is None and (policy.kind, policy.value) == ("top", TOP):
        sales_value = SALES_TOP
    if sales_value is not None:
        sales = _threshold(of_sales, policy.kind, sales_value, months, leads)
    else:
        let_in = table["leads"][table["threshold"] >= marketing].max()
        sales = marketing if np.isnan(let_in) else _nearest(of_sales, SALES_PART * let_in)
    above = table["threshold"].to_numpy()
    above = above[above >= marketing]
    if len(above) > 1 and sales <= above[0]:  # leads between, so that the two stages are two
        sales = int(above[1])
    sales = max(marketing, sales)
    return Thresholds(marketing, sales, policy.fit_minimum, policy.engagement_minimum)


def unmet(
    scores: Scores, policy: Policy, months: float | None, all_leads: Scores | None = None
) -> tuple[str, Mapping[str, float | int]] | None:
    """What the policy asks for and no threshold can give: a key of the language files with its numbers, or None.

    `scores` is the table of the leads that meet the minimums of marketing-qualified ones, `all_leads` that of all.
    """
    table = trade_off(scores, months, all_leads)
    if table.empty:
        return ("minimum_out_of_reach", {}) if all_leads is not None and all_leads.leads.sum() else None
    if policy.kind == "share" and all_leads is not None and float(table["caught"].max()) < policy.value - 1e-9:
        return "share_out_of_reach", {"target": policy.value, "best": float(table["caught"].max())}
    if policy.kind == "capacity":
        fewest = float(table["leads"].min()) / (months or 1)
        if fewest > policy.value:
            return "capacity_below_top_score", {"capacity": policy.value, "leads_per_month": fewest}
    if policy.kind == "rate":
        best = float(table["close_rate"].max())
        if best < policy.value:
            return "rate_out_of_reach", {"target": policy.value, "best": best}
    if policy.kind == "money":
        best = float(table["isotonic"].max())
        if best < policy.value:
            return "break_even_out_of_reach", {"target": policy.value, "best": best}
    if policy.kind == "pivot" and policy.value > int(table["threshold"].max()):
        return "pivot_out_of_reach", {"pivot": int(policy.value), "best": int(table["threshold"].max())}
    return None


def trade_off(scores: Scores, months: float | None, all_leads: Scores | None = None) -> pd.DataFrame:
    """One line per possible threshold, ascending: what lies at or above it.

    Where `scores` counts some leads only (`scores.with_minimums`), `all_leads` is the table of all of them: customers
    caught and missed are among all customers.

    ================ ===============================================================================
    threshold        a score that leads have
    leads, customers at or above the threshold
    leads_per_month  leads / months (missing where the leads are not dated)
    caught, missed   share of all customers at or above, number of customers below
    close_rate       customers / leads; `low` to `high` holds that of a later cohort in 95 % of cases (`prediction`)
    isotonic         close rate at this very score, made to rise with the score
    ================ ===============================================================================
    """
    leads, customers = scores.total
    all_customers = float(customers.sum() if all_leads is None else all_leads.customers.sum())
    occupied = leads > 0
    at, leads, customers = scores.scores[occupied], leads[occupied], customers[occupied]
    above, caught = _from_top(leads), _from_top(customers)
    low, high = prediction(
        caught, above, scores.effect[occupied] / scores.rests_on, spread_between(all_leads or scores)
    )
    return pd.DataFrame(
        {
            "threshold": at,
            "leads": above,
            "customers": caught,
            "leads_per_month": above / months if months else np.full(len(at), np.nan),
            "caught": caught / max(all_customers, 1e-12),
            "missed": np.maximum(all_customers - caught, 0.0),
            "close_rate": caught / np.maximum(above, 1e-12),
            "low": low,
            "high": high,
            "isotonic": isotonic(customers / leads, leads),
        }
    )


def _threshold(table: pd.DataFrame, kind: Kind, value: float, months: float | None, leads: float) -> int:
    """The threshold that meets one wish, or comes nearest to it where none does; `leads` is how many there are."""
    at = table["threshold"].to_numpy()
    if kind == "pivot":
        return round(value)
    if kind == "top":
        return _nearest(table, value * leads)
    if kind == "share":
        return int(at[_last(table["caught"].to_numpy() >= value - 1e-9)])
    if kind == "capacity":
        return int(at[_first(table["leads"].to_numpy() <= value * (months or 1) + 1e-9, len(at) - 1)])
    rates = table["close_rate" if kind == "rate" else "isotonic"].to_numpy()
    return int(at[_first(rates >= min(value, float(rates.max())) - 1e-12, len(at) - 1)])


def _nearest(table: pd.DataFrame, leads: float) -> int:
    """The threshold with the number of leads above it nearest to the one wanted; the higher one of two."""
    away = np.abs(table["leads"].to_numpy() - leads)
    return int(table["threshold"].to_numpy()[_last(away <= away.min())])


def _from_top(values: Floats) -> Floats:
    """Sum of each value and all that follow."""
    return values[::-1].cumsum()[::-1]


def _first(flags: NDArray[np.bool_], otherwise: int) -> int:
    return int(np.argmax(flags)) if flags.any() else otherwise


def _last(flags: NDArray[np.bool_]) -> int:
    return len(flags) - 1 - int(np.argmax(flags[::-1])) if flags.any() else 0
