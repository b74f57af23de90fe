"""A grid per line of business: a planted reversal is found, equal lines stay together, counts follow the weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibrate.counts.tally import Tally, tally_of
from calibrate.errors import SettingsError
from calibrate.evaluation.backtest import folds
from calibrate.evaluation.by_line import BORROWED, grids_by_line
from calibrate.grid.criteria import Criterion, Level
from calibrate.points.plan import Plan

ENDS = (Level("missing", "missing"), Level("other", "other"))
NAMES = {"line": ("a", "b", "tiny"), "x": ("no", "yes"), "y": ("no", "yes")}
CRITERIA = [
    Criterion(name, name, "text", "fit", (*(Level(v, values=(v,)) for v in values), *ENDS))
    for name, values in NAMES.items()
]
PLAN = Plan("evidence", "evidence")


def case(seed: int, *, reverse: bool, leads: int = 5000) -> Tally:
    """Two answers raise the odds; in line b the first one lowers them where `reverse`."""
    rng = np.random.default_rng(seed)
    line = rng.choice(3, leads, p=[0.6, 0.395, 0.005])
    x, y = rng.integers(0, 2, (2, leads))
    odds = np.where((line == 1) & reverse, -1.2, 1.2) * x + 0.6 * y - 2
    closes = rng.random(leads) < 1 / (1 + np.exp(-odds))
    months = [str(month) for month in range(10)]
    return tally_of(CRITERIA, np.array([line, x, y], np.uint8), closes, np.arange(leads) * 10 // leads, months)


def test_a_reversal_is_found_and_only_there() -> None:
    tally = case(0, reverse=True)
    lines = {line.name: line for line in grids_by_line(tally, PLAN, folds(tally), "line", allowed=("x", "y"))}
    assert [name for name, line in lines.items() if line.proposed] == ["b"]
    assert lines["b"].own > lines["b"].common + 0.05
    gap = lines["b"].difference
    assert gap.value == pytest.approx(lines["b"].own - lines["b"].common)
    assert 0 < gap.low < gap.value and gap.high - gap.value == pytest.approx(gap.value - gap.low)
    x = next(criterion for criterion in lines["b"].grid.criteria if criterion.name == "x")
    points = lines["b"].grid.points[lines["b"].grid.criteria.index(x)]
    assert points[x.index_of("yes")] < points[x.index_of("no")]
    assert lines["tiny"].difference is None
    assert not lines["tiny"].proposed


def test_equal_lines_stay_with_the_common_grid() -> None:
    for seed in (1, 2):
        tally = case(seed, reverse=False)
        assert not [
            line for line in grids_by_line(tally, PLAN, folds(tally), "line", allowed=("x", "y")) if line.proposed
        ]


def test_other_lines_count_as_much_as_so_many_customers() -> None:
    tally = case(3, reverse=False)
    others = tally.codes[0] != 1
    factor = np.where(others, BORROWED / tally.customers[others].sum(), 1.0)
    shrunk = tally.weighted(factor)
    assert shrunk.customers[others].sum() == pytest.approx(BORROWED)
    assert shrunk.customers[~others].sum() == tally.customers[~others].sum()
    assert abs(int(shrunk.totals[:, 1].sum()) - (BORROWED + tally.customers[~others].sum())) <= len(tally.cohorts)


def test_a_column_that_is_not_counted_is_refused() -> None:
    tally = case(0, reverse=False, leads=800)
    with pytest.raises(SettingsError, match="product"):
        grids_by_line(tally, PLAN, folds(tally), "product")


@pytest.mark.parametrize("reverse", [True, False])
def test_simulated_lines_are_split_off_only_with_reason(reverse: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four histories of each kind; `benchmarks/lines.py` makes a hundred."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    import lines

    proposed = lines.split(
        4, reverse=reverse
    )  # the common grid of a reversed history is wrong for its largest line too
    assert all("v1" in names for names in proposed) if reverse else proposed == [[]] * 4
