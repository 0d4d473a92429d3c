"""Hands in any order, with wrong handedness, alone, twice, crossing, and mirrored."""

import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_perception.hand_sides import SidesConfig, is_mirrored, sides
from pianomime_perception.hand_tracking import NO_HAND
from pianomime_perception.keyboard_map import NO_KEY_EDGES, KeyboardMap

FRAMES = 60
TIME_S = np.arange(FRAMES) / 60
R, L = 0, 1


def seen(right_y_m, left_y_m):
    """Right hand in slot 0 of even pictures and in slot 1 of odd ones; (points, handedness, score)."""
    points = np.zeros((FRAMES, 2, 6, 2))
    points[..., 1] = np.stack([np.broadcast_to(right_y_m, FRAMES), np.broadcast_to(left_y_m, FRAMES)], axis=1)[
        ..., None
    ]
    points[..., 0] += 0.02 * np.arange(6)
    handedness = np.tile([R, L], (FRAMES, 1))
    points[1::2], handedness[1::2] = points[1::2, ::-1], handedness[1::2, ::-1]
    return points, handedness, np.full((FRAMES, 2), 0.9)


def right_slots():
    return np.arange(FRAMES) % 2


def tell(points, handedness, score):
    return sides(TIME_S, points, handedness, score, SidesConfig())


def test_any_order():
    told = tell(*seen(0.3, -0.2))
    np.testing.assert_array_equal(told.slot, np.column_stack([right_slots(), 1 - right_slots()]))
    assert (told.contradiction, told.doubles) == (0.0, 0)


def test_looks_that_are_wrong_now_and_then():
    points, handedness, score = seen(0.3, -0.2)
    handedness[10:16] = 1 - handedness[10:16]
    handedness[30] = R
    told = tell(points, handedness, score)
    np.testing.assert_array_equal(told.slot[:, R], right_slots())
    assert told.contradiction == pytest.approx(6 / 59)


def test_a_lone_hand_is_who_it_was_whatever_it_looks_like_at_first():
    points, handedness, score = seen(0.3, -0.2)
    points[20:40][handedness[20:40] == R], score[20:40][handedness[20:40] == R] = np.nan, 0.0
    handedness[20:40][handedness[20:40] == R] = NO_HAND
    handedness[20:25][handedness[20:25] == L] = R  # the left hand looks like a right one when that one leaves
    told = tell(points, handedness, score)
    np.testing.assert_array_equal(told.slot[20:40, R], NO_HAND)
    np.testing.assert_array_equal(told.slot[20:40, L], 1 - right_slots()[20:40])
    np.testing.assert_array_equal(told.slot[40:, R], right_slots()[40:])


def test_only_one_hand_ever():
    points, handedness, score = seen(0.3, -0.2)
    handedness[handedness == R] = NO_HAND
    points[handedness == NO_HAND], score[handedness == NO_HAND] = np.nan, 0.0
    told = tell(points, handedness, score)
    assert np.all(told.slot[:, R] == NO_HAND)
    assert np.all(told.slot[:, L] >= 0)


def test_nothing_seen_for_a_while():
    points, handedness, score = seen(0.3, -0.2)
    points[10:50], handedness[10:50], score[10:50] = np.nan, NO_HAND, 0.0
    told = tell(points, handedness, score)
    assert np.all(told.slot[10:50] == NO_HAND)
    np.testing.assert_array_equal(told.slot[50:, R], right_slots()[50:])


def test_hands_that_cross_keep_their_names():
    away = np.linspace(0.3, -0.2, FRAMES)
    points, handedness, score = seen(away, -away)
    points[..., 0] += 0.05 * (handedness == L)[..., None]  # one passes behind the other
    told = tell(points, handedness, score)
    np.testing.assert_array_equal(told.slot[:, R], right_slots())


def test_one_hand_found_twice_is_one():
    points, handedness, score = seen(0.3, 0.301)
    score[np.arange(FRAMES), 1 - right_slots()] = 0.6
    told = tell(points, handedness, score)
    assert told.doubles == FRAMES
    np.testing.assert_array_equal(told.slot, np.column_stack([right_slots(), np.full(FRAMES, NO_HAND)]))


def test_looks_that_contradict_the_wrists_are_a_mirror():
    with pytest.raises(UserError, match=r"100% of the pictures .* mirrored, or the corners"):
        tell(*seen(-0.2, 0.3))


def test_which_keyboards_are_mirrored():
    # u to the right is treble, v down is towards the player; then the same in a mirror 1000 px wide.
    upright = np.array([[0, 0.001, -0.3], [0.001, 0, -0.6], [0, 0, 1]])
    mirror = np.array([[-1, 0, 999], [0, 1, 0], [0, 0, 1]])
    turned = np.array([[-1, 0, 999], [0, -1, 599], [0, 0, 1]])
    for homography, expected in ((upright, False), (upright @ mirror, True), (upright @ turned, False)):
        for scale in (1.0, -2.0):
            assert is_mirrored(KeyboardMap(scale * homography, NO_KEY_EDGES, 0.0, (1000, 600))) is expected
