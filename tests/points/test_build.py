"""Build: scale, joint rounding, constraints on whole points, and the evidence and costs that are told."""

import numpy as np
import pytest
from weights_case import built, counted, simulated, text, yes_no

from calibrate.counts.tally import scores_of, tally_of
from calibrate.errors import SettingsError
from calibrate.grid.grid import Pin
from calibrate.grid.notes import understood
from calibrate.points.score_table import row_scores
from calibrate.weights import METHODS, Constraints


@pytest.mark.parametrize("method", ["evidence", "logistic"])
@pytest.mark.parametrize("share", [0.05, 0.1])
def test_the_pivot_is_where_the_wanted_share_of_leads_starts(history, method, share):
    weights, grid = built(history, method, pivot=60, share=share)
    unrounded = scores_of(history, weights.values) * grid.provenance["scale"]
    assert (unrounded >= 60 - 1e-6).mean() == pytest.approx(share, rel=0.1)  # scores are told apart to nine digits
    assert (row_scores(history, grid) >= 60).mean() == pytest.approx(share, rel=0.2)
    assert grid.pivot == 60 and np.abs(grid.flat).max() <= 80


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_points_stay_natural_where_no_size_of_them_brings_the_leads_to_the_pivot(history, method, share):
    _, grid = built(history, method, pivot=15, share=share)
    _, natural = built(history, method)
    assert grid.pivot == 15 and np.abs(grid.flat).max() <= 20
    assert grid.provenance["scale"] >= natural.provenance["scale"] - 1e-9
    if grid.provenance["scale"] == natural.provenance["scale"]:
        assert grid.points == natural.points


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("best", [7, 50, 100])
def test_the_best_lead_has_what_was_asked(history, method, best):
    _, grid = built(history, method, best=best)
    assert grid.maximum == best and grid.pivot is None


def test_rounding_costs_next_to_nothing_and_is_told(history):
    _, grid = built(history)
    facts = grid.provenance
    assert facts["log_loss_rounded"] == pytest.approx(facts["log_loss_unrounded"], abs=2e-4)
    assert facts["auc_rounded"] == pytest.approx(facts["auc_unrounded"], abs=2e-3)
    assert (facts["leads"], facts["method"]) == (8_000, "logistic")


@pytest.mark.parametrize("seed", [1, 2, 4, 7])
def test_recipes_of_few_customers_are_rounded_without_loss(seed):
    """Forty answers and forty-odd customers: where each point rounded alone loses more, some take the other side."""
    random = np.random.default_rng(seed)
    criteria = [text(f"c{i}", [f"v{j}" for j in range(5)]) for i in range(10)]
    codes = random.choice(5, (10, 2200), p=[0.4, 0.2, 0.2, 0.1, 0.1]).astype(np.uint8)
    effects = random.normal(0, 0.5, (10, 5))
    odds = -3.6 + sum(effects[i][codes[i]] for i in range(10))
    tally = tally_of(criteria, codes, random.random(2200) < 1 / (1 + np.exp(-odds)))
    weights, grid = built(tally, "lift")
    facts = grid.provenance
    assert facts["auc_rounded"] >= facts["auc_unrounded"] - 0.001
    assert facts["log_loss_rounded"] <= facts["log_loss_unrounded"] * 1.001
    assert (np.abs(grid.flat - np.clip(weights.values * facts["scale"], -20, 20)) < 1).all()


def test_a_cap_holds_on_every_scale(history):
    _, free = built(history)
    _, capped = built(history, constraints=Constraints(cap=5))
    _, asked = built(history, constraints=Constraints(cap=5), scale="double")
    _, large = built(history, scale="double")
    assert np.abs(large.flat).max() > 5 == np.abs(asked.flat).max() >= np.abs(capped.flat).max()
    assert capped.provenance["scale"] <= free.provenance["scale"]
    assert capped.provenance["auc_rounded"] > free.provenance["auc_rounded"] - 0.01


@pytest.mark.parametrize("method", METHODS)
def test_fewer_lines_keep_most_of_the_ranking(history, method):
    _, free = built(history, method)
    _, six = built(history, method, constraints=Constraints(max_lines=6))
    assert six.lines <= 6 < free.lines
    assert six.provenance["auc_rounded"] > free.provenance["auc_rounded"] - 0.05


def test_other_lines_make_room_for_a_pin(history):
    """Visits and sector go together: points pinned on one are taken from the other, and the pin is explained."""
    _, free = built(history)
    pin = Pin("visits", "16-None", 40, "sales", "they always call back")
    _, pinned = built(history, constraints=Constraints(pins=(pin,)))
    assert pinned.points[2][5] == 40 > free.points[2][5]
    assert pinned.evidence[2][5].note == 'pinned_by_why {"points": 40, "who": "sales", "why": "they always call back"}'
    assert pinned.pins == (pin,)
    assert pinned.provenance["auc_rounded"] < free.provenance["auc_rounded"]


def test_a_gain_without_customers_takes_a_pin(history):
    tally = counted(text("s", "ab"), [(100, 0), (900, 50)])
    assert built(tally, constraints=Constraints(pins=(Pin("s", "a", 3),)))[1].points[0][0] == 3


def test_pins_above_an_axis_cap_are_refused():
    tally = counted(text("s", "ab"), [(100, 20), (900, 50)])
    with pytest.raises(SettingsError, match="pinning s=a at 9 points contradicts the cap of 5 points on fit"):
        built(tally, constraints=Constraints(pins=(Pin("s", "a", 9),), cap_axis={"fit": 5}))


def test_evidence_per_line(history):
    weights, grid = built(history)
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
    _, grid = built(tally_of([text("sector", "ab"), yes_no("demo")], codes, bought))
    assert grid.points[0][0] < 0
    (told,) = understood(grid.evidence[0][0].note) or ()
    assert "against its own close rate (24.4%, all leads 10.5%)" in str(told)


@pytest.mark.parametrize(
    ("scale", "message"), [({"pivot": 0}, "the pivot is 0"), ({"best": -1}, "the best score is -1")]
)
def test_a_scale_below_one_point_is_refused(history, scale, message):
    with pytest.raises(SettingsError, match=message):
        built(history, **scale)


def test_a_weight_of_zero_stays_zero_points(history):
    for method in METHODS:
        weights, grid = built(history, method, pivot=40)
        assert not grid.flat[weights.values == 0].any()


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
        grids = [built(EDGES[edge], method, **scale)[1], built(EDGES[edge], method, wanted, **scale)[1]]
        assert method == "lift" or not any(grid.lines for grid in grids)
        assert all(len(grid.points) == len(EDGES[edge].criteria) for grid in grids)
