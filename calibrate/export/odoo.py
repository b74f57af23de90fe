"""Odoo: a server action that writes the score into a field of its own, and the frequency table read back.

The action is plain statements over ``records``, of the kind Odoo's safe evaluation allows: no import, no function, no
name with two underscores. It never touches ``probability``: setting that by hand would stop Odoo's own scoring.

Odoo keeps counts of won and lost leads per value, not points; read back, a value is worth ten times its log-odds.
Source: odoo/odoo, addons/crm/models/crm_lead.py and crm_lead_scoring_frequency.py.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable

from ..errors import GridError
from ..free_names import unique_names
from ..grid.criteria import MISSING, OTHER, Criterion, Level
from ..grid.grid import Evidence, Grid
from .base import Coverage, Options, Scored, account
from .fields import fields_of
from .grid_file import MOST_BYTES
from .hubspot import scores_csv
from .remarks import Fate, remark
from .rules import Branch, branches, field_kind, number_text

FIELD = r"[a-z][a-z0-9_]*"
SCALE = 10
"""Points of one unit of log-odds in a grid read from Odoo's counts."""
SMOOTHING = 0.1
"""What Odoo adds to each new count."""

_HEAD = """# Lead score written by calibrate. Model: Lead/Opportunity. Action: Execute Code.
# Needs two fields on the model: x_lead_score (integer) and x_lead_band (text).
for record in records:
    score = 0
"""


def write(grid: Grid, options: Options) -> str:
    r"""The text to paste into a server action.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> source = Criterion("Source", "source_id", "text", "fit", (Level("Web", values=("Web",)), *ends))
    >>> print(write(Grid("g", "lift", (source,), ((12, -4, 0),)), Options()))  # doctest: +ELLIPSIS
    # Lead score ...
        value = record['source_id'].display_name or ''
        if not value.strip(' \t\r\n'):
            score += -4
        elif value in ('Web',):
            score += 12
    ...
    """
    names = _fields(grid, options)
    lines = []
    order = list(enumerate(grid.criteria))
    if grid.gated:  # fit first: what is added after it is engagement
        order.sort(key=lambda each: each[1].axis != "fit")
    fits = sum(criterion.axis == "fit" for _, criterion in order)
    for done, (at, criterion) in enumerate(order):
        if grid.gated and done == fits:
            lines.append("    fit = score")
        answers = branches(grid, at)
        if any(branch.points for branch in answers):
            lines += _statements(answers, field_kind(criterion), names[criterion.column])
    if grid.gated and fits == len(order):
        lines.append("    fit = score")
    lines += [f"    score += {int(grid.start)}  # what every lead has"] if grid.start else []
    lines.append("    band = ''")
    engagement = f"score - fit - {int(grid.start)}" if grid.start else "score - fit"
    measures = {"score": "score", "fit": "fit", "engagement": engagement}
    for band in reversed(grid.ladder):
        asked_for = " and ".join(f"{measures[what]} >= {int(least)}" for what, least in band.demands)
        lines += [f"    if {asked_for}:", f"        band = {band.name!r}"]
    lines.append("    record.write({'x_lead_score': score, 'x_lead_band': band})")
    return _HEAD + "\n".join(lines) + "\n"


def coverage(grid: Grid, options: Options) -> Coverage:
    """Lines on fields of the lead are carried; numbers and checkboxes are never empty in Odoo."""
    fields = fields_of("odoo", "Odoo", FIELD, options)

    def judge(at: int, place: int) -> Fate:
        criterion = grid.criteria[at]
        name, certain = fields.name(criterion.column)
        if not certain:
            return "approximated", fields.guess(criterion.column, f"x_{name.lower()}")
        if field_kind(criterion) in ("number", "boolean") and criterion.levels[place].role == "missing":
            return "impossible", remark("empty_number")
        return "carried", None

    notes = (
        remark("linked_records"),
        remark("tags_unread"),
        remark("run_daily"),
    )
    return account("odoo", grid, judge, minimums=True, notes=(*notes, *fields.notes(grid)))


def scores(grid: Grid, scored: Iterable[Scored], options: Options) -> str:
    """Scores as a file for Odoo's import, by external id."""
    rates = ("x_lead_close_rate", "x_lead_close_rate_low", "x_lead_close_rate_high")
    return scores_csv(grid, scored, ("id", "x_lead_score", "x_lead_band"), rates)


def read(text: str, source: str) -> Grid:
    """The grid behind a frequency table exported with variable, value, won_count and lost_count.

    Points are ``10 * ln((won / won of the variable) / (lost / lost of the variable))``, rounded: what Odoo multiplies,
    as a sum. A value Odoo has never seen counts 0, as an unset one does.
    """
    if len(text) > MOST_BYTES:
        raise GridError(f"{source}: {len(text):,} bytes; at most {MOST_BYTES:,} are read")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    tables: dict[str, dict[str, tuple[float, float]]] = {}
    for number, row in enumerate(rows, 2):
        cells = {str(key).strip().casefold(): value for key, value in row.items() if key}
        variable, value = (cells.get("variable") or "").strip(), (cells.get("value") or "").strip()
        try:
            won, lost = (float(cells[f"{word}_count"]) for word in ("won", "lost"))
        except (KeyError, TypeError, ValueError):
            raise GridError(f"{source}: line {number} has no numbers under won_count and lost_count") from None
        if not (variable and value) or min(won, lost) < 0 or not math.isfinite(won + lost):
            raise GridError(f"{source}: line {number} needs a variable, a value, and counts from 0 on")
        before = tables.setdefault(variable, {}).get(value, (0.0, 0.0))
        tables[variable][value] = (before[0] + won, before[1] + lost)  # teams are added up
    if not tables:
        raise GridError(f"{source}: no line of a frequency table in it")
    criteria, points, evidence = [], [], []
    for variable, counts in tables.items():
        won, lost = (sum(pair[i] for pair in counts.values()) for i in (0, 1))
        ends = (Level(MISSING, "missing"), Level(OTHER, "other"))
        names = unique_names([value if value not in (MISSING, OTHER) else f"'{value}'" for value in counts])
        levels = (*(Level(name, values=(value,)) for name, value in zip(names, counts, strict=True)), *ends)
        criteria.append(Criterion(variable, variable, "text", "fit", levels))
        values = [_points(pair, won, lost) for pair in counts.values()]
        points.append((*values, 0, 0))
        levels_evidence = [Evidence(round(w + ls), round(w)) for w, ls in counts.values()]
        evidence.append((*levels_evidence, Evidence(0, 0), Evidence(0, 0)))
    return Grid("Odoo", "current", tuple(criteria), tuple(points), evidence=tuple(evidence))


def _points(pair: tuple[float, float], won: float, lost: float) -> int:
    if not won or not lost:  # Odoo leaves such a variable out
        return 0
    share_won, share_lost = ((max(count, SMOOTHING)) / total for count, total in zip(pair, (won, lost), strict=True))
    return round(SCALE * math.log(share_won / share_lost))


def field_table(grid: Grid, options: Options) -> dict[str, tuple[str, bool]]:
    """Name of each source column there, and whether it is certain."""
    fields = fields_of("odoo", "Odoo", FIELD, options)
    return {column: (name, fields.name(column)[1]) for column, name in _fields(grid, options).items()}


def _fields(grid: Grid, options: Options) -> dict[str, str]:
    fields = fields_of("odoo", "Odoo", FIELD, options)
    columns = list(dict.fromkeys(criterion.column for criterion in grid.criteria))
    names = [fields.name(column) for column in columns]
    fresh = unique_names([name if certain else f"x_{name.lower()}" for name, certain in names])
    return dict(zip(columns, fresh, strict=True))


def _statements(answers: list[Branch], kind: str, field: str) -> list[str]:
    """Statements that add the points of one criterion."""
    reading = f"record[{field!r}]"
    if field.endswith("_id"):
        reading += ".display_name or ''"
    elif kind == "text":
        reading += " or ''"
    steps = [(_condition(branch, kind), branch.points) for branch in answers]
    steps = [(condition, points) for condition, points in steps if condition]
    otherwise = next((branch.points for branch in answers if _takes_rest(branch)), 0)
    lines = [f"    value = {reading}"]
    for condition, points in steps:
        lines += [f"    {'if' if len(lines) == 1 else 'elif'} {condition}:", f"        score += {points}"]
    if not steps:
        return [*lines, f"    score += {otherwise}"]
    return [*lines, "    else:", f"        score += {otherwise}"] if otherwise else lines


def _takes_rest(branch: Branch) -> bool:
    return branch.how in ("rest", "filled") or (branch.how == "inside" and branch.low is None and branch.high is None)


def _condition(branch: Branch, kind: str) -> str:
    """Test of one branch; empty for the one that takes the rest."""
    if branch.how == "missing":
        if kind == "text":
            empty = "not value.strip(' \\t\\r\\n')"
            return f"{empty} or value in {branch.texts!r}" if branch.texts else empty
        if kind == "presence":
            spelt = f" or value in {branch.texts!r}" if branch.texts else ""
            return f"not value or not str(value).strip(' \\t\\r\\n'){spelt}"
        if kind == "boolean":
            return f"bool(value) in {branch.flags!r}" if branch.flags else ""
        return f"value in {branch.numbers!r}" if branch.numbers else ""
    if branch.how == "inside":
        parts = [f"value >= {number_text(branch.low)}"] if branch.low is not None else []
        parts += [f"value < {number_text(branch.high)}"] if branch.high is not None else []
        return " and ".join(parts)
    if branch.how == "listed":
        if kind == "boolean":
            return f"bool(value) in {branch.flags!r}" if branch.flags else ""
        return f"value in {branch.texts!r}" if branch.texts else ""
    return ""
