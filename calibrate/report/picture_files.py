"""The report's pictures as files of their own: the page's drawings, with its colours inside, for slides and mails.

A picture is drawn once, as the page draws it; nothing is drawn here.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

from ..language import Words
from . import svg_pictures as pictures
from .review import Review

STYLE_SHEET = Path(__file__).parent / "templates" / "page.css"
FONT = 'font-family: system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;'


def pictures_of(review: Review, words: Words) -> dict[str, bytes]:
    """The pictures that there are, by file name: lift of levels, promise and outcome, customers caught, thresholds."""
    candidate = review.chosen_candidate
    judged = None if candidate is None else review.judged(candidate.name)
    drawings = {
        "lift.svg": pictures.telling(review, words),
        "calibration.svg": None if judged is None else pictures.reliability(judged, words),
        "gains.svg": pictures.gains(review, words),
        "thresholds.svg": None if candidate is None else pictures.thresholds(review, candidate, words),
    }
    return {name: standalone(drawing) for name, drawing in drawings.items() if drawing is not None}


def standalone(drawing: Markup) -> bytes:
    """A picture of the page as a file: named as SVG, with its size, a white sheet and the page's light colours.

    >>> text = standalone(Markup('<svg class="picture" viewBox="0 0 20 10"><line class="mean"/></svg>')).decode()
    >>> text[:78]
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" class="picture"'
    >>> "stroke: #51616e" in text and "var(" not in text
    True
    """
    head, inside = str(drawing).split(">", 1)
    size = re.search(r'viewBox="0 0 (\S+) ([^"]+)"', head)
    assert size is not None
    width, height = size.groups()
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"{head.removeprefix("<svg")}>'
    sheet = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return f"{opened}<style>{_style()}</style>{sheet}{inside}\n".encode("utf-8", "replace")


@cache
def _style() -> str:
    """The page's rules for pictures, each variable as its light colour, the font that pages ask for."""
    page = STYLE_SHEET.read_text("utf-8")
    colours = dict(re.findall(r"(?<![a-z-])(--[a-z-]+): ([^;]+);", page[: page.index("}")]))
    rules = page.partition("/* pictures */\n")[2].partition("\n\n")[0]
    drawn = "\n".join(rule for rule in rules.splitlines() if "svg." not in rule)
    drawn = drawn.replace("font-family: inherit;", FONT)
    return re.sub(r"var\((--[a-z-]+)\)", lambda name: colours[name[1]], drawn)
