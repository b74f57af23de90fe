"""Words by which a column, or one of its levels, says that it knows the outcome; as `words_of` gives them.

A list per theme and language. Words of `ENDS` and `WORK` state the outcome or what sales did; those of `STEPS` and
`JUDGEMENTS` place a lead in the sales process, unless the name speaks of something else that has stages and scores (a
company, a project, a credit: `FIT`) and of nothing that is sold; a step of what is not said is asked about. Words of
`LATER` are often true when the lead came, and as often written afterwards; those of `UNSURE` speak of sales, ours or
the lead's own (invoices per month): they only ask.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

Theme = Literal["outcome", "process", "judgement", "later"]
Words = Mapping[str, tuple[str, ...]]
FILE = Path(__file__).with_suffix(".toml")
"""The words, as regular expressions, by theme and language."""

with FILE.open("rb") as _file:
    _TABLES = tomllib.load(_file)


def _words(theme: str) -> Words:
    return {language: tuple(words) for language, words in _TABLES[theme].items()}


ENDS = _words("ends")
"""The outcome, and what only follows it."""

UNSURE = _words("unsure")
"""Words of the outcome that are as often a lead's own business."""

VOLUMES = _words("volumes")
"""What a company does in a period; beside it words of `UNSURE` are its own business."""

WORK = _words("work")
"""What sales did with a lead."""

STEPS = _words("steps")
"""Where a lead stands in the sales process."""

JUDGEMENTS = _words("judgements")
"""What another system, or a person, made of a lead."""

JUDGED_LEADS = _words("judged_leads")
"""Beside one of these a judgement is one of the lead; a score of something else is asked about."""

STATUS_LEVELS = _words("status_levels")
"""Answers that a status of the sale has."""

LATER = _words("later")
"""What is known when a lead comes, or only after sales have worked it: the name does not tell."""

OVERWRITTEN = _words("overwritten")
"""A source of contact that every later visit writes anew."""

SPANS = _words("spans")
"""A span of time; together with one of `MARKS` it tells how long the sale took."""

MARKS = _words("marks")

FIT = _words("fit")
"""Things outside the sale that have stages, statuses, scores and phases of their own."""

SOLD = _words("sold")
"""Words of the sale itself: beside them a word of `FIT` spares nothing ("Company deal stage")."""

LEVELS = _words("levels")
"""Levels that say how a lead ended."""

STAGE_LEVELS = _words("stage_levels")
"""Levels that are stages of the sale: two of them in one column make it a stage."""


def _any(*lists: Words, full: bool = False) -> re.Pattern[str]:
    """One pattern for all words of the lists; a word that begins with ^ stands at the beginning of the name only."""
    parts = [word for words in lists for language in words.values() for word in language]
    inner = "|".join(f"(?:{part})" for part in parts)
    return re.compile(rf"^(?:{inner})$" if full else rf"\b(?:{inner})\b")


_STATED, _PLACED, _JUDGED, _LATER = _any(ENDS, WORK), _any(STEPS), _any(JUDGEMENTS), _any(LATER)
_OVERWRITTEN = _any(OVERWRITTEN)
_SPANS, _MARKS, _FIT, _SOLD = _any(SPANS), _any(MARKS), _any(FIT), _any(SOLD)
_ENDED, _STAGE = _any(LEVELS), _any(STAGE_LEVELS, full=True)
_UNSURE, _VOLUMES, _JUDGED_LEADS = _any(UNSURE), _any(VOLUMES), _any(JUDGED_LEADS)
_STATUS = _any(STATUS_LEVELS, STAGE_LEVELS, full=True)


class Spoken(NamedTuple):
    """What a name speaks of, and the word that does."""

    theme: Theme
    word: str


def spoken(words: str) -> Spoken | None:
    """What the words of a column's name speak of, or None where they are a lead's own.

    >>> spoken("lead status"), spoken("funding stage"), spoken("company deal stage").word
    (Spoken(theme='process', word='status'), None, 'stage')
    >>> spoken("duree d appel").theme, spoken("ratio days qualified to total days").theme, spoken("sector")
    ('later', 'process', None)
    >>> spoken("contract number").theme, spoken("contract with competitor").theme, spoken("contracts per year")
    ('outcome', 'later', None)
    >>> spoken("lead score").theme, spoken("page speed score").theme
    ('judgement', 'later')
    """
    later, stated = _LATER.search(words), _STATED.search(words)
    if stated:
        return Spoken("outcome", stated.group(0))
    spared = bool(_FIT.search(words)) and not _SOLD.search(words)
    if spared:
        return None
    step, judgement, span, mark = (pattern.search(words) for pattern in (_PLACED, _JUDGED, _SPANS, _MARKS))
    if step:
        certain = step.start() == 0 or _SOLD.search(words) or "contact" in words.split()
        return Spoken("process" if certain else "later", step.group(0))
    if span and mark:
        return Spoken("process", f"{span.group(0)} … {mark.group(0)}")
    if judgement:
        word = judgement.group(0)
        ours = word == words or word.startswith("forecast") or _JUDGED_LEADS.search(words) or _SOLD.search(words)
        return Spoken("judgement" if ours else "later", word)
    doubtful = later or (None if _VOLUMES.search(words) else _UNSURE.search(words))
    return Spoken("later", doubtful.group(0)) if doubtful else None


def tells_status(level: str) -> bool:
    """Whether a level is the answer of a status of the sale, or says how a lead ended.

    >>> tells_status("in progress"), tells_status("perdu"), tells_status("salarie")
    (True, True, False)
    """
    return bool(_STATUS.match(level) or _ENDED.search(level))


def overwritten(words: str) -> str | None:
    """The words by which a column says that it holds the last source of a contact, and not the first.

    >>> overwritten("latest traffic source"), overwritten("derniere source"), overwritten("original source")
    ('latest traffic source', 'derniere source', None)
    """
    word = _OVERWRITTEN.search(words)
    return word.group(0) if word else None


def ended(level: str) -> str | None:
    """The word by which a level says how a lead ended.

    >>> ended("closed by partner"), ended("perdu"), ended("ringing")
    ('closed', 'perdu', None)
    """
    word = _ENDED.search(level)
    return word.group(0) if word else None


def staged(level: str) -> bool:
    """Whether a level is a stage of the sale, and nothing else.

    >>> staged("proposal sent"), staged("sales"), staged("proposal writing")
    (True, False, False)
    """
    return bool(_STAGE.match(level))
