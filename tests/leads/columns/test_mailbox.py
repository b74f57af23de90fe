"""E-mail addresses become the kind of mailbox, in the engine as in Python, in a run as in scoring."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from calibrate import open_table
from calibrate.engine.query import value
from calibrate.export import json as grid_json
from calibrate.export.base import CLOSE_RATE
from calibrate.grid.criteria import MISSING
from calibrate.grid.mailbox_kinds import FREE, PROFESSIONAL, kind_of
from calibrate.leads.columns.mailbox import company_domain, find_addresses, registered, with_mailboxes
from calibrate.monthly import run as monthly
from calibrate.monthly.settings import settings_from
from calibrate.scoring.rows import score_file

ADDRESSES = ("ana@acme.fr", "Ana <ana@ACME.fr>", "bob@gmail.com", "BOB@Gmail.Com ", "eve@yopmail.com", "z@sfr.fr", "-",
             "", "no address", "a@b@hotmail.fr", "'o@free.fr'", "x@localhost", "<c@mailinator.com>")  # fmt: skip


def write(path: Path, header: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def test_the_engine_says_what_python_says(tmp_path: Path) -> None:
    file = write(tmp_path / "x.csv", ["n", "Email"], [[str(i), a] for i, a in enumerate(ADDRESSES)])
    table = with_mailboxes(open_table(file), ["Email"])
    found = list(table.fetch(f'SELECT "Email (mailbox)" AS kind FROM {table.relation} ORDER BY n')["kind"])
    assert found == [kind_of(address) for address in ADDRESSES]
    assert found == [
        "professional", "professional", "free", "free", "disposable", "free", None, None, None, "free", "free", None,
        "disposable",
    ]  # fmt: skip


def test_columns_of_addresses_are_found_by_what_they_hold(tmp_path: Path) -> None:
    rows = [["ana@acme.fr", "acme.fr", "acme.fr", "write to ana"], ["", "gmail.com", "www.x.com", "nothing"]]
    table = open_table(write(tmp_path / "x.csv", ["Contact", "Email Domain", "Website", "Notes"], rows))
    assert find_addresses(table) == ["Contact", "Email Domain"]
    assert find_addresses(replace(table, columns=table.columns[1:])) == ["Email Domain"]
    made = with_mailboxes(table)
    assert [c.name for c in made.columns][4:] == ["Contact (mailbox)", "Email Domain (mailbox)"]
    assert with_mailboxes(made).columns == made.columns


@pytest.fixture(scope="module")
def leads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 leads; professional mailboxes close at 40 %, free ones at 10 %, those without at 5 %."""
    rows = []
    for i in range(600):
        address = (f"p{i}@firm{i}.fr", f"p{i}@gmail.com", "")[i % 3]
        won = (i // 3) % 20 < (8, 2, 1)[i % 3]
        rows.append([str(i), "ab"[i % 2], address, "yes" if won else "no"])
    return write(tmp_path_factory.mktemp("leads") / "leads.csv", ["n", "Sector", "Work e-mail", "Customer"], rows)


def test_the_mailbox_is_a_criterion_of_a_run_and_is_scored_again(leads: Path, tmp_path: Path) -> None:
    asked = settings_from({"data": {"file": str(leads)}, "outcome": {"customer": "Customer"},
                      "candidates": {"methods": ("lift",)}})  # fmt: skip
    counted = monthly.read_rows(asked, follow=False)
    assert [c.column for c in counted.proposal.criteria] == ["Sector", "Work e-mail (mailbox)"]
    level = counted.rates.frame().set_index(["criterion", "level"]).loc["Work e-mail (mailbox)"]
    assert [level.leads[name] for name in (PROFESSIONAL, FREE, MISSING)] == [200, 200, 200]
    assert [level.customers[name] for name in (PROFESSIONAL, FREE, MISSING)] == [80, 20, 10]
    grid = monthly.review(counted).candidates[0].grid
    weights = tmp_path / "grid.json"
    weights.write_text(grid_json.write(grid), encoding="utf-8")
    again = monthly.read_grid(str(weights))
    out = tmp_path / "scored.csv"
    assert score_file(again, str(leads), str(out)) == 600
    with out.open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert set(lines[0]) == {"n", "Sector", "Work e-mail", "Customer", "score", "band", *CLOSE_RATE, "reasons"}
    for line in lines[:60]:
        kind = kind_of(line["Work e-mail"])
        assert int(line["score"]) == again.score({"Sector": line["Sector"], "Work e-mail (mailbox)": kind})


def test_it_can_be_left_out_and_asked_for(leads: Path) -> None:
    base = {"data": {"file": str(leads)}, "outcome": {"customer": "Customer"}}
    for columns, expected in (
        ({"exclude": ("Work e-mail (mailbox)",)}, ["Sector"]),
        ({"only": ("Work e-mail (mailbox)",)}, ["Work e-mail (mailbox)"]),
    ):
        counted = monthly.read_rows(settings_from({**base, "columns": columns}), follow=False)
        assert [c.column for c in counted.proposal.criteria] == expected


@pytest.mark.parametrize(
    ("domain", "company"),
    [
        ("acme.fr", "acme.fr"),
        ("paris.acme.fr", "acme.fr"),
        ("mail.eu.acme.com", "acme.com"),
        ("acme.co.uk", "acme.co.uk"),
        ("london.acme.co.uk", "acme.co.uk"),
        ("ministere.gouv.fr", "ministere.gouv.fr"),
        ("co.uk", "co.uk"),
        ("acme.onmicrosoft.com", "acme.onmicrosoft.com"),
        ("it.acme.com.br", "acme.com.br"),
        ("www.com.de.com", "de.com"),
        ("", ""),
    ],
)
def test_branches_of_a_company_have_its_registered_domain(tmp_path: Path, domain: str, company: str) -> None:
    table = open_table(write(tmp_path / "x.csv", ["n", "d"], [["1", domain or "-"]]))
    for dialect in ("duckdb", "postgres"):  # by a pattern, by cutting parts out
        (answer,) = table.fetch(f"SELECT {registered(value(domain), dialect)} AS d FROM {table.relation}")["d"]
        assert answer == company


def test_mailboxes_of_branches_are_of_one_buyer(tmp_path: Path) -> None:
    rows = [["1", "ana@paris.acme.fr"], ["2", "bob@ACME.fr"], ["3", "c@gmail.com"], ["4", "Eve <e@lyon.acme.fr>"]]
    table = open_table(write(tmp_path / "x.csv", ["n", "Email"], rows))
    buyers = table.fetch(f"SELECT {company_domain(table, 'Email')} AS d FROM {table.relation} ORDER BY n")["d"]
    assert list(buyers) == ["acme.fr", "acme.fr", None, "acme.fr"]
