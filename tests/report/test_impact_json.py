"""run.json around a change of grid says what the review says."""

from __future__ import annotations

import json

from met_case import MET, PLAIN

from calibrate.report.run_json import dump, run_object


def test_run_json_says_the_same() -> None:
    found = json.loads(dump(run_object(MET)))
    assert found["decisions"][0]["promised"]["rate"] == 0.15
    assert found["decisions"][0]["came"]["leads"] == MET.past.outcomes[0].came.leads  # type: ignore[union-attr]
    assert found["segments"][0]["tables"][1]["segments"][0]["harm"] == "ranking"
    assert sum(cell["leads"] for cell in found["grades"]["cells"].values()) == 4000
    assert len(found["months_under_grid"]) == 24 and found["feedback"]["lines"][0]["rejected"] == 9
    assert {line["new"] - (line["old"] or 0) for line in found["changes"]} - {0}
    plain = json.loads(dump(run_object(PLAIN)))
    assert plain["swap"] is plain["grades"] is plain["feedback"] is plain["drift"] is None
