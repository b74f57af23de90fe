"""The sentences on a target's limits: figures as they are, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calibrate.evaluation.grid_sizes import Point
from calibrate.evaluation.limits_cost import LimitsCost
from calibrate.evaluation.metrics import Estimate
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid, Thresholds
from calibrate.grid.limits import TARGETS
from calibrate.language import load
from calibrate.report.limits_text import limits_json, limits_sentences

ENDS = (Level("missing", "missing"), Level("other", "other"))
GRID = Grid("pipedrive", "logistic", (Criterion("c", "c", "presence", "fit", (Level("yes"), *ENDS)),), ((25, 0, 0),))


def cost(low: float, target: str = "pipedrive") -> LimitsCost:
    def point(name: str, auc: float) -> Point:
        metrics = {"auc": Estimate(auc, auc - 0.03, auc + 0.03), "log_loss": Estimate(0.3, 0.28, 0.33)}
        return Point(name, "logistic", None, 1, GRID, metrics)

    return LimitsCost(
        target, TARGETS[target], point(target, 0.744), point("sparse-8", 0.771), Estimate(0.027, low, 0.05)
    )


def test_a_clear_cost_in_english_and_french() -> None:
    text = limits_sentences(cost(0.004), load("en"))
    assert text.startswith("For Pipedrive: 1 of the 10 criteria that it takes.")
    assert "has 0.771: the limits cost 0.027 (0.004 to 0.050)." in text
    assert "calibrate export grids/pipedrive.json --to pipedrive" in text
    french = limits_sentences(cost(0.004), load("fr")).replace("\xa0", " ").replace("\u202f", " ")
    assert "les limites coûtent 0,027 (0,004 à 0,050)" in french


def test_a_cost_that_chance_explains_is_called_that() -> None:
    assert "that chance can explain" in limits_sentences(cost(-0.001), load("en"))
    assert "at most 100 points" in limits_sentences(cost(-0.001, "hubspot"), load("en"))


def test_a_pivot_that_the_limits_leave_no_room_for_is_said() -> None:
    pair = cost(0.004, "hubspot")
    free = replace(pair.free, grid=replace(GRID, pivot=600))
    held = replace(pair.held, grid=replace(GRID, thresholds=Thresholds(42, 61)))
    text = limits_sentences(replace(pair, free=free, held=held), load("en"))
    assert "not scaled to the pivot of 600 points, for which the limits of HubSpot leave no room" in text
    assert "hands over from +42 points" in text
    at_it = replace(held, grid=replace(held.grid, pivot=600))
    for said_nowhere in (replace(pair, free=free, held=at_it), replace(pair, held=held)):
        assert "pivot" not in limits_sentences(said_nowhere, load("en"))


def test_the_same_as_an_object() -> None:
    found = limits_json(cost(0.004))
    assert found is not None and found["cost"]["value"] == pytest.approx(0.027) and found["used"] == 1
    assert limits_json(None) is None
