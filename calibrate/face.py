"""The work in a notebook: history, rates, grid, comparison, with keywords in place of a settings file.

    import calibrate as cal
    history = cal.observe(df, customer="Converted", created_at="Created", lead_id="id")
    tally = cal.count(history)
    grid = cal.calibrate(tally, "sparse", max_lines=10)
    cal.compare(tally, ["lift", "sparse", grid])

Each function here is a few calls of the steps below it, with the defaults of `calibrate run`; the steps also take the
values that they always took.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from .cores import shared
from .counts import counting
from .counts.rates import estimate
from .counts.tally import Tally
from .engine.frames import Frame, is_connection, is_frame
from .engine.table import Table
from .errors import CalibrateError, SettingsError, unknown
from .evaluation import comparison as comparing
from .evaluation.backtest import Backtest, folds, replay
from .evaluation.comparison import Comparison
from .grid.grid import Grid
from .language import load
from .leads import history as observing
from .leads.history import History
from .leads.terms import Terms
from .monitoring import drift as drifting
from .monitoring.drift_looks import Drift
from .monthly.counted import Counted
from .monthly.publish import check_out, publish_month
from .monthly.read import read_history, read_rows, set_aside
from .monthly.run import review
from .monthly.settings import Settings, options, read, settings_from
from .points import plan as planning
from .points.plan import Plan
from .points.thresholds import Policy
from .report.answer import answer_of
from .report.review import Review
from .shown import Shown
from .weights import METHODS
from .weights.constraints import Constraints

AGAIN, FROM = "plan", "tally_blake2"
"""What a grid's provenance says of its making: the keywords of its plan, and the tally."""
PLAN_WORDS = ("name", "pivot", "best", "capacity", "policy")


@dataclass(frozen=True, repr=False)
class Run(Shown):
    """One month: the counted history, its review and the folder of the report."""

    counted: Counted
    review: Review
    folder: Path

    @property
    def headline(self) -> str:
        """The answer, how sure it is, and where the report lies."""
        return f"{' '.join(str(answer_of(self.review, load('en'))).splitlines())} Report: {self.folder}"

    def frame(self) -> Any:
        """The comparison, one line per candidate and metric."""
        return self.review.comparison.frame()

    def shown(self) -> Any:
        """One line per candidate."""
        return self.review.comparison.summary()


def observe(
    source: str | Path | Frame | Table, criteria: Any = None, terms: Terms | None = None, **words: Any
) -> History:
    """Which leads of a source can be judged, and on what; criteria are proposed (`history.proposal`).

    Parameters
    ----------
    source
        A path, an address of a database, a pandas or polars frame, an Arrow table or a DuckDB relation; or an opened
        table, with its criteria and terms.
    criteria
        Columns to use, by name; none: all that qualify.
    words
        What the flags of `calibrate run` say, with underscores: customer, created_at, customer_at, lead_id, exclude,
        outcomes and events (frames too), observe_days, close_within_days, as_of ...

    Raises
    ------
    SettingsError
        No such keyword, or a value that cannot be.
    InputError, HistoryError
        No such column, or no history.
    """
    if terms is not None:
        table: Any = source
        return observing.observe(table, tuple(criteria), terms)
    if criteria is not None:
        words["criteria"] = criteria
    wishes, frames = _settings(source, words)
    return read_history(wishes, follow=False, frames=frames).history


def count(history: History, **options: Any) -> Tally:
    """The leads counted; columns that know the outcome are set aside (`tally.aside`) unless they were put back."""
    tally = counting.count(history, **options)
    if history.proposal is None:
        return tally
    tally = tally.without(history.proposal.only_needed)
    suspects, _ = set_aside(tally, history.proposal)
    hidden = {suspect.column for suspect in suspects}
    return replace(tally.without([c.name for c in tally.criteria if c.column in hidden]), aside=suspects)


def calibrate(tally: Tally, plan: Plan | str, **words: Any) -> Grid:
    """A grid from counted leads: by a plan, or by the name of a method with what is demanded of it.

    `words` are demands (max_lines, cap, never_negative, pins ...: the fields of `Constraints`), `pivot` or `best` (the
    scale), `capacity` (leads a month) or `policy` (how thresholds are chosen) and `name`. The grid knows how it was
    made, so that `compare` judges it fairly on leads that it was made from.

    Raises
    ------
    SettingsError
        No such method or keyword.
    """
    if isinstance(plan, Plan):
        if words:
            raise SettingsError("a Plan says everything itself: give keywords beside the name of a method")
        return planning.calibrate(tally, plan)
    grid = planning.calibrate(tally, plan_of(plan, words))
    plain = {name: word for name, word in words.items() if isinstance(word, (bool, int, float, str))}
    leads, customers = tally.overall
    provenance: dict[str, str | int | float | None] = {
        "leads": leads,
        "customers": customers,
        "as_of": tally.as_of.isoformat() if tally.as_of else None,
        FROM: _digest(tally),
    }
    if plain == words:
        provenance[AGAIN] = json.dumps({"method": plan, **plain}, sort_keys=True)
    return replace(grid, provenance={**grid.provenance, **provenance})


def compare(
    tally: Tally | Sequence[Backtest],
    candidates: Sequence[str | Plan | Grid] = (),
    *,
    baseline: str | None = None,
    **words: Any,
) -> Comparison:
    """Judge methods, plans and grids on the same later leads: folds, replay and paired intervals in one call.

    `candidates` are names of methods, plans or grids; `baseline` is the name of one (default: `lift` if it is among
    them, else the first). A grid that `calibrate` made from these leads is judged by what its method makes from earlier
    ones. `words` are those of `calibrate`, for the methods that are named. Backtests may be given instead of a tally.
    """
    if not isinstance(tally, Tally):
        return comparing.compare(tally, baseline=baseline or tally[0].name, **words)
    if not candidates:
        raise SettingsError(f"there is nothing to compare: name methods ({', '.join(METHODS)}), plans or grids")
    plans: list[Plan] = []
    for candidate in candidates:
        plan = _candidate(candidate, tally, words)
        names = [earlier.name for earlier in plans]
        if plan.name in names:
            number = next(n for n in range(2, len(names) + 3) if f"{plan.name}-{n}" not in names)
            plan = replace(plan, name=f"{plan.name}-{number}")
        plans.append(plan)
    names = [plan.name for plan in plans]
    months = tally.months
    return comparing.compare(
        replay(tally, plans, folds(tally, close_days=tally.window)),
        baseline=baseline or ("lift" if "lift" in names else names[0]),
        capacity=plans[0].policy.top_share(months, tally.overall),
        reliable=bool(estimate(tally).distinct.any()),
    )


def drift(grid: Grid, tally: Tally, *, since: Any = None) -> Drift:
    """What moved since a grid was calibrated, in cohorts that its calibration had not judged, or from `since` on.

    For a grid that was made from these very leads, all cohorts are looked at.
    """
    same_leads = grid.provenance.get(FROM) == _digest(tally)
    return drifting.find_drift(
        grid, tally, since=since or (None if same_leads else grid.first_unseen_day(tally.window))
    )


def run(source: str | Path | Frame, **words: Any) -> Run:
    """The month's work as `calibrate run` does it, from a `calibration.toml` or from leads; writes the report.

    Other cores help, in a notebook too; not in a script that has threads, nor in one on macOS or Windows.
    """
    if isinstance(source, (str, Path)) and str(source).endswith(".toml"):
        if words:
            raise SettingsError("a settings file says everything itself: give keywords beside a file of leads")
        wishes, frames = read(Path(source)), dict[str, Any]()
    else:
        wishes, frames = _settings(source, words)
    check_out(wishes)
    with shared(guarded=False):
        reading = read_rows(wishes, frames=frames)
        result = review(reading)
        return Run(reading, result, publish_month(result, reading))


def _settings(source: Any, words: Mapping[str, Any]) -> tuple[Settings, dict[str, Any]]:
    """Settings from keywords, and the frames that stand where files may."""
    by_word: dict[str, Any] = {}
    for option in options():
        if option.flag or option.section in ("outcome", "time", "columns", "report"):
            by_word.setdefault(option.name, option)
            by_word.setdefault(option.key, option)
    frames: dict[str, Any] = {}
    in_memory = is_frame(source) or is_connection(source)
    name = "leads" if in_memory else str(source)
    if in_memory:
        frames[name] = source
    elif not isinstance(source, (str, Path)):
        raise SettingsError(f"a {type(source).__name__} is no source of leads: give a path, a frame or a connection")
    values: dict[str, Any] = {"data": {"file": name}}
    for word, value in words.items():
        if word not in by_word:
            raise SettingsError(unknown("keyword", word, dict.fromkeys(option.name for option in by_word.values())))
        option = by_word[word]
        if is_frame(value) or is_connection(value):
            frames[word], value = value, word
        if option.several == "list" and isinstance(value, str):
            value = (value,)
        if option.several == "list" and value is not None:
            value = tuple(str(part) if option.key == "customer_values" else part for part in value)
        if value is not None:
            values.setdefault(option.section, {})[option.key] = str(value) if isinstance(value, Path) else value
    return settings_from(values, where="what was asked for"), frames


def plan_of(method: str, words: Mapping[str, Any]) -> Plan:
    """The plan that a method's name and keywords make."""
    if method not in METHODS:
        raise SettingsError(unknown("weighting method", method, METHODS))
    demands = [field.name for field in fields(Constraints)]
    for word in words:
        if word not in (*demands, *PLAN_WORDS):
            raise SettingsError(unknown("keyword", word, [*demands, *PLAN_WORDS]))
    policy = words.get("policy")
    if words.get("capacity") is not None:
        policy = Policy("capacity", float(words["capacity"]))
    lists: dict[str, Any] = {
        word: (value,) if isinstance(value, str) else value for word, value in words.items() if word in demands
    }
    return Plan(
        str(words.get("name") or method),
        method,
        constraints=Constraints(**lists),
        pivot=words.get("pivot"),
        best=words.get("best"),
        policy=policy or Policy(),
    )


def _candidate(candidate: str | Plan | Grid, tally: Tally, words: Mapping[str, Any]) -> Plan:
    """The plan of a candidate; for a grid made from these very leads, its method on earlier ones stands in."""
    if isinstance(candidate, Plan):
        return candidate
    if isinstance(candidate, str):
        return plan_of(candidate, words)
    if not isinstance(candidate, Grid):
        raise SettingsError(f"a {type(candidate).__name__} is no candidate: name a method, or give a Plan or a Grid")
    plan = Plan(candidate.name, grid=candidate)
    if candidate.provenance.get(FROM) != _digest(tally):
        return plan
    again = candidate.provenance.get(AGAIN)
    if not isinstance(again, str):
        raise CalibrateError(
            f"grid '{candidate.name}' was made from the leads that it would be judged on, by keywords that a grid "
            "cannot keep; compare the Plan that made it instead"
        )
    keywords = json.loads(again)
    remade = replace(plan_of(keywords.pop("method"), keywords), name=plan.name, like=candidate)
    return replace(plan, again=remade, since=2**31)


def _digest(tally: Tally) -> str:
    """What tells one tally from another: its criteria, cohorts and exact counts."""
    digest = hashlib.blake2b(repr((tally.criteria, tally.cohorts)).encode(), digest_size=12)
    for counts in (tally.totals, *tally.marginals):
        digest.update(counts.tobytes())
    return digest.hexdigest()


__all__ = ["Run", "calibrate", "compare", "count", "drift", "observe", "run"]
