"""Every format alike: it writes hostile grids, says what it carries, refuses losses when asked, stays the same."""

import csv
import io
import json
import random
from dataclasses import replace

import pytest
from replay import cases, golden

from calibrate.counts.rates import rate
from calibrate.errors import ExportError, SettingsError
from calibrate.export import (
    FORMATS,
    Options,
    Scored,
    coverage,
    excel,
    write,
    write_scores,
)
from calibrate.export.base import account, band_rates
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Expiry, Grid
from calibrate.leads.columns.proposal import named_levels

SPECIAL = (Level("missing", "missing"), Level("other", "other"))

GRIDS = [cases.grid(random.Random(seed), size=4) for seed in range(4)]
TEXTS = sorted(name for name, format in FORMATS.items() if format.suffix != ".xlsx" and not name.startswith("sql-"))
TAKERS = sorted(name for name, format in FORMATS.items() if format.scores)


@pytest.fixture(autouse=True)
def few_rows(monkeypatch):
    monkeypatch.setattr(excel, "ROWS", 2)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_hostile_grids_and_says_the_same_twice(name):
    for grid in GRIDS:
        content = write(grid, name, Options(edition="ultimate" if name == "zoho" else ""))
        assert content and content == write(grid, name, Options(edition="ultimate" if name == "zoho" else ""))
        if FORMATS[name].suffix == ".json":
            json.loads(content)


@pytest.mark.parametrize("name", FORMATS)
def test_coverage_accounts_for_every_line_with_points(name):
    for grid in GRIDS:
        found = coverage(grid, name)
        lines = {item.what for item in found.items}
        for at, criterion in enumerate(grid.criteria):
            for place, points in enumerate(grid.points[at]):
                if points:
                    assert f"{criterion.name}: {criterion.levels[place].name} ({points:+d})" in lines
        assert all(item.reason for item in found.items if item.status != "carried")
        assert f"{len(found.of('carried'))} carried" in str(found)


@pytest.mark.parametrize("name", FORMATS)
def test_strict_writes_all_or_nothing(name):
    grid = golden.small()
    found = coverage(grid, name)
    if found.lossless:
        assert write(grid, name, Options(strict=True)) == write(grid, name)
    else:
        with pytest.raises(ExportError, match=r"cannot carry all of this grid: .*Nothing was written"):
            write(grid, name, Options(strict=True))


def test_expiry_is_carried_where_it_is_said_to_be():
    small = golden.small()
    dated = replace(small, expiry=tuple(replace(rule, dated="Seen on") for rule in small.expiry))

    def carriers(grid, options):
        lost = {
            n for n in FORMATS for i in coverage(grid, n, options).items if i.kind == "expiry" and i.status != "carried"
        }
        return set(FORMATS) - lost

    whole = {"json", "markdown"}  # they say the rule; scorers need a column that dates the signal
    scorers = {"python", "javascript", "excel"}
    servers = {name for name in FORMATS if name.startswith("sql-")}
    assert carriers(small, Options()) == carriers(small, Options(at="today")) == whole
    assert carriers(dated, Options()) == whole | scorers
    assert carriers(dated, Options(at="today")) == whole | scorers | servers
    counted = replace(small, expiry=tuple(replace(rule, dated="demo (last event)") for rule in small.expiry))
    assert carriers(counted, Options(at="today")) == whole  # the column is made from events: it has to be filled
    for name in ("python", "javascript"):
        said = [str(note) for note in coverage(dated, name).notes]
        assert any("YYYY-MM-DD" in note and "Seen on" in note for note in said)
        assert any("“N/A”" in note for note in said)
        assert "YYYY" not in "".join(map(str, coverage(small, name).notes))
    for name in set(FORMATS) - whole - scorers - servers:
        with pytest.raises(ExportError, match="cannot carry all of this grid"):
            write(dated, name, Options(at="today", strict=True))


@pytest.mark.parametrize("name", TEXTS)
def test_text_of_the_small_grid(name):
    suffix = FORMATS[name].suffix.replace(".py", ".py.txt")  # or pytest would run it
    for language in ("en", "fr") if suffix == ".md" else ("en",):
        text = write(golden.small(), name, Options(language=language)).decode()
        golden.same(f"small-{name}{'-fr' if language == 'fr' else ''}{suffix}", text)


@pytest.mark.parametrize("name", FORMATS)
def test_coverage_of_the_small_grid_is_told(name):
    golden.same(f"coverage/{name}.txt", str(coverage(golden.small(), name)) + "\n")


@pytest.mark.parametrize("name", TAKERS)
def test_scores_are_written_within_limits_and_safe(name):
    scored = [Scored(f"lead{at}@example.com", at - 5, "Call now", "=1+1") for at in range(600)]
    scored += [Scored("=cmd|' /C calc'!A0", 30, "+x", "@y")]
    text = write_scores(golden.small(), iter(scored), name).decode()
    if text.startswith("{"):
        bodies = [json.loads(line) for line in text.splitlines()]
        assert all(len(line.encode()) < 400_000 for line in text.splitlines())
        if name == "activecampaign":
            assert [len(body["body"]["contacts"]) for body in bodies] == [250, 250, 101]
        else:
            assert len(bodies) == 601
    else:
        lines = text.split("\r\n")
        assert len(lines) == 603 and not any(line.startswith(("=", "+", "@")) for line in lines)


def test_a_format_without_scores_says_who_takes_them():
    with pytest.raises(
        ExportError, match=r"format 'json' takes the grid, not scores; formats that take scores: .*hubspot"
    ):
        write_scores(golden.small(), [], "json")


def test_names_that_do_not_exist_are_refused_with_the_nearest():
    with pytest.raises(ExportError, match=r"no format named 'postgres'.*Known: json, csv"):
        write(golden.small(), "postgres")
    with pytest.raises(ExportError, match="Did you mean 'professional'"):
        write(golden.small(), "zoho", Options(edition="profesional"))
    with pytest.raises(SettingsError, match="no report language named 'de'"):
        write(golden.small(), "plezi", Options(language="de"))


def test_bands_of_one_score_and_no_bands():
    grid = Grid("g", "m", golden.small().criteria, golden.small().points, bands=(Band("a", 5, ""), Band("b", 5, "")))
    scorer: dict = {}
    exec(write(grid, "python"), scorer)
    assert scorer["band"]({"TotalVisits": 12}, strict=False) == grid.band({"TotalVisits": 12}) == "a"
    assert account("x", golden.small()).notes == ()


SAID_BY_SCORE = {"sql-", "json", "markdown", "pipedrive", "dynamics", "python", "javascript", "excel", "odoo", "pmml"}
"""Formats whose bands ask for points of fit and of engagement too."""


@pytest.mark.parametrize("name", FORMATS)
def test_minimums_are_carried_or_the_report_says_so(name):
    grid = replace(golden.small(), bands=(Band("hot", 30, "call", 5, 10), *golden.small().bands[1:]))
    found = {item.what: item for item in coverage(grid, name, Options()).items}
    carried = any(name.startswith(each) for each in SAID_BY_SCORE)
    assert (found["bands"].status == "carried") == carried
    if not carried:
        with pytest.raises(ExportError, match="cannot carry all"):
            write(grid, name, Options(strict=True))
    elif name == "markdown":
        assert "- **hot**, from 30, at least 5 of fit, at least 10 of engagement: call" in str(write(grid, name))


@pytest.mark.parametrize("name", ["markdown", "pipedrive", "plezi", "activecampaign", "dynamics"])
def test_pages_say_our_own_bands_and_levels_in_french(name):
    demo = named_levels("demo (events)", cuts=[1])
    yes = Criterion("essai", "trial", "boolean", "engagement", (Level("yes", values=(True,)), *SPECIAL))
    grid = Grid(
        "g", "lift", (demo, yes), ((0, 20, 0, 0), (5, 0, 0)), expiry=(Expiry("essai", "yes", days=90),),
        bands=(Band("sales-qualified", 20, "call now"), Band("Chaud", 5, "nurture them"), Band("not yet", 0, "wait")),
    )  # fmt: skip
    page = write(grid, name, Options(language="fr")).decode()
    for text in (
        "qualifié commercial",
        "sales-qualified",
        "appeler tout de suite",
        "Chaud",
        "nurture them",
        "pas encore",
    ):
        assert text in page
    assert "call now" not in page
    assert "essai, oui : tous les points" in page.replace("\u00a0", " ")
    english = write(grid, name, Options()).decode()
    assert "call now" in english
    assert "qualifié" not in english


def counted_grid():
    """The small grid with counts in two of its bands."""
    counts = ((239, 63), (0, 0), (40, 0))
    small = golden.small()
    counted = [replace(band, leads=n, customers=k) for band, (n, k) in zip(small.bands, counts, strict=True)]
    return replace(small, bands=tuple(counted))


def test_bands_carry_what_was_counted_in_them():
    grid = counted_grid()
    rates = band_rates(grid)
    assert set(rates) == {"Call now", "Wait"}  # nobody counted in the other
    for band in grid.bands:
        if band.name in rates:
            recount = rate(band.customers, band.leads)
            assert rates[band.name][:2] == (band.leads, band.customers)
            assert rates[band.name][2:] == pytest.approx((recount.value, recount.low, recount.high), abs=1e-6)
    scorer: dict = {}
    exec(write(grid, "python"), scorer)
    assert scorer["BAND_RATES"] == rates
    assert '["Call now", [239, 63, 0.263598' in write(grid, "javascript").decode()
    assert "63 of 239 later leads closed, 26.4% (95 %: 21.2 to 32.3)" in write(grid, "markdown").decode()
    for name in ("plezi", "activecampaign", "dynamics"):
        assert "63 leads ultérieurs sur 239 ont signé, 26,4 %" in write(grid, name, Options(language="fr")).decode()


@pytest.mark.parametrize("name", ["hubspot", "salesforce", "odoo", "pipedrive", "activecampaign"])
def test_the_close_rate_stands_beside_every_score(name):
    grid = golden.small()
    scored = [Scored("a", 31, "Call now"), Scored("b", 3, "Wait", "", (0.5, 0.25, 0.75)), Scored("c", -50)]
    text = write_scores(grid, scored, name).decode()
    if name == "activecampaign":
        contacts = json.loads(text)["body"]["contacts"]
        rates = [[float(field["value"]) for field in contact["fields"][2:]] for contact in contacts]
    else:
        rates = [[float(cell) for cell in row[-3:]] for row in list(csv.reader(io.StringIO(text)))[1:]]
    assert rates == [[0.2] * 3, [0.5, 0.25, 0.75], [0.001] * 3]  # the curve's, the lead's own, below the curve
    blank = write_scores(replace(grid, curve=None), [scored[0]], name).decode()
    assert blank.endswith(",,,\r\n") or '"fields": [{"id": "{scoreFieldId}"' in blank
