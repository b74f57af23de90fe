"""How one lead comes to its score: the answer it gave to each question of the grid, and the points that count.

A lead is typed (``Sector=SaaS,Visits=12``) or taken from a file by its id; a lead of a file is read as
`calibrate score` reads it, with the columns made from addresses, texts and events.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..engine import Session
from ..engine.query import as_text, call, one_of, quoted, select
from ..errors import InputError, unknown
from ..grid.grid import Grid, band_of, day_of
from ..grid.mailbox_kinds import kind_of, made_from
from ..leads.columns.roles import find_id
from .rows import coded, open_leads, points_left


@dataclass(frozen=True)
class LeadScore:
    """One lead under one grid: the place of its level in each criterion, and the points that this gives.

    `absent` are the columns that the lead did not name, `rows` the rows of the file that have its id.
    """

    grid: Grid
    places: tuple[int, ...]
    points: tuple[int, ...]
    lead: str = ""
    absent: tuple[str, ...] = ()
    rows: int = 1

    @property
    def score(self) -> int:
        """The sum of the points, and what every lead has."""
        return self.grid.start + sum(self.points)

    @property
    def sides(self) -> tuple[int, int]:
        """Points of fit and of engagement."""
        fit = sum(p for c, p in zip(self.grid.criteria, self.points, strict=True) if c.axis == "fit")
        return fit, sum(self.points) - fit

    @property
    def band(self) -> str:
        """Name of the band; empty where it meets the demands of none."""
        return band_of(self.grid.ladder, *self.sides, self.grid.start)

    @property
    def lines(self) -> tuple[tuple[int, int, int], ...]:
        """Criterion, level and points of each line that counts, the weightiest first.

        With what every lead has they add up to the score.
        """
        fired = [(at, self.places[at], points) for at, points in enumerate(self.points) if points]
        return tuple(sorted(fired, key=lambda line: -abs(line[2])))


def typed_lead(grid: Grid, text: str) -> dict[str, str]:
    """Columns and values of a lead as a user types it: ``column=value,column=value``.

    A value ends where a comma and the next column of the grid begin, so it may hold commas. Columns are found whatever
    their capitals. Raises InputError for one that the grid does not ask for.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> columns = [Criterion(name, name, "presence", "fit", (Level("yes"), *ends)) for name in ("City", "Demo")]
    >>> typed_lead(Grid("g", "m", (*columns,), ((1, 0, 0),) * 2), "city=Paris, FR,Demo=yes")
    {'City': 'Paris, FR', 'Demo': 'yes'}
    """
    columns = {_plain(name).casefold(): name for name in columns_of(grid)}
    names = "|".join(re.escape(_plain(name)) for name in sorted(columns.values(), key=len, reverse=True))
    starts = list(re.finditer(rf"(?:^|,)\s*({names})\s*=", _plain(text), re.IGNORECASE)) if columns else []
    first = text[: starts[0].start()] if starts else text
    if first.strip(" ,"):
        wrong = first.strip(" ,").partition("=")[0][:60]
        raise InputError(
            f"--lead: {unknown('column of the grid', wrong, columns.values())} Write column=value,column=value"
        )
    if not starts:
        raise InputError(f"--lead: '{text[:60]}' names no column; write column=value,column=value")
    ends = [*(start.start() for start in starts[1:]), len(text)]
    values = {}
    for start, end in zip(starts, ends, strict=True):
        name = columns.get(start[1].casefold(), start[1])
        if name in values:
            raise InputError(f"--lead: the column '{name}' is given twice")
        values[name] = text[start.end() : end].strip()
    return values


def _plain(text: str) -> str:
    """The text with one kind of apostrophe and of blank, letter for letter."""
    return text.translate({0x2019: "'", 0xA0: " ", 0x202F: " "})


def columns_of(grid: Grid) -> list[str]:
    """Columns by which a lead can be typed: those of the criteria, what they are made from, and the days of signals."""
    names = [made_from(c.column) for c in grid.criteria] + [c.source for c in grid.criteria]
    names += [c.column for c in grid.criteria] + [rule.dated for rule in grid.expiry]
    return list(dict.fromkeys(name for name in names if name))


def explain_lead(grid: Grid, lead: Mapping[str, Any], at: date | None = None) -> LeadScore:
    """A lead given as columns and values; a column that is not given counts as no answer.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> columns = [Criterion(name, name, "presence", "fit", (Level("yes"), *ends)) for name in ("City", "Demo")]
    >>> found = explain_lead(Grid("g", "m", (*columns,), ((1, -2, 0), (20, 0, 0))), {"Demo": "yes"})
    >>> found.score, found.lines, found.absent
    (18, ((1, 0, 20), (0, 1, -2)), ('City',))
    """
    values, absent = dict(lead), []
    for criterion in grid.criteria:
        address = made_from(criterion.column)
        if address in values and criterion.column not in values:
            values[criterion.column] = kind_of(values[str(address)])
        if criterion.column not in values and criterion.source not in values:
            absent.append(address or criterion.source)
    places = tuple(c.index_of(c.value_in(values)) for c in grid.criteria)
    points = [line[place] for line, place in zip(grid.points, places, strict=True)]
    if at is not None:
        _age(grid, places, points, values, at)
    return LeadScore(grid, places, tuple(points), absent=tuple(dict.fromkeys(absent)))


def _age(grid: Grid, places: Sequence[int], points: list[int], lead: Mapping[str, Any], day: date) -> None:
    """Take from the points what the age of their signals takes."""
    names = [criterion.name for criterion in grid.criteria]
    for rule in grid.expiry:
        at = names.index(rule.criterion)
        signal = day_of(lead.get(rule.dated)) if rule.dated is not None else None
        if signal is not None and grid.criteria[at].levels[places[at]].name == rule.level:
            points[at] = rule.keeps(grid.points[at][places[at]], (day - signal).days)


def explain_row(
    grid: Grid,
    source: str,
    lead: str,
    *,
    lead_id: str | None = None,
    table: str | None = None,
    events: str | None = None,
    at: date | None = None,
) -> LeadScore:
    """A lead of a file or table by its id, as `calibrate score` scores it; of several rows with this id the first.

    `lead_id` names the column of the ids: by default the one that the grid was made with, else the one that names
    leads. Raises InputError where there is no such column or no such lead.
    """
    with Session() as session:
        leads, columns = open_leads(session, grid, source, table=table, events=events, at=at)
        usual = str(grid.provenance.get("lead_id") or "")
        column = lead_id or (usual if usual in columns else find_id(leads))
        if column not in columns:
            what = unknown("column", column, columns) if column else "no column names the leads."
            raise InputError(f"{leads.name}: {what} Name the column of the ids with --id-column")
        fitted, codes = coded(grid, leads)
        worth_left = points_left(fitted, leads, at)
        aged = [(place, level, text) for place, line in worth_left.items() for level, text in line.items()]
        expressions = {f"code_{number}": code.sql("duckdb") for number, code in enumerate(codes)}
        expressions |= {f"left_{number}": text for number, (_, _, text) in enumerate(aged)}
        same = one_of(call.trim(as_text(quoted(column))), _spellings(lead))
        answer = leads.fetch(select(expressions, leads.relation, where=same))
    rows = len(answer["code_0"]) if codes else 0
    if not rows:
        raise InputError(f"{source} has no lead '{lead[:60]}' in the column '{column}'")
    places = tuple(int(answer[f"code_{number}"][0]) for number in range(len(codes)))
    points = [line[place] for line, place in zip(grid.points, places, strict=True)]
    for number, (criterion, place, _) in enumerate(aged):
        if places[criterion] == place:
            points[criterion] = int(answer[f"left_{number}"][0])
    return LeadScore(grid, places, tuple(points), lead=lead, rows=rows)


def _spellings(lead: str) -> Sequence[str]:
    """How an id may stand in a column that was read as numbers."""
    text = lead.strip()
    return (text, f"{text}.0") if text.isdigit() else (text,)
