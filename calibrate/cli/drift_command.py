"""Commands for the time after a decision: what drifted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..errors import SettingsError
from .flags import Option, day_of, settings_of, with_flags, words_of
from .output import Progressing, say, say_json, table

if TYPE_CHECKING:
    from datetime import date

    from ..grid.grid import Grid
    from ..language import Words
    from ..leads.terms import Terms
    from ..monitoring.drift_looks import Drift

SHOWN_LINES = 15
DRIFT_FLAGS: dict[str, Any] = {
    "since": Annotated[
        str | None, Option(metavar="DATE", help="First day to look at (default: after the leads of the calibration).")
    ],
    "by": Annotated[Literal["month", "week"] | None, Option(help="Cohorts to look at: month (default) or week.")],
}
AHEAD: dict[str, Any] = {
    "calibrated": Annotated[str, typer.Argument(metavar="GRID.json", help="The grid whose lines are looked at.")]
}
OMIT = (
    "current",
    "grid",
    "methods",
    "max_lines",
    "max_criteria",
    "cap",
    "pivot",
    "capacity",
    "out",
    "criteria",
    "exclude",
)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(drift)


@with_flags(DRIFT_FLAGS, ahead=AHEAD, omit=OMIT)
def drift(data: str, flags: dict[str, Any]) -> None:
    """What moved since a grid was calibrated: rates of its lines, promise of the score, mix. Nothing is written."""
    from dataclasses import replace

    from ..monitoring import drift as drifting
    from ..monthly import run as monthly

    grid = monthly.read_grid(flags["calibrated"])
    settings = settings_of(data, {**flags, "current": flags["calibrated"]})
    columns = settings.columns.model_copy(update={"only": tuple(dict.fromkeys(c.column for c in grid.criteria))})
    first: date | None = None

    def parted(terms: Terms) -> Terms:
        nonlocal first
        first = _first_day(grid, terms, flags["since"])
        return replace(terms, by=flags["by"] or "month", split=first)

    timing: dict[str, float] = {}
    with Progressing(flags["json"], words_of(flags["lang"])) as progress:
        narrowed = settings.model_copy(update={"columns": columns})
        reading = monthly.read_rows(narrowed, progress, follow=False, cohorts=parted, timing=timing)
        progress("drift")
        result = drifting.find_drift(replace(reading.grids["current"], name=grid.name), reading.tally, since=first)
    if flags["json"]:
        say_json({**result.as_dict(), "timing": timing})
    else:
        _show(result, words_of(flags["lang"]))


def _first_day(grid: Grid, terms: Terms, since: str | None) -> date | None:
    """The day from which leads are looked at: as asked, else the first whose leads the calibration had not judged."""
    from datetime import timedelta

    start = since or grid.provenance.get("as_of")
    if terms.created_at is None:
        if since:
            raise SettingsError("--since needs dated leads: name the column of their first day with --created-at")
        return None
    if not start:
        return None
    day = day_of(str(start))
    try:
        return day if since else day - timedelta(days=terms.observe_days + terms.close_within_days - 1)
    except OverflowError:
        raise SettingsError(
            f"the grid says that its leads were read as of {day}, before all calendars; say from which day leads are "
            "looked at with --since"
        ) from None


def _show(result: Drift, words: Words) -> None:
    """Verdict, one line per cohort, and the lines that moved most."""
    from ..report import drift_text as moving
    from ..report.rate_text import rate_said

    say(result.said(words))
    for sentence in moving.reasons(result, words):
        say(f"- {sentence}")
    rows = [
        (
            moving.month(k, words),
            words.count(k.leads),
            words.count(k.customers),
            "" if k.expected is None else words.decimal(k.expected, 1),
            words.decimal(k.stability, 2),
            words(f"drift.word_{k.status}"),
            k.changes[0].said(words) if k.changes else "",
        )
        for k in result.looks
    ]
    table(words("drift.cohorts_by"), [words(key) for key in moving.COHORTS], rows)
    lines = [
        (
            line.criterion,
            moving.level_said(line.level, words),
            words.signed(line.points),
            rate_said(line.then, words),
            rate_said(line.now, words),
            words.date(line.first),
            words.decimal(line.ratio, 2),
            moving.chance(line.chance, words),
            words(f"drift.word_{line.status}"),
        )
        for line in moving.moved(result, SHOWN_LINES)
    ]
    table(words("drift.lines_of", lines=len(result.lines)), [words(key) for key in moving.LINES], lines)
    for note in filter(None, (moving.open_leads(result, words), moving.mixes(result, words))):
        say(note)
    for sentence in moving.over(result, words):
        say(sentence)
