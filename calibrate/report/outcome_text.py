"""What the outcome was taken for, in words and as plain values: the first lines of every answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..leads.columns.outcome import Outcome, Value
from ..leads.columns.person_names import may_be_shown
from ..vocabulary import shape_of
from .language import Words
from .review import Account

ORDER = ("customer", "lost", "open", "unknown")
SHOWN = 8
"""So many values of each kind are spelt in a terminal."""
AS_OF = {
    "given": "given with --as-of",
    "created": "newest day of creation",
    "closed": "newest day on which an outcome was decided",
    "outcomes": "newest day on which an outcome was decided in the second file",
    "events": "day of the newest event",
}


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
        others = [each for each in windows.counts if each.days != windows.used]
        told = "; ".join(
            say("account.window_count", days=each.days, customers=each.customers, leads=each.leads) for each in others
        )
        if told:
            yield say("account.windows", windows=told)


def spelt(account: Account, say: Words) -> Iterator[str]:
    """What told customers, and what each of its values was taken for."""
    outcome = account.outcome
    if outcome is not None:
        values = "; ".join(_kinds(outcome, say))
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
    return [(_value(each, outcome, say), each.rows, say(f"taken.{each.taken_for}")) for each in outcome.values]


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
    public = {*may_be_shown([each.value for each in outcome.values])}
    return {
        "column": outcome.column or "", "source": outcome.source,
        "values": [
            {"value": each.value if not each.value or each.value in public else shape_of(each.value),
             "rows": each.rows, "taken_for": each.taken_for}
            for each in outcome.values
        ],
    }  # fmt: skip


def as_of_reason(account: Account) -> str:
    """Why the history is read on that day, in English, with the column that told it."""
    reason = AS_OF.get(account.as_of_reason, account.as_of_reason)
    return f"{reason}: column '{account.as_of_column}'" if account.as_of_column else reason


def _listed(outcome: Outcome) -> bool:
    return any(each.value == "row" for each in outcome.values)


def _kinds(outcome: Outcome, say: Words) -> Iterator[str]:
    """The values of each kind with their rows."""
    for kind in ORDER:
        values = [each for each in outcome.values if each.taken_for == kind]
        if not values:
            continue
        told = [f"{_value(each, outcome, say)} ({say.count(each.rows)})" for each in values[:SHOWN]]
        if len(values) > SHOWN:
            more = sum(each.rows for each in values[SHOWN:])
            told.append(f"{say('account.outcome_more', count=len(values) - SHOWN)} ({say.count(more)})")
        yield f"{say(f'taken.{kind}')} = {', '.join(told)}"


def _value(each: Value, outcome: Outcome, say: Words) -> str:
    """A value as a reader sees it."""
    ours = outcome.source == "dates" or _listed(outcome)
    if not each.value:
        return say("taken.empty")
    if ours and f"taken.{each.value}" in say.texts:
        return say(f"taken.{each.value}")
    if not may_be_shown([each.value]):
        return say("taken.personal")
    return f"“{each.value}”" if each.value.strip() != each.value else each.value
