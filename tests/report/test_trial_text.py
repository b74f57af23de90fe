"""A trial in words: what the library says."""

from __future__ import annotations

import re

import pytest

from calibrate.language import load
from calibrate.monitoring.trial import Design, plan, read


@pytest.mark.parametrize(
    "counts", [[(400, 35, 410, 20)], [(400, 60, 410, 20)], [(400, 20, 410, 60)], [(400, 30, 410, 29)] * 6]
)
def test_english_words_say_what_the_library_says(counts: list[tuple[int, int, int, int]]) -> None:
    found = read(counts, weeks=6)
    said = found.said(load("en")).replace("\u00a0", " ").replace("\u2212", "-")

    def bare(text: str) -> list[str]:
        return re.findall(r"[A-Za-z]+|[\d.,%]+", text.replace("-", " ").replace(" to ", " ").replace(" of ", " "))

    assert sorted(bare(said)) == sorted(bare(found.why.replace("/", " ")))
    design = Design(leads_per_month=400, rate=0.05, mode="shadow")
    made = plan(design, lift=1.5)
    assert [text.replace("\u00a0", " ") for text in made.said(load("en"))] == list(made.sentences)
