"""Comparison: candidates side by side on the same later leads, and the verdict that follows from the intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..counts.rates import wilson
from ..errors import SettingsError, unknown
from ..grid.grid import Grid
from ..language import Words, breakable, load
from ..shown import Shown
from .backtest import Backtest, Fold, same_leads
from .bootstrap import DRAWS, Resampled, Scored, in_cells, resample, simultaneous
from .grid_sizes import Frontier, contest_of, own_auc
from .metrics import METRICS, Estimate, gains

Floats = NDArray[np.float64]

PRIMARY = "auc"
CAPACITY = 0.20
"""Share of leads that sales can call, where nothing else is said."""
BINS = 10


@dataclass(frozen=True)
class Judged:
    """One candidate on later leads.

    `difference` is candidate minus baseline, paired on the same leads, its intervals simultaneous over all
    candidates; empty for the baseline itself. `reliability` has about ten lines (predicted, observed, low, high,
    leads, customers); `gains` the share of customers caught by each share of leads, best score first.
    """

    name: str
    method: str
    lines: int
    metrics: Mapping[str, Estimate]
    against: str | None
    difference: Mapping[str, Estimate]
    reliability: pd.DataFrame
    gains: pd.DataFrame


@dataclass(frozen=True)
class Verdict:
    """What to do; `reason` is a key that the language files say in words with `facts`.

    `baseline` names the grid in use that candidates were held against; "none" where nobody uses one.
    """

    decision: Literal["adopt", "keep", "no_reliable_weights", "recalibrate", "wait"]
    candidate: str | None
    reason: str
    facts: Mapping[str, float | int | str]
    baseline: str = "none"

    def headline(self, words: Words) -> str:
        """What to do with which grid, in three words."""
        grid = self.candidate or self.facts.get("baseline", "")
        return words.say("decision", self.decision, {"candidate": grid, "baseline": grid})

    def sentence(self, words: Words) -> str:
        """The reason with its numbers, what fewer and more lines would cost, and what the grid does for sales."""
        has_reason = f"reason.{self.reason}" in words.texts
        table, key = ("reason", self.reason) if has_reason else ("verdict", self.decision)
        reason = words.say(table, key, self.facts)
        steps = [key for key in ("fewer", "more") if f"{key}_lines" in self.facts]
        parts = [reason, *([words.say("lines", "_".join(steps), self.facts)] if steps else [])]
        if "flagged" in self.facts:
            parts.append(words.say("use", "flagged", self.facts))
        if "top_rate" in self.facts:
            parts.append(words.say("use", "bands_times" if "times" in self.facts else "bands", self.facts))
        return " ".join(parts)

    @property
    def why(self) -> str:
        """Headline and reason in English."""
        words = load("en")
        return breakable(f"{self.headline(words)}. {self.sentence(words)}")

    def __str__(self) -> str:
        return self.why


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """All candidates on the same later leads; `primary` names the metric that decides."""

    baseline: str
    primary: str
    judged: tuple[Judged, ...]
    folds: tuple[Fold, ...]
    leads: int
    customers: int
    verdict: Verdict

    def ranks(self) -> dict[str, dict[str, int]]:
        """Rank of each candidate by each metric, in the metric's own direction: 1 is best, equal values share one."""
        ranks: dict[str, dict[str, int]] = {}
        for name in {name: None for entry in self.judged for name in entry.metrics}:
            values = {entry.name: entry.metrics[name].value for entry in self.judged if name in entry.metrics}
            behind = {candidate: round(METRICS[name].behind(value), 12) for candidate, value in values.items()}
            ranks[name] = {mine: 1 + sum(rival < value for rival in behind.values()) for mine, value in behind.items()}
        return ranks

    def frame(self) -> pd.DataFrame:
        """One line per candidate and metric: value with interval and rank, difference to the baseline with interval."""
        lines, ranks = [], self.ranks()
        for candidate in self.judged:
            for name, estimate in candidate.metrics.items():
                gap = candidate.difference.get(name)
                lines.append(
                    {
                        "candidate": candidate.name,
                        "metric": name,
                        "value": estimate.value,
                        "low": estimate.low,
                        "high": estimate.high,
                        "rank": ranks[name][candidate.name],
                        "difference": gap.value if gap else np.nan,
                        "difference_low": gap.low if gap else np.nan,
                        "difference_high": gap.high if gap else np.nan,
                    }
                )
        return pd.DataFrame(lines)

    def summary(self) -> pd.DataFrame:
        """One line per candidate: lines of the grid, and each metric with its interval in words."""
        return pd.DataFrame(
            [
                {
                    "candidate": candidate.name,
                    "lines": candidate.lines,
                    **{
                        name: str(estimate)
                        for name, estimate in candidate.metrics.items()
                        if name in (self.primary, "log_loss")
                    },
                    f"{self.primary} against {self.baseline}": str(candidate.difference.get(self.primary, "")),
                }
                for candidate in self.judged
            ]
        )

    def __str__(self) -> str:
        head = f"{self.leads:,} later leads, {self.customers:,} customers, {len(self.folds)} folds"
        return f"{self.verdict.why}\n{head}\n{self.summary().to_string(index=False)}"

    @property
    def headline(self) -> str:
        """The verdict."""
        return self.verdict.why

    def shown(self) -> pd.DataFrame:
        """One line per candidate."""
        return self.summary()


def compare(
    backtests: Sequence[Backtest],
    *,
    baseline: str,
    capacity: float = CAPACITY,
    reliable: bool = True,
    grids: Mapping[str, Grid] | None = None,
    frontier: Frontier | None = None,
    draws: int = DRAWS,
) -> Comparison:
    """Judge all candidates on the same later leads and decide.

    `capacity` is the share of leads that sales can call; `reliable` is False where no level of any criterion differs
    from the rest. `grids` are the candidates as they would be used (fitted on all history): their lines and points
    say which is simplest; without them the newest fold's grids do. `frontier` says which is the shortest grid that is
    not surely worse than the best; without it the candidates themselves do.
    """
    names = [backtest.name for backtest in backtests]
    if baseline not in names:
        raise SettingsError(unknown("candidate", baseline, names))
    later = same_leads(backtests)
    sizes = {backtest.name: (backtest.lines, backtest.points) for backtest in backtests}
    sizes |= {name: (grid.lines, int(np.abs(grid.flat).sum())) for name, grid in (grids or {}).items()}
    leads, customers = round(float(later.leads.sum())), round(float(later.customers.sum()))
    candidates: list[Judged] = []
    replicates = None
    if 0 < customers < leads:
        replicates = resample(later, [(b.name, b.score, b.rate) for b in backtests], capacity=capacity, draws=draws)
    for i, backtest in enumerate(backtests):
        exact = in_cells(later, backtest.score, backtest.rate)
        candidates.append(
            Judged(
                name=backtest.name,
                method=backtest.method,
                lines=sizes[backtest.name][0],
                metrics=replicates.estimates(i) if replicates else {},
                against=None if backtest.name == baseline else baseline,
                difference=differences(replicates, i, names.index(baseline))
                if replicates and backtest.name != baseline
                else {},
                reliability=_reliability(exact, later.effect()),
                gains=_gains(exact),
            )
        )
    case = _Case(
        baseline,
        backtests[names.index(baseline)].fixed,
        replicates,
        sizes,
        leads,
        customers,
        len(later.folds),
        reliable,
        frontier,
        _own(backtests, grids or {}),
    )
    verdict = _verdict(case)
    if case.fixed:
        verdict = replace(verdict, baseline=baseline)
    return Comparison(baseline, PRIMARY, tuple(candidates), later.folds, leads, customers, verdict)


def _own(backtests: Sequence[Backtest], grids: Mapping[str, Grid]) -> Floats:
    """AUC of each grid on the leads that it was made from; not a number for fixed ones: (backtests,)."""
    newest = [grids.get(b.name, b.grids[-1] if b.grids else None) for b in backtests]
    known = [
        np.nan if b.fixed or grid is None else own_auc([grid])[0] for b, grid in zip(backtests, newest, strict=True)
    ]
    return np.array(known, np.float64)


def differences(replicates: Resampled, position: int, baseline: int) -> dict[str, Estimate]:
    """Each metric's difference to the baseline, with intervals simultaneous over all candidates."""
    rivals = [i for i in range(len(replicates.names)) if i != baseline]
    figures = {}
    for m, name in enumerate(replicates.metrics):
        values = replicates.value[rivals, m] - replicates.value[baseline, m]
        low, high = simultaneous(values, replicates.drawn[rivals, m] - replicates.drawn[baseline, m], replicates.sample)
        at = rivals.index(position)
        figures[name] = Estimate(float(values[at]), float(low[at]), float(high[at]))
    return figures


def _reliability(scored: Scored, effect: float) -> pd.DataFrame:
    """Promised against observed close rate in about ten groups of equal leads, lowest promise first.

    Intervals are those of so many times (`effect`) fewer leads.
    """
    order = np.argsort(scored.cells.rate, kind="stable")
    rate, leads, customers = scored.cells.rate[order], scored.leads[order], scored.customers[order]
    middle = (np.cumsum(leads) - leads / 2) / max(float(leads.sum()), 1e-12)
    new = np.concatenate([[True], np.diff(rate) > 0]) if len(rate) else np.zeros(0, np.bool_)
    _, place = np.unique((middle[new] * BINS).astype(np.int64)[np.cumsum(new) - 1], return_inverse=True)
    n, k = np.bincount(place, leads), np.bincount(place, customers)
    low, high = wilson(k / effect, n / effect)
    return pd.DataFrame(
        {
            "predicted": np.bincount(place, leads * rate) / n,
            "observed": k / n,
            "low": low,
            "high": high,
            "leads": n,
            "customers": k,
        }
    )


def _gains(scored: Scored) -> pd.DataFrame:
    """Share of customers caught by each per cent of the leads, best score first."""
    shares = np.linspace(0, 1, 101)
    if not len(scored.leads):
        return pd.DataFrame({"share_leads": np.zeros(0), "share_customers": np.zeros(0)})
    caught = gains(scored.cells, scored.leads, scored.customers, shares)
    return pd.DataFrame({"share_leads": shares, "share_customers": caught})


@dataclass(frozen=True)
class _Case:
    """What a verdict rests on. `fixed`: the baseline is a grid in use; else nobody uses one.

    `own` is the AUC of the grids on the leads that they were made from, (grids,).
    """

    baseline: str
    fixed: bool
    drawn: Resampled | None
    sizes: Mapping[str, tuple[int, int]]
    leads: int
    customers: int
    folds: int
    reliable: bool
    frontier: Frontier | None = None
    own: Floats | None = None

    @property
    def facts(self) -> dict[str, float | int | str]:
        """What every sentence may want to say."""
        return {
            "baseline": self.baseline,
            "leads": self.leads,
            "customers": self.customers,
            "folds": self.folds,
        }

    @property
    def proposed(self) -> str | None:
        """The shortest grid that is as good as the best: of the frontier, else of the candidates."""
        point = None if self.frontier is None else self.frontier.proposed
        if point is not None and self.drawn is not None and point.name in self.drawn.names:
            return point.name
        return None if self.drawn is None else _shortest(self, self.drawn)


def _verdict(case: _Case) -> Verdict:
    """Adopt the shortest of the best, keep the grid in use, wait, or say that nothing is reliable (method, section 7).

    Where no grid is in use, all leads alike are what a grid is held against: ranking better than chance is enough.
    """
    if not case.reliable:
        return Verdict("no_reliable_weights", None, "no_distinct_level", case.facts)
    if case.drawn is None:
        if case.fixed:
            return Verdict("keep", case.baseline, "not_judged", case.facts)
        return Verdict("wait", None, "not_judged", case.facts)
    value, draws = case.drawn.of(PRIMARY)
    low, _ = simultaneous(value - 0.5, draws - 0.5, case.drawn.sample)
    if not (low > 0).any():
        bounds = np.quantile(draws, [0.025, 0.975], axis=1)
        return _nothing_ranks(case, case.drawn.names, value, bounds)
    if not case.fixed:
        return _shortest_good(case, case.drawn)
    if len(value) == 1:
        return Verdict("keep", case.baseline, "only_candidate", case.facts)
    return _best_of(case, case.drawn)


def _nothing_ranks(case: _Case, names: tuple[str, ...], value: Floats, bounds: Floats) -> Verdict:
    top = int(np.argmax(value))
    figure, low, high = float(value[top]), float(bounds[0, top]), float(bounds[1, top])
    facts = {**case.facts, "best": names[top], "value": figure, "low": low, "high": high}
    return Verdict("no_reliable_weights", None, "auc_not_above_chance", facts)


def _shortest(case: _Case, replicates: Resampled) -> str | None:
    """The shortest candidate that is neither surely worse than the best nor expected to be."""
    names = [name for name in replicates.names if not (case.fixed and name == case.baseline)]
    if not names:
        return None
    value, draws = replicates.of(PRIMARY)
    contest = contest_of(value, draws, np.isin(replicates.names, names), own=case.own)
    alike = np.flatnonzero(contest.alike).tolist()
    return replicates.names[min(alike, key=lambda i: (*case.sizes[replicates.names[i]], -value[i], i))]


def _shortest_good(case: _Case, replicates: Resampled) -> Verdict:
    """The shortest grid that is as good as the best, where no grid is in use."""
    name = case.proposed or case.baseline
    value, draws = replicates.of(PRIMARY)
    at = replicates.names.index(name)
    low, high = (float(bound) for bound in np.quantile(draws[at], [0.025, 0.975]))
    lines = case.sizes[name][0]
    facts = {
        **case.facts,
        "candidate": name,
        "lines": lines,
        "value": float(value[at]),
        "low": min(low, float(value[at])),
        "high": max(high, float(value[at])),
        **_steps(case.frontier),
    }
    return Verdict("adopt", name, "shortest", facts)


def _steps(frontier: Frontier | None) -> dict[str, float | int | str]:
    """What fewer and more lines would cost and gain."""
    proposal = None if frontier is None else frontier.proposed
    if frontier is None or proposal is None:
        return {}
    facts: dict[str, float | int | str] = {}
    for key, point in (("fewer", frontier.shorter()), ("more", frontier.longer())):
        if point is not None:
            facts[f"{key}_lines"] = point.lines
            facts[f"{key}_difference"] = point.metrics[PRIMARY].value - proposal.metrics[PRIMARY].value
    return facts


def _best_of(case: _Case, replicates: Resampled) -> Verdict:
    names = replicates.names
    value, draws = replicates.of(PRIMARY)
    base = names.index(case.baseline)
    rivals = [i for i in range(len(names)) if i != base]
    low, high = simultaneous(value[rivals] - value[base], draws[rivals] - draws[base], replicates.sample)
    better = [i for i, bound in zip(rivals, low, strict=True) if bound > 0]
    best = max(better or rivals, key=lambda i: (value[i], -i))
    proposed = names.index(case.proposed) if case.proposed in names else -1
    winner = best if not better else proposed if proposed in better else _simplest_alike(case, replicates, better, best)
    gap, at = value[winner] - value[base], rivals.index(winner)
    facts = {
        **case.facts,
        "candidate": names[winner],
        "value": float(value[winner]),
        "base": float(value[base]),
        "difference": float(gap),
        "low": float(low[at]),
        "high": float(high[at]),
        "best": names[best],
        "best_value": float(value[best]),
        "candidates": len(rivals),
        "lines": case.sizes[names[winner]][0],
        **(_steps(case.frontier) if winner == proposed else {}),
    }
    if not better:
        return Verdict("keep", case.baseline, "none_better", facts)
    if winner == best:
        return Verdict("adopt", names[winner], "better", facts)
    return Verdict("adopt", names[winner], "better_and_simplest", facts)


def _simplest_alike(case: _Case, replicates: Resampled, better: list[int], best: int) -> int:
    """Among the grids that beat the baseline, the simplest that cannot be told apart from the best one."""
    value, draws = replicates.of(PRIMARY)
    rivals = [i for i in better if i != best]
    if not rivals:
        return best
    low, _ = simultaneous(value[best] - value[rivals], draws[best] - draws[rivals], replicates.sample)
    alike = [best, *(i for i, bound in zip(rivals, low, strict=True) if bound <= 0)]
    return min(alike, key=lambda i: (*case.sizes[replicates.names[i]], -value[i], i))
