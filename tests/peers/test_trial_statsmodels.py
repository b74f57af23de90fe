"""Power of two rates beside statsmodels' `power_proportions_2indep`."""

from __future__ import annotations

import pytest
from statsmodels.stats.proportion import power_proportions_2indep

from calibrate.monitoring.trial import power_two_rates


@pytest.mark.parametrize("p_old", [0.01, 0.05, 0.3])
@pytest.mark.parametrize("lift", [0.6, 1.3, 2.0])
@pytest.mark.parametrize(("new", "old"), [(200, 200), (300, 900), (5000, 5000)])
def test_power(p_old: float, lift: float, new: int, old: int) -> None:
    peer = power_proportions_2indep(p_old * (lift - 1), p_old, new, ratio=old / new, alpha=0.05)
    assert power_two_rates(p_old * lift, p_old, new, old) == pytest.approx(peer.power, abs=1e-9)
