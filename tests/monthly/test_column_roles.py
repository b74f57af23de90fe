"""Id, dates and outcome where the settings do not name them: found, and refused where it is not clear."""

from __future__ import annotations

from pathlib import Path

import pytest
from month_case import asked, day, opened, write

from calibrate.engine import Session
from calibrate.errors import HistoryError, InputError, SettingsError
from calibrate.monthly.column_roles import Resolved, resolved
from calibrate.monthly.read import read_rows
from calibrate.monthly.settings import settings_from


def found(
    folder: Path, header: tuple[str, ...], rows: list[tuple[object, ...]], **parts: dict[str, object]
) -> Resolved:
    file = write(folder / "leads.csv", header, rows)
    return resolved(asked(file, **parts), opened(file))


def roles(result: Resolved) -> tuple[str | None, ...]:
    outcome, time = result.settings.outcome, result.settings.time
    return outcome.lead_id, time.created_at, time.customer_at, outcome.customer


ROWS: list[tuple[object, ...]] = [
    (f"L{i}", day(i), "won" if i % 5 == 0 else "lost", day(i + 20) if i % 5 == 0 else "", "ab"[i % 2])
    for i in range(60)
]
HEADER = ("Lead ID", "Created at", "Deal outcome", "Closed at", "Sector")


def test_what_is_not_named_is_found_and_told(tmp_path: Path) -> None:
    result = found(tmp_path, HEADER, ROWS)
    assert roles(result) == ("Lead ID", "Created at", "Closed at", "Deal outcome")
    told = {fact.key: dict(fact.facts)["column"] for fact in result.facts}
    assert told == {
        "found_created_at": "Created at", "outcome_found": "Deal outcome", "found_customer_at": "Closed at",
        "found_lead_id": "Lead ID",
    }  # fmt: skip
    assert result.warnings == ()


def test_what_the_settings_name_stays(tmp_path: Path) -> None:
    result = found(tmp_path, HEADER, ROWS, outcome={"lead_id": "Sector", "customer": "Deal outcome"},
                   time={"created_at": "Closed at", "customer_at": "Created at"})  # fmt: skip
    assert roles(result) == ("Sector", "Closed at", "Created at", "Deal outcome") and result.facts == ()


def test_a_value_that_means_customer_finds_its_column(tmp_path: Path) -> None:
    result = found(tmp_path, HEADER, ROWS, outcome={"customer_values": ["won"]})
    assert roles(result)[3] == "Deal outcome" and "outcome_value_found" in [fact.key for fact in result.facts]
    with pytest.raises(SettingsError, match="no column holds it"):
        found(tmp_path, HEADER, ROWS, outcome={"customer_values": ["signed"]})
    twice = [(*row, row[2]) for row in ROWS]
    with pytest.raises(
        SettingsError, match=r"stands in several columns .*Deal outcome, Copy.*--customer 'Deal outcome'"
    ):
        found(tmp_path, (*HEADER, "Copy"), twice, outcome={"customer_values": ["won"]})


@pytest.mark.parametrize(
    ("name", "share", "fine"),
    [("Closed at", 5, True), ("Closed at", 2, False), ("Won at", 3, True), ("Won at", 1, False)],
)
def test_a_date_alone_tells_the_sale_only_where_few_rows_have_one(
    tmp_path: Path, name: str, share: int, fine: bool
) -> None:
    """Called after any closing: a quarter of the rows at most; called after a sale: a half."""
    rows: list[tuple[object, ...]] = [
        (f"L{i}", day(i), day(i + 20) if i % share == 0 else "", "ab"[i % 2]) for i in range(60)
    ]
    header = ("Lead ID", "Created at", name, "Sector")
    if fine:
        result = found(tmp_path, header, rows)
        assert roles(result)[2:] == (name, None)
        assert dict(result.warnings)["outcome_date_only"] == {"column": name, "rows": 60 // share, "of": 60}
    else:
        with pytest.raises(HistoryError, match=f"only the date in '{name}' could tell"):
            found(tmp_path, header, rows)


def test_a_second_file_tells_when_its_customers_closed(tmp_path: Path) -> None:
    session = Session()
    leads = write(tmp_path / "leads.csv", HEADER[:2], [row[:2] for row in ROWS])
    won = write(tmp_path / "won.csv", ("Lead ID", "Won at"), [(f"L{i}", day(i + 9)) for i in range(0, 60, 5)])
    settings = asked(leads, outcome={"outcomes": str(won)})
    result = resolved(settings, opened(leads, session), opened(won, session))
    assert roles(result) == ("Lead ID", "Created at", "Won at", None) and result.warnings == ()
    unsaid = write(tmp_path / "list.csv", ("Lead ID", "Date"), [(f"L{i}", day(i + 9)) for i in range(0, 60, 5)])
    result = resolved(settings, opened(leads, session), opened(unsaid, session))
    assert dict(result.warnings)["outcomes_every_row"] == {"file": "list.csv", "rows": 12}


def test_a_second_file_with_a_status_is_asked_about(tmp_path: Path) -> None:
    session = Session()
    leads = write(tmp_path / "leads.csv", HEADER[:2], [row[:2] for row in ROWS])
    rows = [(f"L{i}", day(i + 9), ("gold", "silver")[i % 2]) for i in range(40)]
    deals = write(tmp_path / "deals.csv", ("Lead ID", "Closed at", "Status"), rows)
    with pytest.raises(HistoryError, match=r"not every row of deals.csv may be a customer: its column 'Status' says"):
        resolved(asked(leads, outcome={"outcomes": str(deals)}), opened(leads, session), opened(deals, session))


def test_a_date_that_the_user_names_as_the_sale_is_told_and_not_refused(tmp_path: Path) -> None:
    """Half of the rows have it: too many for a date found by itself."""
    rows: list[tuple[object, ...]] = [
        (f"L{i}", day(i), day(i + 9) if i % 2 else "", "ab"[i % 3 % 2]) for i in range(60)
    ]
    header = ("Lead ID", "Created at", "Closed at", "Sector")
    result = found(tmp_path, header, rows, time={"customer_at": "Closed at"})
    assert roles(result)[2:] == ("Closed at", None)
    assert dict(result.warnings)["outcome_date_only"] == {"column": "Closed at", "rows": 30, "of": 60}


def test_a_second_file_without_an_id_is_joined_by_the_column_that_both_have(tmp_path: Path) -> None:
    people = [(f"Ana{i}@Acme{i}.com", day(i), "ab"[i % 2]) for i in range(60)]
    leads = write(tmp_path / "leads.csv", ("E-mail", "Created at", "Sector"), people)
    deals = [(f"ana{i}@acme{i}.com", "Gewonnen" if i % 6 else "Verloren", day(i + 9), "a") for i in range(0, 60, 3)]
    outcomes = opened(write(tmp_path / "deals.csv", ("e_mail", "Status", "Datum", "Sector"), deals))
    result = resolved(asked(leads), opened(leads), outcomes)
    assert (result.settings.outcome.outcomes_by, result.settings.outcome.outcomes_id) == ("E-mail", "e_mail")
    assert result.settings.outcome.lead_id is None  # an address is no id to be shown
    assert result.settings.time.customer_at == "Datum"
    assert ("joined_by", "E-mail") in [(fact.key, fact.facts["column"]) for fact in result.facts]


def test_rows_of_a_second_file_without_a_day_are_no_customers_and_said(tmp_path: Path) -> None:
    leads = write(
        tmp_path / "leads.csv", ("Lead ID", "Created at", "Sector"), [(i, day(i), "ab"[i % 2]) for i in range(60)]
    )
    deals = [(i, 100 + i, day(i + 9) if i % 2 else "") for i in range(0, 60, 3)]
    outcomes = opened(write(tmp_path / "deals.csv", ("Lead ID", "Amount", "Closed at"), deals))
    warned = dict(resolved(asked(leads), opened(leads), outcomes).warnings)
    assert warned["outcomes_dated_row"] == {"file": "deals.csv", "rows": 10, "of": 20, "column": "Closed at"}


def test_the_one_yes_or_no_that_can_be_the_outcome_is_taken_and_said(tmp_path: Path) -> None:
    header = ("Lead ID", "Created at", "Bought it", "Newsletter", "Sector")
    rows: list[tuple[object, ...]] = [
        (f"L{i}", day(i), "yes" if i % 5 == 0 else "no", "ny"[i % 2], "ab"[i % 2]) for i in range(60)
    ]
    result = found(tmp_path, header, rows)
    assert roles(result) == ("Lead ID", "Created at", None, "Bought it")
    assert ("outcome_alone", {"column": "Bought it"}) in result.warnings


def test_several_that_can_be_the_outcome_are_named_and_no_other_column(tmp_path: Path) -> None:
    header = ("Lead ID", "Created at", "Flag", "Status", "Newsletter", "Sector")
    rows: list[tuple[object, ...]] = [(f"L{i}", day(i), i % 2, i % 3 // 2, "ny"[i % 2], "ab"[i % 2]) for i in range(60)]
    with pytest.raises(HistoryError, match=r"can be the outcome: 'Status', 'Flag'. Name the one.*--customer 'Status'"):
        found(tmp_path, header, rows)


def test_without_a_yes_or_no_all_columns_are_listed(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [(f"L{i}", day(i), "ab"[i % 2]) for i in range(60)]
    with pytest.raises(HistoryError, match=r"no column says yes and no.*Columns: Lead ID, Created at, Sector"):
        found(tmp_path, ("Lead ID", "Created at", "Sector"), rows)


def test_a_date_that_the_tool_chose_and_cannot_tell_never_ends_the_run(tmp_path: Path) -> None:
    """All days are at most 12: the run goes on in file order and asks; a date that the user names is refused."""
    lines = ["id,Created,Source,Won"]
    lines += [
        f"x{i},{i % 12 + 1:02}/{i % 7 + 1:02}/2025,{'web' if i % 3 else 'fair'},{'Yes' if i % 4 else 'No'}"
        for i in range(80)
    ]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    values = {"data": {"file": str(tmp_path / "a.csv")}, "outcome": {"customer": "Won"}}
    counted = read_rows(settings_from(values), follow=False)
    assert counted.history.order == "file" and counted.tally.overall == (80, 60)
    (asked,) = [facts for key, facts in counted.warnings if key == "date_order"]
    assert asked["column"] == "Created" and asked["example"].endswith("/2025")
    with pytest.raises(InputError, match="two ways"):
        read_rows(settings_from({**values, "time": {"created_at": "Created"}}), follow=False)
