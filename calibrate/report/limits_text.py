"""The limits of a target system in words: what its grid is, and what it costs on later leads."""

from __future__ import annotations

from typing import Any

from ..evaluation.limits_cost import LimitsCost
from ..language import Words


def limits_sentences(cost: LimitsCost, words: Words) -> str:
    """A few sentences: the grid and its size there, its AUC beside the one without limits, how to export it.

    Where the others are scaled to a pivot and these limits leave no room for it, that is said too.
    """
    limits = cost.limits
    if limits.most is None:
        size = words("limits.best", best=limits.best, system=limits.system)
    elif limits.rules is None:
        size = words("limits.conditions", used=cost.used, most=limits.most, system=limits.system)
    else:
        rules = {"rules": limits.rules_used(cost.held.grid), "most_rules": limits.rules, "each": limits.conditions}
        size = words("limits.rules", used=cost.used, system=limits.system, **rules)
    if limits.group is not None:
        size += " " + words("limits.group", group=limits.group)
    pivot, thresholds = cost.free.grid.pivot, cost.held.grid.thresholds
    if pivot is not None and cost.held.grid.pivot is None and thresholds is not None:
        begin = thresholds.marketing_qualified
        size += " " + words("limits.pivot", system=limits.system, pivot=pivot, points=begin)
    facts = {"name": cost.target, "other": cost.free.name, "other_auc": cost.free.metrics["auc"].value}
    facts |= {"cost": cost.cost.value, "low": cost.cost.low, "high": cost.cost.high}
    clear = "costs" if cost.cost.low > 0 else "alike"
    sentences = [size, words(f"limits.{clear}", auc=cost.held.metrics["auc"].value, **facts)]
    sentences.append(
        words("limits.export", file=f"grids/{cost.target}.json", target=cost.target.replace("-", " --edition "))
    )
    return " ".join(sentences)


def limits_json(cost: LimitsCost | None) -> dict[str, Any] | None:
    """The same as an object of run.json."""
    if cost is None:
        return None
    return {
        "for": cost.target,
        "system": cost.limits.system,
        "conditions": cost.limits.most,
        "group": cost.limits.group,
        "best": cost.limits.best,
        "used": cost.used,
        "grid": f"grids/{cost.target}.json",
        "auc": vars(cost.held.metrics["auc"]),
        "log_loss": vars(cost.held.metrics["log_loss"]),
        "without": {
            "name": cost.free.name,
            "auc": vars(cost.free.metrics["auc"]),
            "log_loss": vars(cost.free.metrics["log_loss"]),
        },
        "cost": vars(cost.cost),
    }
