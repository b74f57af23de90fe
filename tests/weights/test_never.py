"""What no grid may ever do, for every weighting method, over random histories."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from weights_case import counted, tallies, text

from calibrate.counts.rates import estimate
from calibrate.errors import SettingsError
from calibrate.grid.criteria import offsets
from calibrate.grid.grid import Pin
from calibrate.grid.notes import note, spelled
from calibrate.points.build import build_grid
from calibrate.points.score_table import row_scores
from calibrate.weights import METHODS, Constraints

MARGINAL = ("lift", "cautious", "evidence")
EXAMPLES = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
every_method = pytest.mark.parametrize("method", METHODS)


def made(tally, method, min_leads=10, constraints=None, **scale):
    wanted = constraints or Constraints()
    rates = estimate(tally, min_leads=min_leads)
    weights = METHODS[method](tally, rates, wanted)
    grid = build_grid(weights, tally, name=method, constraints=wanted, **scale)
    return weights, grid, estimate(tally.regroup(grid.criteria), min_leads=min_leads)


def flat(grid, attribute):
    return [getattr(each, attribute) for criterion in grid.evidence for each in criterion]


def demands(tally):
    """None, and each kind of demand that leaves the points free."""
    first = tally.criteria[0].name
    return [
        Constraints(), Constraints(cap=3, max_lines=3), Constraints(max_criteria=1, cap_axis={"fit": 6}),
        Constraints(need_negative=True, largest_share=0.5),
        Constraints(never_negative=(first,), cap_criterion={first: 2}),
        Constraints(ordered=tuple(c.name for c in tally.criteria)), Constraints(never_positive=(first,), max_lines=2),
    ]  # fmt: skip


@every_method
@EXAMPLES
@given(tally=tallies(), min_leads=st.sampled_from([1, 10, 60]), demand=st.integers(0, 6))
def test_never(method, tally, min_leads, demand):
    weights, grid, rates = made(tally, method, min_leads, demands(tally)[demand])
    points = grid.flat
    assert np.isfinite(weights.values).all() and (weights.low <= weights.high).all()
    assert ((weights.sign_kept >= 0) & (weights.sign_kept <= 1)).all()
    assert not points[(rates.customers == 0) & (points > 0)].any(), "a level without customers above the average"
    assert not points[rates.leads == 0].any(), "an unseen level that is not neutral"
    assert not points[rates.leads < min_leads].any(), "a line on fewer leads than the minimum"
    side = np.sign(rates.customers * rates.overall.leads - rates.overall.customers * rates.leads)
    turned = np.flatnonzero(points * side < 0)
    if method in MARGINAL:
        assert not len(turned), "points against their own close rate"
    for level in turned:
        assert weights.sign_kept[level] >= 0.95
        assert flat(grid, "note")[level].startswith("against ")
    for criterion, own in zip(grid.criteria, grid.points, strict=True):
        if criterion.reference is not None:
            assert own[[level.name for level in criterion.levels].index(criterion.reference)] == 0


@every_method
@EXAMPLES
@given(tally=tallies())
def test_one_lead_scores_like_the_batch_and_the_maximum_is_true(method, tally):
    _, grid, _ = made(tally, method)
    tally = tally.regroup(grid.criteria)
    answers = []
    for criterion in grid.criteria:
        a_value = {"missing": None, "other": "something else"}
        answers.append([
            a_value[level.role] if level.role != "value" else level.values[0] if level.values
            else (level.low if level.low is not None else (level.high or 0) - 1) for level in criterion.levels
        ])  # fmt: skip
    batch = row_scores(tally, grid)
    for row in range(0, tally.rows, 29):
        lead = {c.column: answers[i][tally.codes[i, row]] for i, c in enumerate(grid.criteria)}
        assert grid.score(lead) == batch[row]
    best = {c.column: answers[i][int(np.argmax(grid.points[i]))] for i, c in enumerate(grid.criteria)}
    assert grid.score(best) == grid.maximum


@every_method
@EXAMPLES
@given(tally=tallies())
def test_the_same_history_gives_the_same_bits(method, tally):
    one, again = made(tally, method), made(tally, method)
    assert one[0].values.tobytes() == again[0].values.tobytes()
    assert one[1].points == again[1].points and one[1].evidence == again[1].evidence


@every_method
@EXAMPLES
@given(tally=tallies(), cap=st.integers(1, 12), most=st.integers(1, 6))
def test_caps_and_the_number_of_lines_hold(method, tally, cap, most):
    _, grid, _ = made(tally, method, constraints=Constraints(cap=cap, max_lines=most))
    assert np.abs(grid.flat).max() <= cap and grid.lines <= most
    _, grid, _ = made(tally, method, pivot=15, constraints=Constraints(cap=cap, max_lines=most))
    assert np.abs(grid.flat).max() <= cap and grid.lines <= most


@every_method
@EXAMPLES
@given(tally=tallies(), name=st.integers(0, 3))
def test_signs_hold(method, tally, name):
    criterion = tally.criteria[name % len(tally.criteria)].name
    for constraints, sign in (
        (Constraints(never_negative=(criterion,)), 1),
        (Constraints(never_positive=(criterion,)), -1),
    ):
        _, grid, _ = made(tally, method, constraints=constraints)
        own = grid.points[[c.name for c in grid.criteria].index(criterion)]
        assert all(sign * p >= 0 for p in own)


@every_method
@EXAMPLES
@given(tally=tallies(), way=st.sampled_from(["", " rising", " falling"]))
def test_order_holds_over_levels_with_enough_leads(method, tally, way):
    names = tuple(c.name + way for c in tally.criteria)
    _, grid, rates = made(tally, method, constraints=Constraints(ordered=names))
    bounds = offsets(grid.criteria)
    for i, criterion in enumerate(grid.criteria):
        held = [p for j, p in enumerate(grid.points[i])
                if criterion.levels[j].role == "value" and not rates.thin[bounds[i] + j]]  # fmt: skip
        moves = np.diff(held)
        assert ((moves >= 0).all() and way != " falling") or ((moves <= 0).all() and way != " rising")


@every_method
@EXAMPLES
@given(tally=tallies(), points=st.integers(-30, 30), level=st.integers(0, 5))
def test_pins_hold_and_are_explained(method, tally, points, level):
    criterion = tally.criteria[0]
    at = level % len(criterion.levels)
    pin = Pin(criterion.name, criterion.levels[at].name, points, "sales", "they know")
    _, grid, _ = made(tally, method, constraints=Constraints(pins=(pin,)))
    at = [level.name for level in grid.criteria[0].levels].index(pin.level)
    assert grid.points[0][at] == points
    assert grid.evidence[0][at].note == spelled([note("pinned_by_why", points=points, who="sales", why="they know")])
    assert grid.pins == (pin,)


@every_method
@EXAMPLES
@given(tally=tallies(), most=st.integers(1, 20), share=st.sampled_from([0.34, 0.5, 0.8]))
def test_axis_caps_and_the_largest_share_hold(method, tally, most, share):
    wanted = Constraints(cap_axis={"fit": most, "engagement": 2 * most})
    _, grid, _ = made(tally, method, constraints=wanted)
    for axis, limit in (("fit", most), ("engagement", 2 * most)):
        own = [p for c, p in zip(grid.criteria, grid.points, strict=True) if c.axis == axis]
        assert sum(max(p) for p in own) <= limit and -sum(min(p) for p in own) <= limit
    _, grid, _ = made(tally, method, constraints=Constraints(largest_share=share))
    told = "largest_share" in str(grid.provenance.get("notes", ""))
    assert told or max(grid.flat) <= share * max(grid.maximum, 0) + 1e-9


@every_method
@EXAMPLES
@given(tally=tallies())
def test_a_negative_line_is_there_or_its_absence_is_told(method, tally):
    _, grid, _ = made(tally, method, constraints=Constraints(need_negative=True))
    assert (grid.flat < 0).any() or "no_negative" in str(grid.provenance.get("notes"))


@every_method
@EXAMPLES
@given(tally=tallies(), best=st.sampled_from([10, 100]))
def test_the_best_lead_has_exactly_the_points_asked_for_or_it_is_told_why_not(method, tally, best):
    weights, grid, _ = made(tally, method, best=best)
    told = spelled([note("best_missed", reached=grid.maximum, best=best)]) in str(grid.provenance.get("notes"))
    assert grid.maximum == best or told
    assert told or (weights.values > 0).any()
    assert np.abs(grid.flat).max() < 20_000


@every_method
def test_a_pivot_and_a_best_score_exclude_each_other(method):
    with pytest.raises(SettingsError, match="not to both"):
        made(counted(text("t", ["a", "b"]), [(100, 10), (100, 30)]), method, pivot=15, best=100)
