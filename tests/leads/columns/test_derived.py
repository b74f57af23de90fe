"""A derived column in the engine is what the rule says in Python, and leaves everything else as it was."""

from __future__ import annotations

import random

import pandas as pd
import pytest

import calibrate
from calibrate.grid.derived import SIGNS, Derived
from calibrate.leads.columns.derived import with_derived
from calibrate.leads.columns.titles import title_rules

RULES = {
    "words": Derived(
        "t", (("first", ("chef de projet*", "cto")), ("second", ("*leiter", "chef")), ("third", ("*ab*",)))
    ),
    "list": Derived("t", (("yes", ("a b", "x_y%")),), "no", blanks='[]"', breaks=";,"),
    "path": Derived("t", (("yes", ("/pricing*", "/")),), "no", blanks="", breaks="|", path=True),
    "query": Derived("t", (("yes", ("utm_source=google",)),), "no", blanks="", breaks="?&#"),
}
TEXTS = (
    "Chef de projet", "CHEF-DE-PROJETS", "l'ABBÉ", "C.T.O.", "cto", "Ço", "Vertriebsleiter", "vertriebsleiter.", "É ß",
    "e\u0301te\u0301", "İstanbul chef", "a  b ; c", '["a b","x"]', "x_y%", "x-y%", "a b c", "https://a.fr/pricing",
    "HTTPS://a.fr/Pricing/x?y=/z", "/pricing", "a.fr/pricing#x", "a.fr", "/blog/pricing", "pricing", "https://a.fr?q=1",
    "x?utm_source=google&b=1", "x?utm_source=googles", "<b>chef</b>", "a>b", "日本語 chef", "🎯cto", "it's", "\\",
    "\u00a0cto\u202f", "chef\tde\nprojet", " ", "", "//", "://", "?", "a.b/c/d", "K\u212aab",
)  # fmt: skip


@pytest.fixture(scope="module")
def texts() -> list[str | None]:
    rng = random.Random(0)
    alphabet = [
        *SIGNS,
        "é",
        "É",
        "ß",
        "a",
        "b",
        "chef",
        " ",
        "  ",
        "cto",
        "leiter",
        "/",
        "?",
        "|",
        ";",
        "pricing",
        "\u0301",
    ]
    drawn = ["".join(rng.choice(alphabet) for _ in range(rng.randint(1, 7))) for _ in range(400)]
    return [*TEXTS, None, *drawn]


def test_the_engine_says_what_the_rule_says(texts: list[str | None]) -> None:
    frame = pd.DataFrame({"n": range(len(texts)), "t": texts})
    table = with_derived(calibrate.open_table(frame), RULES)
    answers = table.fetch(f"SELECT n, t, {', '.join(RULES)} FROM {table.relation} ORDER BY n")
    for name, rule in RULES.items():
        assert [None if pd.isna(x) else x for x in answers[name]] == [rule.answer(text) for text in texts], name
        assert {"first", "second", "third", "other"} <= set(answers[name]) if name == "words" else True
    assert list(answers["n"]) == list(range(len(texts)))


def test_titles_are_read_alike_in_both() -> None:
    titles = [
        "Executive Assistant",
        "assistante de direction",
        "Assistant Vice President",
        "chef de projet",
        "ZZ",
        None,
    ]
    titles += ["Chef des ventes", "Geschaeftsfuehrer", "GESCHÄFTSFÜHRERIN", "Leiter Einkauf"]
    rules = {f"t ({topic})": rule for topic, rule in title_rules("t").items()}
    table = with_derived(calibrate.open_table(pd.DataFrame({"n": range(len(titles)), "t": titles})), rules)
    answers = table.fetch(f'SELECT "t (seniority)" AS s, "t (department)" AS d FROM {table.relation} ORDER BY n')
    assert [None if pd.isna(x) else x for x in answers["s"]] == [
        "assistant", "assistant", "VP or director", "individual", "other", None, "head or manager", "owner or C-level",
        "owner or C-level", "head or manager",
    ]  # fmt: skip
    assert list(answers["d"][6:]) == ["sales", "general management", "general management", "purchasing"]


def test_a_column_that_is_there_stays_and_nothing_is_added_without_a_source() -> None:
    table = calibrate.open_table(pd.DataFrame({"t": ["cto", "x"], "words": ["mine", "mine"]}))
    assert with_derived(table, {"words": RULES["words"], "y": Derived("nowhere", ())}) is table


def test_no_name_of_a_column_breaks_out_of_its_quotes() -> None:
    source, other, rank = 'Job "t', "it's; DROP TABLE leads --", 'select "rank"'
    frame = pd.DataFrame({"n": [1, 2], source: ["CTO", "clerk"], other: ["a", "b"]})
    table = with_derived(calibrate.open_table(frame), {rank: Derived(source, (("boss", ("cto",)),))})
    assert [column.name for column in table.columns] == ["n", source, other, rank]
    quoted = ", ".join('"' + name.replace('"', '""') + '"' for name in (source, other, rank))
    answers = table.fetch(f"SELECT {quoted} FROM {table.relation} ORDER BY n")
    assert [list(answers[name]) for name in (source, other, rank)] == [["CTO", "clerk"], ["a", "b"], ["boss", "other"]]


def test_a_column_of_numbers_or_days_is_read_as_text() -> None:
    frame = pd.DataFrame({"t": [5.0, 12.5, None], "d": pd.to_datetime(["2025-01-31", None, "2025-02-01"])})
    rules = {"n": Derived("t", (("five", ("5",)),)), "m": Derived("d", (("january", ("2025 01 31",)),))}
    table = with_derived(calibrate.open_table(frame), rules)
    answer = table.fetch(f'SELECT "n", "m" FROM {table.relation}')
    assert len(answer["n"]) == 3 and {column.name: column.type for column in table.columns}["n"] == "text"
