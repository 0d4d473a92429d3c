"""The motion plan for the keys held now: hand-made cases."""

import numpy as np
import pytest

from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH
from pianomime_policy.controllers.reactive.live_motion_plan import LiveConfig, LiveMotionPlan

UP = np.zeros(88)
DOWN = KEYBOARD.travel_rad
# Right thumb..little, left index..little; the left thumb makes room for the right hand.
C_POSITIONS = {0: 60, 1: 62, 2: 64, 3: 65, 4: 67, 6: 53, 7: 52, 8: 50, 9: 48}


class Player:
    """Updates a motion plan with the held pitches, step by step; robot keys are `angles`."""

    def __init__(self) -> None:
        self.motion_plan, self.step = LiveMotionPlan(LiveConfig()), 0

    def holds(self, *pitches: int, angles=DOWN, steps: int = 1) -> list[int]:
        row = np.zeros(88, bool)
        row[np.array(pitches, dtype=int) - LOWEST_PITCH] = True
        for _ in range(steps):
            self.motion_plan.update(row, self.step, angles)
            self.step += 1
        return self.held

    @property
    def held(self) -> list[int]:
        """Pitch under each finger that presses, 0 for none."""
        key = self.motion_plan.held_key
        return (key + LOWEST_PITCH * (key >= 0) + (key < 0)).tolist()


def test_hands_begin_in_c_position():
    rest = LiveMotionPlan(LiveConfig()).rest_key
    assert {f: rest[f] + LOWEST_PITCH for f in C_POSITIONS} == C_POSITIONS


@pytest.mark.parametrize(("finger", "pitch"), C_POSITIONS.items())
def test_the_finger_that_rests_on_a_key_takes_it(finger, pitch):
    player = Player()
    assert player.holds(pitch)[finger] == pitch
    assert sum(pitch > 0 for pitch in player.held) == 1
    player.holds()
    assert player.held == [0] * 10


def test_a_melody_in_one_position_moves_no_hand():
    player = Player()
    for pitch in (60, 64, 62, 65, 67, 60, 64):
        player.holds(pitch, steps=4)
        player.holds(steps=2)
        assert player.motion_plan.centre_m == pytest.approx([0.0, -0.165], abs=0.02)


def test_fingers_learn_the_black_keys_of_the_melody():
    player = Player()
    for pitch in (62, 64, 66, 67, 69, 66):
        player.holds(pitch, steps=4)
    player.holds()
    assert (player.motion_plan.rest_key[:5] + LOWEST_PITCH).tolist() == [62, 64, 66, 67, 69]


def test_a_chord_of_both_hands_keeps_the_order_of_fingers():
    player = Player()
    held = player.holds(48, 52, 55, 60, 64, 67)
    assert [held[f] for f in (9, 7, 5, 0, 2, 4)] == [48, 52, 55, 60, 64, 67]


def test_the_hand_follows_the_register_and_the_other_one_follows_the_hand():
    player = Player()
    for pitch in (84, 86, 88, 86, 84):
        player.holds(pitch, steps=4)
    right, left = player.motion_plan.centre_m
    assert {84, 86, 88} <= set((player.motion_plan.rest_key[:5] + LOWEST_PITCH).tolist())
    assert left <= right - LiveConfig().hand_gap_m
    assert (player.motion_plan.held_key[5:] < 0).all()


def test_a_key_without_a_free_finger_is_played_once_one_is_free():
    player = Player()
    cluster = list(range(60, 71))  # eleven keys
    assert sorted(p for p in player.holds(*cluster) if p) != cluster
    player.holds(*cluster[:3])
    assert sorted(p for p in player.holds(*cluster[:3]) if p) == cluster[:3]


def test_a_short_key_is_pressed_until_it_sounds():
    player = Player()
    player.holds(64, angles=UP)
    assert 64 in player.holds(angles=UP)
    assert 64 not in player.holds(angles=DOWN)


def test_a_short_key_that_never_sounds_is_abandoned():
    player = Player()
    player.holds(64, angles=UP)
    patience = LiveConfig().patience_steps
    assert 64 in player.holds(angles=UP, steps=patience - 1)
    assert 64 not in player.holds(angles=UP)


def test_rows_press_held_keys_and_rest_on_the_others_above_where_they_sound():
    player = Player()
    player.holds(64)
    rows = player.motion_plan.fingertips(0, 0, 5)
    assert rows.key.tolist() == [[-1, -1, 64 - LOWEST_PITCH, -1, -1]] * 5
    arm = rows.target[0, :, 0] - KEYBOARD.hinge_x_m[keys := np.array([60, 62, 64, 65, 67]) - LOWEST_PITCH]
    sounds_z = KEYBOARD.top_z_m[keys] - np.tan(KEYBOARD.activation_rad[keys]) * arm
    deeper = rows.target[0, :, 2] < sounds_z
    assert deeper.tolist() == [False, False, True, False, False]
    assert (rows.target[0, :, 2] < KEYBOARD.top_z_m[keys]).all()  # they touch
    assert (rows.force[0, [0, 1, 3, 4]] < 0.5 * rows.force[0, 2]).all()


def test_a_key_is_pressed_deeper_until_it_sounds():
    motion_plan = LiveMotionPlan(LiveConfig(strike_depth_m=0.005))
    row = np.zeros(88, bool)
    row[64 - LOWEST_PITCH] = True
    heights = []
    for angles in (UP, DOWN := KEYBOARD.travel_rad * row):
        motion_plan.update(row, 0, angles)
        heights.append(motion_plan.fingertips(0, 0, 1).target[0, 2, 2])
    assert DOWN.any()
    assert heights[1] - heights[0] == pytest.approx(0.005)


def test_fingers_travel_above_the_keys_and_press_when_they_are_there():
    motion_plan = LiveMotionPlan(LiveConfig())
    row = np.zeros(88, bool)
    row[60 - LOWEST_PITCH] = True
    motion_plan.update(row, 0, UP)
    rows = motion_plan.fingertips(0, 0, 5)
    there = rows.target[0].copy()
    aside = there + np.array([0.0, 0.055, 0.0])
    moved = motion_plan.recovered(rows, aside, np.zeros(5, bool))
    # 45 mm beyond what counts as there, 35 mm a step: two rows on the way, the thumb presses in the third.
    assert (moved.force[:2] == 0).all()
    assert (moved.force[2:, 0] > 0).all()
    assert (moved.target[:2, :, 2] > moved.top[:2]).all()
    np.testing.assert_allclose(moved.target[:, 0, 1], there[0, 1] + np.array([0.0275, 0, 0, 0, 0]), atol=1e-12)


def test_the_way_takes_as_long_with_several_rows_a_step():
    row = np.zeros(88, bool)
    row[60 - LOWEST_PITCH] = True
    presses = []
    for per_step in (1, 5):
        motion_plan = LiveMotionPlan(LiveConfig(), per_step)
        motion_plan.update(row, 0, UP)
        rows = motion_plan.fingertips(0, 0, 5 * per_step)
        moved = motion_plan.recovered(rows, rows.target[0] + np.array([0.0, 0.055, 0.0]), np.zeros(5, bool))
        presses.append(np.flatnonzero(moved.force[:, 0])[0] / per_step)
    assert presses == [2.0, 2.0]


def test_a_stuck_finger_lifts_for_a_row():
    motion_plan = LiveMotionPlan(LiveConfig())
    rows = motion_plan.fingertips(0, 0, 5)
    tips = motion_plan.recovered(rows, rows.target[0].copy(), np.array([False, True, False, False, False]))
    assert (tips.target[0, :, 2] > tips.top[0]).tolist() == [False, True, False, False, False]
    assert (tips.target[1, :, 2] < tips.top[1]).all()
