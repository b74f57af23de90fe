"""What the settings ask for, told to the steps: names, windows, criteria, constraints and plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..days import day_number
from ..engine.table import Fact, Table, column_of
from ..errors import GridError, SettingsError, unknown
from ..export.reading import read_grid
from ..grid.criteria import Criterion
from ..grid.derived import Derived
from ..grid.event_columns import OBSERVE_DAYS as EVENT_DAYS
from ..grid.event_columns import is_event_column, types_in
from ..grid.grid import Grid, Pin
from ..grid.lead_age import AGE
from ..grid.limits import limits_for
from ..grid.mailbox_kinds import made_from
from ..leads.columns.buyers import find_group, person_keys
from ..leads.columns.mailbox import find_addresses, with_mailboxes
from ..leads.columns.many_valued import rules_of_lists
from ..leads.columns.naming import words_of
from ..leads.columns.not_leads import find_not_leads, flags_of
from ..leads.columns.proposal import Proposal, monotone, named_levels, propose
from ..leads.columns.roles import newest_first
from ..leads.columns.title_columns import derived_topic, find_titles, rules_of_titles, with_rule
from ..leads.events import EventNames, join_events, last_event_day, named
from ..leads.history import last_day
from ..leads.landmarks import AUTO, Landmarks, ages_allowed, at_landmarks, check_ages
from ..leads.terms import OBSERVE_DAYS, Group, Terms
from ..points.plan import Plan
from ..points.thresholds import Policy
from ..weights import METHODS
from ..weights.constraints import Constraints
from .settings import CriterionSettings, Settings

CURRENT = "current"
NEARLY_ALL = 0.99
"""An id that falls in so many of the rows says that the file stands newest first: leads are ordered by it."""


def grids_of(settings: Settings) -> dict[str, Grid]:
    """The grid files named in the settings, by candidate name; a method that does not exist is refused."""
    for method in settings.candidates.methods:
        if method not in METHODS:
            raise SettingsError(unknown("weighting method", method, METHODS))
    files = dict(settings.candidates.grids)
    if settings.candidates.current is not None:
        if CURRENT in files:
            raise SettingsError("two grids are named 'current'; give the one under --grid another name")
        files = {CURRENT: settings.candidates.current, **files}
    clash = sorted(set(files) & set(settings.candidates.methods))
    if clash:
        raise SettingsError(f"a grid file is named '{clash[0]}' like a weighting method; give it another name")
    return {name: replace(read_grid(path), name=name) for name, path in files.items()}


def with_events(settings: Settings, table: Table, happened: Table, terms: Terms, grids: Mapping[str, Grid]) -> Table:
    """The leads with a column for each thing that events tell of them."""
    needed = types_in(_columns_needed(settings, grids))
    return join_events(table, happened, terms, _event_names(settings), more=needed).table


def at_ages(
    settings: Settings, table: Table, happened: Table | None, terms: Terms, grids: Mapping[str, Grid]
) -> Landmarks:
    """The leads seen at each of the ages that the settings name, with what they had done by then."""
    as_of = last_day(table, terms)
    ages = settings.time.ages or ()
    if ages == AUTO and as_of is not None:
        ages = ages_allowed(table, terms, as_of)
    check_ages(ages)
    if as_of is None or settings.outcome.unit == "company":
        raise SettingsError("--ages scores single leads that have dates: name --created-at, and leave out --unit")
    tables = [table] * len(ages)
    if happened is not None:
        windows = [replace(terms, observe_days=age) for age in ages]
        tables = [with_events(settings, table, happened, window, grids) for window in windows]
    return at_landmarks(tables, ages, terms, as_of)


def _event_names(settings: Settings) -> EventNames:
    events = settings.events
    return EventNames(events.lead_id, events.at, events.type, events.value)


def seen_until(settings: Settings, happened: Table, terms: Terms) -> Terms:
    """The terms with the last day on which an event happened: the history is read then, if nothing came later."""
    if terms.lead_id is None or terms.created_at is None or terms.as_of is not None:
        return terms
    names = named(happened, terms.lead_id, _event_names(settings))
    return replace(terms, seen_until=last_event_day(happened, names.at or ""))


def _columns_named(settings: Settings) -> list[str]:
    """Columns that the settings name as criteria."""
    columns = settings.columns
    return [*columns.only, *columns.keep, *columns.known, *(part.column for part in settings.criterion)]


def _columns_needed(settings: Settings, grids: Mapping[str, Grid]) -> list[str]:
    """Columns of the given grids, and those that the settings name as criteria."""
    return [*(c.column for grid in grids.values() for c in grid.criteria), *_columns_named(settings)]


def with_kinds(settings: Settings, table: Table, grids: Mapping[str, Grid]) -> Table:
    """The leads with a column for the kind of mailbox behind each column of e-mail addresses."""
    needed = (made_from(name) for name in _columns_needed(settings, grids))
    sources = [source for source in needed if source is not None]
    addresses = [] if settings.columns.only else find_addresses(table)
    return with_mailboxes(table, list(dict.fromkeys((*addresses, *sources))))


def text_rules(settings: Settings, table: Table, grids: Mapping[str, Grid]) -> dict[str, Derived]:
    """Rules of the columns that are derived from texts: of job titles, found or named, and those of given grids."""
    columns = settings.columns
    rules = {c.column: c.derived for grid in grids.values() for c in grid.criteria if c.derived is not None}
    names = _columns_named(settings)
    titles = [name.removesuffix(f" ({derived_topic(name)})") for name in names if derived_topic(name)]
    if not columns.only and not settings.texts.titles:
        titles += [name for name in find_titles(table) if name not in columns.keep]
    titles += [name for name in settings.texts.titles if settings.texts.titles != ("none",)]
    source_columns = {column.name: column.type for column in table.columns}
    for name in settings.texts.titles if titles else ():
        if name not in source_columns:
            raise SettingsError(f"{table.name}: {unknown('column', name, source_columns)}")
        if source_columns[name] != "text":
            raise SettingsError(f"{table.name}: '{name}' is a {source_columns[name]}, and job titles are texts")
    words = {"seniority": settings.texts.seniority, "department": settings.texts.department}
    titles = list(dict.fromkeys(name for name in titles if name in source_columns))
    roles = (*settings.outcome.model_dump().values(), *settings.time.model_dump().values())
    answers = rules_of_lists(table, (*titles, *columns.exclude, *(role for role in roles if isinstance(role, str))))
    if columns.only:
        answers = {name: rule for name, rule in answers.items() if name in names}
    return answers | rules | rules_of_titles(titles, words)


def title_facts(rules: Mapping[str, Derived]) -> list[Fact]:
    """Which columns are read as job titles, and what is made of them."""
    topics: dict[str, list[str]] = {}
    for name, rule in rules.items():
        if derived_topic(name):
            topics.setdefault(rule.source, []).append(name)
    return [Fact("titles", {"column": source, "made": "”, “".join(names)}) for source, names in topics.items()]


def terms_of(settings: Settings, table: Table, outcomes: Table | None) -> Terms:
    """What the source calls things; an id that always rises, or nearly always falls, orders leads without dates."""
    time_, outcome = settings.time, settings.outcome
    order = time_.order
    if time_.created_at is None and order is None and outcome.lead_id and monotone(table, outcome.lead_id):
        order = outcome.lead_id
    elif time_.created_at is None and order is None and (falling := falls(table)) is not None:
        order = str(falling["column"])
    usual = EVENT_DAYS if settings.events.file else OBSERVE_DAYS
    return Terms(
        customer=outcome.customer,
        customer_values=outcome.customer_values,
        created_at=time_.created_at,
        customer_at=time_.customer_at,
        lead_id=outcome.lead_id,
        order=order,
        outcomes=outcomes,
        as_of=time_.as_of,
        outcomes_id=outcome.outcomes_id or called_alike(outcomes, outcome.outcomes_by or outcome.lead_id),
        outcomes_by=outcome.outcomes_by,
        open_values=outcome.open_values,
        open_in=outcome.open_in,
        group=_group(settings, table, outcomes),
        unit=outcome.unit,
        persons=person_keys(table),
        not_leads=find_not_leads(table),
        observe_days=usual if time_.observe_days is None else time_.observe_days,
        close_within_days=time_.close_within_days,
    )


def called_alike(outcomes: Table | None, lead_id: str | None) -> str | None:
    """The column of the second file that is called like the lead's id but for capitals, blanks and signs between words.

    None where it is called just so, or where several are called alike.
    """
    if outcomes is None or not words_of(lead_id or ""):
        return None
    names = [column.name for column in outcomes.columns]
    alike = [name for name in names if words_of(name) == words_of(lead_id or "")]
    return alike[0] if lead_id not in names and len(alike) == 1 else None


def _deal_id(settings: Settings, outcomes: Table | None) -> str | None:
    outcome = settings.outcome
    return outcome.outcomes_id or called_alike(outcomes, outcome.outcomes_by or outcome.lead_id) or outcome.lead_id


def falls(table: Table) -> dict[str, str | float] | None:
    """The id that falls in nearly all rows of a file that stands newest first, and in which share of them."""
    falling = newest_first(table)
    return None if falling is None or falling[1] < NEARLY_ALL else {"column": falling[0], "share": falling[1]}


def _group(settings: Settings, table: Table, outcomes: Table | None) -> Group | None:
    """What tells buyers apart: as named, else as found; "none" is a column only where there is one of that name."""
    column = settings.outcome.group
    names = [c.name for c in table.columns]
    if column is not None and (column in names or column != "none"):
        if column not in names:
            raise SettingsError(f"{table.name}: {unknown('column', column, names)}")
        return Group(column)
    group = None if column else find_group(table, outcomes, _deal_id(settings, outcomes))
    if group is None and settings.outcome.unit == "company":
        raise SettingsError(
            "nothing tells which leads belong to one company, so companies cannot be scored: name the column that does "
            f"with --group. Columns: {', '.join(names[:40])}"
        )
    return group


def proposal_of(
    settings: Settings,
    table: Table,
    terms: Terms,
    grids: Mapping[str, Grid],
    known_aside: Mapping[str, str],
    rules: Mapping[str, Derived] | None = None,
) -> Proposal:
    """Criteria from the data, with the levels that settings and grid files need counted apart.

    `known_aside` are columns that a CRM fills too late to be criteria, with the reason; `rules` those of columns that
    are derived from texts, which stand for the texts.
    """
    names = [c.name for c in table.columns]
    columns = settings.columns
    for name in (
        *columns.only,
        *columns.exclude,
        *columns.keep,
        *columns.known,
        *(c.column for c in settings.criterion),
    ):
        if name not in names:
            raise SettingsError(f"{table.name}: {unknown('column', name, names)}")
    for grid in grids.values():
        for criterion in grid.criteria:
            if criterion.column not in names:
                raise GridError(
                    f"grid '{grid.name}' does not fit {table.name}: {unknown('column', criterion.column, names)}"
                )
    needed = [criterion for grid in grids.values() for criterion in grid.criteria]
    needed += [_decided(part) for part in settings.criterion if part.cuts or part.groups]
    aside = {*settings.stages.model_dump().values(), settings.outcome.value, settings.outcome.worked} - {None}
    if terms.outcomes is not None and settings.outcome.value in [c.name for c in terms.outcomes.columns]:
        aside -= {settings.outcome.value} - {*names}  # the amounts stand in the file of deals
    for name in aside:
        column_of(table, name)
    parts = {terms.customer, terms.created_at, terms.customer_at, terms.lead_id, terms.order, terms.outcomes_by}
    parts |= {terms.group.column} if terms.group is not None and terms.group.kind in ("column", "company") else set()
    unseen = [str(fact.facts["lead_id"]) for fact in table.facts if fact.key == "ages"]
    flags = [name for name in flags_of(table) if name not in _columns_needed(settings, grids)]
    known_aside = {**dict.fromkeys(flags, "row_flag"), **known_aside, **dict.fromkeys(unseen, "id")}
    late = {name: reason for name, reason in known_aside.items() if name in names and name not in {*parts, *aside}}
    addresses = [
        source for name in names if (source := made_from(name)) in names
    ]  # the kind of mailbox stands for them
    rules = rules or {}
    texts = [rule.source for rule in rules.values() if rule.source not in columns.keep]
    out = {name for name in (*aside, *parts, *late, *addresses, *texts) if name is not None and name in names}
    proposal = propose(
        table,
        leave_out=tuple(sorted(str(name) for name in out if name not in columns.only)),
        include=columns.only or None,
        exclude=(*columns.exclude, *(name for name in names if _origin(name, rules) in columns.exclude)),
        needed=needed,
        keep=columns.keep,
    )
    facts = (*proposal.facts, *(Fact("ignored", {"column": name, "reason": late[name]}) for name in late))
    criteria = tuple(_edited(with_rule(c, rules.get(c.column)), settings) for c in proposal.criteria)
    proposal = replace(proposal, facts=facts, criteria=criteria)
    worked = settings.outcome.worked
    if worked is None or worked in [c.column for c in proposal.criteria]:
        return proposal
    # counted beside the criteria, and none of them
    worked_criteria = propose(table, include=(worked,), keep=columns.keep).criteria
    return replace(
        proposal,
        criteria=(*proposal.criteria, *worked_criteria),
        only_needed=(*proposal.only_needed, *(c.name for c in worked_criteria)),
    )


def _origin(name: str, rules: Mapping[str, Derived]) -> str | None:
    """The column from which a column is made, if it is made from another."""
    return rules[name].source if name in rules else made_from(name)


def _decided(part: CriterionSettings) -> Criterion:
    """The criterion that a `[[criterion]]` of the settings describes."""
    return named_levels(part.column, name=part.name, axis=part.axis or "fit", cuts=part.cuts, groups=part.groups)


def _edited(criterion: Criterion, settings: Settings) -> Criterion:
    """The proposed criterion with the name and axis that the settings give it."""
    if is_event_column(criterion.column) or criterion.column == AGE:
        criterion = replace(criterion, axis="engagement")
    for part in settings.criterion:
        if part.column == criterion.column:
            return replace(
                criterion,
                name=part.name or criterion.name,
                axis=part.axis or criterion.axis,
                reference=part.reference or criterion.reference,
            )
    return criterion


def plans_of(settings: Settings, grids: Mapping[str, Grid], window: int | None = None) -> tuple[Plan, ...]:
    """The candidates: grids as they stand, and one grid by each method under the constraints.

    `window` is how many days a lead takes until it can be judged (None: undated). It tells which leads a grid that we
    made ourselves was made from: its method, under today's constraints, stands in for it there.
    """
    candidates = settings.candidates
    constraints = Constraints(
        pins=tuple(Pin(**pin.model_dump()) for pin in settings.pin),
        cap=candidates.cap,
        cap_criterion=candidates.cap_criterion,
        cap_axis=candidates.cap_axis,
        largest_share=candidates.largest_share,
        max_lines=candidates.max_lines,
        max_criteria=candidates.max_criteria,
        never_negative=candidates.never_negative,
        never_positive=candidates.never_positive,
        ordered=candidates.monotone,
        need_negative=candidates.need_negative,
    )
    policy = policy_of(settings)
    by_method = {
        method: Plan(
            method,
            method,
            constraints=constraints,
            scale=candidates.scale,
            pivot=candidates.pivot,
            best=candidates.best,
            policy=policy,
        )
        for method in METHODS
    }
    fixed = []
    for name, grid in grids.items():
        its_policy = Policy() if grid.provenance.get("adopted_in") else policy  # what was decided stays
        plan, since = Plan(name, grid=grid, policy=its_policy), grid.first_unseen_day(window)
        if since is not None and grid.method in METHODS:
            again = replace(by_method[grid.method], name=name, like=grid, policy=its_policy)
            plan = replace(plan, again=again, since=day_number(since))
        fixed.append(plan)
    plans = (*fixed, *(by_method[method] for method in candidates.methods))
    if candidates.target is not None:
        limits = limits_for(candidates.target, candidates.limits)
        plans = (*plans, replace(by_method["logistic"], name=candidates.target, limits=limits))
    elif candidates.limits:
        raise SettingsError("limits are those of a system: name it with --for")
    if not plans:
        raise SettingsError("there is nothing to compare: name methods or grid files")
    return plans


def policy_of(settings: Settings) -> Policy:
    """How thresholds are to be chosen."""
    thresholds = settings.thresholds
    ways = [
        policy
        for value, policy in (
            (thresholds.capacity, Policy("capacity", thresholds.capacity or 1)),
            (thresholds.close_rate, Policy("rate", thresholds.close_rate or 0.5)),
            (thresholds.share_of_customers, Policy("share", thresholds.share_of_customers or 0.5)),
        )
        if value is not None
    ]
    cost, value = thresholds.cost_of_call, thresholds.value_of_customer
    if (cost is None) != (value is None):
        raise SettingsError("money needs both: --cost-of-call and --value-of-customer")
    if cost is not None and value is not None:
        ways.append(Policy.break_even(cost, value))
    if len(ways) > 1:
        raise SettingsError(
            "thresholds are chosen in one way: by capacity, by close rate, by share of customers or by money"
        )
    return replace(
        ways[0] if ways else Policy(),
        fit_minimum=thresholds.fit_minimum,
        engagement_minimum=thresholds.engagement_minimum,
    )
