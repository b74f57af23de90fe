"""What a job title says: how senior its holder is, and in which department; the words stand in `titles.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from ...grid.derived import Derived

SENIORITY, DEPARTMENT = "seniority", "department"
TOPICS = (SENIORITY, DEPARTMENT)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

Words = Mapping[str, Sequence[str]]


def title_rules(column: str, more: Mapping[str, Words] | None = None) -> dict[str, Derived]:
    """The rules that read seniority and department in a column of job titles.

    `more` has, by topic, answers with words of the user's own, which are asked before the lists of the package.

    >>> rules = title_rules("Title")
    >>> titles = ("Executive Assistant", "Assistant Vice President", "chef de projet")
    >>> [rules["seniority"].answer(title) for title in titles]
    ['assistant', 'VP or director', 'individual']
    >>> rules["department"].answer("Chef des ventes"), rules["seniority"].answer("qwertz")
    ('sales', 'other')
    >>> title_rules("Title", {"seniority": {"head or manager": ["Scrum Wizard"]}})["seniority"].answer("scrum wizard")
    'head or manager'
    """
    shipped = _shipped()
    rules = {}
    for topic in TOPICS:
        own = tuple((answer, spellings(words)) for answer, words in (more or {}).get(topic, {}).items())
        rules[topic] = Derived(column, (*own, *shipped[topic]))
    return rules


def answers_of(topic: str) -> tuple[str, ...]:
    """The answers of a topic, each once, in the order in which they are shown.

    >>> answers_of("seniority")[:3], answers_of("department")[1]
    (('owner or C-level', 'VP or director', 'head or manager'), 'sales')
    """
    return tuple(shown_order(answer for answer, _ in _shipped()[topic]))


def shown_order(answers: Iterable[str]) -> list[str]:
    """Answers, each once, those of the lists in their order, then the others as they come.

    >>> shown_order(["chef", "individual", "owner or C-level", "chef"])
    ['owner or C-level', 'individual', 'chef']
    """
    order = [answer.strip() for answer in str(_lists()["order"]).replace("\n", " ").split(",")]
    places = {answer: place for place, answer in enumerate(order)}
    return sorted(dict.fromkeys(answers), key=lambda answer: places.get(answer, len(order)))


def spellings(words: Sequence[str]) -> tuple[str, ...]:
    """Patterns as a folded title is searched for them; ä is a and ae.

    >>> spellings(["Geschäftsführ*", "*leiter", "R&D"])
    ('geschaftsfuhr*', 'geschaeftsfuehr*', '*leiter', 'r d')
    """
    plain = Derived("", ())
    patterns = []
    for word in words:
        start, end = "*" * word.startswith("*"), "*" * word.endswith("*")
        for spelling in (word, word.lower().translate(_UMLAUTS)):
            patterns.append(start + plain.folded(spelling.strip("*")).strip(" ") + end)
    return tuple(dict.fromkeys(pattern for pattern in patterns if pattern.strip("*")))


@lru_cache
def _lists() -> dict[str, Any]:
    """What stands in `titles.toml`."""
    return tomllib.loads(files("calibrate.leads.columns").joinpath("titles.toml").read_text("utf-8"))


@lru_cache
def _shipped() -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """The lists of the package: by topic, answers with their patterns in the order in which they are asked."""
    lists = _lists()
    return {
        topic: tuple(
            (rule["answer"], spellings([word.strip() for key, text in rule.items() if key != "answer"
                                        for word in text.split(",")]))
            for rule in lists[topic]
        )
        for topic in TOPICS
    }  # fmt: skip
