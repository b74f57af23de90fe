"""Notes of the calculation: what a reader of a grid should know, as a kind with the facts that belong to it.

A grid file spells them as ``best_missed {"reached": 20, "best": 100}``, with ``; `` between them; reports say them in
the reader's language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..language import Words, breakable, load

Fact = str | int | float
_KIND = re.compile(r"[a-z]+(?:_[a-z]+)*")


@dataclass(frozen=True)
class Note:
    """One note: its kind, a key of the table `note` of a language file, and its facts."""

    kind: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def said(self, words: Words) -> str:
        """The note in a language."""
        return words.say("note", self.kind, self.facts)

    def __str__(self) -> str:
        return breakable(self.said(load("en")))


def note(kind: str, **facts: Fact) -> Note:
    """A note.

    >>> print(note("by_hand", was=5))
    points changed by hand, before +5
    """
    return Note(kind, facts)


def spelled(notes: Iterable[Note]) -> str:
    """Notes as a grid file holds them.

    >>> spelled([note("no_negative"), note("by_hand", was=5)])
    'no_negative; by_hand {"was": 5}'
    """
    texts = [f"{n.kind} {json.dumps(n.facts, ensure_ascii=False)}" if n.facts else n.kind for n in notes]
    return "; ".join(texts)


def understood(text: str) -> tuple[Note, ...] | None:
    """The notes of a text; None where it is somebody else's.

    >>> understood('no_negative; by_hand {"was": 5}')
    (Note(kind='no_negative', facts={}), Note(kind='by_hand', facts={'was': 5}))
    >>> understood("no pin placed") is understood("") is None
    True
    """
    notes, place, decoder = [], 0, json.JSONDecoder()
    while match := _KIND.match(text, place):
        place = match.end()
        facts: dict[str, Fact] = {}
        if text.startswith(" {", place):
            try:
                facts, place = decoder.raw_decode(text, place + 1)
            except (ValueError, RecursionError):
                return None
        if not all(isinstance(fact, str | int | float) for fact in facts.values()):
            return None
        notes.append(Note(match[0], facts))
        if place == len(text):
            ours = all(n.kind != "and" and f"note.{n.kind}" in load("en").texts for n in notes)
            return tuple(notes) if ours else None
        if not text.startswith("; ", place):
            return None
        place += 2
    return None
