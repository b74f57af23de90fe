"""Columns of job titles, found by their name and by what they hold, and the columns derived from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from ...engine.table import Table
from ...grid.criteria import Criterion, Level
from ...grid.derived import OTHER_ANSWER, Derived
from .fine_classing import with_specials
from .naming import words_of
from .profile import first_texts
from .titles import TOPICS, Words, shown_order, title_rules

LOOKED_AT, LEAST_TITLES, MOST_TITLES, LONGEST = 5000, 15, 500, 60
READ, READ_IF_NAMED = 0.7, 0.35
"""Shares of the different titles in which a seniority is read: in a column of any name, in one called a job title."""
_NAMES = re.compile(
    r"\b(job ?title|title|position|role|function|job|occupation|poste|fonction|intitule|metier|jobtitel|stelle|beruf|"
    r"funktion|cargo|puesto|profesion|ocupacion|ruolo|qualifica|mansione|professione|funcao|profissao)\b"
)


def find_titles(table: Table) -> list[str]:
    """Columns of texts most of which are job titles; a column of a few answers is a criterion as it stands.

    A column called like one needs less to be read than one that only looks like it.
    """
    titles = []
    rank = lru_cache(LOOKED_AT)(title_rules("")["seniority"].answer)  # wide tables repeat their texts
    for name, texts in first_texts(table, LOOKED_AT).items():
        share = READ_IF_NAMED if _NAMES.search(words_of(name)) else READ
        different = list(dict.fromkeys(text.strip().casefold() for text in dict.fromkeys(texts)))
        if len(different) >= LEAST_TITLES and _are_titles(different[:: -(-len(different) // MOST_TITLES)], share, rank):
            titles.append(name)
    return titles


def _are_titles(texts: Sequence[str], share: float, rank: Callable[[object], str | None]) -> bool:
    """Whether a seniority is read in such a share of texts at least; texts too long for a title are none.

    It ends once too many are none, so that a wide table of other columns costs little.
    """
    unread = 0
    for text in texts:
        unread += len(text) > LONGEST or rank(text) in (None, OTHER_ANSWER)
        if len(texts) - unread < share * len(texts):
            return False
    return True


def rules_of_titles(columns: Sequence[str], more: Mapping[str, Words] | None = None) -> dict[str, Derived]:
    """The rules of the columns derived from columns of titles, by their names.

    >>> list(rules_of_titles(["Poste"]))
    ['Poste (seniority)', 'Poste (department)']
    """
    return {f"{column} ({topic})": rule for column in columns for topic, rule in title_rules(column, more).items()}


def with_rule(criterion: Criterion, rule: Derived | None) -> Criterion:
    """A proposed criterion on a derived column: with its rule, and its levels in the order of the rule.

    >>> rule = Derived("Title", (("boss", ("ceo",)), ("staff", ("clerk",))))
    >>> proposed = with_specials("Rank", "text", [Level(each, values=(each,)) for each in ("staff", "other", "boss")])
    >>> [level.name for level in with_rule(proposed, rule).levels]
    ['boss', 'staff', 'missing', 'other']
    """
    if rule is None or criterion.fixed:
        return replace(criterion, derived=rule)
    met = {value for level in criterion.levels for value in level.values}
    every = derived_levels(criterion.column, rule)
    levels = tuple(level for level in every.levels if level.role != "value" or level.values[0] in met)
    rest = rule.rest if rule.rest != OTHER_ANSWER and rule.rest in met else None
    return replace(criterion, levels=levels, kind="text", reference=rest, derived=rule)


def derived_levels(column: str, rule: Derived) -> Criterion:
    """A criterion on a derived column: one level per answer in the order of the rule; the rest is `other`.

    >>> rule = Derived("Title", (("boss", ("ceo",)), ("staff", ("clerk",)), ("boss", ("cto",))))
    >>> [level.name for level in derived_levels("Title (rank)", rule).levels]
    ['boss', 'staff', 'missing', 'other']
    """
    named = (*(answer for answer, _ in rule.answers), rule.rest)
    answers = shown_order(answer for answer in named if answer != OTHER_ANSWER)
    return with_specials(column, "text", [Level(answer, values=(answer,)) for answer in answers])


def derived_topic(column: str) -> str:
    """The topic that a derived column of titles holds; empty for another column.

    >>> derived_topic("Poste (department)"), derived_topic("Poste")
    ('department', '')
    """
    return next((topic for topic in TOPICS if column.endswith(f" ({topic})")), "")
