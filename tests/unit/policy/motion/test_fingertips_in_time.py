"""Fingertip targets in rows of 10 ms: keys are struck when their notes are due, and nothing jumps."""

from dataclasses import replace

import numpy as np
import pytest

from pianomime_core.notes import Note
from pianomime_core.visible_notes import visible_notes
from pianomime_policy.controllers.planner.musical_planner import musical
from pianomime_policy.controllers.planner.planner import PlannerConfig
from pianomime_policy.motion.fingertip_targets import FingertipMotion, FingertipRows
from pianomime_policy.motion.motion_plan import MotionPlan
from pianomime_policy.motion.motion_timing import BENCHMARK, MUSICAL, MotionTiming
from pianomime_policy.motion.press_table import press_table
from pianomime_policy.motion.song_plan import Presses
from pianomime_policy.motion.strokes import StrokeConfig, stroke_steps

CONFIG = musical(PlannerConfig())
TABLE = press_table(CONFIG.fingertips.press)
RIGHT = 0
STEP_S = 0.05
ROWS = MUSICAL.rows_per_step
STROKE = MUSICAL.stroke or StrokeConfig()
C5, CS5 = 51, 52
STAYS_DOWN = replace(MUSICAL, ease_m=0.0)
"""Held fingers stay at the bottom of their stroke."""


def planned(*notes: Note, steps: int = 100, timing: MotionTiming = MUSICAL) -> MotionPlan:
    plan = CONFIG.new_motion_plan(None, timing)
    plan.update_notes(visible_notes(notes), np.zeros(steps, bool), 0)
    return plan


def phases(rows: int) -> np.ndarray:
    """(rows,) the ends of rows from step 0 on; the first step, which has the keys of its end, is phase 0."""
    return np.arange(1, rows + 1) / ROWS - 1.0


@pytest.mark.parametrize("velocity", [20, 50, 64, 80, 120])
@pytest.mark.parametrize("key", [C5, CS5])
def test_the_key_is_where_it_sounds_when_its_note_is_due(velocity: int, key: int) -> None:
    # At a time that is the end of a row, so that nothing lies between.
    onset_s = (30.0 + 2.0 / ROWS - MUSICAL.onset_delay_steps) * STEP_S
    plan = planned(Note(key + 21, onset_s, onset_s + 0.5, velocity), timing=STAYS_DOWN)
    [finger] = plan.assignments().finger
    assert finger < 5
    z_m = plan.fingertips(RIGHT, 0, 60 * ROWS).target[:, finger, 2]
    at = phases(60 * ROWS)
    above_m, bottom_m = TABLE.top_z_m[key] + CONFIG.fingertips.ready_m, TABLE.bottom_z_m[min(finger, 1), key]
    due = above_m + STROKE.sounding_share * (bottom_m - above_m)
    assert np.interp(onset_s / STEP_S + MUSICAL.onset_delay_steps, at, z_m) == pytest.approx(due, abs=1e-6)
    # The stroke lasts as long as its loudness says: from just above the key to its bottom, evenly.
    [stroke] = stroke_steps(STROKE, np.array([velocity]), np.array([key]), np.array([finger]))
    going_down = (z_m < above_m - 1e-9) & (z_m > bottom_m + 1e-9) & (at < 31 + stroke)
    speed = (above_m - bottom_m) / stroke
    np.testing.assert_allclose(-np.diff(z_m[going_down]), speed / ROWS, atol=1e-9)
    assert abs(int(going_down.sum()) - stroke * ROWS) <= 1


def test_the_reference_of_the_fingertip_moves_at_most_1_m_per_s_up_and_down_and_only_over_its_key_when_low() -> None:
    random = np.random.default_rng(0)
    notes, now_s = [], 1.0
    for _ in range(60):
        length_s = 0.1 + 0.4 * random.random()
        notes.append(Note(int(random.integers(40, 90)), now_s, now_s + length_s, int(random.integers(20, 120))))
        now_s += 0.1 + 0.3 * random.random()
    plan = planned(*notes, steps=int(now_s / STEP_S) + 40)
    pressed = 0
    for hand in (0, 1):
        rows = plan.fingertips(hand, 0, int(now_s / STEP_S) * ROWS)
        busy = rows.weight[..., 2] != CONFIG.fingertips.idle_weight[2]
        busy = busy[1:] & busy[:-1]
        moved_m = np.abs(np.diff(rows.target, axis=0))
        assert moved_m[busy, 2].max() < 0.01  # in 10 ms
        low = (rows.target[1:, :, 2] < rows.top[1:]) & (rows.target[:-1, :, 2] < rows.top[:-1])
        np.testing.assert_allclose(moved_m[low & busy, :2], 0.0, atol=1e-9)
        pressed += int((np.diff((rows.key >= 0).astype(int), axis=0) > 0).sum())
    assert pressed > 50


class HandMade:
    """What `FingertipMotion` needs of a `SongPlan`: three notes of the middle and the index finger."""

    def presses(self, first: float, last: float) -> Presses:
        onset, release = np.array([12.0, 20.0, 23.0]), np.array([16.0, 30.0, 26.0])
        return Presses(onset, release, np.array([C5, CS5, 49]), np.array([2, 2, 1]), np.ones(3))

    def path(self, first: int, rows: int, rows_per_step: int = 1) -> tuple[np.ndarray, np.ndarray]:
        return np.full((rows, 2), 0.2), np.zeros((rows, 2))


def rows_of(timing: MotionTiming, first: int, count: int) -> FingertipRows:
    return FingertipMotion(CONFIG.fingertips, timing).rows(RIGHT, first, count * timing.rows_per_step, HandMade())


@pytest.mark.parametrize("rows_per_step", [2, 5, 10])
def test_rows_at_the_ends_of_steps_press_and_rest_as_the_benchmarks_do(rows_per_step: int) -> None:
    coarse, fine = rows_of(BENCHMARK, 5, 30), rows_of(replace(BENCHMARK, rows_per_step=rows_per_step), 5, 30)
    ends = FingertipRows(*(values[rows_per_step - 1 :: rows_per_step] for values in fine))
    for name in ("force", "top", "key", "weight"):
        np.testing.assert_array_equal(getattr(ends, name), getattr(coarse, name))
    # Only on its way to a key is a finger elsewhere: a row of the benchmark is at the end of its travel a row before.
    settled = (coarse.key >= 0) | (coarse.weight[..., 2] == CONFIG.fingertips.idle_weight[2])
    np.testing.assert_allclose(ends.target[settled], coarse.target[settled], atol=1e-12)
    ready = np.flatnonzero(np.diff((coarse.key[:, 2] >= 0).astype(int)) > 0)
    np.testing.assert_allclose(ends.target[ready, 2], coarse.target[ready, 2], atol=1e-12)


def test_fingers_follow_the_same_way_from_whatever_step_it_is_planned() -> None:
    timing = replace(MUSICAL, onset_delay_steps=0.0)
    whole, part = rows_of(timing, 5, 30), rows_of(timing, 17, 6)
    for of_whole, of_part in zip(whole, part, strict=True):
        np.testing.assert_allclose(of_part, of_whole[12 * ROWS : 18 * ROWS], atol=1e-12)


def test_a_finger_comes_up_within_the_time_it_has() -> None:
    timing = replace(STAYS_DOWN, lift_steps=0.6)
    height_m = rows_of(timing, 0, 40).target[:, 1, 2]  # the index finger, whose note ends at phase 26
    at = phases(40 * ROWS)
    bottom_m, top_m = TABLE.bottom_z_m[1, 49], TABLE.top_z_m[49]
    assert np.interp(25.4, at, height_m) == pytest.approx(bottom_m)
    assert np.interp(26.0, at, height_m) == pytest.approx(top_m + CONFIG.fingertips.hover_m)
    lift = height_m[(at > 25.39) & (at < 26.01)]
    np.testing.assert_allclose(np.diff(lift), (lift[-1] - lift[0]) / 3)


def test_a_short_note_whose_hand_must_leave_at_once_is_held_for_its_shortest_time() -> None:
    # Two octaves away a tenth of a second later: the hand should be gone before the key could sound.
    plan = planned(Note(72, 1.0, 1.05), Note(96, 1.1, 1.3), timing=STAYS_DOWN)
    hand, first = divmod(int(plan.assignments().finger[0]), 5)
    z_m = plan.fingertips(hand, 10, 20 * ROWS).target[:, first, 2]
    held = np.isclose(z_m, TABLE.bottom_z_m[min(first, 1), C5])
    assert held.sum() >= int(STROKE.hold_steps * ROWS)


def test_once_its_key_has_sounded_a_finger_presses_less_deep() -> None:
    plan = planned(Note(C5 + 21, 1.5, 2.5, 64))
    [finger] = plan.assignments().finger
    rows = plan.fingertips(RIGHT, 0, 45 * ROWS)
    held = rows.key[:, finger] == C5
    above_m = rows.target[held, finger, 2] - TABLE.bottom_z_m[min(finger, 1), C5]
    assert above_m[0] == pytest.approx(0.0)
    assert np.all(np.diff(above_m) >= -1e-9)
    assert above_m[-1] == pytest.approx(0.003)
    # The force that holds the key stays.
    assert np.ptp(rows.force[held, finger]) == 0.0
    # It comes up from there: nothing jumps.
    assert np.abs(np.diff(rows.target[30 * ROWS :, finger, 2])).max() < 0.01
