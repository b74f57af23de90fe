"""What constraints cost: the same method without one of them, judged on the same later leads.

These grids are no candidates. They stand in a comparison of their own, so that the verdict on the candidates and the
correction of its intervals do not know of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..counts.rates import MIN_LEADS
from ..counts.tally import Tally
from ..points.plan import Plan
from ..weights.constraints import Constraints, direction_of
from .backtest import Backtest, Fold, replay, same_leads
from .bootstrap import resample
from .comparison import differences
from .metrics import Estimate

MOST = 16
"""Constraints that are judged one by one; each is a replay of its own."""
SHOWN = ("auc", "log_loss")

Fact = str | int | float


@dataclass(frozen=True)
class Cost:
    """What one constraint costs: the metrics `without` it, and with it minus without it, paired on the same leads.

    `key` and `facts` say which constraint, in the words of the language files. The intervals of `difference` hold for
    all constraints of a method at once. An AUC difference below 0 is what the constraint costs.
    """

    key: str
    facts: Mapping[str, Fact]
    without: Mapping[str, Estimate]
    difference: Mapping[str, Estimate]


@dataclass(frozen=True)
class Costs:
    """What the constraints on one candidate cost; `left_out` were too many to be judged one by one."""

    candidate: str
    each: tuple[Cost, ...]
    left_out: int = 0


def judge_constraints(
    plan: Plan,
    backtest: Backtest,
    tally: Tally,
    folds: Sequence[Fold],
    *,
    capacity: float,
    allowed: Collection[str] | None = None,
    min_leads: int = MIN_LEADS,
    most: int = MOST,
) -> Costs | None:
    """Replay the plan without each of its constraints on the folds of its backtest; None where it has none."""
    every = list(relaxed(plan.constraints, [criterion.name for criterion in tally.criteria]))
    single = _first(every, most)
    if not single or not len(backtest.later.row):
        return None
    plans = [
        replace(plan, name=f"without {i}", constraints=constraints) for i, (_, _, constraints) in enumerate(single)
    ]
    freed = replay(tally, plans, folds, allowed=allowed, min_leads=min_leads)
    later = same_leads([backtest, *freed])
    if not 0 < later.customers.sum() < later.leads.sum():
        return None
    candidates = [(run.name, run.score, run.rate) for run in (backtest, *freed)]
    replicates = resample(later, candidates, capacity=capacity, metrics=SHOWN)
    run = (
        Cost(key, facts, replicates.estimates(i), {name: -gap for name, gap in differences(replicates, i, 0).items()})
        for i, (key, facts, _) in enumerate(single, 1)
    )
    return Costs(plan.name, tuple(run), len(every) - len(single))


def relaxed(constraints: Constraints, names: Sequence[str]) -> Iterator[tuple[str, dict[str, Fact], Constraints]]:
    """Each constraint, as a key with facts, and the constraints that are left without it; `names` are the criteria.

    Several pins are also left out together, and in the end everything.

    >>> from calibrate.grid.grid import Pin
    >>> two = Constraints(pins=(Pin("demo", "yes", 25, "sales"), Pin("role", "student", -9)), cap=30)
    >>> [(key, len(rest.pins), rest.cap) for key, _, rest in relaxed(two, ["demo", "role"])]
    [('pin_by', 1, 30), ('pin', 1, 30), ('pins', 0, 30), ('cap', 2, None), ('all', 0, None)]
    """
    singles = [*_pins(constraints), *_bounds(constraints), *_lists(constraints, names)]
    yield from singles
    single = [key for key, _, _ in singles if key != "pins"]
    if len(single) > 1 and singles[-1][0] != "pins":
        yield "all", {"count": len(single)}, Constraints()


Relaxed = tuple[str, dict[str, Fact], Constraints]
LISTED = {"pin", "pin_by", "cap_criterion", "never_negative", "never_positive", "ordered"}
"""Constraints of which there may be many."""


def _first(every: Sequence[Relaxed], most: int) -> list[Relaxed]:
    """As many as may be judged one by one, in their order; those of which there may be many wait for the others."""
    many = [i for i, (key, _, _) in enumerate(every) if key in LISTED]
    out = set(many[max(most - (len(every) - len(many)), 0) :])
    return [entry for i, entry in enumerate(every) if i not in out]


def _pins(c: Constraints) -> Iterator[Relaxed]:
    for i, pin in enumerate(c.pins):
        facts: dict[str, Fact] = {"criterion": pin.criterion, "level": pin.level, "points": pin.points, "who": pin.who}
        yield "pin_by" if pin.who else "pin", facts, replace(c, pins=(*c.pins[:i], *c.pins[i + 1 :]))
    if len(c.pins) > 1:
        yield "pins", {"count": len(c.pins)}, replace(c, pins=())


def _bounds(c: Constraints) -> Iterator[Relaxed]:
    if c.cap is not None:
        yield "cap", {"points": c.cap}, replace(c, cap=None)
    for axis, points in c.cap_axis.items():
        remaining = {name: most for name, most in c.cap_axis.items() if name != axis}
        yield f"cap_{axis}", {"points": points}, replace(c, cap_axis=remaining)
    if c.largest_share is not None:
        yield "largest_share", {"share": c.largest_share}, replace(c, largest_share=None)
    if c.max_lines is not None:
        yield "max_lines", {"most": c.max_lines}, replace(c, max_lines=None)
    if c.max_criteria is not None:
        yield "max_criteria", {"most": c.max_criteria}, replace(c, max_criteria=None)
    if c.need_negative:
        yield "need_negative", {}, replace(c, need_negative=False)


def _lists(c: Constraints, names: Sequence[str]) -> Iterator[Relaxed]:
    for criterion, points in c.cap_criterion.items():
        remaining = {name: most for name, most in c.cap_criterion.items() if name != criterion}
        yield "cap_criterion", {"criterion": criterion, "points": points}, replace(c, cap_criterion=remaining)
    for i, name in enumerate(c.never_negative):
        less = (*c.never_negative[:i], *c.never_negative[i + 1 :])
        yield "never_negative", {"name": name}, replace(c, never_negative=less)
    for i, name in enumerate(c.never_positive):
        less = (*c.never_positive[:i], *c.never_positive[i + 1 :])
        yield "never_positive", {"name": name}, replace(c, never_positive=less)
    for i, name in enumerate(c.ordered):
        less = (*c.ordered[:i], *c.ordered[i + 1 :])
        yield "ordered", {"criterion": direction_of(name, names)[0]}, replace(c, ordered=less)
