"""Deals that name several leads in one cell (``101;102``, as HubSpot exports associated contacts)."""

from __future__ import annotations

from ...engine.derived import answered
from ...engine.query import call, count_where, quoted, select, split_into, value
from ...engine.table import Column, Fact, Table, column_of

MARK = ";"


def apart(deals: Table, key: str, amount: str | None = None) -> Table:
    """One row per deal and lead where the column `key` names several leads; the amount is shared out equally.

    The table comes back as it is where no cell names two leads.
    """
    if deals.dialect != "duckdb" or column_of(deals, key).type != "text":
        return deals
    several = call.contains(call.trim(quoted(key), value(f"{MARK} ")), value(MARK))
    rows = int(deals.fetch(select({"n": count_where(several)}, deals.relation))["n"][0])
    if not rows:
        return deals
    leads = split_into(quoted(key), MARK)
    cells = {}
    for column in deals.columns:
        cell = quoted(column.name)
        cells[cell] = cell
        if column.name == key:
            cells[cell] = call.unnest(leads)
        elif column.name == amount and column.type == "number":
            cells[cell] = f"{cell} / {call.greatest(call.len(leads), 1)}"
    columns = [Column(c.name, c.type, c.whole and c.name != amount) for c in deals.columns]
    fact = Fact("crm_several", {"column": key, "rows": rows, "name": deals.name})
    return answered(deals, select(cells, deals.relation), columns, facts=(*deals.facts, fact))
