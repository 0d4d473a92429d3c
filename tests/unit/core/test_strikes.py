"""Strikes with hysteresis, from hand-made key movements."""

import math

import numpy as np
import pytest

from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH
from pianomime_core.notes import Note
from pianomime_core.strikes import StrikeDetector

KEY = 39
STEP_S = 0.005


def strikes(*degrees_from_stop: float, speed_rad_s: float = 2.0) -> tuple[Note, ...]:
    """The strikes of one key that is this far from its stop after each physics step."""
    detector = StrikeDetector()
    for step, degrees in enumerate(degrees_from_stop):
        angles, speeds = np.zeros(88), np.zeros(88)
        angles[KEY] = KEYBOARD.travel_rad[KEY] - math.radians(degrees)
        speeds[KEY] = speed_rad_s
        detector.update(STEP_S * (step + 1), angles, speeds)
    return detector.notes(STEP_S * (len(degrees_from_stop) + 1))


def test_a_strike_begins_within_half_a_degree_and_ends_beyond_one_and_a_half() -> None:
    [note] = strikes(3.0, 0.6, 0.4, 0.0, 1.4, 1.6, 3.0)
    assert (note.pitch, note.onset_s, note.offset_s) == (LOWEST_PITCH + KEY, pytest.approx(0.015), pytest.approx(0.03))


def test_a_tremble_is_no_second_strike() -> None:
    assert len(strikes(3.0, 0.4, 1.0, 0.3, 1.4, 0.0, 3.0)) == 1
    assert len(strikes(3.0, 0.4, 1.6, 0.3, 3.0)) == 2


def test_a_key_that_never_comes_near_its_stop_is_silent() -> None:
    assert strikes(3.0, 1.0, 0.6, 1.0, 3.0) == ()


def test_a_key_beyond_its_stop_is_down() -> None:
    """Soft limits may overshoot."""
    assert len(strikes(3.0, -0.3, -0.2, 3.0)) == 1


def test_what_is_still_down_ends_with_the_performance() -> None:
    [note] = strikes(3.0, 0.2, 0.1)
    assert note.offset_s == pytest.approx(0.02)


def test_a_faster_key_is_louder() -> None:
    [soft], [loud] = strikes(3.0, 0.0, speed_rad_s=1.0), strikes(3.0, 0.0, speed_rad_s=4.0)
    assert loud.velocity == soft.velocity + 50  # two doublings of 25
