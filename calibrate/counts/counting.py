"""Counting: the leads of a history, streamed from the engine once, become a tally."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..leads.history import History
from .closings import Collecting, Sales
from .design_effect import group_codes
from .encoding import coding
from .marginals import Marginals
from .tally import Tally, merged
from .tally_statement import hashed, share_of_others, statement_of_tally, weights_of_others
from .young import Counting

MOST_ROWS = 2**20
"""Rows of the tally: about one million leads are counted exactly, more are thinned."""


def count(history: History, *, most_rows: int = MOST_ROWS, profiles: bool = True) -> Tally:
    """Read the attributes of all leads once and count them.

    Up to `most_rows` leads every one keeps its row. Beyond, all customers do, and of the others those whose
    identity has a small md5 digest; weights restore each cohort's totals. The same input gives the same tally
    on every engine. Leads with the same profile share a row where that pays; where all profiles fit one table of
    counts, no lead is left out however many there are. Without `profiles` there are no rows, only the exact counts per
    level: all that `estimate` needs, at less time and memory.
    """
    criteria = history.criteria
    counting = Marginals(criteria, len(history.cohorts))
    alone = history.terms.group is None
    tabled = profiles and alone and len(counting.groups) == 1 and counting.cells[0].size <= 16 * history.kept
    share = share_of_others(history, most_rows) if profiles and not tabled else 1.0
    pieces: list[tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.bool_]]] = []
    places: list[NDArray[np.int64]] = []
    buyers: list[NDArray[np.uint64]] = []
    how, counting_young, closings = coding(history.table, criteria), Counting(history, criteria), Collecting()
    for piece in history.table.stream(statement_of_tally(history, how, share)):
        place, buyer = piece.get("place"), hashed(piece.get("buyer"))
        codes, moment = how.codes(piece), piece["moment"].astype(np.int64, copy=False)
        flags, took = piece["flags"].astype(np.uint8), piece.get("took")
        if counting_young.marginals is not None:
            is_young = (flags & 4).astype(np.bool_)
            young = codes[:, is_young], moment[is_young], (flags[is_young] & 1).astype(np.bool_)
            counting_young.add(*young)
            if share == 1 and profiles:
                closings.add_young(*young, None if took is None else took[is_young])
            codes, moment, flags = codes[:, ~is_young], moment[~is_young], flags[~is_young]
            place, buyer, took = (None if part is None else part[~is_young] for part in (place, buyer, took))
        cohort = history.cohort_of(moment)
        customer = (flags & 1).astype(np.bool_)
        counting.add(codes, cohort, customer)
        if profiles:
            closings.add_sales(codes, cohort, moment, took, buyer)
        if share < 1:
            stays = np.flatnonzero(flags & 2)
            codes, cohort, customer = codes[:, stays], cohort[stays], customer[stays]
            place, buyer = (None if part is None else part[stays] for part in (place, buyer))
        if profiles and not tabled:
            pieces.append((codes, cohort, customer))
            places += [] if place is None else [place.astype(np.int64)]
            buyers += [] if buyer is None else [buyer]
    if tabled:
        return _with_dates(_tabled(history, counting), counting_young, closings.sales(None, None), closings)
    codes = np.concatenate([np.zeros((len(criteria), 0), np.uint8), *(piece[0] for piece in pieces)], axis=1)
    cohort = np.concatenate([np.zeros(0, np.int32), *(piece[1] for piece in pieces)])
    customer = np.concatenate([np.zeros(0, np.bool_), *(piece[2] for piece in pieces)])
    buyer = np.concatenate(buyers) if buyers else None
    if places:  # the same rows in the same order, in whatever order they came
        order = np.argsort(np.concatenate(places), kind="stable")
        codes, cohort, customer = np.ascontiguousarray(codes[:, order]), cohort[order], customer[order]
        buyer = None if buyer is None else buyer[order]
    group = None if buyer is None else group_codes(buyer, alone=0)
    tally = Tally(
        criteria=criteria,
        cohorts=history.cohorts,
        totals=history.totals,
        marginals=counting.tables(),
        codes=codes,
        cohort=cohort,
        leads=np.where(customer, 1.0, weights_of_others(history.totals, cohort, customer)),
        customers=customer.astype(np.float64),
        counted=np.ones(len(cohort), np.int64),
        exact=share >= 1 and profiles,
        ends=history.ends,
        window=history.window,
        as_of=history.as_of,
        group=group,
    )
    return _with_dates(merged(tally), counting_young, closings.sales(buyer, group), closings)


def _with_dates(tally: Tally, young: Counting, sales: Sales | None, closings: Collecting) -> Tally:
    """The tally with the days of its sales, and the leads that are not decided yet."""
    return replace(tally, young=young.young(), sales=sales, undecided=closings.undecided(young.last, sales))


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
