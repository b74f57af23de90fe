"""The exact cuts against optbinning's constraint solver on the same pre-bins (skipped where it is not installed).

Run with: pip install optbinning pytest, then pytest tests/peers/test_binning_optbinning.py
"""

import time

import numpy as np
import pytest

from calibrate.counts.binning import best_cuts

optbinning = pytest.importorskip("optbinning")

RATES = {
    "rising": lambda x: 0.05 + 0.3 * x,
    "bump": lambda x: 0.1 + 0.4 * np.exp(-((x - 0.4) ** 2) / 0.02),
    "waves": lambda x: 0.2 + 0.1 * np.sin(12 * x),
    "nothing": lambda x: 0.15 + 0 * x,
}


def fine_counts(shape, leads=6000, bins=40, seed=3):
    rng = np.random.default_rng(seed)
    x = rng.random(leads)
    y = rng.random(leads) < RATES[shape](x)
    cuts = np.linspace(0, 1, bins + 1)[1:-1]
    at = np.searchsorted(cuts, x, side="right")
    return x, y, cuts, np.bincount(at, minlength=bins), np.bincount(at, y, bins)


def information_value(leads, customers, cuts):
    total = 0.0
    for n, k in zip(np.split(leads, cuts), np.split(customers, cuts), strict=True):
        bought = k.sum() / customers.sum()
        others = (n.sum() - k.sum()) / (leads.sum() - customers.sum())
        total += (bought - others) * np.log(bought / others)
    return total


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shape", RATES)
@pytest.mark.parametrize("monotone", [None, "up", "down"])
def test_information_value_equals_that_of_optbinning(shape, monotone):
    x, y, fine, leads, customers = fine_counts(shape)
    start = time.perf_counter()
    cuts = best_cuts(leads, customers, min_leads=300, most=6, monotone=monotone, gain="iv")
    ours = time.perf_counter() - start
    trend = {None: None, "up": "ascending", "down": "descending"}[monotone]
    peer = optbinning.OptimalBinning(
        user_splits=fine, max_n_bins=6, min_bin_size=300 / len(x), monotonic_trend=trend, solver="cp", time_limit=60
    )
    start = time.perf_counter()
    peer.fit(x, y.astype(int))
    theirs = time.perf_counter() - start
    assert peer.status == "OPTIMAL"
    peer.binning_table.build()
    best, reference = information_value(leads, customers, list(cuts)), peer.binning_table.iv
    assert best >= reference * 0.999 - 1e-6, (best, reference, cuts, peer.splits)
    assert ours < theirs
    print(f"{shape} {monotone}: IV {best:.6f} against {reference:.6f}; {1e3 * ours:.2f} against {1e3 * theirs:.0f} ms")  # noqa: T201
