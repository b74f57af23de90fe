"""Counting: the leads of a history, streamed from the engine once, become a tally."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..leads.history import History
from .closings import Collecting, Sales
from .design_effect import group_codes
from .encoding import coding
from .level_counts import count_in_engine, most_together
from .marginals import Marginals
from .row_order import canonical_order
from .tally import Tally, merged
from .tally_statement import Thinning, hashed, statement_of_tally, thinning_of, weights_of
from .young import Counting

MOST_ROWS = 2**20
"""Rows of the tally: about one million leads are counted exactly, more are thinned."""


def count(history: History, *, most_rows: int = MOST_ROWS, profiles: bool = True) -> Tally:
    """Read the attributes of all leads once and count them.

    Up to `most_rows` leads every one keeps its row. Beyond, customers do, as far as three quarters of the rows hold
    them, and the others are thinned by their ids; weights restore each cohort's totals. Where the leads lie in a
    database, it counts the levels, and only rows that stay come over. Rows stand in an order of their own
    (`row_order`): the same input gives the same tally on every engine. Leads with the same profile share a row where
    that pays; where all profiles fit one table of counts, no lead is left out however many there are. Without
    `profiles` there are no rows, only the exact counts per level: all that `estimate` needs, at less time and memory.
    """
    counting = Marginals(history.criteria, len(history.cohorts))
    alone = history.terms.group is None
    tabled = profiles and alone and len(counting.groups) == 1 and counting.cells[0].size <= 16 * history.kept
    thinning = thinning_of(history, most_rows) if profiles and not tabled else Thinning()
    few = history.kept <= most_rows
    young, leads = Counting(history, history.criteria), _Rows(profiles and not tabled, few and profiles)
    in_engine = history.table.dialect != "duckdb" and not (profiles and few)
    if in_engine:
        together = counting.cells[0][0, 0].size if tabled else most_together(history.table.dialect)
        counting = Marginals(history.criteria, len(history.cohorts), together)
        young = Counting(history, history.criteria, together)
        count_in_engine(history, counting, young)
    if leads.wanted or not in_engine:
        _stream(history, thinning, counting, young, leads)
    if tabled:
        return _with_dates(_tabled(history, counting), young, leads.closings.sales(None, None), leads.closings)
    codes, cohort, customer, buyer = leads.in_order(len(history.criteria))
    group, young_group = _groups(buyer, leads.closings.young_buyers)
    weights = np.ones(len(cohort)) if thinning.none else weights_of(history.totals, cohort, customer)
    tally = Tally(
        criteria=history.criteria,
        cohorts=history.cohorts,
        totals=history.totals,
        marginals=counting.tables(),
        codes=codes,
        cohort=cohort,
        leads=weights,
        customers=np.where(customer, weights, 0.0),
        counted=np.ones(len(cohort), np.int64),
        exact=thinning.none and profiles,
        ends=history.ends,
        window=history.window,
        as_of=history.as_of,
        group=group,
    )
    return _with_dates(merged(tally), young, leads.closings.sales(buyer, group), leads.closings, young_group)


def _groups(
    buyer: NDArray[np.uint64] | None, young: NDArray[np.uint64]
) -> tuple[NDArray[np.int32] | None, NDArray[np.int32] | None]:
    """Numbers of the groups of decided leads, and of undecided ones beside them: the same for the same buyer."""
    if buyer is None:
        return None, None
    every = group_codes(np.concatenate([buyer, young]), alone=0)
    if every is None:
        return None, None
    group, of_young = every[: len(buyer)], every[len(buyer) :]
    return group if (group >= 0).any() else None, of_young


class _Rows:
    """The leads that keep a row of their own, piece by piece, and when they closed, where every lead keeps its row."""

    def __init__(self, wanted: bool, closings_too: bool) -> None:
        self.wanted, self.closings_too, self.closings = wanted, closings_too, Collecting()
        self._pieces: list[tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.bool_]]] = []
        self._buyers: list[NDArray[np.uint64]] = []

    def add(
        self,
        codes: NDArray[np.uint8],
        cohort: NDArray[np.int32],
        customer: NDArray[np.bool_],
        buyer: NDArray[np.uint64] | None,
    ) -> None:
        """Some more leads, which keep their rows."""
        if self.wanted:
            self._pieces.append((codes, cohort, customer))
            self._buyers += [] if buyer is None else [buyer]

    def in_order(
        self, criteria: int
    ) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.bool_], NDArray[np.uint64] | None]:
        """Codes, cohorts, customers and buyers of all rows, in their order (`row_order`)."""
        codes = np.concatenate([np.zeros((criteria, 0), np.uint8), *(piece[0] for piece in self._pieces)], axis=1)
        cohort = np.concatenate([np.zeros(0, np.int32), *(piece[1] for piece in self._pieces)])
        customer = np.concatenate([np.zeros(0, np.bool_), *(piece[2] for piece in self._pieces)])
        buyer = np.concatenate(self._buyers) if self._buyers else None
        self._pieces, self._buyers = [], []
        order = canonical_order(codes, cohort, [customer], buyer)
        for i in range(criteria):
            codes[i] = codes[i, order]
        return codes, cohort[order], customer[order], None if buyer is None else buyer[order]


def _stream(history: History, thinning: Thinning, counting: Marginals, young: Counting, leads: _Rows) -> None:
    """Read the leads: count their levels, unless the engine did so, and keep the rows that stay."""
    how, counted = coding(history.table, history.criteria), counting.counted
    for piece in history.table.stream(statement_of_tally(history, how, thinning, alone=counted)):
        buyer = hashed(piece.get("buyer"))
        codes, moment = how.codes(piece), piece["moment"].astype(np.int64, copy=False)
        flags, took = piece["flags"].astype(np.uint8), piece.get("took")
        is_young = (flags & 4).astype(np.bool_)
        if young.marginals is not None and not counted and is_young.any():
            entries = codes[:, is_young], moment[is_young], (flags[is_young] & 1).astype(np.bool_)
            young.add(*entries)
            if leads.closings_too:
                days = None if took is None else took[is_young]
                leads.closings.add_young(*entries, days, None if buyer is None else buyer[is_young])
            codes, moment, flags = codes[:, ~is_young], moment[~is_young], flags[~is_young]
            buyer, took = (None if part is None else part[~is_young] for part in (buyer, took))
        cohort = history.cohort_of(moment)
        customer = (flags & 1).astype(np.bool_)
        if not counted:
            counting.add(codes, cohort, customer)
        if leads.closings_too:
            leads.closings.add_sales(codes, cohort, moment, took, buyer)
        if not thinning.none and not counted:
            stays = np.flatnonzero(flags & 2)
            codes, cohort, customer = codes.take(stays, axis=1), cohort[stays], customer[stays]
            buyer = None if buyer is None else buyer[stays]
        leads.add(codes, cohort, customer, buyer)


def _with_dates(
    tally: Tally, young: Counting, sales: Sales | None, closings: Collecting, group: NDArray[np.int32] | None = None
) -> Tally:
    """The tally with the days of its sales, and the leads that are not decided yet."""
    return replace(tally, young=young.young(), sales=sales, undecided=closings.undecided(young.last, sales, group))


def _tabled(history: History, counting: Marginals) -> Tally:
    """The tally of criteria whose profiles are so few that one table of counts holds them all."""
    table = counting.cells[0].transpose(1, 0, *(2 + np.argsort(counting.groups[0])))  # customer, cohort, criteria
    total = table.sum(axis=0)
    occupied = np.nonzero(total)
    return Tally(
        criteria=history.criteria,
        cohorts=history.cohorts,
        totals=history.totals,
        marginals=counting.tables(),
        codes=np.array(occupied[1:], np.uint8),
        cohort=occupied[0].astype(np.int32),
        leads=total[occupied].astype(np.float64),
        customers=table[1][occupied].astype(np.float64),
        counted=total[occupied],
        exact=True,
        ends=history.ends,
        window=history.window,
        as_of=history.as_of,
    )
