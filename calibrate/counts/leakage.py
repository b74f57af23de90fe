"""Columns that may know the outcome: clear, asked about, or set aside.

Provenance comes first: what is known to stem from within the observation cannot leak, however well it separates. Of the
other columns, counts set aside those that can hardly be honest and ask about those where only somebody who knows
the source can tell. The reasons are keys that reports translate with the `facts`:

======================= ============================================================================
set aside               meaning
======================= ============================================================================
filled_for_customers    filled (almost) only for customers, and for a good part of them
missing_separates       whether it is filled separates customers from others; it is no yes/no question
names_outcome           its name (or a level's) states the outcome or the sales process, and it tells
separates_outcomes      it separates customers from others nearly perfectly, with many leads
written_at_closing      young leads do not have it yet, and another sign joins that
asked about
----------------------- ----------------------------------------------------------------------------
written_at_closing      young leads do not have it yet as they would if it were known from the start
moves_with_age          young leads have other values than mature ones had at any time
moved_since             leads of earlier months have other values than they had a month ago
level_always_closes     one level (almost) always closes: a referral, or an answer that winners get
filled_closes           the few leads that have it filled (almost) always close
fill_tells              whether it is filled says much of the outcome
works_alone             it does most of the work alone: known when the lead came, or only afterwards?
undated                 it ranks well alone, and no date in the source tells when it was written
overwritten_source      it holds the last source of a contact, which each visit overwrites until the sale
name_asks               its name is often written afterwards (last touch, minutes on the phone), and it tells
======================= ============================================================================

A level that never closes is no leak: "no login, never bought" is the best line a grid can have. Every test looks
at the cautious end of an interval (Wilson; Hanley and McNeil 1982 for AUC), so few leads raise no alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..language import Words, breakable, load
from ..leads.columns.naming import words_of
from .auc import auc_error
from .leakage_columns import CAUTION, Column, bounds, columns_of, logit
from .leakage_together import Together
from .leakage_words import Spoken, ended, overwritten, spoken, staged, tells_status
from .ledger import Moved
from .tally import Tally
from .written_late import timing

Floats = NDArray[np.float64]
Facts = Mapping[str, str | int | float]
MOST_UNDATED = 6
"""Columns of an undated source that are looked at in this way."""
KNOWING = 0.65
"""Rank of a column that knows the outcome, at least; what ranks worse under such a name is asked about."""
WORTH_ASKING = 0.68
"""AUC below which no column alone is worth a question."""


@dataclass(frozen=True)
class Suspect:
    """A column set aside, why, and the counts that say so.

    `sign` is the kind of evidence where a reason has several; else it is the reason.
    """

    column: str
    reason: str
    facts: Facts = field(default_factory=dict)
    sign: str = ""

    def said(self, words: Words) -> str:
        """The evidence in words."""
        return words.say("evidence", self.sign or self.reason, self.facts)

    @property
    def evidence(self) -> str:
        """The evidence in English."""
        return breakable(self.said(load("en")))


@dataclass(frozen=True)
class Question(Suspect):
    """A column that is kept and asked about, because it may have been written after the lead was scored.

    `auc_with` and `auc_without` are what all criteria together reach with it and without it.
    """

    auc_with: float = 0.5
    auc_without: float = 0.5

    @property
    def question(self) -> str:
        """What somebody who knows the source is asked, in English."""
        english = load("en")
        return breakable(f"{english('asked.sentence', column=self.column)} {english('asked.flags')}")


@dataclass(frozen=True)
class Leakage:
    """The answers for all columns: those set aside, those asked about; all others are clear."""

    suspects: tuple[Suspect, ...] = ()
    asked: tuple[Question, ...] = ()


def judge(
    tally: Tally, *, clear: Collection[str] = (), back: Collection[str] = (), changed: Collection[Moved] = ()
) -> Leakage:
    """Which columns of a tally (on fine levels) are set aside, and which are asked about.

    `clear` names columns or criteria whose provenance is known: made from events within the observation, or answered
    for by the user. They are neither accused nor asked about. `back` names those that the user put back without an
    answer: what would set them aside is asked. `changed` are columns whose values have changed since an earlier month.

    >>> from calibrate.counts.tally import tally_of
    >>> from calibrate.grid.criteria import Criterion, Level
    >>> signed = Criterion("field_7", "field_7", "presence", "fit",
    ...     (Level("filled"), Level("missing", "missing"), Level("other", "other")))
    >>> bought = np.arange(1000) % 10 == 0
    >>> print(judge(tally_of([signed], np.where(bought, 0, 1).astype(np.uint8)[None], bought)).suspects[0].evidence)
    filled for 100 leads, of which 100 became customers (100%); there are 100 customers in all
    """
    leads, customers = tally.overall
    if not 0 < customers < leads:
        return Leakage()
    columns = columns_of(tally)
    aside: dict[str, Suspect] = {}
    doubtful: dict[int, Suspect] = {}
    for i, column in enumerate(columns):
        if column.criterion.name in clear or column.criterion.column in clear:
            continue
        accused = next((sign for check in ACCUSING if (sign := check(column)) is not None), None)
        if accused is not None and {column.criterion.name, column.criterion.column} & {*back}:
            doubtful[i] = accused
        elif accused is not None:
            aside.setdefault(accused.column, accused)
        else:
            doubt = next((sign for check in ASKING if (sign := check(column)) is not None), None)
            since = next((one for one in changed if one.column == column.criterion.column), None)
            late = _moved_since(column, since) if since else _written_late(tally, i, column)
            if late is not None and late.reason == "written_at_closing" and (doubt or column.honest >= 0.8):
                aside.setdefault(late.column, late)
            elif (most := late or doubt) is not None:
                doubtful[i] = most
    usable = [i for i, column in enumerate(columns) if column.criterion.column not in aside]
    together = Together(tally, columns, usable)
    for i in usable:
        if i not in doubtful and not {columns[i].criterion.name, columns[i].criterion.column} & {*clear}:
            strong = _works_alone(columns[i], together, i)
            if strong is not None:
                doubtful[i] = strong
    if tally.ends is None:
        doubtful |= {i: sign for i, sign in _undated(columns, usable, clear) if i not in doubtful}
    questions: dict[str, Question] = {}
    for i in sorted(set(doubtful) & set(usable), key=lambda i: -columns[i].honest):
        sign = doubtful[i]
        same = [j for j in usable if columns[j].criterion.column == sign.column]
        question = Question(sign.column, sign.reason, sign.facts, sign.sign, together.auc(), together.auc(without=same))
        questions.setdefault(sign.column, question)
    return Leakage(tuple(aside.values()), tuple(questions.values()))


def suspects(tally: Tally, *, free: Collection[str] = ()) -> tuple[Suspect, ...]:
    """Columns of a tally (on fine levels) that should not be criteria by themselves, with the evidence.

    `free` names columns or criteria that the user put back: they are not accused again. See `judge`.
    """
    return judge(tally, back=free).suspects


def reached(tally: Tally, names: Sequence[str], *, aside: Collection[str] = ()) -> tuple[float, dict[str, float]]:
    """AUC of all criteria together, and without each of the named columns; columns `aside` take no part."""
    columns = columns_of(tally)
    usable = [i for i, column in enumerate(columns) if column.criterion.column not in aside]
    together = Together(tally, columns, usable)
    without = {name: together.auc([i for i in usable if columns[i].criterion.column == name]) for name in names}
    return together.auc(), without


def _sign(column: Column, reason: str, facts: Facts, sign: str = "") -> Suspect:
    return Suspect(column.criterion.column, reason, facts, sign)


# --- set aside ---------------------------------------------------------------------------------------


def _filled_for_customers(column: Column) -> Suspect | None:
    """Filled leads close at about 100 %, and at least half of the customers have it filled."""
    n, k = column.filled
    leads, customers = column.total
    if n == leads or k < customers / 2 or not _nearly_all(k, n, column):
        return None
    return _filled(column, "filled_for_customers")


def _filled(column: Column, reason: str) -> Suspect:
    n, k = column.filled
    facts = {"leads": int(n), "customers": int(k), "rate": k / n, "all_customers": column.total[1]}
    return _sign(column, reason, facts)


def _missing_separates(column: Column) -> Suspect | None:
    """Youden's J of "filled" (share of customers that have it, less the share of others) is at least 0.6.

    For presence it must be 0.8, or 0.7 with a giant leap from the base rate.
    """
    if column.question:
        return None
    if column.two_sided:
        least = 0.7 if column.leaps else 0.8
        return _fill_apart(column, "missing_separates", least, least - 0.1)
    return _fill_apart(column, "missing_separates", 0.6, 0.56)


def _fill_apart(column: Column, reason: str, least: float, cautious: float) -> Suspect | None:
    n, k = column.filled
    leads, customers = column.total
    lost, filled_others = leads - customers, n - k
    low_customers, high_customers = bounds(k, customers)
    low_others, high_others = bounds(filled_others, lost)
    difference = abs(k / customers - filled_others / lost)
    if difference < least or max(low_customers - high_others, low_others - high_customers) < cautious:
        return None
    facts = {"filled_customers": int(k), "customers": customers, "filled_others": int(filled_others), "others": lost}
    return _sign(column, reason, facts)


def _names_outcome(column: Column) -> Suspect | None:
    if not column.telling:
        return None
    word = _spoken(column)
    if word and word.theme != "later" and not _hardly_ranks(word, column):
        return _sign(column, "names_outcome", {"word": word.word, **_span(column)})
    if column.criterion.kind != "text":
        return None
    for i, level in enumerate(column.levels):
        ending = ended(words_of(level))
        n, k = float(column.n[i]), float(column.k[i])
        low, high = bounds(k, n)
        if ending and n >= 30 and (low >= 0.8 or high <= column.base / 4):
            facts: Facts = {"word": ending, "level": level, "leads": int(n), "customers": int(k), "rate": k / n}
            return _sign(column, "names_outcome", facts, "level_names_outcome")
    stages = [level for i, level in enumerate(column.levels) if column.n[i] > 0 and staged(words_of(level))]
    if len(stages) >= 2:
        span = {"word": stages[0], "second": stages[1], **_span(column)}
        return _sign(column, "names_outcome", span, "levels_are_stages")
    return None


def _separates(column: Column) -> Suspect | None:
    """Nearly perfect: levels that (almost) always close hold most customers, and the others (almost) never close."""
    auc = column.honest
    if column.question or auc < 0.95 or auc - CAUTION * auc_error(auc, column.total) < 0.9:
        return None
    closing = [bounds(float(k), float(n))[0] >= 0.8 for k, n in zip(column.k, column.n, strict=True)]
    if column.k[closing].sum() < column.total[1] / 2:
        return None
    return _alone(column, "separates_outcomes")


def _alone(column: Column, reason: str) -> Suspect:
    return _sign(column, reason, {**_span(column), "auc": column.honest})


ACCUSING: tuple[Callable[[Column], Suspect | None], ...] = (
    _filled_for_customers,
    _missing_separates,
    _names_outcome,
    _separates,
)


# --- asked about -------------------------------------------------------------------------------------


def _filled_closes(column: Column) -> Suspect | None:
    n, k = column.filled
    return _filled(column, "filled_closes") if n < column.total[0] and _nearly_all(k, n, column) else None


def _level_always_closes(column: Column) -> Suspect | None:
    for level, n, k in column.biggest(column.k):
        if _nearly_all(k, n, column):
            facts: Facts = {"level": level, "leads": int(n), "customers": int(k), "rate": k / n}
            return _sign(column, "level_always_closes", {**facts, "all_customers": column.total[1]})
    return None


def _fill_tells(column: Column) -> Suspect | None:
    return None if column.question else _fill_apart(column, "fill_tells", 0.5, 0.35)


def _name_asks(column: Column) -> Suspect | None:
    """A name of what is often written afterwards, where the column ranks clearly better than chance.

    A name that states the outcome asks as well where the column hardly ranks.
    """
    word = _spoken(column)
    if word is None or not column.telling or not (word.theme == "later" or _hardly_ranks(word, column)):
        return None
    if word.theme == "later" and column.honest - CAUTION * auc_error(column.honest, column.total) < 0.55:
        return None
    return _sign(column, "name_asks", {"word": word.word, **_span(column)})


def _overwritten_source(column: Column) -> Suspect | None:
    """A last touch: of a customer it holds what came last before the sale, however little it tells."""
    word = overwritten(words_of(column.criterion.column))
    if word is None or int((column.n > 0).sum()) < 2:
        return None
    return _sign(column, "overwritten_source", {"word": word, **_span(column)})


ASKING: tuple[Callable[[Column], Suspect | None], ...] = (
    _filled_closes,
    _level_always_closes,
    _fill_tells,
    _overwritten_source,
    _name_asks,
)


def _written_late(tally: Tally, i: int, column: Column) -> Suspect | None:
    """Whether leads too young to be judged lack what the column says of customers."""
    if tally.young is None or not column.telling:
        return None
    old, new = (_on_levels(column, fine) for fine in (tally.marginals[i], tally.young.margins[i]))
    when = timing(old, new, tally.young.width, tally.effect())
    if when is None or not (when.written_at_closing or when.moves_with_age):
        return None
    facts = {"young": when.young, "ratio": when.ratio}
    return _sign(column, "written_at_closing" if when.written_at_closing else "moves_with_age", facts)


def _moved_since(column: Column, change: Moved) -> Suspect:
    sign = "moved_since_filled" if change.filled else ""
    facts: Facts = {"compared": change.compared, "leads": change.leads, "since": change.since}
    return _sign(column, "moved_since", facts, sign)


def _on_levels(column: Column, fine: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts per cohort or age on the final levels."""
    coarse = np.zeros((len(fine), len(column.n), 2), np.int64)
    for level, place in enumerate(column.place):
        coarse[:, place] += fine[:, level]
    return coarse


def _works_alone(column: Column, together: Together, i: int) -> Suspect | None:
    """A column that alone ranks very well, or that carries at least half as much as all the others together."""
    auc = column.honest
    if auc < WORTH_ASKING or auc - CAUTION * auc_error(auc, column.total) < WORTH_ASKING - 0.1:
        return None
    if auc < 0.8 and _signal(auc) < 0.5 * _signal(together.auc(without=[i])):
        return None
    return _alone(column, "works_alone")


def _undated(columns: Sequence[Column], usable: Sequence[int], clear: Collection[str]) -> Iterator[tuple[int, Suspect]]:
    """Columns that rank well alone where nothing can be held against the time at which they were written.

    Dates tell that elsewhere (`_written_late`); without them a name would decide, or nobody. The strongest few are
    asked about.
    """
    for i in sorted(usable, key=lambda i: -columns[i].honest)[:MOST_UNDATED]:
        column = columns[i]
        known = {column.criterion.name, column.criterion.column} & {*clear}
        if not known and column.honest - CAUTION * auc_error(column.honest, column.total) >= WORTH_ASKING:
            yield i, _alone(column, "undated")


# --- words and arithmetic ------------------------------------------------------------------------------


def _nearly_all(k: float, n: float, column: Column) -> bool:
    """Whether k of n is about 100 %, and a telling share of all customers or a giant leap from the base rate."""
    share = k / column.total[1]
    if n < 8 or k / n < 0.9 or share < 0.05:
        return False
    low, _ = bounds(k, n)
    return (low >= 0.93 and share >= 0.15) or logit(low) - logit(column.base) >= 4


def _spoken(column: Column) -> Spoken | None:
    """What the name of a column speaks of; a status and nothing else is doubtful where no answer is one of the sale."""
    for name in (words_of(column.criterion.column), words_of(column.criterion.name)):
        word = spoken(name)
        if word is not None:
            bare = word.theme == "process" and word.word == name and column.criterion.kind == "text"
            answers = (level for level, leads, _ in column.fine if leads)
            if bare and not any(tells_status(words_of(level)) for level in answers):
                return Spoken("later", word.word)
            return word
    return None


def _hardly_ranks(word: Spoken, column: Column) -> bool:
    """Whether a name that states an outcome may be of another one: what knows ours ranks better than this.

    Shops close too, and degrees are finished.
    """
    return word.theme == "outcome" and column.honest < KNOWING


def _span(column: Column) -> dict[str, str | int | float]:
    """The facts of the best and the worst level."""
    facts: dict[str, str | int | float] = {"auc": column.auc}
    for name, i in zip(("best", "worst"), column.extremes, strict=True):
        facts |= {
            name: column.levels[i],
            f"{name}_leads": int(column.n[i]),
            f"{name}_customers": int(column.k[i]),
        }
    return facts


def _signal(auc: float) -> float:
    """Squared distance between customers and other leads, in standard deviations, that gives such an AUC."""
    return 2 * float(special.ndtri(auc)) ** 2 if auc > 0.5 else 0.0
