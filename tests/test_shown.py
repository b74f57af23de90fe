"""Values as they show themselves: escaped, cut, with bars of the right width."""

import re

import pandas as pd

from calibrate.shown import MOST_ROWS, Shown, table_html

HOSTILE = "</td><script>alert(1)</script>\"'&"


class Value(Shown):
    bars = ("points",)

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({HOSTILE: [HOSTILE, None], "points": [4.0, float("nan")]})

    @property
    def headline(self) -> str:
        return HOSTILE


def test_no_text_of_a_user_becomes_markup() -> None:
    page = Value()._repr_html_()
    assert "<script" not in page and page.count("&lt;script&gt;") == 3  # caption, name of the column, cell
    assert re.sub(r"<[^>]*>", "", page).count("None") == 0 and "nan" not in page
    assert repr(Value()) == f"<Value: {HOSTILE}>"


def test_bars_are_as_wide_as_their_share_of_the_largest() -> None:
    page = table_html(pd.DataFrame({"points": [10, -5, 0]}), "grid", ("points", "absent"))
    bars = re.findall(r"width:(\d+)%;background:(#\w+)", page)
    assert bars == [("100", "#2e86c155"), ("50", "#c0392b55"), ("0", "#2e86c155")]
    assert "width:" not in table_html(pd.DataFrame({"points": [10]}), "grid")
    assert "width:0%" in table_html(pd.DataFrame({"points": [0]}), "grid", ("points",))


def test_long_tables_are_cut_and_say_how_many_rows_are_left() -> None:
    page = table_html(pd.DataFrame({"row": range(MOST_ROWS + 1234)}), "rows")
    assert page.count("<tr>") == MOST_ROWS + 1 and "1,234 more rows" in page
    assert "more rows" not in table_html(pd.DataFrame({"row": range(MOST_ROWS)}), "rows")
    assert "<td>" not in table_html(pd.DataFrame({"row": []}), "rows", ("row",))


def test_counts_stay_whole_and_other_numbers_have_three_digits() -> None:
    page = table_html(pd.DataFrame({"rate": [0.123456], "count": [1234567], "weighted": [12345.6]}), "rates")
    assert re.findall("<td>(.*?)</td>", page) == ["0.123", "1234567", "12346"]
