"""Profiles on the page: what a grid cannot tell apart counts as one, no row and no group stands for fewer than five."""

from __future__ import annotations

import base64
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles_case import DEMO, GRID, SIZE, leads
from report_case import review

from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.grid import Grid
from calibrate.points.score_table import row_scores
from calibrate.report import profiles as module
from calibrate.report.profiles import Profiles, packed, profiles_of
from calibrate.report.what_if import later_leads

REVIEW = review(6000)


def made(tally: Tally, grid: Grid, fewest: int = 5) -> Profiles:
    profiles = profiles_of(tally, grid, fewest)
    assert profiles is not None
    return profiles


def rows(profiles: Profiles) -> dict[tuple[int, ...], tuple[float, float]]:
    counts = zip(profiles.leads.tolist(), profiles.customers.tolist(), strict=True)
    return dict(zip(map(tuple, profiles.codes.T.tolist()), counts, strict=True))


def test_answers_without_points_are_one_by_pencil() -> None:
    """(yes, small) 40 and (yes, missing) 2 score 20 both, whatever a meeting does: one row, named by the commoner."""
    profiles = made(leads([(0, 0, 30, 9), (0, 1, 40, 8), (0, 2, 2, 1), (1, 1, 100, 2)]), GRID)
    assert rows(profiles) == {(0, 0): (30, 9), (0, 1): (42, 9), (1, 1): (100, 2)}
    assert profiles.groups == () and profiles.grouped == 0 and profiles.apart == ((0, 1), (0, 1))


def test_rare_combinations_of_one_score_form_a_group_by_pencil() -> None:
    """Two lines of 5 points each: (big, small) 2 leads and (small, big) 4 score 5 both, six leads, a customer each."""
    twin = replace(SIZE, name="twin", column="twin")
    grid = Grid("g", "lift", (SIZE, twin), ((5, 0, 0, 0), (5, 0, 0, 0)))
    codes = np.repeat(np.array([[0, 1], [1, 0], [1, 1]], np.uint8), [2, 4, 50], axis=0).T
    bought = np.zeros(56)
    bought[[0, 2]] = 1
    profiles = made(tally_of([SIZE, twin], codes, bought), grid)
    assert rows(profiles) == {(1, 1): (50, 0)}
    (group,) = profiles.groups
    assert (group.leads, group.customers, group.scores) == (6, 2, ((5, 6.0),))
    assert [answers.tolist() for answers in group.answers] == [[2, 4, 0, 0], [4, 2, 0, 0]]


def test_too_few_of_one_score_go_with_the_next_by_pencil() -> None:
    """3 leads of 25 points and 4 of 20 are a group of two scores."""
    (group,) = made(leads([(0, 0, 3, 1), (0, 1, 4, 0), (1, 1, 100, 2)]), GRID).groups
    assert group.scores == ((20, 4.0), (25, 3.0)) and group.customers == 1


def test_where_all_rare_ones_are_too_few_the_nearest_large_row_joins_them_by_pencil() -> None:
    """3 leads of 25 points go with the 40 of 20, not with the 100 of 0."""
    profiles = made(leads([(0, 0, 3, 1), (0, 1, 40, 8), (1, 1, 100, 2)]), GRID)
    assert rows(profiles) == {(1, 1): (100, 2)}
    assert [(group.leads, group.scores) for group in profiles.groups] == [(43, ((20, 40.0), (25, 3.0)))]


def test_criteria_without_points_do_not_part_profiles() -> None:
    flat = replace(GRID, points=((20, 0, 0, 0), (0, 0, 0, 0)))
    profiles = made(leads([(0, 0, 30, 9), (0, 1, 40, 8), (1, 1, 100, 2)]), flat)
    assert profiles.criteria == (0,) and profiles.leads.tolist() == [70, 100]


def test_fewer_leads_than_one_profile_needs_give_none() -> None:
    assert profiles_of(leads([(0, 0, 3, 1)]), GRID) is None


def test_with_one_lead_as_the_fewest_every_combination_is_a_row() -> None:
    profiles = made(leads([(0, 0, 3, 1), (0, 1, 1, 0), (1, 1, 1, 0)]), GRID, fewest=1)
    assert not profiles.groups and profiles.leads.tolist() == [3, 1, 1]


@given(st.integers(0, 10_000), st.integers(8, 300), st.integers(2, 9))
def test_no_row_and_no_group_stands_for_too_few_and_no_lead_is_lost(seed: int, count: int, fewest: int) -> None:
    """Leads and customers per score, and leads per score and answer, are those of the leads where scores are apart."""
    random = np.random.default_rng(seed)
    tally = tally_of([DEMO, SIZE], random.integers(0, 4, (2, count)).astype(np.uint8), random.random(count) < 0.3)
    grid = replace(GRID, points=tuple(tuple(int(x) for x in random.integers(-2, 3, 4)) for _ in range(2)))
    if not any(any(points) for points in grid.points):
        return
    profiles = profiles_of(tally, grid, fewest)
    if profiles is None:
        assert count < fewest
        return
    sizes = [*profiles.leads.tolist(), *(group.leads for group in profiles.groups)]
    assert min(sizes) >= fewest and sum(sizes) == count
    assert profiles.customers.sum() + sum(group.customers for group in profiles.groups) == tally.customers.sum()
    points = [np.array(grid.points[i]) for i in profiles.criteria]
    scores = np.sum([worth[row] for worth, row in zip(points, profiles.codes, strict=True)], axis=0)
    exact = row_scores(tally, grid)
    for score in np.unique(exact):
        mine = float(np.sum(profiles.leads[scores == score]))
        mine += sum(n for group in profiles.groups for s, n in group.scores if s == score)
        assert mine == tally.leads[exact == score].sum()
    for place, criterion in enumerate(profiles.criteria):
        for level in np.flatnonzero(points[place]):
            having = float(profiles.leads[profiles.codes[place] == level].sum())
            having += sum(group.answers[place][level] for group in profiles.groups)
            assert having == tally.leads[tally.codes[criterion] == level].sum()


def test_the_groups_of_every_candidate_hold_five_leads_each() -> None:
    tally = later_leads(REVIEW)
    for candidate in REVIEW.candidates:
        profiles = made(tally, candidate.grid)
        assert min([*profiles.leads, *(group.leads for group in profiles.groups)]) >= 5
        total = profiles.leads.sum() + sum(group.leads for group in profiles.groups)
        assert total == pytest.approx(tally.leads.sum())


def test_many_rare_combinations_form_a_bounded_number_of_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_GROUPS", 4)
    monkeypatch.setattr(module, "MOST_PROFILES", 3)
    profiles = made(later_leads(REVIEW), REVIEW.candidates[0].grid)
    assert len(profiles.leads) <= 3
    assert len(profiles.groups) <= 4 + len(np.unique([s for group in profiles.groups for s, _ in group.scores]))


def test_packed_profiles_come_back() -> None:
    profiles = made(leads([(0, 0, 3, 1), (0, 1, 4, 0), (1, 1, 100, 2), (1, 0, 7, 3)]), GRID)
    content = zlib.decompress(base64.b64decode(packed(profiles)), -15)
    size, many = len(profiles.leads), len(profiles.groups)
    assert (size, many) == (2, 1)
    assert np.array_equal(np.frombuffer(content[: 2 * size], np.uint8).reshape(2, size), profiles.codes)
    place = 2 * size
    counts = np.frombuffer(content[place : place + 8 * size], "<f4").reshape(2, size)
    assert np.array_equal(counts, [profiles.leads, profiles.customers])
    place += 8 * size
    assert np.frombuffer(content[place : place + 8], "<f4").tolist() == [7, 1]
    assert np.frombuffer(content[place + 8 : place + 10], "<i2").tolist() == [20]
    assert np.frombuffer(content[place + 10 :], "<u2").tolist() == [7, 0, 3, 4]  # yes, no; big, small


def one_by_one(ordered: list[int], leads: np.ndarray, scores: np.ndarray, size: float, fewest: int) -> list[list[int]]:
    """Groups as the module says them, row after row; what is left over at the end goes with the last one."""
    groups: list[list[int]] = []
    run: list[int] = []
    for score in np.unique(scores[ordered]):
        first = len(groups)
        for row in (row for row in ordered if scores[row] == score):
            run.append(row)
            if leads[run].sum() >= size:
                groups.append(run)
                run = []
        if run and len(groups) > first:
            groups[-1] += run
            run = []
        elif leads[run].sum() >= fewest:
            groups.append(run)
            run = []
    if run and groups:
        groups[-1] += run
    return groups


@pytest.mark.parametrize("seed", range(12))
def test_groups_are_those_that_rows_form_one_by_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_GROUPS", 10 + 30 * (seed % 3))
    random = np.random.default_rng(seed)
    codes = np.unique(random.integers(0, 5, (4, 300)).astype(np.uint8), axis=1)
    leads = random.integers(1, 4, codes.shape[1]).astype(float)
    scores = (random.integers(-3, 4, 5)[codes]).sum(axis=0)
    large = leads > 3 - seed % 2
    keys = np.argsort([-module._evenness(row[~large], leads[~large]) for row in codes])
    small = np.flatnonzero(~large)
    ordered = small[np.lexsort([*(codes[i][small] for i in keys), scores[small]])]
    size = max(5.0, float(leads[small].sum()) / module.MOST_GROUPS)
    expected = one_by_one(ordered.tolist(), leads, scores, size, 5)
    result = module._groups(codes, leads, scores, large, 5)
    assert [rows.tolist() for rows in result] == expected and len(expected) > 5


def test_numbers_of_columns_keep_their_order_beyond_what_one_number_holds() -> None:
    random = np.random.default_rng(1)
    codes = random.integers(0, 200, (12, 500)).astype(np.uint8)
    codes[:8] = codes[:8] // 150
    key = module._numbered(codes, [200] * 12)
    assert np.argsort(key, kind="stable").tolist() == np.lexsort(codes[::-1]).tolist()
    assert len(np.unique(key)) == len(np.unique(codes, axis=1).T)
