"""What the frontier costs: a whole run on one file with it and without, in CPU seconds and memory.

    python benchmarks/frontier.py FILE:OUTCOME [FILE:OUTCOME ...]

Each run is a process of its own, on one core; without the frontier every method makes and judges its grid of all lines
only.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.update(OPENBLAS_NUM_THREADS="1", CALIBRATE_JOBS="1")
sys.path[:0] = [str(Path(__file__).parents[1])]


def run(file: str, outcome: str, *, with_frontier: bool) -> None:
    """A whole run in this process."""
    from calibrate.monthly import run as monthly
    from calibrate.monthly.publish import publish_month
    from calibrate.monthly.settings import settings_from

    if not with_frontier:
        monthly.plans_along = lambda plans, grids: ()  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as out:
        settings = {"data": {"file": file}, "outcome": {"customer": outcome}, "report": {"out": out}}
        counted = monthly.read_rows(settings_from(settings))
        publish_month(monthly.review(counted), counted)


def measured(file: str, outcome: str, with_frontier: bool) -> tuple[float, float]:
    """CPU seconds and megabytes of one run."""
    worker = [sys.executable, __file__, f"{file}:{outcome}", "--worker", "with" if with_frontier else "without"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run(worker, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, float(out.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE:OUTCOME")
    parser.add_argument("--worker", choices=("with", "without"), help=argparse.SUPPRESS)
    wishes = parser.parse_args()
    for file, outcome in (text.rsplit(":", 1) for text in wishes.files):
        if wishes.worker:
            run(file, outcome, with_frontier=wishes.worker == "with")
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
            return
        (seconds, memory), (less, smaller) = (measured(file, outcome, with_frontier) for with_frontier in (True, False))
        print(
            f"{Path(file).name}: {seconds:.1f} CPU s with, {less:.1f} without ({seconds / less:.2f} times); "
            f"{memory:.0f} and {smaller:.0f} MB",
            flush=True,
        )


if __name__ == "__main__":
    main()
