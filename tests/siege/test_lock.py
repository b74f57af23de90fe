"""The lock file covers the build backend as well: names with hashes, and no address of an index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINNED = dict(re.findall(r"(?m)^([\w.-]+)==\S+.*\\\n    --hash=(sha256:[0-9a-f]{64})", LOCK))


def test_what_builds_the_package_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = [re.split(r"[<>=~ \[;]", name)[0] for name in project["build-system"]["requires"]]
    assert needed and {*needed, "packaging", "pathspec", "pluggy", "trove-classifiers"} <= PINNED.keys()


def test_everything_in_it_has_a_hash_and_nothing_an_address() -> None:
    assert PINNED.keys() == set(re.findall(r"(?m)^([\w.-]+)==", LOCK)) and len(PINNED) > 100
    assert not re.search(r"(?i)https?://|index-url|find-links", LOCK)
