"""The grid as a page to read and print: one table per axis, with what each line rests on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..grid.criteria import Axis
from ..grid.grid import Band, Expiry, Grid
from ..grid.reasons import bands_in, told, words_in
from ..language import Words, load
from .base import EVERYTHING, Coverage, Options, account, band_rates
from .lines import zero_line


def write(grid: Grid, options: Options) -> str:
    """The page, in the language of the options."""
    names = words_in(options.language)
    words = load(options.language)
    lines = [f"# {escape(grid.name)}", "", words("grid_page.best", low=grid.minimum, high=grid.maximum) + ".", ""]
    lines += [words("grid_page.start", start=grid.start), ""] if grid.start else []
    if grid.thresholds:
        stages = (grid.thresholds.marketing_qualified, grid.thresholds.sales_qualified)
        lines += [
            words("grid_page.thresholds", marketing=stages[0], sales=stages[1])
            + said_minimums(grid, options.language)
            + ".",
            "",
        ]
    axes: tuple[Axis, ...] = ("fit", "engagement")
    for axis in axes:
        rows = []
        for at, criterion in enumerate(grid.criteria):
            for place, points in enumerate(grid.points[at]):
                if criterion.axis == axis and points:
                    level = told(criterion, place, names)
                    behind = _evidence(grid, at, place, words)
                    rows.append((criterion.name, level, f"{points:+d}", *behind))
        if rows:
            lines += [f"## {words(f'grid_page.{axis}')}", "", *table(words("grid_page.head").split("|"), rows), ""]
    lines += [zero_line(options.language), ""]
    if grid.bands:
        lines += [f"## {words('grid_page.bands')}", ""]
        for band in sorted(grid.bands, key=lambda band: -band.at_least):
            name, action = band_said(band.name, band.action, options.language)
            action = f"{words.texts['format.colon']}{escape(action)}" if action else ""
            least = minimums(band.demands, options.language)
            outcome = counted_band(grid, band, options.language)
            closed = f" ({outcome})" if outcome else ""
            lines.append(
                f"- **{escape(name)}**, {words('grid_page.from', points=band.at_least)}{least}{action}{closed}"
            )
        lines.append("")
    if grid.expiry:
        lines += [f"## {words('grid_page.expiry')}", ""]
        for fading in grid.expiry:
            rule = words("grid_page.days", days=fading.days)
            if not fading.days:
                rule = words("grid_page.percent", percent=fading.percent, days=fading.every_days)
            lines.append(f"- {words.pair(aging(grid, fading, options.language), rule)}")
        lines.append("")
    return "\n".join(lines)


def band_said(name: str, action: str, language: str) -> tuple[str, str]:
    """Name and action of a band to a reader: our own ones translated, the name beside as scores carry it.

    >>> band_said("not yet", "wait", "fr"), band_said("Chaud", "wait until May", "fr")
    (('pas encore (not yet)', 'attendre'), ('Chaud', 'wait until May'))
    """
    translations = bands_in(language)
    return f"{translations[name]} ({name})" if name in translations else name, translations.get(action, action)


def counted_band(grid: Grid, band: Band, language: str) -> str:
    r"""What later leads in a band came to, with counts and interval; empty where nobody counted.

    >>> band = Band("call", 30, "", leads=239, customers=63)
    >>> counted_band(Grid("g", "lift", (), (), bands=(band,)), band, "fr")
    '63 leads ultérieurs sur 239 ont signé, 26,4\u202f% (95\u202f%\xa0: 21,2 à 32,3)'
    """
    rates = band_rates(grid).get(band.name)
    if rates is None:
        return ""
    rate, low, high = rates[2:]
    figures = {"rate": rate, "low": 100 * low, "high": 100 * high}
    return load(language)("grid_page.counted", leads=rates[0], customers=rates[1], **figures)


def aging(grid: Grid, rule: Expiry, language: str) -> str:
    """The line whose points a rule takes back, escaped."""
    criterion = next(candidate for candidate in grid.criteria if candidate.name == rule.criterion)
    place = [level.name for level in criterion.levels].index(rule.level)
    return f"{escape(criterion.name)}, {escape(told(criterion, place, words_in(language)))}"


def coverage(grid: Grid, options: Options) -> Coverage:
    """A page for readers: everything is said, nothing scores."""
    return account("markdown", grid, minimums=True, expiry=("carried", None), makes=EVERYTHING)


def minimums(demands: Sequence[tuple[str, int]], language: str) -> str:
    """Points of fit and of engagement that are asked for beside the score, each after a comma.

    >>> minimums((("score", 30), ("fit", 5)), "en")
    ', at least 5 of fit'
    """
    words = load(language)
    phrases = ((words.texts.get(f"grid_page.minimum_{what}"), least) for what, least in demands)
    return "".join(f", {phrase.format(least=least)}" for phrase, least in phrases if phrase)


def said_minimums(grid: Grid, language: str) -> str:
    """The minimums of the thresholds, where they ask for more than a score: those of the higher stage are all."""
    demands = grid.thresholds.demands("sales_qualified") if grid.thresholds else ()
    return f" ({minimums(demands, language).removeprefix(', ')})" if len(demands) > 1 else ""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table; cells are escaped."""
    lines = ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in [head, *rows]]
    lines.insert(1, "|" + " --- |" * len(head))
    return lines


def escape(text: str) -> str:
    r"""The text as Markdown shows it, without meaning of its own.

    >>> print(escape("a|b *c* <script> [x](y)"))
    a\|b \*c\* &lt;script&gt; \[x\]\(y\)
    """
    flat = re.sub(r"\s+", " ", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#|!~$])", r"\\\1", flat)


def _evidence(grid: Grid, at: int, place: int, words: Words) -> tuple[str, str]:
    if not grid.evidence:
        return "", ""
    evidence = grid.evidence[at][place]
    interval = (
        ""
        if evidence.low is None or evidence.high is None
        else f"{words.decimal(evidence.low, 1)} … {words.decimal(evidence.high, 1)}"
    )
    return f"{words.count(evidence.customers)} / {words.count(evidence.leads)}", interval
