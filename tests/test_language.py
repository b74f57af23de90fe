"""Languages: the same keys in each, numbers as each writes them, and a word for every finding the house can make."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from string import Formatter

import openpyxl
import pytest
import tomlkit
from page_case import Text
from replay import golden
from report_case import review

from calibrate import language as words
from calibrate.counts.leakage import Suspect
from calibrate.errors import SettingsError
from calibrate.evaluation.metrics import METRICS
from calibrate.export import FORMATS, Options, coverage, described, write_file
from calibrate.grid import reasons as explain
from calibrate.grid.grid import Expiry
from calibrate.grid.notes import Note, spelled
from calibrate.monitoring import trial
from calibrate.report import charts
from calibrate.report.audit_text import noted
from calibrate.report.page import page_text
from calibrate.report.summary import summarise
from calibrate.report.workbook import workbook_of
from calibrate.weights import METHODS

HOUSE = Path(words.__file__).parent
ENGLISH, FRENCH = words.load("en"), words.load("fr")
THIN, FIRM = "\u202f", "\u00a0"


def test_languages_have_the_same_keys() -> None:
    assert set(ENGLISH.texts) == set(FRENCH.texts)


def test_languages_have_the_same_places_to_fill() -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)", text))

    wrong = [key for key, text in ENGLISH.texts.items() if places(text) != places(FRENCH.texts[key])]
    assert not wrong


@pytest.mark.parametrize("vocabulary", [ENGLISH, FRENCH], ids=["en", "fr"])
def test_every_place_is_filled_in_a_format_that_there_is(vocabulary: words.Words) -> None:
    """A format that nobody knows would end a run where the finding is told."""
    for key, text in vocabulary.texts.items():
        for _, name, kind, _ in Formatter().parse(text) if "{" in text else ():
            if name is not None and kind and kind not in ("word", "date"):
                assert vocabulary.written(2.0, kind), (key, name, kind)


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"no report language named 'ge'.*Known: en, fr"):
        words.load("ge")
    with pytest.raises(SettingsError, match="Known: en, fr"):
        words.load("../en")


@pytest.mark.parametrize(
    ("made", "english", "french"),
    [
        (lambda w: w.percent(0.385), "38.5%", f"38,5{THIN}%"),
        (lambda w: w.percent(0.0042), "0.42%", f"0,42{THIN}%"),
        (lambda w: w.percent(1), "100%", f"100{THIN}%"),
        (lambda w: w.count(1_234_567), "1,234,567", f"1{THIN}234{THIN}567"),
        (lambda w: w.signed(-1200), "−1,200", f"−1{THIN}200"),
        (lambda w: w.signed(20), "+20", "+20"),
        (lambda w: w.signed(-0.0001, 2), "0.00", "0,00"),
        (lambda w: w.decimal(float("nan")), "–", "–"),
        (lambda w: w.percent(None), "–", "–"),
        (lambda w: w.gap(0.031), f"+3.1{FIRM}pts".replace(FIRM, " "), f"+3,1{FIRM}pts"),
        (lambda w: w.between(0.071, 0.291), "7.1% to 29.1%", f"7,1{THIN}% à 29,1{THIN}%"),
        (lambda w: w.between(-0.011, 0.051, "gap"), "−1.1 to +5.1 pts", f"−1,1 à +5,1{FIRM}pts"),
        (lambda w: w.date("2025-11-30"), "30 November 2025", "30 novembre 2025"),
        (lambda w: w.date("2025-08-01"), "1 August 2025", "1er août 2025"),
        (lambda w: w.date("2025-08"), "August 2025", "août 2025"),
        (lambda w: w.date("2025-13-01"), "2025-13-01", "2025-13-01"),
        (lambda w: w("tile.points", points=1), f"1{FIRM}point", f"1{FIRM}point"),
        (lambda w: w("tile.points", points=0), f"0{FIRM}points", f"0{FIRM}point"),
        (lambda w: w("tile.lines", lines=2), f"2{FIRM}lines", f"2{FIRM}lignes"),
    ],
)
def test_each_language_writes_numbers_its_own_way(made, english: str, french: str) -> None:
    assert made(ENGLISH) == english
    assert made(FRENCH) == french


def test_french_spaces_do_not_break() -> None:
    for key, text in FRENCH.texts.items():
        assert not re.search(r" [;:!?»%]|« ", text), key
        assert "'" not in text, key


def test_what_users_write_is_never_a_text_with_places() -> None:
    said = ENGLISH("account.customer", column="{column.__class__} {0}")
    assert "{column.__class__} {0}" in said


def test_a_finding_without_words_is_told_as_it_is() -> None:
    assert ENGLISH.say("fact", "new_thing", {"column": "a_b", "share": 0.5}) == "new thing (column: a_b, share: 0.5)"
    assert ENGLISH.say("fact", "new_thing", {}) == "new thing"
    assert ENGLISH.say("evidence", "new_thing", {}, "12 of 13") == "12 of 13"
    assert ENGLISH.say("fact", "encoding", {"wrong": 1}) == "encoding (wrong: 1)"
    assert FRENCH.say("fact", "new", {"yes": True}) == "new (yes: oui)"


def test_findings_of_the_house_have_words() -> None:
    """Keys as they stand in the source of the rooms that find something."""
    source = {path: path.read_text(encoding="utf-8") for path in HOUSE.rglob("*.py") if "report" not in path.parts}
    wanted = {
        "fact": r'Fact\(\s*"(\w+)"',
        "warning": r'warnings\.append\(\(\s*"(\w+)"',
        "suspect": r'_(?:sign|alone|filled|fill_apart)\(\s*column,\s*"(\w+)"',
        "reason": r'Verdict\(\s*"\w+",\s*[\w.\[\]]+,\s*"(\w+)"',
    }
    missing = []
    for table, pattern in wanted.items():
        found = {key for text in source.values() for key in re.findall(pattern, text)}
        assert found, table
        missing += [f"{table}.{key}" for key in sorted(found) if f"{table}.{key}" not in ENGLISH.texts]
    assert not missing


def test_exclusions_methods_and_metrics_have_words() -> None:
    from calibrate.leads.terms import REASONS

    for reason in REASONS[1:]:
        assert f"excluded.{reason}" in ENGLISH.texts
    for method in (*METHODS, "fixed"):
        assert f"method.{method}" in ENGLISH.texts
    for metric in METRICS:
        assert {f"metric.{metric}", f"meaning.{metric}"} <= set(ENGLISH.texts)


def test_every_key_that_a_template_names_exists() -> None:
    for path in (HOUSE / "report").rglob("*"):
        if path.suffix in (".j2", ".py"):
            text = path.read_text(encoding="utf-8")
            for key in re.findall(r"""\b(?:w|say|words)\(["']([a-z_]+\.[a-z_0-9]+)["'](?=[,)])""", text):
                assert key in ENGLISH.texts, f"{path.name}: {key}"


def test_charts_and_explanations_speak_as_the_page_does() -> None:
    told = {key.removeprefix("chart."): text for key, text in ENGLISH.texts.items() if key.startswith("chart.")}
    assert charts.labels_in(ENGLISH).texts == told
    for language, spoken in (("en", ENGLISH), ("fr", FRENCH)):
        for role in ("missing", "other"):
            assert explain.words_in(language)[role] == spoken(f"level.{role}")


@pytest.fixture
def third(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[words.Words]:
    """A language that is one new file: every text is its own key, with the places of the English one."""
    for path in words.FOLDER.glob("*.toml"):
        shutil.copy(path, tmp_path)
    document = tomlkit.parse((tmp_path / "en.toml").read_text(encoding="utf-8"))
    for table, texts in document.items():
        if table == "format":
            continue
        for key in texts:
            places = "".join(re.findall(r"\{\w+(?::[^{}|]*)?\}", texts[key].replace("{{", "").replace("}}", "")))
            texts[key] = f"⟦{table}.{key}⟧{places}"
    (tmp_path / "xx.toml").write_text(tomlkit.dumps(document), encoding="utf-8")
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    words.load.cache_clear()
    yield words.load("xx")
    words.load.cache_clear()


def test_a_third_language_is_one_file(third: words.Words, tmp_path: Path) -> None:
    """Page, summary, workbook, charts, trial and the words of reasons say nothing in English."""
    assert words.known() == ("en", "fr", "xx")
    found = review(2000)
    text = Text(page_text(found, third)).text
    told = [text, summarise(found, third)]
    plan = trial.plan(trial.Design(leads_per_month=400, rate=0.05), lift=1.5)
    told += [*plan.said(third), *charts.labels_in(third).texts.values(), *explain.words_in("xx").values()]
    (tmp_path / "review.xlsx").write_bytes(workbook_of(found, third))
    book = openpyxl.load_workbook(tmp_path / "review.xlsx")
    told += [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    told += book.sheetnames
    whole = "\n".join(told)
    english = [text for text in words.load("en").texts.values() if len(text.split()) >= 4 and "{" not in text]
    assert len(english) > 200
    assert [sentence for sentence in english if sentence in whole] == []
    assert "⟦meeting." in whole and "⟦reason.better⟧" in whole


def sentences(text: str) -> set[str]:
    """Runs of three English words and more: what a sentence leaves behind, whatever stands between its facts."""
    return {run.strip().lower() for run in re.findall(r"(?:[A-Za-z][a-z]{1,}[ ,]+){2,}[a-z]{2,}", text)}


@pytest.mark.parametrize("form", FORMATS)
def test_weight_files_speak_a_third_language(third: words.Words, form: str, tmp_path: Path) -> None:
    """LOADING.md, sheets, pages, the workbook and the account of losses have no English sentence of ours."""
    share = Expiry("Visits", "10+", percent=20, every_days=30, dated="demo (events)")
    grid = replace(golden.small(), expiry=(Expiry("Demo", "requested", 30), share))
    options = Options(language="xx", at="today" if form.startswith("sql-") else "")
    path = tmp_path / f"file{FORMATS[form].suffix}"
    write_file(grid, form, str(path), options)
    told = [coverage(grid, form, options).said(third), described(third)[form]]
    if (tmp_path / "LOADING.md").exists():
        told.append((tmp_path / "LOADING.md").read_text(encoding="utf-8"))
    if FORMATS[form].suffix == ".md":
        told.append(path.read_text(encoding="utf-8"))
    if form == "excel":
        book = openpyxl.load_workbook(path)
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        told += [str(c.value) for c in cells if c.value and not str(c.value).startswith("=")]
        told += [c.comment.text for c in cells if c.comment]
    english = set().union(*(sentences(text) for text in words.load("en").texts.values()))
    assert not sentences("\n".join(told)) & english and "⟦carried." in told[0]


def test_suspects_questions_and_notes_speak_a_third_language(third: words.Words) -> None:
    """Every sign of leakage and every note is a kind with facts: nothing of it is English."""
    names = re.findall(r"\{(\w+)", " ".join(words.load("en").texts.values()))
    facts = {**dict.fromkeys(names, 1), "since": "2025-01-01"}
    for key in (key for key in third.texts if key.startswith("evidence.")):
        assert Suspect("c", "r", facts, key.removeprefix("evidence.")).said(third).startswith(f"⟦{key}⟧")
    for key in (key for key in third.texts if key.startswith("note.") and key != "note.and"):
        assert noted(spelled([Note(key.removeprefix("note."), facts)]), third).startswith(f"⟦{key}⟧")


NO_READER = {
    "errors.py", "vocabulary.py", "days.py",  # faults; word lists
    "cli", "settings.py", "settings_file.py", "publish.py", "trial_settings.py",  # help, and the comments of settings
    "python.py", "javascript.py", "odoo.py",  # comments in code that is written
    "constraints.py", "history.py", "columns", "crm", "events.py", "engine", "simulated_leads.py",  # faults, word lists
}  # fmt: skip


PARTS_OF_FAULTS = re.compile(
    r"^the sum of the helper|^one level of the|^\x00|^the report cannot|^\. Name a fold|^no column names|^; it is made"
)
HEADINGS = re.compile(r"^(?:became a|date became) [a-z ]*lead(?: date)?$")


def strings(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Texts of a module that are no documentation and in no error."""
    errors = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Raise)
        or (isinstance(node, ast.Call) and re.search(r"(Error|unknown|Field)$", ast.unparse(node.func)))
    ]
    skipped = {id(part) for node in errors for part in ast.walk(node)}
    skipped |= {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def test_the_core_holds_no_sentence_for_people() -> None:
    """Runs of five words stand in the language files, in errors, in help or in documentation only."""
    texts = [
        (f"{path.relative_to(HOUSE)}:{line}: {text[:80]}", text)
        for path in sorted(HOUSE.rglob("*.py"))
        if not NO_READER & {*path.relative_to(HOUSE).parts}
        for line, text in strings(ast.parse(path.read_text(encoding="utf-8")))
    ]
    wrong = [place for place, text in texts if re.search(r"\b[a-z]+ (?:[a-z]+ ){3,}[a-z]+\b", text)]
    wrong = [
        place
        for place in wrong
        if not (PARTS_OF_FAULTS.search(text := place.split(": ", 1)[1]) or HEADINGS.search(text))
    ]
    assert len(texts) > 5000 and not wrong, "\n".join(wrong)
