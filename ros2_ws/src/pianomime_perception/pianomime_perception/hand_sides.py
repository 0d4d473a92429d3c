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

"""Labels detected hands as right and left: by the order of the wrists, by handedness, and by continuity.

Hands are detected in no particular order. The order of the wrists along the keyboard is right as long as arms do not
cross; the detected handedness is right in nearly all frames, but not in all; and hands do not jump. So all frames are
labelled together (Viterbi). Handedness also reveals a mirrored video: it then contradicts the order of the wrists
throughout.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.hands import SIDES
from pianomime_perception.hand_tracking import NO_HAND
from pianomime_perception.keyboard_map import KeyboardMap

Points = NDArray[np.float64]

_RIGHT, _LEFT = range(len(SIDES))
# Sides of the hands in slots 0 and 1: right and left, or left and right.
_LABELLINGS = ((_RIGHT, _LEFT), (_LEFT, _RIGHT))


@dataclass(frozen=True)
class SidesConfig:
    """Costs of a labelling.

    Attributes:
        crossed_cost: Of wrists in the wrong order, relative to certain detection of the opposite handedness.
        jump_cost: Of a hand that jumps.
        still_m, speed_m_s: How far a wrist moves without cost: between two frames, and per second.
        jump_m: Distance beyond that which costs all of `jump_cost`.
        one_hand_m: Two hands closer than this, point by point, are one hand detected twice.
        max_contradiction: Largest fraction of frames with both hands in which handedness may contradict the wrists.
    """

    crossed_cost: float = 0.5
    jump_cost: float = 20.0
    still_m: float = 0.01
    speed_m_s: float = 2.0
    jump_m: float = 0.1
    one_hand_m: float = 0.015
    max_contradiction: float = 0.5


@dataclass(frozen=True, eq=False)
class Sides:
    """The labelling.

    Attributes:
        slot: (F, 2) index of the right and the left hand among those detected, -1 if not detected.
        contradiction: Fraction of frames with both hands in which handedness contradicts the order of the wrists.
        doubles: Number of frames in which one hand was detected twice.
    """

    slot: NDArray[np.int64]
    contradiction: float
    doubles: int


def is_mirrored(keyboard: KeyboardMap) -> bool:
    """Return whether images show the keyboard mirrored: seen from above, bass is not left of treble."""
    return bool(np.linalg.det(keyboard.homography) * _projective_sign(keyboard) > 0)


def _projective_sign(keyboard: KeyboardMap) -> float:
    # The Jacobian of a homography has the sign of det(H) / w^3.
    center = np.array([*(np.array(keyboard.image_size) / 2), 1.0])
    return float(np.sign(keyboard.homography[2] @ center))


def sides(time_s: Points, points_m: Points, handedness: NDArray[np.int64], score: Points, config: SidesConfig) -> Sides:
    """Label the right and the left hand in every frame.

    Args:
        time_s: (F,).
        points_m: (F, 2, 6, 2) world, hands in any order, wrist first; NaN where none was detected.
        handedness: (F, 2) index into SIDES, for frames that are not mirrored; `NO_HAND` where none was detected.
        score: (F, 2) confidence of the handedness.
        config: Costs.

    Raises:
        UserError: Handedness contradicts the order of the wrists: a mirrored video, or a reversed keyboard.
    """
    handedness, doubles = _without_doubles(points_m, handedness, score, config)
    wrist_m = points_m[:, :, 0]
    both = np.all(handedness != NO_HAND, axis=1)
    told = both & (handedness[:, 0] != handedness[:, 1])
    right_first = wrist_m[:, 0, 1] > wrist_m[:, 1, 1]
    contradiction = float(np.mean((handedness[told, 0] == _RIGHT) != right_first[told])) if told.any() else 0.0
    if contradiction > config.max_contradiction:
        raise UserError(
            f"in {contradiction:.0%} of the pictures with both hands the left hand looks like a right one: the video "
            "is mirrored, or the corners of the keyboard begin at its wrong end"
        )
    own = np.stack(
        [_labelling_cost(labelling, handedness, score, right_first, both, config) for labelling in _LABELLINGS], axis=1
    )
    labellings = _cheapest(time_s, wrist_m, handedness != NO_HAND, own, config)
    slot = np.full(handedness.shape, NO_HAND)
    for row, labelling in enumerate(labellings):
        for number, side in enumerate(_LABELLINGS[labelling]):
            if handedness[row, number] != NO_HAND:
                slot[row, side] = number
    return Sides(slot, contradiction, doubles)


def _without_doubles(
    points_m: Points, handedness: NDArray[np.int64], score: Points, config: SidesConfig
) -> tuple[NDArray[np.int64], int]:
    apart_m = np.linalg.norm(points_m[:, 0] - points_m[:, 1], axis=-1).mean(axis=-1)
    double = np.flatnonzero(apart_m < config.one_hand_m)  # false for NaN: one hand, or none
    handedness = handedness.copy()
    handedness[double, np.argmin(score[double], axis=1)] = NO_HAND
    return handedness, len(double)


def _labelling_cost(
    labelling: tuple[int, int],
    handedness: NDArray[np.int64],
    score: Points,
    right_first: NDArray[np.bool_],
    both: NDArray[np.bool_],
    config: SidesConfig,
) -> Points:
    """Return (F,) the cost of a labelling by handedness and order."""
    cost = np.where((handedness != NO_HAND) & (handedness != np.array(labelling)), score, 0.0).sum(axis=1)
    crossed = both & (right_first != (labelling[0] == _RIGHT))
    return np.asarray(cost + config.crossed_cost * crossed)


def _cheapest(time_s: Points, wrist_m: Points, found: NDArray[np.bool_], own: Points, config: SidesConfig) -> list[int]:
    """Viterbi over `_LABELLINGS`; each path remembers where it last saw either hand."""
    total = own[0].copy()
    memory = [_seen((np.full((2, 2), np.nan), np.full(2, -np.inf)), 0, r, time_s, wrist_m, found) for r in range(2)]
    came_from = np.zeros((len(time_s), 2), dtype=np.int64)
    for row in range(1, len(time_s)):
        jumps = np.array(
            [[_jump(past, row, new, time_s, wrist_m, found, config) for past in memory] for new in range(2)]
        )
        paths = total + jumps
        came_from[row] = np.argmin(paths, axis=1)
        total = paths[np.arange(2), came_from[row]] + own[row]
        memory = [_seen(memory[came_from[row, r]], row, r, time_s, wrist_m, found) for r in range(2)]
    labellings = [int(np.argmin(total))]
    for row in range(len(time_s) - 1, 0, -1):
        labellings.append(int(came_from[row, labellings[-1]]))
    return labellings[::-1]


_Memory = tuple[Points, Points]
"""Position (2, 2) [m] and time (2,) [s] at which each side's wrist was last seen."""


def _seen(
    memory: _Memory, row: int, labelling: int, time_s: Points, wrist_m: Points, found: NDArray[np.bool_]
) -> _Memory:
    place, when = memory[0].copy(), memory[1].copy()
    for number, side in enumerate(_LABELLINGS[labelling]):
        if found[row, number]:
            place[side], when[side] = wrist_m[row, number], time_s[row]
    return place, when


def _jump(
    memory: _Memory,
    row: int,
    labelling: int,
    time_s: Points,
    wrist_m: Points,
    found: NDArray[np.bool_],
    config: SidesConfig,
) -> float:
    cost = 0.0
    for number, side in enumerate(_LABELLINGS[labelling]):
        if found[row, number] and np.isfinite(memory[1][side]):
            moved_m = float(np.hypot(*(wrist_m[row, number] - memory[0][side])))
            free_m = config.still_m + config.speed_m_s * (time_s[row] - memory[1][side])
            cost += config.jump_cost * min(max(moved_m - free_m, 0.0) / config.jump_m, 1.0)
    return cost
