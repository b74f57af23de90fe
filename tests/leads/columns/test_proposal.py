"""Criteria proposed from what the columns hold: what is kept, as what, and why the rest is not."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from columns_case import ROWS, Columns, Make, some

from calibrate.counts.encoding import code_sql
from calibrate.counts.tally import tally_of
from calibrate.engine import Table, open_table
from calibrate.errors import InputError
from calibrate.grid.criteria import Criterion, Level
from calibrate.leads.columns.profile import profiles_of
from calibrate.leads.columns.proposal import Proposal, find_id, monotone, named_levels, propose

RANDOM = np.random.default_rng(20251122)


def by_name(proposal: Proposal) -> dict[str, Criterion]:
    return {criterion.name: criterion for criterion in proposal.criteria}


def names(criterion: Criterion) -> list[str]:
    return [level.name for level in criterion.levels]


def codes_of(table: Table, criterion: Criterion) -> list[int]:
    kind = next(c.type for c in table.columns if c.name == criterion.column)
    code = code_sql(criterion, kind).sql("duckdb")
    found = table.fetch(f"SELECT {code} AS c FROM {table.relation} ORDER BY {table.position}")["c"]
    return [int(c) for c in found]


# --- what a column becomes -----------------------------------------------------------------------------------


def test_texts_stand_by_frequency_with_their_spellings(make: Make) -> None:
    table = make({"Lead Source": some("Google", "google", " Bing", "bing", "Select", "None", "Other", "")})
    proposal = propose(table)
    source = by_name(proposal)["Lead Source"]
    assert [(level.name, level.values) for level in source.levels] == [
        ("Google", ("Google", "google")), ("Bing", (" Bing", "bing")), ("None", ("None",)), ("Other", ("Other",)),
        ("Select", ("Select",)), ("missing", ()), ("(other)", ()),
    ]  # fmt: skip
    assert (source.kind, source.axis, source.reference) == ("text", "fit", None)
    facts = [(f.key, dict(f.facts)) for f in proposal.facts]
    assert ("spellings", {"column": "Lead Source", "texts": "Google, google"}) in facts
    assert ("placeholders", {"column": "Lead Source", "words": "Select", "cells": 44}) in facts


def test_special_levels_step_aside(make: Make) -> None:
    table = make({"status": some("missing", "other", "Other", "(other)", "")})
    criterion = by_name(propose(table))["status"]
    assert names(criterion)[-2:] == ["(missing)", "((other))"]
    assert len(set(names(criterion))) == len(criterion.levels)


@pytest.mark.parametrize(
    ("cells", "no", "yes", "nothing"),
    [
        (("No", "Yes"), ("No",), ("Yes",), ()),
        (("oui", "non", "Oui", ""), ("non",), ("oui", "Oui"), ()),
        (("true", "false", "N/A"), ("false",), ("true",), ("N/A",)),
        (("Y", "N", "Select"), ("N",), ("Y",), ("Select",)),
    ],
)
def test_yes_and_no(make: Make, cells: tuple[str, ...], no: Any, yes: Any, nothing: Any) -> None:
    criterion = by_name(propose(make({"demo": some(*cells)})))["demo"]
    assert (criterion.kind, criterion.axis) == ("boolean", "engagement")
    assert [level.values for level in criterion.levels] == [no, yes, nothing, ()]
    assert criterion.reference == criterion.levels[0].name


def test_ones_and_zeros(make: Make) -> None:
    criterion = by_name(propose(make({"newsletter": some(0, 1)})))["newsletter"]
    assert (names(criterion), criterion.reference, criterion.kind) == (["0", "1", "missing", "other"], "0", "number")


def test_a_boolean_column(tmp_path: Path) -> None:
    import duckdb

    duckdb.execute(
        f"COPY (SELECT range % 3 = 0 AS trial FROM range(90)) TO '{tmp_path / 'x.parquet'}' (FORMAT parquet)"
    )
    criterion = propose(open_table(tmp_path / "x.parquet")).criteria[0]
    assert (criterion.kind, criterion.reference) == ("boolean", "no")
    assert [level.values for level in criterion.levels] == [(False,), (True,), (), ()]


def test_few_numbers_are_each_a_level(make: Make) -> None:
    criterion = by_name(propose(make({"visits": some(0, 1, 2, 5, 9)})))["visits"]
    assert names(criterion) == ["0", "1", "2-4", "5-8", "9+", "missing", "other"]
    assert criterion.ordered
    assert criterion.axis == "engagement"


def test_many_numbers_are_cut_at_readable_points(make: Make) -> None:
    values = np.round(np.exp(RANDOM.normal(4, 1.5, ROWS)), 2)
    criterion = by_name(propose(make({"revenue": values})))["revenue"]
    assert 20 <= len(criterion.cuts) <= 45
    assert list(criterion.cuts) == sorted(criterion.cuts)
    digits = [len(f"{cut:.10g}".replace(".", "").strip("0")) for cut in criterion.cuts]
    assert np.mean(digits) < 2.2


def test_words_among_numbers_are_missing_everywhere(make: Make) -> None:
    """The table reads N/A as nothing; the criterion lists it, so that a scorer that sees the text agrees."""
    table = make({"score": [*some(1, 2, 3), "N/A", "-"]})
    criterion = by_name(propose(table))["score"]
    assert criterion.levels[criterion.missing].values == ("-", "N/A")
    assert criterion.index_of("N/A") == criterion.missing == codes_of(table, criterion)[-1]


def test_numbers_beside_words_are_numbers_all_the_same(make: Make) -> None:
    """One typing error among many numbers: the word is `other`, the numbers keep their levels."""
    amounts = [f"{value:.2f}" for value in np.exp(RANDOM.normal(5, 1, ROWS))]
    table = make(
        {"amount": [*amounts, "oops", "N/A", "Infinity"], "zip": [*(f"0{i}" for i in range(1000, 1400)), "x", "y", "z"]}
    )
    assert [c.type for c in table.columns] == ["text", "text"]
    proposal = propose(table)
    criterion = by_name(proposal)["amount"]
    assert (criterion.kind, len(criterion.cuts) > 20) == ("number", True)
    assert sorted(criterion.levels[criterion.missing].values) == ["Infinity", "N/A"]
    codes = codes_of(table, criterion)
    assert codes[-3:] == [criterion.other, criterion.missing, criterion.missing]
    assert codes[:50] == [criterion.index_of(float(amount)) for amount in amounts[:50]]
    assert "zip" in proposal.ignored


def test_codes_are_texts(make: Make) -> None:
    table = make({"postal_code": some(75001, 69001, 31000), "sector_id": some(3, 7, 9)})
    found = by_name(propose(table))
    assert names(found["postal_code"])[:3] == ["75001", "31000", "69001"]
    assert (found["sector_id"].kind, codes_of(table, found["sector_id"])[:4]) == ("text", [0, 0, 1, 2])


def test_one_value_beside_gaps(make: Make) -> None:
    criterion = by_name(propose(make({"opt_in": some("", "x"), "n": some(1, 2)})))["opt_in"]
    assert (names(criterion), criterion.reference) == (["x", "missing", "other"], "missing")


# --- what is no criterion --------------------------------------------------------------------------------------


def test_ignored_columns_have_their_reason(make: Make) -> None:
    days = [f"{i % 28 + 1:02d}/{i % 12 + 1:02d}/2025" for i in range(ROWS)]
    table = make({
        "Prospect ID": [str(uuid.UUID(int=int(i))) for i in RANDOM.integers(0, 2**63, ROWS)],
        "Lead Number": list(range(90_000, 90_000 + ROWS)),
        "key": [f"k{i:05d}" for i in range(ROWS)],
        "constant": ["always"] * ROWS, "nothing": [""] * ROWS, "created_at": days,
        "ambiguous": [f"{i % 12 + 1:02d}/{(i + 3) % 12 + 1:02d}/2025" for i in range(ROWS)],
        "seen_ts": [1_700_000_000 + i * 977 for i in range(ROWS)],
        "comment": [f"wants to talk about topic {i} soon" for i in range(ROWS)],
        "Name": [f"Person {i % 150}" for i in range(ROWS)], "e-mail": [f"p{i}@x.org" for i in range(ROWS)],
        "reach": [f"+33 6 12 34 {i // 100:02d} {i % 100:02d}" for i in range(ROWS)],
        "sector": some("Bank", "Farm"),
    })  # fmt: skip
    proposal = propose(table)
    assert proposal.ignored == {
        "Prospect ID": "id", "Lead Number": "id", "key": "id", "constant": "constant", "nothing": "empty",
        "created_at": "date", "ambiguous": "date", "seen_ts": "date", "comment": "notes", "Name": "personal",
        "e-mail": "personal", "reach": "personal",
    }  # fmt: skip
    assert list(by_name(proposal)) == ["sector"]


def test_personal_columns_with_gaps_are_filled_or_missing(make: Make) -> None:
    gap = [i % 3 == 0 for i in range(ROWS)]
    table = make({
        "Phone": ["" if g else f"06123{i:05d}" for i, g in enumerate(gap)],
        "contact mail": ["" if g else f"p{i}@acme.fr" for i, g in enumerate(gap)],
        "notes": ["" if g else f"remark {i} of the salesman" for i, g in enumerate(gap)], "won": some(0, 1),
    })  # fmt: skip
    proposal = propose(table, leave_out=["won"])
    for criterion in proposal.criteria:
        assert (criterion.kind, names(criterion)) == ("presence", ["filled", "missing", "other"])
        assert criterion.reference == "missing"
    assert len(proposal.criteria) == 3


def test_nothing_personal_becomes_a_level(make: Make) -> None:
    """Addresses and phone numbers planted in an ordinary column are `other`; names of columns do not matter."""
    cells = [
        *some("Web", "Fair"),
        *["ana.martin@acme.fr", "Ana <ana@acme.fr>", "+33 6 12 34 56 78", "06.12.34.56.78"] * 5,
    ]
    table = make({"channel": cells, "Full Name": [f"Ana Martin {i % 40}" for i in range(len(cells))]})
    proposal = propose(table)
    told = repr(proposal)
    assert names(by_name(proposal)["channel"]) == ["Web", "Fair", "missing", "other"]
    assert not any(secret in told for secret in ("ana", "Ana", "12 34", "12.34"))


def test_wide_texts_keep_what_is_common(make: Make) -> None:
    common = [f"city {i % 50}" for i in range(2000)]
    rare = [f"hamlet {i}" for i in range(1000)]
    criterion = propose(make({"city": common + rare})).criteria[0]
    assert len(criterion.levels) == 202
    assert names(criterion)[0].startswith("city")
    spread = propose(make({"where": [f"place {i // 2}" for i in range(3000)]}))
    assert spread.ignored == {"where": "once"}


def test_columns_can_be_chosen_left_out_and_excluded(make: Make) -> None:
    table = make({"a": some("x", "y"), "b": some("x", "y"), "id": list(range(ROWS)), "won": some(0, 1)})
    assert list(by_name(propose(table, leave_out=["won"], exclude=["b"]))) == ["a"]
    chosen = propose(table, include=["id", "b"])
    assert list(by_name(chosen)) == ["b", "id"]
    assert by_name(chosen)["id"].kind == "text"
    with pytest.raises(InputError, match=r"no column named 'wonn'. Did you mean 'won'"):
        propose(table, leave_out=["wonn"])
    with pytest.raises(InputError, match="no column is left"):
        propose(table, exclude=["a", "b", "id", "won"])


def test_the_outcome_plays_no_part(make: Make) -> None:
    columns: Columns = {"a": some("x", "y", "z"), "n": RANDOM.normal(size=ROWS), "won": some(0, 1)}
    other = dict(columns, won=list(reversed(columns["won"])))
    assert propose(make(columns), leave_out=["won"]) == propose(make(other), leave_out=["won"])


def test_large_tables_are_looked_at_in_part_and_always_alike(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    table = make({"n": RANDOM.normal(size=4000).round(3), "t": some("a", "b", "c", rows=4000), "id": range(4000)})
    monkeypatch.setattr("calibrate.leads.columns.profile.LOOKED_AT", 800)
    first, second = propose(table), propose(table)
    assert first == second
    assert "looked_at" not in [f.key for f in first.facts]
    assert list(by_name(first)) == ["n", "t"]
    assert profiles_of(table)["t"].rows == 4000


def test_columns_of_many_texts_are_proposed_from_a_part_and_that_is_said(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["common" if i % 3 else f"{i} words" for i in range(4000)]
    monkeypatch.setattr("calibrate.leads.columns.profile.LOOKED_AT", 800)
    proposal = propose(make({"t": texts, "few": ["a", "b"] * 2000}))
    facts = [(f.key, dict(f.facts)) for f in proposal.facts]
    assert ("looked_at", {"columns": "t", "rows": 400, "of": 4000}) in facts


# --- what grids and settings need ------------------------------------------------------------------------------


def special(kind: str, *levels: Level, column: str = "c", nothing: tuple[str, ...] = ()) -> Criterion:
    return Criterion(
        "given", column, kind, "fit", (*levels, Level("missing", "missing", nothing), Level("other", "other")),  # type: ignore[arg-type]
    )  # fmt: skip


def recounts(table: Table, given: Criterion) -> None:
    """The fine criteria, regrouped, count what the given criterion counts on the rows themselves."""
    proposal = propose(table, needed=[given])
    fine = [c for c in proposal.criteria if c.column == given.column]
    codes = np.array([codes_of(table, c) for c in fine], np.uint8)
    tally = tally_of(fine, codes, np.zeros(table.rows, np.int64)).regroup([given])
    expected = np.bincount(codes_of(table, given), minlength=len(given.levels))
    assert tally.by_level[:, 0].tolist() == expected.tolist()


@pytest.mark.parametrize(
    "given",
    [
        special("text", Level("G", values=("Google",)), Level("rest", values=("google", "Bing", "never seen"))),
        special("text", Level("G", values=("google", "Google")), nothing=("Bing", "Select")),
        special("presence", Level("filled"), nothing=("Select",)),
        special("boolean", Level("y", values=(True, "Google")), Level("n", values=(False,))),
        special("number", Level("<5", high=5), Level("5+", low=5)),
        special("text", *(Level(f"g{i}", values=tuple(f"t{i}.{j}" for j in range(60)) + (("Bing",) if i == 3 else ()))
                          for i in range(20))),
    ],
    ids=["split spellings", "placeholder", "presence", "boolean", "number", "many texts"],
)  # fmt: skip
def test_a_grid_can_be_recounted_on_texts(make: Make, given: Criterion) -> None:
    recounts(make({"c": some("Google", "google", "Bing", "Select", "7", "True", "")}), given)


@pytest.mark.parametrize(
    "given",
    [
        special("number", Level("<3.3", high=3.3), Level("3.3+", low=3.3)),
        special("number", Level("<2", high=2), Level("2-3", low=2, high=4), nothing=("4",)),
        special("text", Level("few", values=("1", "2.0")), Level("many", values=("9",))),
        special("presence", Level("filled")),
    ],
    ids=["new cut", "gap and a number that is missing", "numbers as texts", "presence"],
)
@pytest.mark.parametrize("wide", [False, True])
def test_a_grid_can_be_recounted_on_numbers(make: Make, given: Criterion, wide: bool) -> None:
    cells = list(RANDOM.integers(0, 300, ROWS)) if wide else some(1, 2, 3, 4, 9, "")
    recounts(make({"c": cells}), given)


def test_a_grid_on_an_ignored_column_is_counted_but_not_proposed(make: Make) -> None:
    table = make({"id": list(range(ROWS)), "a": some("x", "y")})
    given = special("number", Level("<50", high=50), Level("50+", low=50), column="id")
    proposal = propose(table, needed=[given])
    assert proposal.only_needed == ("id",)
    assert proposal.ignored == {"id": "id"}
    recounts(table, given)
    with pytest.raises(InputError, match="no column for the criteria given"):
        propose(table, needed=[special("presence", Level("filled"), column="gone")])


def test_settings_decide_levels(make: Make) -> None:
    table = make({"visits": some(*range(60)), "sector": some("Steel", "Glass", "Farm")})
    visits = named_levels("visits", axis="engagement", cuts=[1, 10])
    sector = named_levels("sector", name="Sector", groups={"industry": ["Steel", "Glass"]})
    found = by_name(propose(table, needed=[visits, sector]))
    assert found == {"visits": visits, "Sector": sector}
    grid = special("number", Level("<7", high=7), Level("7+", low=7), column="visits")
    both = propose(table, needed=[visits, grid])
    assert both.only_needed == ("visits (number)",)
    assert [c.name for c in both.criteria] == ["visits (number)", "visits", "sector"]


def test_ids_are_found(make: Make) -> None:
    ids = [str(uuid.UUID(int=int(i))) for i in RANDOM.integers(0, 2**63, ROWS)]
    table = make({"a": some("x"), "Prospect ID": ids, "Lead Number": range(ROWS, 0, -1), "account_id": some(1, 2)})
    assert find_id(table) == "Lead Number"
    assert (monotone(table, "Lead Number"), monotone(table, "account_id"), monotone(table, "Prospect ID")) == (-1, 0, 0)
    assert find_id(make({"Prospect ID": ids, "n": some(1)})) == "Prospect ID"
    assert find_id(make({"a": some("x", "y"), "valid": range(ROWS)})) is None
    assert find_id(make({"id": some(1, 2)})) is None


def test_monotone_columns(make: Make) -> None:
    table = make({
        "up": [f"EXT{i:04d}" for i in range(ROWS)], "gap": [1, "", *range(3, ROWS + 1)],
        "level": [1, 1, *range(2, ROWS)], "when": [f"2025-01-01 00:{i // 60:02d}:{i % 60:02d}" for i in range(ROWS)],
    })  # fmt: skip
    assert [monotone(table, name) for name in ("up", "gap", "level", "when")] == [1, 0, 0, 1]
