"""Plain numbers become criteria."""

from pathlib import Path

from calibrate.engine import open_table
from calibrate.leads.columns.proposal import propose


def test_plain_numbers_are_no_phones(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    rows = "".join(f"{i % 50 + 18},{i % 31},{i * i % 311}\n" for i in range(400))
    path.write_text("age,website_visits,time_spent\n" + rows, encoding="utf-8")
    proposal = propose(open_table(path))
    assert [c.name for c in proposal.criteria] == ["age", "website_visits", "time_spent"]
    assert proposal.ignored == {}
