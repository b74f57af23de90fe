"""What sales said: leads handed over and rejected, with the reason, counted on the lines of the grid."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from ..counts.design_effect import share_effect
from ..counts.encoding import coding
from ..counts.rates import wilson
from ..counts.tally import Tally
from ..engine import Session
from ..engine.query import NOTHING, as_text, one_of, quoted, select
from ..engine.table import Table, column_of
from ..errors import InputError, unknown
from ..grid.criteria import Axis, Criterion, Level
from ..grid.grid import Grid
from ..leads.columns.buyers import group_sql
from ..leads.columns.person_names import may_be_shown
from ..leads.history import History
from ..points.score_table import reaches

REASON = re.compile(r"reason|motif|raison|why|cause|comment|refus|rejet", re.I)
NO_REASON = ""
PIECE = 500
"""Leads looked up at a time."""


@dataclass(frozen=True)
class Line:
    """One answer among rejected leads: how often there, and how often among the leads that the grid hands over.

    `low` and `high` bound the share among rejected leads (Wilson, 95 %, with the design effect of leads of one
    company); `more` says that it surely lies above the share among those handed over, corrected for the number of
    lines; `reasons` are the most frequent ones.
    """

    criterion: str
    axis: Axis
    level: Level
    points: int
    rejected: int
    share: float
    low: float
    high: float
    handed_over: int
    share_handed_over: float
    reasons: tuple[tuple[str, int], ...]
    more: bool = False


@dataclass(frozen=True)
class Feedback:
    """Rejected leads: lines of the file, leads found among those read, reasons and lines of the grid."""

    source: str
    read: int
    found: int
    reasons: tuple[tuple[str, int], ...]
    lines: tuple[Line, ...]


def read_feedback(
    history: History, tally: Tally, grid: Grid, file: str, *, lead_id: str | None = None, reason: str | None = None
) -> Feedback:
    """Tally a file of rejected leads on the lines of a grid.

    `lead_id` and `reason` name the columns of the file; where they are not given, the id is the column that is
    called as in the leads, and the reason the one whose name says so.
    """
    key = history.terms.lead_id
    if key is None:
        raise InputError("feedback is joined by lead id; name its column with --lead-id")
    table = Session().open(file)
    reason_of = _said(table, _id_column(table, lead_id, key), _reason_column(table, reason))
    codes, buyer_of = _codes(history, key, grid.criteria, list(reason_of))
    reasons = Counter(reason_of[identity] for identity in reason_of)
    lines = _lines(tally, grid, reason_of, codes, buyer_of)
    return Feedback(table.name, len(reason_of), len(codes), tuple(_ranked(reasons)), lines)


def _id_column(table: Table, id_name: str | None, key: str) -> str:
    names = [column.name for column in table.columns]
    if id_name is not None:
        return column_of(table, id_name).name
    folded = {name.casefold(): name for name in names}
    if key.casefold() not in folded:
        raise InputError(f"{table.name} has no column like the lead id of the leads: {unknown('column', key, names)}")
    return folded[key.casefold()]


def _reason_column(table: Table, name: str | None) -> str | None:
    if name is not None:
        return column_of(table, name).name
    return next((column.name for column in table.columns if REASON.search(column.name)), None)


def _said(table: Table, key: str, reason: str | None) -> dict[str, str]:
    """Reason of each rejected lead, the last line of a lead counting; a reason that is personal is not told."""
    cells = {"lead": as_text(quoted(key)), "reason": as_text(quoted(reason)) if reason else NOTHING}
    order = (quoted(table.position),) if table.position else ()
    rows = table.fetch(select(cells, table.relation, order=order))
    reason_of = {}
    for lead, why in zip(rows["lead"], rows["reason"], strict=True):
        if isinstance(lead, str) and lead.strip():
            reason_of[lead.strip()] = " ".join(why.split()) if isinstance(why, str) else NO_REASON
    public = set(may_be_shown([why for why, _ in Counter(reason_of.values()).most_common()]))
    return {lead: why if why in public else NO_REASON for lead, why in reason_of.items()}


def _codes(
    history: History, key: str, criteria: Sequence[Criterion], leads_rejected: Sequence[str]
) -> tuple[dict[str, tuple[int, ...]], dict[str, int]]:
    """Level of each criterion, and the number of the buyer (-1: nobody else's), of each of the leads that is there."""
    leads, group, identity = history.table, history.terms.group, as_text(quoted(key))
    buyer = group_sql(leads, group) if group is not None and group.kind != "deal" else as_text(NOTHING)
    how = coding(leads, criteria)
    codes_of: dict[str, tuple[int, ...]] = {}
    buyer_of: dict[str, int] = {}
    numbers: dict[str, int] = {}
    for start in range(0, len(leads_rejected), PIECE):
        mine = one_of(identity, leads_rejected[start : start + PIECE])
        piece = leads.fetch(select({"lead": identity, "buyer": buyer} | how.columns, leads.relation, where=mine))
        codes = how.codes(piece).T.tolist()
        codes_of.update(zip(piece["lead"].tolist(), map(tuple, codes), strict=True))
        for lead, name in zip(piece["lead"], piece["buyer"], strict=True):
            buyer_of[lead] = numbers.setdefault(name, len(numbers)) if isinstance(name, str) else -1
    return codes_of, buyer_of


def _lines(
    tally: Tally, grid: Grid, reason_of: dict[str, str], codes: dict[str, tuple[int, ...]], buyer_of: dict[str, int]
) -> tuple[Line, ...]:
    """Every answer that a rejected lead gave, the most over-represented first."""
    leads = tally.leads * reaches(tally, grid, "marketing_qualified")
    groups = tally.regroup(grid.criteria)
    lines_out = []
    lines = sum(len(set(column)) for column in zip(*codes.values(), strict=True)) or 1
    strict = float(special.ndtri(1 - 0.025 / lines))
    buyers = np.array([buyer_of[lead] for lead in codes], np.intp)
    for i, criterion in enumerate(grid.criteria):
        handed_over = np.bincount(groups.codes[i], leads, len(criterion.levels))
        for j, level in enumerate(criterion.levels):
            mine = Counter(reason_of[lead] for lead, code in codes.items() if code[i] == j)
            count = sum(mine.values())
            if not count:
                continue
            effect = share_effect(np.array([code[i] == j for code in codes.values()]), buyers)
            counts = np.array([count]) / effect, np.array([len(codes)]) / effect
            low, high = wilson(*counts)
            surely = float(wilson(*counts, strict)[0][0])
            share = float(handed_over[j] / leads.sum()) if leads.sum() else 0.0
            lines_out.append(
                Line(
                    criterion.name,
                    criterion.axis,
                    level,
                    grid.points[i][j],
                    count,
                    count / len(codes),
                    float(low[0]),
                    float(high[0]),
                    round(float(handed_over[j])),
                    share,
                    tuple(_ranked(mine))[:3],
                    surely > share,
                )
            )
    lines_out.sort(key=lambda line: line.share_handed_over - line.low)
    return tuple(lines_out)


def _ranked(counts: Counter[str]) -> Iterator[tuple[str, int]]:
    yield from sorted(counts.items(), key=lambda item: (-item[1], item[0]))
