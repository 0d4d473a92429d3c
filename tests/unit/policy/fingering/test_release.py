"""Early release against cases worked out by hand.

Keys here lie 20 mm apart, every finger is at home in the middle of its hand and bears 30 mm to either side.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pianomime_policy.fingering.fingering import finger_offsets_m, offset_limits_m
from pianomime_policy.fingering.goal_notes import SOUNDING
from pianomime_policy.fingering.release import release_steps

INDEX, MIDDLE, LEFT_MIDDLE = 1, 2, 7
FINGER_STEPS, HAND_M_PER_STEP, COMFORT_M, KEPT, LOOK_AHEAD, OVERLAP = 2, 0.05, 0.01, 0.5, 6, 2
KEY_Y_M = 0.02 * np.arange(88)


def release(*notes: tuple[float, float, int, int], jump_steps: float = 0.0, unit_steps: float = 1.0) -> list[float]:
    """Release of notes (onset, end, key, finger)."""
    onset, end = (np.array([note[i] for note in notes]) for i in range(2))
    key, finger = (np.array([note[i] for note in notes], dtype=np.int64) for i in (2, 3))
    none, limit = np.zeros(10), np.full(10, 0.03)
    released = release_steps(
        onset, end, key, finger, KEY_Y_M, none, -limit, limit, FINGER_STEPS, HAND_M_PER_STEP, COMFORT_M, KEPT,
        LOOK_AHEAD, OVERLAP, jump_steps, unit_steps,
    )  # fmt: skip
    return released.tolist()


def test_a_note_with_nothing_after_it_is_held_to_its_end():
    assert release((0, 10, 40, INDEX)) == [10]


def test_legato_between_neighbours_by_two_fingers_is_kept():
    assert release((0, 10, 40, INDEX), (10, 20, 41, MIDDLE)) == [10, 20]


def test_a_finger_leaves_two_steps_before_it_strikes_another_key():
    assert release((0, 10, 40, INDEX), (10, 20, 41, INDEX)) == [8, 20]


def test_a_finger_lifts_one_step_before_it_strikes_its_key_again():
    assert release((0, 10, 40, INDEX), (10, 20, 40, INDEX)) == [9, 20]


def test_the_rest_between_the_notes_counts():
    assert release((0, 10, 40, INDEX), (11, 20, 41, INDEX)) == [9, 20]
    assert release((0, 10, 40, INDEX), (12, 20, 41, INDEX)) == [10, 20]


def test_a_jump_of_the_hand_takes_its_distance():
    # 14 keys are 280 mm; fingers bear 30 mm on each side, so the hand moves 220 mm: five steps of 50 mm.
    assert release((0, 12, 40, INDEX), (12, 20, 54, MIDDLE)) == [7, 20]
    assert release((0, 12, 54, MIDDLE), (12, 20, 40, INDEX)) == [7, 20]
    # Two steps of rest are used for it.
    assert release((0, 12, 40, INDEX), (14, 20, 54, MIDDLE)) == [9, 20]


def test_a_jump_takes_time_to_start_and_to_stop_beside_its_distance():
    # 220 mm are 4.4 steps, and a step and a half are added: 5.9, in whole steps or in rows of a fifth.
    assert release((0, 12, 40, INDEX), (12, 20, 54, MIDDLE), jump_steps=1.5) == [6, 20]
    in_time = release((0.0, 14.1, 40, INDEX), (14.1, 20.0, 54, MIDDLE), jump_steps=1.5, unit_steps=0.2)
    assert in_time == pytest.approx([14.1 - 6.0, 20.0])
    # Below the comfort no time is needed at all.
    assert release((0, 10, 40, INDEX), (10, 20, 43, MIDDLE), jump_steps=1.5) == [10, 20]


def test_a_jump_within_comfort_takes_nothing():
    # Three keys are 60 mm, all of which the fingers bear; four leave 20 mm to the hand, which is one step.
    assert release((0, 10, 40, INDEX), (10, 20, 43, MIDDLE)) == [10, 20]
    assert release((0, 10, 40, INDEX), (10, 20, 44, MIDDLE)) == [9, 20]


def test_the_other_hand_may_jump_as_it_likes():
    assert release((0, 12, 40, INDEX), (12, 20, 80, LEFT_MIDDLE)) == [12, 20]


def test_half_of_a_note_is_always_kept():
    assert release((0, 4, 10, INDEX), (4, 20, 80, MIDDLE)) == [2, 20]
    assert release((0, 5, 10, INDEX), (5, 20, 80, MIDDLE)) == [3, 20]
    assert release((0, 1, 10, INDEX), (1, 20, 80, MIDDLE)) == [1, 20]


def test_onsets_far_after_the_end_do_not_matter():
    # 77 keys are 1.54 m, thirty steps away; a rest of six is looked at, one of seven is not.
    assert release((0, 60, 0, INDEX), (66, 70, 77, MIDDLE)) == [36, 70]
    assert release((0, 60, 0, INDEX), (67, 70, 77, MIDDLE)) == [60, 70]


def test_notes_that_are_not_played_neither_release_nor_matter():
    assert release((0, 10, 40, -1), (10, 20, 41, INDEX), (20, 30, 80, -1)) == [10, 20, 30]


def test_a_note_without_a_visible_end_stays_down():
    assert release((0, SOUNDING, 40, INDEX), (5, 9, 60, MIDDLE)) == [SOUNDING, 9]


def test_notes_that_overlap_by_a_row_make_way_for_the_same_finger():
    assert release((0, 11, 40, INDEX), (10, 20, 41, INDEX)) == [8, 20]


def test_overlapping_notes_of_two_fingers_are_held_as_written():
    assert release((0, 11, 40, INDEX), (10, 20, 41, MIDDLE)) == [11, 20]


def test_notes_that_begin_together_do_not_wait_for_each_other():
    assert release((0, 2, 40, INDEX), (0, 2, 80, MIDDLE)) == [2, 2]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 30), st.integers(0, 87), st.integers(-1, 9)), max_size=12))
def test_a_release_lies_within_the_second_half_of_its_note(spans):
    onset, length, key, finger = np.array(spans, dtype=np.int64).reshape(-1, 4).T.copy()
    end = onset + length
    low, high = offset_limits_m()
    released = release_steps(
        onset, end, key, finger, KEY_Y_M, finger_offsets_m(), low, high, FINGER_STEPS, HAND_M_PER_STEP, COMFORT_M,
        KEPT, LOOK_AHEAD, OVERLAP, 0.0, 1.0,
    )  # fmt: skip
    assert np.all(released <= end)
    assert np.all(released >= onset + np.ceil(KEPT * length))
    assert np.array_equal(released[finger < 0], end[finger < 0])
