"""Values as they show themselves: one line in a terminal, a small table in a notebook."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 40
"""Rows of a table in a notebook; `frame()` has all of them."""


class Shown:
    """A value with `frame()`, a short `repr` and a table for notebooks.

    `bars` names the columns drawn as bars too; a class says its `headline`, and `shown` where that is not its frame.
    """

    bars: ClassVar[tuple[str, ...]] = ()

    def frame(self) -> pd.DataFrame:
        """The value as a table."""
        raise NotImplementedError

    @property
    def headline(self) -> str:
        """What it is, in one line."""
        return type(self).__name__

    def shown(self) -> pd.DataFrame:
        """The rows that a notebook shows."""
        return self.frame()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.headline}>"

    def _repr_html_(self) -> str:
        return table_html(self.shown(), self.headline, self.bars)


def table_html(frame: pd.DataFrame, caption: str, bars: tuple[str, ...] = ()) -> str:
    """At most `MOST_ROWS` rows as an HTML table, every text escaped, with bars in the columns named.

    >>> import pandas as pd
    >>> text = table_html(pd.DataFrame({"level": ["<b>"], "points": [3]}), "A grid", ("points",))
    >>> "&lt;b&gt;" in text, "width:100%" in text
    (True, True)
    """
    widest = {name: max(float(frame[name].abs().max()), 1e-12) for name in bars if name in frame and len(frame)}
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in frame.columns)
    rows = []
    for row in frame.head(MOST_ROWS).itertuples(index=False, name=None):  # keeps whole numbers whole
        cells = []
        for name, value in zip(frame.columns, row, strict=True):
            text = html.escape(_text(value))
            if name in widest and value == value:
                share = min(abs(float(value)) / widest[str(name)], 1.0)
                color = "#c0392b55" if float(value) < 0 else "#2e86c155"
                text = (
                    f'<div style="position:relative;min-width:6em"><div style="position:absolute;height:100%;'
                    f'width:{share:.0%};background:{color}"></div><span style="position:relative">{text}</span></div>'
                )
            cells.append(f"<td>{text}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    more = len(frame) - MOST_ROWS
    note = f"<p>{more:,} more rows: <code>.frame()</code> has all.</p>" if more > 0 else ""
    return (
        f"<table><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>{note}"
    )


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if 1000 <= abs(value) < 1e12 else f"{value:.3g}"
    return str(value)
