"""Where the rows come from: a CRM's export recognised, and its names put beside those that the user gave.

What the user names wins, then the names of the CRM, then what `roles` finds by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..engine.table import Fact, Table
from ..errors import SettingsError, unknown
from ..leads.columns.date_columns import find_dates
from ..leads.columns.outcome_column import find_value
from ..leads.columns.outcome_words import spelling
from ..leads.crm import NONE, SYSTEMS, detect
from ..leads.crm.base import System
from ..leads.crm.look import Told, amount, check_lost, key_of, keys, set_aside, spoken, told
from ..leads.crm.several import apart
from ..leads.crm.yousign import SIGNED, YOUSIGN, signatures
from ..report.review import Warning_
from .settings import Settings


@dataclass(frozen=True)
class Origin:
    """The settings with the names of a CRM filled in, the file of outcomes as it is joined, and what to say.

    `aside` gives the columns that the CRM fills while sales work or after the outcome, with the reason.
    """

    settings: Settings
    outcomes: Table | None
    facts: tuple[Fact, ...] = ()
    warnings: tuple[Warning_, ...] = ()
    aside: Mapping[str, str] = field(default_factory=dict)


def recognised(settings: Settings, table: Table, outcomes: Table | None) -> Origin:
    """Look whose exports these are, and what that says about their columns and values.

    Raises
    ------
    SettingsError
        No such system, or a file of signatures where leads should be.
    HistoryError
        The export leaves lost leads out.
    """
    name = settings.data.crm
    if name == NONE:
        return Origin(settings, outcomes)
    if name is not None and name not in SYSTEMS:
        raise SettingsError(unknown("CRM", name, [*SYSTEMS, NONE]))
    named_system = SYSTEMS[name] if name is not None else None
    system = named_system if named_system not in (None, YOUSIGN) else detect([c.name for c in table.columns])
    if system is YOUSIGN or (named_system is YOUSIGN and outcomes is None):
        raise SettingsError(
            "Yousign events tell which leads signed, not who the leads are: name the file of leads first and this one "
            "with --outcomes"
        )
    origin = Origin(settings, outcomes)
    if system is not None:
        origin = _leads(origin, system, table, by_user=system is named_system)
    if outcomes is not None:
        second = (
            named_system
            if named_system is YOUSIGN
            else detect([c.name for c in outcomes.columns]) or named_system or system
        )
        if second is not None:
            origin = _second(origin, system, table, second, outcomes, by_user=second is named_system)
    return origin


def _leads(origin: Origin, system: System, table: Table, *, by_user: bool) -> Origin:
    """What the system says about the file of leads."""
    settings, names = origin.settings, [c.name for c in table.columns]
    outcome, time = settings.outcome, settings.time
    check_lost(system, table)
    parts: dict[str, Any] = {}
    times: dict[str, Any] = {}
    facts: list[Fact] = []
    outcome_told: Told | None = None
    if origin.outcomes is None and (outcome.customer is not None or time.customer_at is None):
        outcome_told = _own(settings, _told(settings, system, table))
        if outcome_told is not None:
            parts = _parts(settings, outcome_told)
            times["customer_at"] = time.customer_at or outcome_told.customer_at
        elif time.customer_at is None:
            times["customer_at"] = find_dates(table)[1]
    if outcome.lead_id is None:
        parts["lead_id"] = system.find(names, system.lead_id)
    if time.created_at is None and time.order is None:
        times["created_at"] = system.find(names, system.created_at)
    if outcome_told is not None and outcome_told.sale and outcome.value is None:
        parts["value"] = amount(system, table)
    for key, column, before in (
        ("found_value", parts.get("value"), outcome.value),
        ("found_lead_id", parts.get("lead_id"), outcome.lead_id),
        ("found_created_at", times.get("created_at"), time.created_at),
        ("found_customer_at", times.get("customer_at"), time.customer_at),
    ):
        if column is not None and before is None:
            facts.append(Fact(key, {"column": column}))
    words = spoken(system, table, outcome_told, by_user=by_user, file=table.name)
    put_back = {*settings.columns.only, *settings.columns.keep, *(c.column for c in settings.criterion)}
    aside = {c: str(reason) for c, reason in set_aside(system, table).items() if c not in put_back}
    return Origin(_changed(settings, parts, times), origin.outcomes, (*words.facts, *facts), words.warnings, aside)


def _second(
    origin: Origin, system: System | None, table: Table, second: System, outcomes: Table, *, by_user: bool
) -> Origin:
    """What the system says about the file of deals or signatures, and how it is joined to the leads."""
    settings = origin.settings
    outcome, time = settings.outcome, settings.time
    if second is YOUSIGN:
        signed = signatures(outcomes, outcome.outcomes_id)
        times: dict[str, Any] = {"customer_at": SIGNED}
        settings = _changed(settings, {"customer": None, "customer_values": ()}, times)
        facts = (*origin.facts, *(f for f in signed.facts if f.key == "signatures"))
        return Origin(settings, signed, facts, origin.warnings, origin.aside)
    value = outcome.value or amount(second, outcomes)
    key = outcome.outcomes_id or key_of(system or second, second, outcomes)
    if key is not None:
        outcomes = apart(outcomes, key, value)
    outcome_told = _own(settings, _told(settings, second, outcomes, sale=True))
    parts: dict[str, Any] = {}
    times = {}
    if outcome_told is not None:
        parts = _parts(settings, outcome_told)
        times = {"customer_at": time.customer_at or outcome_told.customer_at}
    if outcome.outcomes_id is None and outcome.outcomes_by is None:
        pair = keys(system or second, table, second, outcomes)
        if pair is not None:
            parts["outcomes_by"], parts["outcomes_id"] = pair
    if outcome_told is not None and outcome.value is None:
        parts["value"] = value
    facts = origin.facts
    words = spoken(second, outcomes, outcome_told, by_user=by_user, file=outcomes.name)
    new = tuple(fact for fact in words.facts if fact not in facts)
    new += tuple(fact for fact in outcomes.facts if fact.key == "crm_several")
    if parts.get("value") is not None:
        new += (Fact("found_value", {"column": parts["value"]}),)
    if "outcomes_id" in parts:
        new += (Fact("crm_joined", {"lead": parts["outcomes_by"], "deal": parts["outcomes_id"]}),)
    return Origin(_changed(settings, parts, times), outcomes, (*facts, *new), origin.warnings, origin.aside)


def _told(settings: Settings, system: System, table: Table, *, sale: bool = False) -> Told | None:
    """How a file tells the outcome: in the column that the user names, or that holds the values that mean customer."""
    outcome = settings.outcome
    if outcome.customer is not None or not outcome.customer_values:
        return told(system, table, column=outcome.customer, sale=sale)
    holding = (told(system, table, column=name, sale=sale) for name in find_value(table, outcome.customer_values))
    return next((outcome_told for outcome_told in holding if outcome_told is not None), None)


def _own(settings: Settings, outcome_told: Told | None) -> Told | None:
    """What was found, without the date and the open values where the user means another outcome by that column."""
    meant = settings.outcome.customer_values
    spellings = {spelling(value) for value in outcome_told.customer_values} if outcome_told is not None else set()
    if outcome_told is None or not meant or not spellings or {spelling(value) for value in meant} & spellings:
        return outcome_told
    return Told(outcome_told.customer, meant)


def _parts(settings: Settings, outcome_told: Told) -> dict[str, Any]:
    """The outcome as found, where the user has not said it."""
    outcome = settings.outcome
    return {
        "customer": outcome_told.customer,
        "customer_values": outcome.customer_values or outcome_told.customer_values,
        "open_values": outcome.open_values or outcome_told.open_values,
        "open_in": outcome.open_in or (None if outcome.open_values else outcome_told.open_in),
    }


def _changed(settings: Settings, parts: Mapping[str, Any], times: Mapping[str, Any]) -> Settings:
    return settings.model_copy(
        update={
            "outcome": settings.outcome.model_copy(update=dict(parts)),
            "time": settings.time.model_copy(update=dict(times)),
        }
    )
