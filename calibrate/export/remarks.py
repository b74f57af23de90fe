"""Remarks on what a target carries of a grid: a kind with its facts, said in the reader's language.

The kinds are keys of the table `carried` of a language file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..language import Words, breakable, load

Status = Literal["carried", "approximated", "impossible"]
Fact = str | int | float


@dataclass(frozen=True)
class Remark:
    """Why something is carried otherwise, or a fact about the target."""

    kind: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def said(self, words: Words) -> str:
        """The remark in a language."""
        return words.say("carried", self.kind, self.facts)

    def sentence(self, words: Words) -> str:
        """The remark as a sentence.

        >>> remark("undated").sentence(load("en"))
        'No column says when it was last seen.'
        """
        text = self.said(words)
        return f"{text[:1].upper()}{text[1:]}."

    def __str__(self) -> str:
        return breakable(self.said(load("en")))


def remark(kind: str, **facts: Fact) -> Remark:
    """A remark.

    >>> print(remark("undated"))
    no column says when it was last seen
    """
    return Remark(kind, facts)


Fate = tuple[Status, Remark | None]
"""What becomes of one thing of a grid, and why."""
