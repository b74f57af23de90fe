"""The commands of a live trial."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trial_case import trial_file


def test_the_commands(tmp_path: Path, call: Any) -> None:
    code, out, _ = call("trial", "plan", "--leads", "400", "--rate", "0.05", "--lift", "1.5")
    assert code == 0
    assert "it takes 34 weeks for 80%" in out
    code, out, _ = call("trial", "plan", "--leads", "2", "--rate", "0.05", "--mode", "shadow", "--json")
    assert json.loads(out)["mode"] == "shadow"
    file = str(trial_file(tmp_path / "trial.csv"))
    words = ("--arm", "grid", "--customer-at", "won_on", "--created-at", "day", "--lead-id", "id", "--weeks", "8")
    code, out, _ = call("trial", "read", file, *words)
    assert code == 0
    assert "The new grid closes more, and the trial may stop" in out
    found = json.loads(call("trial", "read", file, *words, "--json")[1])
    assert found["decision"] == "new_better"
    assert found["looks"][0]["week"] == 1
    code, out, _ = call("trial", "read", "--new-counts", "35/400", "--old-counts", "20/410", "--week", "4")
    assert "Go on: after 4 of 6 weeks" in out
    code, out, _ = call(
        "trial", "read", "--new-counts", "35/400", "--old-counts", "20/410", "--week", "4", "--lang", "fr"
    )
    assert "Continuer : après 4 semaines sur 6, rien n’est tranché" in out and "nouvelle grille" in out
    assert "35 sur 400" in out
    code, out, _ = call("trial", "plan", "--leads", "400", "--rate", "0.05", "--mode", "shadow", "--lang", "fr")
    assert code == 0 and "plus petit taux détecté" in out and "un essai à blanc est donc plus sévère" in out
    assert call("trial", "plan", "--leads", "400", "--rate", "0.05", "--lang", "xx")[0] == 2
    for wrong in (("35", "20/410"), ("50/40", "20/410")):
        code, _, err = call("trial", "read", "--new-counts", wrong[0], "--old-counts", wrong[1], "--week", "4")
        assert code == 2
        assert "calibrate:" in err
    assert call("trial", "read", file)[0] == 2


def test_a_trial_tells_the_rows_that_it_leaves_out(tmp_path: Path, call: Any) -> None:
    lines = [
        f"T{i},{'old' if i % 2 else 'new'},2026-01-{1 + i % 28:02},{'yes' if i % 7 == 0 else 'no'}" for i in range(200)
    ]
    flags = ["--arm", "grid", "--customer", "won", "--created-at", "day", "--new", "new", "--as-of", "2026-02-10"]
    for number, last in ((1, "T9,old,2206-01-05,no"), (0, "T9,old,2026-01-05,no")):
        (tmp_path / "t.csv").write_text("\n".join(["lead,grid,day,won", *lines, last]), encoding="utf-8")
        code, out, _ = call("trial", "read", str(tmp_path / "t.csv"), *flags)
        assert code == 0
        assert ("1 row is left out" in out) == bool(number)
