"""The grid as a page to read and print: one table per axis, with what each line rests on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..grid.criteria import Axis
from ..grid.grid import Band, Expiry, Grid
from ..grid.reasons import bands_in, told, words_in
from .base import EVERYTHING, Coverage, Options, account, band_rates
from .lines import ZERO

WORDS: Mapping[str, Mapping[str, Any]] = {
    "en": {
        "fit": "Fit: who the lead is",
        "engagement": "Engagement: what the lead did",
        "colon": ": ",
        "decimal": ".",
        "best": "Scores from {} to {}",
        "head": "Criterion|Level|Points|Customers / leads|95 % interval of the points",
        "bands": "Bands",
        "from": "from {}",
        "counted": "{customers} of {leads} later leads closed, {rate}% (95 %: {low} to {high})",
        "minimums": {"fit": "at least {} of fit", "engagement": "at least {} of engagement"},
        "expiry": "Expiry",
        "days": "all points back after {} days",
        "percent": "{} % back every {} days",
        "thresholds": "Marketing-qualified from {}, sales-qualified from {}",
    },
    "fr": {
        "fit": "Adéquation : qui est le lead",
        "engagement": "Engagement : ce que le lead a fait",
        "colon": " : ",
        "decimal": ",",
        "best": "Scores de {} à {}",
        "head": "Critère|Niveau|Points|Clients / leads|Intervalle à 95 % des points",
        "bands": "Paliers",
        "from": "à partir de {}",
        "counted": "{customers} leads ultérieurs sur {leads} ont signé, {rate} % (95 % : {low} à {high})",
        "minimums": {"fit": "au moins {} d'adéquation", "engagement": "au moins {} d'engagement"},
        "expiry": "Expiration",
        "days": "tous les points repris après {} jours",
        "percent": "{} % repris tous les {} jours",
        "thresholds": "Qualifié marketing à partir de {}, qualifié commercial à partir de {}",
    },
}


def write(grid: Grid, options: Options) -> str:
    """The page, in the language of the options."""
    names = words_in(options.language)
    words = WORDS[options.language]
    lines = [f"# {escape(grid.name)}", "", words["best"].format(grid.minimum, grid.maximum) + ".", ""]
    if grid.thresholds:
        stages = (grid.thresholds.marketing_qualified, grid.thresholds.sales_qualified)
        lines += [words["thresholds"].format(*stages) + said_minimums(grid, options.language) + ".", ""]
    axes: tuple[Axis, ...] = ("fit", "engagement")
    for axis in axes:
        rows = []
        for at, criterion in enumerate(grid.criteria):
            for place, points in enumerate(grid.points[at]):
                if criterion.axis == axis and points:
                    level = told(criterion, place, names)
                    behind = _evidence(grid, at, place, words["decimal"])
                    rows.append((criterion.name, level, f"{points:+d}", *behind))
        if rows:
            lines += [f"## {words[axis]}", "", *table(words["head"].split("|"), rows), ""]
    lines += [ZERO[options.language], ""]
    if grid.bands:
        lines += [f"## {words['bands']}", ""]
        for band in sorted(grid.bands, key=lambda band: -band.at_least):
            name, action = band_said(band.name, band.action, options.language)
            action = f"{words['colon']}{escape(action)}" if action else ""
            least = minimums(band.demands, options.language)
            outcome = counted_band(grid, band, options.language)
            closed = f" ({outcome})" if outcome else ""
            lines.append(f"- **{escape(name)}**, {words['from'].format(band.at_least)}{least}{action}{closed}")
        lines.append("")
    if grid.expiry:
        lines += [f"## {words['expiry']}", ""]
        for fading in grid.expiry:
            rule = words["days"].format(fading.days)
            if not fading.days:
                rule = words["percent"].format(fading.percent, fading.every_days)
            lines.append(f"- {aging(grid, fading, options.language)}{words['colon']}{rule}")
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
    """What later leads in a band came to, with counts and interval; empty where nobody counted.

    >>> band = Band("call", 30, "", leads=239, customers=63)
    >>> counted_band(Grid("g", "lift", (), (), bands=(band,)), band, "fr")
    '63 leads ultérieurs sur 239 ont signé, 26,4 % (95 % : 21,2 à 32,3)'
    """
    rates = band_rates(grid).get(band.name)
    if rates is None:
        return ""
    rate, low, high = (f"{100 * share:.1f}".replace(".", WORDS[language]["decimal"]) for share in rates[2:])
    text: str = WORDS[language]["counted"]
    return text.format(leads=rates[0], customers=rates[1], rate=rate, low=low, high=high)


def aging(grid: Grid, rule: Expiry, language: str) -> str:
    """The line whose points a rule takes back, escaped."""
    criterion = next(candidate for candidate in grid.criteria if candidate.name == rule.criterion)
    place = [level.name for level in criterion.levels].index(rule.level)
    return f"{escape(criterion.name)}, {escape(told(criterion, place, words_in(language)))}"


def coverage(grid: Grid, options: Options) -> Coverage:
    """A page for readers: everything is said, nothing scores."""
    return account("markdown", grid, minimums=True, expiry=("carried", ""), makes=EVERYTHING)


def minimums(demands: Sequence[tuple[str, int]], language: str) -> str:
    """Points of fit and of engagement that are asked for beside the score, each after a comma.

    >>> minimums((("score", 30), ("fit", 5)), "en")
    ', at least 5 of fit'
    """
    phrases: dict[str, str] = WORDS[language]["minimums"]
    return "".join(f", {phrases[what].format(least)}" for what, least in demands if what in phrases)


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


def _evidence(grid: Grid, at: int, place: int, decimal: str) -> tuple[str, str]:
    if not grid.evidence:
        return "", ""
    evidence = grid.evidence[at][place]
    interval = "" if evidence.low is None or evidence.high is None else f"{evidence.low:.1f} … {evidence.high:.1f}"
    return f"{evidence.customers} / {evidence.leads}", interval.replace(".", decimal)
