"""`run.json`: the contract with other programs, key by key."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from report_case import HOSTILE, hostile, review

from calibrate.report import run_json

REVIEW = review(4000)
FOUND = run_json.run_object(REVIEW)


def test_it_has_the_promised_keys() -> None:
    promised = {
        "schema": int, "overall": {"leads", "customers", "rate", "low", "high"},
        "history": {"read", "kept", "excluded", "order", "as_of"}, "suspects": list, "criteria": list,
        "candidates": list, "ceiling": {"auc"}, "thresholds": {"marketing_qualified", "sales_qualified"},
        "verdict": {"decision", "candidate", "why"}, "tally": {"profiles", "exact"},
    }  # fmt: skip
    for key, kind in promised.items():
        if isinstance(kind, set):
            assert kind <= set(FOUND[key]), key
        else:
            assert isinstance(FOUND[key], kind), key
    assert {"column", "reason", "evidence"} <= set(FOUND["suspects"][0])
    assert {"name", "axis", "levels"} <= set(FOUND["criteria"][0])
    level = FOUND["criteria"][0]["levels"][0]
    assert {"level", "leads", "customers", "rate", "low", "high", "shrunk", "lift"} <= set(level)
    first = FOUND["candidates"][0]
    assert {"name", "method", "lines", "grid", "metrics", "against", "difference"} <= set(first)
    assert first["grid"] == "grids/logistic.json"
    assert set(first["metrics"]["auc"]) == set(first["difference"]["auc"]) == {"value", "low", "high"}
    assert FOUND["ceiling"] == {"auc": {"value": 0.861}}


def test_numbers_are_those_of_the_review() -> None:
    leads, customers = REVIEW.tally.overall
    assert (FOUND["overall"]["leads"], FOUND["overall"]["customers"]) == (leads, customers)
    assert FOUND["overall"]["rate"] == pytest.approx(customers / leads, abs=1e-12)
    assert FOUND["history"]["read"] == FOUND["history"]["kept"] + sum(FOUND["history"]["excluded"].values())
    for criterion in FOUND["criteria"]:
        assert sum(level["leads"] for level in criterion["levels"]) == leads
        assert sum(level["customers"] for level in criterion["levels"]) == customers
    assert FOUND["tally"] == {"profiles": REVIEW.tally.rows, "exact": True, "first": "2023-09", "last": "2025-08"}
    limits = REVIEW.candidates[0].grid.thresholds
    assert limits is not None
    assert FOUND["thresholds"]["marketing_qualified"] == limits.marketing_qualified


def test_the_baseline_has_nothing_to_be_against() -> None:
    baseline = next(c for c in FOUND["candidates"] if c["name"] == "current")
    assert baseline["against"] is None
    assert baseline["difference"] == {}


def test_equal_reviews_give_equal_text() -> None:
    assert run_json.dump(run_json.run_object(review(4000))) == run_json.dump(FOUND)


def test_what_is_not_finite_is_null() -> None:
    broken = replace(REVIEW.rates, lift_high=REVIEW.rates.lift_high * np.inf, shrunk=REVIEW.rates.shrunk * np.nan)
    found = run_json.run_object(replace(REVIEW, rates=broken, ceiling=None, truth=None))
    level = json.loads(run_json.dump(found))["criteria"][0]["levels"][0]
    assert level["lift_high"] is None and level["shrunk"] is None
    assert found["ceiling"] is None


def test_without_thresholds_or_judgement() -> None:
    bare = replace(REVIEW.candidates[0], grid=replace(REVIEW.candidates[0].grid, thresholds=None))
    found = run_json.run_object(replace(REVIEW, candidates=(bare,), comparison=replace(REVIEW.comparison, judged=())))
    assert found["thresholds"] is None
    assert found["candidates"][0]["metrics"] == {}


def test_file_names_are_safe_and_texts_survive() -> None:
    found = json.loads(run_json.dump(run_json.run_object(hostile())))
    assert found["suspects"][0]["column"] == HOSTILE
    names = [c["grid"] for c in found["candidates"]]
    assert len(set(names)) == len(names)
    assert all(name.removeprefix("grids/").removesuffix(".json").replace("-", "").isalnum() for name in names)


def test_what_is_known_before_any_grid() -> None:
    found = run_json.counted_json(REVIEW.account, REVIEW.rates, REVIEW.suspects)
    assert found == {key: FOUND[key] for key in found}
    keys = "schema outcome overall so_far history groups suspects asked power criteria"
    assert set(keys.split()) == set(found)
    assert found["outcome"]["values"][1] == {"value": "yes", "rows": 1_812, "taken_for": "customer"}
    assert found["history"]["as_of_reason"] == "newest day of creation: column 'created_at'"
