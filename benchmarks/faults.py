"""Kills and refusals at every system call that writes: is every folder whole, and can one go on?

Every command that writes is run on a tiny history in a process of its own whose system calls are guarded, once as it is
and then once for each of its calls that change a file: killed there, with an I/O error there, and with a full disk from
there on.
After each: reports are wholly the old ones or wholly the new, a decision has its grid, no file is half, one message
was said, the next command works, and nothing temporary is left.

    python benchmarks/faults.py [SCENE ...] [--every N] [--log FILE --minutes M]

With a log the sweep may be done in pieces: each goes on behind what the log holds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests")]

from siege.commands import SCENES, Scene, Theatre, theatre  # noqa: E402
from siege.faults import faults, watched  # noqa: E402
from siege.sweep import Sweep  # noqa: E402


def sweep_scene(stage: Theatre, scene: Scene, sweep: Sweep, every: slice) -> tuple[int, int, int]:
    """Try what the sweep has not tried of a scene: calls, faults, and how many of them are still to be tried."""
    old, new = stage.state_after(scene)
    stage.set_up(scene)
    ending, calls = watched(stage.command(scene.words, scene.whole), stage.folder)
    assert ending.code == 0, ending.err
    cases = {f"{scene.name}; {fault}": fault for call in calls for fault in faults(call)}
    names = list(cases)[every]
    remaining = sweep.remains(names)
    while remaining and not sweep.over():
        fault = cases[remaining[0]]
        for _ in range(3):  # processes at work together take turns by chance
            stage.set_up(scene)
            ending, _ = watched(stage.command(scene.words, scene.whole), stage.folder, fault)
            if fault.hit:
                break
        complaints = stage.after(scene, ending, fault, old, new) if fault.hit else ["not met"]
        sweep.add(remaining[0], complaints)
        for complaint in complaints:
            print(f"{remaining[0]}\n    {complaint}", flush=True)
        remaining.pop(0)
        sweep.met["hit" if fault.hit else "not met"] += 1
    return len(calls), len(names), len(remaining)


def main() -> None:
    """Sweep, and print what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", nargs="*", default=[], metavar="SCENE", help=", ".join(SCENES))
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th fault")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="begin with the N-th")
    parser.add_argument("--log", type=Path, metavar="FILE", help="what was tried; the next piece goes on behind it")
    parser.add_argument("--minutes", type=float, default=float("inf"), metavar="M", help="end this piece after so long")
    asked = parser.parse_args()
    sweep = Sweep(asked.log, asked.minutes)
    open_cases = 0
    with tempfile.TemporaryDirectory(prefix="siege-") as place, theatre(Path(place)) as stage:
        for name in asked.scenes or SCENES:
            if sweep.over():
                open_cases += 1
                break
            calls, cases, remaining = sweep_scene(stage, SCENES[name], sweep, slice(asked.first, None, asked.every))
            open_cases += remaining
            print(f"{name}: {calls} calls, {cases} faults, {remaining} to go", flush=True)
    print(f"{len(sweep.tried)} faults tried ({dict(sweep.met)} in this piece), {sweep.faults} with complaints")
    print("the sweep goes on" if open_cases else "the sweep is done")
    sys.exit(bool(sweep.faults))


if __name__ == "__main__":
    main()
