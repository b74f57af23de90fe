"""Columns made from the texts of others by a rule of the grid's language, each beside the column it is made from."""

from __future__ import annotations

from collections.abc import Mapping

from ...engine import folding
from ...engine.derived import derive, kept
from ...engine.query import as_text, both, filled, join, named, quoted, rows, select, trimmed, value, worked_out
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
    names = [column.name for column in table.columns] + ([] if table.position is None else [table.position])
    cells = {quoted(name): f"leads.{quoted(name)}" for name in names}
    leads, columns_made = named(table.relation, "leads"), []
    for place, source in enumerate(dict.fromkeys(rule.source for rule in rules.values())):
        mine = {name: rule for name, rule in rules.items() if rule.source == source}
        answers = kept(table, _answers(table, source, mine), rows=table.rows)
        cell = _text_of(columns[source], f"leads.{quoted(source)}")
        same = f"{cell} = a{place}.{_TEXT}"
        leads = join(leads, named(answers, f"a{place}"), same, left=True)
        cells |= {quoted(name): f"a{place}.{quoted(name)}" for name in mine}
        columns_made += [Column(name, "text") for name in mine]
    return derive(
        table, select(cells, leads), columns_made, facts=table.facts, fingerprint=table.fingerprint, from_join=True
    )


def _text_of(column: Column, cell: str) -> str:
    """A cell as text: another file than the one a grid was made on may have numbers or days in the column."""
    return cell if column.type == "text" else as_text(cell)


def _answers(table: Table, source: str, rules: Mapping[str, Derived]) -> str:
    """The answers of each text of a column that occurs: one row per text."""
    text = _text_of(next(column for column in table.columns if column.name == source), quoted(source))
    folds = list(dict.fromkeys((rule.blanks, rule.breaks, rule.path) for rule in rules.values()))
    columns = {
        f"fold{at}": step(_TEXT)
        for at, (blanks, breaks, path) in enumerate(folds)
        for step in folding.folded(letter_table(blanks, breaks), "|" if breaks else " ", value, path=path)
    }
    answers = {}
    for name, rule in rules.items():
        fold = f"fold{folds.index((rule.blanks, rule.breaks, rule.path))}"
        answers[quoted(name)] = folding.answer(fold, rule.needles, rule.rest, value)
    told = both(filled(text), f"{trimmed(text)} <> ''")
    texts = select({_TEXT: text}, table.relation, where=told, different=True)
    folded = worked_out(select({_TEXT: _TEXT} | columns, rows(texts, "texts")))
    return select({_TEXT: _TEXT} | answers, rows(folded, "folded"))
