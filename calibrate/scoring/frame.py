"""A frame scored in memory: the statement of `calibrate score`, its answer as a frame."""

from __future__ import annotations

from datetime import date

import pandas as pd

from ..engine import Session
from ..engine.frames import Frame, is_frame
from ..errors import InputError
from ..export.base import CLOSE_RATE
from ..grid.grid import Grid
from ..grid.lead_age import AGE
from ..grid.mailbox_kinds import made_from
from .rows import open_leads, scored


def score_frame(
    grid: Grid,
    leads: Frame,
    *,
    events: Frame | str | None = None,
    at: date | None = None,
    language: str = "en",
    every_line: bool = False,
) -> pd.DataFrame:
    """Score, band, expected close rate (if the grid has a curve) and reasons of each lead, in the order of the rows.

    Every cell is what `calibrate score` writes for the same rows. A pandas frame's index is kept. `events`, `at` and
    `every_line` as in `score_file`. Raises GridError where the grid does not fit the frame, InputError where there is
    none.
    """
    if not is_frame(leads):
        raise InputError(f"score_frame takes a frame, not a {type(leads).__name__}; a single lead is scored by score")
    index = leads.index if isinstance(leads, pd.DataFrame) else None
    if index is not None and not len(index):
        columns = {"score": pd.Series(dtype="int64"), "band": "", **dict.fromkeys(CLOSE_RATE, 0.0), "reasons": ""}
        return pd.DataFrame(columns, index=index)
    if isinstance(leads, pd.DataFrame) and events is None:
        leads = _needed(grid, leads)
    frames = {"leads": leads, **({"events": events} if is_frame(events) else {})}
    with Session(frames) as session:
        name = "events" if is_frame(events) else events
        table, _ = open_leads(session, grid, "leads", table=None, events=name, at=at)
        answer = pd.DataFrame(table.fetch(scored(grid, table, (), at, language, every_line)))
    return answer if index is None else answer.set_axis(index)


def _needed(grid: Grid, leads: pd.DataFrame) -> pd.DataFrame:
    """The columns that the grid asks for, where all are there; else all, so that the nearest can be offered."""
    names = [c.column for c in grid.criteria] + [rule.dated for rule in grid.expiry if rule.dated is not None]
    needed = {made_from(name) or name for name in names} | {c.source for c in grid.criteria} | set(names)
    needed |= {str(grid.provenance.get("created_at"))} if AGE in names else set()
    columns = [column for column in leads.columns if str(column) in needed]
    asked = [criterion for criterion in grid.criteria if criterion.column != AGE]
    missing = [c for c in asked if not {c.column, c.source, made_from(c.column)} & {*columns}]
    return leads if missing or not columns else leads[columns]
