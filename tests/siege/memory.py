"""What a command computes without touching a file is remembered, so that only what it reads and writes is done anew.

It is computed once, in a process of its own; processes that are forked later are given the results.
"""

from __future__ import annotations

import importlib
import os
import pickle
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from siege.faults import ended

from calibrate.cli import app
from calibrate.cores import VARIABLE
from calibrate.monthly import demo, run
from calibrate.report import folder

Words = tuple[str, ...]
PURE = {
    "review": (run, demo),
    "true_rates": (demo,),
    "page_text": (folder,),
    "pictures_of": (folder,),
}
"""Functions of counts and settings alone, and the modules that call them."""


@dataclass
class Memory:
    """Results by command line, in the order in which they were asked for."""

    results: dict[Words, dict[tuple[str, int, str], Any]] = field(default_factory=dict)
    words: Words = ()
    computing: bool = False
    calls: Counter[str] = field(default_factory=Counter)

    def result(self, name: str, work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """What the function gives: remembered, computed to be remembered, or just computed."""
        key = (name, self.calls[name], _earlier(arguments[0]))
        self.calls[name] += 1
        known = self.results.get(self.words, {})
        if key in known:
            return known[key]
        result = work(*arguments, **named)
        if self.computing:
            known[key] = result
            self.results[self.words] = known
        return result

    def play(self, words: Words, whole: bool = False) -> None:
        """The command; `whole` does all of it anew."""
        self.words, self.calls = () if whole else words, Counter()
        app.main(list(words))

    def learn(self, words: Words, place: Path, codes: Sequence[int] = (0,)) -> None:
        """Play a command in a process of its own, remember what it computes, and load what it loads."""
        file = place / "memory"
        ending = ended(partial(self._computed, words, file), place)
        assert ending.code in codes, ending.err
        with file.open("rb") as stream:
            results, modules = pickle.load(stream)
        file.unlink()
        self.results[words] = {**self.results.get(words, {}), **results}
        for name in modules:
            if name not in sys.modules and not name.startswith("_"):
                importlib.import_module(name)

    def _computed(self, words: Words, file: Path) -> None:
        os.environ[VARIABLE] = "1"
        self.computing = True
        try:
            self.play(words)
        finally:
            modules = [name for name, module in sys.modules.items() if getattr(module, "__spec__", None)]
            file.write_bytes(pickle.dumps((self.results.get(words, {}), modules)))


def _earlier(subject: Any) -> str:
    """What the counts or the review say of earlier months: they may change between two commands."""
    return repr(getattr(getattr(subject, "past", subject), "story", ""))


MEMORY = Memory()
"""The one of this process."""


def recalled(patch: pytest.MonkeyPatch) -> None:
    """Let the pure functions be asked of the memory."""
    for name, modules in PURE.items():
        for module in modules:
            patch.setattr(module, name, partial(MEMORY.result, name, getattr(module, name)))
