"""Commands around a decision: adopting a month's grid, and grids looked at beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import SettingsError
from .flags import AtFlag, EventsFlag, JsonFlag, Option, TableFlag, TextFlag, words_of
from .output import form_of, grid_for_day, say, say_json

if TYPE_CHECKING:
    from ..language import Words
    from ..scoring.one_lead import LeadScore


def add_to(app: typer.Typer, grid_app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(adopt)
    app.command()(status)
    grid_app.command("diff")(grid_diff)
    grid_app.command("explain")(grid_explain)


def adopt(
    folder: Annotated[str, typer.Argument(metavar="MONTH", help="The month's folder, such as reports/2026-11.")],
    candidate: Annotated[
        str | None, typer.Argument(metavar="CANDIDATE", help="Name of the candidate that was decided on.")
    ] = None,
    by: Annotated[str | None, Option(metavar="WHO", help="Who decided.")] = None,
    why: Annotated[str | None, Option(metavar="TEXT", help="Why.")] = None,
    points: Annotated[
        list[str] | None, Option(metavar="CRITERION=LEVEL=POINTS", help="Points changed by hand; may be repeated.")
    ] = None,
    thresholds: Annotated[str | None, Option(metavar="MQL,SQL", help="Thresholds in points, such as 15,40.")] = None,
    changes: Annotated[
        str | None, Option(metavar="FILE", help="The changes.json of the review page; flags beside it come first.")
    ] = None,
    force: Annotated[bool, Option("--force", help="Decide anew on a month that is closed.")] = False,
    lang: TextFlag = "",
    json: JsonFlag = False,
) -> None:
    """Write the month's decision; next month's run takes the grid as its current one."""
    from dataclasses import asdict
    from pathlib import Path

    from ..monthly.adopt import adopt_candidate as close
    from ..monthly.changes import Changes, read_changes

    page = read_changes(Path(changes)) if changes else Changes()
    candidate = candidate or page.candidate
    if not candidate:
        raise SettingsError("name the candidate that was decided on, or the changes.json of the page with --changes")
    decision, grid = close(
        Path(folder),
        candidate,
        who=by or page.by,
        why=why or page.why,
        points=(*page.overrides, *(points or ())),
        thresholds=_pair(thresholds) or page.thresholds,
        force=force,
    )
    if json:
        say_json({**asdict(decision), "folder": folder, "maximum": grid.maximum, "minimum": grid.minimum})
        return
    from ..report.band_text import stage_lines

    words = words_of(lang)
    say(words("adopted.done", candidate=candidate, month=decision.month, file=f"{folder}/{decision.grid}"))
    say(words("history.thresholds", **stage_lines(decision.thresholds, words)))
    for override in decision.overrides:
        say(f"- {override.criterion}, {override.level}: {override.was:+d} -> {override.points:+d}")
    for stage, promise in (decision.promises or {}).items():
        low, high = promise.interval
        pace = "adopted.pace" if promise.months else "adopted.leads"
        pace_text = words(pace, leads=promise.leads_per_month if promise.months else promise.leads)
        say(
            words(
                "adopted.promise",
                stage=words(f"stage.{stage}"),
                pace=pace_text,
                rate=promise.close_rate,
                low=low,
                high=high,
                basis=words("history.on_same" if promise.later is None else "history.on_later", leads=promise.later),
            )
        )
    if decision.promises is None:
        say(words("adopted.unknown"))


def status(
    folder: Annotated[str, typer.Argument(metavar="REPORTS", help="The folder of the months.")] = "reports",
    lang: TextFlag = "",
    json: JsonFlag = False,
) -> None:
    """Where the monthly loop stands: months, decisions, promises, and the next step. Nothing is written."""
    from dataclasses import asdict
    from pathlib import Path

    from ..monthly.status import reports_status as read_status

    state = read_status(Path(folder))
    if json:
        say_json(asdict(state))
        return

    words = words_of(lang)
    for month in state.months:
        counts = words("status.month", month=month.month, customers=month.customers, leads=month.leads)
        decision = month.decision
        sentence = (
            words("status.decided", candidate=decision.candidate, who=decision.who, why=decision.why)
            if decision
            else (words("status.open", candidate=month.proposed) if month.proposed else words("status.none"))
        )
        say(f"{counts} {month.fault or sentence}")
    for promise in state.promises:
        side = words(f"history.{promise.side}") if promise.side else words("history.nothing_yet")
        say(
            words(
                "summary.promise",
                month=promise.month,
                stage=words(f"stage.{promise.stage}"),
                promised=promise.promised,
                came=promise.customers / promise.leads if promise.leads else 0.0,
                customers=promise.customers,
                leads=promise.leads,
                side=side,
            )
        )
    say(words(f"status.{state.step}", command=state.command))


def _pair(text: str | None) -> tuple[int, int] | None:
    """Two whole numbers with a comma between them."""
    if text is None:
        return None
    try:
        marketing, sales = (int(part) for part in text.split(","))
    except ValueError:
        raise SettingsError(f"--thresholds '{text}' is not MQL,SQL in points, such as 15,40") from None
    return marketing, sales


def grid_diff(
    old: Annotated[str, typer.Argument(metavar="OLD.json")],
    new: Annotated[str, typer.Argument(metavar="NEW.json")],
    lang: TextFlag = "",
    json: JsonFlag = False,
) -> None:
    """Compare two grid files line by line: points, thresholds, lowest and highest score."""
    from ..export.reading import read_grid
    from ..grid.diff import beside
    from ..grid.grid import STAGES
    from ..report.band_text import stage_line
    from ..report.level_text import level_name

    first, second = read_grid(old), read_grid(new)
    changed = [line for line in beside([first, second]) if line.change]
    ends = {"lowest": (first.minimum, second.minimum), "highest": (first.maximum, second.maximum)}
    heads: dict[str, tuple[int | None, ...]] = {f"{name} score": both for name, both in ends.items()}
    if first.start or second.start:
        heads["start"] = (first.start, second.start)
    for stage in STAGES:
        limits = (None if g.thresholds is None else getattr(g.thresholds, stage) for g in (first, second))
        heads[f"{stage.replace('_', '-')} from"] = tuple(limits)
    for axis in ("fit", "engagement"):
        least = tuple(getattr(g.thresholds, f"{axis}_minimum", None) for g in (first, second))
        if least != (None, None):
            heads[f"{axis} minimum"] = least
    if json:
        lines = [
            {
                "criterion": change.criterion,
                "level": change.level.name,
                "old": change.points[0],
                "new": change.points[1],
                "change": change.change,
            }
            for change in changed
        ]
        say_json({"old": old, "new": new, "lines": lines, **{name: list(both) for name, both in heads.items()}})
        return
    words = words_of(lang)
    headings = {words(f"diff.{key}"): tuple(map(_points, both)) for key, both in ends.items()}
    if "start" in heads:
        headings[words("answer.start")] = (_points(first.start), _points(second.start))
    for stage in STAGES:
        headings[words(f"stage.{stage}")] = tuple(
            "-" if g.thresholds is None else stage_line(g.thresholds, stage, words).partition(" ")[2]
            for g in (first, second)
        )
    for name, (before, after) in headings.items():
        say(words("diff.unchanged" if before == after else "diff.row", name=name, old=before, new=after))
    say(words("diff.changes", count=len(changed)) if changed else words("diff.none"))
    names = [words.pair(change.criterion, level_name(change.level, words)) for change in changed]
    width = max(map(len, names), default=0)
    for change, label in zip(changed, names, strict=True):
        before, after = (f"{_points(points):>6}" for points in change.points)
        say(f"  {label:<{width}}  {before} -> {after}  ({change.change:+d})")


def _points(value: int | None) -> str:
    return "-" if value is None else f"{value:+d}" if value else "0"


def grid_explain(
    grid: Annotated[str, typer.Argument(metavar="GRID.json")],
    data: Annotated[str, typer.Argument(metavar="DATA", help="File or table that --lead-id looks in.")] = "",
    out: Annotated[str, Option(metavar="FILE", help="Where to write: .html or .md; a lead's score: .md or text.")] = "",
    lead: Annotated[str, Option(metavar="COL=V,COL=V", help="Explain the score of this one lead.")] = "",
    lead_id: Annotated[str, Option(metavar="ID", help="Explain the score of the lead of DATA with this id.")] = "",
    id_column: Annotated[str | None, Option(metavar="COL", help="Column of DATA with the ids.")] = None,
    table: TableFlag = None,
    events: EventsFlag = None,
    at: AtFlag = None,
    lang: Annotated[str | None, Option(help="Language of the page (default: the terminal's).")] = None,
    json: JsonFlag = False,
) -> None:
    """Explain a grid on one page, from its file alone, or the score of one lead in words."""
    from ..export.reading import read_grid
    from ..files import write_whole
    from ..report.grid_page import explained
    from ..scoring.one_lead import explain_lead, explain_row, typed_lead

    words = words_of(lang)
    if lead or lead_id:
        if bool(lead) == bool(lead_id) or bool(lead_id) != bool(data):
            raise SettingsError("give either --lead COL=V,COL=V, or DATA with --lead-id ID")
        day = at.date() if at is not None else None
        weights = read_grid(grid) if lead else grid_for_day(grid, day)
        if lead:
            scored = explain_lead(weights, typed_lead(weights, lead), day)
        else:
            scored = explain_row(weights, data, lead_id, lead_id=id_column, table=table, events=events, at=day)
        _say_lead(scored, words, out, json)
        return
    if data or id_column or table or events or at:
        raise SettingsError("a page is written from the grid alone; for the score of a lead of DATA add --lead-id ID")
    if not out:
        raise SettingsError("name the page to write with --out FILE.html, or a lead with --lead COL=V,COL=V")
    write_whole(out, explained(read_grid(grid), words, form_of(out)).encode())
    say(words("terminal.wrote", path=out))


def _say_lead(scored: LeadScore, words: Words, out: str, as_json: bool) -> None:
    """Print, or write, how one lead comes to its score."""
    from ..files import write_whole
    from ..report.lead_text import explained, lead_json

    if out:
        text = explained(scored, words, markdown=out.lower().endswith((".md", ".markdown")))
        write_whole(out, f"{text}\n".encode())
    if as_json:
        say_json(lead_json(scored))
    else:
        say(words("terminal.wrote", path=out) if out else explained(scored, words))
