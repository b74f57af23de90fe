"""The part of `run.json` around a change of grid: decisions, swap set, segments, grades, months, feedback."""

from __future__ import annotations

from typing import Any

from ..counts.rates import Rate
from ..evaluation.segments import Segment
from ..evaluation.swap import Moved
from ..points.grade import DIGITS, LETTERS
from .drift_text import drift_json
from .review import Review


def meeting_json(review: Review) -> dict[str, Any]:
    """Plain values by key; None where a part is not there."""
    swap, grades, feedback, mails = (
        review.changes.swap,
        review.handover.grades,
        review.handover.feedback,
        review.funnel.mails,
    )
    return {
        "decisions": [
            {"month": o.month, "candidate": o.candidate, "stage": o.stage, "threshold": o.threshold,
             "promised": {"rate": o.promise.close_rate, "leads_per_month": o.promise.leads_per_month,
                          "later_leads": o.promise.later},
             "came": None if o.came is None else {**_rate(o.came), "leads_per_month": o.leads_per_month},
             "first": o.first, "last": o.last, "side": o.side}
            for o in review.past.outcomes
        ],
        "drift": drift_json(review.past.drift),
        "swap": None if swap is None else {
            "old": swap.old, "new": swap.new, "later": swap.later, "leads": swap.leads,
            "moved": [_moved(each) for each in swap.moved],
        },
        "changes": [
            {"criterion": line.criterion, "level": line.level.name, "old": line.points[0], "new": line.points[-1]}
            for line in review.changes.lines if line.change
        ],
        "segments": [
            {"candidate": sides.candidate, "against": sides.baseline,
             "tables": [{"by": table.by, "segments": [_segment(each) for each in table.segments]}
                        for table in sides.tables]}
            for sides in review.changes.sides
        ],
        "grades": None if grades is None else {
            "fit_from": grades.fit_from, "engagement_from": grades.engagement_from,
            "cells": {letter + digit: _rate(cell) for letter, row in zip(LETTERS, grades.rates, strict=True)
                      for digit, cell in zip(DIGITS, row, strict=True)},
        },
        "threshold_policy": None if review.handover.policy is None else {
            "kind": review.handover.policy.kind, "value": review.handover.policy.value,
            "cost_of_call": review.handover.money[0] if review.handover.money else None,
            "value_of_customer": review.handover.money[1] if review.handover.money else None,
        },
        "demands": [
            {"stage": d.stage, "axis": d.axis, "threshold": d.threshold, "minimum": d.minimum,
             "minimums": dict(d.asked), **_rate(d.met), "without": _rate(d.without)}
            for d in review.handover.demands
        ],
        "months_under_grid": [
            {"month": m.cohort, "overall": _rate(m.overall), "marketing_qualified": _rate(m.marketing_qualified),
             "sales_qualified": _rate(m.sales_qualified), "mean_score": m.mean_score,
             "mean_score_customers": m.mean_score_customers}
            for m in review.handover.kpis
        ],
        "mails": None if mails is None else {
            "base": mails.base, "columns": {kind: list(names) for kind, names in mails.columns.items()},
            "days": mails.days,
            "months": [{"month": month, "leads": leads, **{kind: _rate(found) for kind, found in rates.items()}}
                       for month, leads, rates in mails.cohorts],
        },
        "feedback": None if feedback is None else {
            "read": feedback.read, "found": feedback.found, "reasons": dict(feedback.reasons),
            "lines": [{"criterion": line.criterion, "level": line.level.name, "points": line.points,
                       "rejected": line.rejected, "share": line.share, "low": line.low, "high": line.high,
                       "share_handed_over": line.share_handed_over, "reasons": dict(line.reasons)}
                      for line in feedback.lines],
        },
    }  # fmt: skip


def _rate(found: Rate) -> dict[str, Any]:
    return {"leads": found.leads, "customers": found.customers, "rate": found.value if found.leads else None,
            "low": found.low, "high": found.high}  # fmt: skip


def _moved(moved: Moved) -> dict[str, Any]:
    common = [
        {"criterion": c.criterion, "level": c.level.name, "leads": c.leads, "share": c.share, "share_all": c.share_all}
        for c in moved.common
    ]
    return {"stage": moved.stage, "direction": moved.direction, **_rate(moved.rate),
            "leads_per_month": moved.leads_per_month, "common": common}  # fmt: skip


def _segment(found: Segment) -> dict[str, Any]:
    return {"level": found.level.name, "leads": found.leads, "customers": found.customers, "old": found.old,
            "new": found.new, "called": found.called, "caught": found.caught, "harm": found.harm,
            "differences": {name: vars(gap) for name, gap in found.differences.items()}}  # fmt: skip
