"""What the settings ask of a run."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from calibrate.monthly.from_settings import plans_of
from calibrate.monthly.settings import read, settings_from
from calibrate.monthly.settings_file import settings_text

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_every_demand_can_be_made_in_the_settings(tmp_path: Path) -> None:
    """The example on the front page, read, written and read again."""
    block = next(text for text in re.findall(r"```toml\n(.*?)```", README, re.S) if "[[pin]]" in text)
    asked = settings_from(tomllib.loads(block) | {"data": {"file": "leads.csv"}})
    (tmp_path / "calibration.toml").write_text(settings_text(asked, tmp_path), encoding="utf-8")
    for spelt in (asked, read(tmp_path / "calibration.toml")):
        demands = plans_of(spelt, {})[0].constraints
        assert (demands.cap, demands.cap_criterion, demands.cap_axis) == (25, {"sector": 10}, {"fit": 40})
        assert (demands.largest_share, demands.need_negative, demands.ordered) == (0.3, True, ("employees rising",))
        assert demands.never_negative == ("role",) and demands.pins[0].who == "sales"
