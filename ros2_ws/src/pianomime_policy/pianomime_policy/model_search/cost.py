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

"""The cost of a performance, step by step: lost frame F1, missed onsets, and how close keys came to the threshold."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD, NUM_KEYS

CostState = tuple[NDArray[Any], ...]
"""What a cost carries from one step to the next: arrays (88,)."""


class StepCost(Protocol):
    """A cost that is counted step by step.

    Attributes:
        hears: Whether it needs the keys every 5 ms, rather than at the end of the step alone.
        silence: The state before the first step.
    """

    hears: bool
    silence: Any

    def of_step(
        self, before: CostState, step: int, goal: NDArray[np.bool_], key_angles: NDArray[np.float64]
    ) -> tuple[float, CostState]:
        """Return the cost of a step and the state after it; goal (88,), key angles (n, 88) [rad] at the ends of n equal
        parts of the step."""
        ...


@dataclass(frozen=True)
class CostConfig:
    """Weights of the cost; a frame with F1 0 costs 1.

    Attributes:
        onset_price: Of an unmatched onset, in reference or performance; matched as in `pianomime_core.metrics`.
        missing_price: Of a reference key that is not down, times the fraction of its travel that is missing.
        stray_price: Of any other key, times the square of the fraction of its travel that it is down. Both prefer
            performances that stay far from the thresholds and so survive disturbances.
    """

    onset_price: float = 1.0
    missing_price: float = 0.1
    stray_price: float = 0.033


class OpenOnsets(NamedTuple):
    """State carried from one frame to the next: (88,) bool each; see `pianomime_core.metrics.RunningScore`."""

    goal: NDArray[np.bool_]
    pressed: NDArray[np.bool_]
    open_goal: NDArray[np.bool_]
    open_pressed: NDArray[np.bool_]


NO_ONSETS = OpenOnsets(*np.zeros((4, NUM_KEYS), dtype=bool))


def lost_f1(goal: NDArray[np.bool_], pressed: NDArray[np.bool_]) -> float:
    """1 minus the F1 of one frame, keys (88,); 0 if nothing is wanted and nothing pressed."""
    true_positives, total = np.count_nonzero(goal & pressed), np.count_nonzero(goal) + np.count_nonzero(pressed)
    return 1.0 - 2.0 * true_positives / total if total else 0.0


def step_cost(
    config: CostConfig, before: OpenOnsets, goal: NDArray[np.bool_], key_angles: NDArray[np.float64]
) -> tuple[float, OpenOnsets]:
    """Return the cost of one frame and the state for the next. An unmatched onset is charged one frame later.

    Args:
        goal: (88,) reference keys.
        key_angles: (88,) at the end of the step [rad].
    """
    pressed = KEYBOARD.pressed(key_angles)
    cost = lost_f1(goal, pressed)
    goal_onsets, pressed_onsets = goal & ~before.goal, pressed & ~before.pressed
    alone = (before.open_goal & ~pressed_onsets) | (before.open_pressed & ~goal_onsets)
    cost += config.onset_price * np.count_nonzero(alone)
    matched_goal = goal_onsets & (pressed_onsets | before.open_pressed)
    matched_pressed = pressed_onsets & (goal_onsets | before.open_goal)
    way = np.clip(key_angles / KEYBOARD.activation_rad, 0.0, 1.0)
    cost += config.missing_price * float(np.sum((1.0 - way)[goal]))
    cost += config.stray_price * float(np.sum(way[~goal] ** 2))
    return cost, OpenOnsets(goal, pressed, goal_onsets & ~matched_goal, pressed_onsets & ~matched_pressed)


class FrameCost:
    """A `StepCost` of frames."""

    hears = False
    silence = NO_ONSETS

    def __init__(self, config: CostConfig) -> None:
        self._config = config

    def of_step(
        self, before: CostState, step: int, goal: NDArray[np.bool_], key_angles: NDArray[np.float64]
    ) -> tuple[float, OpenOnsets]:
        """See `StepCost.of_step`."""
        return step_cost(self._config, OpenOnsets(*before), goal, key_angles[-1])
