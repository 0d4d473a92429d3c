# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""The terms of the reward: pure functions of what was wanted and what happened in one control step.

From RoboPianist (arXiv 2304.04150; `robopianist.suite.tasks.piano_with_shadow_hands`) and PianoMime (arXiv 2407.18178,
section 4.1), with their numbers.
"""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pianomime_core.keyboard import KEYBOARD

_CLOSE_TO_PRESSED = 0.05
"""Share of a key's travel that may be missing at full reward; at ten times as much again, a tenth is left."""
_CLOSE_TO_FINGERTIP_M = 0.01
_FINGERTIP_MARGIN_M = 0.05
_VALUE_AT_MARGIN = 0.1


@dataclass(frozen=True)
class RewardConfig:
    """Weights of the terms; the reward of a step is their weighted sum. A term of weight 0 is not computed.

    Attributes:
        key_press: Of `key_press_reward`.
        sustain: Of `sustain_reward`.
        energy: Of `energy_reward` [1/W].
        forearm: Of `forearm_reward`.
        fingertips: Of `fingertip_reward`; needs a demonstration as song.
    """

    key_press: float = 1.0
    sustain: float = 1.0
    energy: float = 5e-3
    forearm: float = 0.5
    fingertips: float = 0.0


ROBOPIANIST = RewardConfig()
"""RoboPianist's weights; its term for fingers, which needs a fingering in the MIDI file, is left out."""
PIANOMIME = RewardConfig(key_press=2.0, sustain=1.0, energy=0.0, forearm=0.0, fingertips=1.0)
"""PianoMime's weights: keys count 2/3 and the pianist's style 1/3, besides the pedal."""


def tolerance(distance: ArrayLike, close: float, margin: float) -> NDArray[np.float64]:
    """Return 1 for distances in 0..`close`, falling as a Gaussian to .1 at `margin` beyond; `tolerance` of dm_control.

    Args:
        distance: (...) in the unit of `close` and `margin`.
    """
    beyond = np.maximum(np.maximum(np.asarray(distance) - close, -np.asarray(distance)), 0.0) / margin
    return np.exp(-0.5 * np.square(beyond * sqrt(-2 * log(_VALUE_AT_MARGIN))))


def key_press_reward(goal: NDArray[np.bool_], key_angles: NDArray[np.float64], pressed: NDArray[np.bool_]) -> float:
    """Return how far the wanted keys are down (0..0.5; 0 where none is wanted), and 0.5 if no other key is pressed.

    Args:
        goal: (88,) wanted at the end of the step.
        key_angles: (88,) rad at the end of the step.
        pressed: (88,) of them pressed.
    """
    depth = np.clip(key_angles, 0.0, KEYBOARD.travel_rad) / KEYBOARD.travel_rad
    wanted = tolerance(1.0 - depth[goal], _CLOSE_TO_PRESSED, 10 * _CLOSE_TO_PRESSED)
    return 0.5 * (float(wanted.mean()) if wanted.size else 0.0) + 0.5 * (not pressed[~goal].any())


def sustain_reward(wanted: bool, pedal: bool) -> float:
    """Return 1 if the pedal is as wanted, else 1e-4."""
    return float(tolerance(float(wanted) - float(pedal), _CLOSE_TO_PRESSED, 10 * _CLOSE_TO_PRESSED))


def energy_reward(force: NDArray[np.float64], velocity: NDArray[np.float64]) -> float:
    """Return minus the power of all actuators [W].

    Args:
        force: (m,) N or Nm.
        velocity: (m,) m/s or rad/s.
    """
    return -float(np.sum(np.abs(force) * np.abs(velocity)))


def forearm_reward(forearms_touch: bool) -> float:
    """Return 1 if the forearms do not touch each other, else 0."""
    return float(not forearms_touch)


def fingertip_reward(played_m: NDArray[np.float64], human_m: NDArray[np.float64], valid: NDArray[np.bool_]) -> float:
    """Return how near the fingertips are to the pianist's, 0..1: the mean over fingers; 0 while no hand is known.

    Seen from above: the heights of a demonstration are assigned, not measured.

    Args:
        played_m: (2, 5, 3) robot's fingertips at the end of the step, world frame.
        human_m: (2, 5, 3) the pianist's.
        valid: (2,) hands of the pianist that are known.
    """
    distance_m = np.linalg.norm((played_m - human_m)[valid][..., :2], axis=-1)
    near = tolerance(distance_m, _CLOSE_TO_FINGERTIP_M, _FINGERTIP_MARGIN_M)
    return float(near.mean()) if near.size else 0.0
