"""The order of a tally's rows: by what they hold, whatever the order in which they came."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.counts.design_effect import group_codes
from calibrate.counts.row_order import _sorted_places, canonical_order, row_keys


def test_keys_tell_rows_apart() -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 4, (9, 60_000)).astype(np.uint8)  # more rows than one piece, many of them alike
    different = len(np.unique(codes, axis=1).T)
    assert len(np.unique(row_keys(codes))) == different
    assert len(np.unique(row_keys(codes, [np.arange(60_000) % 2]))) == len(
        np.unique(np.concatenate([codes, np.arange(60_000)[None] % 2]), axis=1).T
    )


def test_places_are_those_of_a_plain_sort_also_where_first_bits_are_shared() -> None:
    rng = np.random.default_rng(2)
    keys = rng.integers(0, 2**63, 5000).astype(np.uint64)
    keys[1000:3000] = keys[0] ^ rng.integers(0, 2**12, 2000).astype(np.uint64)  # differ in their last bits alone
    np.testing.assert_array_equal(keys[_sorted_places(keys)], np.sort(keys))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_shuffled_rows_come_out_alike(seed: int, grouped: bool) -> None:
    """Few answers and few groups, so that rows and whole groups are alike; other hashes of the groups."""
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(1, 40))
    codes, cohort = rng.integers(0, 2, (2, rows)).astype(np.uint8), rng.integers(0, 2, rows).astype(np.int32)
    customer = rng.random(rows) < 0.3
    company = rng.integers(0, 8, rows)
    outcomes = []
    for _ in range(2):
        shuffled = rng.permutation(rows)
        hashes = rng.permutation(8).astype(np.uint64)  # 0: leads of that company stand alone
        hashes[hashes == 0] = 99
        hashes[0] = 0
        buyer = hashes[company[shuffled]] if grouped else None
        order = canonical_order(codes[:, shuffled], cohort[shuffled], [customer[shuffled]], buyer)
        group = None if buyer is None else group_codes(buyer[order], alone=0)
        place = shuffled[order]
        parts = codes[:, place].tolist(), cohort[place].tolist(), customer[place].tolist()
        outcomes.append((*parts, None if group is None else group.tolist()))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][1] == sorted(outcomes[0][1])  # cohort by cohort
