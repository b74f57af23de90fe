"""A scored file carries the scores, bands and reasons that the grid itself gives."""

import csv
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from calibrate.engine import Session
from calibrate.errors import GridError, InputError, SettingsError
from calibrate.export import read_scored
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.derived import Derived
from calibrate.grid.grid import Band, Grid
from calibrate.grid.reasons import reasons_of
from calibrate.scoring import rows
from calibrate.scoring.rows import score_file

SPECIAL = (Level("missing", "missing"), Level("other", "other"))
GRID = Grid(
    "today",
    "lift",
    (
        Criterion("source", "Lead Source", "text", "fit", (Level("Google", values=("Google", "google")), *SPECIAL)),
        Criterion("visits", "Visits", "number", "engagement", (Level("<3", high=3), Level("3+", low=3), *SPECIAL)),
        Criterion("it's", 'Say "hi"', "text", "fit", (Level("yes", values=("yes'; --",)), *SPECIAL)),
    ),
    ((5, 7, 0), (-2, 4, 0, -1), (1, 0, -3)),
    bands=(Band("warm", 3, "mail"), Band("hot", 9, "call")),
)
ROWS = [
    ("Google", "4", "yes'; --"), ("google", "2", ""), ("", "", "no"), ("Bing", "-1", " "), (" ", "3", "<b>"),
]  # fmt: skip


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("Lead Source", "Visits", 'Say "hi"'), *ROWS])
    return path


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_every_row_as_the_grid_scores_it(leads: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / "deep" / f"scored.{suffix}"
    assert score_file(GRID, str(leads), str(out)) == len(ROWS)
    found = duckdb.sql(f"SELECT score, band, reasons FROM '{out}'").fetchall()
    for row, (points, band, why) in zip(ROWS, found, strict=True):
        lead = dict(zip(("Lead Source", "Visits", 'Say "hi"'), row, strict=True))
        assert points == GRID.score(lead)
        assert (band or "") == GRID.band(lead)
        assert (why or "") == "; ".join(str(reason) for reason in reasons_of(GRID, lead)[:3])
    assert [path.name for path in out.parent.iterdir()] == [out.name]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝"])
def test_a_band_is_no_formula_in_a_spreadsheet(start: str, leads: Path, tmp_path: Path) -> None:
    bands = (Band(f"{start}cmd|' /c calc'!A0", -99, "mail"),)
    score_file(replace(GRID, bands=bands), str(leads), str(tmp_path / "scored.csv"))
    with (tmp_path / "scored.csv").open(newline="", encoding="utf-8") as file:
        assert {row["band"] for row in csv.DictReader(file)} == {f"'{bands[0].name}"}
    assert {lead.band for lead in read_scored(str(tmp_path / "scored.csv"), "Lead Source")} == {bands[0].name}
    score_file(replace(GRID, bands=bands), str(leads), str(tmp_path / "scored.parquet"))
    stored = duckdb.sql(f"SELECT DISTINCT band FROM '{tmp_path / 'scored.parquet'}'").fetchall()
    assert stored == [(bands[0].name,)]  # no spreadsheet opens it


def test_nothing_is_overwritten_or_half_written(leads: Path, tmp_path: Path) -> None:
    out = tmp_path / "scored.csv"
    score_file(GRID, str(leads), str(out))
    with pytest.raises(InputError, match="already has a column 'score'"):
        score_file(GRID, str(out), str(tmp_path / "again.csv"))
    with pytest.raises(InputError, match=r"must end in \.csv or \.parquet"):
        score_file(GRID, str(leads), str(tmp_path / "scored.xls"))
    (tmp_path / "other.csv").write_text("Lead source,Visits\nGoogle,3\n", encoding="utf-8")
    with pytest.raises(GridError, match="Did you mean 'Lead source'"):
        score_file(GRID, str(tmp_path / "other.csv"), str(tmp_path / "x.csv"))
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize("answers", [2, 9, 25, 60])
def test_as_many_lines_as_a_grid_may_have(answers: int, tmp_path: Path) -> None:
    """Up to 62 bits a sum, up to 126, and several sums: 20, 90, 250 and 600 lines."""
    chance = random.Random(answers)
    criteria = tuple(
        Criterion(
            f"c{i}", f"c{i}", "text", ("fit", "engagement")[i % 2],
            (*(Level(f"a{k}", values=(f"a{k}",)) for k in range(answers)), *SPECIAL),
        )
        for i in range(10)
    )  # fmt: skip
    points = tuple((*(chance.choice([-9, -1, 1, 2, 30]) for _ in range(answers)), 0, 0) for _ in criteria)
    bands = (Band("call", 40, "", fit_minimum=20, engagement_minimum=3), Band("mail", 5, "", fit_minimum=1))
    grid = Grid("large", "lift", criteria, points, bands=bands)
    rows = [[chance.choice(["", "?", *(f"a{k}" for k in range(answers))]) for _ in criteria] for _ in range(500)]
    with (tmp_path / "leads.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[c.column for c in criteria], *rows])
    score_file(grid, str(tmp_path / "leads.csv"), str(tmp_path / "scored.parquet"))
    found = duckdb.sql(f"SELECT score, band, reasons FROM '{tmp_path / 'scored.parquet'}'").fetchall()
    bands_met = set()
    for row, (score, band, why) in zip(rows, found, strict=True):
        lead = {c.column: value for c, value in zip(criteria, row, strict=True)}
        assert (score, band) == (grid.score(lead), grid.band(lead))
        assert why == "; ".join(str(reason) for reason in reasons_of(grid, lead)[:3])
        bands_met.add(band)
    assert bands_met == {"call", "mail", ""}


def test_many_rows_keep_their_order(tmp_path: Path) -> None:
    source, out = tmp_path / "leads.parquet", tmp_path / "scored.parquet"
    said = '"Say ""hi""'  # a name with quotes
    duckdb.sql(
        'COPY (SELECT i AS id, CASE WHEN i % 3 = 0 THEN \'Google\' END AS "Lead Source", i % 7 AS "Visits", '
        f"'' AS {said}\" FROM range(400000) AS t(i)) TO '{source}' (FORMAT parquet, ROW_GROUP_SIZE 20000)"
    )
    assert score_file(GRID, str(source), str(out)) == 400_000
    wrong = duckdb.sql(
        f"SELECT COUNT(*) FROM read_parquet('{out}', file_row_number = true) WHERE id <> file_row_number "
        "OR score <> CASE WHEN id % 3 = 0 THEN 5 ELSE 7 END + CASE WHEN id % 7 < 3 THEN -2 ELSE 4 END"
    ).fetchall()
    assert wrong == [(0,)]


def test_names_of_columns_that_statements_might_use(tmp_path: Path) -> None:
    """Whatever the columns of a source are called, rows keep their own cells and their own scores."""
    names = ["__sum0", "__SET0", "__set0_", "__score", "fit_points", "engagement_points", "marked", "rowid", "*", "a b"]
    criteria = tuple(
        Criterion(name, name, "text", ("fit", "engagement")[i % 2], (Level("x", values=("x",)), *SPECIAL))
        for i, name in enumerate(names)
    )
    points = tuple((3 + i, -i, -20) for i in range(len(names)))
    grid = Grid("g", "lift", criteria, points, bands=(Band("call", 20, "", 15, 5), Band("wait", -300, "")))
    chance = random.Random(4)
    rows = [[chance.choice(["x", "y", ""]) for _ in names] for _ in range(200)]
    with (tmp_path / "leads.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", *names], *([i, *row] for i, row in enumerate(rows))])
    score_file(grid, str(tmp_path / "leads.csv"), str(tmp_path / "scored.parquet"))
    found = duckdb.sql(f"SELECT * FROM '{tmp_path / 'scored.parquet'}'").fetchall()
    for i, (row, (at, *cells, score, band, _, _, _, why)) in enumerate(zip(rows, found, strict=True)):
        lead = dict(zip(names, row, strict=True))
        assert (at, [cell or "" for cell in cells]) == (i, row)
        assert (score, band) == (grid.score(lead), grid.band(lead))
        assert why == "; ".join(str(reason) for reason in reasons_of(grid, lead)[:3])
    assert {each[-5] for each in found} == {"call", "wait"}


def test_points_beyond_what_can_be_added_up_are_refused(leads: Path, tmp_path: Path) -> None:
    huge = replace(GRID, points=((2**61, 7, 0), *GRID.points[1:]))
    with pytest.raises(GridError, match="too large to be added up"):
        score_file(huge, str(leads), str(tmp_path / "scored.csv"))
    assert not (tmp_path / "scored.csv").exists()


def test_reasons_in_french(leads: Path, tmp_path: Path) -> None:
    score_file(GRID, str(leads), str(tmp_path / "fr.parquet"), language="fr")
    found = duckdb.sql(f"SELECT reasons FROM '{tmp_path / 'fr.parquet'}'").fetchall()
    assert "source: non renseigné (+7)" in found[2][0] and "it's: autre réponse (-3)" in found[2][0]
    with pytest.raises(SettingsError, match="no report language named 'de'"):
        score_file(GRID, str(leads), str(tmp_path / "de.csv"), language="de")


AGED = Grid(
    "aged",
    "lift",
    (
        Criterion("demo", "demo (events)", "number", "engagement", (Level("0", high=1), Level("1+", low=1), *SPECIAL)),
        Criterion(
            "age", "days since creation", "number", "fit", (Level("<60", high=60), Level("60+", low=60), *SPECIAL)
        ),
    ),
    ((0, 10, 0, 0), (4, 0, 0, 0)),
    provenance={
        "created_at": "created",
        "lead_id": "id",
        "events_lead_id": "lead",
        "events_at": "at",
        "events_type": "type",
    },
)


def test_a_trend_against_thirty_days_before(tmp_path: Path) -> None:
    """By pencil on 1 March: c has asked since (up), a grew old (down), b was old then (steady), d had not come ("")."""
    leads = [("c", "2024-12-15"), ("a", "2024-12-20"), ("b", "2024-10-01"), ("d", "2025-02-10"), ("e", "")]
    (tmp_path / "leads.csv").write_text("id,created\n" + "".join(f"{who},{day}\n" for who, day in leads))
    (tmp_path / "events.csv").write_text(
        "lead,at,type\nc,2025-02-20,demo\nb,2024-10-02,demo\na,2025-03-05,demo\nd,2025-02-11,demo\n"
    )
    for out in (tmp_path / "s.csv", tmp_path / "s.parquet"):
        score_file(
            AGED, str(tmp_path / "leads.csv"), str(out), events=str(tmp_path / "events.csv"), at=date(2025, 3, 1)
        )
        scored = duckdb.sql(f"SELECT id, score, COALESCE(trend, '') FROM '{out}'").fetchall()
        assert scored == [("c", 10, "up"), ("a", 0, "down"), ("b", 10, "steady"), ("d", 14, ""), ("e", 0, "steady")]
    score_file(GRID, str(_plain(tmp_path)), str(tmp_path / "t.csv"))
    assert "trend" not in (tmp_path / "t.csv").read_text().splitlines()[0]  # without a day there is none


def _plain(folder: Path) -> Path:
    (folder / "plain.csv").write_text('Lead Source,Visits,"Say ""hi"""\nGoogle,4,no\n')
    return folder / "plain.csv"


def test_a_trend_is_the_difference_of_two_scorings(tmp_path: Path) -> None:
    """On 400 leads: the column says what scoring on both days and comparing lead by lead says."""
    draw = random.Random(8)
    came = [date(2025, 1, 1) + timedelta(days=draw.randrange(100)) for _ in range(400)]
    lines = [f"L{i},{day}" for i, day in enumerate(came)]
    (tmp_path / "leads.csv").write_text("id,created\n" + "\n".join(lines))
    seen = [(draw.randrange(400), draw.randrange(80)) for _ in range(300)]
    events = [f"L{i},{came[i] + timedelta(days=after)},demo" for i, after in seen]
    (tmp_path / "events.csv").write_text("lead,at,type\n" + "\n".join(events))
    on, scores = date(2025, 4, 20), {}
    for day in (on, on - timedelta(days=30)):
        out = tmp_path / f"{day}.csv"
        score_file(AGED, str(tmp_path / "leads.csv"), str(out), events=str(tmp_path / "events.csv"), at=day)
        scores[day] = [row[0] for row in duckdb.sql(f"SELECT score FROM '{out}'").fetchall()]
    trends = [row[0] or "" for row in duckdb.sql(f"SELECT trend FROM '{tmp_path / f'{on}.csv'}'").fetchall()]
    for trend, new, old, day in zip(trends, scores[on], scores[on - timedelta(days=30)], came, strict=True):
        told = "up" if new > old else "down" if new < old else "steady"
        assert trend == ("" if day > on - timedelta(days=30) else told)
    assert len({*trends}) == 4


def test_a_database_holds_the_scores_of_a_file(server: str, tmp_path: Path) -> None:
    """Scored there and here: the same scores, bands and reasons, and not a row handed over."""
    import psycopg

    from calibrate.scoring.rows import score_table

    rows = [(i, [None, "Bank", "Farm", " ", "it's"][i % 5]) for i in range(500)]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE TABLE leads (id INT, sector TEXT)")
        connection.cursor().executemany("INSERT INTO leads VALUES (%s, %s)", rows)
        (tmp_path / "leads.csv").write_text(
            "id,sector\n" + "".join(f"{i},{sector or ''}\n" for i, sector in rows), encoding="utf-8"
        )
        ends = (Level("missing", "missing"), Level("other", "other"))
        banks = (Level("Bank", values=("Bank",)), Level("it's", values=("it's",)), *ends)
        numbers = (*(Level(f"{i}", low=i, high=i + 1) for i in range(90)), *ends)  # more lines than bits
        criteria = (
            Criterion("sector", "sector", "text", "fit", banks),
            Criterion("id", "id", "number", "engagement", numbers),
        )
        grid = Grid("g", "lift", criteria, ((5, -3, 0, 1), (*range(1, 91), 0, 2)))
        assert score_table(grid, f"{server}#leads", "scored") == 500
        score_file(grid, str(tmp_path / "leads.csv"), str(tmp_path / "scored.csv"))
        there = connection.execute("SELECT id, score, band, reasons FROM scored ORDER BY id").fetchall()
    here = duckdb.sql(
        f"SELECT id, score, band, reasons FROM read_csv('{tmp_path / 'scored.csv'}') ORDER BY id"
    ).fetchall()
    assert [(a, b, c or None, d or None) for a, b, c, d in there] == [
        (a, b, c or None, d or None) for a, b, c, d in here
    ]


@pytest.mark.parametrize("made", [
    "CAST(i AS BIGINT)", "CAST(i AS HUGEINT)", "i + 0.5", "CAST(i AS FLOAT)", "CAST(i / 3 AS DECIMAL(9, 2))",
    "DATE '2025-01-01' + i::INT", "TIMESTAMP '2025-01-01 10:00:00' + INTERVAL (i) DAY", "i % 2 = 0", "NULL", "''",
    "CAST(NULL AS DOUBLE)", "TIME '10:00:00'", "'inf'::DOUBLE", "'nan'::FLOAT", "UUID()", "[i, 2]", "{'a': i}",
    "INTERVAL (i) DAY", "'a'::BLOB", "MAP {'a': i}", "TIMESTAMPTZ '2025-01-01 10:00:00+02'",
])  # fmt: skip
def test_any_kind_of_line_reads_a_column_of_any_type(tmp_path: Path, made: str) -> None:
    job = Derived("c", (("boss", ("ceo",)),))
    levels = (Level("yes"), *SPECIAL)
    kinds = (
        Criterion("text", "c", "text", "fit", (Level("5", values=("5",)), *SPECIAL)),
        Criterion("number", "c", "number", "fit", (Level("<3", high=3), Level("3+", low=3), *SPECIAL)),
        Criterion("presence", "c", "presence", "engagement", levels),
        Criterion("mailbox", "c (mailbox)", "text", "fit", (Level("free", values=("free",)), *SPECIAL)),
        Criterion("job", "c (seniority)", "text", "fit", (Level("boss", values=("boss",)), *SPECIAL), derived=job),
    )
    source = tmp_path / "leads.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT i AS id, {made} AS c FROM range(40) t(i)) TO '{source}'")
    for criterion in kinds:
        points = tuple(range(1, len(criterion.levels) + 1))
        grid = Grid("g", "lift", (criterion,), (points,))
        try:
            assert score_file(grid, str(source), str(tmp_path / "s.csv")) == 40
        except InputError as refusal:
            assert "c" in str(refusal) and "Error" not in str(refusal)


def test_scoring_keeps_to_the_memory_that_is_allowed(
    leads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []

    def session(memory: str | None = None) -> Session:
        seen.append(memory)
        return Session(memory=memory)

    monkeypatch.setattr(rows, "Session", session)
    assert score_file(GRID, str(leads), str(tmp_path / "o.csv"), memory="300MB") == len(ROWS)
    assert seen == ["300MB"]
    with pytest.raises(SettingsError, match="at least 256MB"):
        score_file(GRID, str(leads), str(tmp_path / "p.csv"), memory="60MB")
