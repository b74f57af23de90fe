"""`sparse`: the best whole points on few lines, chosen together to make the counted leads most likely.

    min over whole points in [-cap, cap] on at most N lines of
    min over a >= 0, b of  sum of  m log(1 + exp(a s + b)) - k (a s + b)

with m leads and k customers per profile row and s its score: scale a and intercept b are free, so that only the
ratio of the points counts. The search runs on a sample of the rows where there are many, and ends on all of them.

Customers are counted half as they were and half as the joint fit of all levels expects them (`aimed`): lines chosen by
the counts alone fit their noise too, and the joint fit is shrunk. Answers of one question may be one line, in the
order of their joint weights.

Sources: Ustun and Rudin, "Learning optimized risk scores" (JMLR 2019, arXiv 1610.00168); Liu et al., "FasterRisk: fast
and accurate interpretable risk scores" (NeurIPS 2022, arXiv 2210.05846); Piironen, Paasiniemi and Vehtari, "Projective
inference in high-dimensional problems" (2020), for few lines that stand for a shrunk fit of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, islice, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.rates import Z95, RateTable
from ..counts.tally import Tally, scores_of
from ..grid.criteria import Criterion, offsets
from ..grid.notes import note
from .base import Weights, no_weights, normal_share, zero_levels
from .constraints import Constraints, Limits, resolve
from .logistic import roughly
from .profile_algebra import Rows, predict, rows_of
from .search.beam import Width
from .search.bound import Bound, bound_of
from .search.find import Effort, refined, search
from .search.fits import counted, fit_scores
from .search.level_descent import settled
from .search.levels import Levels
from .search.lines import Budget
from .search.rounding import Card, card
from .search.views import Source, TableView, source_of
from .search.wide import wide_search
from .separation import chance, highest
from .sketch import quick_card
from .sparse_lines import CAP, Offer, joined, joined_places, offered, orders, placed, point_bounds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

MOST_LINES = 30
"""Lines at most where no number is asked for: the longest size of the frontier, which judges the shorter ones."""
GROWN = 12
"""Lines up to which the beam grows the whole set; of longer ones it grows the first, and the climb adds the others."""
HALF = 0.5
"""Share of the counted customers in what the search aims at; the others are those that the joint fit expects."""
SEARCH_ROWS = 30_000
"""Rows that the search runs on; beyond them it ends with a climb on all rows."""
FINALISTS = 6
"""Cards on different lines that are judged on all rows."""
MANY = 1000
"""Lines where only the number of criteria is limited."""
WIDE = 30
"""Beyond so many lines, criteria are chosen as a whole and their levels get points one by one."""
WORTH = 4.0
"""Where no number of lines is asked for, a line more must lower the loss by this: about what the best of a hundred
lines that mean nothing would (twice that is chi-square's 0.5 % point on one degree of freedom). Of customers that are
half expected, whose noise is half as large, such lines gain a quarter of it."""
CLEAR = 0.95
"""Share of resamples in which points against the level's own close rate must keep their sign."""
TRIES = 4
LONG_ROWS = 10_000
"""Rows that the search for more than `GROWN` lines runs on: with so many lines each row is nearly a cell of its own."""
LONG = Effort(Width(1, 4, 4, 0, 2), 8, 1)
NO_LIMITS = Constraints()


def sparse_weights(tally: Tally, rates: RateTable, constraints: Constraints, joint: Weights | None = None) -> Weights:
    """Whole points on at most `max_lines` lines (30 if none is asked for) within the cap (10 if none is asked for).

    ``values * scale`` are the points; the criteria returned are coarser where answers of one question have the same
    points (ordered ones only side by side). Intervals come from the curvature at the points: they hold for the lines
    chosen, not for the choice. `joint` is the joint fit of the same levels, where it is there already.
    """
    return alternatives(tally, rates, constraints, most=1, joint=joint)[0]


def sketched(tally: Tally, rates: RateTable, constraints: Constraints, joint: Weights | None = None) -> Weights:
    """The same by a quick search (`quick_card`): several times as fast, one card; for resamples."""
    return alternatives(tally, rates, constraints, most=1, quick=True, joint=joint)[0]


def aimed(rows: Rows, joint: Weights) -> Rows:
    """The rows with customers as a search for few lines should see them: half counted, half expected by a joint fit."""
    rate = special.expit(predict(rows, joint.values) + joint.intercept)
    return replace(rows, customers=HALF * rows.customers + (1 - HALF) * rows.leads * rate)


def alternatives(
    tally: Tally,
    rates: RateTable,
    constraints: Constraints,
    *,
    most: int = 10,
    quick: bool = False,
    joint: Weights | None = None,
) -> tuple[Weights, ...]:
    """The best grid and others that tell other answers apart, with a loss within 1 % of it, best first.

    Where no number of lines is asked for, each line counts as `WORTH` in the loss.
    A sales team may prefer one of them. Of grids that tell the same answers apart, the one with the fewest levels on
    which it differs from the best grid stands for all.
    """
    case = _Case(tally, rates, resolve(constraints, tally.criteria), zero_levels(tally, rates), joint)
    limits, thin = case.limits, case.thin
    answers = _solved(case, constraints, quick, single=most == 1)
    if not answers:
        return (no_weights("sparse", tally, (*limits.notes, note("nothing_worth")), thin),)
    alike: dict[bytes, list[_Answer]] = {}
    for answer in answers:
        alike.setdefault(_told_apart(tally, answer), []).append(answer)
    nearest = [min(group, key=lambda one: int((one.points != answers[0].points).sum())) for group in alike.values()]
    return tuple(_weights(tally, answer, limits, thin) for answer in nearest[:most])


def room_left(
    tally: Tally,
    rates: RateTable,
    constraints: Constraints,
    criteria: Sequence[Criterion],
    points: NDArray[np.number],
    *,
    fits: int = 50,
) -> Bound:
    """How far any grid of that size could still improve: a lower bound on its loss beside the loss of the grid at hand.

    Both are on a sample of the rows where there are many; `criteria` may be coarser than the tally's. It stops after so
    many `fits`, not after a time.
    """
    limits, thin = resolve(constraints, tally.criteria), zero_levels(tally, rates)
    rows = rows_of(tally, SEARCH_ROWS)
    offer = offered(tally.criteria, rates, limits, thin)  # what lines are offered does not matter: see `bound_of`
    scores = predict(rows, np.asarray(points, np.float64)[placed(criteria, tally.criteria)])
    fit = fit_scores(scores[None], rows.leads, rows.customers)
    budget = _budget(constraints, len(tally.criteria))
    return bound_of(offer.on(rows), min(budget.lines, budget.criteria), float(fit.loss[0]), fits)


@dataclass(frozen=True)
class _Case:
    """What every search on some leads looks at."""

    tally: Tally
    rates: RateTable
    limits: Limits
    thin: Mask
    given: Weights | None

    @cached_property
    def joint(self) -> Weights:
        """The joint fit of all levels."""
        return roughly(self.tally, self.rates, NO_LIMITS) if self.given is None else self.given


@dataclass(frozen=True)
class _Answer:
    """A card with what it means on the levels of the tally: points, spread of the weights (points times scale).

    `by_line` has the points of its lines, each by the levels that it gives them to.
    """

    points: Ints
    spread: Floats
    scale: float
    intercept: float
    by_line: dict[bytes, int] = field(default_factory=dict)

    @property
    def lines(self) -> NDArray[np.intp]:
        """The line of each level: within a criterion, answers of the same points are one."""
        return np.zeros(len(self.points), np.intp)


def _told_apart(tally: Tally, answer: _Answer) -> bytes:
    """Which levels with leads have the same points within their criterion."""
    occupied = tally.by_level[:, 0] > 0
    groups = [
        np.unique(answer.points[a:b][occupied[a:b]], return_inverse=True)[1]
        for a, b in pairwise(offsets(tally.criteria))
    ]
    return np.concatenate(groups).tobytes()


def _budget(constraints: Constraints, criteria: int) -> Budget:
    most = constraints.max_criteria
    if constraints.max_lines is not None:
        return Budget(constraints.max_lines, most or criteria)
    return Budget(MOST_LINES if most is None else MANY, most or criteria, WORTH)


def _solved(case: _Case, constraints: Constraints, quick: bool, *, single: bool) -> list[_Answer]:
    """Cards that keep to the number of lines, and turn against a close rate only on clear evidence; best first.

    What does not is searched again: without such points, with a line less; a `quick` search goes on from what is left.
    """
    tally, rates = case.tally, case.rates
    if not 0 < rates.overall.customers < rates.overall.leads or not tally.rows or not tally.criteria:
        return []
    if constraints.max_lines is None and constraints.max_criteria is None and not rates.distinct.any():
        return []  # among so many levels the best would look as good by chance
    limit = budget = _budget(constraints, len(tally.criteria))

    def sound(answer: _Answer) -> bool:
        return _lines(tally, answer, case.limits) <= limit.lines and not _unclear(tally, answer, case.limits).any()

    answers: Iterator[_Answer] = iter(())
    first: _Answer | None = None
    for _ in range(TRIES):
        answers = (
            _by_level(case, budget)
            if budget.lines > WIDE
            else (_quickly(case, budget, first) if quick else _by_line(case, budget))
        )
        first = next(answers, None)
        if first is None:
            return []
        limits = case.limits
        unclear, excess = _unclear(tally, first, limits), _lines(tally, first, limits) - limit.lines
        if excess <= 0 and not unclear.any():
            answers = chain((first,), answers)
            break
        limits = replace(
            limits,
            floor=np.where(unclear & (first.points < 0), 0.0, limits.floor),
            ceiling=np.where(unclear & (first.points > 0), 0.0, limits.ceiling),
        )
        case = replace(case, limits=limits, given=case.joint)
        budget = replace(budget, lines=budget.lines - max(excess, 0))
    good = filter(sound, answers)
    return list(islice(good, 1)) if single else list(good)


def _by_line(case: _Case, budget: Budget) -> Iterator[_Answer]:
    """The search for few lines, on a sample of the rows; where that is not all, a climb on all from its best cards."""
    tally, joint = case.tally, case.joint
    offer = offered(tally.criteria, case.rates, case.limits, case.thin, joint.values)
    if not len(offer.lowest):
        return
    budget = replace(budget, worth=budget.worth * HALF**2)
    few = budget.lines <= GROWN
    rows = rows_of(tally, SEARCH_ROWS if few else LONG_ROWS)
    pool = search(offer.on(aimed(rows, joint)), budget, None if few else LONG).pool
    if rows.leads is not tally.leads and pool:
        full = aimed(rows_of(tally), joint)
        pool = (
            _settled(offer, full, budget, pool)
            if few
            else tuple(_fitted(offer, full, candidate) for candidate in pool[:1])
        )
    source = source_of(offer.on(rows if tally.exact else rows_of(tally)))
    yield from (_answer(tally, offer, source, candidate) for candidate in pool if candidate.scale > 0)


def _quickly(case: _Case, budget: Budget, before: _Answer | None) -> Iterator[_Answer]:
    """The card of a quick search; it begins with what is left of an answer `before`."""
    tally, joint = case.tally, case.joint
    offer = offered(tally.criteria, case.rates, case.limits, case.thin, joint.values)
    if not len(offer.lowest):
        return
    budget = replace(budget, worth=budget.worth * HALF**2)
    rows = rows_of(tally, SEARCH_ROWS)
    first = None if before is None else _remaining(offer, before)
    target = aimed(rows, joint)
    candidate = quick_card(offer.on(target), target, budget, (joint.values, joint.intercept), first)
    if candidate is None or candidate.scale <= 0:
        return
    if rows.leads is not tally.leads:
        candidate = _fitted(offer, aimed(rows_of(tally), joint), candidate)
    yield _answer(tally, offer, source_of(offer.on(rows if tally.exact else rows_of(tally))), candidate)


def _remaining(offer: Offer, before: _Answer) -> Card | None:
    """What is left of an answer on lines that may still have its points; None where nothing is."""
    place = {gives.tobytes(): line for line, gives in enumerate(offer.gives)}
    points = np.zeros(len(offer.lowest), np.int64)
    for gives, worth in before.by_line.items():
        line = place.get(gives, -1)
        if line >= 0 and offer.lowest[line] <= worth <= offer.highest[line]:
            points[line] = worth
    pinned = (offer.lowest == offer.highest) & (offer.lowest != 0)
    points[pinned] = offer.lowest[pinned]
    return Card(points, before.scale, before.intercept, np.inf) if points.any() else None


def _settled(offer: Offer, rows: Rows, budget: Budget, pool: Sequence[Card]) -> tuple[Card, ...]:
    """The cards after a climb on all rows from the best of them that rest on other lines."""
    by_support: dict[bytes, Card] = {}
    for candidate in pool:
        by_support.setdefault((candidate.points != 0).tobytes(), candidate)
    return refined(offer.on(rows), budget, list(by_support.values())[:FINALISTS]).pool


def _fitted(offer: Offer, rows: Rows, at: Card) -> Card:
    """A card with its scale and intercept on all rows."""
    scores = predict(rows, (at.points @ offer.gives.astype(np.int64)).astype(np.float64))
    counts = counted(np.rint(scores[None]).astype(np.int64), rows.leads, rows.customers)
    return card(at.points, fit_scores(*counts), 0)


def _by_level(case: _Case, budget: Budget) -> Iterator[_Answer]:
    """The search for points on every level of some criteria, with the same end on all rows."""
    tally, rates, limits, thin = case.tally, case.rates, case.limits, case.thin
    rows = rows_of(tally, SEARCH_ROWS)
    floor, ceiling = point_bounds(tally.criteria, rates, limits, thin)
    if not (floor < ceiling).any():
        return
    demands = orders(tally.criteria, rates, limits, thin)
    levels = Levels(
        rows.codes,
        rows.sizes,
        rows.leads,
        rows.customers,
        floor,
        ceiling,
        demands,
        budget.lines,
        budget.criteria,
        budget.worth,
    )
    card, variance = wide_search(levels)
    if rows.leads is not tally.leads:
        card = settled(replace(levels, codes=tally.codes, leads=tally.leads, customers=tally.customers), card)
    if card.scale <= 0:
        return
    spread = np.sqrt(variance * (1.0 if tally.exact else _thinning(tally, card)))
    yield _Answer(card.points, spread, card.scale, card.intercept)


def _thinning(tally: Tally, card: Card) -> float:
    """How many times larger the variance of a sum of residuals is for leads having been thinned and weighted."""
    share = special.expit(card.scale * scores_of(tally, card.points) + card.intercept)
    noise = tally.customers * (1 - share) ** 2 + (tally.leads - tally.customers) * share**2
    return float((tally.leads / np.maximum(tally.counted, 1)) @ noise / noise.sum())


def _answer(tally: Tally, offer: Offer, source: Source, card: Card) -> _Answer:
    """A card on the levels, with standard errors of the weights at its points; those on pins are 0.

    ``(D W D')^-1`` with D the lines in use and W the curvature; Huber's sandwich where leads were thinned.
    """
    used = tuple(int(j) for j in np.flatnonzero((card.points != 0) & ~source.lines.pinned))
    view = source.view(used)
    first = len(view.design) - len(used)
    scores = card.points[list(used)] @ view.design[first:] + (view.design[1] if source.pinned else 0.0)
    share = special.expit(card.scale * scores + card.intercept)
    curve = (view.design * (view.leads * share * (1 - share))) @ view.design.T
    covariance = np.linalg.inv(curve + np.diag(1e-9 + 1e-9 * curve.diagonal()))
    if not tally.exact:
        assert isinstance(view, TableView)
        stands = tally.leads / np.maximum(tally.counted, 1)
        bought = np.bincount(view.place, stands * tally.customers, len(share))
        lost = np.bincount(view.place, stands * (tally.leads - tally.customers), len(share))
        noise = (view.design * (bought * (1 - share) ** 2 + lost * share**2)) @ view.design.T
        covariance = covariance @ noise @ covariance
    gives = offer.gives[list(used)].T.astype(np.float64)
    variance = np.einsum("lj,jk,lk->l", gives, covariance[first:, first:], gives)
    points = card.points @ offer.gives.astype(np.int64)
    by_line = {offer.gives[line].tobytes(): int(card.points[line]) for line in np.flatnonzero(card.points)}
    return _Answer(points, np.sqrt(np.maximum(variance, 0)), card.scale, card.intercept, by_line)


def _lines(tally: Tally, answer: _Answer, limits: Limits) -> int:
    """Lines of the grid: levels with points once those side by side are one."""
    place = joined_places(tally.criteria, answer.points, limits.pinned, answer.lines)
    return len(np.unique(place[answer.points != 0]))


def _unclear(tally: Tally, answer: _Answer, limits: Limits) -> Mask:
    """Levels whose points stand against the close rate of their joined level, without clear evidence: (levels,)."""
    place = joined_places(tally.criteria, answer.points, limits.pinned, answer.lines)
    size = int(place.max(initial=-1)) + 1
    leads, customers = (np.bincount(place, tally.by_level[:, i], size)[place] for i in (0, 1))
    all_leads, all_customers = tally.overall
    against = answer.points * (customers * all_leads - all_customers * leads) < 0
    share = normal_share(np.asarray(answer.points * answer.scale, np.float64), answer.spread)
    unclear: Mask = against & (share < CLEAR) & ~limits.pinned
    return unclear


def _weights(tally: Tally, answer: _Answer, limits: Limits, thin: Mask) -> Weights:
    """An answer as weights on joined levels."""
    criteria = joined(tally.criteria, answer.points, limits.pinned, answer.lines)
    place = joined_places(tally.criteria, answer.points, limits.pinned, answer.lines)
    size = int(offsets(criteria)[-1])
    values, spread, empty = np.zeros(size), np.zeros(size), np.zeros(size, bool)
    values[place] = answer.points * answer.scale
    spread[place] = np.where(answer.points != 0, answer.spread, 0.0)
    empty[place] = thin
    low, high, sign_kept = values - Z95 * spread, values + Z95 * spread, normal_share(values, spread)
    lost = np.bincount(place, tally.by_level[:, 1], size) == 0
    for level in np.flatnonzero(lost & (values < 0) & (spread > 0)):
        low[level], high[level], sign_kept[level] = _without_customers(tally, answer, limits, place == level)
    return Weights(
        method="sparse",
        criteria=criteria,
        values=values,
        low=low,
        high=high,
        sign_kept=sign_kept,
        unit="log-odds",
        intercept=answer.intercept,
        scale=1 / answer.scale if answer.scale > 0 else None,
        thin=empty,
        notes=limits.notes,
    )


def _without_customers(tally: Tally, answer: _Answer, limits: Limits, mine: Mask) -> tuple[float, float, float]:
    """Interval of the weight of levels that no customer has, and how surely it is below 0.

    Their likelihood has no peak, so its curvature tells nothing: the interval goes from the lowest points allowed to
    the weight above which no customer would be too strange (`unanimous.highest`), the other weights as they are. The
    sign stays unless leads of weight 0 could well have had no customer either.
    """
    at = int(np.flatnonzero(mine)[0])
    criterion = int(np.searchsorted(offsets(tally.criteria), at, side="right")) - 1
    start, end = offsets(tally.criteria)[criterion : criterion + 2]
    rows = tally.rows_where(mine[start:end][tally.codes[criterion]], np.ones(tally.rows))
    value = float(answer.points[at] * answer.scale)
    remaining, leads = scores_of(rows, answer.points) * answer.scale + answer.intercept - value, rows.leads
    floor = limits.floor[mine]
    lowest = float(np.where(np.isfinite(floor), floor, -CAP).min()) * answer.scale
    return min(lowest, value), max(highest(remaining, leads), value), 1 - chance(remaining, leads)
