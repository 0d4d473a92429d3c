"""Fingers whose presses fail lift after a while; fingers that hold their key, or changed it, do not."""

import numpy as np

from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.motion.stuck_keys import StuckKeyConfig, StuckKeyDetector

_UP = np.zeros(88)
_DOWN = KEYBOARD.travel_rad.copy()
_INDEX_ON_C = np.array([-1, 39, -1, -1, -1])


def _first_stuck(detector: StuckKeyDetector, key: np.ndarray, angles: np.ndarray, steps: int = 20) -> list[int]:
    return [step for step in range(steps) if detector.stuck(key, angles)[1]]


def test_a_finger_whose_key_stays_up_tries_again_at_intervals() -> None:
    # The first step only begins the press; then every third step in vain asks for another try.
    assert _first_stuck(StuckKeyDetector(StuckKeyConfig(patience_steps=3)), _INDEX_ON_C, _UP, 10) == [3, 6, 9]


def test_a_key_that_goes_down_leaves_the_finger_alone() -> None:
    assert _first_stuck(StuckKeyDetector(StuckKeyConfig(patience_steps=3)), _INDEX_ON_C, _DOWN) == []


def test_only_the_finger_in_trouble_lifts() -> None:
    detector = StuckKeyDetector(StuckKeyConfig(patience_steps=1))
    keys = np.array([-1, 39, 41, -1, -1])
    angles = _UP.copy()
    angles[41] = _DOWN[41]
    detector.stuck(keys, angles)
    assert detector.stuck(keys, angles).tolist() == [False, True, False, False, False]


def test_patience_starts_again_with_another_key() -> None:
    detector = StuckKeyDetector(StuckKeyConfig(patience_steps=2))
    for key in (39, 41, 43, 44, 46, 48):
        assert not detector.stuck(np.array([-1, key, -1, -1, -1]), _UP).any()


def test_idle_fingers_are_never_stuck() -> None:
    assert _first_stuck(StuckKeyDetector(StuckKeyConfig(patience_steps=1)), np.full(5, -1), _UP) == []
