"""Pipedrive: scores as its spreadsheet import takes them."""

import csv
import io

from replay import golden

from calibrate.export.base import Options, Scored
from calibrate.export.pipedrive import coverage, scores


def test_scores_come_back_from_a_csv_reader_and_no_cell_is_a_formula() -> None:
    scored = [Scored("D1", -4, 'Call "now", then', "demo: yes (+20)\nsector"), Scored("=2+2", 7, "@SUM(A1)", "")]
    rows = list(csv.DictReader(io.StringIO(scores(golden.small(), scored, Options()))))
    assert [row["Deal - Lead score"] for row in rows] == ["-4", "7"]
    assert rows[0]["Deal - ID"] == "D1" and rows[0]["Deal - Lead band"] == 'Call "now", then'
    assert not any(cell.startswith(("=", "@", "+")) for row in rows for cell in row.values())
    assert rows[1]["Deal - ID"].endswith("=2+2")


def test_no_line_is_a_rule_there_but_bands_travel_with_the_score() -> None:
    found = coverage(golden.small(), Options())
    lines = [item for item in found.items if "(" in item.what]
    assert lines and {item.status for item in lines} == {"approximated"}
    assert {item.status for item in found.items if item.what == "bands"} == {"carried"}
