"""What every weight-file format shares: its options, its description, and its account of what it carries."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np

from ..counts.intervals import wilson
from ..errors import ExportError
from ..grid.criteria import Criterion
from ..grid.derived import Derived, letter_table
from ..grid.event_columns import is_event_column
from ..grid.grid import Band, Expiry, Grid, Measure
from ..grid.lead_age import AGE
from ..grid.mailbox_kinds import made_from
from ..grid.reasons import told, words_in
from ..language import Words, breakable, load
from .remarks import Fate, Remark, Status, remark

EVERYTHING = ("mailbox", "words", "events")
"""What calibrate makes from other columns, for a format that says the grid and scores nothing itself."""
STATUSES: tuple[Status, ...] = ("carried", "approximated", "impossible")


@dataclass(frozen=True)
class Options:
    """Choices of an export; a format ignores the ones it has no use for.

    `table` and `lead_id` name the table and its key in SQL (`lead_id` empty: no key column; None: the one the grid
    was calibrated with, else ``lead_id``), `events` the table from which SQL makes event columns, `at` the day on which
    SQL scores ("today": the server's; "": no day, so that nothing expires). `edition` is the edition of the target,
    `language` that of reasons and settings sheets. `strict` refuses when anything is lost. `names` gives the names that
    source columns have in the target.
    """

    table: str = "leads"
    events: str = ""
    lead_id: str | None = None
    edition: str = ""
    language: str = "en"
    strict: bool = False
    at: date | Literal["today", ""] = ""
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """One thing of the grid and what becomes of it: a line with points, the bands, an expiry rule..."""

    what: str
    status: Status
    reason: Remark | None = None
    kind: Literal["line", "bands", "thresholds", "expiry"] = "line"
    role: str = ""

    def said(self, words: Words) -> str:
        """The thing, and why it is not carried as it stands."""
        return words.pair(self.name(words), self.reason.said(words)) if self.reason else self.name(words)

    def name(self, words: Words) -> str:
        """The thing in words; a line bears the name that it has in the grid, our own levels (`role`) are said."""
        what = self.what
        if self.role:
            what = what.replace(f": {self.role} (", f": {words(f'answer.{self.role}')} (")
        return what if self.kind == "line" else words(f"carried.of_{self.kind}", what=what)


@dataclass(frozen=True)
class Coverage:
    """What a target carries of a grid; `notes` are facts about the target that could not be confirmed."""

    format: str
    items: tuple[Item, ...]
    notes: tuple[Remark, ...] = ()

    def of(self, status: Status) -> tuple[Item, ...]:
        """Items with one status."""
        return tuple(item for item in self.items if item.status == status)

    @property
    def lossless(self) -> bool:
        """Whether everything is carried as it stands."""
        return all(item.status == "carried" for item in self.items)

    def said(self, words: Words) -> str:
        """How many things have each status, then those that are not carried as they stand, then the notes."""
        status = {key: words(f"carried.{key}", count=len(self.of(key))) for key in STATUSES}
        lines = [words.pair(self.format, ", ".join(status.values()))]
        lost = [item for item in self.items if item.status != "carried"]
        lines += [f"  {words(f'carried.one_{item.status}', item=item.said(words))}" for item in lost]
        lines += [f"  {words('carried.note', note=note.said(words))}" for note in self.notes]
        return breakable("\n".join(lines))

    def __str__(self) -> str:
        return self.said(load("en"))


@dataclass(frozen=True)
class Scored:
    """One lead with its score, as a system receives it: key, score, band, reasons in one text, close rate.

    `close_rate` is the rate to expect at the score with its 95 % interval, as shares of 1.
    """

    lead: str
    score: int
    band: str = ""
    reasons: str = ""
    close_rate: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Format:
    """One weight-file format: how it is written, what its files are called, and what it carries.

    `scores` writes leads already scored, for systems that take scores and no rules. `names` gives the target's name of
    each source column, with whether it is certain, where the target has names of its own. `rules`: the file is loaded
    somewhere, so a LOADING.md stands beside it. `lines`: it is given the grid's lines, without answers of 0 points.
    `engine` is the engine that runs it, where it is a statement. `starts`: leads can start with points there; else
    thresholds are lowered by them (`lines.lowered`).
    """

    write: Callable[[Grid, Options], str | bytes]
    suffix: str
    coverage: Callable[[Grid, Options], Coverage]
    scores: Callable[[Grid, Iterable[Scored], Options], str | bytes] | None = None
    names: Callable[[Grid, Options], Mapping[str, tuple[str, bool]]] | None = None
    rules: bool = True
    lines: bool = True
    engine: str = ""
    starts: bool = True


BY_SCORE = remark("by_score")
NO_DATES: Fate = ("impossible", remark("no_dates"))


def line_name(criterion: Criterion, place: int, points: int) -> str:
    """A line of the grid as a coverage report names it: ``sector: SaaS (+12)``."""
    return f"{criterion.name}: {criterion.levels[place].name} ({points:+d})"


def reason_text(grid: Grid, at: int, place: int, language: str) -> str:
    """The reason a lead gets for one level of one criterion: ``sector: not given (-6)``."""
    criterion = grid.criteria[at]
    return f"{criterion.name}: {told(criterion, place, words_in(language))} ({grid.points[at][place]:+d})"


def expiry_rule(grid: Grid, at: int, place: int) -> tuple[int | None, int | None, int | None, str] | None:
    """Days, percent, per days, and the column that dates the signal, of a level whose points expire; else None."""
    criterion = grid.criteria[at]
    rules = {(rule.criterion, rule.level): rule for rule in grid.expiry}
    rule = rules.get((criterion.name, criterion.levels[place].name))
    if rule is None or rule.dated is None:
        return None
    return rule.days, rule.percent, rule.every_days, rule.dated


def needed_columns(grid: Grid) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Source columns without which a score is a guess: of criteria with points, and of the days of lines that expire.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> pair = [Criterion(name, name, "presence", "fit", (Level("yes"), *ends)) for name in ("demo", "phone")]
    >>> rule = Expiry("demo", "yes", 30, dated="at")
    >>> needed_columns(Grid("g", "m", tuple(pair), ((20, 0, 0), (0, 0, 0)), expiry=(rule,)))
    (('demo',), ('at',))
    """
    weighing = {c.name: c.column for c, points in zip(grid.criteria, grid.points, strict=True) if any(points)}
    dated = [rule.dated for rule in grid.expiry if rule.dated and rule.criterion in weighing]
    return tuple(dict.fromkeys(weighing.values())), tuple(dict.fromkeys(dated))


def day_asked(text: str) -> date | Literal["today", ""]:
    """The day to score on as a user writes it.

    >>> day_asked("2026-03-01"), day_asked("today")
    (datetime.date(2026, 3, 1), 'today')
    """
    if text in ("today", ""):
        return "today" if text else ""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ExportError(f"--at '{text[:40]}' is no day; write YYYY-MM-DD, or today") from None


def left_by_age(rule: Expiry, points: int) -> list[tuple[int, int]]:
    """From which age in days how many points are left, the oldest first; before the last of these all are.

    >>> left_by_age(Expiry("demo", "yes", percent=40, every_days=30), 20)
    [(90, 0), (60, 4), (30, 12)]
    >>> left_by_age(Expiry("demo", "yes", days=90), 20)
    [(90, 0)]
    """
    ages = [rule.days] if rule.days is not None else []
    if rule.percent and rule.every_days:
        ages = [rule.every_days * times for times in range(1, -(-100 // rule.percent) + 1)]
    steps, before = [], points
    for age in ages:
        points_left = rule.keeps(points, age)
        if points_left != before:
            steps.append((age, points_left))
        before = points_left
    return steps[::-1]


def key_column(grid: Grid, options: Options) -> str:
    """Name of the lead id column: the option, else the grid's own, else ``lead_id``; empty for none."""
    if options.lead_id is not None:
        return options.lead_id
    return str(grid.provenance.get("lead_id") or "lead_id")


def ordered_bands(grid: Grid) -> list[tuple[int, str]]:
    """Bands as (at least, name), the highest first; of two that start at one score the first named wins."""
    return sorted(((band.at_least, band.name) for band in grid.bands), key=lambda each: -each[0])


_MEASURES: Mapping[Measure, str] = {"score": "score", "fit": "fit_points", "engagement": "engagement_points"}


def band_condition(band: Band, names: Mapping[Measure, str] = _MEASURES) -> str:
    """SQL for what a band asks for, over the columns score, fit_points and engagement_points, or others in `names`.

    >>> band_condition(Band("call", 30, "", fit_minimum=5))
    'score >= 30 AND fit_points >= 5'
    """
    return " AND ".join(f"{names[what]} >= {int(least)}" for what, least in band.demands)


CLOSE_RATE = ("close_rate", "close_rate_low", "close_rate_high")
"""What stands beside every score: the close rate to expect there, with its 95 % interval."""


RateSteps = tuple[tuple[int, float, float, float], ...]


def close_rates(grid: Grid) -> RateSteps:
    """From which score on which close rate is expected, with its interval (the rate itself where none is known).

    >>> from calibrate.grid.grid import Curve
    >>> close_rates(Grid("g", "lift", (), (), curve=Curve((0, 10), (0.01, 0.2), (0.005, 0.1), (0.02, 0.35))))
    ((0, 0.01, 0.005, 0.02), (10, 0.2, 0.1, 0.35))
    """
    curve = grid.curve
    if curve is None:
        return ()
    low, high = curve.low or curve.rates, curve.high or curve.rates
    steps = zip(curve.scores, curve.rates, low, high, strict=True)
    return tuple((int(score), round(rate, 6), round(least, 6), round(most, 6)) for score, rate, least, most in steps)


def rate_at(steps: RateSteps, score: int) -> tuple[float, float, float] | None:
    """Close rate to expect at one score with its interval, from `close_rates`; None where nothing is known.

    >>> steps = ((0, 0.01, 0.005, 0.02), (10, 0.2, 0.1, 0.35))
    >>> rate_at(steps, 12), rate_at(steps, -5)
    ((0.2, 0.1, 0.35), (0.01, 0.005, 0.02))
    """
    if not steps:
        return None
    _, rate, low, high = steps[max(0, bisect_right(steps, score, key=lambda step: step[0]) - 1)]
    return rate, low, high


def band_rates(grid: Grid) -> dict[str, tuple[int, int, float, float, float]]:
    """By band: leads that the points had not seen, customers among them, close rate and its 95 % interval.

    The interval is Wilson's, with the design effect of leads of one company. Bands that nobody counted are left out.

    >>> bands = (Band("call", 30, "", leads=239, customers=63), Band("wait", 0, ""))
    >>> band_rates(Grid("g", "lift", (), (), bands=bands))
    {'call': (239, 63, 0.263598, 0.211798, 0.322877)}
    """
    rates = {}
    for band in grid.ladder:
        if band.leads and band.customers is not None:
            effect = band.design_effect or 1.0
            low, high = wilson(np.array([band.customers]) / effect, np.array([band.leads]) / effect)
            interval = round(float(low[0]), 6), round(float(high[0]), 6)
            rates[band.name] = (band.leads, band.customers, round(band.customers / band.leads, 6), *interval)
    return rates


def close_rate_sql(grid: Grid, part: int = 0, score: str = "score") -> str:
    """SQL for the close rate to expect at a score: the rate, its lower or its upper bound (`part` 0, 1, 2).

    >>> from calibrate.grid.grid import Curve
    >>> close_rate_sql(Grid("g", "lift", (), (), curve=Curve((0, 10), (0.01, 0.2))))
    'CASE WHEN score >= 10 THEN 0.2 ELSE 0.01 END'
    """
    steps: list[tuple[int, float]] = []
    for at_least, *rates in close_rates(grid):
        if not steps or rates[part] != steps[-1][1]:
            steps.append((at_least, rates[part]))
    if len(steps) < 2:
        return f"{steps[0][1]:.6g}" if steps else "NULL"
    whens = " ".join(f"WHEN {score} >= {at_least} THEN {rate:.6f}".rstrip("0") for at_least, rate in steps[:0:-1])
    return f"CASE {whens} ELSE {steps[0][1]:.6f}".rstrip("0") + " END"


_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def refuse_illegal(grid: Grid, name: str) -> None:
    """Refuse texts with a character that no XML file can hold."""
    texts = [grid.name, *(band.name for band in grid.bands)]
    for criterion in grid.criteria:
        texts += [criterion.name, criterion.column]
        texts += [text for level in criterion.levels for text in (level.name, *level.values) if isinstance(text, str)]
    for text in texts:
        sign = _ILLEGAL.search(text)
        if sign:
            raise ExportError(
                f"{name}: {text[:60]!r} holds the character U+{ord(sign[0]):04X}, which no XML file can hold; "
                f"rename it in the data or in the settings"
            )


def account(
    name: str,
    grid: Grid,
    judge: Callable[[int, int], Fate] | None = None,
    *,
    bands: Fate = ("carried", None),
    minimums: bool = False,
    expiry: Fate | Callable[[Expiry], Fate] | None = NO_DATES,
    makes: Sequence[str] = (),
    notes: tuple[Remark, ...] = (),
) -> Coverage:
    """Coverage of a grid: every line with points by `judge(criterion, level)`, then bands, thresholds and expiry.

    `expiry` None: carried where a column says when the signal was last seen; it may also judge each rule. `makes` names
    what the format does by itself: "mailbox" (the kind of mailbox of an address), "words" (columns derived from the
    texts of others), "events" (columns made from events).
    `minimums`: bands ask for their points of fit and of engagement too.
    """
    if grid.gated and not minimums and bands[0] == "carried":
        bands = ("approximated", BY_SCORE)
    items = []
    for at, (criterion, points) in enumerate(zip(grid.criteria, grid.points, strict=True)):
        for place, value in enumerate(points):
            status, reason = judge(at, place) if judge else ("carried", None)
            origin = _made(criterion, makes)
            if origin and status == "carried":
                status, reason = "approximated", origin
            if value or (status == "impossible" and points[criterion.other]):  # it would get the points of any other
                level = criterion.levels[place]
                role = level.role if level.role == level.name else ""
                items.append(Item(line_name(criterion, place, value), status, reason, role=role))
    if grid.bands:
        items.append(Item("bands", *bands, "bands"))
    if grid.thresholds:
        items.append(Item("thresholds", *bands, "thresholds"))
    for rule in grid.expiry:
        fate = expiry(rule) if callable(expiry) else expiry or _dated(rule, makes)
        items.append(Item(f"{rule.criterion}: {rule.level}", *fate, "expiry"))
    return Coverage(name, tuple(items), notes)


def _dated(rule: Expiry, makes: Sequence[str]) -> Fate:
    """Whether a scorer that takes points back knows when the signal of a rule was last seen."""
    if rule.dated is None:
        return "impossible", remark("undated")
    if is_event_column(rule.dated) and "events" not in makes:
        return "approximated", remark("from_events", column=rule.dated)
    return "carried", None


@dataclass(frozen=True)
class WordRules:
    """The rules of derived columns as scorers hold them.

    `letters` has tables of letters with what each becomes; `columns` has, by derived column: the source column, the
    number of its table, the edge, whether only a path is read, the answers with the texts that give them, and the rest.
    """

    letters: tuple[dict[str, str], ...]
    columns: dict[str, tuple[str, int, str, bool, tuple[tuple[str, tuple[str, ...]], ...], str]]


def words_of_grid(grid: Grid) -> dict[str, Derived]:
    """The rules of the columns that a grid derives from the texts of others, by column."""
    return {c.column: c.derived for c in grid.criteria if c.derived is not None}


def word_rules(grid: Grid) -> WordRules:
    """The same as scorers hold them."""
    rules = words_of_grid(grid)
    signs = list(dict.fromkeys((rule.blanks, rule.breaks) for rule in rules.values()))
    columns = {
        column: (
            rule.source,
            signs.index((rule.blanks, rule.breaks)),
            rule.edge,
            rule.path,
            tuple(rule.needles),
            rule.rest,
        )
        for column, rule in rules.items()
    }
    return WordRules(tuple(letter_table(*pair) for pair in signs), columns)


def raw_notes(grid: Grid) -> tuple[Remark, ...]:
    """What a scorer that takes cells as they stand reads otherwise than `calibrate score`, which sees whole columns."""
    notes = []
    columns = sorted({rule.dated for rule in grid.expiry if rule.dated})
    if columns:
        notes.append(remark("days_as_dates", columns=", ".join(columns)))
    if any(criterion.kind == "number" for criterion in grid.criteria):
        notes.append(remark("no_numbers"))
    return tuple(notes)


def _made(criterion: Criterion, makes: Sequence[str]) -> Remark | None:
    """Why a column is no source column, if calibrate makes it from others; else nothing."""
    column = criterion.column
    address = made_from(column)
    if criterion.derived is not None and "words" not in makes:
        return remark("from_column", column=column, source=criterion.source)
    if address is not None and "mailbox" not in makes:
        return remark("from_address", column=column, source=address)
    if column == AGE:
        return remark("lead_age", column=column)
    if is_event_column(column) and "events" not in makes:
        return remark("from_events", column=column)
    return None


def refuse_losses(account: Coverage) -> None:
    """Refuse, as ``--strict`` asks, when anything would be lost."""
    if not account.lossless:
        lost = [item for item in account.items if item.status != "carried"]
        english = load("en")
        losses = "; ".join(breakable(f"{item.name(english)} ({item.reason or item.status})") for item in lost[:5])
        more = f"; and {len(lost) - 5} more" if len(lost) > 5 else ""
        raise ExportError(
            f"{account.format} cannot carry all of this grid: {losses}{more}. Nothing was written; leave out --strict "
            f"to write what can be carried"
        )
