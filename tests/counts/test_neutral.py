"""Neutral answers: absence, else the commonest; moving to them changes no ranking."""

from __future__ import annotations

import numpy as np
import pytest
from weights_case import counted, number, several, text, yes_no

from calibrate.counts.neutral import neutral_level, with_neutral
from calibrate.grid.criteria import Criterion, Level

ENDS = (Level("missing", "missing"), Level("other", "other"))


@pytest.mark.parametrize(
    ("names", "kind", "leads", "expected"),
    [
        (("Oui", "Non"), "text", (900, 1, 0, 0), "Non"),
        (("Yes", " NO "), "text", (900, 1, 0, 0), " NO "),
        (("Yes", "No", "Maybe"), "text", (90, 1, 5, 0, 0), "Yes"),  # three answers are no yes/no
        (("0", "1"), "number", (10, 90, 0, 0), "1"),  # a count of 0 is an answer like any other
        (("Bank", "Farm"), "text", (40, 60, 60, 0), "Farm"),  # an ordinary answer before 'missing' where as common
        (("Bank", "Farm"), "text", (40, 60, 61, 0), "missing"),
        (("Bank", "Farm"), "text", (0, 0, 0, 0), "Bank"),
    ],
)
def test_the_neutral_answer(names: tuple[str, ...], kind: str, leads: tuple[int, ...], expected: str) -> None:
    levels = (*(Level(name, values=(name,)) for name in names), *ENDS)
    criterion = Criterion("c", "c", kind, "fit", levels)  # type: ignore[arg-type]
    assert neutral_level(criterion, np.array(leads)) == expected


def test_a_presence_that_lists_no_answer_has_its_absence_by_its_commonness() -> None:
    presence = Criterion("demo", "demo", "presence", "engagement", (Level("filled"), *ENDS))
    assert neutral_level(presence, np.array([40, 60, 0])) == "missing"


def test_only_criteria_without_a_reference_get_one_and_leads_stay() -> None:
    tally = several([
        (text("sector", ["bank", "farm"], reference="bank"), [(30, 3), (70, 2)]), (yes_no("demo"), [(80, 4), (20, 1)]),
        (number("visits", [5]), [(45, 2), (55, 3)]),
    ])  # fmt: skip
    changed = with_neutral(tally)
    assert [criterion.reference for criterion in changed.criteria] == ["bank", "no", "5-None"]
    assert changed.codes is tally.codes and changed.overall == (100, 5)
    assert with_neutral(counted(text("s", ["a"]), [(0, 0)])).criteria[0].reference == "a"
