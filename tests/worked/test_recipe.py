"""The published recipe by pencil: 10,000 leads, 100 customers, so a global rate of 1 %."""

import numpy as np
import pytest

from calibrate.counts.rates import estimate
from calibrate.counts.tally import tally_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.points.build import build_grid
from calibrate.weights import METHODS, Constraints

YES_NO = (Level("yes", values=(True,)), Level("no", values=(False,)))
ENDS = (Level("missing", "missing"), Level("other", "other"))
SIGNALS = ("demo", "newsletter", "student", "competitor")


@pytest.fixture(scope="module")
def history():
    """Demo 20/100 = 20 %; newsletter 10/1,000 = 1 %; student 5/1,000 = 0.5 %; competitor 0/500."""
    criteria = [Criterion(n, n, "boolean", "engagement", YES_NO + ENDS, reference="no") for n in SIGNALS]
    has, bought = np.zeros((4, 10_000), bool), np.zeros(10_000, bool)
    start = 0
    for signal, (leads, customers) in enumerate([(100, 20), (1_000, 10), (1_000, 5), (500, 0)]):
        has[signal, start : start + leads] = True
        bought[start : start + customers] = True
        start += leads
    bought[start : start + 65] = True  # 35 customers have a signal, 65 have none
    return tally_of(criteria, (~has).astype(np.uint8), bought)


def points_of(tally, method, constraints=None):
    wanted = constraints or Constraints()
    weights = METHODS[method](tally, estimate(tally), wanted)
    grid = build_grid(weights, tally, name="seed", constraints=wanted)
    return {
        c.name: dict(zip((v.name for v in c.levels), p, strict=True))
        for c, p in zip(grid.criteria, grid.points, strict=True)
    }


def test_global_one_percent_and_demo_twenty_percent_make_twenty_points(history):
    assert history.overall == (10_000, 100)
    points = points_of(history, "lift")
    assert {signal: p["yes"] for signal, p in points.items()} == {
        "demo": 20, "newsletter": 1, "student": -2, "competitor": -20,
    }  # fmt: skip
    assert all(p[absent] == 0 for p in points.values() for absent in ("no", "missing", "other"))


def test_a_cap_bounds_both_ends_of_the_recipe(history):
    points = points_of(history, "lift", Constraints(cap=10))
    assert [points[s]["yes"] for s in SIGNALS] == [10, 1, -2, -10]


def test_cautious_points_come_from_the_bound_nearer_to_the_average(history):
    rates = estimate(history)
    points = points_of(history, "cautious")
    demo = rates.frame().query("criterion == 'demo' and level == 'yes'").iloc[0]
    assert points["demo"]["yes"] == round(demo.shrunk_low / 0.01) < 20
    assert points["newsletter"]["yes"] == 0  # closes at the global rate: nothing to tell apart


def test_evidence_is_the_difference_of_log_odds(history):
    rates = estimate(history)
    weights = METHODS["evidence"](history, rates, Constraints())
    yes, no = rates.shrunk[0], rates.shrunk[1]
    assert weights.values[0] == pytest.approx(np.log(yes / (1 - yes)) - np.log(no / (1 - no)))
    assert weights.values[1] == 0


def test_three_percent_against_two_rounds_up_at_the_half():
    """25 of 1,000 against a global 1 %: 2.5 points become 3; 4 of 1,000: -2.5 become -3."""
    sector = Criterion("s", "s", "text", "fit", tuple(Level(v, values=(v,)) for v in "abc") + ENDS)
    leads, customers = [1_000, 1_000, 8_000], [25, 4, 71]
    codes = np.repeat([0, 1, 2], leads)[None, :].astype(np.uint8)
    bought = np.concatenate([np.arange(n) < k for n, k in zip(leads, customers, strict=True)])
    assert points_of(tally_of([sector], codes, bought), "lift")["s"] == {
        "a": 3,
        "b": -3,
        "c": -1,
        "missing": 0,
        "other": 0,
    }
