"""Scored leads, read back from what calibrate score writes."""

import pytest

from calibrate.errors import InputError
from calibrate.export import (
    Scored,
    read_scored,
)


def test_scored_leads_are_read_back_from_what_score_writes(tmp_path):
    (tmp_path / "s.csv").write_text("id,score,band,reasons\n7,-3,Wait,a (-3)\n8,12,,\n", encoding="utf-8")
    found = list(read_scored(str(tmp_path / "s.csv"), "id"))
    assert found == [Scored("7", -3, "Wait", "a (-3)"), Scored("8", 12)]
    (tmp_path / "s.csv").write_text("id,score,band,reasons\n7,-3,'=Wait,'@a (-3)\n8,1,'tis,''a\n", encoding="utf-8")
    found = list(read_scored(str(tmp_path / "s.csv"), "id"))
    assert found == [Scored("7", -3, "=Wait", "@a (-3)"), Scored("8", 1, "'tis", "'a")]
    bad = {"no column named 'mail'": "mail", "no column named 'score'": "id", "line 2 has no whole score": "id"}
    for at, (message, key) in enumerate(bad.items()):
        (tmp_path / "b.csv").write_text("id,sc\n1,2\n" if at == 1 else "id,score\n1,x\n", encoding="utf-8")
        with pytest.raises(InputError, match=message):
            list(read_scored(str(tmp_path / "b.csv"), key))
    for score in ("--5", "²", "1.5", "", "9" * 5000):
        (tmp_path / "b.csv").write_text(f"id,score\n1,{score}\n", encoding="utf-8")
        with pytest.raises(InputError, match="line 2 has no whole score"):
            list(read_scored(str(tmp_path / "b.csv"), "id"))
    with pytest.raises(InputError, match="cannot be read"):
        list(read_scored(str(tmp_path / "absent.csv"), "id"))


def test_a_scored_file_brings_its_close_rates(tmp_path):
    head = "id,score,band,close_rate,close_rate_low,close_rate_high,reasons\n"
    (tmp_path / "s.csv").write_text(f"{head}7,3,Wait,0.1,0.05,0.2,x (+3)\n8,1,,,,,\n", encoding="utf-8")
    found = list(read_scored(str(tmp_path / "s.csv"), "id"))
    assert found == [Scored("7", 3, "Wait", "x (+3)", (0.1, 0.05, 0.2)), Scored("8", 1)]
