"""The part of `run.json` around a change of grid: decisions, swap set, segments, grades, months, feedback."""

from __future__ import annotations

from typing import Any

from ..counts.rates import Rate
from ..evaluation.any_age import AnyAge
from ..evaluation.by_age import AtAge
from ..evaluation.by_line import Line as BusinessLine
from ..evaluation.decision import Outcome
from ..evaluation.segments import Segment
from ..evaluation.swap import Moved
from ..funnel.emails import Mails
from ..funnel.feedback import Feedback
from ..points.grade import DIGITS, LETTERS
from .drift_text import drift_json
from .review import Handover, Review


def meeting_json(review: Review) -> dict[str, Any]:
    """Plain values by key; None where a part is not there."""
    return {
        "decisions": [_decision(outcome) for outcome in review.past.outcomes],
        "drift": drift_json(review.past.drift),
        "swap": _swap(review),
        "changes": [
            {"criterion": line.criterion, "level": line.level.name, "old": line.points[0], "new": line.points[-1]}
            for line in review.changes.lines
            if line.change
        ],
        "segments": [
            {
                "candidate": sides.candidate,
                "against": sides.baseline,
                "tables": [
                    {"by": table.by, "segments": [_segment(segment) for segment in table.segments]}
                    for table in sides.tables
                ],
            }
            for sides in review.changes.sides
        ],
        **_handover(review.handover),
        "mails": _mails(review.funnel.mails),
        "feedback": _feedback(review.handover.feedback),
    }


def _decision(outcome: Outcome) -> dict[str, Any]:
    came = outcome.came
    return {
        "month": outcome.month,
        "candidate": outcome.candidate,
        "stage": outcome.stage,
        "threshold": outcome.threshold,
        "promised": {
            "rate": outcome.promise.close_rate,
            "leads_per_month": outcome.promise.leads_per_month,
            "later_leads": outcome.promise.later,
        },
        "came": None if came is None else {**_rate(came), "leads_per_month": outcome.leads_per_month},
        "first": outcome.first,
        "last": outcome.last,
        "side": outcome.side,
        "entered": outcome.entered,
        "undecided": outcome.undecided,
        "recent": None if outcome.recent is None else _rate(outcome.recent),
        "since": outcome.since,
    }


def _swap(review: Review) -> dict[str, Any] | None:
    swap = review.changes.swap
    if swap is None:
        return None
    return {
        "old": swap.old,
        "new": swap.new,
        "later": swap.later,
        "leads": swap.leads,
        "moved": [_moved(leads) for leads in swap.moved],
    }


def _handover(handover: Handover) -> dict[str, Any]:
    """Grades, the way thresholds were chosen, what each stage asks for, months under the grid in use."""
    grades, policy, money = handover.grades, handover.policy, handover.money
    cells = {}
    if grades is not None:
        for letter, rates in zip(LETTERS, grades.rates, strict=True):
            cells.update({letter + digit: _rate(rate) for digit, rate in zip(DIGITS, rates, strict=True)})
    return {
        "ages": [_at_age(row) for row in handover.ages],
        "any_age": _any_age(handover.any_age),
        "business_lines": [_business_line(line) for line in handover.lines],
        "grades": None
        if grades is None
        else {
            "fit_from": grades.fit_from,
            "engagement_from": grades.engagement_from,
            "unseen": grades.unseen,
            "cells": cells,
        },
        "threshold_policy": None
        if policy is None
        else {
            "kind": policy.kind,
            "value": policy.value,
            "cost_of_call": money[0] if money else None,
            "value_of_customer": money[1] if money else None,
        },
        "demands": [
            {
                "stage": demand.stage,
                "axis": demand.axis,
                "threshold": demand.threshold,
                "minimum": demand.minimum,
                "minimums": dict(demand.asked),
                **_rate(demand.met),
                "without": _rate(demand.without),
            }
            for demand in handover.demands
        ],
        "months_under_grid": [
            {
                "month": month.cohort,
                "overall": _rate(month.overall),
                "marketing_qualified": _rate(month.marketing_qualified),
                "sales_qualified": _rate(month.sales_qualified),
                "mean_score": month.mean_score,
                "mean_score_customers": month.mean_score_customers,
            }
            for month in handover.kpis
        ],
    }


def _mails(mails: Mails | None) -> dict[str, Any] | None:
    if mails is None:
        return None
    return {
        "base": mails.base,
        "columns": {kind: list(names) for kind, names in mails.columns.items()},
        "days": mails.days,
        "months": [
            {"month": month, "leads": leads, **{kind: _rate(rate) for kind, rate in rates.items()}}
            for month, leads, rates in mails.cohorts
        ],
    }


def _feedback(feedback: Feedback | None) -> dict[str, Any] | None:
    if feedback is None:
        return None
    return {
        "read": feedback.read,
        "found": feedback.found,
        "reasons": dict(feedback.reasons),
        "lines": [
            {
                "criterion": line.criterion,
                "level": line.level.name,
                "points": line.points,
                "rejected": line.rejected,
                "share": line.share,
                "low": line.low,
                "high": line.high,
                "share_handed_over": line.share_handed_over,
                "reasons": dict(line.reasons),
            }
            for line in feedback.lines
        ],
    }


def _business_line(line: BusinessLine) -> dict[str, Any]:
    gap = line.difference
    return {
        "line": line.name,
        "leads": line.leads,
        "customers": line.customers,
        "auc": {"common": line.common, "own": line.own},
        "difference": None if gap is None else {"value": gap.value, "low": gap.low, "high": gap.high},
        "proposed": line.proposed,
        "grid": line.grid.name if line.proposed else None,
    }


def _any_age(beside: AnyAge | None) -> dict[str, Any] | None:
    if beside is None:
        return None
    return {
        "grid": beside.grid.name,
        "proposed": beside.proposed,
        "leads": beside.leads,
        "log_loss_saved": vars(beside.gain),
        "promised_before": [round(rate, 6) for rate in beside.before],
    }


def _at_age(row: AtAge) -> dict[str, Any]:
    sides = {side: None if rate is None else _rate(rate) for side, rate in (("above", row.above), ("below", row.below))}
    return {"level": row.level, **_rate(row.all), "promised": round(row.promised, 6), **sides}


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "leads": rate.leads,
        "customers": rate.customers,
        "rate": rate.value if rate.leads else None,
        "low": rate.low,
        "high": rate.high,
    }


def _moved(leads: Moved) -> dict[str, Any]:
    common = [
        {"criterion": c.criterion, "level": c.level.name, "leads": c.leads, "share": c.share, "share_all": c.share_all}
        for c in leads.common
    ]
    return {
        "stage": leads.stage,
        "direction": leads.direction,
        **_rate(leads.rate),
        "leads_per_month": leads.leads_per_month,
        "common": common,
    }


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "level": segment.level.name,
        "leads": segment.leads,
        "customers": segment.customers,
        "old": segment.old,
        "new": segment.new,
        "called": segment.called,
        "caught": segment.caught,
        "harm": segment.harm,
        "differences": {name: vars(gap) for name, gap in segment.differences.items()},
    }
