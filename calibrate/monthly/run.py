"""The month's work from settings to a review: open, observe, count, calibrate, compare.

Every step is one library call; this file only puts them in order, tells the settings' words to them and times
them. What is written to disk is decided in `report`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from .. import __version__
from ..counts import binning
from ..counts.leakage import Suspect, suspects
from ..counts.rates import RateTable, estimate
from ..counts.tally import Tally, count
from ..engine import Session
from ..engine.table import Fact, Table
from ..errors import CalibrateError, InputError, SettingsError
from ..evaluation import decision
from ..evaluation.backtest import Fold, folds, replay
from ..evaluation.ceiling import available, ceiling
from ..evaluation.comparison import Comparison, compare
from ..evaluation.decision import Adopted, outcomes
from ..export import json as grid_json
from ..export.reading import as_answered
from ..grid.grid import Grid
from ..leads.columns.proposal import Proposal
from ..leads.columns.roles import newest_first
from ..leads.history import History, last_day, observe
from ..leads.statement import Terms
from ..points.plan import Plan, Prepared, calibrate_prepared, prepare
from ..points.score_table import score, with_minimums
from ..report.folder import check_writable
from ..report.folder import write as write_folder
from ..report.language import load as load_words
from ..report.review import Account, Candidate, Review
from ..weights.constraints import check as check_names
from .crm_defaults import recognised
from .from_settings import (
    CURRENT,
    grids_of,
    plans_of,
    proposal_of,
    resolved,
    terms_of,
    with_events,
    with_kinds,
)
from .from_settings import read_grid as read_grid
from .settings import DEFAULT_METHODS, Settings, written
from .settings import toml as settings_toml
from .with_funnel import with_times
from .with_impact import with_drift, with_meeting
from .with_robustness import Replayed, audited, with_costs, with_near

QUICK_ROWS = 300_000
"""Profile rows up to which the slowest method and the ceiling are computed without being asked for."""
SLOWEST = "sparse"
FOLDS, FEW_FOLDS = 5, 3
"""Steps through time in which candidates are judged; with many profiles each step holds leads enough."""
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Counted:
    """What is known once the rows have been read: history, tally, suspects; all criteria or those allowed."""

    settings: Settings
    table: Table
    history: History
    proposal: Proposal
    tally: Tally
    suspects: tuple[Suspect, ...]
    allowed: tuple[str, ...]
    grids: Mapping[str, Grid]
    timing: dict[str, float] = field(default_factory=dict)
    story: tuple[Adopted, ...] = ()
    warnings: tuple[tuple[str, Mapping[str, str | int | float]], ...] = ()
    events: Table | None = None

    @property
    def usable(self) -> Tally:
        """The tally on the criteria that may be weighed: no suspects, no columns that only a grid uses."""
        return self.tally.without([c.name for c in self.tally.criteria if c.name not in self.allowed])

    @property
    def rates(self) -> RateTable:
        """Rates of all levels as they are shown: thin ones apart, not pooled."""
        shown = self.usable.regroup(binning.group(self.usable, min_leads=self.settings.columns.min_leads, pool=False))
        return estimate(shown, min_leads=self.settings.columns.min_leads)


def read_rows(
    settings: Settings,
    progress: Progress = lambda stage: None,
    *,
    follow: bool = True,
    cohorts: Callable[[Terms], Terms] = lambda terms: terms,
) -> Counted:
    """Open the source, decide what each row is, count the leads and set suspects aside.

    With `follow`, the grid that the newest earlier month decided on is the current one, unless one is named. `cohorts`
    may say how leads are parted into cohorts (`Terms.by`, `Terms.split`).
    """
    timing: dict[str, float] = {}
    asked = settings  # written out as it was asked for: what was found by itself is found again next month
    grids = grids_of(settings)
    with _timed(timing, "open_s", progress, "open"):
        session = Session()
        table = session.open(settings.data.file, table=settings.data.table)
        outcomes = session.open(settings.outcome.outcomes) if settings.outcome.outcomes else None
        happened = session.open(settings.events.file, table=settings.events.table) if settings.events.file else None
    with _timed(timing, "resolve_s", progress, "propose"):
        origin = recognised(settings, table, outcomes)
        settings, found = resolved(origin.settings, table, origin.outcomes)
        found = [*origin.facts, *found]
        table = with_kinds(settings, table, grids)
        grids = {name: as_answered(grid, table) for name, grid in grids.items()}
        terms = cohorts(terms_of(settings, table, origin.outcomes))
        asked, story, month = _followed(asked, table, terms, follow)
        if story and _replaces(story[-1], asked, month):
            made = story[-1].decision
            grids = {**grids, CURRENT: replace(story[-1].grid, name=CURRENT)}
            grids = {CURRENT: grids.pop(CURRENT), **grids}
            found.append(Fact("adopted_grid", {"month": made.month, "candidate": made.candidate, "who": made.who}))
    with _timed(timing, "events_s", progress, "events"):
        if happened is not None:
            table = with_events(settings, table, happened, terms, grids)
    with _timed(timing, "propose_s", progress, "propose"):
        proposal = proposal_of(settings, table, terms, grids, origin.aside)
        if not proposal.criteria:
            reasons = "; ".join(f"{column}: {reason}" for column, reason in proposal.ignored.items())
            raise InputError(f"{table.name}: no column can be a criterion ({reasons or 'there are no others'})")
    with _timed(timing, "observe_s", progress, "observe"):
        history = observe(table, proposal.criteria, terms)
        history = replace(history, facts=(*table.facts, *found, *proposal.facts, *history.facts))
    with _timed(timing, "count_s", progress, "count"):
        tally = count(history)
    with _timed(timing, "suspects_s", progress, "suspects"):
        candidates = tally.without(proposal.only_needed)
        aside = suspects(candidates, free=(*settings.columns.only, *settings.columns.keep))
        hidden = {suspect.column for suspect in aside}
        allowed = tuple(c.name for c in candidates.criteria if c.column not in hidden)
    told = (timing, story, origin.warnings, happened)
    return Counted(asked, table, history, proposal, tally, aside, allowed, grids, *told)


def review(counted: Counted, progress: Progress = lambda stage: None) -> Review:
    """Make every candidate, judge them on later leads, and put everything found together."""
    settings, tally, timing = counted.settings, counted.tally, counted.timing
    if not counted.allowed:
        raise SettingsError(
            "no column is left to be a criterion: all were ignored, excluded or set aside as suspects "
            f"({', '.join(s.column for s in counted.suspects) or 'none'}). Put one back with --criteria"
        )
    plans = plans_of(quick(settings, tally), counted.grids, counted.history.window)
    check_names(plans[-1].constraints, [c for c in tally.criteria if c.name in counted.allowed])
    min_leads = settings.columns.min_leads

    def prepared(part: Tally) -> Prepared:
        return prepare(part, allowed=counted.allowed, min_leads=min_leads)

    with _timed(timing, "rates_s", progress, "rates"):
        rates = counted.rates
        whole = prepared(tally)
    with _timed(timing, "backtest_s", progress, "backtest"):
        rolling = _rolling(counted)
        backtests = replay(tally, plans, rolling, prepare=prepared, calibrate=calibrate_prepared)
    with _timed(timing, "candidates_s", progress, "candidates"):
        candidates = tuple(_candidate(plan, calibrate_prepared(whole, plan), counted) for plan in plans)
    with _timed(timing, "compare_s", progress, "compare"):
        recipe = next((plan.name for plan in plans if plan.method == "lift"), plans[0].name)
        baseline = CURRENT if CURRENT in counted.grids else recipe
        capacity = plans[0].policy.top_share(whole.months, tally.overall)
        comparison = compare(
            backtests,
            baseline=baseline,
            capacity=capacity,
            reliable=bool(rates.distinct.any()),
            grids={candidate.name: candidate.grid for candidate in candidates},
        )
    dated = tally.ends is not None
    found = Review(
        title=Path(counted.table.name).name,
        account=account(counted, rates),
        tally=tally,
        rates=rates,
        suspects=counted.suspects,
        candidates=candidates,
        comparison=comparison,
        chosen=_chosen(comparison, candidates),
        months=float((tally.totals[:, 0] > 0).sum()) if dated else None,
        ceiling=_ceiling(counted, rolling) if _wants_ceiling(counted) else None,
        warnings=warnings(counted),
        story=counted.story,
        outcomes=outcomes(counted.story, tally, _newest(counted.history)),
    )
    named = {plan.name: plan for plan in plans}
    with _timed(timing, "constraints_s", progress, "constraints"):
        replayed = Replayed(named, {each.name: each for each in backtests}, rolling, prepared, capacity)
        found = with_costs(found, replayed)
    with _timed(timing, "near_s", progress, "near"):
        found = with_near(found, named, whole, partial(_candidate, counted=counted))
    with _timed(timing, "meeting_s", progress, "meeting"):
        found = with_drift(with_meeting(found, settings, counted.history, backtests, capacity))
    with _timed(timing, "times_s", progress, "times"):
        return with_times(found, settings, counted.history, tally, named, prepared, counted.events)


def _rolling(counted: Counted) -> tuple[Fold, ...]:
    """The steps through time, fewer where profiles are many; with dates, none trains on leads that were still open."""
    tally = counted.tally
    return folds(tally, close_days=counted.history.window, at_most=FEW_FOLDS if tally.rows > QUICK_ROWS else FOLDS)


def _wants_ceiling(counted: Counted) -> bool:
    """As asked; without a wish where it is quick: scikit-learn is there and the profiles are not too many."""
    asked = counted.settings.candidates.ceiling
    return asked if asked is not None else available() and counted.tally.rows <= QUICK_ROWS


def _ceiling(counted: Counted, rolling: Sequence[Fold]) -> dict[str, float] | None:
    return ceiling(counted.tally, rolling, counted.allowed) or None


def quick(settings: Settings, tally: Tally) -> Settings:
    """Without a wish for methods, the slowest one is left out where profiles are many."""
    asked = settings.candidates
    if asked.methods != DEFAULT_METHODS or tally.rows <= QUICK_ROWS:
        return settings
    kept = tuple(method for method in asked.methods if method != SLOWEST)
    return settings.model_copy(update={"candidates": asked.model_copy(update={"methods": kept})})


def check_out(settings: Settings) -> None:
    """Say before the long work that the report could not be written."""
    check_writable(Path(settings.report.out) / "month")
    for language in settings.report.languages:
        load_words(language)


def month_folder(counted: Counted) -> Path:
    """Where the report of these leads goes."""
    return Path(counted.settings.report.out) / _month(counted.history.as_of)


def check_open(counted: Counted, force: bool = False) -> None:
    """Refuse to overwrite a month that a decision has closed."""
    folder = month_folder(counted)
    if (folder / decision.FILE).exists() and not force:
        raise CalibrateError(
            f"'{folder}' is closed by a decision, so its report is not written again. Run with --force to write the "
            "report anew and keep the decision, or name another folder with --out"
        )


def _month(as_of: date | None) -> str:
    return (as_of or date.today()).isoformat()[:7]


def _followed(asked: Settings, table: Table, terms: Terms, follow: bool) -> tuple[Settings, tuple[Adopted, ...], str]:
    """The settings with the month from which a grid named just now holds; decisions of earlier months; this month."""
    reports = Path(asked.report.out)
    named_now = asked.candidates.current_since == "now"
    if not named_now and not (follow and decision.months_decided(reports)):
        return asked, (), ""
    month = _month(last_day(table, terms))
    if named_now:
        asked = asked.model_copy(update={"candidates": asked.candidates.model_copy(update={"current_since": month})})
    found = []
    for name in decision.months_decided(reports, before=month) if follow else ():
        made = decision.read(reports / name)
        found.append(Adopted(made, read_grid(str(reports / name / made.grid))))
    return asked, tuple(found), month


def _newest(history: History) -> int | None:
    """Last day (since 1970) on which a lead can have entered whose outcome is known."""
    if history.as_of is None or history.ends is None:
        return None
    return (history.as_of - date(1970, 1, 1)).days - history.terms.observe_days - history.terms.close_within_days


def _replaces(adopted: Adopted, asked: Settings, month: str) -> bool:
    """Whether the newest decision's grid is the current one: not where another was named between it and this month."""
    named = asked.candidates
    if CURRENT in named.grids:
        return False
    if named.current is None or named.current_since is None:
        return True
    return not adopted.decision.month < named.current_since <= month


def publish(review: Review, counted: Counted, *, force: bool = False) -> Path:
    """Write the month's folder, whole or not at all, and say where it is; a closed month only by `force`."""
    settings = counted.settings
    check_open(counted, force)
    folder = month_folder(counted)
    files = {candidate.name: grid_json.write(candidate.grid) for candidate in (*review.candidates, *review.near)}
    write_folder(
        review, folder, settings.report.languages, settings_text=settings_text(counted, folder), grid_files=files
    )
    return folder


def settings_text(counted: Counted, folder: Path) -> str:
    """The commented `calibration.toml` from which this run can be repeated, as it stands in a folder."""
    notes: dict[str, list[str]] = {}
    for criterion in counted.rates.criteria:
        levels = ", ".join(level.name for level in criterion.levels[:20])
        cuts = f"; cuts = {settings_toml(criterion.cuts)}" if criterion.cuts else ""
        notes[criterion.column] = [
            f"[[criterion]] column = {settings_toml(criterion.column)}, axis = {settings_toml(criterion.axis)}{cuts}",
            f"levels found: {levels}",
        ]
    for suspect in counted.suspects:
        notes[suspect.column] = [
            f"{settings_toml(suspect.column)} is set aside ({suspect.reason}): {suspect.evidence}",
            "put it back with: keep = [...] under [columns]",
        ]
    named = [f"{key}: {facts['column']}" for key, facts in counted.history.facts if key.startswith("found_")]
    return written(counted.settings, folder, notes, named)


@contextmanager
def _timed(timing: dict[str, float], name: str, progress: Progress, stage: str) -> Iterator[None]:
    progress(stage)
    start = time.perf_counter()
    yield
    timing[name] = round(time.perf_counter() - start, 4)


def write_whole(out: str, content: bytes) -> None:
    """A file with this content, whole or not at all."""
    target = Path(out)
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(target)
    except OSError as fault:
        part.unlink(missing_ok=True)
        raise InputError(f"'{out}' cannot be written: {fault.strerror}. Choose another file with --out") from None


def _candidate(plan: Plan, grid: Grid, counted: Counted) -> Candidate:
    if plan.grid is None:
        grid = replace(grid, provenance={**grid.provenance, **_provenance(counted)})
    enough = with_minimums(counted.tally, grid, grid.thresholds) if grid.thresholds else {}
    made = Candidate(grid.name, plan.method, grid, score(counted.tally, grid), enough=enough)
    return audited(made, counted.tally, counted.history.as_of)


def _provenance(counted: Counted) -> dict[str, str | int | float | None]:
    """Where the points come from: the same settings and data give the same words."""
    leads, customers = counted.tally.overall
    asked = counted.settings.model_dump(mode="json", exclude={"report", "data"})
    return {
        "calibrate": __version__,
        "source": Path(counted.table.name).name,
        "input_sha256": counted.table.fingerprint,
        "settings_sha256": hashlib.sha256(repr(sorted(asked.items())).encode()).hexdigest(),
        "as_of": counted.history.as_of.isoformat() if counted.history.as_of else None,
        **_named(counted),
        "leads": leads,
        "customers": customers,
    }


def _named(counted: Counted) -> dict[str, str | int | float | None]:
    """What a scorer must know to make the same columns from the same source: names of columns, and the window."""
    terms = counted.history.terms
    names: dict[str, str | int | float | None] = {"lead_id": terms.lead_id}
    for key, facts in counted.history.facts:
        if key == "events":
            names |= {"created_at": terms.created_at, "observe_days": terms.observe_days}
            names |= {f"events_{part}": facts[part] or None for part in ("lead_id", "at", "type", "value")}
    return names


def account(counted: Counted, rates: RateTable) -> Account:
    """What became of the rows that were read, and which placeholders stayed answers of their own among the rates."""
    history = counted.history
    terms = history.terms
    return Account(
        source=Path(counted.table.name).name,
        read=history.read,
        kept=history.kept,
        excluded=history.excluded,
        order=history.order,
        order_column=terms.created_at or terms.order,
        as_of=history.as_of.isoformat() if history.as_of else None,
        observe_days=terms.observe_days,
        close_within_days=terms.close_within_days if history.ends is not None else None,
        customer=terms.customer or terms.customer_at or "outcomes",
        facts=tuple(each for fact in history.facts for each in (fact, *_kept_apart(fact, rates))),
    )


def _kept_apart(fact: tuple[str, Mapping[str, str | int | float]], rates: RateTable) -> Iterator[Fact]:
    """The words for "no answer" in a column that are a level of their own, because they close unlike empty cells."""
    key, told = fact
    if key != "placeholders":
        return
    words = str(told["words"]).split(", ")
    for criterion in rates.criteria:
        values = {value for level in criterion.levels if level.role == "value" for value in level.values}
        kept = [word for word in words if word in values]
        if criterion.column == told["column"] and kept and criterion.kind == "text":
            yield Fact("placeholders_apart", {"column": criterion.column, "words": ", ".join(kept)})


def _chosen(comparison: Comparison, candidates: tuple[Candidate, ...]) -> str:
    """Name of the grid whose thresholds stand in the report: the adopted one, else the baseline."""
    name = comparison.verdict.candidate or comparison.baseline
    return name if name in [c.name for c in candidates] else candidates[0].name


def warnings(counted: Counted) -> tuple[tuple[str, Mapping[str, str | int | float]], ...]:
    """Risks that the reader should know of, as keys of the language files with their numbers."""
    found: list[tuple[str, Mapping[str, str | int | float]]] = list(counted.warnings)
    history = counted.history
    leads, customers = counted.tally.overall
    closed = history.excluded.get("already_closed", 0)
    if closed > 0.2 * (closed + customers):
        found.append(("already_closed", {"count": closed, "share": closed / (closed + customers)}))
    if customers < 50:
        found.append(("few_customers", {"customers": customers, "leads": leads}))
    if history.order == "file":
        falling = newest_first(counted.table)
        if falling is None:
            found.append(("file_order", {}))
        else:
            found.append(("newest_first", {"column": falling[0], "share": falling[1]}))
    if history.ends is not None and history.terms.customer_at is None:
        file = history.terms.outcomes
        undated = ("no_customer_date", {"column": history.terms.customer or ""})
        found.append(undated if file is None else ("no_outcomes_date", {"file": file.name}))
    if quick(counted.settings, counted.tally) is not counted.settings:
        found.append(("left_out", {"method": SLOWEST, "rows": counted.tally.rows}))
    if not counted.tally.exact:
        really = int(counted.tally.counted.sum())
        found.append(("sampled", {"rows": counted.tally.rows, "counted": really, "leads": leads}))
    share = float(np.mean(counted.rates.thin)) if len(counted.rates.leads) else 0.0
    if share > 0.5:
        found.append(("thin_levels", {"share": share}))
    return tuple(found)
