"""Commands of a live trial: planned before it, read while it runs."""

from __future__ import annotations

from re import fullmatch
from typing import Annotated, Literal

import typer

from ..errors import SettingsError
from .flags import JsonFlag, MemoryFlag, Option, TableFlag, TextFlag, day_of, words_of
from .output import say, say_json
from .output import table as show_table

Column = str | None
COUNTS_HELP = "Counts instead of a file: CUSTOMERS/LEADS since the start."


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    trial_app = typer.Typer(no_args_is_help=True, help="A live trial of a new grid against the old one.")
    app.add_typer(trial_app, name="trial")
    trial_app.command("plan")(plan)
    trial_app.command("read")(read)


def plan(
    leads: Annotated[float, Option(metavar="N", help="Leads a month whose outcome counts (shadow: handed over).")],
    rate: Annotated[float, Option(metavar="SHARE", help="Share of them that becomes customers today, such as 0.05.")],
    weeks: Annotated[int, Option(metavar="N", help="Weeks that the trial may run.")] = 6,
    lift: Annotated[
        float | None, Option(metavar="X", help="Close rate of the new grid / today's that one hopes for, such as 1.3.")
    ] = None,
    mode: Annotated[
        Literal["split", "shadow"],
        Option(help="split: a lead goes to one grid; shadow: both score, sales as before."),
    ] = "split",
    share: Annotated[float, Option(metavar="SHARE", help="split: share of the leads that the new grid gets.")] = 0.5,
    common: Annotated[float, Option(metavar="SHARE", help="shadow: share of handed-over leads both agree on.")] = 0.7,
    power: Annotated[float, Option(metavar="SHARE", help="Chance to find what is there.")] = 0.8,
    close_within_days: Annotated[int, Option(metavar="N", help="Days within which a customer counts.")] = 90,
    design_effect: Annotated[
        float, Option(metavar="X", help="Contacts of a company that tell as much as one lead: check --json, groups.")
    ] = 1.0,
    lang: TextFlag = "",
    json: JsonFlag = False,
) -> None:
    """How long a live trial must run, and what it can detect."""
    from ..monitoring import trial

    design = trial.Design(
        leads_per_month=leads,
        rate=rate,
        weeks=weeks,
        mode=mode,
        share=share,
        common=common,
        power=power,
        close_within_days=close_within_days,
        design_effect=design_effect,
    )
    result = trial.plan(design, lift=lift)
    if json:
        say_json(result.as_dict())
        return
    from ..report import trial_text as trialed

    words = words_of(lang)
    say("\n".join(result.said(words)))
    show_table(*trialed.plan_table(result, words))


def read(
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="One row per lead of the trial.")] = None,
    arm: Annotated[Column, Option(metavar="COL", help="Column that tells which grid a lead went to.")] = None,
    customer: Annotated[Column, Option(metavar="COL", help="Column that tells which leads became customers.")] = None,
    customer_value: Annotated[list[str] | None, Option(metavar="V", help="Value that means customer.")] = None,
    created_at: Annotated[Column, Option(metavar="COL", help="Column with the day the lead entered.")] = None,
    customer_at: Annotated[Column, Option(metavar="COL", help="Column with the day it became a customer.")] = None,
    lead_id: Annotated[Column, Option(metavar="COL", help="Column that identifies a lead.")] = None,
    group: Annotated[
        Column, Option(metavar="COL", help="Column whose leads share their fate (default: the company; none: alone).")
    ] = None,
    new: Annotated[str | None, Option(metavar="VALUE", help="Value of the arm column that means the new grid.")] = None,
    table: TableFlag = None,
    memory: MemoryFlag = None,
    weeks: Annotated[int, Option(metavar="N", help="Weeks that the trial was planned for, from its first lead.")] = 6,
    as_of: Annotated[str | None, Option(metavar="DATE", help="Day on which it is read (default: the last).")] = None,
    new_counts: Annotated[str | None, Option(metavar="K/N", help=COUNTS_HELP + " The new grid.")] = None,
    old_counts: Annotated[str | None, Option(metavar="K/N", help=COUNTS_HELP + " The old grid.")] = None,
    week: Annotated[int | None, Option(metavar="N", help="Week in which the counts were taken.")] = None,
    lang: TextFlag = "",
    json: JsonFlag = False,
) -> None:
    """What a running trial has shown: read it every week; looking often is paid for."""
    from ..monitoring import trial

    if new_counts is not None or old_counts is not None:
        if file is not None or None in (new_counts, old_counts, week):
            raise SettingsError("counts are read with --new-counts, --old-counts and --week, without a file")
        pairs = _pair(new_counts or "", "--new-counts"), _pair(old_counts or "", "--old-counts")
        result = trial.read([(pairs[0][1], pairs[0][0], pairs[1][1], pairs[1][0])], weeks=weeks, week=week)
        facts: dict[str, str | float] = {}
    else:
        if week is not None:
            raise SettingsError("--week goes with --new-counts and --old-counts; of a file the days tell the week")
        if file is None or arm is None or created_at is None:
            raise SettingsError(
                "a trial is read from a file with --arm and --created-at (and --customer or --customer-at), or from "
                "--new-counts, --old-counts and --week"
            )
        from ..engine import Session
        from ..monitoring.trial_arms import ArmNames, arms

        names = ArmNames(arm, customer, created_at, customer_at, lead_id, new, tuple(customer_value or ()), group)
        leads = Session(memory=memory).open(file, table=table)
        reading = arms(leads, names, as_of=None if as_of is None else day_of(as_of))
        result = trial.read(reading.weeks, weeks=weeks, effect=reading.effect)
        facts = {
            "new": reading.new,
            "old": reading.old,
            "first": str(reading.first),
            "as_of": str(reading.as_of),
            "left_out": reading.left_out,
            "design_effect": reading.effect,
        }
    if json:
        say_json({**result.as_dict(), "arms": facts})
    else:
        from ..report import trial_text as trialed

        words = words_of(lang)
        say(result.said(words))
        if facts.get("left_out"):
            say(words("trial.left_out", count=facts["left_out"]))
        show_table(*trialed.look_table(result, words))


def _pair(text: str, flag: str) -> tuple[int, int]:
    """Customers and leads from K/N."""
    pair = fullmatch(r"\s*([0-9]{1,12})\s*/\s*([0-9]{1,12})\s*", text)
    if not pair:
        raise SettingsError(f"{flag} '{text[:40]}' is not CUSTOMERS/LEADS, such as 35/400")
    return int(pair[1]), int(pair[2])
