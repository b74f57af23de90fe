"""Bands and stages in words: from how many points, how many of them of which axis, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from ..grid.grid import Band, Measure, Stage, Thresholds
from ..language import Words


def said(text: str, words: Words) -> str:
    """A name or action of a band, translated where it is one of ours.

    >>> from calibrate.language import load
    >>> said("call now", load("fr")), said("rappeler Paul", load("fr"))
    ('appeler tout de suite', 'rappeler Paul')
    """
    return words.texts.get(f"said.{text.replace(' ', '_')}", text)


def from_points(demands: Sequence[tuple[Measure, int]], words: Words) -> str:
    r"""From how many points on, and at least how many of fit and engagement.

    >>> from calibrate.language import load
    >>> from_points((("score", 30), ("fit", 5), ("engagement", 10)), load("en")).replace("\u00a0", " ")
    'from 30 points, with at least 5 of fit and 10 of engagement'
    """
    minimums: dict[str, int] = dict(demands)
    axes = "_".join(axis for axis in ("fit", "engagement") if axis in minimums)
    text = words("bands.from", at=minimums["score"])
    return (
        text + words(f"bands.{axes}", fit=minimums.get("fit"), engagement=minimums.get("engagement")) if axes else text
    )


def band_line(band: Band, words: Words) -> str:
    """A band with its name: ``from 30 points: sales-qualified``."""
    return words("bands.band", points=from_points(band.demands, words), name=said(band.name, words))


def stage_lines(limits: Thresholds, words: Words) -> dict[str, str]:
    """Both stages, as texts about thresholds take them."""
    return {
        "marketing": stage_line(limits, "marketing_qualified", words),
        "sales": stage_line(limits, "sales_qualified", words),
    }


def stage_line(limits: Thresholds, stage: Stage, words: Words) -> str:
    """A stage with what it asks for: ``SQL from 30 points``."""
    return words("bands.stage", stage=words(f"stage.{stage}"), points=from_points(limits.demands(stage), words))
