"""When a column is written: leaks written at closing, columns known from the start, channels cut on a date."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from calibrate.counts.leakage import judge
from calibrate.counts.tally import Tally, tally_of
from calibrate.counts.written_late import timing
from calibrate.counts.young import Young
from calibrate.grid.criteria import Criterion, Level


def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "written_benchmark", Path(__file__).parents[2] / "benchmarks" / "written.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BENCH = benchmark()
counts, LEVELS = BENCH.counts, BENCH.LEVELS


@pytest.mark.parametrize("kind", ["contract", "last touch"])
def test_leaks_written_at_closing_are_flagged(kind):
    answers = [timing(*counts(seed, 12_000, 0.2, kind)) for seed in range(20)]
    assert all(answer.written_at_closing for answer in answers)
    assert abs(np.mean([answer.ratio for answer in answers]) - 1) < 0.1


def test_what_is_written_of_those_that_are_lost_is_flagged():
    answers = [timing(*counts(seed, 12_000, 0.2, "remark on the loss")) for seed in range(20)]
    assert all(answer.moves_with_age and not answer.written_at_closing for answer in answers)


@pytest.mark.parametrize(
    "kind", ["known", "drift", (1, 3), (2, 3), (3, 0), (1.5, 4), (0.5, 3), (2, 2)], ids=str
)  # fmt: skip
@pytest.mark.parametrize(("leads", "base"), [(3_000, 0.05), (12_000, 0.2)])
def test_honest_columns_and_channels_cut_on_a_date_are_not_flagged(kind, leads, base):
    answers = [timing(*counts(seed, leads, base, kind)) for seed in range(25)]
    assert sum(a.written_at_closing or a.moves_with_age for a in answers) <= 1
    if kind == "known" and leads > 5_000:  # where data are few the ratio is anything
        assert abs(np.median([a.ratio for a in answers])) < 0.5


def test_by_pencil():
    """One in five closes, half of them in the first 35 days; only who closed has level 0."""
    old = np.zeros((6, 2, 2), np.int64)
    old[:, 0], old[:, 1] = (100, 100), (400, 0)
    new = np.zeros((70, 2, 2), np.int64)
    new[:35, 1] = (50, 0)
    new[35:, 0], new[35:, 1] = (5, 5), (45, 0)
    answer = timing(old, new)
    assert answer.written_at_closing
    assert answer.ratio == pytest.approx(1.0, abs=0.02)
    same = np.zeros((70, 2, 2), np.int64)
    same[:, 0], same[:, 1] = (10, 0), (40, 0)
    assert timing(old, same).ratio == pytest.approx(0.0, abs=1e-9)


def test_too_few_young_leads_say_nothing():
    old, new = counts(1, 500, 0.2, "contract")
    assert timing(old, new[:5]) is None
    assert timing(old[:2], new) is None


def tally(kind, name):
    """A tally with one such column among two that say nothing."""
    old, new = counts(4, 12_000, 0.2, kind)
    rows, cohorts = [], len(old)
    for cohort in range(cohorts):
        for level in range(LEVELS):
            n, k = old[cohort, level]
            rows += [(cohort, level, i < k) for i in range(n)]
    cohort, level, bought = (np.array(part) for part in zip(*rows, strict=True))
    levels = (
        *(Level(str(i), values=(str(i),)) for i in range(LEVELS)),
        Level("missing", "missing"),
        Level("other", "other"),
    )
    rng = np.random.default_rng(9)
    codes = np.stack([level, rng.integers(0, LEVELS, len(level)), rng.integers(0, LEVELS, len(level))])
    criteria = [Criterion(n, n, "text", "fit", levels) for n in (name, "a", "b")]
    made = tally_of(criteria, codes.astype(np.uint8), bought, cohort, [str(i) for i in range(cohorts)])
    size = len(levels)
    young = np.zeros((len(new), size, 2), np.int64)
    young[:, :LEVELS] = new
    flat = np.zeros_like(young)
    flat[:, :LEVELS] = new.sum(axis=1, keepdims=True) // LEVELS
    return Tally(**{**vars(made), "young": Young(1, 0, (young, flat, flat))})


def test_a_leak_written_at_closing_is_set_aside_where_another_sign_joins():
    answer = judge(tally("contract", "q07"))
    assert answer.suspects[0].column == "q07"
    answer = judge(tally("last touch", "q07"))
    assert "q07" in [s.column for s in answer.suspects] + [q.column for q in answer.asked]
    reasons = [s.reason for s in answer.suspects] + [q.reason for q in answer.asked]
    assert "written_at_closing" in reasons
    assert judge(tally("last touch", "q07"), clear=["q07"]).asked == ()
    assert judge(tally("known", "q07")).suspects == ()
