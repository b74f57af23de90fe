"""What constraints cost: worked by pencil on a history whose every month is the same."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from calibrate.counts.tally import tally_of
from calibrate.evaluation import constraint_costs as module
from calibrate.evaluation.backtest import folds, replay
from calibrate.evaluation.comparison import compare
from calibrate.evaluation.constraint_costs import Costs, judge_constraints, relaxed
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Pin
from calibrate.points.plan import Plan, calibrate_prepared, prepare
from calibrate.weights import METHODS
from calibrate.weights.constraints import Constraints

ENDS = (Level("missing", "missing"), Level("other", "other"))


def yes_no(name: str) -> Criterion:
    levels = (Level("yes", values=("yes",)), Level("no", values=("no",)), *ENDS)
    return Criterion(name, name, "text", "engagement", levels, reference="no")


DEMO, COIN = yes_no("demo"), yes_no("coin")
MONTHS = tuple(f"2025-{month:02}" for month in range(1, 9))
# Each month 40 leads ask for a demo and 24 of them buy; of 160 others 6 buy. A coin that says nothing is tossed evenly.
DEMOS = np.repeat([0, 0, 1, 1], [24, 16, 6, 154])
BOUGHT = np.repeat([1, 0, 1, 0], [24, 16, 6, 154])
TOSSED = np.arange(200) % 2
CODES = np.tile(np.array([DEMOS, TOSSED], np.uint8), len(MONTHS))
TALLY = tally_of((DEMO, COIN), CODES, np.tile(BOUGHT, len(MONTHS)), np.repeat(np.arange(len(MONTHS)), 200), MONTHS)
RANKED = (24 * 154 + 0.5 * (24 * 16 + 6 * 154)) / (30 * 170)  # customers above others, ties half: 0.8529


def judged(method: str = "lift", most: int = 16, **demands: object) -> Costs | None:
    plan = Plan(method, method, constraints=Constraints(**demands))  # type: ignore[arg-type]
    steps = folds(TALLY)
    told = replay(TALLY, [plan], steps)
    return judge_constraints(plan, told[0], TALLY, steps, capacity=0.2, most=most)


def test_a_pin_at_the_method_s_own_points_costs_nothing() -> None:
    own = calibrate_prepared(prepare(TALLY), Plan("lift", "lift")).points[0][0]
    assert own == round(0.6 / 0.15)  # 24 of 40 against 30 of 200
    found = judged("lift", pins=(Pin("demo", "yes", own),))
    assert found is not None
    for gap in found.each[0].difference.values():
        assert (gap.value, gap.low, gap.high) == (0, 0, 0)


def test_a_strong_line_pinned_to_nothing_costs_what_it_ranked() -> None:
    found = judged(pins=(Pin("demo", "yes", 0, "sales"),))
    assert found is not None and found.candidate == "lift"
    (cost,) = found.each
    assert cost.key == "pin_by" and cost.facts["who"] == "sales"
    gap, without = cost.difference["auc"], cost.without["auc"]
    assert without.value == pytest.approx(RANKED) and gap.value == pytest.approx(0.5 - RANKED)
    assert gap.low < gap.value < gap.high < 0
    loss = cost.difference["log_loss"]
    flat = -(0.15 * np.log(0.15) + 0.85 * np.log(0.85))
    assert 0 < loss.low < loss.value < flat  # a worse promise: more log-loss, at most all of it
    assert loss.value == pytest.approx(flat - cost.without["log_loss"].value, abs=1e-3)


def test_pins_are_judged_alone_and_together() -> None:
    found = judged(pins=(Pin("demo", "yes", 0), Pin("coin", "yes", 0)), cap=50)
    assert found is not None
    alone, coin, pins, cap, every = found.each
    assert [each.key for each in found.each] == ["pin", "pin", "pins", "cap", "all"]
    assert coin.difference["auc"].value == cap.difference["auc"].value == 0
    assert pins.difference["auc"].value == alone.difference["auc"].value == every.difference["auc"].value < -0.3
    assert pins.facts == {"count": 2} and every.facts == {"count": 3}


def test_a_line_that_says_nothing_may_only_cost() -> None:
    found = judged("evidence", pins=(Pin("coin", "yes", 30),))
    assert found is not None and found.each[0].difference["auc"].high < 0


def test_where_nothing_is_demanded_nothing_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "replay", lambda *_, **__: pytest.fail("replayed"))
    assert judged() is None


def test_the_verdict_knows_nothing_of_them() -> None:
    plans = [Plan(name, name, constraints=Constraints(pins=(Pin("demo", "yes", 0),))) for name in ("lift", "evidence")]
    steps = folds(TALLY)
    told = replay(TALLY, plans, steps)
    before = compare(told, baseline="lift")
    judge_constraints(plans[0], told[0], TALLY, steps, capacity=0.2)
    after = compare(told, baseline="lift")
    assert after.verdict == before.verdict and [each.name for each in after.judged] == ["lift", "evidence"]
    assert [each.difference for each in after.judged] == [each.difference for each in before.judged]


EVERY = Constraints(
    pins=(Pin("demo", "yes", 9, "Ana"), Pin("coin", "yes", -1)), cap=30, max_lines=9, cap_criterion={"demo": 20},
    cap_axis={"fit": 40, "engagement": 40}, largest_share=0.5, never_negative=("demo", "coin=other"),
    never_positive=("coin=no",), ordered=("demo rising",), need_negative=True, max_criteria=2,
)  # fmt: skip


def test_each_constraint_is_left_out_once_and_alone() -> None:
    found = list(relaxed(EVERY, ["demo", "coin"]))
    changed = [
        [part.name for part in fields(Constraints) if getattr(rest, part.name) != getattr(EVERY, part.name)]
        for _, _, rest in found[:-1]
    ]
    assert all(len(names) == 1 for names in changed)
    assert {name for names in changed for name in names} == {part.name for part in fields(Constraints)}
    assert [key for key, _, _ in found if key not in ("pins", "all")] == [
        "pin_by", "pin", "cap", "cap_fit", "cap_engagement", "largest_share", "max_lines", "max_criteria",
        "need_negative", "cap_criterion", "never_negative", "never_negative", "never_positive", "ordered",
    ]  # fmt: skip
    assert found[-1] == ("all", {"count": 14}, Constraints())
    assert [rest.pins for _, _, rest in found[:3]] == [EVERY.pins[1:], EVERY.pins[:1], ()]
    names = [rest.never_negative for key, _, rest in found if key == "never_negative"]
    assert names == [("coin=other",), ("demo",)]
    assert {key: facts for key, facts, _ in found}["ordered"] == {"criterion": "demo"}
    assert next(rest for key, _, rest in found if key == "cap_fit").cap_axis == {"engagement": 40}
    assert list(relaxed(Constraints(pins=EVERY.pins), []))[-1][0] == "pins"  # all there is: not said twice


def test_of_many_pins_the_first_are_judged_one_by_one() -> None:
    names = [f"level {i}" for i in range(6)]
    wide = replace(COIN, levels=(*(Level(name, values=(name,)) for name in names), *ENDS), reference=None)
    pins = tuple(Pin("coin", name, i) for i, name in enumerate(names))
    tally = tally_of((DEMO, wide), CODES, np.tile(BOUGHT, len(MONTHS)), np.repeat(np.arange(len(MONTHS)), 200), MONTHS)
    plan, steps = Plan("lift", "lift", constraints=Constraints(pins=pins, cap=99)), folds(tally)
    told = replay(tally, [plan], steps)
    found = judge_constraints(plan, told[0], tally, steps, capacity=0.2, most=5)
    assert found is not None and found.left_out == 4
    assert [each.key for each in found.each] == ["pin", "pin", "pins", "cap", "all"]
    assert [each.facts.get("level") for each in found.each[:2]] == names[:2]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_can_do_without(method: str) -> None:
    found = judged(method, pins=(Pin("demo", "yes", 0),), max_lines=1)
    assert found is not None
    assert found.each[0].difference["auc"].value == pytest.approx(0.5 - RANKED)
