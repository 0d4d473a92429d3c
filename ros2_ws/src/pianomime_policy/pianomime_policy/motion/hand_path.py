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

"""Hand path: the position of each hand's centre along the keyboard and its reach into the keys, at every step.

The fingering determines which keys a hand holds at a step, and so where the hand can be. The path is the smoothest one
through those places: it minimises a sum of squares (place, velocity, second difference), which takes one banded solve.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from pianomime_policy.kernel import kernel


@dataclass(frozen=True)
class HandPathConfig:
    """Weights of the least-squares problem; the place of a pressing finger has weight 1.

    Attributes:
        early_steps: A note attracts the hand from this many steps before its onset.
        early_weight: Weight of those steps relative to sounding ones.
        acceleration_weight, velocity_weight: Weights of the centre's second and first differences.
        home_weight: Attraction to the last position, for steps without notes.
        reach_m: Reach into the keys that a finger on a black key needs, thumb..little.
        reach_thumb_weight: Weight of a thumb in the reach, relative to another finger.
        reach_acceleration_weight, reach_velocity_weight, reach_home_weight: The same as above, for the reach.
        reach_home_m: Reach when nothing is played.
    """

    early_steps: int = 2
    early_weight: float = 0.3
    acceleration_weight: float = 1.5
    velocity_weight: float = 0.02
    home_weight: float = 1e-4
    reach_m: tuple[float, ...] = (0.045, 0.011, 0.011, 0.011, 0.018)
    reach_thumb_weight: float = 3.0
    reach_acceleration_weight: float = 1.0
    reach_velocity_weight: float = 0.05
    reach_home_weight: float = 0.02
    reach_home_m: float = 0.0045


@kernel
def place_demands(
    hand, first, last, onset, end, key, finger, key_y_m, offset_m, low_m, high_m, early_steps, early_weight
):
    """Return (weight, place) (last - first,) of a hand's centre at steps [first, last): the middle of the range that
    its fingers allow.

    Args:
        hand: 0 right, 1 left.
        onset, end, key, finger: (N,) notes; finger 0..9 or -1.
        key_y_m: (88,); offset_m, low_m, high_m: (10,) comfortable place of each finger relative to the centre.
        early_steps, early_weight: See `HandPathConfig`.
    """
    rows = last - first
    # Index 0: notes that sound or are about to; 1: earlier or just released notes, used where nothing sounds.
    count, total = np.zeros((2, rows)), np.zeros((2, rows))
    low, high = np.full((2, rows), -1e9), np.full((2, rows), 1e9)
    for i in range(onset.shape[0]):
        f = finger[i]
        if f < 0 or f // 5 != hand:
            continue
        d = key_y_m[key[i]] - offset_m[f]
        for step in range(max(onset[i] - early_steps, first), min(end[i] + 1, last)):
            kind = 0 if onset[i] - 1 <= step < end[i] else 1
            r = step - first
            count[kind, r] += 1.0
            total[kind, r] += d
            low[kind, r] = max(low[kind, r], d - high_m[f])
            high[kind, r] = min(high[kind, r], d - low_m[f])
    weight, place = np.zeros(rows), np.zeros(rows)
    for r in range(rows):
        kind = 0 if count[0, r] > 0.0 else 1
        if count[kind, r] == 0.0:
            continue
        lowest, highest = low[kind, r], high[kind, r]
        if lowest > highest:
            place[r] = 0.5 * (lowest + highest)
        else:
            place[r] = min(max(total[kind, r] / count[kind, r], lowest), highest)
        weight[r] = count[kind, r] * (1.0 if kind == 0 else early_weight)
    return weight, place


@kernel
def reach_demands(hand, first, last, onset, end, key, finger, key_is_black, reach_m, thumb_weight, early_steps):
    """Return (weight, place) (last - first,) of a hand's reach into the keys at steps [first, last)."""
    rows = last - first
    weight, place = np.zeros(rows), np.zeros(rows)
    for i in range(onset.shape[0]):
        f = finger[i]
        if f < 0 or f // 5 != hand:
            continue
        w = thumb_weight if f % 5 == 0 else 1.0
        needed = reach_m[f % 5] if key_is_black[key[i]] else 0.0
        for step in range(max(onset[i] - early_steps, first), min(end[i], last)):
            weight[step - first] += w
            place[step - first] += w * needed
    for r in range(rows):
        if weight[r] > 0.0:
            place[r] /= weight[r]
    return weight, place


def smooth_path(
    weight: NDArray[np.float64],
    place: NDArray[np.float64],
    home: float,
    home_weight: float,
    acceleration_weight: float,
    velocity_weight: float,
    before: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Minimise sum of weight (x - place)^2 + velocity and acceleration terms; (T,) places.

    Args:
        weight, place: (T,) demands.
        home, home_weight: Position that weakly attracts every step.
        before: (2,) positions before the first step, which the path continues; None for a free start.
    """
    # Fixed steps before the start are steps with a very large weight.
    if before is not None:
        weight, place = np.concatenate([np.full(2, 1e6), weight]), np.concatenate([before, place])
    rows = len(weight)
    banded = np.zeros((3, rows))  # upper form of solveh_banded: second, first and main diagonal
    banded[2] = weight + home_weight
    if rows > 1:
        banded[2, :-1] += velocity_weight
        banded[2, 1:] += velocity_weight
        banded[1, 1:] -= velocity_weight
    if rows > 2:
        for i, c in enumerate((1.0, -2.0, 1.0)):
            banded[2, i : rows - 2 + i] += acceleration_weight * c * c
        banded[1, 1:-1] -= 2.0 * acceleration_weight
        banded[1, 2:] -= 2.0 * acceleration_weight
        banded[0, 2:] += acceleration_weight
    path = np.asarray(solveh_banded(banded[-min(rows, 3) :], weight * place + home_weight * home, check_finite=False))
    return path if before is None else path[2:]
