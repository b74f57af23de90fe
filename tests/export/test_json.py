"""The canonical weight file: round trip, stability, and every way in which a file can be wrong."""

import json as stdlib_json
import random
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replay import cases, golden

import calibrate
from calibrate.errors import GridError
from calibrate.export import json
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Curve, Grid
from calibrate.grid.moved import gate

GRIDS = [cases.grid(random.Random(seed)) for seed in range(30)]
SCHEMA = Path(calibrate.__file__).parent / "schema" / "grid-1.schema.json"


@pytest.mark.parametrize("grid", GRIDS[:10])
def test_read_gives_the_written_grid_back(grid):
    text = json.write(grid)
    assert json.read(text, "g.json") == grid
    assert json.write(json.read(text, "g.json")) == text


def test_scores_survive(capsys):
    count = 0
    for seed, grid in enumerate(GRIDS):
        back = json.read(json.write(grid).encode(), "g.json")
        for lead in cases.leads(random.Random(seed), grid, {}, 50):
            assert back.score(lead) == grid.score(lead)
            count += 1
    cases.compared(capsys, "json", count)


def test_published_schema_is_the_model_and_holds_for_what_is_written():
    assert SCHEMA.read_text(encoding="utf-8") == json.schema(), "write json.schema() there again"
    checker = jsonschema.Draft202012Validator(stdlib_json.loads(json.schema()))
    for grid in GRIDS:
        checker.validate(stdlib_json.loads(json.write(grid)))


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40), st.integers(-99, 99))
def test_any_text_is_a_name(name, value, points):
    levels = (Level("listed", values=(value,)), Level("missing", "missing"), Level("other", "other"))
    grid = Grid(name, name, (Criterion(name, name, "text", "fit", levels),), ((points, 0, 1),))
    assert json.read(json.write(grid), "g.json") == grid


def body():
    return stdlib_json.loads(json.write(small()))


def small():
    ends = (Level("missing", "missing"), Level("other", "other"))
    visits = Criterion("visits", "Visits", "number", "engagement", (Level("0-4", high=5), Level("5+", low=5), *ends))
    sector = Criterion("sector", "Sector", "text", "fit", (Level("SaaS", values=("SaaS", "saas")), *ends))
    return Grid("g", "lift", (visits, sector), ((0, 9, -2, 0), (12, -4, 0)), curve=Curve((0, 10), (0.01, 0.2)))


def edited(path, value):
    """The small grid as JSON with one place changed."""
    whole = body()
    place = whole
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return stdlib_json.dumps(whole)


BROKEN = {
    "not json": ("{", "this is not JSON|Invalid JSON"),
    "empty": ("", "Invalid JSON"),
    "another file": ('{"a": 1}', "no text under 'schema'"),
    "a list": ("[1]", "no text under 'schema'"),
    "another schema": ('{"schema": "other/1"}', "schema is 'other/1', expected 'calibrate-grid/1'"),
    "a higher version": ('{"schema": "calibrate-grid/2"}', "needs a newer calibrate"),
    "deep": ("[" * 100_000, "Invalid JSON"),
    "huge number": ('{"schema": "calibrate-grid/1", "x": ' + "9" * 100_000 + "}", "Invalid JSON|maximum"),
    "points as text": (edited(["criteria", 0, "levels", 1, "points"], "9"), r"criteria\[0\].levels\[1\].points"),
    "points as fraction": (edited(["criteria", 0, "levels", 1, "points"], 9.5), r"criteria\[0\].levels\[1\].points"),
    "endless points": (edited(["criteria", 0, "levels", 1, "points"], 10**12), r"criteria\[0\].levels\[1\].points"),
    "no points": (edited(["criteria", 0, "levels", 1], {"level": "x"}), r"criteria\[0\].levels\[1\].points"),
    "kind": (edited(["criteria", 0, "kind"], "code"), r"criteria\[0\].kind"),
    "nan": (json.write(small()).replace('"low": 5', '"low": NaN'), "low|Invalid JSON"),
    "no criteria": (edited(["criteria"], []), "criteria"),
    "untrue maximum": (edited(["maximum"], 99), "states a maximum of 99, but its points give 21"),
    "untrue minimum": (edited(["minimum"], 0), "states a minimum of 0, but its points give -6"),
    "twice": (edited(["criteria", 1, "name"], "visits"), "two criteria have the name 'visits'"),
    "same level": (edited(["criteria", 0, "levels", 1, "level"], "0-4"), "two levels named '0-4'"),
    "no other": (edited(["criteria", 0, "levels", 3, "role"], "missing"), "exactly one missing and one other"),
    "overlap": (edited(["criteria", 0, "levels", 1, "low"], 4), "levels .0-4. and .5.. of criterion .visits. overlap"),
    "empty interval": (edited(["criteria", 0, "levels", 1, "high"], 5), "low must be below high"),
    "no values": (edited(["criteria", 1, "levels", 0, "values"], []), "lists no values"),
    "value twice": (edited(["criteria", 1, "levels", 0, "values"], ["a", "a"]), "two values have the name 'a'"),
    "expiry": (edited(["expiry"], [{"criterion": "visits", "level": "9", "days": 3}]), "expiry: there is no level '9'"),
    "expiry rule": (edited(["expiry"], [{"criterion": "visits", "level": "5+"}]), "either days, or percent"),
    "pin": (edited(["pins"], [{"criterion": "x", "level": "5+", "points": 1}]), "no level '5\\+' of a criterion 'x'"),
    "curve": (edited(["curve", "scores"], [10, 0]), "scores must ascend"),
    "thresholds": (edited(["thresholds"], {"marketing_qualified": 9, "sales_qualified": 3}), "lies above"),
    "bands": (edited(["bands"], [{"name": "a", "at_least": 1}, {"name": "a", "at_least": 2}]), "two bands"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_refused_with_its_place(what):
    text, message = BROKEN[what]
    with pytest.raises(GridError, match=message) as caught:
        json.read(text, "grids/bad.json")
    assert str(caught.value).startswith("grids/bad.json: ")
    assert len(str(caught.value)) < 1500


def test_a_file_beyond_the_limit_is_refused_unread():
    with pytest.raises(GridError, match="at most"):
        json.read(" " * (json.MOST_BYTES + 1), "big.json")


def test_keys_of_a_later_minor_version_are_ignored():
    whole = body() | {"schema": "calibrate-grid/1.7", "new_key": {"a": [1]}}
    whole["criteria"][0]["colour"] = "red"
    assert json.read(stdlib_json.dumps(whole), "g.json") == small()


def test_nothing_is_written_that_cannot_be_read():
    level = (Level("l", values=("\ud800",)), Level("missing", "missing"), Level("other", "other"))
    with pytest.raises(GridError, match="cannot be written"):
        json.write(Grid("g", "m", (Criterion("c", "c", "text", "fit", level),), ((1, 0, 0),)))


def test_minimums_are_written_read_back_and_named_by_the_version():
    plain = golden.small()
    assert plain.thresholds is not None and '"schema": "calibrate-grid/1"' in json.write(plain)
    limits = replace(plain.thresholds, fit_minimum=5, engagement_minimum=10)
    narrowed = replace(plain, thresholds=limits, bands=gate(plain.bands, limits))
    text = json.write(narrowed)
    assert '"schema": "calibrate-grid/1.1"' in text and json.read(text, "g.json") == narrowed
    assert [band.demands[1:] for band in narrowed.bands] == [(("fit", 5), ("engagement", 10)), (("fit", 5),), ()]
    lead = {"Industry": "SaaS", "TotalVisits": 12, "Newsletter": True, "Demo requested": "x"}
    hot = {**lead, "Industry": "Santé"}
    assert (narrowed.band(lead), plain.band(hot), narrowed.band(hot)) == ("Call now", "Nurture", "Wait")
    old = text.replace("calibrate-grid/1.1", "calibrate-grid/1")
    assert json.read(old, "g.json") == narrowed  # a file without the version is read all the same
    jsonschema.validate(stdlib_json.loads(text), stdlib_json.loads(json.schema()))


@pytest.mark.parametrize(
    "facts",
    [
        *({"as_of": day} for day in ("", "not a date", "0001-01-01", "2025-13-01", 20250101)),
        *({"observe_days": days} for days in (-100_000_000_000, 1e300, 0.5, "7", 1_000_000)),
    ],
)
def test_a_provenance_that_is_computed_with_is_a_day_and_days(facts):
    body = stdlib_json.loads(json.write(golden.small()))
    body["provenance"] = {"as_of": "2025-06-30", "observe_days": 7, "more": "text"}
    assert dict(json.read(stdlib_json.dumps(body), "g.json").provenance) == body["provenance"]
    body["provenance"] |= facts
    with pytest.raises(GridError, match=next(iter(facts))):
        json.read(stdlib_json.dumps(body), "g.json")
