"""The tally: regrouping and merging keep every count."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.counts.tally import Tally, merged, scores_of, tally_of
from calibrate.errors import GridError
from calibrate.grid.criteria import Criterion, Level

SPECIAL = (Level("missing", "missing"), Level("other", "other"))
CITY = Criterion(
    "city", "city", "text", "fit", (*(Level(c, values=(c,)) for c in ("Lyon", "Paris", "Brest")), *SPECIAL)
)
VISITS = Criterion(
    "visits", "visits", "number", "engagement",
    (Level("<2", high=2), Level("2-4", low=2, high=5), Level("5-9", low=5, high=10), Level("10+", low=10), *SPECIAL),
)  # fmt: skip


def history(leads: int, seed: int = 3) -> Tally:
    rng = np.random.default_rng(seed)
    codes = np.stack([rng.integers(0, 5, leads), rng.integers(0, 6, leads)]).astype(np.uint8)
    return tally_of([CITY, VISITS], codes, rng.random(leads) < 0.2, rng.integers(0, 3, leads), ("a", "b", "c"))


def test_regrouping_by_pencil() -> None:
    codes = np.array([[0, 1, 2, 3, 4, 0], [0, 1, 2, 3, 4, 5]], np.uint8)
    tally = tally_of([CITY, VISITS], codes, np.array([1, 0, 1, 0, 1, 0]))
    north = Criterion("place", "city", "text", "fit", (Level("North", values=("Paris", "Brest")), *SPECIAL))
    halves = Criterion("v", "visits", "number", "fit", (Level("<5", high=5), Level("5+", low=5), *SPECIAL))
    coarse = tally.regroup([halves, north])
    assert coarse.codes.tolist() == [[0, 0, 1, 1, 2, 3], [2, 0, 0, 1, 2, 2]]
    assert coarse.marginals[1][0].tolist() == [[2, 1], [1, 0], [3, 2]]  # Lyon is not named any more: other


@given(st.integers(1, 400), st.integers(0, 9))
def test_merging_and_regrouping_keep_the_counts(leads: int, seed: int) -> None:
    tally = history(leads, seed)
    for each in (merged(tally), tally.regroup([VISITS, CITY]), tally.only(np.array([True, True, True]))):
        assert each.overall == tally.overall
        assert each.leads.sum() == leads
        assert each.customers.sum() == tally.customers.sum()
        assert each.counted.sum() == leads
        for margin in each.marginals:
            assert margin.sum(axis=(0, 1)).tolist() == list(tally.overall)
    assert merged(tally).rows <= tally.rows


def test_merged_rows_score_alike() -> None:
    tally = history(2000)
    values = np.arange(11.0)
    for each in (tally, merged(tally)):
        scores = scores_of(each, values)
        counts = np.bincount(scores.astype(int), each.leads)
        if each is tally:
            first = counts
    assert first.tolist() == counts.tolist()


def test_some_cohorts_only() -> None:
    tally = history(300)
    parts = [tally.only(np.arange(3) == i) for i in range(3)]
    assert sum(part.overall[0] for part in parts) == 300
    for a, b in pairwise(parts):
        assert not set(a.cohort) & set(b.cohort)


def test_a_cut_that_was_not_counted_is_refused() -> None:
    odd = Criterion("v", "visits", "number", "fit", (Level("<7", high=7), Level("7+", low=7), *SPECIAL))
    with pytest.raises(GridError, match=r"cuts 'visits' at \[7\]"):
        history(20).regroup([odd])
    unknown = Criterion("v", "vists", "number", "fit", (Level("any"), *SPECIAL))
    with pytest.raises(GridError, match="Did you mean 'visits'"):
        history(20).regroup([unknown])
