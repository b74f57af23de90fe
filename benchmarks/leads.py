"""Leads by the million for the benchmarks: 20 attributes, dates, about 3 % customers, written by DuckDB as Parquet.

    python benchmarks/leads.py --out /tmp/bench --leads 1000000

writes leads-1000000.parquet and fresh-200000.parquet, which has the true logit of every lead beside it. The same
arguments give the same leads: every draw is a hash of seed, lead number and draw number. Attributes are correlated by
a hidden intent and a hidden company size; some are missing, some have levels that mean nothing.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import duckdb

SEED = 2026
FRESH = 200_000
FRESH_STARTS_AT = 1_000_000_000
INTERCEPT = -5.45

ATTRIBUTES = (
    "sector", "employees", "role", "country", "mailbox", "source", "seniority", "newsletter", "email_opens",
    "email_clicks", "pricing_page_views", "visits", "minutes_on_site", "case_study", "webinar", "free_trial",
    "demo_request", "unsubscribed", "competitor", "fields_filled",
)  # fmt: skip

SECTORS = {"Software": 0.6, "Finance": 0.35, "Manufacturing": 0.3, "Healthcare": 0.0, "Services": 0.0,
           "Retail": -0.3, "Education": -0.5, "Public": -0.6, "Energy": 0.2, "Transport": -0.1, "Media": 0.1,
           "Select": 0.0}  # fmt: skip
ROLES = {"Executive": 0.5, "Manager": 0.5, "Specialist": 0.0, "Assistant": -0.5, "Engineer": 0.1, "Buyer": 0.4}
COUNTRIES = {"France": 0.2, "Belgium": 0.1, "Switzerland": 0.2, "Germany": 0.0, "Spain": -0.1, "Italy": -0.1,
             "United Kingdom": -0.2, "Canada": 0.0, "Morocco": -0.3, "Elsewhere": -0.6}  # fmt: skip
SOURCES = {"Organic": 0.0, "Paid": -0.1, "Referral": 0.5, "Event": 0.2, "Social": -0.3, "Bought list": -0.7}


def uniform(draw: int) -> str:
    """A number in [0, 1) that depends on seed, lead and draw alone."""
    return f"((hash(i * 64 + {draw} + {SEED} * 1000003) & 9007199254740991)::DOUBLE / 9007199254740992.0)"


def pick(draw: int, weights: dict[str, float]) -> str:
    """One of the keys, the first ones more often."""
    names = "[" + ", ".join(f"'{name}'" for name in weights) + "]"
    return f"{names}[1 + floor({len(weights)} * pow({uniform(draw)}, 1.4))::INTEGER]"


def weighed(column: str, weights: dict[str, float]) -> str:
    cases = " ".join(f"WHEN '{name}' THEN {weight}" for name, weight in weights.items())
    return f"(CASE {column} {cases} ELSE 0.0 END)"


def missing(draw: int, share: float, value: str) -> str:
    return f"CASE WHEN {uniform(draw)} < {share} THEN NULL ELSE {value} END"


def happens(draw: int, base: float, slope: float) -> str:
    return f"({uniform(draw)} < 1 / (1 + exp(-({base} + {slope} * intent))))"


def statement(first: int, leads: int, truth: bool) -> str:
    """One SELECT that makes the leads from `first` on."""
    extra = ", logit" if truth else ""
    return f"""
    WITH hidden AS (
      SELECT i,
        2.0 * ({uniform(1)} + {uniform(2)} + {uniform(3)} - 1.5) AS intent,
        exp(3.6 + 3.0 * ({uniform(4)} + {uniform(5)} + {uniform(6)} - 1.5)) AS size
      FROM (SELECT range + {first} AS i FROM range({leads}))
    ), known AS (
      SELECT i, intent,
        {missing(10, 0.06, pick(11, SECTORS))} AS sector,
        {missing(12, 0.16, "greatest(1, round(size))::INTEGER")} AS employees,
        {missing(13, 0.10, pick(14, ROLES))} AS role,
        {missing(15, 0.03, pick(16, COUNTRIES))} AS country,
        CASE WHEN {uniform(17)} < 0.02 THEN NULL
             WHEN {uniform(18)} < 0.10 + (size < 10)::INTEGER * 0.2 THEN 'free' ELSE 'professional' END AS mailbox,
        {missing(19, 0.02, pick(20, SOURCES))} AS source,
        floor(30 * {uniform(21)} * {uniform(22)})::INTEGER AS seniority,
        {uniform(23)} < 0.3 AS newsletter,
        floor(-exp(0.1 + 0.4 * intent) * ln(1 - {uniform(24)}))::INTEGER AS email_opens,
        floor(-exp(0.4 * intent - 0.9) * ln(1 - {uniform(25)}))::INTEGER AS email_clicks,
        floor(-exp(0.9 * intent - 0.9) * ln(1 - {uniform(26)}))::INTEGER AS pricing_page_views,
        1 + floor(-exp(0.5 * intent + 0.8) * ln(1 - {uniform(27)}))::INTEGER AS visits,
        {missing(28, 0.08, f"round(-exp(0.5 * intent + 1.2) * ln(1 - {uniform(29)}), 1)")} AS minutes_on_site,
        {happens(30, -2.3, 0.6)} AS case_study,
        CASE WHEN NOT {happens(31, -2.2, 0.4)} THEN 'not registered'
             WHEN {uniform(32)} < 0.65 THEN 'attended' ELSE 'no-show' END AS webinar,
        {happens(33, -3.3, 1.0)} AS free_trial,
        {happens(34, -3.6, 1.3)} AS demo_request,
        {happens(35, -3.2, -0.5)} AS unsubscribed,
        {uniform(36)} < 0.03 AS competitor,
        floor(5 * {uniform(37)})::INTEGER AS fields_filled
      FROM hidden
    ), weighed AS (
      SELECT *, {INTERCEPT}
        + {weighed("sector", SECTORS)} + {weighed("role", ROLES)} + {weighed("country", COUNTRIES)}
        + {weighed("source", SOURCES)}
        + CASE WHEN employees IS NULL THEN 0.0 ELSE 0.9 - 0.22 * abs(ln(employees) - 5.0) END
        + CASE mailbox WHEN 'free' THEN -0.8 WHEN 'professional' THEN 0.0 ELSE -0.3 END
        + 0.12 * least(email_opens, 4) + 0.3 * least(email_clicks, 2) + 0.4 * least(pricing_page_views, 3)
        + 0.05 * least(visits, 10) + 0.04 * least(coalesce(minutes_on_site, 0), 15) + 0.4 * case_study::INTEGER
        + CASE webinar WHEN 'attended' THEN 0.5 WHEN 'no-show' THEN -0.4 ELSE 0.0 END
        + 0.8 * free_trial::INTEGER + 1.6 * demo_request::INTEGER - 1.2 * unsubscribed::INTEGER
        - 4.0 * competitor::INTEGER + 0.1 * fields_filled AS logit
      FROM known
    )
    SELECT 'L-' || i AS lead_id, DATE '2024-01-01' + (((i - {first}) * 640) // {leads})::INTEGER AS created_at,
      {", ".join(ATTRIBUTES)}, {uniform(50)} < 1 / (1 + exp(-logit)) AS customer{extra}
    FROM weighed
    """


def write(out: Path, leads: int) -> tuple[Path, Path]:
    """The leads and the fresh ones with their truth; files that exist already are kept."""
    out.mkdir(parents=True, exist_ok=True)
    files = out / f"leads-{leads}.parquet", out / f"fresh-{FRESH}.parquet"
    for file, first, size in zip(files, (0, FRESH_STARTS_AT), (leads, FRESH), strict=True):
        if not file.exists():
            con = duckdb.connect(config={"threads": 2})
            con.execute("SET enable_progress_bar=false").fetchall()
            partial = file.with_suffix(".partial")
            query = statement(first, size, truth=first > 0)
            con.execute(f"COPY ({query}) TO '{partial}' (FORMAT parquet, COMPRESSION zstd)").fetchall()
            partial.rename(file)
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--leads", type=int, nargs="+", default=[1_000_000])
    asked = parser.parse_args()
    for leads in asked.leads:
        start = time.perf_counter()
        train, fresh = write(asked.out, leads)
        con = duckdb.connect()
        found = con.execute(f"SELECT count(*), avg(customer::INTEGER) FROM '{train}'").fetchone()
        truth = con.execute(
            f"SELECT avg(-ln(CASE WHEN customer THEN 1 / (1 + exp(-logit)) ELSE 1 / (1 + exp(logit)) END)), "
            f"avg(customer::INTEGER) FROM '{fresh}'"
        ).fetchone()
        assert found is not None and truth is not None
        share = truth[1]
        base = -share * math.log(share) - (1 - share) * math.log(1 - share)
        print(
            f"{train}: {found[0]:,} leads, {found[1]:.2%} customers, {train.stat().st_size / 1e6:.0f} MB, "
            f"{time.perf_counter() - start:.1f} s; fresh leads: log-loss {truth[0]:.4f} by the truth, {base:.4f} "
            f"by the base rate"
        )


if __name__ == "__main__":
    main()
