"""Two commands at once, in processes of their own: what each says, and what both leave."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from siege.commands import ADOPT, CLOSED, MONTH, RUN, SCENES, Scene, Theatre
from siege.faults import Child, Ending, contents, ended
from siege.memory import MEMORY, Words

from calibrate.errors import CalibrateError
from calibrate.monthly.decisions import read_adopted

IN_FRENCH = (*RUN, "--lang", "fr")


def decides(who: str, threshold: int, *, force: bool = False) -> Words:
    """A decision by somebody, with a threshold of the own choice."""
    words = (*ADOPT, "--by", who, "--why", f"{who} says {threshold}", "--thresholds", f"{threshold},9")
    return (*words, *(("--force",) if force else ()))


@dataclass(frozen=True)
class Pair:
    """Two commands that start at about the same time, what comes before, and how often each may end in 0."""

    name: str
    words: tuple[Words, Words]
    before: tuple[Words, ...] = ()
    done: tuple[int, ...] = (2,)


ADA, BEA = decides("Ada", 4), decides("Bea", 8)
ADA_ANEW, BEA_ANEW = decides("Ada", 4, force=True), decides("Bea", 8, force=True)
EXPORTS = tuple(("export", "grid.json", "--to", to, "--out", f"w.{to}") for to in ("python", "hubspot"))
FORCED, FORCED_IN_FRENCH = (*RUN, "--force"), (*IN_FRENCH, "--force")
NEXT = ("run", "later.csv", *RUN[2:])
DEMO = SCENES["demo"].words
STATUS: Words = ("status", "reports")
IN_USE = f"reports/{MONTH}/grids/adopted.json"
SCORE_IN_USE: Words = ("score", IN_USE, "leads.csv", "--out", "s.csv")
EXPORT_IN_USE: Words = ("export", IN_USE, "--to", "sql-duckdb", "--out", "w.sql")
CARD: Words = ("card", IN_USE, "--out", "card.html")
AS_BEFORE: Words = ("check", f"reports/{MONTH}/calibration.toml")
SCORE: Words = ("score", "grid.json", "leads.csv", "--out", "s.csv")
CHECK: Words = ("check", *RUN[1:-2])
INIT: Words = ("init", *RUN[1:-2], "--out", "made")
TRIAL: Words = ("trial", "read", "trial.csv", "--arm", "arm", "--customer", "won", "--created-at", "created")
PAIRS = (
    Pair("run, run", (RUN, IN_FRENCH)),
    Pair("run, run over a report", (RUN, IN_FRENCH), (RUN,)),
    Pair("run, adopt", (IN_FRENCH, ADA), (RUN,), (1, 2)),
    Pair("adopt, adopt", (ADA, BEA), (RUN,), (1,)),
    Pair("run, run over a decision", (FORCED, FORCED_IN_FRENCH), CLOSED),
    Pair("run over a decision, adopt anew", (FORCED_IN_FRENCH, BEA_ANEW), CLOSED),
    Pair("adopt, adopt anew", (ADA_ANEW, BEA_ANEW), CLOSED),
    Pair("run over a decision, status", (FORCED_IN_FRENCH, STATUS), CLOSED),
    Pair("adopt anew, status", (BEA_ANEW, STATUS), CLOSED),
    Pair("status, status", (STATUS, STATUS), CLOSED),
    Pair("next month, run over a decision", (NEXT, FORCED_IN_FRENCH), CLOSED),
    Pair("next month, adopt anew", (NEXT, BEA_ANEW), CLOSED),
    Pair("next month, next month", (NEXT, (*NEXT, "--lang", "fr")), CLOSED),
    Pair("next month, status", (NEXT, STATUS), CLOSED),
    Pair("demo, run", (DEMO, IN_FRENCH), (RUN,)),
    Pair("demo, adopt", (DEMO, ADA), (RUN,), (1, 2)),
    Pair("demo, demo", (DEMO, DEMO)),
    Pair("demo, status", (DEMO, STATUS), (RUN,)),
    Pair("run over a decision, score", (FORCED_IN_FRENCH, SCORE_IN_USE), CLOSED),
    Pair("run over a decision, export", (FORCED_IN_FRENCH, EXPORT_IN_USE), CLOSED),
    Pair("run over a decision, card", (FORCED_IN_FRENCH, CARD), CLOSED),
    Pair("run over a decision, check", (FORCED_IN_FRENCH, AS_BEFORE), CLOSED),
    Pair("adopt anew, score", (BEA_ANEW, SCORE_IN_USE), CLOSED),
    Pair("adopt anew, export", (BEA_ANEW, EXPORT_IN_USE), CLOSED),
    Pair("adopt anew, card", (BEA_ANEW, CARD), CLOSED),
    Pair("run, trial", (RUN, TRIAL)),
    Pair("export, export", (EXPORTS[0], EXPORTS[1])),
    Pair("export, export to one file", (EXPORTS[0], (*EXPORTS[0], "--lang", "fr"))),
    Pair("score, score", (SCORE, SCORE)),
    Pair("score, check", (SCORE, CHECK)),
    Pair("init, init", (INIT, INIT), (), (1, 2)),
)


class Course:
    """One pair, raced as often as is wished from the same beginning."""

    def __init__(self, theatre: Theatre, pair: Pair) -> None:
        self.theatre, self.pair = theatre, pair
        self.seconds = [0.0, 0.0]
        self.ends: list[dict[str, str]] = []
        for order in ((0, 1), (1, 0)):  # one after the other, in both orders: what a race may end in
            self.begin()
            for place in order:
                theatre.learn(pair.words[place])  # what it computes may depend on what its rival has left
            self.ends.append(contents(theatre.stage))
        for place in (0, 1):
            self.begin()
            start = time.monotonic()
            ended(self.action(place), theatre.folder)
            self.seconds[place] = time.monotonic() - start

    def begin(self) -> None:
        self.theatre.set_up(Scene(self.pair.name, (), self.pair.before))

    def action(self, place: int) -> Callable[[], object]:
        return partial(MEMORY.play, self.pair.words[place])

    def race(self, chance: random.Random) -> list[str]:
        """What is wrong after a race; the second starts so much later that they meet somewhere."""
        self.begin()
        behind = chance.uniform(-self.seconds[1], self.seconds[0])
        waits = (max(0.0, -behind), max(0.0, behind))
        children = [Child(partial(_later, self.action(i), waits[i]), self.theatre.folder) for i in (0, 1)]
        for child in children:
            child.start()
        endings = [child.end() for child in children]
        return [*self.said(endings), *self.left()]

    def said(self, endings: Sequence[Ending]) -> list[str]:
        faults = [
            f"exit {ending.code}: {ending.err[-500:]}"
            for ending in endings
            if ending.code not in (0, 2) or "Traceback" in ending.err
        ]
        done = sum(ending.code == 0 for ending in endings)
        if done not in self.pair.done:
            faults.append(f"{done} of 2 done: {[ending.err[-200:] for ending in endings]}")
        return faults

    def left(self) -> list[str]:
        """What both left must be what they leave one after the other, in one order or the other."""
        now, folder = contents(self.theatre.stage), self.theatre.stage / "reports" / MONTH
        faults = []
        if now not in self.ends:
            faults.append(f"as after neither order: {[sorted(now.items() ^ end.items())[:6] for end in self.ends]}")
        if (folder / "decision.json").exists():
            try:
                read_adopted(folder)
            except CalibrateError as fault:
                faults.append(str(fault))
        return [*faults, *self.theatre.left()]


def _later(action: Callable[[], object], seconds: float) -> None:
    time.sleep(seconds)
    action()
