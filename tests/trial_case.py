"""A trial file: leads of two arms, day by day."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def trial_file(path: Path, *, lift: float = 2.5, extra: str = "") -> Path:
    rng = np.random.default_rng(0)
    lines = ["id,day,grid,won_on"]
    for i in range(1500):
        day, new = np.datetime64("2026-09-01") + i // 30, rng.random() < 0.5
        won = str(day + int(rng.integers(0, 10))) if rng.random() < 0.07 * (lift if new else 1) else ""
        lines.append(f"{i},{day},{'new' if new else 'old'},{won}")
    path.write_text("\n".join(lines) + "\n" + extra)
    return path
