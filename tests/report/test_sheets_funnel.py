"""Tables of months, windows and value: each figure in the column whose heading says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from report_case import review

from calibrate.counts.rates import rate
from calibrate.funnel.kpis import Month
from calibrate.funnel.time_to_close import Closing, Window
from calibrate.funnel.value import Worth
from calibrate.language import load
from calibrate.report import sheets_funnel
from calibrate.report.review import Funnel

SAY = load("en")
REVIEW = review(2000)


def test_months_count_from_lead_to_alert() -> None:
    month = Month("2025-03", rate(6, 100), rate(5, 40), rate(4, 21), 12.5, None)
    sheet = sheets_funnel.months(replace(REVIEW, handover=replace(REVIEW.handover, kpis=(month,))), SAY)
    row = dict(zip([name for name, _ in sheet.columns], sheet.rows[0], strict=True))
    assert list(sheet.rows[0][:4]) == ["March 2025", 100, 6, 0.06]
    assert row[SAY("workbook.share_mql")] == 0.4
    assert row[SAY("workbook.mql_to_sql")] == 21 / 40
    assert row[SAY("workbook.alerts_day")] == 1.0
    assert row[SAY("months.mean")] == 12.5


def test_windows_without_a_grid_have_empty_cells() -> None:
    windows = (Window(30, 100, 5, 0.05, 0.02, 0.11), Window(90, 80, 8, 0.1, 0.05, 0.18, None, used=True))
    days = np.arange(2)
    closing = Closing(days, days * 0.1, days * 0.1, days * 0.1, 100, 8, None, 0.9, 0.0, 60, 63, windows)
    sheet = sheets_funnel.windows(replace(REVIEW, funnel=Funnel(closing=closing)), SAY)
    assert sheet is not None
    assert sheet.rows[0] == (30, 100, 5, 0.05, 0.02, 0.11, None, None, None, "", "")
    assert sheet.rows[1][-1] == SAY("time.used")
    assert len(sheet.columns) == len(sheet.rows[0])


def test_levels_without_leads_have_no_value() -> None:
    size = len(REVIEW.rates.leads)
    figures = np.arange(size, dtype=float)
    worth = Worth("amount", 3, 0, 10.0, 3.3, 0.1, figures, figures, figures, figures, figures)
    rates = replace(REVIEW.rates, leads=np.where(np.arange(size) == 2, 0, REVIEW.rates.leads))
    sheet = sheets_funnel.worth(replace(REVIEW, rates=rates, funnel=Funnel(worth=worth)), SAY)
    assert sheet is not None
    assert [row[3] for row in sheet.rows] == [value for i, value in enumerate(figures) if rates.leads[i]]
    assert 2.0 not in [row[3] for row in sheet.rows]


def test_nothing_to_say_is_no_table() -> None:
    bare = replace(REVIEW, funnel=Funnel())
    parts = (
        sheets_funnel.mails,
        sheets_funnel.stages,
        sheets_funnel.windows,
        sheets_funnel.worth,
        sheets_funnel.worked,
    )
    assert all(part(bare, SAY) is None for part in parts)
