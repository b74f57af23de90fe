"""Shares of leads whose buyers share their fate: how much wider their intervals are, from sums counted in the engine.

Of the leads of one company many reach a stage together, or none. A share r = k / b of such leads has the variance
``r (1 - r) (b + c P) / b^2`` with P the pairs of leads of one buyer among the b, and c what two of them have in common:
``c = sum of (a_i - r b_i) (a_j - r b_j) / (r (1 - r) P)`` over all such pairs (the moment estimator of an intra-class
correlation; see `counts.design_effect`). All of that follows from sums of products of counts per buyer, and these are
summed where the leads lie: what comes out is one row per cohort and class of sizes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..counts.design_effect import ENOUGH_CUSTOMERS, SIZES
from ..engine import sql
from ..engine.query import both, case, count, filled, rows, select, total
from ..leads.history import History
from ..leads.terms import BUYER

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SharedFate:
    """Sums over buyers with several leads, per cohort and class of sizes.

    `sums` has the leads of each kind, (cohorts, classes, kinds); `products` the sums over buyers of the products of two
    kinds, (cohorts, classes, kinds, kinds). Buyers of one lead have no part in them.
    """

    names: tuple[str, ...]
    sums: Floats
    products: Floats

    def effects(self, name: str, base: str, leads: Sequence[float], reached: float, of: float) -> list[float]:
        """Design effect, in each cohort, of the share of the leads of kind `base` that are of kind `name` too.

        `leads` are those of the base per cohort, (cohorts,); `reached` and `of` are the counts whose share is r.

        >>> sums, products = np.array([[[20.0, 4]]]), np.array([[[[40.0, 8], [8, 8]]]])      # ten couples, two buy
        >>> round(SharedFate(("all", "won"), sums, products).effects("won", "all", [20.0], 4, 20)[0], 9)
        2.0
        """
        share = reached / of if of else 0.0
        if not 0 < share < 1:
            return [1.0] * len(leads)
        a, b = self.names.index(name), self.names.index(base)
        mine, every = self.sums[..., a], self.sums[..., b]
        with_itself = mine * (1 - 2 * share) + share**2 * every
        squares = self.products[..., a, a] - 2 * share * self.products[..., a, b] + share**2 * self.products[..., b, b]
        pairs = self.products[..., b, b] - every
        alike, met = (squares - with_itself).sum(axis=0), pairs.sum(axis=0)
        pooled = alike.sum() / met.sum() if met.sum() > 0 else 0.0
        enough = (met > 0) & (np.minimum(mine, every - mine).sum(axis=0) >= ENOUGH_CUSTOMERS)
        common = np.maximum(np.divide(alike, met, out=np.full(len(met), pooled), where=enough), 0)
        wider = pairs @ common / (share * (1 - share))
        return [1 + float(more) / n if n else 1.0 for more, n in zip(wider, leads, strict=True)]


def fates(history: History, statement: str, flags: Sequence[str]) -> tuple[SharedFate, SharedFate] | None:
    """What the leads of a statement share with others of their buyer: in all, and within each cohort.

    The statement gives ``__created``, the buyer, and a flag (0 or 1) for each kind, called as the kind; the kind
    ``all`` counts every lead. None where nothing tells buyers apart.
    """
    if history.terms.group is None or history.ends is None:
        return None
    ends = [int(end) for end in history.ends]
    cohort = sql.steps(sql.identifier("__created"), [end + 1 for end in ends[:-1]], range(len(ends))).sql("duckdb")
    names = ("all", *flags)
    cells = {f"s{i}": total(kind) for i, kind in enumerate(flags, 1)}
    known = both(filled(BUYER), f"{BUYER} <> ''", f"__created <= {ends[-1]}")
    parts = []
    for slot, several in (("0", 1), (cohort, len(ends))):
        kinds = {kind: kind for kind in flags}
        placed = select({"slot": slot, BUYER: BUYER, **kinds}, rows(statement, "leads"), where=known)
        by_buyer = {"slot": "slot", "s0": count(), **cells}
        buyers = select(by_buyer, rows(placed, "placed"), group=("slot", BUYER), having=f"{count()} > 1")
        parts.append(_added(history, buyers, names, several))
    return parts[0], parts[1]


def _added(history: History, buyers: str, names: tuple[str, ...], slots: int) -> SharedFate:
    """Sums over buyers, one row per slot and class of sizes."""
    kinds = range(len(names))
    size = case(*((f"s0 < {least}", i) for i, least in enumerate(SIZES)), otherwise=len(SIZES))
    cells = {"slot": "slot", "size": size} | {f"t{i}": total(f"s{i}") for i in kinds}
    cells |= {f"p{i}_{j}": total(f"s{i} * s{j}") for i in kinds for j in kinds if i <= j}
    answer = history.table.fetch(select(cells, rows(buyers, "buyers"), group=(1, 2)))
    sums = np.zeros((slots, len(SIZES) + 1, len(names)))
    products = np.zeros((*sums.shape, len(names)))
    place = answer["slot"].astype(np.intp), answer["size"].astype(np.intp)
    for i in kinds:
        sums[(*place, i)] = answer[f"t{i}"]
        for j in kinds:
            products[(*place, i, j)] = answer[f"p{min(i, j)}_{max(i, j)}"]
    return SharedFate(names, sums, products)
