"""The design effect: how many times larger a variance is where leads of one group share their fate.

Leads i and j of one group have outcomes whose covariance is c v, with v = P (1 - P) and P the close rate of all leads.
A weighted sum of outcomes then has the variance ``v (sum w_i^2 + sum_g c_g sum_{i != j in g} w_i w_j)``: all that is
needed are sums, over groups, of products of counts, less what each lead has with itself (`Pairs`). The share c is
estimated from the pairs of all leads, apart for small, middle and large groups (``sum of (y_i - P)(y_j - P) / v``, the
moment estimator of an intra-class correlation), because one huge "company" whose contacts have nothing in common must
not hide that those of small ones buy together. It is no less than 0, and may exceed 1 where groups that buy are larger.

A level's own rate has the weights 1 on its leads; a contrast with the whole has 1 - s on them and -s on all others,
with s its share of leads. Where every company has one manager, that contrast is as sure as if leads were independent.

Limits: c is one number per class of group size, not one per level; groups are taken as many (no correction for fewer
than about twenty). Effects below 1 are not used. Sources: Kish, "Survey Sampling" (1965), section 8.2; Rao and Scott,
"A simple method for the analysis of clustered binary data" (1992).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SIZES = (3, 6, 21)
"""Leads from which a group is a middle, a larger and a large one."""
ENOUGH_CUSTOMERS = 10
"""Customers that a class of group sizes needs to have a covariance of its own."""
CELLS = 2**16
"""Cells of one table of leads per group and level: what stays in the processor's cache."""
SMALL = 6
"""Leads up to which a group's pairs are gone through one by one: fewer steps than a table of its levels."""


class Rows(Protocol):
    """What is asked of a tally: counts per row, and the group of each (-1: its leads stand alone)."""

    @property
    def leads(self) -> Floats:
        """Leads that the row stands for."""

    @property
    def customers(self) -> Floats:
        """Customers among them."""

    @property
    def group(self) -> NDArray[np.int32] | None:
        """Group of each row."""


@dataclass(frozen=True)
class Grouped:
    """The rows of a tally that stand in groups, group after group; each row is one lead.

    `row` is the position in the tally, `start` the first place of each group (groups + 1,), `weight` the leads that a
    row stands for, `covariance` c of each group (groups,).
    """

    row: NDArray[np.intp]
    start: NDArray[np.intp]
    weight: Floats
    covariance: Floats

    @cached_property
    def of_row(self) -> NDArray[np.int32]:
        """Place of each row's group."""
        return np.repeat(np.arange(len(self.covariance), dtype=np.int32), np.diff(self.start))

    @cached_property
    def company(self) -> Floats:
        """Coupled leads beside each row: c times the weight of its group without its own, times its weight."""
        return self.weight * self.covariance[self.of_row] * (self.totals[self.of_row] - self.weight)

    @cached_property
    def totals(self) -> Floats:
        """Leads of each group."""
        return np.bincount(self.of_row, self.weight, len(self.covariance)).astype(np.float64)

    @cached_property
    def small(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        """Pairs of rows of small groups: the places of both in the tally, and how much they are coupled."""
        size = np.diff(self.start)
        first, second = [], []
        for distance in range(1, SMALL):
            ahead = np.repeat((size <= SMALL) & (size > distance), size)
            ahead &= np.arange(len(self.row)) + distance < self.start[1:][self.of_row]
            at = np.flatnonzero(ahead)
            first.append(at)
            second.append(at + distance)
        one, other = np.concatenate(first), np.concatenate(second)
        coupled = 2 * self.covariance[self.of_row[one]] * self.weight[one] * self.weight[other]
        return self.row[one], self.row[other], coupled

    @cached_property
    def large(self) -> Grouped:
        """The groups that are not small."""
        size = np.diff(self.start)
        many = size > SMALL
        rows = np.repeat(many, size)
        start = np.concatenate([[0], np.cumsum(size[many])]).astype(np.intp)
        return Grouped(self.row[rows], start, self.weight[rows], self.covariance[many])


@dataclass(frozen=True)
class Pairs:
    """Coupled pairs: of a level's leads with each other (`own`), with all leads (`shared`), of all with all."""

    own: Floats
    shared: Floats
    every: float


def grouped(rows: Rows) -> Grouped | None:
    """The rows in groups of two and more, with what their outcomes have in common; None where all stand alone."""
    if rows.group is None:
        return None
    place = np.flatnonzero(rows.group >= 0)
    order = np.argsort(rows.group[place], kind="stable")
    place = place[order]
    code = rows.group[place]
    first = np.flatnonzero(np.concatenate([[True], code[1:] != code[:-1]])) if len(code) else np.zeros(0, np.intp)
    size = np.diff(np.append(first, len(code)))
    several = np.repeat(size > 1, size)
    place, size = place[several], size[size > 1]
    if not len(size):
        return None
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.intp)
    bare = Grouped(place, start, rows.leads[place].astype(np.float64), np.ones(len(size)))
    return Grouped(bare.row, bare.start, bare.weight, _covariance(rows, bare, size))


def _covariance(rows: Rows, groups: Grouped, size: NDArray[np.intp]) -> Floats:
    """The share c of each group, by the class of its size; classes with few customers have that of all groups."""
    leads, customers = float(rows.leads.sum()), float(rows.customers.sum())
    mean = customers / leads if leads else 0.0
    variance = mean * (1 - mean)
    if variance <= 0:
        return np.zeros(len(size))
    bought = rows.customers[groups.row]
    away = bought - mean * groups.weight
    sums = np.bincount(groups.of_row, away, len(size)) ** 2 - np.bincount(groups.of_row, away**2, len(size))
    pairs = groups.totals**2 - np.bincount(groups.of_row, groups.weight**2, len(size))
    kind = np.searchsorted(SIZES, size, side="right")
    count = len(SIZES) + 1
    came, met = np.bincount(kind, sums, count), np.bincount(kind, pairs, count)
    deals = np.bincount(kind[groups.of_row], bought, count)
    pooled = came.sum() / met.sum() if met.sum() else 0.0
    by_size = np.divide(came, met, out=np.full(count, pooled), where=(met > 0) & (deals >= ENOUGH_CUSTOMERS))
    shares: Floats = np.maximum(by_size, 0.0)[kind] / variance
    return shares


def group_codes(keys: NDArray[np.integer], alone: int = -1) -> NDArray[np.int32] | None:
    """Numbers of groups from 0 in order of appearance; -1 for `alone`, and for a group of one. None: there is none.

    >>> group_codes(np.array([70, -1, 50, 70, 60, 50])).tolist()
    [0, -1, 1, 0, -1, 1]
    """
    import pandas as pd  # a hundred milliseconds that a grid file does not need

    code, _ = pd.factorize(keys)
    code = np.where(keys == alone, -1, code)
    several = np.bincount(code[code >= 0], minlength=int(code.max(initial=-1)) + 1) > 1
    if not several.any():
        return None
    place = np.append(np.where(several, np.cumsum(several) - 1, -1), -1)  # the last one: alone stays alone
    result: NDArray[np.int32] = place[code].astype(np.int32)
    return result


def pairs_of(grouping: Grouped, codes: NDArray[np.uint8], levels: int) -> tuple[Floats, Floats]:
    """Coupled pairs of one criterion's levels, with their own leads and with all: two arrays (levels,)."""
    shared = np.bincount(codes[grouping.row], grouping.company, levels).astype(np.float64)
    one, other, coupled = grouping.small
    level = codes[one]
    same = level == codes[other]
    pairs = np.bincount(level[same], coupled[same], levels).astype(np.float64)
    return np.maximum(pairs + _pairs_in_tables(grouping.large, codes, levels), 0.0), shared


def _pairs_in_tables(grouping: Grouped, codes: NDArray[np.uint8], levels: int) -> Floats:
    """Coupled pairs of the levels' own leads, from tables of leads per group and level: (levels,)."""
    mine = codes[grouping.row].astype(np.int64)
    diagonal = grouping.covariance[grouping.of_row] * grouping.weight**2
    pairs: Floats = -np.bincount(mine, diagonal, levels).astype(np.float64)
    groups, step = len(grouping.covariance), max(CELLS // levels, 1)
    for begin in range(0, groups, step):
        end = min(begin + step, groups)
        part = slice(grouping.start[begin], grouping.start[end])
        cell = (grouping.of_row[part] - begin) * levels + mine[part]
        table = np.bincount(cell, grouping.weight[part], (end - begin) * levels).reshape(end - begin, levels)
        pairs += grouping.covariance[begin:end] @ table**2
    return pairs


def among(groups: Grouped, mine: NDArray[np.bool_]) -> float:
    """Coupled pairs within some rows of the tally, given as a mask."""
    inside = groups.weight * mine[groups.row]
    sums = np.bincount(groups.of_row, inside, len(groups.covariance)) ** 2
    alone = np.bincount(groups.of_row, inside**2, len(groups.covariance))
    return float(groups.covariance @ (sums - alone))


def share_effect(mine: NDArray[np.bool_], group: NDArray[np.integer], leads: Floats | None = None) -> float:
    """Variance of the share of leads that are `mine` against that of independent leads, no less than 1.

    `mine` and `group` are of rows (-1: their leads stand alone), `leads` what each row stands for (one lead, if nothing
    is said). Leads of one company answer alike: a share of n leads has the variance ``sum_g (sum_i y_i - p)^2 / n^2``.
    Where all or none of them are mine, a company counts as one lead.

    >>> share_effect(np.array([True, True, False, False]), np.array([0, 0, 1, 1]))
    2.0
    """
    weight = np.ones(len(mine)) if leads is None else leads.astype(np.float64)
    total = float(weight.sum())
    if not total:
        return 1.0
    share = float(weight[mine].sum()) / total
    away = mine - share if 0 < share < 1 else np.ones(len(mine))
    alone = group < 0
    sums = np.bincount(group[~alone], (weight * away)[~alone]) if (~alone).any() else np.zeros(0)
    variance = float((weight * away**2)[alone].sum() + (sums**2).sum())
    return max(1.0, variance / (total * (share * (1 - share) or 1.0)))


def rate_effect(leads: Floats, pairs: Floats) -> Floats:
    """Variance of a rate against that of as many independent leads: ``1 + own / n``, no less than 1.

    >>> rate_effect(np.array([100.0, 0.0]), np.array([200.0, 0.0])).tolist()
    [3.0, 1.0]
    """
    effect: Floats = 1 + np.divide(np.maximum(pairs, 0), leads, out=np.zeros(len(leads)), where=leads > 0)
    return effect


def contrast_effect(leads: Floats, total: float, pairs: Pairs) -> Floats:
    """Variance of a level's rate less that of all leads, against independent leads, where both rates are equal.

    ``1 + (own - 2 s shared + s^2 every) / (n (1 - s))`` with s = n / N, no less than 1.

    >>> contrast_effect(np.array([50.0]), 100.0, Pairs(np.array([0.0]), np.array([50.0]), 100.0)).tolist()
    [1.0]
    """
    share = leads / max(total, 1e-12)
    room = leads * (1 - share)
    more = pairs.own - 2 * share * pairs.shared + share**2 * pairs.every
    effect: Floats = 1 + np.maximum(np.divide(more, room, out=np.zeros(len(leads)), where=room > 0), 0)
    return effect
