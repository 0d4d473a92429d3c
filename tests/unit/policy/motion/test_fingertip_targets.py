"""Fingertip targets of hand-made notes: place, time, force, and the recovery of a finger that missed its key."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.fingering.fingering import finger_offsets_m
from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipMotion, FingertipRows
from pianomime_policy.motion.press_table import press_table
from pianomime_policy.motion.song_plan import Presses

CONFIG = FingertipConfig()
TABLE = press_table(CONFIG.press)
MOTION = FingertipMotion(CONFIG)
WHITE_TOP_M = KEYBOARD.top_z_m[0]
RIGHT, LEFT = 0, 1
THUMB, INDEX, MIDDLE = 0, 1, 2
C5, D5, CS5 = 51, 53, 52


@dataclass
class Plan:
    """What `FingertipMotion` needs of a `SongPlan`: notes (onset, release, key, finger 0..9) and a place of the hands.

    The right hand wanders at 1 mm a step from y = 0.2 m, the left hand stands at -0.2 m.
    """

    notes: tuple[tuple[int, int, int, int], ...] = ()

    def presses(self, first: float, last: float) -> Presses:
        onset, release, key, finger = np.array(self.notes, dtype=np.int64).reshape(-1, 4).T.copy()
        return Presses(onset.astype(float), release.astype(float), key, finger, np.ones(len(key)))

    def path(self, first: int, rows: int, rows_per_step: int = 1) -> tuple[np.ndarray, np.ndarray]:
        steps = first + np.arange(1, rows + 1) / rows_per_step - 1.0
        return np.stack([0.2 + 0.001 * steps, np.full(rows, -0.2)], axis=1), np.zeros((rows, 2))


def rows(*notes: tuple[int, int, int, int], first: int = 0, count: int = 40, hand: int = RIGHT) -> FingertipRows:
    return MOTION.rows(hand, first, count, Plan(notes))


def test_with_nothing_to_do_fingers_float_beside_their_hand():
    for hand in (RIGHT, LEFT):
        idle = rows(hand=hand, first=10)
        centre = Plan().path(10, 40)[0][:, hand]
        np.testing.assert_allclose(idle.target[:, :, 1], centre[:, None] + finger_offsets_m()[5 * hand : 5 * hand + 5])
        assert np.all(idle.target[:, :, 2] == CONFIG.idle_height_m)
        assert not idle.force.any()
        assert np.all(idle.weight == CONFIG.idle_weight)


@pytest.mark.parametrize(("finger", "key"), [(THUMB, C5), (THUMB, CS5), (MIDDLE, C5), (MIDDLE, CS5), (4, 87)])
def test_a_key_is_pressed_exactly_while_its_note_is_held(finger, key):
    tips = rows((15, 20, key, finger))
    thumb = 0 if finger == THUMB else 1
    held = np.arange(40)
    held = (held >= 15) & (held < 20)
    assert np.array_equal(tips.force[:, finger] > 0, held)
    assert np.all(tips.force[held, finger] == TABLE.force_n[thumb, key])
    bottom = (TABLE.x_m[thumb, key], TABLE.y_m[key], TABLE.bottom_z_m[thumb, key])
    np.testing.assert_allclose(tips.target[held, finger], np.tile(bottom, (5, 1)))
    assert np.all(tips.target[~held, finger, 2] > KEYBOARD.top_z_m[key])
    assert np.all(tips.weight[held, finger] == CONFIG.press_weight)
    assert np.all(tips.top[held, finger] == KEYBOARD.top_z_m[key])
    others = [f for f in range(5) if f != finger]
    assert np.all(tips.weight[:, others] == CONFIG.idle_weight)
    assert not tips.force[:, others].any()


def test_left_fingers_play_only_in_the_left_hand():
    note = (15, 20, 20, 5 + INDEX)
    assert not rows(note).force.any()
    assert np.array_equal(np.flatnonzero(rows(note, hand=LEFT).force.any(axis=0)), [INDEX])


@pytest.mark.parametrize("key", [C5, CS5])
def test_a_finger_waits_just_above_its_key_before_the_onset(key):
    tips = rows((15, 20, key, MIDDLE))
    over = (TABLE.x_m[1, key], TABLE.y_m[key])
    np.testing.assert_allclose(tips.target[14, MIDDLE], (*over, KEYBOARD.top_z_m[key] + CONFIG.ready_m))
    near = slice(15 - CONFIG.near_steps, 15)
    assert np.all(tips.weight[near, MIDDLE] == CONFIG.ready_weight)
    assert np.all(tips.target[near, MIDDLE, 2] >= KEYBOARD.top_z_m[key] + CONFIG.ready_m)
    travelling = slice(15 - CONFIG.lead_steps, 15 - CONFIG.near_steps)
    assert np.all(tips.weight[travelling, MIDDLE] == CONFIG.travel_weight)
    assert np.all(tips.target[travelling, MIDDLE, 2] >= WHITE_TOP_M + CONFIG.travel_clearance_m - 1e-12)
    assert np.all(tips.weight[: 15 - CONFIG.lead_steps, MIDDLE] == CONFIG.idle_weight)


def test_after_a_note_a_finger_lifts_straight_up():
    tips = rows((5, 10, C5, MIDDLE))
    lifted = (TABLE.x_m[1, C5], TABLE.y_m[C5], WHITE_TOP_M + CONFIG.hover_m)
    np.testing.assert_allclose(tips.target[10, MIDDLE], lifted)
    assert np.all(tips.weight[10, MIDDLE] == CONFIG.release_weight)
    assert np.all(tips.weight[11:, MIDDLE] == CONFIG.idle_weight)


def test_travel_is_minimum_jerk_from_key_to_key():
    last, onset, ready = 10, 15, 14
    tips = rows((5, last, C5, MIDDLE), (onset, 20, D5, MIDDLE))
    start = max(last, onset - CONFIG.lead_steps)
    s = (np.arange(start, ready) - start + 1) / (ready - start)
    share = 10 * s**3 - 15 * s**4 + 6 * s**5
    expected = TABLE.y_m[C5] + share * (TABLE.y_m[D5] - TABLE.y_m[C5])
    np.testing.assert_allclose(tips.target[start:ready, MIDDLE, 1], expected)
    assert np.all(np.diff(tips.target[last - 1 : onset + 1, MIDDLE, 1]) >= -1e-12)


def test_a_key_struck_again_is_not_left():
    tips = rows((5, 9, C5, MIDDLE), (11, 15, C5, MIDDLE))
    np.testing.assert_allclose(tips.target[5:15, MIDDLE, 1], TABLE.y_m[C5])
    assert np.all(tips.target[9:11, MIDDLE, 2] <= WHITE_TOP_M + CONFIG.hover_m)
    assert np.all(tips.target[9:11, MIDDLE, 2] >= WHITE_TOP_M + CONFIG.ready_m)


def test_without_time_to_travel_the_key_is_pressed_all_the_same():
    tips = rows((5, 10, C5, MIDDLE), (10, 15, D5, MIDDLE))
    assert np.all(tips.force[5:15, MIDDLE] > 0)
    np.testing.assert_allclose(tips.target[10, MIDDLE, 1], TABLE.y_m[D5])


@st.composite
def parts(draw: st.DrawFn) -> tuple[tuple[int, int, int, int], ...]:
    """Notes of every finger of the right hand, none held while another is."""
    notes = []
    for finger in range(5):
        step = draw(st.integers(0, 12))
        for _ in range(draw(st.integers(0, 3))):
            end = step + draw(st.integers(1, 8))
            notes.append((step, end, draw(st.integers(0, 87)), finger))
            step = end + draw(st.integers(0, 10))
    return tuple(notes)


@settings(deadline=None)
@given(parts(), st.integers(0, 30), st.integers(1, 8))
def test_a_motion_is_the_same_from_whatever_step_it_is_planned(notes, first, count):
    whole, part = rows(*notes), rows(*notes, first=first, count=count)
    for of_whole, of_part in zip(whole, part, strict=True):
        np.testing.assert_allclose(of_part, of_whole[first : first + count], atol=1e-12)


@settings(deadline=None)
@given(parts())
def test_any_part_presses_what_is_held_and_nothing_else(notes):
    tips = rows(*notes, count=60)
    held = np.zeros((60, 5), bool)
    for onset, end, _, finger in notes:
        held[onset:end, finger] = True
    assert np.array_equal(tips.force > 0, held)
    assert np.all(tips.target[~held][:, 2] > WHITE_TOP_M)
    assert all(np.all(np.isfinite(values)) for values in tips)


def test_waiting_hands_press_nothing():
    tips = rows((0, 5, C5, MIDDLE), (0, 5, CS5, INDEX), (3, 9, D5, 3))
    waiting = MOTION.waiting(tips)
    assert not waiting.force.any()
    assert np.all(waiting.target[..., 2] >= tips.top + CONFIG.hover_m)
    assert np.array_equal(waiting.target[..., :2], tips.target[..., :2])
    assert tips.force[0, MIDDLE] > 0  # what was given stays as it is


def astray(
    aside_m: float, first: int = 6, notes=((5, 20, C5, MIDDLE),), behind_m: float = 0.0, stuck: bool = False
) -> FingertipRows:
    """Rows of 8 steps after a recovery of the middle finger, which stands beside the key of the note."""
    tips = rows(*notes, first=first, count=8)
    measured = tips.target[0].copy()
    measured[MIDDLE] += (behind_m, aside_m, 0.0)
    return MOTION.recovered(tips, measured, np.arange(5) == (MIDDLE if stuck else -1))


@pytest.mark.parametrize("aside_m", [0.0, 0.99 * CONFIG.astray_m, -0.99 * CONFIG.astray_m])
def test_a_finger_on_its_key_presses(aside_m):
    planned = rows((5, 20, C5, MIDDLE), first=6, count=8)
    for recovered, kept in zip(astray(aside_m), planned, strict=True):
        assert np.array_equal(recovered, kept)


@pytest.mark.parametrize("aside_m", [0.02, -0.02, 0.07, -0.1])
def test_a_finger_beside_its_key_is_led_back_above_the_keys_before_it_presses(aside_m):
    tips = astray(aside_m)
    travel = 1 + int(np.ceil(abs(aside_m) / CONFIG.recovery_m_per_step))
    assert not tips.force[:travel, MIDDLE].any()
    assert np.all(tips.force[travel:, MIDDLE] > 0)
    height = tips.target[:travel, MIDDLE, 2] - WHITE_TOP_M
    np.testing.assert_allclose(height, [CONFIG.hover_m] * (travel - 1) + [CONFIG.ready_m])
    y = np.concatenate([[TABLE.y_m[C5] + aside_m], tips.target[:travel, MIDDLE, 1]])
    np.testing.assert_allclose(np.diff(y), -aside_m / travel)
    assert np.all(np.abs(np.diff(y)) <= CONFIG.recovery_m_per_step)
    assert np.all(tips.weight[:travel, MIDDLE] == CONFIG.ready_weight)
    # The other fingers go on as planned.
    planned = rows((5, 20, C5, MIDDLE), first=6, count=8)
    others = [f for f in range(5) if f != MIDDLE]
    assert np.array_equal(tips.target[:, others], planned.target[:, others])


def test_a_finger_that_is_only_too_far_back_on_its_key_presses():
    assert np.all(astray(0.0, behind_m=0.04).force[:, MIDDLE] > 0)


def test_recovery_ends_with_the_note():
    tips = astray(0.2, first=18)
    assert not tips.force[:, MIDDLE].any()
    planned = rows((5, 20, C5, MIDDLE), first=18, count=8)
    assert np.array_equal(tips.target[2:], planned.target[2:])


def test_fingers_that_do_not_press_need_no_recovery():
    planned = rows((30, 35, C5, MIDDLE), first=6, count=8)
    for recovered, kept in zip(astray(0.1, notes=((30, 35, C5, MIDDLE),)), planned, strict=True):
        assert np.array_equal(recovered, kept)


def test_a_stuck_finger_lifts_though_it_is_over_its_key():
    tips = astray(0.004, stuck=True)
    assert tips.force[:, MIDDLE].nonzero()[0].tolist() == [2, 3, 4, 5, 6, 7]
    assert tips.target[0, MIDDLE, 2] == pytest.approx(WHITE_TOP_M + CONFIG.hover_m)


def test_rows_tell_which_key_each_finger_holds():
    tips = rows((2, 5, C5, MIDDLE), first=0, count=8)
    assert tips.key[:, MIDDLE].tolist() == [-1, -1, C5, C5, C5, -1, -1, -1]
    assert np.all(np.delete(tips.key, MIDDLE, axis=1) == -1)
