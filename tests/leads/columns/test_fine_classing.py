"""Fine levels: readable cuts between the values."""

from __future__ import annotations

import numpy as np
import pytest

from calibrate.engine.table import Column
from calibrate.leads.columns.fine_classing import readable_cuts, stem, text_levels
from calibrate.leads.columns.profile import Profile

RANDOM = np.random.default_rng(20251122)


def test_readable_cuts_lie_between_the_values() -> None:
    for scale in (1e-6, 0.01, 1, 137.0, 1e9):
        values = np.sort(RANDOM.gamma(1, scale, 5000))
        cuts = readable_cuts(values, integral=False)
        assert 30 <= len(cuts) <= 45
        assert values[0] < cuts[0] and cuts[-1] <= values[-1]
        held = np.diff(np.searchsorted(values, [-np.inf, *cuts, np.inf]))
        assert held.min() > 0
    negative = np.sort(RANDOM.normal(-50, 30, 2000).round())
    assert 0 in readable_cuts(negative, integral=True)
    assert all(cut == int(cut) for cut in readable_cuts(negative, integral=True))
    assert readable_cuts(np.array([3.0] * 50), integral=True) == []


@pytest.mark.parametrize(
    ("one", "several"),
    [("Trade fair", "trade  fairs"), ("Salon professionnel", "Salons professionnels"), ("Empfehlung", "Empfehlungen"),
     ("Branch", "branches"), ("Recomendación", "Recomendaciones"), ("Industrie", "industries"), ("Pool", "POOLS")],
)  # fmt: skip
def test_an_answer_and_its_plural_are_one(one: str, several: str) -> None:
    profile = Profile(Column("Source", "text"), 90, 90, 3, ((one, 40), (several, 30), ("Web", 20)))
    levels = [level for level in text_levels(profile, [], "text").levels if level.role == "value"]
    assert [level.values for level in levels] == [(one, several), ("Web",)]


@pytest.mark.parametrize(
    ("one", "two"), [("New", "News"), ("Custom", "Customs"), ("A", "As"), ("T1", "T1s"), ("Ga", "Gas")]
)
def test_a_word_that_only_looks_like_a_plural_stays(one: str, two: str) -> None:
    profile = Profile(Column("Source", "text"), 90, 90, 2, ((one, 50), (two, 40)))
    assert [level.values for level in text_levels(profile, [], "text").levels if level.role == "value"] == [
        (one,),
        (two,),
    ]
    assert stem("customs") == "customs"
