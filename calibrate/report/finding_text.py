"""A finding of the audit in words: what is wrong, the evidence, what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..evaluation.audit import Finding
from ..grid.criteria import Criterion
from ..language import Words, load
from .level_text import criterion_name, level_name


@dataclass(frozen=True)
class Told:
    """A finding of the audit in words."""

    what: str
    evidence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what}: {self.evidence}. {self.remedy}"


def told(finding: Finding, words: Words, criteria: Sequence[Criterion] = ()) -> Told:
    """A finding in words; `criteria` are those of the grid, to name its levels as a reader sees them.

    >>> print(told(Finding("too_many_lines", {"lines": 52}), load("en")))
    More lines than anybody can hold in mind: 52 lines have points. Bound them with --max-lines and see what it costs.
    """
    facts = readable(finding.facts, words, criteria)
    parts = (words.say(table, finding.key, facts) for table in ("finding", "finding_evidence", "finding_remedy"))
    return Told(*parts)


def readable(facts: Mapping[str, Any], words: Words, criteria: Sequence[Criterion]) -> dict[str, Any]:
    """The facts with criteria and a level as the language calls them."""
    name = facts.get("criterion")
    mine = next(
        (level for c in criteria if c.name == name for level in c.levels if level.name == facts.get("level")), None
    )
    names = {key: criterion_name(str(facts[key]), words) for key in ("criterion", "one", "other") if facts.get(key)}
    return {**facts, **names} | ({"level": level_name(mine, words, str(name))} if mine else {})


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as plain values, in English."""
    return {"key": finding.key, **vars(told(finding, load("en"))), "facts": dict(finding.facts)}
