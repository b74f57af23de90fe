"""What the settings ask for, told to the steps: names, windows, criteria, constraints and plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..days import DAY_ZERO
from ..engine.table import Fact, Table, column_of
from ..errors import GridError, SettingsError, unknown
from ..export.reading import read_grid
from ..grid.criteria import Criterion
from ..grid.event_columns import OBSERVE_DAYS as EVENT_DAYS
from ..grid.event_columns import is_event_column, types_in
from ..grid.grid import Grid, Pin
from ..grid.mailbox_kinds import made_from
from ..leads.columns.buyers import find_group, person_keys
from ..leads.columns.mailbox import find_addresses, with_mailboxes
from ..leads.columns.not_leads import find_not_leads
from ..leads.columns.proposal import Proposal, monotone, named_levels, propose
from ..leads.events import EventNames, join_events, last_event_day, named
from ..leads.terms import OBSERVE_DAYS, Group, Terms
from ..points.plan import Plan
from ..points.thresholds import Policy
from ..weights import METHODS
from ..weights.constraints import Constraints
from .settings import CriterionSettings, Settings

CURRENT = "current"


def grids_of(settings: Settings) -> dict[str, Grid]:
    """The grid files named in the settings, by candidate name."""
    named = dict(settings.candidates.grids)
    if settings.candidates.current is not None:
        if CURRENT in named:
            raise SettingsError("two grids are named 'current'; give the one under --grid another name")
        named = {CURRENT: settings.candidates.current, **named}
    clash = sorted(set(named) & set(settings.candidates.methods))
    if clash:
        raise SettingsError(f"a grid file is named '{clash[0]}' like a weighting method; give it another name")
    return {name: replace(read_grid(path), name=name) for name, path in named.items()}


def with_events(settings: Settings, table: Table, happened: Table, terms: Terms, grids: Mapping[str, Grid]) -> Table:
    """The leads with a column for each thing that events tell of them."""
    wanted = [c.column for grid in grids.values() for c in grid.criteria]
    wanted += [*settings.columns.only, *settings.columns.keep, *settings.columns.known]
    wanted += [c.column for c in settings.criterion]
    return join_events(table, happened, terms, _event_names(settings), more=types_in(wanted)).table


def _event_names(settings: Settings) -> EventNames:
    asked = settings.events
    return EventNames(asked.lead_id, asked.at, asked.type, asked.value)


def seen_until(settings: Settings, happened: Table, terms: Terms) -> Terms:
    """The terms with the last day on which an event happened: the history is read then, if nothing came later."""
    if terms.lead_id is None or terms.created_at is None or terms.as_of is not None:
        return terms
    names = named(happened, terms.lead_id, _event_names(settings))
    return replace(terms, seen_until=last_event_day(happened, names.at or ""))


def with_kinds(settings: Settings, table: Table, grids: Mapping[str, Grid]) -> Table:
    """The leads with a column for the kind of mailbox behind each column of e-mail addresses."""
    wanted = [c.column for grid in grids.values() for c in grid.criteria]
    wanted += [*settings.columns.only, *settings.columns.keep, *settings.columns.known]
    wanted += [c.column for c in settings.criterion]
    named = [made for name in wanted if (made := made_from(name)) is not None]
    found = [] if settings.columns.only else find_addresses(table)
    return with_mailboxes(table, list(dict.fromkeys((*found, *named))))


def terms_of(settings: Settings, table: Table, outcomes: Table | None) -> Terms:
    """What the source calls things; a strictly monotone id orders leads that have no dates."""
    time_, outcome = settings.time, settings.outcome
    order = time_.order
    if time_.created_at is None and order is None and outcome.lead_id and monotone(table, outcome.lead_id):
        order = outcome.lead_id
    usual = EVENT_DAYS if settings.events.file else OBSERVE_DAYS
    return Terms(
        customer=outcome.customer, customer_values=outcome.customer_values, created_at=time_.created_at,
        customer_at=time_.customer_at, lead_id=outcome.lead_id, order=order, outcomes=outcomes, as_of=time_.as_of,
        outcomes_id=outcome.outcomes_id, outcomes_by=outcome.outcomes_by, open_values=outcome.open_values,
        open_in=outcome.open_in, group=_group(settings, table, outcomes), unit=outcome.unit, persons=person_keys(table),
        not_leads=find_not_leads(table),
        observe_days=usual if time_.observe_days is None else time_.observe_days,
        close_within_days=time_.close_within_days,
    )  # fmt: skip


def _group(settings: Settings, table: Table, outcomes: Table | None) -> Group | None:
    """What tells buyers apart: as named, else as found; "none" is a column only where there is one of that name."""
    asked = settings.outcome.group
    known = [c.name for c in table.columns]
    if asked is not None and (asked in known or asked != "none"):
        if asked not in known:
            raise SettingsError(f"{table.name}: {unknown('column', asked, known)}")
        return Group(asked)
    group = None if asked else find_group(table, outcomes, settings.outcome.outcomes_id or settings.outcome.lead_id)
    if group is None and settings.outcome.unit == "company":
        raise SettingsError(
            "nothing tells which leads belong to one company, so companies cannot be scored: name the column that does "
            f"with --group. Columns: {', '.join(known[:40])}"
        )
    return group


def proposal_of(
    settings: Settings, table: Table, terms: Terms, grids: Mapping[str, Grid], known_aside: Mapping[str, str]
) -> Proposal:
    """Criteria from the data, with the levels that settings and grid files need counted apart.

    `known_aside` are columns that a CRM fills too late to be criteria, with the reason.
    """
    known = [c.name for c in table.columns]
    columns = settings.columns
    for name in (
        *columns.only,
        *columns.exclude,
        *columns.keep,
        *columns.known,
        *(c.column for c in settings.criterion),
    ):
        if name not in known:
            raise SettingsError(f"{table.name}: {unknown('column', name, known)}")
    for grid in grids.values():
        for criterion in grid.criteria:
            if criterion.column not in known:
                raise GridError(
                    f"grid '{grid.name}' does not fit {table.name}: {unknown('column', criterion.column, known)}"
                )
    needed = [criterion for grid in grids.values() for criterion in grid.criteria]
    needed += [_decided(each) for each in settings.criterion if each.cuts or each.groups]
    aside = {*settings.stages.model_dump().values(), settings.outcome.value, settings.outcome.worked} - {None}
    if terms.outcomes is not None and settings.outcome.value in [c.name for c in terms.outcomes.columns]:
        aside -= {settings.outcome.value} - {*known}  # the amounts stand in the file of deals
    for name in aside:
        column_of(table, name)
    parts = {terms.customer, terms.created_at, terms.customer_at, terms.lead_id, terms.order, terms.outcomes_by}
    parts |= {terms.group.column} if terms.group is not None and terms.group.kind in ("column", "company") else set()
    late = {name: reason for name, reason in known_aside.items() if name in known and name not in {*parts, *aside}}
    addresses = [made for name in known if (made := made_from(name)) in known]  # the kind of mailbox stands for them
    out = {name for name in (*aside, *parts, *late, *addresses) if name is not None and name in known}
    proposal = propose(
        table,
        leave_out=tuple(sorted(str(name) for name in out if name not in columns.only)),
        include=columns.only or None,
        exclude=(*columns.exclude, *(name for name in known if made_from(name) in columns.exclude)),
        needed=needed,
        keep=columns.keep,
    )
    facts = (*proposal.facts, *(Fact("ignored", {"column": name, "reason": late[name]}) for name in late))
    proposal = replace(proposal, facts=facts, criteria=tuple(_edited(c, settings) for c in proposal.criteria))
    worked = settings.outcome.worked
    if worked is None or worked in [c.column for c in proposal.criteria]:
        return proposal
    # counted beside the criteria, and none of them
    counted = propose(table, include=(worked,), keep=columns.keep).criteria
    return replace(
        proposal,
        criteria=(*proposal.criteria, *counted),
        only_needed=(*proposal.only_needed, *(c.name for c in counted)),
    )


def _decided(each: CriterionSettings) -> Criterion:
    """The criterion that a `[[criterion]]` of the settings describes."""
    return named_levels(each.column, name=each.name, axis=each.axis or "fit", cuts=each.cuts, groups=each.groups)


def _edited(criterion: Criterion, settings: Settings) -> Criterion:
    """The proposed criterion with the name and axis that the settings give it."""
    if is_event_column(criterion.column):
        criterion = replace(criterion, axis="engagement")
    for each in settings.criterion:
        if each.column == criterion.column:
            return replace(
                criterion,
                name=each.name or criterion.name,
                axis=each.axis or criterion.axis,
                reference=each.reference or criterion.reference,
            )
    return criterion


def plans_of(settings: Settings, grids: Mapping[str, Grid], window: int | None = None) -> tuple[Plan, ...]:
    """The candidates: grids as they stand, and one grid by each method under the constraints.

    `window` is how many days a lead takes until it can be judged (None: undated). It tells which leads a grid that we
    made ourselves was made from: its method, under today's constraints, stands in for it there.
    """
    wanted = settings.candidates
    for method in wanted.methods:
        if method not in METHODS:
            raise SettingsError(unknown("weighting method", method, METHODS))
    constraints = Constraints(
        pins=tuple(Pin(**pin.model_dump()) for pin in settings.pin),
        cap=wanted.cap,
        cap_criterion=wanted.cap_criterion,
        cap_axis=wanted.cap_axis,
        largest_share=wanted.largest_share,
        max_lines=wanted.max_lines,
        max_criteria=wanted.max_criteria,
        never_negative=wanted.never_negative,
        never_positive=wanted.never_positive,
        ordered=wanted.monotone,
        need_negative=wanted.need_negative,
    )
    policy = policy_of(settings)
    made = {
        method: Plan(
            method,
            method,
            constraints=constraints,
            scale=wanted.scale,
            pivot=wanted.pivot,
            best=wanted.best,
            policy=policy,
        )
        for method in METHODS
    }
    fixed = []
    for name, grid in grids.items():
        plan, since = Plan(name, grid=grid, policy=policy), grid.first_unseen_day(window)
        if since is not None and grid.method in METHODS:
            again = replace(made[grid.method], name=name, like=grid)
            plan = replace(plan, again=again, since=(since - DAY_ZERO).days)
        fixed.append(plan)
    plans = (*fixed, *(made[method] for method in wanted.methods))
    if not plans:
        raise SettingsError("there is nothing to compare: name methods or grid files")
    return plans


def policy_of(settings: Settings) -> Policy:
    """How thresholds are to be chosen."""
    chosen = settings.thresholds
    given = [
        policy
        for value, policy in (
            (chosen.capacity, Policy("capacity", chosen.capacity or 1)),
            (chosen.close_rate, Policy("rate", chosen.close_rate or 0.5)),
            (chosen.share_of_customers, Policy("share", chosen.share_of_customers or 0.5)),
        )
        if value is not None
    ]
    cost, value = chosen.cost_of_call, chosen.value_of_customer
    if (cost is None) != (value is None):
        raise SettingsError("money needs both: --cost-of-call and --value-of-customer")
    if cost is not None and value is not None:
        given.append(Policy.break_even(cost, value))
    if len(given) > 1:
        raise SettingsError(
            "thresholds are chosen in one way: by capacity, by close rate, by share of customers or by money"
        )
    return replace(
        given[0] if given else Policy(),
        fit_minimum=chosen.fit_minimum,
        engagement_minimum=chosen.engagement_minimum,
    )
