"""What the meeting sees beside the verdict: swap set, lines side by side, segments, grades, months, feedback."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special

from calibrate.counts.tally import Tally, tally_of
from calibrate.errors import InputError, SettingsError
from calibrate.evaluation import segments
from calibrate.evaluation.backtest import Fold, LaterLeads, replay
from calibrate.evaluation.bootstrap import Resampled
from calibrate.evaluation.segments import by_segment, segment_criteria
from calibrate.evaluation.swap import swap_all, swap_later
from calibrate.funnel.feedback import read_feedback
from calibrate.funnel.kpis import months_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.diff import beside
from calibrate.grid.grid import STAGES, Band, Grid, Thresholds
from calibrate.monthly import run as monthly
from calibrate.monthly.counted import Counted
from calibrate.monthly.settings import settings
from calibrate.points.grade import Grades, _cuts, axis_scores, demand, grades
from calibrate.points.plan import Plan, calibrate_prepared, prepare
from calibrate.points.score_table import reaches, row_scores, with_minimums
from calibrate.points.thresholds import Policy
from calibrate.report.impact import chosen_by, handed_over
from calibrate.report.language import load
from calibrate.report.review import Review
from calibrate.report.tables import place_of, steps
from calibrate.simulate import simulate

ENDS = (Level("missing", "missing"), Level("other", "other"))


def yes(name: str, axis: str = "engagement") -> Criterion:
    levels = (Level("yes", values=("yes",)), Level("no", values=("no",)), *ENDS)
    return Criterion(name, name, "text", axis, levels, "no")  # type: ignore[arg-type]


DEMO, BIG = yes("demo"), yes("big", "fit")
OLD = Grid("old", "file", (DEMO, BIG), ((0, 0, 0, 0), (10, 0, 0, 0)), Thresholds(10, 10))
NEW = Grid("new", "file", (DEMO, BIG), ((10, 0, 0, 0), (0, 0, 0, 0)), Thresholds(10, 10))


def counted(groups: list[tuple[int, int, int, int]], months: int = 1) -> Tally:
    """A tally of (demo level, big level, leads, customers) per month."""
    demo, big, bought, when = [], [], [], []
    for month in range(months):
        for d, b, leads, customers in groups:
            demo += [d] * leads
            big += [b] * leads
            bought += [1] * customers + [0] * (leads - customers)
            when += [month] * leads
    names = [f"2025-{month + 1:02d}" for month in range(months)]
    tally = tally_of((DEMO, BIG), np.array([demo, big], np.uint8), np.array(bought), np.array(when), names)
    return replace(tally, ends=np.arange(months) * 30 + 30)


GROUPS = [(0, 0, 20, 8), (0, 1, 60, 18), (1, 0, 100, 4), (1, 1, 300, 6)]


def test_the_swap_set_by_pencil() -> None:
    swap = swap_all(counted(GROUPS), OLD, NEW, (DEMO, BIG))
    assert swap is not None and not swap.later and swap.leads == 480
    enter, leave, stay = (swap.of("marketing_qualified", way).rate for way in ("enter", "leave", "stay"))
    assert (enter.customers, enter.leads) == (18, 60)
    assert (leave.customers, leave.leads) == (4, 100)
    assert (stay.customers, stay.leads) == (8, 20)
    gap = swap.gain("marketing_qualified")
    assert gap is not None and gap[0] == pytest.approx(0.26) and gap[1] > 0.1
    shared = swap.of("marketing_qualified", "enter").common
    assert [(each.criterion, each.level.name, each.leads, each.share) for each in shared][:1] == [
        ("demo", "yes", 60, 1)
    ]
    assert shared[0].share_all == pytest.approx(80 / 480)
    assert swap.of("marketing_qualified", "leave").leads_per_month == 100


def test_the_swap_set_on_later_leads_uses_each_folds_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    tally = counted(GROUPS, months=4)
    place = np.arange(4)
    folds = [Fold(("2025-01",), (f"2025-{at + 1:02d}",), 480, 36, place < 1, place == at) for at in (2, 3)]
    plans = (Plan("old", grid=OLD), Plan("new", grid=NEW))
    old, new = replay(tally, plans, folds)
    swap = swap_later(tally, old, new, (DEMO, BIG))
    assert swap is not None and swap.later and swap.leads == 960 and swap.months == 2
    assert swap.of("sales_qualified", "enter").rate.leads == 120
    (sides,) = by_segment(tally, old, [new], (BIG,))
    months, big = sides.tables
    assert [each.level.name for each in months.segments] == ["2025-03", "2025-04"]
    assert [(each.level.name, each.leads, each.customers) for each in big.segments] == [
        ("no", 720, 48),
        ("yes", 240, 24),
    ]
    smaller, bigger = big.segments
    assert smaller.difference is not None and smaller.difference.low > 0 and smaller.harm == ""
    assert smaller.caught == (0, 36) and bigger.caught == (24, 16) and bigger.called == (240, 40)
    # 8 lost, none gained: 2 * 0.5^8 = 0.8 %, below 5 % / 4
    assert bigger.harm == "caught"
    assert sides.harmed == (("big", bigger),)


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


def test_lines_side_by_side_are_what_both_grids_give() -> None:
    values = ("a", "b", "c")
    first = Criterion("x", "x", "text", "fit", (Level("a or b", values=("a", "b")), Level("c", values=("c",)), *ENDS))
    second = Criterion("X", "x", "text", "fit", (Level("a", values=("a",)), *ENDS))
    old = Grid("old", "file", (first, DEMO), ((5, 2, -1, 0), (9, 0, 0, 0)))
    new = Grid("new", "file", (second,), ((7, -1, 1),))
    found = {(line.criterion, line.level.name): line.points for line in beside([old, new])}
    assert found == {
        ("X", "a"): (5, 7), ("X", "b"): (5, 1), ("X", "c"): (2, 1), ("X", "missing"): (-1, -1), ("X", "other"): (0, 1),
        ("demo", "yes"): (9, None), ("demo", "no"): (0, None), ("demo", "missing"): (0, None),
        ("demo", "other"): (0, None),
    }  # fmt: skip
    for value in (*values, None, "zzz"):
        given = old.points[0][first.index_of(value)], new.points[0][second.index_of(value)]
        assert given in found.values()


def test_grades_are_counts_of_both_axes() -> None:
    tally = counted(GROUPS)
    both = replace(OLD, points=((10, 0, 0, 0), (6, 0, 0, 0)))
    found = grades(tally, both)
    assert found is not None
    total = [cell for row in found.rates for cell in row]
    assert sum(cell.leads for cell in total) == 480 and sum(cell.customers for cell in total) == 36
    best = found.rates["ABCD".index(found.of(6, 10)[0])]["1234".index(found.of(6, 10)[1])]
    assert (best.customers, best.leads) == (8, 20)
    assert (axis_scores(tally, both, "fit") + axis_scores(tally, both, "engagement") == row_scores(tally, both)).all()
    assert grades(tally, OLD) is None
    assert Grades((6, 3, 0), (5, 4, 0), ()).of(-1, 4) == "D2"


def test_no_grade_stays_empty_where_four_are_possible() -> None:
    points = np.array([-10, 0, 5, 10, 15])
    assert _cuts(points, np.array([40.0, 1300, 1000, 60, 40])) == (10, 5, 0)  # C would else begin with A, from 5
    assert _cuts(points, np.array([1000.0, 30, 20, 5, 5])) == (10, 5, 0)  # not from -10, which leaves none for D
    assert _cuts(np.array([0, 5]), np.array([70.0, 30])) == (5, 5, 0)  # two kinds of leads cannot have four grades


def test_a_stage_that_demands_an_axis() -> None:
    both = replace(OLD, points=((10, 0, 0, 0), (6, 0, 0, 0)), thresholds=Thresholds(6, 6, 6, 10))
    marketing, sales = demand(counted(GROUPS), both, months=2.0)
    assert (marketing.met.leads, marketing.without.leads) == (120, 180) and marketing.leads_per_month == 60
    assert (sales.met.leads, sales.met.customers, sales.without.customers) == (20, 8, 30)  # fit is asked for here too
    assert sales.asked == (("fit", 6), ("engagement", 10)) and (sales.axis, sales.minimum) == ("engagement", 10)
    alone = replace(both, thresholds=Thresholds(6, 6, engagement_minimum=10))
    (only,) = demand(counted(GROUPS), alone, months=None)
    assert (only.stage, only.met.leads, only.met.customers) == ("sales_qualified", 80, 26)
    assert demand(counted(GROUPS), replace(both, thresholds=Thresholds(6, 6)), months=None) == ()


def test_what_stands_in_for_a_grid_on_leads_that_it_was_made_from() -> None:
    """Fold by fold: its method on earlier leads, as many of them qualified; the grid itself on what came after."""
    tally = counted([(d, b, 5 * leads, 5 * customers) for d, b, leads, customers in GROUPS], months=5)
    place = np.arange(5)
    folds = [Fold((), (), 0, 0, place < at, place == at) for at in (2, 3, 4)]
    made = calibrate_prepared(prepare(tally.only(place < 4)), Plan("evidence", "evidence"))
    doubled = replace(made, points=tuple(tuple(2 * point for point in points) for points in made.points))
    ladder = np.unique(row_scores(tally, doubled))  # four kinds of leads: 63 %, 21 %, 13 % and 4 % of them
    decided = replace(doubled, thresholds=Thresholds(int(ladder[1]), int(ladder[2])))
    again = Plan("current", "evidence", like=decided)
    plans = Plan("current", grid=decided, again=again, since=4 * 30 + 1), Plan("evidence", "evidence")
    current, evidence = replay(tally, plans, folds)
    assert current.stood_in == (True, True, False) and evidence.stood_in == (False, False, False)
    assert [grid.points == decided.points for grid in current.grids] == [False, False, True]
    early = current.later.fold < 2
    assert (current.rate[early] == evidence.rate[early]).all() and not (current.rate == evidence.rate).all()
    for grid, fold in zip(current.grids[:2], folds, strict=False):
        train = tally.only(fold.train)
        shares = [[reaches(train, each, stage).mean() for stage in STAGES] for each in (grid, decided)]
        assert shares[0] == shares[1] == [180 / 480, 80 / 480]
    by_itself = [reaches(tally, evidence.grids[0], stage).mean() for stage in STAGES]  # 20 % and 5 %, or near
    assert by_itself == [80 / 480, 20 / 480]


def test_months_add_up() -> None:
    tally = counted(GROUPS, months=3)
    found = months_of(tally, replace(NEW, thresholds=Thresholds(10, 10)))
    assert [month.cohort for month in found] == ["2025-01", "2025-02", "2025-03"]
    assert found[0].overall.leads == 480 and found[0].marketing_qualified.customers == 26
    assert found[0].mean_score_customers == pytest.approx(260 / 36)
    assert found[0].share_marketing_qualified == pytest.approx(80 / 480)
    assert found[0].alerts_per_day == pytest.approx(80 / 21)


def test_score_tables_of_those_who_meet_the_minimums() -> None:
    both = replace(OLD, points=((10, 0, 0, 0), (6, 0, 0, 0)))
    tally = counted(GROUPS)
    found = with_minimums(tally, both, Thresholds(6, 6, 6, 10))
    leads, customers = found["marketing_qualified"].total  # 6 of fit: big companies, with a demo (20) or not (100)
    assert found["marketing_qualified"].scores.tolist() == [0, 6, 10, 16]
    assert leads.tolist() == [0, 100, 0, 20] and customers.tolist() == [0, 4, 0, 8]
    assert found["sales_qualified"].total[0].tolist() == [0, 0, 0, 20]  # and 10 of engagement: a demo
    assert list(with_minimums(tally, both, Thresholds(6, 6, engagement_minimum=10))) == ["sales_qualified"]
    assert with_minimums(tally, both, Thresholds(6, 6)) == {}


def test_minimums_asked_for_stand_in_every_grid() -> None:
    ready = prepare(counted(GROUPS, months=3))
    policy = Policy("pivot", 4, 9, fit_minimum=2, engagement_minimum=3)
    made = calibrate_prepared(ready, Plan("evidence", "evidence", policy=policy))
    assert made.thresholds == Thresholds(4, 9, 2, 3)
    assert [band.demands[1:] for band in made.ladder] == [(("fit", 2), ("engagement", 3)), (("fit", 2),), ()]
    bands = (Band("hot", 12, "call", engagement_minimum=1), Band("warm", 6, "nurture"), Band("cold", 0, "wait"))
    own = replace(NEW, thresholds=Thresholds(6, 12, fit_minimum=1), bands=bands)
    again = calibrate_prepared(ready, Plan("current", grid=own, policy=policy))
    assert again.thresholds == Thresholds(4, 9, 2, 3)  # those asked for; the bands moved with them
    assert [(b.name, b.at_least) for b in again.bands] == [("hot", 9), ("warm", 4), ("cold", min(own.minimum, 4))]
    assert [b.demands[1:] for b in again.bands] == [(("fit", 2), ("engagement", 1)), (("fit", 2),), ()]
    kept = calibrate_prepared(ready, Plan("current", grid=own))
    assert kept.thresholds == own.thresholds and [b.at_least for b in kept.bands][:2] == [12, 6]
    alike = calibrate_prepared(ready, Plan("e", "evidence", policy=Policy("pivot", 4, 4, engagement_minimum=3)))
    assert [band.name for band in alike.ladder] == ["sales-qualified", "marketing-qualified", "not yet"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("meeting")
    simulate(leads=3000, months=20, seed=4, events=False).leads.to_csv(folder / "leads.csv", index=False)
    return folder


def rows_of(place: Path, **more: Any) -> Counted:
    values = {
        "data": {"file": str(place / "leads.csv")},
        "time": {"created_at": "created_at", "customer_at": "customer_at"},
        "columns": {"exclude": ["worked_by_sales", "amount"]}, "candidates": {"methods": ["cautious", "evidence"]},
    }  # fmt: skip
    return monthly.read_rows(settings({**values, **more}))


def reviewed(place: Path, **more: Any) -> Review:
    return monthly.review(rows_of(place, **more))


def test_feedback_of_sales_on_the_lines(place: Path) -> None:
    lines = (place / "leads.csv").read_text().splitlines()
    head = lines[0].split(",")
    key, role = head.index("lead_id"), head.index("role")
    rows = [line.split(",") for line in lines[1:]]
    assistants = [row[key] for row in rows if row[role] == "Assistant"][:9]
    rest = [row[key] for row in rows if row[role] == "Manager"][:3]
    said = [*(f"{lead};étudiant" for lead in assistants), *(f"{lead};budget" for lead in rest), "nobody;hors cible"]
    (place / "refus.csv").write_text("\n".join(["Lead_ID;Motif du refus", *said]), encoding="utf-8")
    read = rows_of(place)
    grid = calibrate_prepared(prepare(read.tally, allowed=read.allowed), Plan("cautious", "cautious"))
    found = read_feedback(read.history, read.tally, grid, str(place / "refus.csv"))
    assert (found.read, found.found) == (13, 12)
    assert found.reasons == (("étudiant", 9), ("budget", 3), ("hors cible", 1))
    line = next(each for each in found.lines if each.level.name == "Assistant")
    assert line.rejected == 9 and line.share == 0.75 and line.reasons == (("étudiant", 9),) and line.more
    sums = {each.criterion: 0 for each in found.lines}
    for each in found.lines:
        sums[each.criterion] += each.rejected
    assert set(sums.values()) == {12}
    (place / "wrong.csv").write_text("who,reason\n1,x\n")
    with pytest.raises(InputError, match="no column like the lead id"):
        read_feedback(read.history, read.tally, grid, str(place / "wrong.csv"))


def test_the_review_carries_it_all(place: Path) -> None:
    refused = {"file": str(place / "refus.csv")}
    (place / "refus.csv").write_text("lead_id,reason\nnobody,x\n", encoding="utf-8")
    asked = {"cost_of_call": 209, "value_of_customer": 210, "fit_minimum": 1, "minutes_per_call": 12}
    found = reviewed(place, thresholds=asked, report={"segments": ["role"]}, feedback=refused)
    feedback, swap, policy = found.handover.feedback, found.changes.swap, found.handover.policy
    assert feedback is not None and (feedback.read, feedback.found) == (1, 0)
    assert "break_even_out_of_reach" in [key for key, _ in found.warnings]
    assert swap is not None and {swap.old, swap.new} == {
        "cautious",
        "evidence",
    }
    assert [table.by for table in found.changes.sides[0].tables] == [None, "role"]
    assert found.handover.demands[0].minimum == 1 and found.handover.minutes_per_call == 12
    assert policy is not None and (policy.kind, policy.value) == (
        "money",
        209 / 210,
    )
    text = chosen_by(found, load("en"))
    assert "a call costs 209, a customer is worth 210" in text and "99.5% on (break-even)" in text
    handed, only = handed_over(found, found.candidates[0]), found.handover.demands[0].met
    assert handed is not None and (handed["leads"], handed["customers"]) == (only.leads, only.customers)
    for each in found.candidates:  # the slider and the table count the minimum too
        limits, shown = each.grid.thresholds, steps(found, each)
        assert limits is not None
        (met,) = (d.met for d in demand(found.tally, each.grid, months=20.0) if d.stage == "marketing_qualified")
        met_by = (0, 0)
        if not shown.empty:
            step = shown.iloc[place_of(shown, limits.marketing_qualified)]
            met_by = step["leads"], step["customers"]
        assert met.leads == met_by[0]  # customers are those that leads the points have not seen let expect
        assert met_by[1] <= met_by[0]
    assert len(found.handover.kpis) == len(found.tally.cohorts) and found.changes.lines
    with pytest.raises(SettingsError, match="--cost-of-call and --value-of-customer"):
        reviewed(place, thresholds={"cost_of_call": 20})
    with pytest.raises(SettingsError, match="chosen in one way"):
        reviewed(place, thresholds={"capacity": 20, "close_rate": 0.2})


def test_a_pin_on_an_unknown_answer_is_refused(place: Path) -> None:
    pin = {"criterion": "role", "level": "Managr", "points": 5}
    with pytest.raises(SettingsError, match=r"no level of role named 'Managr'.* Did you mean 'Manager'"):
        reviewed(place, pin=[pin])


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
        case = segments._Case(later, (), ((was, was & False),), 0.2)
        (found,) = segments._table(case, None, named, place)
        assert found.segments[0].caught == (8, 0) and found.segments[0].harm == harm


def test_an_interval_within_a_segment_by_pencil() -> None:
    drawn = np.array([[[0.7, 0.7, 0.7, 0.7]], [[0.6, 0.7, 0.8, 0.9]], [[-3.0, 0.0, 3.0, 0.0]]])
    value = np.array([[0.7], [0.75], [0.72]])
    found = segments._differences(Resampled(("old", "new", "wild"), ("auc",), value, drawn, sample=25), 1, 0.01)
    # differences -0.1, 0, 0.1, 0.2: s.e. sqrt(0.0125); Student's t with 24 degrees, 0.5 % on each side: 2.797
    width = 2.796939 * 0.0125**0.5
    assert found["auc"].value == pytest.approx(0.05)
    assert (found["auc"].low, found["auc"].high) == pytest.approx((0.05 - width, 0.05 + width), abs=1e-6)
    wild = segments._differences(Resampled(("old", "new", "wild"), ("auc",), value, drawn, sample=25), 2, 0.01)["auc"]
    assert (wild.low, wild.high) == (-1.0, 1.0)  # two AUCs cannot differ by more
