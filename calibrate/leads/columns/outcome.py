"""Which values of the outcome column mean customer, and which mean not decided yet.

Only a column with two answers, one of which is a known word for yes, is understood by itself. Everything
else is asked back with the values that were found, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...errors import HistoryError, unknown
from ...grid.criteria import as_number, is_missing
from .person_names import may_be_shown

YES = frozenset(
    {
        "1",
        "yes",
        "y",
        "oui",
        "o",
        "true",
        "vrai",
        "t",
        "v",
        "won",
        "gagné",
        "gagne",
        "gagnée",
        "converted",
        "converti",
        "customer",
        "client",
        "signed",
        "signé",
        "signe",
        "success",
        "succès",
        "closed_won",
        "closedwon",
        "positive",
        "x",
        "ja",
        "si",
        "sí",
        "closed won",
        "fermé gagné",
        "fermée gagnée",
        "is won",
    }
)
OPEN = frozenset(
    {
        "open",
        "ouvert",
        "ouverte",
        "pending",
        "working",
        "contacted",
        "nurturing",
        "en_cours",
        "in progress",
        "en cours",
        "en attente",
        "not decided",
        "in negotiation",
    }
)
MOST_LISTED = 12


@dataclass(frozen=True)
class Answers:
    """Values of the outcome column, as they stand in the data: those that mean customer and those still open.

    `blank` are the rows without a value beside others that say no in words: they count as no customers, which may be
    wrong, so the reader is told.
    """

    customer: tuple[str, ...]
    still_open: tuple[str, ...] = ()
    blank: int = 0


def answers(
    counts: Mapping[str | None, int], column: str, chosen: Sequence[str] = (), undecided: Sequence[str] = ()
) -> Answers:
    """Sort the outcome column's values into customer, open and no customer.

    `counts` gives the leads per value (as text; None where the cell is empty); `chosen` what means customer and
    `undecided` what means still open, where that is known.

    >>> answers({"Yes": 3, "No": 40}, "Converted").customer
    ('Yes',)
    """
    values = [v for v in counts if not is_missing(v) and v is not None]
    if not values:
        raise HistoryError(f"the outcome column '{column}' is empty: it must tell which leads became customers")
    known = {_word(v) for v in undecided}
    still_open = tuple(v for v in values if _word(v) in OPEN or _word(v) in known)
    empty = 0 if "" in undecided else sum(n for v, n in counts.items() if v is None or is_missing(v))
    if chosen:
        bought, open_ = _found(values, chosen, column, counts), tuple(v for v in still_open if v not in chosen)
        return Answers(bought, open_, empty if set(values) - {*bought, *open_} else 0)
    yes = tuple(v for v in values if _word(v) in YES)
    rest = [v for v in values if v not in yes and v not in still_open]
    blank = len(counts) > len(values)
    if yes and len({_word(v) for v in rest}) <= 1 and len({_word(v) for v in yes}) == 1:
        if not rest and not blank:
            _refuse_one_class(values, column, counts, still_open)
        return Answers(yes, still_open, empty if rest else 0)
    if len(values) == 1 and not blank:
        raise HistoryError(
            f"the outcome column '{column}' has only the value {_listing(values, counts)}: without leads of both "
            "kinds there is nothing to measure. Name another column with --customer"
        )
    example = next(iter(may_be_shown(values)), "won")
    raise HistoryError(
        f"the outcome column '{column}' has {len(values)} values and it is not clear which mean customer: "
        f"{_listing(values, counts)}. Name them with --customer-value, e.g. --customer-value {example!r}"
    )


def _refuse_one_class(
    values: Sequence[str], column: str, counts: Mapping[str | None, int], still_open: Sequence[str]
) -> None:
    """Refuse a source that shows no lost lead at all."""
    if still_open:
        raise HistoryError(
            f"the outcome column '{column}' lists only won and open leads ({_listing(values, counts)}): lost ones are "
            "hidden, so every close rate would be far too high. Export the lost (archived) leads as well"
        )
    raise HistoryError(
        f"the outcome column '{column}' says customer for every lead ({_listing(values, counts)}): leads that did not "
        "close are missing. Export all leads, or name another column with --customer"
    )


def _found(
    values: Sequence[str], chosen: Sequence[str], column: str, counts: Mapping[str | None, int]
) -> tuple[str, ...]:
    """The values that the user named, compared exactly, then by word, then as numbers."""
    found: list[str] = []
    for name in chosen:
        same = (
            [v for v in values if v == name]
            or [v for v in values if _word(v) == _word(name)]
            or [v for v in values if as_number(v) is not None and as_number(v) == as_number(name)]
        )
        if not same:
            listed = may_be_shown(_ranked(values, counts))
            raise HistoryError(f"column '{column}': {unknown('value', name, listed[:MOST_LISTED])}")
        found += same
    if len(set(found)) == len(values) and len(counts) == len(values):
        raise HistoryError(
            f"every value of the outcome column '{column}' means customer then ({_listing(values, counts)}): "
            "without leads of both kinds there is nothing to measure"
        )
    return tuple(dict.fromkeys(found))


def _word(value: str) -> str:
    number = as_number(value)
    return f"{number:g}" if number is not None else " ".join(value.casefold().split())


def _ranked(values: Sequence[str], counts: Mapping[str | None, int]) -> list[str]:
    return sorted(values, key=lambda v: (-counts[v], v))


def _listing(values: Sequence[str], counts: Mapping[str | None, int]) -> str:
    """The commonest values with their leads; a personal one is counted and not told."""
    shown = may_be_shown(_ranked(values, counts))[:MOST_LISTED]
    more = len(values) - len(shown)
    listed = ", ".join(f"'{v}' ({counts[v]:,})" for v in shown)
    return f"{listed} and {more} more" if shown and more else listed or f"{more} that look personal"
