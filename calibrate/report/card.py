"""The card of a grid: one page for the data-protection officer, and for a person who asks how they are scored.

Purpose, data, logic, accuracy overall and by group, limits, who decides: from the grid's own file, and from the month's
`run.json` where the grid lies in its folder. What neither of them knows is asked for on the page, never made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..counts.intervals import wilson
from ..errors import SettingsError
from ..export.markdown import escape, table
from ..grid.criteria import Criterion
from ..grid.grid import Evidence, Grid
from ..language import Words
from ..leads.columns.personal_roles import role_of
from ..leads.columns.sensitive import named_kind
from .band_text import band_line, said
from .level_text import criterion_name, level_name
from .page import environment, text_of
from .run_schema import Candidate, RunFile

FORMS = ("html", "md")
FEWEST_LEADS = 5
"""Levels and groups of fewer leads are not named."""
SENSITIVE = "sensitive"


@dataclass(frozen=True)
class Table:
    """A table of texts under headings."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """One question and its answer: sentences, then points of a list, then tables."""

    title: str
    sentences: tuple[str, ...]
    items: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


def card_page(grid: Grid, words: Words, form: str, run: RunFile | None = None, contact: str = "") -> str:
    """The card as HTML (one file, nothing fetched) or as Markdown.

    `run` is the month's report that judged the grid, `contact` whom a person may ask; raises SettingsError for another
    form.
    """
    if form not in FORMS:
        raise SettingsError(f"a card is written as .html or .md, not as '.{form}'")
    sections = sections_of(grid, words, run, contact)
    title = words("card.title", name=grid.name)
    if form == "md":
        return _markdown(title, words("card.lead"), sections)
    return (
        environment()
        .get_template("card.html.j2")
        .render(w=words, title=title, lead=words("card.lead"), sections=sections, **text_of("page.css"))
    )


def sections_of(grid: Grid, words: Words, run: RunFile | None, contact: str) -> tuple[Section, ...]:
    """The page, question by question."""
    judged = next((entry for entry in run.candidates if entry.name == grid.name), None) if run else None
    return (
        Section(words("card.purpose"), (words("card.purpose_text"), words("card.purpose_not"))),
        _data(grid, words, run),
        _logic(grid, words),
        _accuracy(grid, words, run, judged),
        _limits(grid, words, run),
        _deciders(grid, words, contact),
    )


def _data(grid: Grid, words: Words, run: RunFile | None) -> Section:
    """What is known of a lead, where it comes from, and what is not used."""
    made = grid.provenance
    sentences = []
    if made.get("leads") is not None and made.get("customers") is not None:
        sentences.append(words("card.made", leads=made["leads"], customers=made["customers"]))
    if made.get("source"):
        sentences.append(words("card.source", source=made["source"]))
    if made.get("as_of"):
        sentences.append(words("explained.as_of", day=made["as_of"]))
    if made.get("observe_days"):
        sentences.append(words("card.observed", days=made["observe_days"]))
    used = [criterion for criterion, points in zip(grid.criteria, grid.points, strict=True) if any(points)]
    asked = words("note.and").join(criterion_name(criterion.name, words) for criterion in used)
    sentences.append(words("card.used", count=len(used), names=asked or "–"))
    personal = [criterion.column for criterion in used if _tells_texts(criterion)]
    sentences.append(words("card.personal_used", columns=", ".join(personal)) if personal else words("card.unused"))
    if run is not None and run.groups is not None and run.groups.by:
        groups = run.groups
        sentences.append(words("card.together", by=groups.by, buyers=groups.groups, leads=groups.leads))
    aside = [suspect.column for suspect in run.suspects if suspect.reason == SENSITIVE] if run else []
    if aside:
        sentences.append(words("card.sensitive_aside", columns=", ".join(aside)))
    kept = [criterion.column for criterion in used if named_kind(criterion.column) is not None]
    if kept:
        sentences.append(words("card.sensitive_used", columns=", ".join(kept)))
    return Section(words("card.data"), tuple(sentences))


def _tells_texts(criterion: Criterion) -> bool:
    """Whether a criterion asks what stands in a name, an address or a message, not only whether it is given."""
    role, loose = role_of(criterion.column)
    return criterion.kind in ("text", "number") and role not in (None, "company") and not loose


def _logic(grid: Grid, words: Words) -> Section:
    """How a score comes about: points of answers, added up; what a score leads to."""
    sentences = [
        words("card.adds", low=grid.minimum, high=grid.maximum),
        *([words("grid_page.start", start=grid.start)] if grid.start else []),
        words("card.method", method=words.name("method", grid.method)),
    ]
    limits = grid.thresholds
    if limits is not None:
        sentences.append(
            words("explained.thresholds", marketing=limits.marketing_qualified, sales=limits.sales_qualified)
        )
    sentences.append(words("card.one_lead"))
    rows, hidden = [], 0
    for at, (criterion, points) in enumerate(zip(grid.criteria, grid.points, strict=True)):
        for place, worth in enumerate(points):
            evidence = grid.evidence[at][place] if grid.evidence else None
            if worth and evidence is not None and evidence.leads < FEWEST_LEADS:
                hidden += 1
            elif worth:
                rows.append((worth, _line(criterion, place, worth, evidence, words)))
    rows.sort(key=lambda row: (-abs(row[0]), row[1]))
    if hidden:
        sentences.append(words("card.hidden", count=hidden, fewest=FEWEST_LEADS))
    heads = tuple(words(f"column.{key}") for key in ("criterion", "level", "points", "rate"))
    return Section(
        words("card.logic"),
        tuple(sentences),
        tables=(Table(words("card.lines", count=len(rows)), heads, tuple(row for _, row in rows)),),
    )


def _line(criterion: Criterion, place: int, points: int, evidence: Evidence | None, words: Words) -> tuple[str, ...]:
    return (
        criterion_name(criterion.name, words),
        level_name(criterion.levels[place], words, criterion.name),
        words.signed(points),
        _share(evidence.customers, evidence.leads, words, evidence.design_effect) if evidence else "–",
    )


def _share(part: float, leads: float, words: Words, effect: float | None = None) -> str:
    """A share with its 95 % interval and its counts; with a design effect the interval is that of so many fewer."""
    if not leads:
        return "–"
    wider = effect or 1.0
    low, high = (float(bound[0]) for bound in wilson(np.array([part / wider]), np.array([leads / wider])))
    return words("explained.counted", rate=part / leads, low=low, high=high, customers=round(part), leads=round(leads))


def _accuracy(grid: Grid, words: Words, run: RunFile | None, judged: Candidate | None) -> Section:
    """How often the score is right, overall and by group, on leads that were not used to make it."""
    sentences, tables = [], []
    auc = judged.metrics.get("auc") if judged else None
    if run is not None and run.comparison is not None and auc is not None and auc.value is not None:
        sentences.append(
            words("card.judged", leads=run.comparison.leads, customers=run.comparison.customers)
            + " "
            + words("card.pairs", value=100 * auc.value, low=100 * (auc.low or 0), high=100 * (auc.high or 0))
        )
    else:
        sentences.append(words("card.not_judged"))
    bands = [band for band in grid.ladder if band.leads and band.customers is not None]
    if bands:
        rows = tuple(
            (
                band_line(band, words),
                said(band.action, words) or "–",
                _share(band.customers or 0, band.leads or 0, words, band.design_effect),
            )
            for band in bands
        )
        heads = tuple(words(f"explained.{key}") for key in ("band", "action", "expected"))
        tables.append(Table(words("card.by_band"), heads, rows))
    groups = _groups(grid, words, run)
    sentences.append(words("card.groups" if groups else "card.no_groups", fewest=FEWEST_LEADS))
    return Section(words("card.accuracy"), tuple(sentences), tables=(*tables, *groups))


def _groups(grid: Grid, words: Words, run: RunFile | None) -> list[Table]:
    """For each group of later leads: how many are called, and how many of its customers are among them."""
    if run is None:
        return []
    mine = next((part for part in run.segments if part.get("candidate") == grid.name), None)
    side = 1
    if mine is None:
        mine, side = next((part for part in run.segments if part.get("against") == grid.name), None), 0
    heads = tuple(words(f"card.{key}") for key in ("group", "group_leads", "called", "caught", "closed"))
    effect = run.groups.design_effect if run.groups is not None else None
    tables = []
    levels = {(criterion.name, level.name): level for criterion in grid.criteria for level in criterion.levels}
    for part in mine["tables"] if mine else ():
        if part["by"] is None:  # months are no groups of people
            continue
        rows = []
        for segment in part["segments"]:
            called, caught = segment["called"], segment["caught"]
            if segment["leads"] < FEWEST_LEADS or called is None or caught is None:
                continue
            level = levels.get((part["by"], segment["level"]))
            name = segment["level"] if level is None else level_name(level, words, part["by"])
            rows.append(
                (
                    name,
                    words.count(segment["leads"]),
                    _share(called[side], segment["leads"], words),
                    _share(caught[side], segment["customers"], words, effect),
                    _share(caught[side], called[side], words, effect),
                )
            )
        if rows:
            title = words("card.by_group", criterion=criterion_name(part["by"], words))
            tables.append(Table(title, heads, tuple(rows)))
    return tables


def _limits(grid: Grid, words: Words, run: RunFile | None) -> Section:
    """What the score cannot say."""
    items = [words("card.limit_past"), words("card.limit_worked"), words("card.limit_missing"), words("card.limit_one")]
    day = grid.provenance.get("as_of")
    if day:
        items.append(words("card.limit_age", day=day))
    if grid.expiry:
        items.append(words("card.limit_expiry", count=len(grid.expiry)))
    if run is not None:
        used = {criterion.column for criterion, points in zip(grid.criteria, grid.points, strict=True) if any(points)}
        asked = [question.column for question in run.asked if question.column in used]
        items += [words("card.limit_asked", columns=", ".join(asked))] if asked else []
        items += [words.say("warning", warning.key, warning.facts) for warning in run.warnings]
    return Section(words("card.limits"), (), tuple(dict.fromkeys(items)))


def _deciders(grid: Grid, words: Words, contact: str) -> Section:
    """Who put the grid to work, what was changed by hand, whom to ask; and what the controller has to fill in."""
    made, sentences = grid.provenance, [words("card.person_decides")]
    if made.get("adopted_by"):
        why = made.get("adopted_why") or "–"
        sentences.append(words("explained.adopted", who=made["adopted_by"], why=why, month=made.get("adopted_in")))
    else:
        sentences.append(words("card.not_adopted"))
    items = [
        words(
            "card.by_hand",
            criterion=criterion_name(pin.criterion, words),
            level=pin.level,
            points=pin.points,
            who=pin.who or "–",
            why=pin.why or "–",
        )
        for pin in grid.pins
    ]
    sentences.append(words("card.ask", contact=contact) if contact else words("card.ask_nobody"))
    sentences.append(words("card.to_fill"))
    return Section(words("card.who"), tuple(sentences), tuple(items))


def _markdown(title: str, lead: str, sections: Sequence[Section]) -> str:
    lines = [f"# {escape(title)}", "", escape(lead), ""]
    for section in sections:
        lines += [f"## {escape(section.title)}", ""]
        for sentence in section.sentences:
            lines += [escape(sentence), ""]
        if section.items:
            lines += [*(f"- {escape(item)}" for item in section.items), ""]
        for part in section.tables:
            lines += [f"**{escape(part.title)}**", "", *table(part.heads, part.rows), ""]
    return "\n".join(lines)
