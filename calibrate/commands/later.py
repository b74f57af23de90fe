"""Commands for the time after a decision: what drifted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..errors import SettingsError
from .flags import Option, settings_of, split, with_flags
from .showing import Progressing, say, say_json, table

if TYPE_CHECKING:
    from datetime import date

    from ..drift import Drift
    from ..grid import Grid
    from ..history import Terms

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

    from .. import drift as drifting
    from .. import monthly

    grid = monthly.read_grid(flags["calibrated"])
    settings = settings_of(data, {**flags, "current": flags["calibrated"]})
    columns = settings.columns.model_copy(update={"only": tuple(dict.fromkeys(c.column for c in grid.criteria))})
    first: date | None = None

    def parted(terms: Terms) -> Terms:
        nonlocal first
        first = _first_day(grid, terms, flags["since"])
        return replace(terms, by=flags["by"] or "month", split=first)

    with Progressing(flags["json"]) as progress:
        wanted = settings.model_copy(update={"columns": columns})
        counted = monthly.read_rows(wanted, progress, follow=False, cohorts=parted)
        progress("drift")
        found = drifting.drift(grid, counted.tally, since=first)
    if flags["json"]:
        say_json({**found.as_dict(), "timing": counted.timing})
    else:
        _show(found, (split(flags["lang"]) or ("en",))[0])


def _first_day(grid: Grid, terms: Terms, since: str | None) -> date | None:
    """The day from which leads are looked at: as asked, else the first whose leads the calibration had not judged."""
    from datetime import date, timedelta

    given = since or grid.provenance.get("as_of")
    if terms.created_at is None:
        if since:
            raise SettingsError("--since needs dated leads: name the column of their first day with --created-at")
        return None
    if not given:
        return None
    try:
        day = date.fromisoformat(str(given))
    except ValueError:
        raise SettingsError(f"'{given}' is not a day; write it as YYYY-MM-DD") from None
    return day if since else day - timedelta(days=terms.observe_days + terms.close_within_days - 1)


def _show(found: Drift, language: str) -> None:
    """Verdict, one line per cohort, and the lines that moved most."""
    from ..report.words import load

    words = load(language)
    say(words("drift." + found.status, grid=found.grid, looks=len(found.looks)))
    for change in found.changes:
        level = words.name("level", change.level)
        span = words("drift.between" if change.until else "drift.since", since=change.since, until=change.until)
        say(f"- {words(f'drift.{change.kind}', **{**change.facts, 'level': level, 'span': span})}")
    rows = [
        (k.cohort, f"{k.leads:,}", f"{k.customers:,}", "" if k.expected is None else f"{k.expected:,.1f}",
         f"{k.stability:.2f}", k.status, "" if not k.changes else str(k.changes[0]))
        for k in found.looks
    ]  # fmt: skip
    table(
        "Cohorts since the calibration",
        ("cohort", "leads", "customers", "promised", "mix index", "verdict", "strongest change"),
        rows,
    )
    moved = found.lines[(found.lines["leads"] > 0) & (found.lines["leads_then"] > 0)]
    moved = moved.sort_values(["chance", "leads"], ascending=[True, False], kind="stable").head(SHOWN_LINES)
    lines = [
        (row["criterion"], row["level"], f"{row['points']:+d}",
         f"{row['customers_then'] / row['leads_then']:.1%} ({row['customers_then']:,}/{row['leads_then']:,})",
         f"{row['customers'] / row['leads']:.1%} ({row['customers']:,}/{row['leads']:,})",
         row["from"], f"{row['ratio']:.2f}", f"{row['chance']:.2g}" if row["chance"] < 1 else "", row["status"])
        for row in moved.to_dict("records")
    ]  # fmt: skip
    heads = ("criterion", "level", "points", "in calibration", "now", "now from", "ratio", "chance", "verdict")
    table(f"Lines that moved most, of {len(found.lines)}", heads, lines)
    standing = {(change.criterion, change.level) for change in found.changes}
    for first, last, strongest in found.episodes:
        if (strongest.criterion, strongest.level) not in standing:
            said = str(strongest).rpartition(", ")[0]
            say(f"Earlier, {first} to {last}: {said}")
