"""One lead's score in words: where its points come from, what such leads came to, and what the next band asks for."""

from __future__ import annotations

from typing import Any

from ..export.base import close_rates, rate_at
from ..export.markdown import escape
from ..language import Words
from ..scoring.one_lead import LeadScore
from .band_text import said
from .level_text import line_name
from .rate_text import band_rate


def explained(lead: LeadScore, words: Words, *, markdown: bool = False) -> str:
    """The sentences and the lines that add up to the score; `markdown` escapes what comes from users."""
    plain = escape if markdown else str
    grid, sentences = lead.grid, []
    band = said(lead.band, words)
    key = "explained_lead.score" if lead.band else "explained_lead.score_alone"
    subject = words("explained_lead.lead", lead=plain(lead.lead)) if lead.lead else words("explained_lead.this_lead")
    sentences.append(words(key, lead=subject, score=lead.score, band=plain(band)))
    if lead.rows > 1:
        sentences.append(words("explained_lead.rows", rows=lead.rows))
    expected = rate_at(close_rates(grid), lead.score)
    if expected is not None:
        value, low, high = expected
        sentences.append(words("explained_lead.expected", rate=value, low=low, high=high))
    sentences += _counted(lead, words)
    lines = [" ".join(sentences), ""]
    if lead.lines:
        lines.append(words("explained_lead.lines"))
        names = [
            plain(line_name(grid.criteria[at].name, grid.criteria[at].levels[place], words))
            for at, place, _ in lead.lines
        ]
        width = 0 if markdown else max(map(len, names))
        for (at, place, points), name in zip(lead.lines, names, strict=True):
            lines.append(f"- {name:<{width}}  {words.signed(points):>4}{_evidence(lead, at, place, words)}")
        if grid.start:
            lines.append(f"- {words('answer.start'):<{width}}  {words.signed(grid.start):>4}")
        lines += ["", words("explained_lead.sum", terms=_sum(lead, words), score=lead.score)]
    else:
        lines.append(words("explained_lead.no_lines"))
        if grid.start:
            lines.append(words("grid_page.start", start=grid.start))
    zeros = len(grid.criteria) - len(lead.lines)
    if zeros and lead.lines:
        lines.append(words("explained_lead.zeros", count=zeros))
    lines += _next_band(lead, words, plain)
    if lead.absent:
        names_absent = ", ".join(plain(column) for column in lead.absent)
        lines.append(words("explained_lead.absent", columns=names_absent))
    return "\n".join(lines)


def lead_json(lead: LeadScore) -> dict[str, Any]:
    """The same as an object: score, band, close rate, and each line that fired."""
    expected = rate_at(close_rates(lead.grid), lead.score)
    lines = [
        {
            "criterion": lead.grid.criteria[at].name,
            "level": lead.grid.criteria[at].levels[place].name,
            "axis": lead.grid.criteria[at].axis,
            "points": points,
        }
        for at, place, points in lead.lines
    ]
    rates = dict(zip(("close_rate", "close_rate_low", "close_rate_high"), expected or (None,) * 3, strict=True))
    absent = list(lead.absent)
    return {
        "lead": lead.lead,
        "score": lead.score,
        "band": lead.band,
        **rates,
        "lines": lines,
        "start": lead.grid.start,
        "absent": absent,
    }


def _counted(lead: LeadScore, words: Words) -> list[str]:
    """What leads that the points had not seen came to in the lead's band, with counts."""
    for band in lead.grid.bands:
        close_rate = band_rate(band) if band.name == lead.band else None
        if close_rate is not None:
            facts = {"rate": close_rate.value, "low": close_rate.low, "high": close_rate.high}
            return [words("explained_lead.counted", customers=band.customers, leads=band.leads, **facts)]
    return []


def _evidence(lead: LeadScore, at: int, place: int, words: Words) -> str:
    """The close rate of the leads that gave this answer, where the grid says it."""
    if not lead.grid.evidence or not lead.grid.evidence[at][place].leads:
        return ""
    evidence = lead.grid.evidence[at][place]
    text = words(
        "explained_lead.evidence",
        rate=evidence.customers / evidence.leads,
        customers=evidence.customers,
        leads=evidence.leads,
    )
    return f"  {text}"


def _sum(lead: LeadScore, words: Words) -> str:
    terms = [points for _, _, points in lead.lines]
    first, *smaller = [*terms, lead.grid.start] if lead.grid.start else terms
    signs = [f" {'+' if points > 0 else words.signed(-1)[0]} {abs(points)}" for points in smaller]
    return (words.signed(first) if first < 0 else str(first)) + "".join(signs)


def _next_band(lead: LeadScore, words: Words, plain: Any) -> list[str]:
    """How many points are missing to the next higher band."""
    higher = [band for band in lead.grid.ladder if band.at_least > lead.score]
    if not higher:
        return []
    band = higher[-1]
    return [words("explained_lead.next", missing=band.at_least - lead.score, band=plain(said(band.name, words)))]
