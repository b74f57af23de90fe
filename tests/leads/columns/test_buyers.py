"""Who buys: groups are found in ordinary exports, and the same person counts once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from columns_case import contacts

from calibrate.counts.counting import count
from calibrate.engine import Session, open_table
from calibrate.grid.criteria import Criterion, Level
from calibrate.leads.columns.buyers import find_group, group_sql, own_addresses, person_keys
from calibrate.leads.history import History, observe
from calibrate.leads.terms import Group, Terms

ROLE = Criterion(
    "role", "role", "text", "fit",
    (Level("x", values=("x",)), Level("y", values=("y",)), Level("missing", "missing"), Level("other", "other")), "x",
)  # fmt: skip


def history(tmp_path: Path, frame: pd.DataFrame, **terms: object) -> History:
    path = tmp_path / "leads.csv"
    frame.to_csv(path, index=False)
    table = open_table(path)
    persons = person_keys(table)
    said = Terms(customer="won", customer_values=("1",), lead_id="id", persons=persons, **terms)  # type: ignore[arg-type]
    return observe(table, (ROLE,), said)


def opened(tmp_path: Path, frame: pd.DataFrame):  # type: ignore[no-untyped-def]
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    return open_table(path)


def test_a_company_id_comes_before_the_mailbox_and_the_name(tmp_path: Path) -> None:
    frame = contacts()
    assert find_group(opened(tmp_path, frame)) == Group("email", "domain")
    assert find_group(opened(tmp_path, frame.drop(columns="email"))) == Group("company", "company")
    frame["Account ID"] = frame["company"].str[5:].astype(int) + 500
    assert find_group(opened(tmp_path, frame)) == Group("Account ID", "company")
    frame["Account ID"] = np.where(frame["id"] < 60, 7, frame["Account ID"])  # one value prevails: no company
    assert find_group(opened(tmp_path, frame)) == Group("email", "domain")


def test_free_mailboxes_and_those_of_sales_people_tell_no_company(tmp_path: Path) -> None:
    frame = contacts().drop(columns="company")
    frame["email"] = [f"p{i}@gmail.com" for i in frame["id"]]
    table = opened(tmp_path, frame)
    assert own_addresses(table) == ["email"]
    assert find_group(table) is None


def test_the_deal_of_the_second_file_groups_its_contacts(tmp_path: Path) -> None:
    leads = contacts()[["id", "role"]]
    won = pd.DataFrame({"id": [0, 1, 2, 3, 4, 5], "Deal ID": ["a", "a", "a", "b", "b", "c"]})
    session = Session()
    for name, frame in (("leads", leads), ("won", won)):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    table, outcomes = (session.open(tmp_path / f"{name}.csv") for name in ("leads", "won"))
    group = find_group(table, outcomes, "id")
    assert group == Group("Deal ID", "deal")
    tally = count(observe(table, (ROLE,), Terms(outcomes=outcomes, lead_id="id", group=group)))
    assert sorted(np.bincount(tally.group[tally.group >= 0]).tolist()) == [2, 3]


def test_leads_of_one_company_have_one_number_and_no_name(tmp_path: Path) -> None:
    frame = contacts(40, 3)
    frame.loc[frame["id"] == 4, "email"] = None
    tally = count(history(tmp_path, frame, group=Group("email", "domain")))
    assert sorted(np.bincount(tally.group[tally.group >= 0]).tolist()) == [2] + [3] * 39
    assert (tally.group < 0).sum() == 1  # no address: alone
    assert count(history(tmp_path, frame)).group is None


def test_the_same_person_counts_once_and_the_earliest_row_stays(tmp_path: Path) -> None:
    frame = contacts(30, 2)
    again = frame[frame["id"].isin([3, 4, 5])].copy()
    again["id"] += 1000
    again["created"] -= pd.Timedelta(400, "D")  # the repeats came first, and stand last in the file
    again.loc[again["id"] == 1003, "email"] = " P3@FIRM1.example "
    again.loc[again["id"] == 1004, ["email", "last name"]] = ["ana@private.example", "LI-"]  # the same name and company
    again.loc[again["id"] == 1005, ["first name", "won"]] = ["Anna", 0 if frame["won"][5] else 1]
    read = history(tmp_path, pd.concat([frame, again]), created_at="created")
    assert (read.read, read.kept, dict(read.excluded)["repeated"]) == (63, read.kept, 3)
    assert read.read == read.kept + sum(read.excluded.values())
    facts = dict(read.facts)
    assert facts["repeated_address"]["rows"] == 2
    assert facts["repeated_name_and_company"]["rows"] == 2
    assert facts["repeated_conflicts"]["persons"] == 1
    kept = read.table.fetch(f"SELECT id FROM ({read.leads}) AS leads WHERE __status = 0")["id"]
    assert {1003, 1004, 1005} <= set(kept) and not {3, 4, 5} & set(kept)


FORMS = (
    "Acme",
    "ACME SA",
    "Acme S.A.S.",
    "acme sarl",
    "SARL Acme",
    "Acme, Inc.",
    "Acme GmbH & Co. KG",
    "Acmé Ltd",
    "Acme S.p.A.",
)


def test_a_legal_form_is_no_other_company(tmp_path: Path) -> None:
    """Nine spellings of one company; Sarlat, Casa and Gmbh Systems are not names with a legal form."""
    names = [*FORMS, "Sarlat", "Casa", "Gmbh Systems"]
    frame = pd.DataFrame({"id": range(12), "first name": "Ana", "last name": "Li", "company": names, "role": "x"})
    frame = pd.concat(
        [frame, contacts(30, 2)[["first name", "last name", "company"]].assign(role="y")], ignore_index=True
    )
    frame["id"] = range(len(frame))
    frame["won"] = (frame["id"] == 9).astype(int)
    read = history(tmp_path, frame)
    assert (read.kept, dict(read.excluded)) == (64, {"repeated": 8})
    table = opened(tmp_path, frame)
    buyers = table.fetch(
        f"SELECT {group_sql(table, Group('company', 'company'))} AS b FROM {table.relation} ORDER BY id"
    )
    assert list(dict.fromkeys(buyers["b"]))[:5] == ["acme", "acmé", "sarlat", "casa", "gmbh systems"]


def test_an_address_that_most_rows_share_is_nobodys_own(tmp_path: Path) -> None:
    frame = contacts(30, 2)
    frame["email"] = [f"desk{i % 6}@agency.example" for i in frame["id"]]
    assert "repeated" not in history(tmp_path, frame).excluded


def test_one_row_a_company(tmp_path: Path) -> None:
    """The earliest contact stands for its company, which bought if any of its contacts did; strangers stand alone."""
    frame = contacts(40, 3).drop(columns=["first name", "last name"])
    frame["won"] = ((frame["id"] % 3 == 2) & (frame["id"] // 3 % 4 == 0)).astype(int)  # the last contact signs
    frame.loc[0, "email"] = None
    read = history(tmp_path, frame, group=Group("email", "domain"), unit="company")
    assert read.kept == 41 and dict(read.excluded) == {"same_company": 79}
    assert read.totals.sum(axis=0).tolist() == [41, 10]
    tally = count(read)
    assert tally.group is None and tally.overall == (41, 10)


def test_a_server_finds_the_same_buyers_and_persons(tmp_path: Path, server: str) -> None:
    """PostgreSQL and a file: the same group column, the same exclusions, groups of the same sizes."""
    import psycopg

    frame = contacts(30, 2)
    frame = pd.concat([frame, frame[frame["id"] < 6].assign(id=lambda rows: rows["id"] + 500)], ignore_index=True)
    frame.loc[3, "email"] = "ana@gmail.com"
    frame.loc[5, "email"] = f"ana@paris.{frame.loc[4, 'email'].partition('@')[2]}"
    frame.loc[[6, 8], "company"] += " S.A."
    columns = ["id", "email", "first name", "last name", "company", "role", "won"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS buyers")
        connection.execute('CREATE TABLE buyers (id INT, email TEXT, "first name" TEXT, "last name" TEXT, '
                           "company TEXT, role TEXT, won INT)")  # fmt: skip
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO buyers VALUES (%s, %s, %s, %s, %s, %s, %s)", frame[columns].values.tolist())
    tables = opened(tmp_path, frame[columns]), open_table(server, table="buyers")
    groups = [find_group(table) for table in tables]
    assert groups[0] == groups[1] == Group("email", "domain")
    for unit in ("lead", "company"):
        read = [
            observe(table, (ROLE,), Terms(customer="won", customer_values=("1",), lead_id="id", order="id",
                                          group=groups[0], unit=unit, persons=person_keys(table)))
            for table in tables
        ]  # fmt: skip
        assert dict(read[0].excluded) == dict(read[1].excluded)
        tallies = [count(each) for each in read]
        assert np.array_equal(tallies[0].marginals[0], tallies[1].marginals[0])
        sizes = [[] if t.group is None else np.sort(np.bincount(t.group[t.group >= 0])).tolist() for t in tallies]
        assert sizes[0] == sizes[1] and len(sizes[0]) == (29 if unit == "lead" else 0)
    assert read[0].excluded["repeated"] == 6


def test_exports_call_the_company_in_many_ways(tmp_path: Path) -> None:
    """Headings as systems write them, in six languages."""
    headings = (
        "Associated Company IDs", "AccountId", "ACCOUNT_ID", "Organization - ID", "SIRET", "Firmennummer", "CNPJ",
        "ID de l'entreprise associée", "Unternehmens-ID", "ID de la empresa", "Partita IVA", "companyIDs",
    )  # fmt: skip
    frame = contacts().drop(columns="email")
    key = frame["company"].str[5:].astype(int) + 500
    frame = frame.drop(columns="company")
    for heading in headings:
        assert find_group(opened(tmp_path, frame.assign(**{heading: key}))) == Group(heading, "company"), heading
    for heading in ("Company name", "Raison sociale", "Firmenname", "Nombre de la empresa", "Ragione sociale"):
        named = frame.assign(**{heading: "firm " + key.astype(str)})
        assert find_group(opened(tmp_path, named)) == Group(heading, "company"), heading
