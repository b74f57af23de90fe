"""Two commands at once, 200 times for each pair: whole reports, whole decisions, nothing left, one message.

Each race is of two processes that begin at random distances, so that they meet in every phase of their work. What they
compute from counts (the review, pages, pictures) is computed once; reading, locking and writing are done in each race.

    python benchmarks/races.py [PAIR ...] [--races N] [--log FILE --minutes M]

With a log the races may be run in pieces: each goes on behind what the log holds.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests")]

from siege.commands import theatre  # noqa: E402
from siege.races import PAIRS, Course  # noqa: E402
from siege.sweep import Sweep  # noqa: E402


def cpu(start: os.times_result) -> float:
    """Seconds that this process and those it waited for have computed since then."""
    return sum(os.times()[:4]) - sum(start[:4])


def main() -> None:
    """Race, and print what was wrong."""
    names = [pair.name for pair in PAIRS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="*", default=[], metavar="PAIR", help="; ".join(names))
    parser.add_argument("--races", type=int, default=200, metavar="N")
    parser.add_argument("--log", type=Path, metavar="FILE", help="what was raced; the next piece goes on behind it")
    parser.add_argument("--minutes", type=float, default=float("inf"), metavar="M", help="end this piece after so long")
    asked = parser.parse_args()
    sweep = Sweep(asked.log, asked.minutes)
    open_races = 0
    for pair in PAIRS:
        if asked.pairs and pair.name not in asked.pairs:
            continue
        start, names = os.times(), [f"{pair.name} {number}" for number in range(asked.races)]
        remaining = sweep.remains(names)
        if remaining and not sweep.over():
            with tempfile.TemporaryDirectory(prefix="races-") as place, theatre(Path(place)) as stage:
                course = Course(stage, pair)
                while remaining and not sweep.over():
                    complaints = course.race(random.Random(remaining[0]))
                    sweep.add(remaining[0], complaints)
                    for complaint in complaints:
                        print(f"{remaining[0]}\n    {complaint}", flush=True)
                    remaining.pop(0)
        wrong = sum(bool(sweep.tried.get(name)) for name in names)
        done = len(names) - len(remaining)
        print(f"{pair.name}: {done} races, {wrong} with faults, {cpu(start):.0f} CPU s in this piece", flush=True)
        open_races += len(remaining)
    print(f"{open_races} races to go" if open_races else "all races are run")
    sys.exit(bool(sweep.faults))


if __name__ == "__main__":
    main()
