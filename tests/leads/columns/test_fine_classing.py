"""Fine levels: readable cuts between the values."""

from __future__ import annotations

import numpy as np

from calibrate.leads.columns.fine_classing import readable_cuts

RANDOM = np.random.default_rng(20251122)


def test_readable_cuts_lie_between_the_values() -> None:
    for scale in (1e-6, 0.01, 1, 137.0, 1e9):
        values = np.sort(RANDOM.gamma(1, scale, 5000))
        cuts = readable_cuts(values, integral=False)
        assert 30 <= len(cuts) <= 45
        assert values[0] < cuts[0] and cuts[-1] <= values[-1]
        held = np.diff(np.searchsorted(values, [-np.inf, *cuts, np.inf]))
        assert held.min() > 0
    negative = np.sort(RANDOM.normal(-50, 30, 2000).round())
    assert 0 in readable_cuts(negative, integral=True)
    assert all(cut == int(cut) for cut in readable_cuts(negative, integral=True))
    assert readable_cuts(np.array([3.0] * 50), integral=True) == []
