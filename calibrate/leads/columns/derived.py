"""Columns made from the texts of others by a rule of the grid's language, each beside the column it is made from."""

from __future__ import annotations

from collections.abc import Mapping

from ...engine import folding, sql
from ...engine.derived import derived, kept
from ...engine.table import Column, Table
from ...grid.derived import Derived, letter_table

_TEXT = "calibrate_text"


def with_derived(table: Table, rules: Mapping[str, Derived]) -> Table:
    """The table with a column for each rule, by its name; a column that the table already has is left as it is.

    Each text of a source column is read once, however many rows have it. Columns that a rule reads and the table has
    not are left to the caller to complain of.
    """
    columns = {column.name: column for column in table.columns}
    rules = {name: rule for name, rule in rules.items() if name not in columns and rule.source in columns}
    if not rules:
        return table
    visible = [_quoted(column.name) for column in table.columns]
    hidden = [] if table.position is None else [_quoted(table.position)]
    joins, added, columns_made = [], [], []
    for place, source in enumerate(dict.fromkeys(rule.source for rule in rules.values())):
        mine = {name: rule for name, rule in rules.items() if rule.source == source}
        answers = kept(table, _answers(table, source, mine), rows=table.rows)
        joins.append(f" LEFT JOIN {answers} AS a{place} ON leads.{_quoted(source)} = a{place}.{_TEXT}")
        added += [f"a{place}.{_quoted(name)}" for name in mine]
        columns_made += [Column(name, "text") for name in mine]
    listed = ", ".join([*(f"leads.{name}" for name in (*visible, *hidden)), *added])
    statement = f"SELECT {listed} FROM {table.relation} AS leads{''.join(joins)}"
    return derived(table, statement, columns_made, facts=table.facts, fingerprint=table.fingerprint, from_join=True)


def _answers(table: Table, source: str, rules: Mapping[str, Derived]) -> str:
    """The answers of each text of a column that occurs: one row per text."""
    text = _quoted(source)
    folds = list(dict.fromkeys((rule.blanks, rule.breaks, rule.path) for rule in rules.values()))
    columns = [
        f"{step(_TEXT)} AS fold{at}"
        for at, (blanks, breaks, path) in enumerate(folds)
        for step in folding.folded(letter_table(blanks, breaks), "|" if breaks else " ", _literal, path=path)
    ]
    answers = []
    for name, rule in rules.items():
        fold = f"fold{folds.index((rule.blanks, rule.breaks, rule.path))}"
        answers.append(f"{folding.answer(fold, rule.needles, rule.rest, _literal)} AS {_quoted(name)}")
    texts = f"SELECT DISTINCT {text} AS {_TEXT} FROM {table.relation} WHERE {_filled(text)}"
    folded = f"SELECT {_TEXT}, {', '.join(columns)} FROM ({texts}) AS texts OFFSET 0"
    return f"SELECT {_TEXT}, {', '.join(answers)} FROM ({folded}) AS folded"


def _filled(text: str) -> str:
    blanks = sql.literal(" \t\r\n").sql("duckdb")
    return f"{text} IS NOT NULL AND TRIM({text}, {blanks}) <> ''"


def _literal(text: str) -> str:
    return sql.literal(text).sql("duckdb")


def _quoted(name: str) -> str:
    return sql.identifier(name).sql("duckdb")
