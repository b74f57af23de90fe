"""Leads that tests of counting read from one file."""

from __future__ import annotations

from pathlib import Path

import pytest
from counting_case import leads


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("leads") / "leads.csv"
    leads().to_csv(path, index=False)
    return path
