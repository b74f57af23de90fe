"""CRM exports, header by header: each sample is made here, counted with a pencil, and read as its system writes it.

Every sample has 40 leads: 8 won inside their window, 20 lost, 12 open. The first four open ones entered last (too young
to judge where there are dates); with dates the others count as "no customer within the window".
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from crm_case import ENDS, FIRST, SAMPLES, WON, read, rows_of, spoken, write

from calibrate.cli.app import main
from calibrate.errors import HistoryError, InputError, SettingsError
from calibrate.funnel.value import weigh_by_value
from calibrate.language import known, load
from calibrate.leads.crm import SYSTEMS, detect


def test_every_system_has_samples_and_words() -> None:
    assert {sample.system for sample in SAMPLES} == set(SYSTEMS) - {"yousign"}
    assert {s.name for s in SYSTEMS.values()} == set(SYSTEMS)
    for words in map(load, known()):
        for system in SYSTEMS.values():
            for part in system.unconfirmed:
                assert words.name("value", f"crm_{part}") != f"crm_{part}"
            for reason in system.aside:
                assert words.name("value", reason) != reason
        for key in ("crm_detected", "crm_named", "crm_outcome", "crm_open", "crm_joined", "crm_unconfirmed", "mailbox",
                    "signatures"):  # fmt: skip
            assert any(text.endswith(f".{key}") for text in words.texts)


def test_no_header_is_taken_for_another_system() -> None:
    for sample in SAMPLES:
        if sample.detected:
            header = rows_of(sample)[0]
            assert [s.name for s in SYSTEMS.values() if s.recognised(header)] == [sample.system]
    assert detect(["Prospect ID", "Lead Source", "Converted", "Tags", "Create Date"]) is None


# --- what the user says wins ---------------------------------------------------------------------------


def test_what_the_user_names_wins(tmp_path: Path) -> None:
    sample = SAMPLES[1]
    header, rows = rows_of(sample)
    file = write(tmp_path / "leads.csv", [*header, "Signed"], [[*row, "yes" if i < 20 else "no"]
                                                               for i, row in enumerate(rows)])  # fmt: skip
    mine = read(file, outcome={"customer": "Signed"})
    assert mine.tally.overall == (36, 20)  # another outcome, and no date that belongs to it
    values = read(file, outcome={"customer": "Lifecycle Stage", "customer_values": ("Opportunity",)})
    assert values.tally.overall == (36, 8)  # 12 opportunities, 4 of them too young; the date of the win is not theirs
    assert values.history.terms.customer_at is None
    # without a known system the stages are understood by their words, beside a yes/no column and alone
    assert read(file, data={"crm": "none"}).history.terms.customer == "Lifecycle Stage"
    plain = write(tmp_path / "plain.csv", header, rows)
    assert read(plain, data={"crm": "none"}).history.terms.customer == "Lifecycle Stage"


def test_process_columns_can_be_put_back(tmp_path: Path) -> None:
    sample = next(s for s in SAMPLES if s.name == "pipedrive-english")
    file = write(tmp_path / "leads.csv", *rows_of(sample))
    counted = read(file, columns={"keep": ("Deal - Stage",)})
    assert "Deal - Stage" in [c.column for c in counted.proposal.criteria]


def test_an_unknown_system_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "leads.csv", *rows_of(SAMPLES[0]))
    with pytest.raises(SettingsError, match=r"(?s)no CRM named 'hubspo'.*hubspot"):
        read(file, data={"crm": "hubspo"})


def test_unknown_words_for_won_are_asked_back(tmp_path: Path) -> None:
    sample = next(s for s in SAMPLES if s.name == "salesforce-opportunities")
    header, rows = rows_of(sample)
    renamed = [["Terminé" if cell == "Closed Won" else cell for cell in row] for row in rows]
    file = write(tmp_path / "leads.csv", header, renamed)
    with pytest.raises(HistoryError, match="--customer-value"):
        read(file)
    counted = read(file, outcome={"customer_values": ("Terminé",)})
    assert counted.tally.overall == (36, 8)


# --- a second file ---------------------------------------------------------------------------------------


def second(tmp_path: Path, leads: list[str], deals: list[str], *, key: Callable[[int], str]) -> tuple[Path, Path]:
    """Leads L000 to L039, and deals: two won and one lost of leads 0-7, lost ones of 8-27, open ones of the rest."""
    header = [*leads, "Industry"]
    rows = [[f"L{i:03d}", (FIRST + timedelta(days=i)).isoformat(), *([key(i)] if len(leads) == 3 else []),
             "Steel" if i % 4 == 0 else "Glass"] for i in range(40)]  # fmt: skip
    made = []
    for i, end in enumerate(ENDS):
        closed = FIRST + timedelta(days=i + 30)
        words = ("Closed Won", "Closed Lost", "Prospecting")[end]
        made.append([key(i), words, closed.isoformat()])
        if end == WON:
            made.append([key(i), words, (closed + timedelta(days=300)).isoformat()])  # a later deal of the same lead
            made.append([key(i), "Closed Lost", (closed - timedelta(days=60)).isoformat()])
    return write(tmp_path / "leads.csv", header, rows), write(tmp_path / "deals.csv", deals, made)


@pytest.mark.parametrize(
    ("leads", "deals", "joined"),
    [
        (["Id", "CreatedDate", "ConvertedOpportunityId"], ["Id", "StageName", "CloseDate"], "ConvertedOpportunityId"),
        (["Record Id", "Created Time", "Converted Deal"], ["Record Id", "Stage", "Closing Date"], "Converted Deal"),
        (["Record ID", "Create Date"], ["Associated Contact IDs", "Deal Stage", "Close Date"], "Record ID"),
        (["leadid", "createdon"], ["originatingleadid", "statecode", "actualclosedate"], "leadid"),
    ],
    ids=["salesforce", "zoho", "hubspot", "dynamics"],
)
def test_won_deals_of_a_second_file_are_the_customers(
    leads: list[str], deals: list[str], joined: str, tmp_path: Path
) -> None:
    key = (lambda i: f"D{i:03d}") if len(leads) == 3 else (lambda i: f"L{i:03d}")
    one, two = second(tmp_path, leads, deals, key=key)
    if "statecode" in deals:
        text = two.read_text(encoding="utf-8")
        for ours, theirs in (("Closed Won", "Won"), ("Closed Lost", "Lost"), ("Prospecting", "Open")):
            text = text.replace(ours, theirs)
        two.write_text(text, encoding="utf-8")
    crm = next(name for name in ("salesforce", "zoho", "hubspot", "dynamics") if detect_named(name, leads))
    counted = read(one, data={"crm": crm}, outcome={"outcomes": str(two)}, time={"as_of": date(2024, 12, 31)})
    assert counted.tally.overall == (40, 8)  # the earliest won date counts, lost deals do not
    assert counted.history.terms.outcomes_by == joined
    assert counted.warnings == ()
    assert spoken(counted, "crm_joined")


def test_amounts_of_won_deals_are_what_leads_are_worth(tmp_path: Path) -> None:
    """Of the deals that a lead won, the one that makes it a customer counts; lost and later ones do not."""
    one, two = second(tmp_path, ["Id", "CreatedDate"], ["Contact Id", "StageName", "CloseDate"], key="L{:03d}".format)
    with two.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    amounts = {"Closed Won": 1000, "Closed Lost": 70, "Prospecting": 9}
    seen: set[str] = set()
    for line in lines[1:]:
        later = line[1] == "Closed Won" and line[0] in seen
        seen |= {line[0]} if line[1] == "Closed Won" else set()
        line.append(str(50_000 if later else amounts[line[1]]))
    same_day = [[lines[1][0], "Closed Lost", lines[1][2], "400"]]  # lost on the day another deal was won
    write(two, [*lines[0], "Amount"], [*lines[1:], *same_day])
    counted = read(one, data={"crm": "salesforce"}, time={"as_of": date(2024, 12, 31)},
                   outcome={"outcomes": str(two), "outcomes_id": "Contact Id"})  # fmt: skip
    assert spoken(counted, "found_value") == [{"column": "Amount"}]
    worth = weigh_by_value(counted.history, counted.rates, counted.tally.criteria, "Amount")
    assert (worth.customers, worth.unknown, worth.total, worth.overall) == (8, 0, 8000, 200)
    named = read(one, data={"crm": "salesforce"}, time={"as_of": date(2024, 12, 31)},
                 outcome={"outcomes": str(two), "outcomes_id": "Contact Id", "value": "Amount"})  # fmt: skip
    assert not spoken(named, "found_value")


def test_the_amount_of_an_export_is_its_value(tmp_path: Path) -> None:
    sample = next(s for s in SAMPLES if s.name == "pipedrive-english")
    header, rows = rows_of(sample)
    file = write(tmp_path / "leads.csv", header, rows)
    assert not spoken(read(file), "found_value")  # a column of texts is no amount
    place = header.index("Deal - Value")
    priced = write(tmp_path / "priced.csv", header, [[*row[:place], "250", *row[place + 1 :]] for row in rows])
    counted = read(priced)
    assert spoken(counted, "found_value") == [{"column": "Deal - Value"}]
    assert "Deal - Value" not in [c.column for c in counted.proposal.criteria]
    assert weigh_by_value(counted.history, counted.rates, counted.tally.criteria, "Deal - Value").total == 8 * 250


def detect_named(name: str, header: list[str]) -> bool:
    system = SYSTEMS[name]
    return system.find(header, system.lead_id) == header[0] and system.find(header, system.created_at) == header[1]


def test_the_key_of_the_second_file_can_be_named(tmp_path: Path) -> None:
    one = write(tmp_path / "leads.csv", ["ref", "created", "Sector"],
                [[f"L{i}", (FIRST + timedelta(days=i)).isoformat(), "ab"[i % 2]] for i in range(40)])  # fmt: skip
    two = write(tmp_path / "deals.csv", ["lead", "won_on"],
                [[f"L{i}", (FIRST + timedelta(days=i + 9)).isoformat()] for i in range(8)])  # fmt: skip
    outcome = {"outcomes": str(two), "lead_id": "ref", "outcomes_id": "lead"}
    time = {"created_at": "created", "customer_at": "won_on", "as_of": date(2024, 12, 31)}
    assert read(one, outcome=outcome, time=time).tally.overall == (40, 8)
    with pytest.raises(InputError, match="--outcomes-id"):
        read(one, outcome={**outcome, "outcomes_id": None}, time=time)


def test_check_says_that_a_conversion_is_no_sale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample = next(s for s in SAMPLES if s.conversion and s.system == "salesforce")
    file = write(tmp_path / "leads.csv", *rows_of(sample))
    for words, wanted in (([], "which is no sale"), (["--json"], '"crm_conversion"')):
        with pytest.raises(SystemExit):
            main(["check", str(file), *words])
        assert wanted in capsys.readouterr().out
