"""A listener hears strikes of moving keys, to the physics step."""

import math
from dataclasses import replace

import numpy as np

from pianomime.episodes.listener import Listener
from pianomime_core.hands import joint_names, target_names
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.rollout import Rollout
from pianomime_physics.simulator import SimulatorState

STEP_S = 0.005
KEY = 39
"""Middle C, pitch 60."""
STEPS = 3
ROLLOUT = Rollout(
    goal=np.zeros((STEPS, 88), bool),
    pressed=np.zeros((STEPS, 88), bool),
    targets=np.zeros((STEPS, 46), np.float32),
    target_names=target_names(),
    joint_names=joint_names(),
    initial_joint_positions=np.zeros(54),
    dt=0.05,
    metadata={},
)


def listened(below_stop_deg: list[float]) -> Listener:
    """Has heard a key that was this far from its stop in successive physics steps, and moved at 2 rad/s."""
    listener = Listener()
    for step, distance_deg in enumerate(below_stop_deg, 1):
        angles, velocities = np.zeros(88), np.zeros(88)
        angles[KEY], velocities[KEY] = KEYBOARD.travel_rad[KEY] - math.radians(distance_deg), 2.0
        nothing = np.zeros(54)
        listener.observe(SimulatorState(step * STEP_S, nothing, nothing, angles, velocities, KEYBOARD.pressed(angles)))
    return listener


def test_a_tremble_is_no_second_strike() -> None:
    listener = listened([3.0, 0.6, 0.4, 0.1, 0.8, 1.4, 0.2, 1.6, 0.6, 0.4])
    first, second = listener.heard(ROLLOUT).notes
    assert (first.pitch, round(first.onset_s, 6), round(first.offset_s, 6)) == (60, 3 * STEP_S, 8 * STEP_S)
    assert (second.pitch, round(second.onset_s, 6)) == (60, 10 * STEP_S)
    # White keys are .15 m long, hammers five times as fast: 1.5 m/s.
    assert first.velocity == round(52 + 25 * math.log2(1.5))


def test_a_strike_in_the_last_physics_step_is_heard() -> None:
    [note] = listened([3.0] * 29 + [0.4]).heard(ROLLOUT).notes
    assert round(note.onset_s, 6) == 0.15 < note.offset_s


def test_the_pedal_is_that_of_the_rollout() -> None:
    pedalled = replace(ROLLOUT, pedal=np.array([False, True, False]))
    assert listened([3.0]).heard(pedalled).sustain == ((0.05, True), (0.1, False))
