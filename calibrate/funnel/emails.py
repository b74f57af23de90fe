"""E-mail figures of a month: of the leads that were written to, how many got it, opened it, clicked in it.

What tells so is found by name: event types (``email_open``, ``EMAIL_CLICKED``, ``mail ouvert``) as columns over
events, else columns of the leads. A lead counts once per kind, however often it opened; who clicked or opened was
written to, also where nothing says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..counts.rates import Rate, rate
from ..engine.query import call, count, either, filled, flag, none_of, quoted, rows, select
from ..engine.table import Column
from ..grid.event_columns import SUFFIX
from ..leads.columns.naming import words_of
from ..leads.history import History
from ..leads.terms import BUYER, KEPT, STATUS
from ..vocabulary import NO
from .shared_fate import SharedFate, fates

KINDS = ("sent", "delivered", "opened", "clicked")
_MAIL = re.compile(r"\b(e?mails?|e mails?|courriels?|newsletters?|infolettres?|mailings?)\b")
_KIND = {
    "sent": re.compile(r"\b(sent|sends?|envoye\w*|envois?)\b"),
    "delivered": re.compile(r"\b(deliver(ed|y|ies|s)?|delivre\w*|received|recus?|distribue\w*)\b"),
    "opened": re.compile(r"\b(open(s|ed|ings?)?|ouvert(e|s|es|ures?)?)\b"),
    "clicked": re.compile(r"\b(click(s|ed)?|clics?|clique\w*)\b"),
}
_OTHER = re.compile(r"\b(rate|taux|pct|percent|unopened|opt|unsubscribe\w*|subject|objet)\b")


@dataclass(frozen=True)
class Mails:
    """Months with the leads of each kind among those of the base: `base` is sent, delivered, or all leads.

    `columns` names what each kind was read from; `days` is how long leads were observed, where events tell.
    """

    base: str
    columns: Mapping[str, tuple[str, ...]]
    days: int | None
    cohorts: tuple[tuple[str, int, Mapping[str, Rate]], ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that are shown: those told of, the base left out."""
        return tuple(kind for kind in KINDS if kind in self.columns and kind != self.base)


def mail_columns(columns: Sequence[Column]) -> dict[str, tuple[str, ...]]:
    """Columns that tell of e-mails, by kind: those made from events where there are any, else those of the leads.

    >>> columns = [Column("email_opens", "number"), Column("Clics e-mail", "number"), Column("open_deals", "number")]
    >>> mail_columns(columns)
    {'opened': ('email_opens',), 'clicked': ('Clics e-mail',)}
    >>> mail_columns([*columns, Column("EMAIL_SENT (events)", "number"), Column("open (events)", "number")])
    {'sent': ('EMAIL_SENT (events)',), 'opened': ('open (events)',)}
    """
    names = [column.name for column in columns if column.type in ("number", "boolean", "text", "date", "timestamp")]
    from_events = [name for name in names if name.endswith(SUFFIX)]
    plain = [name for name in names if name not in from_events]
    return _kinds(from_events, alone=True) or _kinds(plain, alone=False)


def _kinds(names: Sequence[str], *, alone: bool) -> dict[str, tuple[str, ...]]:
    """Kinds by name; with `alone`, a type called just ``open`` or ``sent`` counts where one of them says opened."""
    columns: dict[str, tuple[str, ...]] = {}
    for kind in KINDS:
        mine = []
        for name in names:
            words = words_of(name.removesuffix(SUFFIX)).removeprefix("hs ")
            says_kind = _KIND[kind].search(words) is not None and _OTHER.search(words) is None
            if says_kind and (_MAIL.search(words) or (alone and _KIND[kind].fullmatch(words))):
                mine.append(name)
        if mine:
            columns[kind] = tuple(mine)
    return columns if "opened" in columns else {}


def mail_rates(history: History) -> Mails | None:
    """Rates per month of creation; None without dates or without anything that tells of opened e-mails."""
    columns = mail_columns(history.table.columns)
    if history.ends is None or not columns:
        return None
    types = {column.name: column.type for column in history.table.columns}
    kinds = [kind for kind in KINDS if kind in columns]
    had = {kind: either(*(_some(name, types[name]) for name in columns[kind])) for kind in kinds}
    told_by = {"sent": KINDS, "delivered": KINDS[1:]}  # who opened or clicked was written to, and got it
    flags = {f"{kind}_": flag(either(*(had[k] for k in told_by.get(kind, (kind,)) if k in had))) for kind in kinds}
    buyer = {} if history.terms.group is None else {BUYER: BUYER}
    judged = f"{STATUS} = {KEPT}"
    mailed = select({"__created": "__created"} | buyer | flags, rows(history.leads, "judged"), where=judged)
    cells = {"moment": "__created"} | {name: name for name in flags} | {"leads": count()}
    counts = history.table.fetch(select(cells, rows(mailed, "mailed"), group=("__created", *flags)))
    cohort, leads = history.cohort_of(counts["moment"].astype(np.int64)), counts["leads"].astype(np.float64)
    size = len(history.cohorts)
    in_kind = {"leads": leads} | {kind: leads * counts[f"{kind}_"].astype(np.float64) for kind in kinds}
    of_kind = {kind: np.bincount(cohort, several, size).astype(np.float64) for kind, several in in_kind.items()}
    base = next((kind for kind in ("sent", "delivered") if kind in had), "leads")
    reported = [kind for kind in kinds if kind != base]
    fate = fates(history, mailed, list(flags))
    effects = {kind: _effects(fate, of_kind, kind, base) for kind in reported}
    months = []
    for i, name in enumerate(history.cohorts):
        if of_kind["leads"][i]:
            to = int(of_kind[base][i])
            rates = {kind: rate(int(of_kind[kind][i]), to, effects[kind][i]) for kind in reported}
            months.append((name, int(of_kind["leads"][i]), rates))
    days = history.terms.observe_days if any(n.endswith(SUFFIX) for names in columns.values() for n in names) else None
    return Mails(base, columns, days, tuple(months))


def _effects(
    fate: tuple[SharedFate, SharedFate] | None, counts: Mapping[str, NDArray[np.float64]], kind: str, base: str
) -> list[float]:
    """Design effect, per cohort, of the share of the base that is of a kind; buyers share what they do in all."""
    if fate is None:
        return [1.0] * len(counts["leads"])
    of = "all" if base == "leads" else f"{base}_"
    return fate[1].effects(f"{kind}_", of, counts[base].tolist(), float(counts[kind].sum()), float(counts[base].sum()))


def _some(name: str, kind: str) -> str:
    """Condition: a column tells of at least one e-mail: a number above 0, a yes, a date, a text."""
    cell = quoted(name)
    if kind == "number":
        return f"{cell} > 0"
    if kind == "boolean":
        return cell
    if kind in ("date", "timestamp"):
        return filled(cell)
    return none_of(call.lower(call.trim(cell)), sorted({*NO, "", "0.0", "none", "null", "never"}))
