"""A settings sheet to print: what to click, in which order, and the lines to type in; English and French.

For systems that take no rules from outside. The texts say where the vendor's help pages say things are.
"""

from __future__ import annotations

from ..errors import ExportError, unknown
from ..grid.criteria import Axis
from ..grid.grid import Grid
from ..grid.reasons import told, words_in
from ..language import Words, load
from .base import Options
from .lines import lowered_remark, zero_line
from .markdown import aging, band_said, counted_band, escape, minimums, said_minimums, table

SYSTEMS = ("plezi", "pipedrive", "activecampaign", "dynamics")


def steps_of(target: str, words: Words, key: str = "steps", **places: object) -> list[str]:
    """Steps of a target, one a line of the language file."""
    return words(f"loading_{target}.{key}", **places).splitlines()


def write(grid: Grid, options: Options, system: str) -> str:
    """The sheet for one system, as Markdown, in the language of the options."""
    if system not in SYSTEMS:
        raise ExportError(unknown("settings sheet", system, SYSTEMS))
    names = words_in(options.language)
    words = load(options.language)
    lines = [
        "# " + words("sheet.title", grid=escape(grid.name), system=words(f"loading_{system}.system")),
        "",
        f"## {words('sheet.order')}",
        "",
    ]
    lines += [f"{number}. {step}" for number, step in enumerate(steps_of(system, words), 1)]
    lines += ["", words("sheet.check", best=grid.maximum, worst=grid.minimum), ""]
    lines += [words("grid_page.start", start=grid.start), ""] if grid.start else []
    moved = lowered_remark(grid)
    lines += [moved.sentence(words), ""] if moved else []
    axes: tuple[Axis, Axis] = ("engagement", "fit") if system == "plezi" else ("fit", "engagement")
    for axis in axes:
        rows = [
            (criterion.name, told(criterion, place, names), f"{points:+d}", "☐")
            for at, criterion in enumerate(grid.criteria)
            for place, points in enumerate(grid.points[at])
            if criterion.axis == axis and points
        ]
        if rows:
            lines += [f"## {words(f'sheet.{axis}')}", "", *table(words("sheet.head").split("|"), rows), ""]
    lines += [zero_line(options.language), ""]
    if grid.thresholds:
        stages = (grid.thresholds.marketing_qualified, grid.thresholds.sales_qualified)
        lines += [
            words("sheet.thresholds", marketing=stages[0], sales=stages[1]).rstrip(".")
            + said_minimums(grid, options.language)
            + ".",
            "",
        ]
    if grid.bands:
        band_rows = []
        for band in sorted(grid.bands, key=lambda band: -band.at_least):
            name, action = band_said(band.name, band.action, options.language)
            from_points = f"{band.at_least}{minimums(band.demands, options.language)}"
            band_rows.append((name, from_points, action, counted_band(grid, band, options.language), "☐"))
        lines += [f"## {words('sheet.bands')}", "", *table(words("sheet.band_head").split("|"), band_rows), ""]
    if grid.expiry:
        lines += [f"## {words('sheet.expiry')}", ""]
        for rule in grid.expiry:
            line = aging(grid, rule, options.language)
            if rule.days:
                lines.append("- " + words("sheet.days", line=line, days=rule.days))
            else:
                lines.append("- " + words("sheet.percent", line=line, percent=rule.percent, every=rule.every_days))
        lines.append("")
    return "\n".join(lines)
