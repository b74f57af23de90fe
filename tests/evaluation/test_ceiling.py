"""The ceiling sees what a sum of points cannot, and no more than there is."""

import numpy as np
import pytest

from calibrate.counts.tally import Tally, tally_of
from calibrate.evaluation.backtest import folds
from calibrate.evaluation.ceiling import MOST_ROWS, ceiling_of
from calibrate.grid.criteria import Criterion, Level


def crossed(leads: int, signal: bool = True) -> Tally:
    """Two yes/no questions that tell nothing alone and much together."""
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 2, (3, leads)).astype(np.uint8)
    chance = np.where(codes[0] == codes[1], 0.3, 0.05) if signal else np.full(leads, 0.15)
    ends = (Level("missing", "missing"), Level("other", "other"))
    levels = (Level("no", values=("no",)), Level("yes", values=("yes",)), *ends)
    criteria = [Criterion(name, name, "text", "fit", levels) for name in ("a", "b", "c")]
    blocks = np.arange(leads) * 10 // leads
    return tally_of(criteria, codes, rng.random(leads) < chance, blocks, [f"block {i}" for i in range(10)])


@pytest.mark.parametrize(("leads", "within"), [(6_000, 0.03), (3 * MOST_ROWS, 0.01)])
def test_interactions_are_found(leads: int, within: float) -> None:
    tally = crossed(leads)
    # customers are in the telling half with chance 0.3/0.35, others with 0.7/1.65: AUC = 1/2 + (6/7 - 14/33) / 2
    expected = 0.5 + (6 / 7 - 14 / 33) / 2
    found = ceiling_of(tally, folds(tally), ("a", "b", "c"))["auc"]
    assert abs(found - expected) < within
    assert abs(ceiling_of(tally, folds(tally), ("a", "c"))["auc"] - 0.5) < 0.05  # only what is allowed is used


def test_no_signal_no_ceiling() -> None:
    tally = crossed(6_000, signal=False)
    assert abs(ceiling_of(tally, folds(tally), ("a", "b", "c"))["auc"] - 0.5) < 0.05
    assert ceiling_of(tally, (), ("a",)) == {}
