"""What the report shows of the audit, of what constraints cost and of grids nearly as good; the same for `run.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..evaluation.constraint_costs import Cost
from ..evaluation.metrics import Estimate
from ..grid.criteria import Criterion
from ..grid.diff import Line, beside
from ..grid.notes import understood
from ..language import Words, load
from . import sections, tables
from .finding_text import finding_json, readable, told
from .review import Candidate, Review

METHOD = "sparse"


@dataclass(frozen=True)
class Near:
    """A grid nearly as good: its file, the lines that differ, and by which share more it loses on the same leads."""

    candidate: Candidate
    file: str
    changes: tuple[Line, ...]
    more: float


def constraint(cost: Cost, words: Words, criteria: Sequence[Criterion] = ()) -> str:
    """A constraint in words."""
    return words.say("constraint", cost.key, readable(cost.facts, words, criteria))


def noted(text: str, words: Words) -> str:
    """Notes of the calculation in words, where they are ours.

    >>> noted('by_hand {"was": 5}; same_outcome', load("en"))
    'points changed by hand, before +5; all leads have the same outcome'
    >>> noted('said by somebody else; by_hand {"was": 5}', load("fr"))
    'said by somebody else; by_hand {"was": 5}'
    """
    notes = understood(text)
    return text if notes is None else words("note.and").join(note.said(words) for note in notes)


def near_of(review: Review, candidate: Candidate) -> list[Near]:
    """Grids nearly as good as a candidate."""
    if candidate.method != METHOD:
        return []
    files, best_loss = tables.grid_files(review), candidate.grid.provenance.get("log_loss_rounded")
    rivals = []
    for rival in review.robustness.near:
        changes = tuple(line for line in beside([candidate.grid, rival.grid]) if line.change)
        loss = rival.grid.provenance.get("log_loss_rounded")
        more = float(loss) / float(best_loss) - 1 if loss and best_loss else float("nan")
        rivals.append(Near(rival, files[rival.name], changes, more))
    return rivals


def values(review: Review, words: Words) -> dict[str, Any]:
    """What the templates place."""
    criteria = review.rates.criteria
    return {
        "findings_of": lambda candidate: [told(f, words, candidate.grid.criteria) for f in candidate.findings],
        "noted": lambda text: noted(text, words),
        "near_of": lambda candidate: near_of(review, candidate),
        "room_of": lambda candidate: review.robustness.room if candidate.method == METHOD else None,
        "constraint": lambda cost: constraint(cost, words, criteria),
        "side_of": sections.side_of,
        "cost_metrics": list(review.robustness.costs.each[0].difference) if review.robustness.costs else [],
    }


def absent(review: Review) -> set[str]:
    """Sections that have nothing to show."""
    return set() if review.robustness.costs else {"constraints"}


def costs_json(review: Review) -> dict[str, Any] | None:
    """What the constraints cost, as plain values."""
    costs = review.robustness.costs
    return (
        None
        if costs is None
        else {
            "candidate": costs.candidate,
            "left_out": costs.left_out,
            "each": [
                {
                    "key": cost.key,
                    "facts": dict(cost.facts),
                    "what": constraint(cost, load("en")),
                    "without": estimates_json(cost.without),
                    "difference": estimates_json(cost.difference),
                }
                for cost in costs.each
            ],
        }
    )


def candidate_json(review: Review, candidate: Candidate) -> dict[str, Any]:
    """What is said of one candidate: the findings of the audit, the room left, the grids nearly as good."""
    room = review.robustness.room if candidate.method == METHOD else None
    return {
        "findings": [finding_json(finding) for finding in candidate.findings],
        "room": None if room is None else {**vars(room), "left": room.left},
        "near_equal": [
            {
                "name": near.candidate.name,
                "grid": f"grids/{near.file}.json",
                "lines": near.candidate.grid.lines,
                "log_loss_more": near.more,
                "changes": [
                    {
                        "criterion": line.criterion,
                        "level": line.level.name,
                        "old": line.points[0],
                        "new": line.points[-1],
                    }
                    for line in near.changes
                ],
                "steps": tables.steps_json(review, near.candidate),
            }
            for near in near_of(review, candidate)
        ],
    }


def estimates_json(estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    """Figures by name, each with its interval, as plain values."""
    return {name: vars(estimate) for name, estimate in estimates.items()}
