"""Texts that answer no question: sentences, cells of JSON, links to pictures, identifiers of machines.

A form may offer a sentence to tick: one that many leads have in common is an answer all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ...engine.table import Fact
from ...grid.criteria import Criterion
from .profile import Profile

LONG_TEXT = 150
"""No text of more characters is an answer."""
TICKED = 30
"""A sentence that so many leads share was offered by a form."""
_JSON = re.compile(r"^\s*(?:\{.*[:=].*\}|\[\s*[{\"'].*\])\s*$", re.DOTALL)
_GUID = re.compile(r"^\{?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\}?$")
_RECORD = re.compile(r"^(?=\D*\d)(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])[0-9A-Za-z]{15}(?:[0-9A-Z]{3})?$")
_HASH = re.compile(r"^(?=(?:\D*\d){4})[0-9a-f]{24,64}$")
_PICTURE = re.compile(
    r"(?i)^(?:https?:)?//\S*(?:\.(?:jpe?g|png|gif|webp|svg|bmp|ico)\b|gravatar|/avatars?/|/photos?/|/images?/|"
    r"profile-displayphoto)"
)
_ENDS = re.compile(r"[.!?…][\"'”»)]?$")
_FULL_STOPS = re.compile(r"[。！？]")
SENTENCE, SAID = 7, 4
"""A text of so many words is a sentence; with a stop at its end, of so many."""


def is_machine_made(text: str) -> bool:
    """Whether a text was written for machines: JSON, a GUID, a record's key, a link to a picture.

    >>> [is_machine_made(t) for t in ('{"a": 1}', "6f9619ff-8b86-d011-b42d-00c04fc964ff", "https://x.io/me.png", "Web")]
    [True, True, True, False]
    """
    return any(pattern.match(text) for pattern in (_JSON, _GUID, _RECORD, _HASH, _PICTURE))


def is_sentence(text: str) -> bool:
    """Whether a text tells something instead of answering.

    >>> [is_sentence(t) for t in ("Wants a call next week about our prices", "Call him back today.", "Head of Sales")]
    [True, True, False]
    """
    words = text.split()
    return len(words) >= SENTENCE or (len(words) >= SAID and bool(_ENDS.search(text))) or bool(_FULL_STOPS.search(text))


def is_answer(text: str, leads: int) -> bool:
    """Whether a text that so many leads have may be a level."""
    if len(text) > LONG_TEXT or is_machine_made(text):
        return False
    return leads >= TICKED or not is_sentence(text)


def mostly_told(profile: Profile) -> bool:
    """Whether most texts of a column, the commonest looked at, answer no question."""
    texts = profile.texts[:TEXTS_LOOKED_AT]
    return len(texts) > 0 and sum(not is_answer(text, leads) for text, leads in texts) > 0.5 * len(texts)


TEXTS_LOOKED_AT = 200
COMMON, HALF = 5, 0.5
"""A text of at least so many cells is common."""


def mostly_once(profile: Profile) -> bool:
    """Whether most answers stand in one or two cells, and the common ones do not fill half of the cells.

    >>> from calibrate.engine.table import Column
    >>> firms = tuple((f"Firm {i}", 1) for i in range(30))
    >>> mostly_once(Profile(Column("firm", "text"), 60, 50, 31, (("Acme", 20), *firms), rare=30))
    True
    >>> mostly_once(Profile(Column("firm", "text"), 60, 60, 31, (("Acme", 30), *firms), rare=30))
    False
    """
    common = sum(leads for _, leads in profile.texts if leads >= COMMON)
    return profile.rare > HALF * profile.distinct and common < HALF * profile.filled


NONES = frozenset((
    "none", "aucun", "aucune", "keine", "keiner", "keines", "ninguno", "ninguna", "nessuno", "nessuna", "nenhum",
    "nenhuma", "geen",
))  # fmt: skip
"""How programs and people write None in seven languages."""
EVERYWHERE = 3
"""So many columns without an empty cell that all hold 'None' were written by a program that has no empty cells."""


def none_as_missing(
    criteria: Sequence[Criterion], profiles: Mapping[str, Profile], facts: Iterable[Fact]
) -> list[Criterion]:
    """The criteria with 'None' among what means no answer, where the file writes it for every empty cell.

    'None' (keine, geen ...) may be an answer ("None of these"). It is none where numbers of the same file have it in
    place of an empty cell, or where several columns have it and no column that has it has an empty cell.
    """
    holding = [profile for profile in profiles.values() if any(_says_none(text) for text, _ in profile.texts)]
    numbers = any(
        not NONES.isdisjoint(str(fact.facts["words"]).casefold().split(", "))
        for fact in facts
        if fact.key == "placeholders"
    )
    alike = len(holding) >= EVERYWHERE and not any(profile.gaps for profile in holding)
    if not numbers and not alike:
        return list(criteria)
    columns = {profile.column.name for profile in holding if not profile.gaps}
    return [
        _without_none(criterion) if criterion.column in columns and not criterion.fixed else criterion
        for criterion in criteria
    ]


def _says_none(text: str) -> bool:
    return text.strip().casefold() in NONES


def _without_none(criterion: Criterion) -> Criterion:
    """The criterion whose missing level lists 'None' in place of the level that did."""
    none_words: list[str] = []
    levels = []
    for level in criterion.levels:
        words = [text for text in level.values if isinstance(text, str) and _says_none(text)]
        values = tuple(text for text in level.values if text not in words)
        if level.role == "value" and words:
            none_words += words
            if not values:
                continue
            level = replace(level, values=values)
        levels.append(level)
    if not none_words or sum(level.role == "value" for level in levels) == 0:
        return criterion
    levels = [
        replace(level, values=(*level.values, *none_words)) if level.role == "missing" else level for level in levels
    ]
    names = {level.name for level in levels}
    reference = criterion.reference if criterion.reference in names else None
    return replace(criterion, levels=tuple(levels), reference=reference)
