"""Days as whole numbers since 1970, and the words for months and weekdays in seven languages."""

from __future__ import annotations

from datetime import date, timedelta

DAY_ZERO = date(1970, 1, 1)

_MONTHS = (
    "january jan janvier janv januar janner enero ene gennaio gen janeiro januari",
    "february feb fevrier fevr fev februar febrero febbraio fevereiro februari",
    "march mar mars marz maerz mrz marzo marco maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juin juni junio giugno giu junho",
    "july jul juillet juil juli julio luglio lug julho",
    "august aug aout agosto ago augustus",
    "september sept sep septembre septiembre setiembre settembre set setembro",
    "october oct octobre oktober okt octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec decembre dezember dez diciembre dic dicembre dezembro",
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}
"""Number of the month behind each word, in small letters without accents."""
ENGLISH_MONTHS = tuple(words[:3] for words in _MONTHS)
"""The first three letters of each month in English: what databases read."""
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun",
    "lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim",
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so",
    "lunes martes miercoles jueves viernes sabado domingo mie jue vie sab dom",
    "lunedi martedi mercoledi giovedi venerdi sabato domenica gio",
    "segunda terca quarta quinta sexta segunda-feira terca-feira quarta-feira quinta-feira sexta-feira seg ter qua qui",
    "sex maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo",
)
WEEKDAYS = frozenset(word for words in _WEEKDAYS for word in words.split())
"""Words for the days of the week, in small letters without accents."""


def day_number(day: date) -> int:
    """Days from 1970-01-01 to a day.

    >>> day_number(date(1970, 2, 1)), day_number(date(1969, 12, 31))
    (31, -1)
    """
    return (day - DAY_ZERO).days


def day_at(number: int) -> date:
    """The day so many days after 1970-01-01.

    >>> day_at(31)
    datetime.date(1970, 2, 1)
    """
    return DAY_ZERO + timedelta(days=number)
