"""The review page: one HTML file with all it needs inside, to be read on a projector and printed.

Nothing is fetched and nothing but the page's own script runs: the content security policy names that script
and that style sheet by their hash. Every text of the user's is escaped where the template places it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..language import Words
from . import answer as answering
from . import audit_text as checks
from . import enough, folds, sections, tables
from . import impact as meeting
from . import outcome_text as spelling
from . import svg as drawing
from . import svg_pictures as pictures
from . import what_if as trying
from .compiled_templates import BesideModules
from .level_text import criterion_name, level_name
from .profiles import FEWEST_LEADS
from .review import Review
from .size_picture import sizes
from .winners import segment_gains

TEMPLATES = Path(__file__).parent / "templates"
SCRIPTS = ("page.js", "appendix.js", "meeting.js")
SECTIONS = (
    "candidates",
    "points",
    "rates",
    "changes",
    "segments",
    "history",
    "drift",
    "constraints",
    "audit",
    "proof",
    "thresholds",
    "ages",
    "business",
    "grades",
    "months",
    "feedback",
    "time",
    "truth",
    "account",
    "glossary",
)
"""The folds, in their order."""


def page_text(
    review: Review, words: Words, translations: Mapping[str, str] | None = None, fewest: int | None = FEWEST_LEADS
) -> str:
    """The whole page as text.

    `translations` links to the same page in other languages (language to file name). Profiles of leads on the
    page stand for at least `fewest` leads each; without it there are none, and points cannot be moved.
    """
    style, script = _text("page.css"), "\n".join(_text(name) for name in SCRIPTS)
    values = _values(review, words)
    parts = {name: folds.squeezed(_section(name, values)) for name in values["toc"]}
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            **values,
            others=translations or {},
            style=Markup(style),
            script=Markup(script),
            style_hash=_hash(style),
            script_hash=_hash(script),
            packed=_safe_json(folds.packed(parts)),
            fold_lines=[(name, folds.line(name, review, words)) for name in parts],
            data=_safe_json(_data(review, words, fewest)),
        )
    )


def _section(name: str, values: Mapping[str, Any]) -> str:
    return environment().get_template(f"{name}.html.j2").render(**values)


def _values(review: Review, words: Words) -> dict[str, Any]:
    """Everything the templates place."""
    candidate = review.chosen_candidate
    limits = candidate.grid.thresholds if candidate else None
    rates = review.rates
    handed = meeting.handed_over(review, candidate) if candidate and limits else None
    parts = (
        review.funnel.closing,
        review.funnel.stages,
        review.funnel.worth,
        review.funnel.selection,
        review.funnel.fadings or None,
    )
    timed = any(part is not None for part in parts)
    absent = {name for name, there in (("truth", review.truth), ("time", timed)) if not there}
    visible = [name for name in SECTIONS if name not in absent | meeting.absent(review) | checks.absent(review)]
    return {
        **meeting.values(review, words),
        **checks.values(review, words),
        "w": words,
        "review": review,
        "compared": review.comparison,
        "verdict": review.comparison.verdict,
        "chosen": candidate,
        "candidates": review.in_order,
        "toc": visible,
        "limits": limits,
        "handed": handed,
        "headline": sections.headline(review, words),
        "sentence": sections.sentence(review, words),
        "judged": review.judged,
        "metric_rows": sections.metric_rows(review),
        "formats": sections.FORMATS,
        "is_twin": sections.is_twin,
        "level": lambda level, criterion="": level_name(level, words, criterion),
        "crit": partial(criterion_name, words=words),
        "sides": partial(sections.sides, review),
        "beside": sections.side_by_side(review),
        "step_rows": partial(sections.step_rows, review),
        "reach": tables.reach,
        "axes": tables.AXES,
        "most_points": _most_points(review),
        "points_bar": drawing.points_bar,
        "rate_bar": partial(drawing.rate_bar, mean=rates.overall.value, top=_top(review)),
        "spans": list(tables.spans(rates)),
        "shown": set(tables.shown(rates)),
        "rates": rates,
        **spelling.values(review.account, words),
        "excluded": sections.excluded(review, words),
        "suspects": sections.suspects(review, words),
        "asked": sections.asked(review.asked, words),
        "rests_on": sections.rests_on(review, words),
        "enough": [*enough.levels_said(review.power, words), enough.verdict_said(review, words)],
        "folds": sections.folds_drawn(review, words),
        "gaps": sections.has_gaps(review),
        "cohort": partial(sections.cohort_name, words=words),
        "truth_rows": pictures.truth_rows(review),
        "truth_held": sum(low <= true <= high for _, _, true, _, low, high in pictures.truth_rows(review)),
        "worth_rows": sections.worth_rows(review, words),
        "moved_rows": sections.moved_rows(review, words),
        "kept": partial(sections.kept, review),
        "ceiling": sections.ceiling(review, words),
        "pictures": pictures,
        **_first_screens(review, words),
        "slider": _safe_json(sections.slider_data(review)),
        "glossary": [key.removeprefix("term.") for key in words.texts if key.startswith("term.")],
    }


def _most_points(review: Review) -> int:
    """Largest number of points, given or taken, on any line of any candidate."""
    return max((abs(p) for c in review.candidates for points in c.grid.points for p in points), default=1)


def _top(review: Review) -> float:
    """Where the bars of rates end: the highest rate that enough leads stand behind, with room for its interval."""
    rates = review.rates
    sure = [float(high) for high, thin in zip(rates.high, rates.thin, strict=True) if not thin]
    return max([rates.overall.high, *sure]) or 1.0


def _first_screens(review: Review, words: Words) -> dict[str, Any]:
    """What stands before the folds."""
    return {
        "answer": answering.answer_of(review, words),
        "alerts": list(answering.alerts(review, words)),
        "static_lines": answering.static_lines(review, words),
        "sizes": sizes(review, words),
        "winners": segment_gains(review, words),
        "has_current": any(c.name == "current" for c in review.candidates),
        "promises": list(answering.promises(review, words)),
        "drift_line": answering.drift_line(review, words),
    }


def _data(review: Review, words: Words, fewest: int | None) -> dict[str, Any]:
    """What the script needs: the grids that can be tried, and its texts."""
    keys = ("slider_leads", "slider_caught", "slider_rate", "slider_rate_from", "slider_points", "slider_missed")
    texts = {key: words.texts[f"threshold.{key}"] for key in keys} | {"count": words.texts["rates.count"]}
    texts |= {key.removeprefix("try."): text for key, text in words.texts.items() if key.startswith("try.")}
    later = review.comparison
    basis = words("meeting.basis", leads=later.leads, customers=later.customers) if later.leads else ""
    return {
        "language": words.language,
        "singular_zero": words.texts["format.zero_is"] == "singular",
        "average": review.rates.overall.value,
        "texts": texts | {"colon": words.texts["format.colon"]},
        "basis": basis,
        **trying.values(review, words, fewest),
    }


def _safe_json(value: object) -> Markup:
    r"""JSON that can stand inside a script element whatever texts it holds.

    >>> _safe_json("</script><!--")
    Markup('"\\u003c/script\\u003e\\u003c!--"')
    """
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def text_of(name: str) -> dict[str, Any]:
    """A style sheet to place, with the hash that allows it."""
    style = _text(name)
    return {"style": Markup(style), "style_hash": _hash(style)}


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """The templates, with every text of the user's escaped."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=BesideModules(TEMPLATES),
    )
    templates.filters["soft"] = _soft
    return templates


def _soft(name: str) -> Markup:
    """A name that may break after its joints, so that long ones fit in a column.

    >>> _soft("pricing_page <views>")
    Markup('pricing_<wbr>page &lt;views&gt;')
    """
    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[_./\-])(?=\w)", name))
