"""Strikes, velocities and notes from key states, against hand-made movements and published figures."""

import math

import numpy as np
import pytest

from pianomime_core.key_events import (
    HEARD_RAD,
    KeyEvent,
    KeyEventDetector,
    PedalEvent,
    midi_velocity,
    pedal_events,
    played_notes,
)
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.notes import Note

MIDDLE_C, C_SHARP = 60 - 21, 61 - 21
STEP_S = 0.005


def state(angles_rad: dict[int, float], velocities_rad_s: dict[int, float]) -> tuple[np.ndarray, np.ndarray]:
    angles, velocities = np.zeros(88), np.zeros(88)
    for key, angle in angles_rad.items():
        angles[key] = angle
    for key, velocity in velocities_rad_s.items():
        velocities[key] = velocity
    return angles, velocities


def test_a_key_strikes_where_it_crosses_its_activation_and_is_let_go_where_it_comes_back():
    activation = KEYBOARD.activation_rad[MIDDLE_C]
    detector = KeyEventDetector()
    heard = []
    for number, angle in enumerate((0.0, activation - 1e-4, activation + 1e-4, 1.2 * activation, activation - 1e-4)):
        heard += detector.update(0.005 * number, *state({MIDDLE_C: angle}, {MIDDLE_C: 2.0}))
    assert [(event.time_s, event.pitch, event.velocity > 0) for event in heard] == [
        (0.01, 60, True),
        (0.02, 60, False),
    ]


def test_loudness_is_that_of_the_speed_at_the_press():
    # White key: front 0.15 m from the hinge. 4/3 rad/s: .2 m/s, hammer 1 m/s, 52. Black: .09 m.
    assert midi_velocity(MIDDLE_C, 4 / 3) == 52
    assert midi_velocity(MIDDLE_C, 8 / 3) == 77
    assert midi_velocity(MIDDLE_C, 2 / 3) == 27
    assert midi_velocity(C_SHARP, 1 / (5 * 0.09)) == 52
    detector = KeyEventDetector()
    (event,) = detector.update(1.0, *state({MIDDLE_C: KEYBOARD.travel_rad[MIDDLE_C]}, {MIDDLE_C: 8 / 3}))
    assert event == KeyEvent(1.0, MIDDLE_C, 77)


@pytest.mark.parametrize(("velocity_rad_s", "heard"), [(-1.0, 1), (0.0, 1), (1e-9, 1), (1e3, 127)])
def test_loudness_stays_within_midi(velocity_rad_s: float, heard: int):
    assert midi_velocity(MIDDLE_C, velocity_rad_s) == heard


def test_notes_of_a_performance():
    events = [
        KeyEvent(0.1, 39, 70),
        KeyEvent(0.2, 43, 60),
        KeyEvent(0.3, 39, 0),
        KeyEvent(0.35, 39, 80),
        KeyEvent(0.4, 39, 0),
    ]
    score = played_notes(events, 1.0, "tune")
    assert score.title == "tune"
    assert score.notes == (Note(60, 0.1, 0.3, 70), Note(64, 0.2, 1.0, 60), Note(60, 0.35, 0.4, 80))


def test_nothing_pressed_is_no_music():
    assert played_notes([], 1.0).notes == ()


def test_the_pedal_of_a_performance():
    events = pedal_events(np.array([False, True, True, False, True]), 0.05)
    assert events == [PedalEvent(0.05, True), PedalEvent(pytest.approx(0.15), False), PedalEvent(0.2, True)]
    assert pedal_events(np.array([True, False]), 0.05) == [PedalEvent(0.0, True), PedalEvent(0.05, False)]
    score = played_notes([KeyEvent(0.1, 39, 70), KeyEvent(0.12, 39, 0)], 0.255, pedal=events)
    # A pedal that is down at the end comes up then; notes end where their keys are let go.
    assert [down for _, down in score.sustain] == [True, False, True, False]
    assert score.sustain[-1] == (0.255, False)
    assert score.notes == (Note(60, 0.1, 0.12, 70),)
    assert played_notes([], 1.0).sustain == ()


def strikes(*degrees_from_stop: float, speed_rad_s: float = 2.0) -> tuple[Note, ...]:
    """The strikes of one key that is this far from its stop after each physics step."""
    detector, events = KeyEventDetector(HEARD_RAD), []
    for step, degrees in enumerate(degrees_from_stop):
        angle = KEYBOARD.travel_rad[MIDDLE_C] - math.radians(degrees)
        events += detector.update(STEP_S * (step + 1), *state({MIDDLE_C: angle}, {MIDDLE_C: speed_rad_s}))
    return played_notes(events, STEP_S * (len(degrees_from_stop) + 1)).notes


def test_a_strike_begins_within_half_a_degree_and_ends_beyond_one_and_a_half() -> None:
    [note] = strikes(3.0, 0.6, 0.4, 0.0, 1.4, 1.6, 3.0)
    assert (note.pitch, note.onset_s, note.offset_s) == (60, pytest.approx(0.015), pytest.approx(0.03))


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
