"""Notes of the calculation: what a reader of a grid should know, a sentence each, understood again by its wording.

A grid file holds them in English; reports tell them in the reader's language by their key and facts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter

NOTES: Mapping[str, str] = {
    "same_outcome": "all leads have the same outcome",
    "nothing_worth": "no line is worth any points",
    "pin_not_placed": "the pin {criterion}={level} was not placed: too few leads have this level, "
    "and it is counted with others",
    "largest_share": "no line can be kept to {share:.0%} of the maximum: "
    "too few criteria give points, or a pin holds more",
    "best_missed": "the best lead has {reached:d} points, not {best:d}: "
    "caps, pins or too weak evidence stand against more",
    "pivot_missed": "the wanted share of leads does not start at {pivot:d} points: the evidence is too weak for it",
    "no_negative": "no line takes points away: no level with enough leads closes below the average",
    "absorbed": "with the points of {lines}, which the same leads have",
    "repeats": "{criterion} has no points: it says again what {by} says",
    "by_hand": "changed by hand from {was:+d}",
}
SHAPES = {"": r".+", ".0%": r"\d+%", "d": r"-?\d+", "+d": r"[+-]\d+"}
"""How what stands in a note looks, by its format."""
Fact = str | int | float


def note(key: str, **facts: Fact) -> str:
    """A note in English.

    >>> note("by_hand", was=5)
    'changed by hand from +5'
    """
    return NOTES[key].format(**facts)


def understood(text: str) -> tuple[str, dict[str, Fact]] | None:
    """Key and facts of a note; None where the text is none of ours.

    >>> understood("no line can be kept to 30% of the maximum: too few criteria give points, or a pin holds more")
    ('largest_share', {'share': 0.3})
    >>> understood("no pin placed")
    """
    for key, template in NOTES.items():
        match = _pattern(template).fullmatch(text)
        if match:
            formats = {name: form or "" for _, name, form, _ in Formatter().parse(template) if name}
            return key, {name: _fact(match[name], form) for name, form in formats.items()}
    return None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = Formatter().parse(template)
    return re.compile(
        "".join(
            re.escape(plain) + (f"(?P<{name}>{SHAPES[form or '']})" if name else "") for plain, name, form, _ in parts
        ),
        re.DOTALL,
    )


def _fact(text: str, form: str) -> Fact:
    if not form:
        return text
    return int(text.rstrip("%")) / 100 if form.endswith("%") else int(text)
