"""The grid that Pipedrive can hold: legal on any history, and as good as trying all where that can be done."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from calibrate.counts.tally import tally_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.limits import TARGETS, groups_of, limits_for
from calibrate.points.plan import Plan, calibrate
from calibrate.points.platt import line_loss, platt_line
from calibrate.points.within_limits import GAIN, with_points_of

PIPEDRIVE = TARGETS["pipedrive"]
ENDS = (Level("missing", "missing"), Level("other", "other"))


def history(seed: int, weights: tuple[float, ...], leads: int = 6000, base: float = -2.0):
    rng = np.random.default_rng(seed)
    asked = [
        Criterion(
            f"q{at}", f"q{at}", "text", "fit", (Level("yes", values=("yes",)), Level("no", values=("no",)), *ENDS)
        )
        for at in range(len(weights))
    ]
    code = (rng.random((len(weights), leads)) < 0.6).astype(np.uint8)  # 0: yes, 1: no
    log_odds = base + (1 - code.T) @ np.array(weights)
    bought = rng.random(leads) < 1 / (1 + np.exp(-log_odds))
    month = np.arange(leads) // (leads // 8)
    return tally_of(asked, code, bought, month, [f"month {i}" for i in range(int(month.max()) + 1)])


def loss_of(tally, points) -> float:
    """Negative log-likelihood of the best line, by the rows as they are."""
    scores = sum(np.array(line)[tally.codes[at]] for at, line in enumerate(points)).astype(float)
    x = (scores - scores.mean()) / (scores.std() or 1.0)
    intercept, slope = platt_line(x, tally.leads, tally.customers, 0.5)
    return line_loss(intercept + slope * x, tally.leads, tally.customers)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_as_good_as_trying_all(seed: int) -> None:
    tally = history(seed, (1.4, 0.6, -0.9, 0.2))
    grid = calibrate(tally, Plan("pipedrive", "logistic", limits=PIPEDRIVE))
    found = dict(zip([c.name for c in grid.criteria], grid.points, strict=True))
    mine = [found.get(c.name, (0, 0, 0, 0)) for c in tally.criteria]
    mine = [line if len(line) == 4 else (*line[:1], 0, *line[1:]) for line in mine]
    best = min(
        loss_of(tally, [(yes, 0, 0, 0) for yes in points]) + GAIN * np.count_nonzero(points)
        for points in product((0, 25, 10, -10), repeat=4)
    )
    assert loss_of(tally, mine) + GAIN * PIPEDRIVE.used(grid) <= best + 1e-3


def test_twelve_questions_become_ten_criteria() -> None:
    tally = history(5, tuple(0.4 + 0.1 * at for at in range(12)), leads=20_000, base=-6.0)
    grid = calibrate(tally, Plan("pipedrive", "logistic", limits=PIPEDRIVE))
    assert PIPEDRIVE.holds(grid) and 8 <= PIPEDRIVE.used(grid) <= 10
    weakest = {f"q{at}" for at in range(12)} - {
        c.name for c, line in zip(grid.criteria, grid.points, strict=True) if any(line)
    }
    assert weakest <= {"q0", "q1", "q2", "q3"}
    assert grid.provenance["target"] == "Pipedrive" and grid.thresholds is not None and grid.curve is not None


def test_chance_gets_no_points() -> None:
    tally = history(6, (0.0,) * 6)
    grid = calibrate(tally, Plan("pipedrive", "logistic", limits=PIPEDRIVE))
    assert PIPEDRIVE.used(grid) <= 1


def test_answers_keep_the_order_of_the_joint_fit() -> None:
    tally = history(7, (1.2, -1.5))
    lines = calibrate(tally, Plan("free", "logistic"))
    held = with_points_of(lines, tally, PIPEDRIVE)
    for before, after in zip([line for line in lines.points if any(line)], held.points, strict=True):
        order = np.argsort(before, kind="stable")
        assert (np.diff(np.array(after)[order]) >= 0).all()
    assert {int(p) for p in held.flat} <= {0, 25, 10, -10}


@pytest.mark.parametrize("target", ["hubspot", "zoho-standard", "zoho-professional"])
def test_other_targets_get_the_longest_grid_that_fits(target: str) -> None:
    tally = history(8, tuple(0.3 + 0.2 * at for at in range(12)), leads=12_000, base=-6.0)
    grid = calibrate(tally, Plan(target, "logistic", limits=TARGETS[target]))
    assert TARGETS[target].holds(grid) and grid.lines >= 3


def test_a_group_limit_scales_the_whole_grid_down() -> None:
    """The best lead has 100 points unless fit alone would pass its limit; the order of the lines' points stays."""
    tally = history(6, (1.8, 1.2, 0.9, 0.5, -1.1))
    free = calibrate(tally, Plan("hubspot", "logistic", limits=TARGETS["hubspot"]))
    low = calibrate(tally, Plan("hubspot", "logistic", limits=limits_for("hubspot", {"group": 30})))
    assert free.maximum == 100 and max(groups_of(free)) <= 100
    assert 25 <= max(groups_of(low)) <= 30 and low.criteria == free.criteria
    ranks = [np.argsort(grid.flat, kind="stable").tolist() for grid in (free, low)]
    assert ranks[0] == ranks[1]


def test_the_grid_of_a_system_has_no_more_lines_than_its_size() -> None:
    tally = history(7, tuple(0.4 + 0.1 * at for at in range(12)), leads=20_000, base=-6.0)
    short = calibrate(tally, Plan("zoho", "logistic", limits=TARGETS["zoho"], size=5))
    assert short.lines == 5 and TARGETS["zoho"].holds(short)
    narrow = calibrate(tally, Plan("zoho-standard", "logistic", limits=TARGETS["zoho-standard"]))
    assert TARGETS["zoho-standard"].used(narrow) <= 10 < TARGETS["zoho"].used(calibrate(tally, Plan("all", "logistic")))
