"""Hands in the simulator bring their fingertips to where a demonstration has them."""

import numpy as np
import pytest
from training.demonstrations import FINGERTIP_NAMES, FREE_Z_M, PRESSING_Z_M, Demonstration, target_range
from training.paper.human_fingertips import HumanFingertips

from pianomime.episodes.episode import play_episode
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.piano_roll import PianoRoll
from pianomime_physics.simulator import Simulator

STEPS = 12


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    simulator = Simulator()
    simulator.reset()
    return simulator


def fingertips(simulator: Simulator) -> np.ndarray:
    """(12, 3) in the simulator; the wrist is where the palm begins."""
    places = []
    for name in FINGERTIP_NAMES:
        side, point = name.split("_")
        wrist = point == "wrist"
        places.append(simulator.data.body(f"{side}_palm").xpos if wrist else simulator.data.site(f"{name}_tip").xpos)
    return np.array(places)


def demonstration(tips: np.ndarray) -> Demonstration:
    """A simulator that does not move."""
    goal = np.zeros((STEPS, 88), dtype=bool)
    return Demonstration(0, 0, goal, np.full((STEPS, 10), -1), np.tile(tips, (STEPS, 1, 1)).astype(np.float32), None)


def test_fingertips_go_where_they_are_to_be(simulator: Simulator) -> None:
    simulator.reset()
    target_m = fingertips(simulator) + np.array([0.01, 0.04, -0.01])
    target_m[:, 2] = np.maximum(target_m[:, 2], FREE_Z_M)
    one = demonstration(target_m)
    rollout = play_episode(simulator, HumanFingertips(one), PianoRoll(one.goal, np.zeros(STEPS, dtype=bool)))
    fingers = [i for i, name in enumerate(FINGERTIP_NAMES) if not name.endswith("wrist")]
    np.testing.assert_allclose(fingertips(simulator)[fingers], target_m[fingers], atol=0.003)
    assert np.all(rollout.targets >= target_range()[:, 0] - 1e-6)
    assert np.all(rollout.targets <= target_range()[:, 1] + 1e-6)


@pytest.mark.parametrize("finger", ["rh_index", "lh_middle"])
def test_a_finger_at_height_0_presses_its_key(simulator: Simulator, finger: str) -> None:
    simulator.reset()
    target_m = fingertips(simulator)
    target_m[:, 2] = np.maximum(target_m[:, 2], FREE_Z_M)
    place = FINGERTIP_NAMES.index(finger)
    white = np.flatnonzero(~KEYBOARD.is_black)
    key = white[np.abs(KEYBOARD.center_y_m[white] - target_m[place, 1]).argmin()]
    target_m[place] = (0.06, KEYBOARD.center_y_m[key], PRESSING_Z_M)
    one = demonstration(target_m)
    rollout = play_episode(simulator, HumanFingertips(one), PianoRoll(one.goal, np.zeros(STEPS, dtype=bool)))
    np.testing.assert_array_equal(np.flatnonzero(rollout.pressed[-1]), [key])
