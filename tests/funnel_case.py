"""Six leads with the dates of their stages, read as a history."""

from datetime import date
from pathlib import Path

from calibrate.engine import Session
from calibrate.leads.columns.proposal import propose
from calibrate.leads.history import History, observe
from calibrate.leads.terms import Terms

LEADS = """id,created,MQL date,sql_at,won,amount,sector
1,2025-01-01,2025-01-03,2025-01-08,2025-02-10,100,Steel
2,2025-01-02,2025-01-04,,,,Steel
3,2025-01-03,,2025-01-23,,50,Glass
4,2025-01-04,,,2025-01-14,,Glass
5,2025-02-01,2025-02-02,,,,Glass
6,2025-02-02,2025-12-01,,,,Steel
"""

TERMS = Terms(created_at="created", customer_at="won", lead_id="id", as_of=date(2025, 12, 31))


def history(folder: Path, text: str = LEADS, terms: Terms = TERMS) -> History:
    (folder / "leads.csv").write_text(text, encoding="utf-8")
    table = Session().open(folder / "leads.csv")
    return observe(table, propose(table, include=("sector",)).criteria, terms)
