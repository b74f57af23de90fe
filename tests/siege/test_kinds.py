"""Inputs made by hand, kind by kind: each ends in 0, or in 2 with one message and nothing left."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from siege.running import fault_in

LEADS = ("leads.csv", "--customer", "Status")
DIGITS = "9" * 400
LONG = "a" * 300


def held(place: Path) -> list[Path]:
    return sorted(place.rglob("*"))


COMMANDS: list[tuple[tuple[str, ...], tuple[int, ...]]] = [
    (("demo", "--leads", "1000000000000", "--out", "d"), (2,)),
    (("demo", "--leads", "600", "--seed", "-1", "--out", "d"), (2,)),
    (("demo", "--leads", "600", "--lang", "zz", "--out", "d"), (2,)),
    (("demo", "--leads", "600", "--out", "leads.csv"), (2,)),
    (("demo", "--leads", "600", "--out", "a\x00b"), (2,)),
    (("demo", "--leads", "600", "--out", LONG), (2,)),
    (("trial", "plan", "--leads", "nan", "--rate", "0.05"), (2,)),
    (("trial", "plan", "--leads", "inf", "--rate", "0.05"), (2,)),
    (("trial", "plan", "--leads", "1e308", "--rate", "0.05"), (2,)),
    (("trial", "plan", "--leads", "-1", "--rate", "0.05"), (2,)),
    (("trial", "plan", "--leads", "0", "--rate", "0.05"), (2,)),
    (("trial", "plan", "--leads", "1e-9", "--rate", "0.05"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "1"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "nan"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--weeks", DIGITS), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--weeks", "1000000"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--weeks", "0"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--close-within-days", "-5"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--close-within-days", DIGITS), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--close-within-days", "100000000"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--lift", "nan"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--lift", "-1"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--lift", "1e300"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--share", "1"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--share", "nan"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--mode", "shadow", "--common", "1.5"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--power", "nan"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--power", "1"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--design-effect", "nan"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--design-effect", "-1"), (2,)),
    (("trial", "plan", "--leads", "100", "--rate", "0.05", "--lang", "zz"), (2,)),
    (("trial", "read"), (2,)),
    (("trial", "read", "--new-counts", "²/³", "--old-counts", "1/2", "--week", "1"), (2,)),
    (("trial", "read", "--new-counts", f"1/{DIGITS}", "--old-counts", "1/2", "--week", "1"), (2,)),
    (("trial", "read", "--new-counts", "5/2", "--old-counts", "1/2", "--week", "1"), (2,)),
    (("trial", "read", "--new-counts", "-1/2", "--old-counts", "1/2", "--week", "1"), (2,)),
    (("trial", "read", "--new-counts", "0/0", "--old-counts", "0/0", "--week", "1"), (0, 2)),
    (("trial", "read", "--new-counts", "1/2", "--old-counts", "1/2", "--week", "0"), (2,)),
    (("trial", "read", "--new-counts", "1/2", "--old-counts", "1/2", "--week", DIGITS), (2,)),
    (("trial", "read", "--new-counts", "1/2", "--old-counts", "1/2", "--week", "1", "--weeks", "0"), (2,)),
    (("trial", "read", "--new-counts", "1/2", "--old-counts", "1/2", "--week", "1", "--weeks", DIGITS), (2,)),
    (("score", "grid.json", "leads.csv", "--out", "a\x00b.csv"), (2,)),
    (("score", "grid.json", "leads.csv", "--out", f"{LONG}.csv"), (2,)),
    (("score", "grid.json", "leads.csv", "--out", "o.txt"), (2,)),
    (("score", "grid.json", "leads.csv", "--out", "."), (2,)),
    (("score", "grid.json", "leads.csv", "--out", "leads.csv"), (2,)),
    (("score", "grid.json", "leads.csv", "--out", "o.csv", "--lang", "zz"), (2,)),
    (("score", "grid.json", "leads.csv", "--out", "o.csv", "--at", "9999-99-99"), (2,)),
    (("score", "nothing.json", "leads.csv", "--out", "o.csv"), (2,)),
    (("score", "leads.csv", "leads.csv", "--out", "o.csv"), (2,)),
    (("export", "grid.json", "--to", "json", "--out", "a\x00b"), (2,)),
    (("export", "grid.json", "--to", "json", "--out", LONG), (2,)),
    (("export", "grid.json", "--to", "json", "--out", "."), (2,)),
    (("export", "grid.json", "--to", "json", "--out", "leads.csv/x"), (2,)),
    (("export", "grid.json", "--to", "", "--out", "o"), (2,)),
    (("export", "grid.json", "--to", "magic", "--out", "o"), (2,)),
    (("export", "grid.json", "--to", "sql-duckdb", "--out", "o", "--at", "someday"), (2,)),
    (("export", "grid.json", "--to", "markdown", "--out", "o", "--lang", "zz"), (2,)),
    (("export", "grid.json", "--to", "zoho", "--out", "o", "--edition", "magic"), (2,)),
    (("export", "grid.json", "--to", "hubspot", "--out", "o", "--scores", "leads.csv"), (2,)),
    (("grid", "check", ""), (2,)),
    (("grid", "check", "."), (2,)),
    (("grid", "check", LONG), (2,)),
    (("grid", "check", "a\x00b"), (2,)),
    (("grid", "check", "leads.csv"), (2,)),
    (("grid", "check", "events.csv"), (2,)),
    (("grid", "diff", "grid.json", "nothing.json"), (2,)),
    (("grid", "explain", "grid.json", "--out", "o.doc"), (2,)),
    (("grid", "explain", "grid.json", "--out", "."), (2,)),
    (("grid", "explain", "grid.json", "--out", "a\x00.html"), (2,)),
    (("grid", "explain", "grid.json", "--out", "o.html", "--lang", "zz"), (2,)),
    (("adopt", "nothing", "lift"), (2,)),
    (("adopt", "leads.csv", "lift"), (2,)),
    (("adopt", ".", "lift"), (2,)),
    (("adopt", "a\x00b", "lift"), (2,)),
    (("adopt", LONG, "lift"), (2,)),
    (("adopt", ".", "lift", "--changes", "."), (2,)),
    (("adopt", ".", "lift", "--changes", "a\x00"), (2,)),
    (("adopt", ".", "lift", "--thresholds", "1"), (2,)),
    (("adopt", ".", "lift", "--thresholds", "²,³"), (2,)),
    (("adopt", ".", "lift", "--thresholds", f"1,{'9' * 5000}"), (2,)),
    (("status", "nothing"), (2,)),
    (("status", "leads.csv"), (2,)),
    (("status", "a\x00b"), (2,)),
    (("status", "."), (0,)),
    (("status", ".", "--lang", "zz"), (2,)),
    (("check", ""), (2,)),
    (("check", "."), (2,)),
    (("check", LONG), (2,)),
    (("check", "a\x00b"), (2,)),
    (("check", "\x1b[2J"), (2,)),
    (("check", "nothing://x"), (2,)),
    (("check", "postgresql://"), (2,)),
    (("check", "postgresql://nobody:secret@127.0.0.1:1/x#leads"), (2,)),
    (("check", "http://127.0.0.1:1/x.csv"), (2,)),
    (("check", "leads.csv#sheet"), (0, 2)),
    (("check", "*"), (2,)),
    (("check", "[[["), (2,)),
    (("check", "/dev/null"), (2,)),
    (("check", "/dev/zero"), (2,)),
    (("check", "leads.csv", "--customer", "Status", "--events", "/dev/zero"), (2,)),
    (("adopt", ".", "lift", "--changes", "/dev/zero"), (2,)),
    (("score", "/dev/zero", "leads.csv", "--out", "o.csv"), (2,)),
    (("export", "grid.json", "--to", "hubspot", "--map", "/dev/zero", "--out", "o"), (2,)),
    (("check", *LEADS, "--table", "x"), (0, 2)),
    (("init", *LEADS, "--out", "leads.csv"), (2,)),
    (("init", *LEADS, "--out", "."), (2,)),
    (("init", *LEADS, "--out", "a\x00b"), (2,)),
    (("init", *LEADS, "--out", LONG), (2,)),
    (("run", *LEADS, "--out", "leads.csv"), (2,)),
    (("run", *LEADS, "--out", "leads.csv/x"), (2,)),
    (("run", *LEADS, "--out", "a\x00b"), (2,)),
    (("run", *LEADS, "--out", LONG), (2,)),
    (("compare", *LEADS), (2,)),
    (("frontier", *LEADS, "--methods", "magic"), (2,)),
    (("drift", "grid.json", *LEADS, "--since", "someday"), (2,)),
    (("drift", "grid.json", *LEADS, "--since", "9999-12-31"), (2,)),
    (("drift", "nothing.json", *LEADS), (2,)),
]  # fmt: skip


def test_commands_that_ask_for_the_impossible(place: Path) -> None:
    before, faults = held(place), []
    for words, codes in COMMANDS:
        wrong = fault_in(words, codes)
        faults += [([word[:40] for word in words], wrong)] if wrong else []
        if held(place) != before:
            faults.append(([word[:40] for word in words], f"left {sorted(set(held(place)) - set(before))}"))
            before = held(place)
    assert faults == []


TRIAL = ("trial", "read", "trial.csv", "--arm", "arm", "--customer", "won", "--created-at", "created")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2206-01-01", "2024-01-01", "someday", ""])
def test_a_trial_is_not_read_on_a_day_beyond_its_data(place: Path, day: str) -> None:
    assert fault_in((*TRIAL, "--as-of", day), (2,)) == ""


@pytest.mark.parametrize("text", [
    b"", b"\0", b"\xff\xfe", b"[" * 3000, b"a = " + b"[" * 3000, b"a = " + b"9" * 5000, b"[data]\n[data]\n", b"x = 1\n",
    b"[data]\nfile = 3\n", b"[data]\nfile = 'leads.csv'\nfil = 'x'\n", b"\xe9 = 1", b"[data]\nfile = '.'\n",
    b"[data]\nfile = 'calibration.toml'\n", b"[data]\nfile = 'leads.csv'\n[[criterion]]\ncolumn = 'nothing'\n",
])  # fmt: skip
def test_settings_of_other_shapes(place: Path, text: bytes) -> None:
    (place / "calibration.toml").write_bytes(text)
    assert fault_in(("check", "calibration.toml"), (2,)) == ""


@pytest.mark.skipif(os.name != "posix", reason="links and rights of POSIX")
@pytest.mark.parametrize("make", [
    lambda p: p.symlink_to(p), lambda p: p.symlink_to("nowhere"), lambda p: p.mkdir(), lambda p: p.write_bytes(b""),
    lambda p: (p.mkdir(), (p / "x.csv").write_bytes(b"a,b\n1,2\n")),
], ids=["loop", "link to nothing", "folder", "empty", "folder of CSV"])  # fmt: skip
@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".json", ".duckdb", ""])
def test_what_is_no_file(place: Path, make: Callable[[Path], object], suffix: str) -> None:
    make(place / f"m{suffix}")
    assert fault_in(("check", f"m{suffix}", "--customer", "won"), (2,)) == ""
    assert fault_in(("grid", "check", f"m{suffix}"), (2,)) == ""
