"""Days as whole numbers since 1970."""

from __future__ import annotations

from datetime import date

DAY_ZERO = date(1970, 1, 1)
