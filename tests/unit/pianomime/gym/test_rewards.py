"""Reward terms against values worked out by hand from RoboPianist's and PianoMime's definitions."""

import numpy as np
import pytest

from pianomime.gym.rewards import (
    PIANOMIME,
    ROBOPIANIST,
    energy_reward,
    fingertip_reward,
    forearm_reward,
    key_press_reward,
    sustain_reward,
    tolerance,
)
from pianomime_core.keyboard import KEYBOARD

C, D, E = 39, 41, 43
NOTHING = np.zeros(88, dtype=bool)


def keys(*wanted: int) -> np.ndarray:
    return np.isin(np.arange(88), wanted)


def angles(**share: float) -> np.ndarray:
    """Keys at these shares of their travel."""
    found = np.zeros(88)
    for name, depth in share.items():
        found[{"C": C, "D": D, "E": E}[name]] = depth * KEYBOARD.travel_rad[C]
    return found


def test_tolerance_is_that_of_dm_control():
    # dm_control.utils.rewards.tolerance(x, bounds=(0, .05), margin=.5, sigmoid="gaussian"): 1 within the bounds, .1 at
    # the margin, .1 ** (d / margin) ** 2 between and beyond, and the same below 0.
    found = tolerance([0.0, 0.05, 0.3, 0.55, 1.05, -0.5, -1.0], 0.05, 0.5)
    assert found == pytest.approx([1, 1, 0.1**0.25, 0.1, 1e-4, 0.1, 1e-4])


@pytest.mark.parametrize(
    ("goal", "depths", "pressed", "reward"),
    [
        (keys(C), angles(C=1.0), keys(C), 1.0),
        (keys(C), angles(), NOTHING, 0.5 * 0.1 ** (0.95 / 0.5) ** 2 + 0.5),
        (keys(C), angles(C=0.45), NOTHING, 0.5 * 0.1 + 0.5),
        (keys(C, E), angles(C=1.0, E=0.45), keys(C), 0.5 * (1 + 0.1) / 2 + 0.5),
        (keys(C), angles(C=1.0, D=1.0), keys(C, D), 0.5),
        (NOTHING, angles(), NOTHING, 0.5),
        (NOTHING, angles(D=1.0), keys(D), 0.0),
        (keys(C), angles(C=1.02), keys(C), 1.0),  # stops are soft
    ],
)
def test_keys(goal, depths, pressed, reward):
    assert key_press_reward(goal, depths, pressed) == pytest.approx(reward)


def test_pedal_energy_and_forearms():
    assert (sustain_reward(True, True), sustain_reward(False, False)) == (1, 1)
    assert sustain_reward(True, False) == pytest.approx(0.1 ** (0.95 / 0.5) ** 2)
    assert sustain_reward(False, True) == pytest.approx(1e-4)
    assert energy_reward(np.array([2.0, -3.0]), np.array([-0.5, 1.0])) == -4.0
    assert (forearm_reward(True), forearm_reward(False)) == (0, 1)


def test_fingertips_are_compared_from_above_where_the_pianist_was_seen():
    played, human = np.zeros((2, 5, 3)), np.zeros((2, 5, 3))
    both, right, none = np.array([True, True]), np.array([True, False]), np.array([False, False])
    human[..., 2] = 0.3
    assert fingertip_reward(played, human, both) == 1
    human[1, :, 1] = 0.06  # 5 cm beyond the 1 cm that is close enough
    assert fingertip_reward(played, human, both) == pytest.approx((1 + 0.1) / 2)
    assert fingertip_reward(played, human, right) == 1
    assert fingertip_reward(played, human, none) == 0


def test_weights_are_those_of_the_papers():
    assert (ROBOPIANIST.key_press, ROBOPIANIST.sustain, ROBOPIANIST.energy, ROBOPIANIST.forearm) == (1, 1, 5e-3, 0.5)
    keys_share = PIANOMIME.key_press / (PIANOMIME.key_press + PIANOMIME.fingertips)
    assert keys_share == pytest.approx(2 / 3)
