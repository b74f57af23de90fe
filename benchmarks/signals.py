"""SIGTERM, SIGHUP and kill -9 at random moments of every command that writes: what is left, and can one go on?

    python benchmarks/signals.py [SCENE ...] [--times N] [--log FILE --minutes M]

After SIGTERM and SIGHUP nothing temporary is left at all; after kill -9 the next command removes it. With a log the
work may be done in pieces.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests")]

from siege.commands import SCENES, theatre  # noqa: E402
from siege.faults import ended  # noqa: E402
from siege.signals import interrupt  # noqa: E402
from siege.sweep import Sweep  # noqa: E402

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
HERE = ("run over a decision", "adopt anew", "check", "score to CSV", "export", "demo")


def main() -> None:
    """Interrupt, and print what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", nargs="*", default=[], metavar="SCENE", help=", ".join(SCENES))
    parser.add_argument("--times", type=int, default=30, metavar="N")
    parser.add_argument("--log", type=Path, metavar="FILE", help="what was tried; the next piece goes on behind it")
    parser.add_argument("--minutes", type=float, default=float("inf"), metavar="M", help="end this piece after so long")
    asked = parser.parse_args()
    sweep = Sweep(asked.log, asked.minutes)
    with tempfile.TemporaryDirectory(prefix="signals-") as place, theatre(Path(place)) as stage:
        for scene in [SCENES[name] for name in asked.scenes or HERE]:
            cases = {f"{scene.name} {number.name} {i}": number for number in SIGNALS for i in range(asked.times)}
            remaining, ends = sweep.remains(list(cases)), Counter[int]()
            if remaining and not sweep.over():
                states = stage.state_after(scene)
                stage.set_up(scene)
                start = time.monotonic()
                ended(stage.command(scene.words), stage.folder)
                seconds = time.monotonic() - start
            while remaining and not sweep.over():
                wait = random.Random(remaining[0]).uniform(0, seconds)
                code, complaints = interrupt(stage, scene, states, cases[remaining[0]], wait)
                ends[code] += 1
                sweep.add(remaining[0], complaints)
                for complaint in complaints:
                    print(f"{remaining[0]}\n    {complaint}", flush=True)
                remaining.pop(0)
            print(f"{scene.name}: {len(cases) - len(remaining)} of {len(cases)} signals, ends {dict(ends)}", flush=True)
    print(f"{len(sweep.tried)} signals, {sweep.faults} with complaints")
    sys.exit(bool(sweep.faults))


if __name__ == "__main__":
    main()
