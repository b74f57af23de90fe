"""Build: scale, joint rounding, constraints on whole points, and the evidence and costs that are told."""

import numpy as np
import pytest
import statsmodels.api as sm
from weights_case import counted, simulated, text, yes_no

from calibrate.counts.rates import estimate
from calibrate.counts.tally import scores_of, tally_of
from calibrate.errors import SettingsError
from calibrate.grid.grid import Pin
from calibrate.points.build import build
from calibrate.points.rounding import clipped_to_share, loss, plain, quality, shrunk_to, together
from calibrate.points.scale import LARGEST, PIVOT
from calibrate.points.score_table import row_scores
from calibrate.weights import METHODS, Constraints

FREE = np.full(50, np.inf)


@pytest.fixture(scope="module")
def history():
    return simulated(8_000)[0]


def made(tally, method="logistic", constraints=None, **scale):
    wanted = constraints or Constraints()
    weights = METHODS[method](tally, estimate(tally), wanted)
    return weights, build(weights, tally, name=method, constraints=wanted, **scale)


@pytest.mark.parametrize("method", ["evidence", "logistic"])
@pytest.mark.parametrize("share", [0.05, 0.2, 0.3])
def test_the_pivot_is_where_the_wanted_share_of_leads_starts(history, method, share):
    weights, grid = made(history, method, pivot=30, share=share)
    unrounded = scores_of(history, weights.values) * grid.provenance["scale"]
    assert (unrounded >= 30 - 1e-6).mean() == pytest.approx(share, rel=0.1)  # scores are told apart to nine digits
    assert (row_scores(history, grid) >= 30).mean() == pytest.approx(share, rel=0.2)
    assert grid.pivot == 30


def test_the_default_scale_is_natural_and_a_pivot_of_15_or_a_best_lead_of_100_is_asked_for(history):
    assert made(history, "lift")[1].provenance["scale"] == 1 and made(history, "lift")[1].pivot is None
    assert made(history)[1].pivot is None and np.abs(made(history)[1].flat).max() <= 20
    assert made(history, scale="pivot")[1].pivot == PIVOT == 15
    assert made(history, scale="hundred")[1].maximum == 100


@pytest.mark.parametrize("method", ["lift", "evidence", "logistic"])
def test_ten_points_double_the_odds(history, method):
    """A logistic regression on the doubled grid's scores alone has a slope of ln(2) / 10 per point."""
    weights, grid = made(history, method, scale="double")
    scores = row_scores(history, grid).astype(float)
    fit = sm.GLM(history.customers, sm.add_constant(scores), family=sm.families.Binomial()).fit()
    free = scores_of(history, weights.values)
    best = sm.GLM(history.customers, sm.add_constant(free), family=sm.families.Binomial()).fit()
    per_unit = best.params[1] if weights.unit == "points" else 1.0
    assert fit.params[1] == pytest.approx(np.log(2) / 10 * best.params[1] / per_unit, rel=0.05)


def test_natural_points_are_the_smallest_that_keep_the_ranking(history):
    weights, grid = made(history)
    largest = int(np.abs(grid.flat).max())
    assert largest < 20, "small numbers do on this history"
    facts = grid.provenance
    assert facts["auc_unrounded"] - facts["auc_rounded"] <= 0.001
    assert facts["log_loss_rounded"] / facts["log_loss_unrounded"] - 1 <= 0.001
    for smaller in [size for size in LARGEST if size < largest]:
        unit = smaller / np.abs(weights.values).max()
        free = np.full(len(weights.values), np.inf)
        points = together(weights.values * unit, weights.curvature, -free, free)
        before = quality(scores_of(history, weights.values), history.leads, history.customers)
        after = quality(scores_of(history, points), history.leads, history.customers)
        assert before[0] - after[0] > 0.001 or after[1] / before[1] - 1 > 0.001


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("best", [7, 50, 100])
def test_the_best_lead_has_what_was_asked(history, method, best):
    _, grid = made(history, method, best=best)
    assert grid.maximum == best and grid.pivot is None


def test_rounding_together_keeps_the_ranking_better_than_rounding_alone(history):
    weights = METHODS["logistic"](history, estimate(history), Constraints())
    lost = []
    for scale in (1.0, 1.5, 2.0, 3.0, 5.0):
        target = weights.values * scale
        free = FREE[: len(target)] if len(target) <= 50 else np.full(len(target), np.inf)
        alone, joint = plain(target, -free, free), together(target, weights.curvature, -free, free)
        assert (np.abs(joint - target) < 1).all() and (joint * target >= 0).all()
        lost.append((loss(target, joint, weights.curvature), loss(target, alone, weights.curvature)))
    assert all(joint <= alone + 1e-12 for joint, alone in lost)
    assert sum(joint for joint, _ in lost) < 0.5 * sum(alone for _, alone in lost)


def test_rounding_costs_next_to_nothing_and_is_told(history):
    _, grid = made(history)
    facts = grid.provenance
    assert facts["log_loss_rounded"] == pytest.approx(facts["log_loss_unrounded"], abs=2e-4)
    assert facts["auc_rounded"] == pytest.approx(facts["auc_unrounded"], abs=2e-3)
    assert (facts["leads"], facts["method"]) == (8_000, "logistic")


def test_a_cap_holds_on_every_scale(history):
    _, free = made(history)
    _, capped = made(history, constraints=Constraints(cap=5))
    _, asked = made(history, constraints=Constraints(cap=5), pivot=15)
    _, large = made(history, pivot=15)
    assert np.abs(large.flat).max() > 5 == np.abs(asked.flat).max() >= np.abs(capped.flat).max()
    assert asked.pivot == 15 and capped.pivot is None
    assert capped.provenance["scale"] <= free.provenance["scale"]
    assert capped.provenance["auc_rounded"] > free.provenance["auc_rounded"] - 0.01


@pytest.mark.parametrize("method", METHODS)
def test_fewer_lines_keep_most_of_the_ranking(history, method):
    _, free = made(history, method)
    _, six = made(history, method, constraints=Constraints(max_lines=6))
    assert six.lines <= 6 < free.lines
    assert six.provenance["auc_rounded"] > free.provenance["auc_rounded"] - 0.05


def test_other_lines_make_room_for_a_pin(history):
    """Visits and sector go together: points pinned on one are taken from the other, and the pin is explained."""
    _, free = made(history)
    pin = Pin("visits", "16-None", 40, "sales", "they always call back")
    _, pinned = made(history, constraints=Constraints(pins=(pin,)))
    assert pinned.points[2][5] == 40 > free.points[2][5]
    assert pinned.evidence[2][5].note == "pinned at 40 by sales: they always call back"
    assert pinned.pins == (pin,)
    assert pinned.provenance["auc_rounded"] < free.provenance["auc_rounded"]


def test_a_gain_without_customers_takes_a_pin(history):
    tally = counted(text("s", "ab"), [(100, 0), (900, 50)])
    assert made(tally, constraints=Constraints(pins=(Pin("s", "a", 3),)))[1].points[0][0] == 3


def test_pins_above_an_axis_cap_are_refused():
    tally = counted(text("s", "ab"), [(100, 20), (900, 50)])
    with pytest.raises(SettingsError, match="pinning s=a at 9 points contradicts the cap of 5 points on fit"):
        made(tally, constraints=Constraints(pins=(Pin("s", "a", 9),), cap_axis={"fit": 5}))


def test_evidence_per_line(history):
    weights, grid = made(history)
    scale = grid.provenance["scale"]
    lines = [each for criterion in grid.evidence for each in criterion]
    assert [(e.leads, e.customers) for e in lines] == [tuple(counts) for counts in history.by_level.tolist()]
    for i in np.flatnonzero(grid.flat):
        assert lines[i].low == pytest.approx(weights.low[i] * scale)
        assert lines[i].low - 0.5 < grid.flat[i] < lines[i].high + 0.5
        assert 0 < lines[i].points_kept < 1 and 0.5 < lines[i].sign_kept <= 1
    assert lines[4].low is None, "a level no lead has rests on nothing"


def test_points_against_the_close_rate_are_explained():
    """Sector a closes above the average because its leads ask for demos; given that, it closes below."""
    cells = {(0, 0): (1_600, 480), (0, 1): (400, 8), (1, 0): (200, 100), (1, 1): (8_000, 480)}
    codes = np.concatenate([np.tile([[s], [d]], n) for (s, d), (n, _) in cells.items()], axis=1).astype(np.uint8)
    bought = np.concatenate([np.arange(n) < k for n, k in cells.values()])
    _, grid = made(tally_of([text("sector", "ab"), yes_no("demo")], codes, bought))
    assert grid.points[0][0] < 0
    assert "against its own close rate (24.4%, all leads 10.5%)" in grid.evidence[0][0].note


@pytest.mark.parametrize(
    ("scale", "message"), [({"pivot": 0}, "the pivot is 0"), ({"best": -1}, "the best score is -1")]
)
def test_a_scale_below_one_point_is_refused(history, scale, message):
    with pytest.raises(SettingsError, match=message):
        made(history, **scale)


def test_a_weight_of_zero_stays_zero_points(history):
    for method in METHODS:
        weights, grid = made(history, method, pivot=40)
        assert not grid.flat[weights.values == 0].any()


def test_shares_and_axes_by_pencil():
    bounds = np.array([0, 2, 4])
    points, free = np.array([30, 0, 10, -2]), np.zeros(4, bool)
    assert clipped_to_share(points, bounds, 0.6, free).tolist() == [15, 0, 10, -2]  # 15 / 25
    assert clipped_to_share(points, bounds, 0.4, free) is None  # two lines cannot both hold less than half
    assert shrunk_to(points, points * 1.0, ~free, ~free, bounds, 20).tolist() == [15, 0, 5, -1]


def test_quality_of_a_score_by_pencil():
    """Scores 0, 1, 1 with one customer at a 1: it beats the 0 and ties with the other, so (1 + 1/2) / 2."""
    auc, log_loss = quality(np.array([0.0, 1.0, 1.0]), np.ones(3), np.array([0.0, 1.0, 0.0]))
    assert auc == 0.75 and 0 < log_loss < np.log(2)


EDGES = {
    "no criteria": simulated(200)[0].without(["sector", "size", "visits", "demo", "free_mail"]),
    "no leads": simulated(200)[0].only(np.zeros(1, bool)),
    "only customers": counted(text("a", "xy"), [(50, 50), (50, 50)]),
    "no customers": counted(text("a", "xy"), [(50, 0), (50, 0)]),
    "one lead": counted(text("a", "xy"), [(1, 1), (0, 0)]),
    "one level": counted(text("a", "x"), [(100, 10)]),
}


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("method", METHODS)
def test_histories_that_say_nothing_give_a_grid_without_points_or_the_recipe(method, edge):
    wanted = Constraints(cap=5, max_lines=3, need_negative=True, largest_share=0.5)
    for scale in ({}, {"pivot": 15}, {"best": 100}):
        grids = [made(EDGES[edge], method, **scale)[1], made(EDGES[edge], method, wanted, **scale)[1]]
        assert method == "lift" or not any(grid.lines for grid in grids)
        assert all(len(grid.points) == len(EDGES[edge].criteria) for grid in grids)
