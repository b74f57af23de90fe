"""`run.json`: what other programs may rely on, from the same review that the page shows.

Numbers have twelve significant digits, what is not finite is null; no key is renamed without a new `schema`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..counts.leakage import Question, Suspect
from ..counts.ledger import ledger_of
from ..counts.power import Power
from ..counts.rates import LevelsSoFar, Rate, RateTable
from ..evaluation.grid_sizes import Frontier
from ..figures import all_meant
from ..funnel.fading import Fading
from ..funnel.stages import Step
from ..grid.grid import Band, Grid
from ..language import load
from . import audit_text as checks
from . import enough, sections, tables
from . import impact_json as meeting_json
from . import outcome_text as spelling
from .answer import answer_json
from .limits_text import limits_json
from .rate_text import band_rate
from .review import Account, Candidate, Review

SCHEMA = 1
DIGITS = 12


def run_object(review: Review) -> dict[str, Any]:
    """The review as plain values, keyed as promised."""
    proposed, verdict = review.chosen_candidate, review.comparison.verdict
    names = tables.grid_files(review)
    content = {
        **counted_json(review.account, review.rates, review.suspects, review.asked, review.power),
        "title": review.title,
        "ledger": ledger_of(review.tally),
        "months": review.months,
        "tally": {
            "profiles": review.tally.rows,
            "exact": review.tally.exact,
            "first": review.tally.cohorts[0],
            "last": review.tally.cohorts[-1],
        },
        "candidates": [_candidate(review, candidate, names[candidate.name]) for candidate in review.candidates],
        "ceiling": {name: {"value": top} for name, top in review.ceiling.items()} if review.ceiling else None,
        "chosen": review.chosen,
        "thresholds": _thresholds(proposed.grid if proposed else None),
        "verdict": {
            "decision": verdict.decision,
            "candidate": verdict.candidate,
            "why": " ".join((verdict.why, *sections.window_note(review, load("en")))),
            "reason": verdict.reason,
            "facts": verdict.facts,
            **answer_json(review),
            "rests_on": list(review.rests_on),
            "baseline": verdict.baseline,
            "customers_needed": [
                {"auc": gap, "later_customers": count} for gap, count in enough.still_needed(review).items()
            ],
        },
        "frontier": frontier_json(review.frontier, names),
        "limits": limits_json(review.limits),
        "bands": [_band(band) for band in (proposed.grid.ladder if proposed else ())],
        "comparison": _comparison(review),
        "constraints": checks.costs_json(review),
        "warnings": warnings_json(review.warnings),
        **meeting_json.meeting_json(review),
        "truth": review.truth,
        **_times(review),
    }
    return _filed(content)


def _question(question: Question) -> dict[str, Any]:
    """A column that is kept and asked about."""
    return {
        "column": question.column,
        "question": question.question,
        "evidence": question.evidence,
        "auc_with": question.auc_with,
        "auc_without": question.auc_without,
        "reason": question.reason,
        "facts": question.facts,
    }


def _filed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the file holds them: what JSON can carry, with as many digits as it means."""
    figures: dict[str, Any] = all_meant(_plain(values))
    return figures


def _times(review: Review) -> dict[str, Any]:
    """What dates, amounts and the worked column tell; null where the source has none."""
    return {
        "expiry": [_fading(fading) for fading in review.funnel.fadings],
        "closing": _closing(review),
        "stages": _stages(review),
        "value": _value(review),
        "worked": _worked(review),
    }


def _closing(review: Review) -> dict[str, Any] | None:
    closing = review.funnel.closing
    if closing is None:
        return None
    return {
        "leads": closing.leads,
        "closings": closing.closings,
        "median_days": closing.median,
        "captured": closing.captured,
        "before_observation": closing.before,
        "ninety_percent_days": closing.observed_days,
        "proposed_days": closing.proposed,
        "curve": [
            {"days": int(d), "share": s, "low": a, "high": b}
            for d, s, a, b in zip(closing.days, closing.share, closing.low, closing.high, strict=True)
        ],
        "windows": [vars(window) for window in closing.windows],
    }


def _stages(review: Review) -> dict[str, Any] | None:
    stages = review.funnel.stages
    if stages is None:
        return None
    return {
        "days": stages.days,
        "steps": [_step(step) for step in stages.steps],
        "cohorts": [
            {"cohort": name, "leads": leads, "steps": [_step(step) for step in steps]}
            for name, leads, steps in stages.cohorts
        ],
    }


def _value(review: Review) -> dict[str, Any] | None:
    worth = review.funnel.worth
    if worth is None:
        return None
    figures = ("value", "per_lead", "low", "high", "lift")
    return {
        "column": worth.column,
        "customers": worth.customers,
        "unknown": worth.unknown,
        "total": worth.total,
        "mean": worth.mean,
        "per_lead": worth.overall,
        "levels": [
            {
                "criterion": criterion.name,
                "level": level.name,
                "leads": int(review.rates.leads[i]),
                **{figure: getattr(worth, figure)[i] for figure in figures},
            }
            for i, (criterion, level) in enumerate(tables.criterion_at(review.rates))
        ],
    }


def _worked(review: Review) -> dict[str, Any] | None:
    selection = review.funnel.selection
    if selection is None:
        return None
    return {
        "column": selection.column,
        "differs": selection.differs,
        **{key: _rate(getattr(selection, key)) for key in ("all_leads", "worked", "others")},
        "levels": [
            {
                "criterion": criterion.name,
                "level": level.name,
                "leads": int(selection.leads[i]),
                "customers": int(selection.customers[i]),
                "moved": bool(selection.moved[i]),
            }
            for i, (criterion, level) in enumerate(tables.criterion_at(review.rates))
        ],
    }


def _fading(fading: Fading) -> dict[str, Any]:
    plain = {key: value for key, value in vars(fading).items() if key != "ages"}
    return {**plain, "ages": [vars(age) for age in fading.ages]}


def _step(step: Step) -> dict[str, Any]:
    return {
        "stage": step.stage,
        "rate": _rate(step.rate),
        "of_leads": _rate(step.of_leads),
        "days": step.days,
        "days_from_before": step.from_before,
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "leads": rate.leads,
        "customers": rate.customers,
        "rate": rate.value,
        "low": rate.low,
        "high": rate.high,
    }


def warnings_json(warnings: Sequence[tuple[str, Mapping[str, str | int | float]]]) -> list[dict[str, Any]]:
    """Risks that the reader should know of, as keys of the language files with their numbers."""
    return [{"key": key, "facts": _plain(facts)} for key, facts in warnings]


def counted_json(
    account: Account,
    rates: RateTable,
    suspects: Sequence[Suspect],
    questions: Sequence[Question] = (),
    power: Power | None = None,
) -> dict[str, Any]:
    """The part of it that is known before any grid is made: rows, rates, suspects, columns asked about."""
    overall = rates.overall
    return _filed(
        {
            "schema": SCHEMA,
            "outcome": spelling.outcome_json(account),
            "overall": _rate(overall),
            "so_far": None if rates.so_far is None else _so_far(rates.so_far),
            "history": {
                "source": account.source,
                "read": account.read,
                "kept": account.kept,
                "excluded": account.excluded,
                "order": account.order,
                "order_column": account.order_column,
                "as_of": account.as_of,
                "as_of_reason": spelling.as_of_reason(account),
                "windows": _windows(account),
                "observe_days": account.observe_days,
                "close_within_days": account.close_within_days,
                "customer": account.customer,
                "facts": [{"key": key, "facts": facts} for key, facts in account.facts],
            },
            "groups": account.groups
            or {"by": "", "groups": overall.leads, "leads": overall.leads, "design_effect": 1.0},
            "suspects": [
                {"column": s.column, "reason": s.reason, "evidence": s.evidence, "facts": s.facts} for s in suspects
            ],
            "asked": [_question(question) for question in questions],
            "power": enough.power_json(power, overall.value, account.design_effect),
            "criteria": [
                {
                    "name": criterion.name,
                    "axis": criterion.axis,
                    "column": criterion.column,
                    "levels": [_level(rates, i, criterion.levels[i - at[0]].name, power) for i in at],
                }
                for criterion, at in tables.spans(rates)
            ],
        }
    )


def _windows(account: Account) -> dict[str, Any] | None:
    """What other closing windows would give, and the sales after the one in use."""
    windows = account.windows
    if windows is None:
        return None
    return {
        "days": windows.used,
        "customers": windows.customers,
        "later_customers": windows.late,
        "others": [vars(window) for window in windows.counts],
    }


def dump(values: Mapping[str, Any]) -> str:
    """The values as JSON text: equal values, equal text."""
    return json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _level(rates: RateTable, i: int, name: str, power: Power | None) -> dict[str, Any]:
    figures = ("rate", "low", "high", "shrunk", "shrunk_low", "shrunk_high", "lift", "lift_low", "lift_high", "q_value")
    return {
        "level": name,
        "leads": int(rates.leads[i]),
        "customers": int(rates.customers[i]),
        **{figure: getattr(rates, figure)[i] for figure in figures},
        "thin": bool(rates.thin[i]),
        "distinct": bool(rates.distinct[i]),
        "so_far": None if rates.so_far is None else _level_so_far(rates.so_far, i),
        "least_lift_shown": None
        if power is None
        else {
            "above": power.lift_above[i],
            "below": power.lift_below[i],
        },
    }


def _so_far(rates: LevelsSoFar) -> dict[str, Any]:
    """The close rate of all leads with those that may still close, and how many these are."""
    return {**_rate(rates.overall), "undecided": rates.open_leads}


def _level_so_far(rates: LevelsSoFar, i: int) -> dict[str, Any]:
    """The same of one level; leads as they count, open ones in part."""
    counts = {"leads": round(float(rates.leads[i]), 2), "customers": int(rates.customers[i])}
    bounds = {name: float(getattr(rates, name)[i]) for name in ("rate", "low", "high")}
    return {**counts, **bounds, "undecided": int(rates.undecided[i])}


def _candidate(review: Review, candidate: Candidate, file: str) -> dict[str, Any]:
    judgement, grid = review.judged(candidate.name), candidate.grid
    return {
        "name": candidate.name,
        "method": candidate.method,
        "lines": grid.lines,
        "grid": f"grids/{file}.json",
        "minimum": grid.minimum,
        "maximum": grid.maximum,
        "thresholds": _thresholds(grid),
        "metrics": checks.estimates_json(judgement.metrics if judgement else {}),
        "against": judgement.against if judgement else None,
        "difference": checks.estimates_json(judgement.difference if judgement else {}),
        "rank": {name: of[candidate.name] for name, of in review.comparison.ranks().items() if candidate.name in of},
        "steps": tables.steps_json(review, candidate),
        "kept_of_ceiling": sections.kept(review, candidate.name),
        "caught": judgement.gains["share_customers"].tolist() if judgement else None,
        **checks.candidate_json(review, candidate),
    }


def _band(band: Band) -> dict[str, Any]:
    """A band with what later leads in it came to; null where nobody counted."""
    close_rate = band_rate(band)
    figures = (None,) * 3 if close_rate is None else (close_rate.value, close_rate.low, close_rate.high)
    return {
        "band": band.name,
        "from": band.at_least,
        "leads": band.leads,
        "customers": band.customers,
        **dict(zip(("rate", "low", "high"), figures, strict=True)),
    }


def frontier_json(curve: Frontier, files: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The grids of the frontier with what later leads said of them; `grid` names their files where there are some."""
    return [
        _filed(
            {
                "name": point.name,
                "method": point.method,
                "lines": point.lines,
                "proposed": point.proposed,
                **({} if files is None else {"grid": f"grids/{files[point.name]}.json"}),
                "metrics": checks.estimates_json(point.metrics),
                "behind": None if point.behind is None else vars(point.behind),
                "minimum": point.grid.minimum,
                "maximum": point.grid.maximum,
            }
        )
        for point in curve.points
    ]


def _comparison(review: Review) -> dict[str, Any]:
    compared = review.comparison
    return {
        "baseline": compared.baseline,
        "primary": compared.primary,
        "leads": compared.leads,
        "customers": compared.customers,
        "folds": [
            {
                "train": list(fold.cohorts_train),
                "judged": list(fold.cohorts_judged),
                "leads": fold.leads,
                "customers": fold.customers,
            }
            for fold in compared.folds
        ],
    }


def _thresholds(grid: Grid | None) -> dict[str, int] | None:
    limits = None if grid is None else grid.thresholds
    if limits is None:
        return None
    return {"marketing_qualified": limits.marketing_qualified, "sales_qualified": limits.sales_qualified}


def _plain(value: Any) -> Any:
    """A value that JSON can carry.

    >>> _plain({"a": float("nan"), "b": 0.1 + 0.2, "c": True, "d": (1, "x")})
    {'a': None, 'b': 0.3, 'c': True, 'd': [1, 'x']}
    """
    if isinstance(value, Mapping):
        return {str(key): _plain(element) for key, element in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(element) for element in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value
