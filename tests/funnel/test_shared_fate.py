"""Shares of leads whose buyers share their fate: by pencil, against a double loop over leads, and on coverage."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from funnel_case import TERMS, history

from calibrate.engine import Session
from calibrate.funnel.emails import mail_rates
from calibrate.funnel.shared_fate import SharedFate
from calibrate.funnel.stages import Stages, find_stages, follow
from calibrate.leads.columns.proposal import propose
from calibrate.leads.history import observe
from calibrate.leads.terms import Group, Terms


def simulated(rng: np.random.Generator, companies: int, contacts: int, together: bool = True) -> str:
    """Leads of companies of so many contacts; a third reach MQL, a third of these SQL, a half of these sign."""
    lines = ["id,created,company,MQL date,sql_at,won,emails opened,sector"]
    number = 0
    for company in range(companies):
        month = rng.integers(1, 4)
        shared = rng.random(3)
        for _ in range(contacts):
            luck = shared if together else rng.random(3)
            number += 1
            reached = np.cumprod(luck < (1 / 3, 1 / 3, 1 / 2))
            days = [f"2025-{month + 1:02d}-{d:02d}" if r else "" for r, d in zip(reached, (3, 9, 20), strict=True)]
            created = f"2025-{month:02d}-{rng.integers(1, 28):02d}"
            opened = int(luck[1] < 0.4)
            lines.append(f"{number},{created},c{company},{days[0]},{days[1]},{days[2]},{opened},{'ab'[number % 2]}")
    return "\n".join(lines) + "\n"


def read(folder: Path, text: str, group: Group | None) -> Stages:
    seen = history(folder, text, replace(TERMS, group=group))
    stages = follow(seen, find_stages(seen.table))
    assert stages is not None
    return stages


def test_three_contacts_with_one_fate_are_as_one(tmp_path: Path) -> None:
    text = simulated(np.random.default_rng(1), 400, 3)
    alone, coupled = read(tmp_path, text, None), read(tmp_path, text, Group("company"))
    for one, three in zip(alone.steps, coupled.steps, strict=True):
        assert (one.rate.customers, one.rate.leads, one.days) == (three.rate.customers, three.rate.leads, three.days)
        for of in ("rate", "of_leads"):
            mine, wider = getattr(one, of), getattr(three, of)
            assert (wider.high - wider.low) / (mine.high - mine.low) == pytest.approx(np.sqrt(3), rel=0.03)
    for (month, leads, few), (same, number, many) in zip(alone.cohorts, coupled.cohorts, strict=True):
        assert (month, leads) == (same, number)
        ratio = (many[0].rate.high - many[0].rate.low) / (few[0].rate.high - few[0].rate.low)
        assert ratio == pytest.approx(np.sqrt(3), rel=0.06)


def test_contacts_without_a_common_fate_stay_as_they_are(tmp_path: Path) -> None:
    text = simulated(np.random.default_rng(2), 400, 3, together=False)
    alone, coupled = read(tmp_path, text, None), read(tmp_path, text, Group("company"))
    for one, three in zip(alone.steps, coupled.steps, strict=True):
        width = (three.rate.high - three.rate.low) / (one.rate.high - one.rate.low)
        assert 1 <= width < 1.12


def test_companies_of_one_contact_change_nothing(tmp_path: Path) -> None:
    text = simulated(np.random.default_rng(3), 300, 1)
    assert read(tmp_path, text, None) == read(tmp_path, text, Group("company"))


def test_effect_is_that_of_a_double_loop_over_leads() -> None:
    rng = np.random.default_rng(4)
    buyer = np.repeat(np.arange(60), 2)
    base = rng.random(120) < 0.8
    won = base & (np.repeat(rng.random(60), 2) < 0.5)
    b, k = base.astype(float), won.astype(float)
    sums, products = np.zeros((1, 1, 3)), np.zeros((1, 1, 3, 3))
    for g in range(60):
        counts = np.array([2.0, b[buyer == g].sum(), k[buyer == g].sum()])
        sums[0, 0] += counts
        products[0, 0] += np.outer(counts, counts)
    share = k.sum() / b.sum()
    cross = sum(
        (k[i] - share * b[i]) * (k[j] - share * b[j])
        for i in range(120) for j in range(120) if i != j and buyer[i] == buyer[j]
    )  # fmt: skip
    expected = 1 + max(cross, 0) / (b.sum() * share * (1 - share))
    fate = SharedFate(("all", "base", "won"), sums, products)
    assert fate.effects("won", "base", [b.sum()], k.sum(), b.sum())[0] == pytest.approx(expected)
    assert fate.effects("won", "base", [0.0], k.sum(), b.sum()) == [1.0]
    assert fate.effects("won", "base", [b.sum()], 0, b.sum()) == [1.0]


def test_months_of_mails_know_of_companies_too(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text(simulated(np.random.default_rng(5), 300, 3), encoding="utf-8")
    table = Session().open(tmp_path / "leads.csv")
    terms = Terms(created_at="created", customer_at="won", lead_id="id", as_of=date(2025, 12, 31))
    criteria = propose(table, include=("sector",)).criteria
    alone, coupled = (mail_rates(observe(table, criteria, replace(terms, group=g))) for g in (None, Group("company")))
    assert alone is not None and coupled is not None
    for (_, _, one), (_, _, three) in zip(alone.cohorts, coupled.cohorts, strict=True):
        assert (one["opened"].customers, one["opened"].leads) == (three["opened"].customers, three["opened"].leads)
        ratio = (three["opened"].high - three["opened"].low) / (one["opened"].high - one["opened"].low)
        assert ratio == pytest.approx(np.sqrt(3), rel=0.08)


def test_a_server_counts_what_buyers_share_as_duckdb_does(tmp_path: Path, server: str) -> None:
    import psycopg

    text = simulated(np.random.default_rng(6), 150, 3)
    here = read(tmp_path, text, Group("company"))
    cells = "id BIGINT, created DATE, company TEXT, mql_at DATE, sql_at DATE, won DATE, opened BIGINT, sector TEXT"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS fates")
        connection.execute(f"CREATE TABLE fates ({cells})")
        with connection.cursor().copy("COPY fates FROM STDIN (FORMAT csv, HEADER)") as copy:
            copy.write(text.encode())
    with Session() as session:
        table = session.open(f"{server}#fates")
        there = observe(table, propose(table, include=("sector",)).criteria, replace(TERMS, group=Group("company")))
        assert follow(there, {"marketing_qualified": "mql_at", "sales_qualified": "sql_at"}) == here
