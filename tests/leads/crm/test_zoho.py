"""Exports of Zoho, header by header: pencil counts."""

from __future__ import annotations

from pathlib import Path

from crm_case import Sample, open_is_not_lost, pencil_counts, samples


@samples("zoho")
def test_an_export_with_dates_gives_the_pencil_counts(sample: Sample, tmp_path: Path) -> None:
    pencil_counts(sample, tmp_path)


@samples("zoho")
def test_without_dates_open_is_never_lost(sample: Sample, tmp_path: Path) -> None:
    open_is_not_lost(sample, tmp_path)
