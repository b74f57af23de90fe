"""Two commands at once, 200 times for each pair: whole reports, whole decisions, nothing left, one message.

Each race is of two processes that begin at random distances, so that they meet in every phase of their work. Reports
are counted once and then only written, with light pages and without pictures.

    python benchmarks/races.py [PAIR ...] [--races N]
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


def cpu(start: os.times_result) -> float:
    """Seconds that this process and those it waited for have computed since then."""
    return sum(os.times()[:4]) - sum(start[:4])


def main() -> None:
    """Race, and print what was wrong."""
    names = [pair.name for pair in PAIRS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="*", default=[], metavar="PAIR", help="; ".join(names))
    parser.add_argument("--races", type=int, default=200, metavar="N")
    asked = parser.parse_args()
    wrong = 0
    for pair in PAIRS:
        if asked.pairs and pair.name not in asked.pairs:
            continue
        start, faults = os.times(), []
        with tempfile.TemporaryDirectory(prefix="races-") as place, theatre(Path(place), light=True) as stage:
            course = Course(stage, pair)
            for number in range(asked.races):
                faults += [f"{number}: {fault}" for fault in course.race(random.Random(f"{pair.name} {number}"))]
        wrong += len(faults)
        print(f"{pair.name}: {asked.races} races, {len(faults)} faults, {cpu(start):.0f} CPU s", flush=True)
        for fault in faults[:5]:
            print(f"    {fault}", flush=True)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
