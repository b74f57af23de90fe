"""What the outcome was taken for, in words and as plain values: the first lines of every answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..language import Words, load
from ..leads.columns.outcome import Outcome, Value
from ..leads.columns.person_names import may_be_shown
from ..vocabulary import shape_of
from .review import Account

ORDER = ("customer", "lost", "open", "unknown")
SHOWN = 8
"""So many values of each kind are spelt in a terminal."""


def first_lines(account: Account, say: Words) -> list[str]:
    """The lines with which every answer begins, and an empty one; nothing where nothing is known."""
    text = list(lines(account, say))
    return [*text, ""] if text else []


def lines(account: Account, say: Words) -> Iterator[str]:
    """What told customers, what each of its values was taken for, and the as-of day with its reason."""
    yield from spelt(account, say)
    yield from as_of(account, say)
    windows = account.windows
    if windows is not None:
        if windows.late:
            yield say("account.late", late=windows.late, all=windows.late + windows.customers, days=windows.used)
        alternatives = [window for window in windows.counts if window.days != windows.used]
        text = say("note.and").join(
            say("account.window_count", days=window.days, customers=window.customers, leads=window.leads)
            for window in alternatives
        )
        if text:
            yield say("account.windows", windows=text)


def spelt(account: Account, say: Words) -> Iterator[str]:
    """What told customers, and what each of its values was taken for."""
    outcome = account.outcome
    if outcome is not None:
        values = say("note.and").join(_kinds(outcome, say))
        yield f"{say.pair(heading(outcome, say), values)}." if values else f"{heading(outcome, say)}."


def heading(outcome: Outcome, say: Words) -> str:
    """Where the outcome stands."""
    key = "rows" if outcome.source == "outcomes" and _listed(outcome) else outcome.source
    return say(f"account.outcome_{key}", column=outcome.column or "")


def as_of(account: Account, say: Words) -> Iterator[str]:
    """The day on which the history is read, and why."""
    if account.as_of and f"account.as_of_{account.as_of_reason}" in say.texts:
        yield say(f"account.as_of_{account.as_of_reason}", day=account.as_of)


def rows(outcome: Outcome, say: Words) -> list[tuple[str, int, str]]:
    """Each value in words, its rows, and what it was taken for."""
    return [(_value(value, outcome, say), value.rows, say(f"taken.{value.taken_for}")) for value in outcome.values]


def values(account: Account, say: Words) -> dict[str, Any]:
    """What the page shows of it."""
    outcome = account.outcome
    return {
        "outcome_heading": heading(outcome, say) if outcome else "",
        "outcome_rows": rows(outcome, say) if outcome else [],
        "outcome_said": " ".join(spelt(account, say)),
        "as_of_said": " ".join(as_of(account, say)),
    }


def outcome_json(account: Account) -> dict[str, Any]:
    """The outcome as other programs read it; a value that looks personal shows its shape alone."""
    outcome = account.outcome
    if outcome is None:
        return {"column": account.customer, "source": "leads", "values": []}
    public = {*may_be_shown([value.value for value in outcome.values])}
    return {
        "column": outcome.column or "",
        "source": outcome.source,
        "values": [
            {
                "value": value.value if not value.value or value.value in public else shape_of(value.value),
                "rows": value.rows,
                "taken_for": value.taken_for,
            }
            for value in outcome.values
        ],
    }


def as_of_reason(account: Account) -> str:
    """Why the history is read on that day, in English, with the column that told it."""
    reason = load("en").name("as_of", account.as_of_reason)
    return f"{reason}: column '{account.as_of_column}'" if account.as_of_column else reason


def _listed(outcome: Outcome) -> bool:
    return any(value.value == "row" for value in outcome.values)


def _kinds(outcome: Outcome, say: Words) -> Iterator[str]:
    """The values of each kind with their rows."""
    for kind in ORDER:
        values = [value for value in outcome.values if value.taken_for == kind]
        if not values:
            continue
        parts = [f"{_value(value, outcome, say)} ({say.count(value.rows)})" for value in values[:SHOWN]]
        if len(values) > SHOWN:
            more = sum(value.rows for value in values[SHOWN:])
            parts.append(f"{say('account.outcome_more', count=len(values) - SHOWN)} ({say.count(more)})")
        yield f"{say(f'taken.{kind}')} = {', '.join(parts)}"


def _value(value: Value, outcome: Outcome, say: Words) -> str:
    """A value as a reader sees it."""
    ours = outcome.source == "dates" or _listed(outcome)
    if not value.value:
        return say("taken.empty")
    if ours and f"taken.{value.value}" in say.texts:
        return say(f"taken.{value.value}")
    if not may_be_shown([value.value]):
        return say("taken.personal")
    return f"“{value.value}”" if value.value.strip() != value.value else value.value
