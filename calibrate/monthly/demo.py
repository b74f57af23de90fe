"""The demo: a simulated history with known truth, and a grid that a meeting might have invented, calibrated.

Files of earlier demos in the same folder are replaced; the same seed gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from ..errors import SettingsError
from ..export import json as grid_json
from ..files import on_this_machine, write_whole
from ..grid.criteria import Axis, Criterion, Level
from ..grid.event_columns import SUFFIX
from ..grid.grid import Band, Grid, Thresholds
from ..report.review import Review
from ..simulated_leads import Simulated, simulate
from .counted import Counted, Progress
from .publish import publish_month
from .run import read_rows, review
from .settings import settings_from

SPECIAL = (Level("missing", "missing"), Level("other", "other"))
OBSERVE_DAYS = 14
FILES = ("leads.csv", "events.csv", "current.json")
TOLD = {
    "newsletter": "newsletter_signup",
    "email_opens": "email_open",
    "email_clicks": "email_click",
    "pricing_page_views": "pricing_page",
    "case_study": "case_study",
    "webinar_attended": "webinar_attended",
    "webinar_no_show": "webinar_no_show",
    "free_trial": "trial_start",
    "demo_request": "demo_request",
    "unsubscribed": "unsubscribe",
}
"""What leads did stands in a file of events: the name of each criterion, and the event that it counts."""
MOST_LEADS = 10_000_000
"""Leads that the demo simulates at most: beyond that it is no demo, and needs the memory of a server."""


def run(
    out: str,
    leads: int,
    seed: int,
    languages: tuple[str, ...],
    progress: Progress = lambda stage: None,
    *,
    timing: dict[str, float] | None = None,
) -> tuple[Counted, Review, Path]:
    """Simulate, calibrate and publish below `out`; the report shows the truth beside the estimates."""
    if leads > MOST_LEADS:
        raise SettingsError(f"{leads:,} leads are more than the demo simulates: {MOST_LEADS:,} at most")
    if seed < 0:
        raise SettingsError(f"the seed {seed} is below zero; a seed is a whole number from 0 on")
    history = simulate(leads=leads, seed=seed, observe_days=OBSERVE_DAYS)
    folder = on_this_machine(out)
    with _none_or_all([folder / name for name in FILES]):
        settings = write_history(history, folder)
        write_whole(str(folder / "current.json"), grid_json.write(meeting_grid()).encode())
        settings["candidates"] = {"current": (folder / "current.json").as_posix()}
        settings["report"] = {"out": out, "languages": languages}
        plan = settings_from(settings)
        reading = read_rows(plan, progress, timing=timing)
        result = replace(review(reading, progress, timing=timing), truth=true_rates(history, reading))
        progress("report")
        return reading, result, publish_month(result, reading)


@contextmanager
def _none_or_all(files: Sequence[Path]) -> Iterator[None]:
    """After a fault, those of the files that were not there before are not there."""
    folder = files[0].parent
    new = [folder] if not folder.exists() else []
    new = [*(file for file in files if not file.exists()), *new]
    try:
        yield
    except BaseException:
        for path in new:
            with suppress(OSError):
                path.rmdir() if path is folder else path.unlink()
        raise


def write_history(history: Simulated, folder: Path) -> dict[str, object]:
    """Write leads and events of a simulated history as files, and return the settings that read them."""
    behaviour = [column for column in (*TOLD, "webinar") if column in history.leads]
    tables = history.leads.drop(columns=behaviour), history.events[["lead_id", "at", "type"]]  # the value is the type
    for name, table in zip(FILES[:2], tables, strict=True):
        write_whole(str(folder / name), table.to_csv(index=False).encode())
    return {
        "data": {"file": (folder / "leads.csv").as_posix()},
        "time": {
            "created_at": "created_at",
            "customer_at": "customer_at",
            "as_of": history.as_of,
            "observe_days": OBSERVE_DAYS,
        },
        "events": {"file": (folder / "events.csv").as_posix()},
        "outcome": {"worked": "worked_by_sales", "value": "amount"},
        "criterion": [{"column": f"{event}{SUFFIX}", "name": name} for name, event in TOLD.items()],
        "columns": {"exclude": ["email"]},  # the column mailbox says it already
    }


def meeting_grid() -> Grid:
    """Points as they are invented where nobody counts: round numbers, the newsletter praised, little taken back."""
    lines = (
        _number("newsletter", "engagement", (1,), (0, 10)),
        _number("demo_request", "engagement", (1,), (0, 15)),
        _number("free_trial", "engagement", (1,), (0, 5)),
        _number("email_opens", "engagement", (1, 3), (0, 2, 5)),
        _number("pricing_page_views", "engagement", (1,), (0, 5)),
        _number("employees", "fit", (50, 1000), (0, 5, 10)),
        _flag("competitor", "fit", -10),
    )
    return Grid(
        name="current",
        method="meeting",
        criteria=tuple(criterion for criterion, _ in lines),
        points=tuple(points for _, points in lines),
        thresholds=Thresholds(marketing_qualified=15, sales_qualified=25),
        pivot=15,
        bands=(Band("call", 25, "call now"), Band("nurture", 15, "nurture")),
    )


def true_rates(history: Simulated, reading: Counted) -> dict[str, dict[str, float]]:
    """True close rates of the levels shown, within the window that is judged."""
    terms = reading.history.terms
    webinar = history.leads["webinar"]
    flags = {"webinar_attended": webinar == "attended", "webinar_no_show": webinar == "no-show"}
    simulated = replace(history, leads=history.leads.assign(**flags))
    truth = {}
    for criterion in reading.rates.criteria:

        def level_of(value: object, criterion: Criterion = criterion) -> str:
            if isinstance(value, bool | np.bool_):  # counted once or not at all, or as it stands in the CSV file
                value = int(value) if criterion.kind == "number" else str(value)
            return criterion.levels[criterion.index_of(value)].name

        column = criterion.name if criterion.column.endswith(SUFFIX) else criterion.column
        if column in simulated.leads:
            rates = simulated.true_rates(
                column,
                level_of,
                observe_days=terms.observe_days,
                close_within_days=terms.close_within_days,
            )
            truth[criterion.name] = {str(level): float(value) for level, value in rates.items()}
    return truth


def _flag(column: str, axis: Axis, points: int) -> tuple[Criterion, tuple[int, ...]]:
    levels = (Level("yes", values=("True", "true")), Level("no", values=("False", "false")), *SPECIAL)
    return Criterion(column, column, "text", axis, levels, reference="no"), (points, 0, 0, 0)


def _number(
    column: str, axis: Axis, cuts: tuple[int, ...], points: tuple[int, ...]
) -> tuple[Criterion, tuple[int, ...]]:
    bounds = (None, *cuts, None)
    names = [f"<{cuts[0]}", *(f"{a}-{b - 1}" for a, b in pairwise(cuts)), f"{cuts[-1]}+"]
    levels = [Level(name, low=low, high=high) for name, low, high in zip(names, bounds[:-1], bounds[1:], strict=True)]
    source = f"{TOLD[column]}{SUFFIX}" if column in TOLD else column
    return Criterion(column, source, "number", axis, (*levels, *SPECIAL), ordered=True), (*points, 0, 0)
