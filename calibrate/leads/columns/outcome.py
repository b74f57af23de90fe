"""What the values of the outcome column are taken for: customer, lost, not decided yet.

Known words decide (`outcome_words`). A value that says nothing known is asked about and never guessed, with a value
that means won as the example.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ...errors import HistoryError, unknown
from ...grid.criteria import is_missing
from .outcome_words import Meaning, meaning, spelling
from .person_names import may_be_shown

Taken = Literal["customer", "lost", "open", "unknown"]
MOST_LISTED = 12


@dataclass(frozen=True)
class Value:
    """One value of the outcome as it stands in the data ("" is an empty cell), its rows, what it is taken for.

    Rows of an `unknown` value count as no customers; where the column has words for lost of its own, they are not
    decided yet.
    """

    value: str
    rows: int
    taken_for: Taken


@dataclass(frozen=True)
class Outcome:
    """What told which leads became customers: a column of the leads or of the second file, or a date alone.

    `values` gives each value with its rows and what it is taken for; of a date, "date" and "" (none). A second file
    without a status has the value "row": each of its rows is a customer.
    """

    column: str | None
    source: Literal["leads", "outcomes", "dates"]
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Answers:
    """Values of the outcome column, as they stand in the data: those that mean customer, lost, and not decided yet.

    `blank` are the rows without a value beside others that say no in words: they count as no customers, which may be
    wrong, so the reader is told. `variants` are other spellings of a value that was named, `unnamed` values that
    speak of a sale and yet count as none, because others were named.
    """

    customer: tuple[str, ...]
    still_open: tuple[str, ...] = ()
    blank: int = 0
    lost: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    variants: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()

    @property
    def unknown(self) -> tuple[str, ...]:
        """Values that say nothing known."""
        return tuple(answer.value for answer in self.values if answer.taken_for == "unknown" and answer.value)


def answers(
    counts: Mapping[str | None, int],
    column: str,
    winning: Sequence[str] = (),
    undecided: Sequence[str] = (),
    *,
    of_deals: bool = False,
) -> Answers:
    """Sort the outcome column's values into customer, lost and open.

    `counts` gives the rows per value (as text; None where the cell is empty); `winning` what means customer and
    `undecided` what means still open, where that is known. `of_deals`: the column stands in a second file of deals,
    which may list customers alone.

    Raises
    ------
    HistoryError
        A value says nothing known, or all say the same.

    >>> answers({"Yes": 3, "No": 40}, "Converted").customer
    ('Yes',)
    >>> [(v.value, v.taken_for) for v in answers({"Closed Lost": 15, "GAGNÉ": 5, "Contract sent": 5}, "Stage").values]
    [('Closed Lost', 'lost'), ('Contract sent', 'open'), ('GAGNÉ', 'customer')]
    """
    filled = {value: rows for value, rows in counts.items() if value is not None and not is_missing(value)}
    if not filled:
        raise HistoryError(f"the outcome column '{column}' is empty: it must tell which leads became customers")
    empty = sum(rows for value, rows in counts.items() if value not in filled)
    if winning:
        meanings = _by_name(filled, column, winning, undecided)
    else:
        meanings = _by_words(filled, column, undecided, blank=empty > 0)
    customers = tuple(value for value, meaning_ in meanings.items() if meaning_ == "customer")
    if len(customers) == len(filled) and not empty and not of_deals:
        says = (
            f"every value of the outcome column '{column}' means customer then"
            if winning
            else (f"the outcome column '{column}' says customer for every lead")
        )
        raise HistoryError(
            f"{says} ({_listing(filled, filled)}): without leads of both kinds there is nothing to measure. Export the "
            "leads that did not close as well, or name another column with --customer"
        )
    still_open = tuple(value for value, meaning_ in meanings.items() if meaning_ == "open")
    if not winning and not of_deals and len(customers) + len(still_open) == len(filled) and not empty:
        raise HistoryError(
            f"the outcome column '{column}' lists only won and open leads ({_listing(filled, filled)}): lost ones are "
            "hidden, so every close rate would be far too high. Export the lost (archived) leads as well"
        )
    return _account(filled, meanings, empty, winning, undecided)


def _by_name(
    filled: Mapping[str, int], column: str, winning: Sequence[str], undecided: Sequence[str]
) -> dict[str, Taken]:
    """What each value is taken for where the user, or the CRM, names those that mean customer."""
    winning_spellings = {spelling(name) for name in winning}
    spelled = {value: spelling(value) for value in filled}
    for name in winning:
        if spelling(name) not in spelled.values():
            examples = may_be_shown(_ranked(filled))[:MOST_LISTED]
            raise HistoryError(f"column '{column}': {unknown('value', name, examples)}")
    open_named = {spelling(name) for name in undecided}
    meanings = {value: meaning(value) for value in filled}
    own_lost = "lost" in meanings.values()

    def taken(value: str) -> Taken:
        if spelled[value] in winning_spellings:
            return "customer"
        if spelled[value] in open_named or (meanings[value] == "open" and not undecided):
            return "open"
        return "unknown" if meanings[value] is None and own_lost and not undecided else "lost"

    return {value: taken(value) for value in filled}


def _by_words(filled: Mapping[str, int], column: str, undecided: Sequence[str], *, blank: bool) -> dict[str, Taken]:
    """What each value is taken for by what it says; refused where one says nothing known."""
    open_named = {spelling(name) for name in undecided}
    meanings: dict[str, Meaning | None] = {
        value: "open" if spelling(value) in open_named else meaning(value) for value in filled
    }
    sales = [value for value, word in meanings.items() if word == "won"]
    weak = [value for value, word in meanings.items() if word in ("converted", "yes")]
    customers = sales or ([] if len({meanings[value] for value in weak}) > 1 else weak)
    strange = [
        value for value, word in meanings.items() if value not in customers and word not in ("lost", "no", "open")
    ]
    if customers and len({spelling(value) for value in strange}) == 1 and not _told_apart(meanings):
        strange = []  # one word for yes and one other answer
    if not customers or strange:
        raise HistoryError(_question(filled, column, customers, strange, meanings, blank))
    return {
        value: "customer" if value in customers else "open" if word == "open" else "lost"
        for value, word in meanings.items()
    }


def _told_apart(meanings: Mapping[str, Meaning | None]) -> bool:
    """Whether other values say lost, no or open already."""
    return any(word in ("lost", "no", "open") for word in meanings.values())


def _question(
    filled: Mapping[str, int],
    column: str,
    customers: Sequence[str],
    strange: Sequence[str],
    meanings: Mapping[str, Meaning | None],
    blank: bool,
) -> str:
    """What is asked where the values do not say which of them mean customer."""
    if len(filled) == 1 and not blank:
        return (
            f"the outcome column '{column}' has only the value {_listing(filled, filled)}: without leads of both "
            "kinds there is nothing to measure. Name another column with --customer"
        )
    winning = may_be_shown(list(customers) or [v for v in strange if meanings[v] in ("won", "converted", "yes")])
    if not winning and len(strange) == 1 and len(filled) > 1:
        winning = may_be_shown(strange)
    example = f", e.g. --customer-value {winning[0]!r}" if winning else ""
    unclear = ""
    if customers and strange:
        unclear = f" Not understood: {_listing(strange, filled)}."
    return (
        f"the outcome column '{column}' has {len(filled)} values and it is not clear which mean customer: "
        f"{_listing(filled, filled)}.{unclear} Name those that are not decided yet with --open-value, and those that "
        f"mean customer with --customer-value{example}"
    )


def _account(
    filled: Mapping[str, int],
    meanings: Mapping[str, Taken],
    empty: int,
    winning: Sequence[str],
    undecided: Sequence[str],
) -> Answers:
    """The answers with every value, the commonest first."""
    of: dict[Taken, tuple[str, ...]] = {
        kind: tuple(value for value in filled if meanings[value] == kind) for kind in ("customer", "lost", "open")
    }
    unknown_ = tuple(value for value in filled if meanings[value] == "unknown")
    blank = empty if (of["lost"] or unknown_) and "" not in undecided else 0
    values = [Value(value, filled[value], meanings[value]) for value in _ranked(filled)]
    if empty:
        values.append(Value("", empty, "open" if "" in undecided else "unknown" if blank else "lost"))
    return Answers(
        customer=of["customer"],
        still_open=(*of["open"], *unknown_),
        blank=blank,
        lost=tuple(value for value in of["lost"] if meaning(value) == "lost"),
        values=tuple(values),
        variants=tuple(value for value in of["customer"] if winning and value not in winning),
        unnamed=tuple(value for value in of["lost"] if winning and meaning(value) == "won"),
    )


def _ranked(counts: Mapping[str, int]) -> list[str]:
    return sorted(counts, key=lambda value: (-counts[value], value))


def _listing(values: Iterable[str], counts: Mapping[str, int]) -> str:
    """The commonest values with their rows; a personal one is counted and not told."""
    ranked = sorted(values, key=lambda value: (-counts[value], value))
    examples = may_be_shown(ranked)[:MOST_LISTED]
    more = len(ranked) - len(examples)
    text = ", ".join(f"'{value}' ({counts[value]:,})" for value in examples)
    return f"{text} and {more} more" if examples and more else text or f"{more} that look personal"
