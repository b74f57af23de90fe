"""Simulated lead histories with known truth: business leads, what they did, when they closed, and why.

Every lead's chance to become a customer is logistic in the levels of `WORLD`, so the joint log-odds are known, and
the true close rate of any level is the average of the true chances of its leads. Criteria are correlated as in life:
one hidden intent drives demo requests, pricing pages, trials and clicks; sectors differ in company size; small
companies write from free mailboxes; competitors look at prices. The newsletter is independent of everything. People,
addresses and numbers are invented (companies live under `.example`, phones in ranges kept for fiction).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]
Column = Texts | Ints | Floats | Flags
Columns = Mapping[str, Column]

START = "2024-01"
TYPICAL_DAYS, SPREAD = 38.0, 0.6
"""Days from creation to closing are log-normal: median and standard deviation of the logarithm."""

WORLD: Mapping[str, Mapping[str, float]] = {
    "sector": {"Software": 0.6, "Finance": 0.35, "Manufacturing": 0.3, "Healthcare": 0.0, "Services": 0.0,
               "Retail": -0.3, "Education": -0.5, "Public sector": -0.6, "Select": 0.0, "missing": 0.0},
    "employees": {"1-9": -0.7, "10-49": 0.0, "50-249": 0.6, "250-999": 0.4, "1000+": -0.1, "missing": 0.0},
    "role": {"Executive": 0.5, "Manager": 0.5, "Specialist": 0.0, "Assistant": -0.5, "N/A": 0.0, "missing": 0.0},
    "country": {"France": 0.2, "Belgium": 0.1, "Switzerland": 0.2, "Germany": 0.0, "Spain": -0.1,
                "United Kingdom": -0.2, "Canada": 0.0, "Elsewhere": -0.6, "missing": 0.0},
    "mailbox": {"professional": 0.0, "free": -0.8, "missing": -0.3},
    "fields_filled": {"0": -0.2, "1": -0.1, "2": 0.0, "3": 0.1, "4": 0.2},
    "source": {"Organic search": 0.0, "Paid search": -0.1, "Referral": 0.5, "Event": 0.2, "Social media": -0.3,
               "Bought list": -0.7, "missing": 0.0},
    "newsletter": {"False": 0.0, "True": 0.0},
    "email_opens": {"0": 0.0, "1-2": 0.1, "3+": 0.25},
    "email_clicks": {"0": 0.0, "1": 0.3, "2+": 0.5},
    "pricing_page_views": {"0": 0.0, "1": 0.5, "2+": 0.9},
    "case_study": {"False": 0.0, "True": 0.4},
    "webinar": {"not registered": 0.0, "attended": 0.5, "no-show": -0.4},
    "free_trial": {"False": 0.0, "True": 0.8},
    "demo_request": {"False": 0.0, "True": 1.6},
    "unsubscribed": {"False": 0.0, "True": -1.2},
    "competitor": {"False": 0.0, "True": -4.0},
    "student": {"False": 0.0, "True": -3.5},
}  # fmt: skip
"""Criterion -> level -> joint log-odds: what the history is made with. `Select` and `N/A` are placeholders."""

LEAKS = ("onboarding_call", "billing_contact", "stage_changes", "contract_number")
"""Columns that `leak` plants: written after the outcome, filled for winners, a stage counter, a winner-only number."""

CUTS = {"employees": (10, 50, 250, 1000), "email_opens": (1, 3), "email_clicks": (1, 2), "pricing_page_views": (1, 2)}
SECTOR_SHARES = (0.20, 0.10, 0.16, 0.10, 0.16, 0.12, 0.09, 0.07)
SECTOR_SIZES = (3.4, 4.6, 4.9, 4.7, 3.0, 3.3, 4.5, 5.8)
COUNTRY_SHARES = (0.46, 0.10, 0.09, 0.09, 0.07, 0.07, 0.05, 0.07)
SOURCE_SHARES = (0.32, 0.22, 0.10, 0.10, 0.16, 0.10)


@dataclass(frozen=True)
class Drift:
    """One line that loses (or gains) from a month on: the chance of leads with that level times `factor`."""

    criterion: str
    level: str
    month: int
    factor: float = 0.5


@dataclass(frozen=True)
class Simulated:
    """A history with its truth.

    `leads` has one row per lead, in order of creation, with what was known `observe_days` after it. `events` has one
    row per action (lead_id, at, type, value), also later ones: customers go on acting until they sign, which is what
    makes counting all events ever misleading. `truth` has one row per criterion and level: leads, generating
    `log_odds`, `close_rate` (ever) and `close_rate_90` (within 90 days of creation). `chance` is each lead's true
    chance to close ever, `intercept` the log-odds of a lead with every level at 0.
    """

    leads: pd.DataFrame
    events: pd.DataFrame
    truth: pd.DataFrame
    as_of: date
    chance: Floats
    intercept: float

    def true_rates(
        self, column: str, level_of: Callable[[object], Hashable], *, observe_days: int = 0, close_within_days: int = 90
    ) -> dict[Hashable, float]:
        """True close rate of each level of any grouping of one column, over the leads old enough to judge.

        ``mean of chance * (F(observe + close) - F(observe)) / (1 - chance * F(observe))``, F the closing times.

        >>> history = simulate(leads=2000)
        >>> rates = history.true_rates("demo_request", bool)
        >>> rates[True] > 3 * rates[False]
        True
        """
        place, values = pd.factorize(self.leads[column].astype(object), use_na_sentinel=False)
        levels = [level_of(value) for value in values]
        window = observe_days + close_within_days
        age = (pd.Timestamp(self.as_of) - self.leads["created_at"].dt.normalize()).dt.days.to_numpy()
        mature = np.asarray(age >= window)
        start, end = share_closed(observe_days), share_closed(window)
        within = self.chance * (end - start) / (1 - self.chance * start)
        count = np.bincount(place[mature], minlength=len(values))
        total = np.bincount(place[mature], within[mature], minlength=len(values))
        sums = pd.DataFrame({"total": total, "count": count}).groupby(pd.Index(levels, name="level"), sort=False).sum()
        return {level: total / count for level, total, count in sums[sums["count"] > 0].itertuples()}


def share_closed(days: float) -> float:
    """Share of all closings that have happened that many days after creation.

    >>> round(share_closed(38), 3), round(share_closed(90), 3)
    (0.5, 0.925)
    """
    return float(special.ndtr((np.log(days) - np.log(TYPICAL_DAYS)) / SPREAD)) if days > 0 else 0.0


def simulate(
    *,
    leads: int = 6000,
    months: int = 24,
    seed: int = 2026,
    rate: float = 0.035,
    signal: float = 1.0,
    drift: Drift | None = None,
    leak: bool | Sequence[str] = False,
    selection: float = 0.0,
    observe_days: int = 14,
    events: bool = True,
) -> Simulated:
    """Leads of some months with events, funnel dates and known truth; the same seed gives the same history.

    `rate` is the mean chance to close ever; `signal` multiplies all log-odds (0: nothing matters); `drift` changes
    one line from a month on; `leak` plants columns that know the outcome (`LEAKS`, or some of them); `selection` is
    the share of their chance that leads lose when sales never worked them.

    >>> history = simulate(leads=2000)
    >>> len(history.leads), history.as_of, history.leads["newsletter"].dtype.name
    (2000, datetime.date(2025, 12, 31), 'bool')
    >>> shown = history.truth.set_index(["criterion", "level"])["log_odds"]
    >>> float(shown["demo_request", "True"]), float(shown["newsletter", "True"])
    (1.6, 0.0)
    """
    rng, rng_outcome, rng_names, rng_events = np.random.default_rng(seed).spawn(4)
    start = np.datetime64(START, "M")
    as_of = (start + months).astype("datetime64[D]") - np.timedelta64(1, "D")
    created = _creation_seconds(rng, leads, int((as_of - start.astype("datetime64[D]")).astype(int)) + 1)
    columns, intent = _attributes(rng, leads)
    codes = {name: _codes(name, values) for name, values in columns.items()}
    logit = sum((np.array(list(WORLD[name].values()))[codes[name]] for name in WORLD), np.zeros(leads)) * signal
    intercept = _intercept(logit, rate)
    chance = special.expit(intercept + logit)
    if drift is not None:
        month = (start.astype("datetime64[s]") + created).astype("datetime64[M]").astype(int) - start.astype(int)
        hit = (codes[drift.criterion] == list(WORLD[drift.criterion]).index(drift.level)) & (month >= drift.month)
        chance = np.where(hit, np.minimum(chance * drift.factor, 1), chance)
    worked = _worked(rng_outcome, columns)
    chance = np.where(worked, chance, chance * (1 - selection))
    days = np.where(
        rng_outcome.random(leads) < chance,
        np.exp(np.log(TYPICAL_DAYS) + SPREAD * rng_outcome.standard_normal(leads)),
        np.inf,
    )
    seconds_left = (
        (as_of + 1).astype("datetime64[s]").astype(int) - start.astype("datetime64[s]").astype(int) - 1 - created
    )
    funnel, closed = _funnel(rng_outcome, created, days, seconds_left, columns, start)
    table = pd.DataFrame(
        {"lead_id": [f"L-{i:07d}" for i in range(1, leads + 1)]}
        | _people(rng_names, columns)
        | {"created_at": start.astype("datetime64[s]") + created}
        | {name: _shown(name, values) for name, values in columns.items()}
        | {"worked_by_sales": worked}
        | funnel
        | _leaks(rng_outcome, closed, LEAKS if leak is True else tuple(leak or ()))
    )
    happened = (
        _events(rng_events, table, columns, created, np.where(closed, days, np.inf), seconds_left, observe_days, intent)
        if events
        else pd.DataFrame({"lead_id": [], "at": [], "type": [], "value": []})
    )
    return Simulated(table, happened, _truth(codes, chance), as_of.astype(object), chance, intercept)


def _creation_seconds(rng: np.random.Generator, leads: int, days: int) -> Ints:
    """Seconds from the start, ascending: growing by about half over the time, in office hours more than at night."""
    day = np.floor(days * np.sqrt(0.64 + rng.random(leads) * 1.61) / 0.7 - days * 0.8 / 0.7).astype(np.int64)
    hour = np.clip(rng.normal(13.5, 3.8, leads), 0, 23.99)
    return np.sort(np.clip(day, 0, days - 1) * 86400 + (hour * 3600).astype(np.int64))


def _attributes(rng: np.random.Generator, leads: int) -> tuple[dict[str, Column], Floats]:
    """The answers of every lead by criterion, None or NaN where missing, and the hidden intent."""

    def pick(name: str, shares: Sequence[float]) -> Ints:
        return np.searchsorted(np.cumsum(shares)[:-1], rng.random(leads)).astype(np.int64)

    def named(name: str, codes: Ints, missing: float, placeholder: str | None = None, share: float = 0.0) -> Texts:
        words = np.array([*WORLD[name], None], object)
        words[words == "missing"] = None
        fate = rng.random(leads)
        result: Texts = words[codes]
        result[fate < missing + share] = placeholder
        result[fate < missing] = None
        return result

    def happens(base: float, slope: float) -> Flags:
        return np.asarray(rng.random(leads) < special.expit(base + slope * intent))

    intent = rng.standard_normal(leads)
    student, competitor = rng.random(leads) < 0.04, rng.random(leads) < 0.03
    student &= ~competitor
    sector = pick("sector", SECTOR_SHARES)
    sector[competitor & (rng.random(leads) < 0.7)] = 0
    size = np.maximum(1, np.round(np.exp(np.array(SECTOR_SIZES)[sector] + 1.5 * rng.standard_normal(leads))))
    small = size < 50
    role = np.searchsorted([0.18, 0.50, 0.85], rng.random(leads) - 0.12 * small + 0.04).astype(np.int64)
    mailbox = (rng.random(leads) < 0.10 + 0.20 * (size < 10) + 0.60 * student).astype(np.int64)
    pricing_views = rng.poisson(np.exp(-1.6 + 0.9 * intent + 1.2 * competitor)).astype(np.int64)
    demo = happens(-4.4, 1.3) | ((pricing_views > 0) & (rng.random(leads) < 0.10))
    webinar = np.where(happens(-2.2, 0.4), np.where(rng.random(leads) < 0.65, 1, 2), 0)
    opens = rng.poisson(np.exp(0.0 + 0.4 * intent)).astype(np.int64)
    unknown_size = rng.random(leads) < 0.16
    columns: dict[str, Column] = {
        "sector": named("sector", sector, 0.05, "Select", 0.08),
        "employees": np.where(unknown_size, np.nan, size),
        "role": named("role", role, 0.09, "N/A", 0.04),
        "country": named("country", pick("country", COUNTRY_SHARES), 0.03),
        "mailbox": named("mailbox", mailbox, 0.02),
        "fields_filled": rng.binomial(4, special.expit(-0.1 + 0.4 * intent)).astype(np.int64),
        "source": named("source", pick("source", SOURCE_SHARES), 0.02),
        "newsletter": rng.random(leads) < 0.30,
        "email_opens": opens,
        "email_clicks": rng.binomial(opens, special.expit(-1.6 + 0.6 * intent)).astype(np.int64),
        "pricing_page_views": pricing_views,
        "case_study": happens(-2.3, 0.6),
        "webinar": np.array(["not registered", "attended", "no-show"], object)[webinar],
        "free_trial": happens(-3.3, 1.0),
        "demo_request": demo,
        "unsubscribed": happens(-3.2, -0.5),
        "competitor": competitor,
        "student": student,
    }
    return columns, intent


def _codes(name: str, values: Column) -> Ints:
    """Position in `WORLD[name]` of each value."""
    levels = list(WORLD[name])
    if name in CUTS:
        bands = np.searchsorted(CUTS[name], values, side="right")
        return np.where(np.isnan(values.astype(float)), len(levels) - 1, bands).astype(np.int64)
    if values.dtype != object:
        return values.astype(np.int64)
    return np.asarray(pd.Categorical(values, categories=levels).codes, np.int64) % len(levels)


def _shown(name: str, values: Column) -> pd.Series:
    """A column as a user would meet it."""
    return pd.Series(values, dtype="str") if values.dtype == object else pd.Series(values)


def _intercept(logit: Floats, rate: float) -> float:
    """The intercept at which the mean chance is the wanted rate (bisection)."""
    low, high = -20.0, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if special.expit(middle + logit).mean() < rate else (low, middle)
    return (low + high) / 2


def _worked(rng: np.random.Generator, columns: Columns) -> Flags:
    """Whether sales ever called: by the rule of thumb that was in use, and by chance."""
    thumb = 2.0 * columns["demo_request"] + 1.0 * columns["free_trial"] + 0.5 * (columns["webinar"] == "attended")
    thumb = thumb + 0.5 * (columns["role"] == "Executive") - 2.0 * columns["student"] - 1.0 * columns["competitor"]
    return np.asarray(rng.random(len(thumb)) < special.expit(thumb - 0.8))


def _funnel(
    rng: np.random.Generator,
    created: Ints,
    days: Floats,
    seconds_left: Ints,
    columns: Columns,
    start: np.datetime64,
) -> tuple[dict[str, NDArray[np.datetime64] | Floats], Flags]:
    """Stage dates and deal amounts as they stand at as-of, and which leads have closed by then."""
    size = len(created)
    warm = rng.random(size) < 0.15 + 0.5 * columns["demo_request"].astype(float)
    furthest = np.where(warm, 1 + (rng.random(size) < 0.45) + (rng.random(size) < 0.2), 0)
    won = np.isfinite(days)
    furthest = np.where(won, 4, furthest)
    length = np.where(won, days, rng.gamma(2.0, 20.0, size)) * 86400
    parts = np.sort(rng.random((3, size)), axis=0)
    moments = [parts[0], parts[1], parts[2], np.ones(size)]
    dates: dict[str, NDArray[np.datetime64] | Floats] = {}
    observed = np.zeros(size, bool)
    for stage, name in enumerate(("mql_at", "sql_at", "opportunity_at", "customer_at"), start=1):
        seconds = np.round(moments[stage - 1] * length).astype(np.int64)
        observed = (furthest >= stage) & (seconds <= seconds_left)
        when = (start.astype("datetime64[s]") + created + seconds).astype("datetime64[s]")
        when[~observed] = np.datetime64("NaT")
        dates[name] = when
    offered = ~np.isnat(dates["opportunity_at"])
    employees = np.nan_to_num(columns["employees"].astype(float), nan=30.0)
    amount = np.round(np.exp(7.6 + 0.35 * np.log(employees) + 0.5 * rng.standard_normal(size)), -1)
    return dates | {"amount": np.where(offered, amount, np.nan)}, observed


def _leaks(rng: np.random.Generator, closed: Flags, names: Sequence[str]) -> dict[str, pd.Series]:
    """Columns that are written when the outcome is known."""
    if not names:
        return {}
    almost = np.where(closed, rng.random(len(closed)) < 0.97, rng.random(len(closed)) < 0.0005)
    planted: dict[str, pd.Series] = {
        "onboarding_call": pd.Series(almost).map({True: "planned", False: "no"}),
        "billing_contact": pd.Series("accounts", pd.RangeIndex(len(closed)), dtype="str").where(almost),
        "stage_changes": pd.Series(rng.integers(0, 3, len(closed)) + 4 * closed),
        "contract_number": pd.Series([f"C-{i:06d}" if won else None for i, won in enumerate(closed)], dtype="str"),
    }
    return {name: planted[name] for name in LEAKS if name in names}


FIRST, LAST, HEADS, TAILS = (
    words.split()
    for words in (
        "Marie Jean Camille Lucas Sofia Hugo Emma Noah Lea Paul Anna Louis Clara Karim Ines Tom Nadia Victor Julie",
        "Durand Moreau Lefevre Garnier Rousseau Blanchet Mercier Fontaine Leclerc Baron Peeters Janssens Keller Vogel",
        "Nova Alto Vega Lumi Orbi Terra Helio Cobalt Pixel Arbo Mira Quanta Sylva Delta Nexo Ferro",
        "lis nia tech form dyne works line data lab grid port mark flow scope forge nord",
    )
)
FREE = ("gmail.com", "outlook.com", "yahoo.fr", "orange.fr")


def _people(rng: np.random.Generator, columns: Columns) -> dict[str, pd.Series]:
    """Names, companies, e-mail addresses and phones: invented, and shaped like real ones."""
    mailbox = columns["mailbox"]
    size = len(mailbox)
    who, kin = rng.integers(0, len(FIRST), size), rng.integers(0, len(LAST), size)
    stems = np.array([a + b for a in HEADS for b in TAILS], object)
    numbers = np.array([str(i) for i in range(100)], object)
    hundreds = np.array([f"{i:02d}" for i in range(100)], object)
    stem, number = rng.integers(0, len(stems), size), numbers[rng.integers(0, 100, size)]
    person = _lower(FIRST)[who] + "." + _lower(LAST)[kin]
    at_work = person + "@" + _lower(stems)[stem] + "-" + number + ".example"
    private = person + numbers[rng.integers(0, 100, size)] + hundreds[rng.integers(0, 100, size)] + "@"
    private = private + np.array(FREE, object)[rng.integers(0, len(FREE), size)]
    email = pd.Series(np.where(mailbox == "free", private, at_work), dtype="str").where(pd.notna(mailbox))
    phone = "+33 6 39 98 " + hundreds[rng.integers(0, 100, size)] + " " + hundreds[rng.integers(0, 100, size)]
    phone[rng.random(size) < 0.35] = None
    titles = {
        "first_name": np.array(FIRST, object)[who],
        "last_name": np.array(LAST, object)[kin],
        "company": stems[stem] + " " + number,
        "email": email,
        "phone": phone,
    }
    return {name: pd.Series(values, dtype="str") for name, values in titles.items()}


def _lower(words: Sequence[str] | Texts) -> Texts:
    return np.array([word.lower() for word in words], object)


ONCE = {"case_study": "case_study", "free_trial": "trial_start", "demo_request": "demo_request",
        "newsletter": "newsletter_signup", "unsubscribed": "unsubscribe"}  # fmt: skip
COUNTED = {"email_opens": "email_open", "email_clicks": "email_click", "pricing_page_views": "pricing_page"}
VALUES = {"email_open": "monthly letter", "email_click": "monthly letter", "pricing_page": "/pricing",
          "case_study": "/case-study", "demo_request": "/demo", "trial_start": "/trial"}  # fmt: skip
LATER = {"email_open": 0.55, "email_click": 0.15, "pricing_page": 0.22, "case_study": 0.08}


def _events(
    rng: np.random.Generator,
    table: pd.DataFrame,
    columns: Columns,
    created: Ints,
    days: Floats,
    seconds_left: Ints,
    observe_days: int,
    intent: Floats,
) -> pd.DataFrame:
    """Every action with its time: first those the columns count, inside the observation; then later ones.

    Later ones keep coming until a customer signs (one in five days), and fade for everybody else.
    """
    everybody = np.arange(len(created))
    span = np.minimum(observe_days * 86400, seconds_left)
    counts = {kind: columns[name].astype(np.int64) for name, kind in (COUNTED | ONCE).items()}
    counts["webinar_attended"] = (columns["webinar"] == "attended").astype(np.int64)
    counts["webinar_no_show"] = (columns["webinar"] == "no-show").astype(np.int64)
    kinds = list(counts)
    who = [np.repeat(everybody, count) for count in counts.values()]
    what = [np.full(len(indices), i) for i, indices in enumerate(who)]
    when = [rng.random(len(indices)) * span[indices] for indices in who]

    signed = np.isfinite(days)
    more = np.where(signed, np.maximum(np.nan_to_num(days, posinf=0) - observe_days, 0) / 5, 0.5 * np.exp(0.4 * intent))
    late = np.repeat(everybody, rng.poisson(more))
    until_signing = rng.random(len(late)) * np.maximum(np.nan_to_num(days, posinf=0)[late] - observe_days, 0)
    offset = np.where(signed[late], until_signing, rng.exponential(35.0, len(late)))
    who.append(late)
    when.append((observe_days + offset) * 86400)
    choice = np.searchsorted(np.cumsum(list(LATER.values()))[:-1], rng.random(len(late)))
    what.append(np.array([kinds.index(kind) for kind in LATER])[choice])

    lead, kind, seconds = np.concatenate(who), np.concatenate(what), np.concatenate(when).astype(np.int64)
    observed = seconds <= seconds_left[lead]
    lead, kind, seconds = lead[observed], kind[observed], (created[lead] + seconds)[observed]
    order = np.argsort(seconds, kind="stable")
    lead, kind, seconds = lead[order], kind[order], seconds[order]
    values = np.array([VALUES.get(name) for name in kinds], object)
    return pd.DataFrame(
        {
            "lead_id": table["lead_id"].take(lead).to_numpy(),
            "at": np.datetime64(START, "s") + seconds,
            "type": pd.Series(np.array(kinds, object)[kind], dtype="str"),
            "value": pd.Series(values[kind], dtype="str"),
        }
    )


def _truth(codes: Mapping[str, Ints], chance: Floats) -> pd.DataFrame:
    """Leads, generating log-odds and true close rates per criterion and level; levels without leads stay, rate NaN."""
    parts = []
    for name, levels in WORLD.items():
        leads = np.bincount(codes[name], minlength=len(levels))
        total = np.bincount(codes[name], chance, len(levels))
        rates = np.divide(total, leads, out=np.full(len(levels), np.nan), where=leads > 0)
        part = pd.DataFrame({"criterion": name, "level": list(levels), "leads": leads})
        part["log_odds"] = list(levels.values())
        part["close_rate"], part["close_rate_90"] = rates, rates * share_closed(90)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
