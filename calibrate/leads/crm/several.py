"""Deals that name several leads in one cell (``101;102``, as HubSpot exports associated contacts)."""

from __future__ import annotations

from ...engine import sql
from ...engine.derived import answered
from ...engine.table import Column, Fact, Table, column_of

MARK = ";"


def apart(deals: Table, key: str, amount: str | None = None) -> Table:
    """One row per deal and lead where the column `key` names several leads; the amount is shared out equally.

    The table comes back as it is where no cell names two leads.
    """
    if deals.dialect != "duckdb" or column_of(deals, key).type != "text":
        return deals
    several = f"CONTAINS(TRIM({_quoted(key)}, '{MARK} '), '{MARK}')"
    rows = int(deals.fetch(f"SELECT COUNT(CASE WHEN {several} THEN 1 END) AS n FROM {deals.relation}")["n"][0])
    if not rows:
        return deals
    leads = f"LIST_FILTER(LIST_TRANSFORM(STRING_SPLIT({_quoted(key)}, '{MARK}'), LAMBDA x: TRIM(x)), LAMBDA x: x <> '')"
    cells = []
    for column in deals.columns:
        cell = _quoted(column.name)
        if column.name == key:
            cell = f"UNNEST({leads}) AS {cell}"
        elif column.name == amount and column.type == "number":
            cell = f"{cell} / GREATEST(LEN({leads}), 1) AS {cell}"
        cells.append(cell)
    columns = [Column(c.name, c.type, c.whole and c.name != amount) for c in deals.columns]
    fact = Fact("crm_several", {"column": key, "rows": rows, "name": deals.name})
    return answered(deals, f"SELECT {', '.join(cells)} FROM {deals.relation}", columns, facts=(*deals.facts, fact))


def _quoted(name: str) -> str:
    return sql.identifier(name).sql("duckdb")
