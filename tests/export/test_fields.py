"""Names of fields: as each system writes them, findable by the headings of its exports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from calibrate.errors import ExportError
from calibrate.export import coverage, hubspot, odoo, salesforce, write, zoho
from calibrate.export.base import Options
from calibrate.export.fields import labels_of, read_map
from calibrate.export.loading import loading_section
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid

PATTERNS = {
    "hubspot": hubspot.PROPERTY,
    "odoo": odoo.FIELD,
    "salesforce": salesforce.FIELD,
    "zoho": zoho.FIELD,
}


@pytest.mark.parametrize("system", PATTERNS)
def test_headings_are_folded_and_names_are_of_the_systems_shape(system: str) -> None:
    for heading, name in labels_of(system).items():
        assert heading == heading.strip().casefold()
        assert re.fullmatch(PATTERNS[system], name, re.ASCII), name


def test_french_headings_of_hubspot_go_out_as_hubspot_calls_them() -> None:
    fields = hubspot.fields_in(Options())
    names = {
        "Source d’origine": "hs_analytics_source",
        "Nombre de pages vues": "hs_analytics_num_page_views",
        "DÉSABONNÉ de tous les e-mails": "hs_email_optout",
        "Secteur d'activité": "industry",
        "Intitulé du poste": "jobtitle",
    }
    assert {heading: fields.name(heading) for heading in names} == {h: (name, True) for h, name in names.items()}


@pytest.mark.parametrize(
    ("column", "name"),
    [("Téléchargé : livre blanc", "Telecharge_livre_blanc"), ("Größe", "Grosse"), ("Œuvre n° 3", "Oeuvre_n_3"),
     ("naïve—façon", "naive_facon"), ("部門", "field")],
)  # fmt: skip
def test_letters_survive_without_their_accents(column: str, name: str) -> None:
    assert hubspot.fields_in(Options()).name(column) == (name, False)


def grid_on(*columns: str) -> Grid:
    ends = (Level("missing", "missing"), Level("other", "other"))
    criteria = [Criterion(c, c, "presence", "fit", (Level("yes"), *ends)) for c in columns]
    return Grid("g", "m", (*criteria,), ((3, 0, 0),) * len(columns))


@pytest.mark.parametrize("form", ["hubspot", "hubspot-formula", "salesforce", "zoho", "odoo"])
def test_a_mapped_name_is_certain_everywhere(form: str) -> None:
    grid = grid_on("Livre blanc téléchargé")
    before = coverage(grid, form).items[0]
    name = {"salesforce": "Livre__c", "zoho": "Livre"}.get(form, "livre")
    options = Options(names={"livre blanc telecharge": name})
    assert before.status == "approximated" and "--map FILE" in str(before.reason)
    assert coverage(grid, form, options).items[0].status == "carried"
    assert (
        name.encode() in write(grid, form, options)
        and b"elecharge" not in write(grid, form, options).split(b'"columns')[0]
    )


def test_scorers_ask_for_the_mapped_columns() -> None:
    scorer: dict = {}
    exec(write(grid_on("Démo"), "python", Options(names={"Démo": "demo at"})), scorer)
    assert scorer["COLUMNS"] == ("demo at",) and scorer["score"]({"demo at": 1}) == 3


@pytest.mark.parametrize(
    ("file", "text"),
    [("m.csv", "column,field\nDémo,demo_at\n"), ("m.csv", "\ufeffDémo;demo_at\r\n"), ("m.toml", '"Démo" = "demo_at"'),
     ("m.json", '{"Démo": "demo_at"}')],
)  # fmt: skip
def test_a_map_is_read_from_each_kind_of_file(file: str, text: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    assert read_map(str(tmp_path / file)) == {"Démo": "demo_at"}


@pytest.mark.parametrize(
    ("file", "content"),
    [("m.csv", b""), ("m.csv", b"a\n"), ("m.csv", b"a,b,c\n"), ("m.csv", b"\xff\xfe\x00"), ("m.json", b"[1]"),
     ("m.json", b'{"a": 1}'), ("m.json", b"[" * 100_000), ("m.toml", b"a = "), ("m.csv", b"x" * 2_000_000)],
)  # fmt: skip
def test_anything_else_is_refused_in_one_message(file: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / file).write_bytes(content)
    with pytest.raises(ExportError, match="--map"):
        read_map(str(tmp_path / file))


def test_names_that_cannot_be_and_columns_that_are_not_are_refused() -> None:
    with pytest.raises(ExportError, match=r"'de mo' .* is no name of a HubSpot field"):
        write(grid_on("Démo"), "hubspot", Options(names={"Démo": "de mo"}))
    with pytest.raises(ExportError, match=r"no column of the grid named 'Démon'\. Did you mean 'Démo'"):
        write(grid_on("Démo"), "hubspot", Options(names={"Démon": "demi"}))


def test_names_known_by_a_french_heading_are_said_to_be_unconfirmed_until_they_are_mapped() -> None:
    """Certain enough to write, not certain enough to say nothing: the user compares, and --map has the last word."""
    ends = (Level("missing", "missing"), Level("other", "other"))
    columns = ("Secteur d'activité", "Industry")
    criteria = tuple(Criterion(c, c, "text", "fit", (Level("a", values=("a",)), *ends)) for c in columns)
    grid = Grid("g", "m", criteria, ((5, 0, 0), (3, 0, 0)))
    for form in ("hubspot", "hubspot-formula", "salesforce", "zoho"):
        (note,) = [note for note in coverage(grid, form).notes if note.kind == "french_headings"]
        assert note.facts["columns"] == "Secteur d'activité" and "--map FILE" in str(note)
        mapped = Options(names={"Secteur d'activité": "Sector__c" if form[0] in "sz" else "sector_of_mine"})
        assert not [note for note in coverage(grid, form, mapped).notes if note.kind == "french_headings"]
    names = hubspot.field_table(grid, Options())
    page = loading_section(grid, "hubspot", "f", Options(), coverage(grid, "hubspot"), names)
    assert "comes from a French heading" in page
