"""What a performance costs, step by step: the frame F1 it loses, the onsets it misses, and how near it was to both."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD, NUM_KEYS


@dataclass(frozen=True)
class CostConfig:
    """Prices; a frame with F1 0 costs 1.

    Attributes:
        onset_price: Of an onset without partner, wanted or given; matched as in `pianomime_core.metrics`.
        missing_price: Of a wanted key that is up, by the part of its way that is left to go.
        stray_price: Of a key that is not wanted, by the square of the part of its way that it is down. Both prefer
            performances that are far from the thresholds, which survive disturbances.
    """

    onset_price: float = 1.0
    missing_price: float = 0.1
    stray_price: float = 0.033


class OpenOnsets(NamedTuple):
    """What the next frame must know of the last: (88,) bool each; see `pianomime_core.metrics.RunningScore`."""

    goal: NDArray[np.bool_]
    pressed: NDArray[np.bool_]
    open_goal: NDArray[np.bool_]
    open_pressed: NDArray[np.bool_]


NO_ONSETS = OpenOnsets(*np.zeros((4, NUM_KEYS), dtype=bool))


def step_cost(
    config: CostConfig, before: OpenOnsets, goal: NDArray[np.bool_], key_angles: NDArray[np.float64]
) -> tuple[float, OpenOnsets]:
    """Return the cost of one frame and what the next must know. An onset that stays alone is paid one frame later.

    Args:
        goal: (88,) wanted.
        key_angles: (88,) at the end of the step [rad].
    """
    pressed = KEYBOARD.pressed(key_angles)
    hit, total = np.count_nonzero(goal & pressed), np.count_nonzero(goal) + np.count_nonzero(pressed)
    cost = 1.0 - 2.0 * hit / total if total else 0.0
    goal_onsets, pressed_onsets = goal & ~before.goal, pressed & ~before.pressed
    alone = (before.open_goal & ~pressed_onsets) | (before.open_pressed & ~goal_onsets)
    cost += config.onset_price * np.count_nonzero(alone)
    matched_goal = goal_onsets & (pressed_onsets | before.open_pressed)
    matched_pressed = pressed_onsets & (goal_onsets | before.open_goal)
    way = np.clip(key_angles / KEYBOARD.activation_rad, 0.0, 1.0)
    cost += config.missing_price * float(np.sum((1.0 - way)[goal]))
    cost += config.stray_price * float(np.sum(way[~goal] ** 2))
    return cost, OpenOnsets(goal, pressed, goal_onsets & ~matched_goal, pressed_onsets & ~matched_pressed)
