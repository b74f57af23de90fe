"""Kills and refusals at every system call that writes: is every folder whole, and can one go on?

Every command that writes is run on a tiny history in a process of its own under strace, once as it is and then once
for each of its calls that change a file: killed there, with an I/O error there, and with a full disk from there on.
After each: reports are wholly the old ones or wholly the new, a decision has its grid, no file is half, one message
was said, the next command works, and nothing temporary is left.

    python benchmarks/faults.py [SCENE ...] [--every N]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests")]

from siege.commands import SCENES, Scene, Theatre, theatre  # noqa: E402
from siege.faults import Call, faults, traced, writing_calls  # noqa: E402


def calls_of(stage: Theatre, scene: Scene) -> list[Call]:
    """The calls of the scene that change something in its folder."""
    stage.set_up(scene)
    ending, trace = traced(stage.command(scene.words), stage.folder)
    assert ending.code == 0, ending.err
    return writing_calls(trace, stage.folder)


def main() -> None:
    """Sweep, and print what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", nargs="*", default=[], metavar="SCENE", help=", ".join(SCENES))
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th fault")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="begin with the N-th")
    asked = parser.parse_args()
    tried: Counter[str] = Counter()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="siege-") as place, theatre(Path(place)) as stage:
        for name in asked.scenes or SCENES:
            scene, start = SCENES[name], time.monotonic()
            old, new = stage.state_after(scene)
            calls = calls_of(stage, scene)
            cases = [(call, fault) for call in calls for fault in faults(call)][asked.first :: asked.every]
            for call, fault in cases:
                stage.set_up(scene)
                ending, _ = traced(stage.command(scene.words), stage.folder, fault)
                tried[f"{name}: {'hit' if ending.hit else 'not met'}"] += 1
                for complaint in stage.after(scene, ending, old, new, full=fault.startswith("write:error=ENOSPC")):
                    wrong += 1
                    print(f"{name}; {fault}; {call.text}\n    {complaint}", flush=True)
            print(f"{name}: {len(calls)} calls, {len(cases)} faults, {time.monotonic() - start:.0f} s", flush=True)
    print(dict(tried))
    print(f"{sum(tried.values())} faults, {wrong} complaints")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
