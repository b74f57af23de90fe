"""Pipedrive: a sheet of the criteria to type into Pipedrive Scores, or scores as values of a field.

Scores (since June 2025, deals only) take ten criteria, each highly positive (+25), slightly positive (+10) or negative
(-10), with conditions as in filters; the result is brought to 0 to 100. A grid made with ``--for pipedrive`` has just
these points, so it is carried line by line; of any other grid the scores are loaded into a number field.

Sources: support.pipedrive.com/article/scores, /scores-calculation. It prints no formula between 0 (only negative
criteria met) and 100 (all positive ones and no negative): linear in between is an assumption. Leads inherit the custom
fields of deals (developers.pipedrive.com/docs/api/v1/Leads).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..grid.criteria import Criterion
from ..grid.grid import Grid
from ..grid.limits import TARGETS
from ..grid.reasons import told, words_in
from . import sheet
from .base import Coverage, Options, Scored, Status, account
from .hubspot import scores_csv
from .markdown import band_said, counted_band, escape, table
from .rules import number_text

LIMITS = TARGETS["pipedrive"]
BEST = 100
WORDS: Mapping[str, Mapping[str, Any]] = {
    "en": {
        "title": "Settings sheet: {grid} in Pipedrive Scores",
        "order": "In this order",
        "steps": (
            "Company settings, Scores (Power plan and higher), New score: choose the pipeline.",
            "Add the {count} criteria below, each to its group. Conditions in one criterion are joined as they stand.",
            "In the preview, open the deal with the test lead of LOADING.md and compare which criteria it meets.",
            "Save. Automations and filters may use the score: the bands below say from where.",
        ),
        "groups": {25: "Highly positive (+25)", 10: "Slightly positive (+10)", -10: "Negative (-10)"},
        "head": "Field|Condition|Done",
        "band_head": "Band|Points|Score from|Action|Closed, of later leads",
        "bands": "Bands",
        "scale": "Pipedrive brings {low} points to 0 and {high} to 100. Its pages do not print what lies between; the "
        "scores below take it for linear (unconfirmed): check one deal.",
        "is": "is {}",
        "is_not": "is not {}",
        "or": " or ",
        "and": " and ",
        "empty": "is empty",
        "filled": "is not empty",
        "any": "any value",
        "zero": "Whatever meets no criterion adds nothing.",
    },
    "fr": {
        "title": "Fiche de réglages : {grid} dans les Scores de Pipedrive",
        "order": "Dans cet ordre",
        "steps": (
            "Paramètres de l'entreprise, Scores (offre Power et plus), Nouveau score : choisissez le pipeline.",
            "Ajoutez les {count} critères ci-dessous, chacun dans son groupe. Les conditions d'un critère se joignent "
            "telles quelles.",
            "Dans l'aperçu, ouvrez l'affaire du lead d'essai de LOADING.md et comparez les critères qu'elle remplit.",
            "Enregistrez. Automatisations et filtres peuvent utiliser le score : les paliers ci-dessous disent dès où.",
        ),
        "groups": {25: "Très positif (+25)", 10: "Plutôt positif (+10)", -10: "Négatif (-10)"},
        "head": "Champ|Condition|Fait",
        "band_head": "Palier|Points|Score à partir de|Action|Signés, sur les leads ultérieurs",
        "bands": "Paliers",
        "scale": "Pipedrive ramène {low} points à 0 et {high} à 100. Ses pages ne disent pas ce qu'il y a entre les "
        "deux ; les scores ci-dessous le supposent linéaire (non confirmé) : vérifiez une affaire.",
        "is": "est {}",
        "is_not": "n'est pas {}",
        "or": " ou ",
        "and": " et ",
        "empty": "est vide",
        "filled": "n'est pas vide",
        "any": "toute valeur",
        "zero": "Ce qui ne remplit aucun critère n'ajoute rien.",
    },
}


@dataclass(frozen=True)
class Rule:
    """One criterion of Pipedrive: its points, its field, and the condition in words."""

    points: int
    field: str
    condition: str


def write(grid: Grid, options: Options) -> str:
    """The sheet, in the language of the options: criteria where Pipedrive can hold the grid, else scores to load."""
    words_in(options.language)
    if not LIMITS.holds(grid):
        return sheet.write(grid, options, "pipedrive")
    words, rules = WORDS[options.language], rules_of(grid, options.language)
    lines = ["# " + str(words["title"]).format(grid=escape(grid.name)), "", f"## {words['order']}", ""]
    lines += [f"{number}. {step}" for number, step in enumerate(steps(grid, options.language), 1)]
    lines.append("")
    for value, title in words["groups"].items():
        rows = [(rule.field, rule.condition, "☐") for rule in rules if rule.points == value]
        if rows:
            lines += [f"## {title}", "", *table(str(words["head"]).split("|"), rows), ""]
    lines += [str(words["zero"]), ""]
    low, high = ends_of(rules)
    if grid.bands:
        rows_of_bands = []
        for band in grid.ladder:
            name, action = band_said(band.name, band.action, options.language)
            score = str(placed(band.at_least, low, high))
            rows_of_bands.append((name, str(band.at_least), score, action, counted_band(grid, band, options.language)))
        lines += [f"## {words['bands']}", "", str(words["scale"]).format(low=low, high=high), ""]
        lines += [*table(str(words["band_head"]).split("|"), rows_of_bands), ""]
    return "\n".join(lines)


def steps(grid: Grid, language: str) -> tuple[str, ...]:
    """What to click: to type the criteria in where Pipedrive can hold the grid, else to load scores."""
    if not LIMITS.holds(grid):
        return sheet.STEPS["pipedrive"][language]
    count = len(rules_of(grid, language))
    return tuple(step.format(count=count) for step in WORDS[language]["steps"])


def rules_of(grid: Grid, language: str) -> list[Rule]:
    """The criteria to type in: answers of one field with the same points are one.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> levels = (Level("a", values=("a",)), Level("b", values=("b",)), *ends)
    >>> grid = Grid("g", "m", (Criterion("c", "Sector", "text", "fit", levels),), ((25, 0, 0, 10),))
    >>> [(rule.points, rule.condition) for rule in rules_of(grid, "en")]
    [(25, 'is a'), (10, 'is not a and is not b and is not empty')]
    """
    rules = []
    for criterion, points in zip(grid.criteria, grid.points, strict=True):
        for value in sorted({int(p) for p in points} - {0}, reverse=True):
            places = [place for place, worth in enumerate(points) if worth == value]
            rules.append(Rule(value, criterion.column, _condition(criterion, places, language)))
    return rules


def ends_of(rules: Iterable[Rule]) -> tuple[int, int]:
    """Sum of the negative criteria and sum of the positive ones: what Pipedrive brings to 0 and to 100."""
    points = [rule.points for rule in rules]
    return sum(p for p in points if p < 0), sum(p for p in points if p > 0)


def placed(points: int, low: int, high: int) -> int:
    """Points on the scale from 0 to 100, linear in between.

    >>> [placed(points, -20, 60) for points in (-30, -20, 20, 60)]
    [0, 0, 50, 100]
    """
    return 0 if high <= low else max(0, min(BEST, round(BEST * (points - low) / (high - low))))


def scores(grid: Grid, scored: Iterable[Scored], options: Options) -> str:
    """Scores for the spreadsheet import."""
    head = ("Deal - ID", "Deal - Lead score", "Deal - Lead band", "Deal - Lead reasons")
    rates = ("Deal - Lead close rate", "Deal - Lead close rate low", "Deal - Lead close rate high")
    return scores_csv(grid, scored, head, rates)


def coverage(grid: Grid, options: Options) -> Coverage:
    """A grid within the limits is carried as criteria of a score; of another one the whole score travels as a value."""
    held = LIMITS.holds(grid)
    conditions = LIMITS.used(grid)

    def judge(at: int, place: int) -> tuple[Status, str]:
        if held:
            return "carried", "typed in by hand from the sheet"
        return "approximated", "no rules: the score is loaded as a value and does not move by itself"

    notes: tuple[str, ...] = ("headings of exports and imports are in the language of the user",)
    if held:
        notes = (
            "scores are for deals, one a pipeline, on the Power plan and higher; no interface for them is documented",
            "Pipedrive brings the sum to 0 to 100; that it does so evenly is unconfirmed",
        )
        bands: tuple[Status, str] = ("approximated", "points become a score from 0 to 100, evenly as far as is known")
        fades: tuple[Status, str] = ("impossible", "criteria of a score do not fade")
        return account("pipedrive", grid, judge, bands=bands, minimums=True, expiry=fades, notes=notes)
    notes += (
        f"a score of Pipedrive takes {LIMITS.conditions} criteria of +25, +10 or -10; this grid needs {conditions} and "
        f"has other points: calibrate run DATA --for pipedrive makes one that fits",
    )
    return account("pipedrive", grid, judge, minimums=True, notes=notes)


def _condition(criterion: Criterion, places: list[int], language: str) -> str:
    """The condition under which an answer is one of some levels, as a filter says it."""
    words, names = WORDS[language], words_in(language)
    levels = range(len(criterion.levels))
    outside = [place for place in levels if place not in places]
    empty, filled = str(words["empty"]), str(words["filled"])

    def said(place: int) -> str:
        level = criterion.levels[place]
        if criterion.kind == "number":
            ends = [f">= {number_text(level.low)}"] if level.low is not None else []
            ends += [f"< {number_text(level.high)}"] if level.high is not None else []
            return str(words["and"]).join(ends) or str(words["any"])
        if criterion.kind == "presence":
            return filled
        texts = [str(value) for value in level.values] if level.values else [told(criterion, place, names)]
        return str(words["or"]).join(str(words["is"]).format(text) for text in texts)

    values = [place for place in places if criterion.levels[place].role == "value"]
    if criterion.other in places and criterion.kind in ("text", "boolean"):
        others = [place for place in outside if criterion.levels[place].role == "value"]
        texts = [str(v) for place in others for v in criterion.levels[place].values]
        parts = [str(words["is_not"]).format(text) for text in texts]
        parts += [] if criterion.missing in places else [filled]
        joined = str(words["and"]).join(parts)
        if criterion.missing in places and parts:
            return f"{empty}{words['or']}{f'({joined})' if len(parts) > 1 else joined}"
        return joined or str(words["any"])
    parts = [said(place) for place in values]
    if criterion.missing in places:
        parts.append(empty)
    return str(words["or"]).join(parts) or filled
