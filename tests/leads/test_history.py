"""Which rows are leads that can be judged: by pencil, and as identities."""

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibrate.engine import Session
from calibrate.errors import CalibrateError, HistoryError, InputError
from calibrate.leads.history import History, _answered, observe
from calibrate.leads.terms import Terms


def read(folder: Path, text: str, terms: Terms, outcomes: str | None = None) -> History:
    (folder / "leads.csv").write_text(text, encoding="utf-8")
    session = Session()
    table = session.open(folder / "leads.csv")
    if outcomes is not None:
        (folder / "won.csv").write_text(outcomes, encoding="utf-8")
        terms = Terms(**{**terms.__dict__, "outcomes": session.open(folder / "won.csv")})
    return observe(table, (), terms)


DATED = """id,created,won
1,2025-01-10,2025-01-10
2,2025-01-10,2025-04-10
3,2025-01-10,2025-04-11
4,2025-01-31,
5,2025-02-01,
6,2025-02-28,2025-02-27
7,,2025-03-01
8,2025-03-02,
9,2025-04-30,2025-05-01
1,2025-01-12,
"""


def test_every_row_by_pencil(tmp_path: Path) -> None:
    history = read(
        tmp_path, DATED, Terms(created_at="created", customer_at="won", lead_id="id", as_of=date(2025, 5, 31))
    )
    # 90 days: leads until 2 March are mature on 31 May. 1 closes on day 0, 2 on day 90 (both count), 3 on day 91.
    assert history.excluded == {
        "no_creation_date": 1, "repeated": 1, "outcome_before_creation": 1, "immature": 1,
    }  # fmt: skip
    assert (history.read, history.kept) == (10, 6)
    assert history.cohorts == ("2025-01", "2025-02", "2025-03")
    assert history.totals.tolist() == [[4, 2], [1, 0], [1, 0]]
    assert history.order == "created_at"
    assert history.ends is not None
    assert np.datetime64(int(history.ends[1]), "D") == np.datetime64("2025-02-28")


def test_an_observation_excludes_what_had_closed_by_then(tmp_path: Path) -> None:
    history = read(
        tmp_path,
        DATED,
        Terms(created_at="created", customer_at="won", lead_id="id", as_of=date(2025, 7, 31), observe_days=14),
    )
    # 1 had closed by day 14; 2 and 3 close within 104 days; 9 (created 30 April, closed next day) is not mature yet
    assert history.excluded["already_closed"] == 2  # leads 1 and 9
    assert history.totals.sum(axis=0).tolist() == [5, 2]


def test_as_of_is_the_last_date_seen(tmp_path: Path) -> None:
    history = read(tmp_path, DATED, Terms(created_at="created", customer_at="won", lead_id="id"))
    assert history.as_of == date(2025, 5, 1)


def test_outcomes_in_a_second_file(tmp_path: Path) -> None:
    leads = "id,created\n" + "".join(f"{i},2025-01-{i + 1:02d}\n" for i in range(1, 21))
    won = "id,signed\n3,2025-02-01\n3,2025-01-20\n5,2025-03-01\n99,2025-03-01\n"
    terms = Terms(created_at="created", customer_at="signed", lead_id="id", as_of=date(2025, 12, 31))
    history = read(tmp_path, leads, terms, won)
    assert history.totals.sum(axis=0).tolist() == [20, 2]


def test_without_dates_the_order_is_said(tmp_path: Path) -> None:
    rows = "".join(f"{i},{100 - i},{'yes' if i % 4 == 0 else 'no'}\n" for i in range(100))
    in_file = read(tmp_path, "id,rank,won\n" + rows, Terms(customer="won"))
    assert in_file.order == "file"
    assert in_file.as_of is None
    by_rank = read(tmp_path, "id,rank,won\n" + rows, Terms(customer="won", order="rank"))
    assert by_rank.order == "column"
    assert by_rank.totals.tolist() == in_file.totals.tolist()[::-1]  # 4 blocks of 25, the other way round


def test_open_deals_without_dates_are_not_lost(tmp_path: Path) -> None:
    rows = "".join(f"{i},{['Won', 'Lost', 'Lost', 'Open'][i % 4]}\n" for i in range(80))
    history = read(tmp_path, "id,stage\n" + rows, Terms(customer="stage", customer_values=("Won",)))
    assert history.excluded == {"still_open": 20}
    assert history.totals.sum(axis=0).tolist() == [60, 20]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(-5, 300), st.booleans(), st.integers(-20, 200)),
        min_size=1,
        max_size=40,
    ),
    st.integers(0, 30),
    st.integers(1, 120),
)
def test_read_is_kept_plus_every_exclusion(
    tmp_path: Path, rows: list[tuple[int, int, bool, int]], observe_days: int, window: int
) -> None:
    first = np.datetime64("2025-01-01")
    lines = [
        f"{i},{first + day if day >= 0 else ''},{first + day + wait if bought and day >= 0 else ''}"
        for i, day, bought, wait in rows
    ]
    terms = Terms(
        created_at="created", customer_at="won", lead_id="id", observe_days=observe_days, close_within_days=window
    )
    text = "id,created,won\n" + "\n".join(lines) + "\n"
    try:
        history = read(tmp_path, text, terms)
    except CalibrateError:
        return  # nothing left to judge, no dates at all, or one class only: refused in words
    assert history.read == len(rows)
    assert history.read == history.kept + sum(history.excluded.values())


@pytest.mark.parametrize(
    ("terms", "error", "says"),
    [
        (Terms(customer="wonn"), InputError, "Did you mean 'won'"),
        (Terms(), HistoryError, "--customer"),
        (Terms(created_at="id", customer="won"), InputError, "holds no dates"),
        (Terms(customer="won", order="nothing"), InputError, "no column named 'nothing'"),
    ],
)
def test_errors_say_what_and_how_to_mend_it(tmp_path: Path, terms: Terms, error: type[Exception], says: str) -> None:
    rows = "".join(f"{i},{'yes' if i % 4 == 0 else 'no'}\n" for i in range(40))
    with pytest.raises(error) as fault:
        read(tmp_path, "id,won\n" + rows, terms)
    assert says in str(fault.value)


def test_an_impossible_close_rate_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'Lost' if i == 7 else 'Won'}\n" for i in range(100))
    with pytest.raises(HistoryError, match="lost leads must be missing"):
        read(tmp_path, "id,stage\n" + rows, Terms(customer="stage"))


def test_everything_too_young_is_explained(tmp_path: Path) -> None:
    text = "created,won\n" + "2025-05-01,\n" * 30 + "2025-05-02,2025-05-03\n"
    with pytest.raises(HistoryError, match=r"none of the 31 rows .*immature 31.*--close-within-days"):
        read(tmp_path, text, Terms(created_at="created", customer_at="won"))


def test_sales_that_all_came_after_the_window_are_explained(tmp_path: Path) -> None:
    text = "created,won\n" + "2025-01-01,\n" * 30 + "2025-01-02,2025-05-03\n" * 4 + "2025-06-30,\n"
    with pytest.raises(
        HistoryError, match=r"none of the 34 leads .* within the closing window of 90 days; 4 did later"
    ):
        read(tmp_path, text, Terms(created_at="created", customer_at="won"))


def test_rows_of_several_files_are_numbered_through(tmp_path: Path) -> None:
    """Without dates the second file's leads come after the first one's, in cohorts of equal size."""
    for part in (0, 1):
        duckdb.sql(
            f"COPY (SELECT i % 10 = 0 AS won, {part} AS part FROM range(500) AS t(i)) "
            f"TO '{tmp_path / f'part{part}'}.parquet' (FORMAT parquet)"
        )
    history = observe(Session().open(str(tmp_path / "part*.parquet")), (), Terms(customer="won"))
    assert history.totals.sum(axis=0).tolist() == [1000, 100]
    sizes = set(history.totals[:, 0].tolist())
    assert len(history.cohorts) > 1 and max(sizes) - min(sizes) <= 1


def test_days_alone_do_not_judge_where_a_second_file_lists_customers(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        rows = "SELECT range AS id, DATE '2025-01-05' AS created FROM range(100)"
        connection.execute(f"COPY ({rows}) TO '{tmp_path}/leads.parquet'")
        connection.execute(f"COPY (SELECT range * 10 AS id FROM range(10)) TO '{tmp_path}/won.parquet'")
    session = Session()
    leads, won = (session.open(tmp_path / f"{name}.parquet") for name in ("leads", "won"))
    terms = Terms(outcomes=won, created_at="created", lead_id="id", as_of=date(2025, 12, 31))
    assert observe(leads, (), terms).totals.tolist() == [[100, 10]]


@pytest.mark.parametrize("given_", [(3, 5, 2), (3, 0, 0), (3, 0, 2), (0, 4, 0)])
def test_answers_of_a_truth_value_are_counted(tmp_path: Path, given_: tuple[int, int, int]) -> None:
    yes, no, nothing = given_
    values = ", ".join(["(TRUE)"] * yes + ["(FALSE)"] * no + ["(NULL)"] * nothing)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT v::BOOLEAN AS won FROM (VALUES {values}) AS t(v)) TO '{tmp_path}/x.parquet'")
    found = _answered(Session().open(tmp_path / "x.parquet"), "won")
    assert found == {value: count for value, count in (("false", no), ("true", yes), (None, nothing)) if count}
