"""Samples by the id: as large as said, nested, even among ids that follow one another."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from calibrate.engine.sampling import stays


def sampled(ids: str, share: float, *, integral: bool) -> np.ndarray:
    answer = duckdb.sql(
        f"SELECT id FROM ({ids}) WHERE {stays('id', share, integral=integral)} ORDER BY ALL"
    ).fetchnumpy()
    return np.asarray(answer["id"])


@pytest.mark.parametrize("step", [1, 2, 7, 10, 64, 1000, 2**31 - 2])
@pytest.mark.parametrize("share", [0.5, 0.1, 0.003])
def test_whole_numbers_are_sampled_evenly(step: int, share: float) -> None:
    found = sampled(f"SELECT i * {step} AS id FROM range(100000) AS t(i)", share, integral=True) // step
    assert len(found) == pytest.approx(100_000 * share, rel=0.05, abs=3)
    tenths = np.bincount(found // 10_000, minlength=10)
    assert tenths == pytest.approx(np.full(10, 10_000 * share), abs=6 + 0.1 * 10_000 * share)


def test_texts_are_sampled_at_random() -> None:
    found = sampled("SELECT 'L-' || i AS id FROM range(100000) AS t(i)", 0.1, integral=False)
    assert len(found) == pytest.approx(10_000, abs=4 * 95)


@pytest.mark.parametrize("integral", [True, False])
def test_samples_are_nested_and_all_may_stay(integral: bool) -> None:
    ids = "SELECT i AS id FROM range(-500, 500) AS t(i)"
    ids = ids if integral else f"SELECT 'x' || id AS id FROM ({ids})"
    small, large, everybody = (set(sampled(ids, share, integral=integral)) for share in (0.1, 0.4, 1.0))
    assert small <= large <= everybody and len(everybody) == 1000


def test_rows_without_a_number_stay() -> None:
    assert len(sampled("SELECT NULL::INTEGER AS id", 0.01, integral=True)) == 1
