"""The song plan: all at once, window by window, and after lost windows."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pianomime_core.goal_window import goal_window
from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.fingering.fingering import FingeringConfig, finger_offsets_m, offset_limits_m
from pianomime_policy.fingering.goal_notes import SOUNDING
from pianomime_policy.fingering.release import ReleaseConfig
from pianomime_policy.motion.hand_path import HandPathConfig
from pianomime_policy.motion.song_plan import SongPlan

COMMIT_STEPS = 6
ALL = (0, 10**6)


def make_plan(commit_steps: int | None = None) -> SongPlan:
    return SongPlan(FingeringConfig(), ReleaseConfig(), HandPathConfig(), commit_steps)


def two_hands(seed: int, steps: int = 60) -> np.ndarray:
    """(steps, 88) a wandering tune over broken triads."""
    random = np.random.default_rng(seed)
    goal = np.zeros((steps, 88), bool)
    at = 53
    for step in range(0, steps, 4):
        at = int(np.clip(at + random.choice([-3, -2, 2, 4]), 46, 66))
        goal[step : step + 3, at] = True
        goal[step : step + 4, 24 + int(random.choice([0, 4, 7]))] = True
    return goal


def whole(goal: np.ndarray) -> SongPlan:
    plan = make_plan()
    plan.update(goal, 0)
    return plan


def assert_same_notes(plan: SongPlan, other: SongPlan) -> None:
    for ours, theirs in zip(plan.assignments(*ALL), other.assignments(*ALL), strict=True):
        assert np.array_equal(ours, theirs)


def test_the_notes_of_a_plan_are_those_of_the_roll():
    goal = two_hands(0)
    onset, release, key, finger = whole(goal).assignments(*ALL)
    sounding = np.zeros_like(goal)
    for o, r, k in zip(onset, release, key, strict=True):
        assert goal[o, k]
        assert r > o
        sounding[o : min(r, len(goal)), k] = True
    assert not np.any(sounding & ~goal)  # let go early, never late
    assert np.all((finger >= 0) & (finger < 10))
    assert np.all(np.diff(onset) >= 0)


def test_the_right_hand_plays_above_the_left():
    _, _, key, finger = whole(two_hands(0)).assignments(*ALL)
    assert np.all(finger[key > 45] < 5)
    assert np.all(finger[key < 32] >= 5)


def test_hands_are_where_their_fingers_reach():
    goal = two_hands(1)
    plan = whole(goal)
    offset, (low, high) = finger_offsets_m(), offset_limits_m()
    assert plan.centre_m.shape == plan.reach_m.shape == (len(goal), 2)
    for onset, _, key, finger in zip(*plan.assignments(*ALL), strict=True):
        away = KEYBOARD.center_y_m[key] - offset[finger] - plan.centre_m[onset, finger // 5]
        assert low[finger] - 0.02 < away < high[finger] + 0.02
    assert np.all(plan.centre_m[:, 0] > plan.centre_m[:, 1])
    assert np.all(np.abs(np.diff(plan.centre_m, axis=0)) < 0.05)  # 1 m/s


def test_a_hand_with_nothing_to_play_rests_at_home():
    goal = np.zeros((50, 88), bool)
    goal[10:20, 60] = True
    plan = whole(goal)
    home = FingeringConfig().start_centre_m
    np.testing.assert_allclose(plan.centre_m[:, 1], home[1], atol=1e-6)
    assert np.all(whole(np.zeros((5, 88), bool)).assignments(*ALL).key.shape == (0,))
    np.testing.assert_allclose(whole(np.zeros((5, 88), bool)).centre_m, np.tile(home, (5, 1)), atol=1e-6)


def test_the_ends_of_the_path_are_repeated():
    plan = whole(two_hands(2))
    centre, reach = plan.path(-3, len(two_hands(2)) + 10)
    assert np.array_equal(centre[:4], np.tile(plan.centre_m[0], (4, 1)))
    assert np.array_equal(centre[3:-7], plan.centre_m)
    assert np.array_equal(reach[-8:], np.tile(plan.reach_m[-1], (8, 1)))
    assert plan.path(10**6, 2)[0].shape == (2, 2)


@pytest.mark.parametrize("seed", range(4))
def test_a_horizon_as_long_as_the_song_sees_what_the_song_shows(seed):
    goal = two_hands(seed)
    streaming, all_at_once = make_plan(), whole(goal)
    for step in range(len(goal)):
        streaming.update(goal_window(goal, step, len(goal)), step)
        if step == 0:
            assert np.array_equal(streaming.centre_m, all_at_once.centre_m)
    onset, release, key, finger = streaming.assignments(*ALL)
    known = all_at_once.assignments(*ALL)
    assert np.array_equal(onset, known.onset)
    assert np.array_equal(key, known.key)
    assert np.array_equal(finger, known.finger)
    # Only the rows after the song tell where its last notes end.
    assert np.array_equal(release[known.release < SOUNDING // 2], known.release[known.release < SOUNDING // 2])
    assert release.max() <= len(goal)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("horizon", [8, 20])
def test_without_commits_a_stream_ends_with_the_fingering_of_the_song(seed, horizon):
    goal = two_hands(seed)
    streaming = make_plan()
    for step in range(len(goal)):
        streaming.update(goal_window(goal, step, horizon), step)
    assert np.array_equal(streaming.assignments(*ALL).finger, whole(goal).assignments(*ALL).finger)


rolls = st.integers(0, 10**6).map(
    lambda seed: np.random.default_rng(seed).random((30, 88)) < np.random.default_rng(seed).choice([0.01, 0.05, 0.3])
)


@settings(deadline=None, max_examples=10)
@given(rolls, st.sampled_from([2, 7, 20]))
def test_a_committed_note_keeps_its_finger_whatever_comes(goal, horizon):
    plan = make_plan(COMMIT_STEPS)
    decided: dict[tuple[int, int], int] = {}
    for step in range(len(goal)):
        plan.update(goal_window(goal, step, horizon), step)
        onset, release, key, finger = plan.assignments(*ALL)
        now = {(o, k): f for o, k, f in zip(onset.tolist(), key.tolist(), finger.tolist(), strict=True)}
        assert decided.items() <= now.items()
        decided = {(o, k): f for (o, k), f in now.items() if o <= step + COMMIT_STEPS}
        assert np.all(release > onset)
        assert np.all(np.isfinite(plan.centre_m))


def test_where_the_hands_were_is_history():
    goal = two_hands(3)
    plan = make_plan(COMMIT_STEPS)
    for step in range(len(goal)):
        before = plan.centre_m.copy()
        plan.update(goal_window(goal, step, 20), step)
        assert np.array_equal(plan.centre_m[:step], before[:step])
        assert len(plan.centre_m) == plan.rows == step + 20
        # The new path goes on from where the hands are.
        assert step < 2 or np.all(np.abs(np.diff(plan.centre_m[step - 2 : step + 1], n=2, axis=0)) < 0.02)


def test_seeing_a_window_twice_changes_nothing():
    goal = two_hands(4)
    once, twice = make_plan(COMMIT_STEPS), make_plan(COMMIT_STEPS)
    for step in range(30):
        window = goal_window(goal, step, 20)
        once.update(window, step)
        twice.update(window, step)
        twice.update(window, step)
    assert_same_notes(once, twice)
    assert np.array_equal(once.centre_m, twice.centre_m)


def test_windows_that_were_lost_leave_the_notes_where_they_are():
    goal = two_hands(5)
    every, some = make_plan(), make_plan()
    for step in range(len(goal)):
        every.update(goal_window(goal, step, 20), step)
        if step % 7 == 0 or step == len(goal) - 1:
            some.update(goal_window(goal, step, 20), step)
    assert_same_notes(every, some)


def test_notes_between_windows_too_far_apart_are_lost_alone():
    goal = two_hands(6)
    plan = make_plan(COMMIT_STEPS)
    plan.update(goal_window(goal, 0, 10), 0)
    plan.update(goal_window(goal, 30, 10), 30)
    onset, _, key, _ = plan.assignments(*ALL)
    assert np.all(goal[onset, key])
    assert not np.any((onset >= 10) & (onset < 30))
    assert plan.rows == len(plan.centre_m) == 40
    assert np.all(np.isfinite(plan.centre_m))
    plan.update(goal_window(goal, 31, 10), 31)
    assert plan.rows == 41


def test_a_note_that_reaches_out_of_the_window_is_held_until_its_end_is_seen():
    goal = np.zeros((60, 88), bool)
    goal[5:50, 60] = True
    plan = make_plan(COMMIT_STEPS)
    for step in range(60):
        plan.update(goal_window(goal, step, 10), step)
        if step + 10 > 5:
            [release] = plan.assignments(*ALL).release
            assert release == 50 if step + 10 > 50 else release > 10**6


def test_notes_long_gone_do_not_matter():
    goal = np.zeros((100, 88), bool)
    goal[0:3, 60] = goal[50:53, 62] = True
    plan = whole(goal)
    assert plan.assignments(40, 60).key.tolist() == [62]
    assert plan.assignments(0, 10).key.tolist() == [60]
    assert plan.assignments(10, 20).key.tolist() == []


@pytest.mark.slow
def test_ten_minutes_of_music_stay_small():
    goal = np.tile(two_hands(0), (200, 1))
    assert len(goal) == 10 * 60 * 20
    tracemalloc.start()
    all_at_once = whole(goal)
    kept_by_song, _ = tracemalloc.get_traced_memory()
    streaming = make_plan(COMMIT_STEPS)
    for step in range(0, len(goal), 10):
        streaming.update(goal_window(goal, step, 40), step)
    kept_by_both, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert all_at_once.assignments(*ALL).finger.min() >= 0
    # 6000 notes of 48 states and ten fingers each, and nothing that grows with their square.
    assert kept_by_song < 20e6
    assert kept_by_both - kept_by_song < 20e6
