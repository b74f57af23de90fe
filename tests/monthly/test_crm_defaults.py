"""A CRM's export recognised: its names stand beside those that the user gave, which win."""

from __future__ import annotations

from pathlib import Path

import pytest
from crm_case import ENDS, SAMPLES, rows_of
from month_case import asked, day, opened, write

from calibrate.engine import Session
from calibrate.errors import HistoryError, SettingsError
from calibrate.monthly.crm_defaults import Origin, recognised

SAMPLE = next(sample for sample in SAMPLES if sample.name == "pipedrive-english")


def origin(folder: Path, **parts: dict[str, object]) -> Origin:
    file = write(folder / "leads.csv", *rows_of(SAMPLE))
    return recognised(asked(file, **parts), opened(file), None)


def test_names_and_values_of_the_system_are_filled_in(tmp_path: Path) -> None:
    found = origin(tmp_path)
    outcome, time = found.settings.outcome, found.settings.time
    assert (outcome.lead_id, time.created_at, time.customer_at) == (SAMPLE.id, SAMPLE.created, SAMPLE.closed)
    assert (outcome.customer, outcome.customer_values, outcome.open_values) == (SAMPLE.outcome, ("Won",), ("Open",))
    assert found.aside["Deal - Stage"] == "crm_stage" and found.aside["Deal - Owner"] == "crm_owner"
    assert {"crm_detected", "found_lead_id", "found_created_at", "found_customer_at"} <= {f.key for f in found.facts}


def test_what_the_user_names_wins(tmp_path: Path) -> None:
    outcome = {"lead_id": "Deal - Owner", "open_values": ["Lost"]}
    columns = {"keep": ["Deal - Stage"]}
    found = origin(tmp_path, outcome=outcome, time={"created_at": SAMPLE.closed}, columns=columns)
    assert (found.settings.outcome.lead_id, found.settings.time.created_at) == ("Deal - Owner", SAMPLE.closed)
    assert found.settings.outcome.open_values == ("Lost",) and "Deal - Stage" not in found.aside
    assert not {"found_lead_id", "found_created_at"} & {fact.key for fact in found.facts}


def test_another_meaning_of_the_outcome_column_has_none_of_its_dates(tmp_path: Path) -> None:
    found = origin(tmp_path, outcome={"customer": SAMPLE.outcome, "customer_values": ["Open"]})
    assert found.settings.outcome.customer_values == ("Open",) and found.settings.time.customer_at is None
    assert found.settings.outcome.open_values == ()


def test_recognition_can_be_switched_off_or_told(tmp_path: Path) -> None:
    off = origin(tmp_path, data={"crm": "none"})
    assert off.facts == () and off.aside == {} and off.settings.outcome.customer is None
    with pytest.raises(SettingsError, match=r"no CRM named 'pipedriv'. Did you mean 'pipedrive'"):
        origin(tmp_path, data={"crm": "pipedriv"})
    with pytest.raises(SettingsError, match="--outcomes"):
        origin(tmp_path, data={"crm": "yousign"})
    named = origin(tmp_path, data={"crm": "pipedrive"})
    assert "crm_named" in [fact.key for fact in named.facts]


def test_an_export_that_hides_lost_leads_is_refused(tmp_path: Path) -> None:
    odoo = next(sample for sample in SAMPLES if sample.name == "odoo-internal")
    header, rows = rows_of(odoo)
    file = write(tmp_path / "leads.csv", header, [row for row, end in zip(rows, ENDS, strict=True) if end != 1])
    with pytest.raises(HistoryError, match="archives lost leads"):
        recognised(asked(file), opened(file), None)


def test_deals_of_a_second_file_bring_their_join_values_and_amount(tmp_path: Path) -> None:
    session = Session()
    leads = write(
        tmp_path / "leads.csv",
        ("Record ID", "Create Date", "Industry"),
        [(f"R{i}", day(i), "ab"[i % 2]) for i in range(20)],
    )
    deals = write(tmp_path / "deals.csv", ("Record ID", "Deal Stage", "Close Date", "Associated Contact IDs", "Amount"),
                  [("D1", "Closed Won", day(40), "R1;R2", 90), ("D2", "Closed Lost", day(40), "R3", 5)])  # fmt: skip
    settings = asked(leads, outcome={"outcomes": str(deals)})
    found = recognised(settings, opened(leads, session), opened(deals, session))
    outcome = found.settings.outcome
    assert (outcome.outcomes_by, outcome.outcomes_id, outcome.value) == (
        "Record ID",
        "Associated Contact IDs",
        "Amount",
    )
    assert outcome.customer_values == ("Closed Won",) and found.settings.time.customer_at == "Close Date"
    assert found.outcomes is not None and found.outcomes.rows == 3  # the deal of two leads stands in two rows
    assert {"crm_joined", "crm_several", "found_value"} <= {fact.key for fact in found.facts}
