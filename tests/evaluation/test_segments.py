"""Both grids within each segment: differences beside jackknife and leads one by one, harm by pencil."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import special
from two_grids import BIG, DEMO, GROUPS, NEW, OLD, counted

from calibrate.errors import SettingsError
from calibrate.evaluation import segments
from calibrate.evaluation.backtest import Fold, LaterLeads, replay
from calibrate.evaluation.bootstrap import Resampled
from calibrate.evaluation.segments import by_segment, segment_criteria
from calibrate.grid.criteria import Level
from calibrate.points.plan import Plan


def one_less(scores: Any, leads: Any, bought: Any, fold: Any) -> tuple[float, float]:
    """AUC of the second score minus that of the first, within folds, and its jackknife standard error.

    Rows are kinds of leads: `leads` of them, all of them customers or none.
    """

    def gap(weight: Any) -> float:
        won = pairs = 0.0
        for f in np.unique(fold):
            up, down = bought & (fold == f), ~bought & (fold == f)
            both = weight[up][:, None] * weight[down]
            better = [np.sign(score[up][:, None] - score[down]) / 2 for score in scores]
            won += float((both * (better[1] - better[0])).sum())
            pairs += float(both.sum())
        return won / pairs

    left = np.array([gap(leads - (np.arange(len(leads)) == i)) for i in range(len(leads))])
    variance = 0.0
    for part in (bought, ~bought):
        size, mean = leads[part].sum(), np.average(left[part], weights=leads[part])
        variance += (size - 1) / size * float(leads[part] @ (left[part] - mean) ** 2)
    return gap(leads), variance**0.5


@pytest.mark.parametrize("times", [1, 40])
def test_differences_within_a_segment_against_jackknife_and_leads_one_by_one(times: int) -> None:
    tally = counted([(d, b, times * leads, times * customers) for d, b, leads, customers in GROUPS], months=4)
    place, rng = np.arange(4), np.random.default_rng(5)
    folds = [Fold(("2025-01",), (f"2025-{at + 1:02d}",), 480, 36, place < 1, place == at) for at in (2, 3)]
    old, new = replay(tally, (Plan("old", grid=OLD), Plan("new", grid=NEW)), folds)  # fmt: skip
    later = old.later
    leans = later.customers.astype(int)
    old = replace(old, score=rng.integers(0, 6, len(leans)) + leans)
    new = replace(new, score=rng.integers(0, 6, len(leans)) + 2 * leans)
    old, new = (replace(each, rate=0.01 + 0.02 * each.score) for each in (old, new))
    sides, _ = by_segment(tally, old, [new, replace(new, name="again")], (BIG,), capacity=0.25)
    found = sides.tables[1].segments[0]
    assert (found.level.name, found.leads, found.customers) == ("no", 720 * times, 48 * times)
    assert list(found.differences) == list(segments.SHOWN) and found.difference == found.differences["auc"]
    width = special.stdtrit(48 * times - 1, 1 - 0.05 / 2 / 4)  # two segments of two candidates
    rows = np.flatnonzero(tally.codes[1][later.row] == 1)
    kinds, leads = np.unique(
        [later.fold[rows], old.score[rows], new.score[rows], leans[rows]], axis=1, return_counts=True
    )
    gap, error = one_less(kinds[1:3], leads.astype(float), kinds[3] > 0, kinds[0])
    assert found.difference is not None and found.old is not None and found.new is not None
    assert found.difference.value == pytest.approx(gap) == pytest.approx(found.new - found.old)
    assert found.difference.high - gap == pytest.approx(width * error, rel=0.15)
    assert gap - found.difference.low == pytest.approx(width * error, rel=0.15)
    # an error is a mean over leads, its spread that of the mean
    rates = old.rate[rows], new.rate[rows]
    brier = (rates[1] - leans[rows]) ** 2 - (rates[0] - leans[rows]) ** 2
    told = found.differences["brier"]
    assert told.value == pytest.approx(brier.mean())
    assert told.high - told.value == pytest.approx(width * brier.std() / len(brier) ** 0.5, rel=0.15)


def test_segments_that_are_asked_for() -> None:
    sector = replace(BIG, name="Sector")
    assert segment_criteria((DEMO, sector)) == (sector,)
    assert segment_criteria((DEMO, sector), ("demo",)) == (DEMO,)
    with pytest.raises(SettingsError, match="Did you mean 'demo'"):
        segment_criteria((DEMO, sector), ("demos",))


@pytest.mark.parametrize(("customers", "judged"), [(9, False), (10, True)])
def test_a_segment_is_judged_on_ten_customers_of_the_same_folds(customers: int, judged: bool) -> None:
    month, fold = np.zeros(1, bool), np.repeat([0, 1], 30)
    folds = (Fold((), ("a",), 0, 0, month, month), Fold((), ("b",), 0, 0, month, month))
    bought = (np.arange(60) % 30 < customers).astype(float)
    later = LaterLeads(folds, np.arange(60), fold, np.ones(60), bought, np.ones(60, int), "")
    assert segments._enough(later, fold, 2).tolist() == [judged, judged]
    apart = replace(later, customers=np.where(fold == 0, 1.0, 0.0))  # customers in one fold, other leads in the other
    assert not segments._enough(apart, np.zeros(60, int), 1).any()
    one = replace(apart, customers=apart.customers + (np.arange(60) == 30))  # of 31 customers one has whom to outrank
    assert not segments._enough(one, np.zeros(60, int), 1).any()


@pytest.mark.parametrize(("bought", "harm"), [(9, ""), (10, "caught")])
def test_customers_lost_are_harm_from_ten_customers_on(bought: int, harm: str) -> None:
    lost = np.array([300.0, 0, bought, 0, bought, 0])  # called and caught by the old grid and the new, lost, gained
    found = segments._segment(Level("retail"), 300, bought, None, 1, lost, 0.05, 0.01)
    assert (found.caught, found.harm) == ((bought, 0), harm)


def test_customers_lost_are_held_against_all_segments_that_have_ten() -> None:
    # 10 months of 12 customers each, too few other leads for an interval; 8 lost of 8: 2 * 0.5^8 = 0.8 %
    months = np.repeat(np.arange(10), 12)
    month, ones = np.zeros(1, bool), np.ones(120)
    later = LaterLeads(
        (Fold((), ("a",), 0, 0, month, month),), np.arange(120), months * 0, ones, ones, np.ones(120, int), ""
    )
    was = (np.arange(120) % 12 < 8) & (months == 0)
    named = [Level(str(i)) for i in range(10)]
    for many, harm in ((1, "caught"), (10, "")):  # below 5 %, and above 5 % / 10
        place = np.where(months < many, months, 0)
        case = segments._Case(later, (), ((was.astype(float), np.zeros(120)),), 0.2)
        (found,) = segments._table(case, None, named, place)
        assert found.segments[0].caught == (8, 0) and found.segments[0].harm == harm


def test_an_interval_within_a_segment_by_pencil() -> None:
    drawn = np.array([[[0.7, 0.7, 0.7, 0.7]], [[0.6, 0.7, 0.8, 0.9]], [[-3.0, 0.0, 3.0, 0.0]]])
    value = np.array([[0.7], [0.75], [0.72]])
    replicates = Resampled(("old", "new", "wild"), ("auc",), value, drawn, sample=25)
    found = replicates.differences(1, 0.01)
    # differences -0.1, 0, 0.1, 0.2: s.e. sqrt(0.0125); Student's t with 24 degrees, 0.5 % on each side: 2.797;
    # resamples divide by 25 where a variance divides by 24: wider by sqrt(25 / 24)
    width = 2.796939 * (0.0125 * 25 / 24) ** 0.5
    assert found["auc"].value == pytest.approx(0.05)
    assert (found["auc"].low, found["auc"].high) == pytest.approx((0.05 - width, 0.05 + width), abs=1e-6)
    wild = replicates.differences(2, 0.01)["auc"]
    assert (wild.low, wild.high) == (-1.0, 1.0)  # two AUCs cannot differ by more
