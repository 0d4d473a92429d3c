"""Right and left hands, on a keyboard with one millimetre per pixel."""

from types import SimpleNamespace

import numpy as np
import pytest

from pianomime_perception.keyboard_map import NO_KEY_EDGES, KeyboardMap
from pianomime_perception.live_hands import LiveHands

KEYBOARD = KeyboardMap(np.diag([0.001, 0.001, 1])[[1, 0, 2]], NO_KEY_EDGES, 0.0, (1000, 200))
"""Picture (u, v) -> world (v, u) mm."""


def hand(u: float, side: str = "rh", score: float = 0.9):
    """A hand whose wrist is at `u`, its fingertips 10 px apart around it."""
    points_px = np.array([[u, 180.0], *([u + 10 * (finger - 2), 100.0 + finger] for finger in range(5))])
    return SimpleNamespace(points_px=points_px, score=score, side=side)


@pytest.fixture
def hands():
    return LiveHands(height_m=0.045)


def wrists_y_m(fingertips):
    return fingertips.points_m[:, 0, 1].tolist()


@pytest.mark.parametrize("labels", [("rh", "lh"), ("lh", "rh"), ("rh", "rh")])
def test_of_two_hands_the_one_to_the_right_is_the_right_one_whatever_they_look_like(hands, labels):
    for order in (1, -1):
        seen = hands.update([hand(700, labels[0]), hand(300, labels[1], 0.6)][::order], KEYBOARD, 0.0)
        assert wrists_y_m(seen) == pytest.approx([0.7, 0.3])
        assert seen.confidence[:, 3].tolist() == [0.9, 0.6]
        np.testing.assert_allclose(seen.points_m[0, 1], [0.100, 0.68, 0.045])
        np.testing.assert_allclose(seen.points_m[0, 5], [0.104, 0.72, 0.045])


def test_a_hand_that_is_not_seen_is_nan(hands):
    seen = hands.update([hand(300, "lh")], KEYBOARD, 0.0)
    assert seen.seen.tolist() == [False, True]
    assert np.isnan(seen.points_m[0]).all()
    assert not seen.confidence[0].any()
    assert not hands.update([], KEYBOARD, 0.1).seen.any()


def test_one_hand_is_the_one_that_was_there(hands):
    hands.update([hand(700), hand(300)], KEYBOARD, 0.0)
    assert hands.update([hand(320, "rh")], KEYBOARD, 0.1).seen.tolist() == [False, True]
    assert hands.update([hand(690, "lh")], KEYBOARD, 0.2).seen.tolist() == [True, False]


def test_later_or_elsewhere_its_looks_decide(hands):
    hands.update([hand(700), hand(300)], KEYBOARD, 0.0)
    assert hands.update([hand(500, "lh")], KEYBOARD, 0.1).seen.tolist() == [False, True]
    assert hands.update([hand(690, "lh")], KEYBOARD, 5.0).seen.tolist() == [False, True]


def test_of_three_hands_the_surest_two_are_taken(hands):
    seen = hands.update([hand(900, score=0.2), hand(700), hand(300)], KEYBOARD, 0.0)
    assert wrists_y_m(seen) == pytest.approx([0.7, 0.3])


def test_one_hand_that_is_found_twice_is_one(hands):
    seen = hands.update([hand(300, "lh", 0.5), hand(309, "lh", 0.8)], KEYBOARD, 0.0)
    assert seen.seen.tolist() == [False, True]
    assert wrists_y_m(seen)[1] == pytest.approx(0.309)


def test_mirrored_pictures_are_noticed(hands):
    for k in range(100):
        hands.update([hand(700, "rh"), hand(300, "lh")], KEYBOARD, k / 20)
        assert not hands.mirrored
    for k in range(100, 200):
        hands.update([hand(700, "lh"), hand(300, "rh")], KEYBOARD, k / 20)
    assert hands.mirrored
