"""The controller around levels with chosen outputs."""

from dataclasses import replace

import numpy as np
import pytest
from training.demonstrations import FINGERTIP_NAMES
from training.paper.configs import CONFIGS
from training.paper.controller import PaperController
from training.paper.goals import Keys
from training.paper.system import PaperSystem, Start

from pianomime_core.keyboard import KEYBOARD, NUM_KEYS
from pianomime_policy.controllers.controller import Observation

C4, THUMB = 39, FINGERTIP_NAMES.index("rh_thumb")
CONFIG = CONFIGS["no-sdf"]


class Told:
    """Always returns the same output and records its input."""

    def __init__(self, answer: np.ndarray) -> None:
        self.answer, self.seen = answer[None].astype(np.float32), []

    def act(self, conditions: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        self.seen.append(conditions[0])
        return self.answer


@pytest.fixture
def fingertips() -> np.ndarray:
    """(12, 3) in the air, the right thumb a centimetre beside the key, all others far to the left."""
    points = np.tile(np.array([0.03, -0.5, 0.045], np.float32), (12, 1))
    points[THUMB, 1] = KEYBOARD.center_y_m[C4] + 0.01
    return points


def controller(high: Told | None, low: Told, config: object = CONFIG) -> PaperController:
    levels = {"low": low} if high is None else {"high": high, "low": low}
    start = Start(np.full(36, 0.1, np.float32), np.arange(54, dtype=np.float32))
    return PaperController(PaperSystem(config, Keys(), start, levels, {}))  # type: ignore[arg-type]


def observation(step: int) -> Observation:
    """C4 is due in the first three steps of the window."""
    goal = np.zeros((11, NUM_KEYS), dtype=bool)
    goal[:3, C4] = True
    return Observation(step, goal, np.zeros(11, bool), np.full(54, 0.5), np.full(54, 0.6), 0.25 * KEYBOARD.travel_rad)


def test_fingertips_are_snapped_before_the_low_level_sees_them_and_before_they_are_the_previous_ones(
    fingertips: np.ndarray,
) -> None:
    high, low = Told(np.tile(fingertips.reshape(1, 36), (4, 1))), Told(np.tile(np.arange(46.0), (4, 1)))
    player = controller(high, low)
    np.testing.assert_array_equal(player.start(*np.zeros((2, 1), bool)), np.arange(54))
    np.testing.assert_array_equal(player.act(observation(0)).targets, np.arange(46.0))
    player.act(observation(1))
    np.testing.assert_allclose(high.seen[0][-36:], 0.1)
    previous = high.seen[1][-36:].reshape(12, 3)
    np.testing.assert_allclose(previous[THUMB], (0.03, KEYBOARD.center_y_m[C4], 0.0), atol=1e-6)
    coming = low.seen[0][4 * 88 : 4 * 88 + 4 * 36].reshape(4, 12, 3)
    np.testing.assert_allclose(coming[:, THUMB, 2], (0, 0, 0, 0.045))
    np.testing.assert_allclose(coming[3, THUMB, 1], fingertips[THUMB, 1])


def test_the_low_level_sees_the_robot(fingertips: np.ndarray) -> None:
    low = Told(np.zeros((4, 46)))
    player = controller(Told(np.tile(fingertips.reshape(1, 36), (4, 1))), low)
    player.start(*np.zeros((2, 1), bool))
    player.act(observation(0))
    state = low.seen[0][-196:]
    np.testing.assert_allclose(state[:54], 0.5)
    np.testing.assert_allclose(state[54:108], 0.6)
    np.testing.assert_allclose(state[108:], 0.25, rtol=1e-6)


def test_residuals_are_added_to_the_fingertips_before() -> None:
    assert CONFIG.high is not None
    config = replace(CONFIG, high=replace(CONFIG.high, does="fingertip residuals"))
    high, low = Told(np.full((4, 36), 0.01)), Told(np.zeros((4, 46)))
    player = controller(high, low, config)
    player.start(*np.zeros((2, 1), bool))
    for step in range(3):
        player.act(observation(step))
    wrists = high.seen[2][-36:].reshape(12, 3)[[0, 6]]
    np.testing.assert_allclose(wrists, 0.12, rtol=1e-5)


def test_without_high_level_the_low_one_sees_all_goals() -> None:
    low = Told(np.zeros((1, 46)))
    player = controller(None, low, replace(CONFIGS["bc-mlp"], goals="keys"))
    player.start(*np.zeros((2, 1), bool))
    player.act(observation(0))
    assert player.horizon_steps == 11
    assert low.seen[0].shape == (11 * 88 + 196,)
