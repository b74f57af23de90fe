"""Odoo's exports: archived leads."""

from __future__ import annotations

from pathlib import Path

import pytest
from crm_case import ENDS, LOST, SAMPLES, Sample, open_is_not_lost, pencil_counts, read, rows_of, samples, write

from calibrate.errors import HistoryError


@pytest.mark.parametrize("kind", ["internal", "english", "french", "status"])
def test_odoo_without_archived_leads_is_refused(kind: str, tmp_path: Path) -> None:
    sample = next(s for s in SAMPLES if s.name == f"odoo-{kind}")
    header, rows = rows_of(sample)
    kept = [row for row, end in zip(rows, ENDS, strict=True) if end != LOST]
    file = write(tmp_path / "leads.csv", header, kept)
    with pytest.raises(HistoryError, match=r"no row is lost in .*archives lost leads.*filter 'Archived'"):
        read(file)
    assert read(file, data={"crm": "none"}, outcome={"customer": sample.outcome, "customer_values": (sample.words[0],)},
                time={"created_at": sample.created}).tally.overall[1] == 8  # fmt: skip


@samples("odoo")
def test_an_export_with_dates_gives_the_pencil_counts(sample: Sample, tmp_path: Path) -> None:
    pencil_counts(sample, tmp_path)


@samples("odoo")
def test_without_dates_open_is_never_lost(sample: Sample, tmp_path: Path) -> None:
    open_is_not_lost(sample, tmp_path)
