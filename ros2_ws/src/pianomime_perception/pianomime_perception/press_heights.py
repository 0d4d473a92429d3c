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

"""Places fingertips on the keys they press and assigns heights, which a camera from above does not see.

PianoMime's rules: a pressing fingertip is at height 0 on the centre line of its key, as far forward as it was seen if
that is on the key; else as in the previous step; else in the middle of the front half. A free one is 45 mm high.
In the step before and after a press a fingertip is half way, so that heights do not jump.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from pianomime_core.demonstration import NOBODY, NUM_FINGERS, POINTS
from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.keyboard import KEYBOARD

Points = NDArray[np.float64]

NO_KEY = -1


@dataclass(frozen=True)
class HeightConfig:
    """Heights of fingertips and wrists in the world frame.

    Attributes:
        pressing_m, free_m: Height of a fingertip that presses a key, and of all others.
        ramp_steps: Duration of the transition.
    """

    pressing_m: float = 0.0
    free_m: float = 0.045
    ramp_steps: int = 2


def keys_held(
    goal: NDArray[np.bool_],
    first: NDArray[np.int64],
    end: NDArray[np.int64],
    key: NDArray[np.int64],
    finger: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the key that each finger holds in each step, (T, 10), or `NO_KEY`.

    Args:
        goal: (T, 88) the piano roll; a repeated key is up for one step.
        first, end: (N,) steps first .. end - 1 in which a note is held.
        key, finger: (N,) 0..87 and 0..9 or -1.
    """
    held = np.full((len(goal), NUM_FINGERS), NO_KEY)
    for note in np.flatnonzero(finger != NOBODY):
        steps = np.arange(first[note], min(end[note], len(goal)))
        held[steps[goal[steps, key[note]]], finger[note]] = key[note]
    return held


def with_heights(points_m: Points, held: NDArray[np.int64], config: HeightConfig = HeightConfig()) -> Points:
    """Return points (T, 2, 6, 3) from world x, y (T, 2, 6, 2) and the keys held (T, 10); NaN stays NaN."""
    steps = len(points_m)
    tips = points_m[:, :, 1:].reshape(steps, NUM_FINGERS, 2).copy()
    heights = np.full((steps, NUM_FINGERS), config.free_m)
    for finger in range(NUM_FINGERS):
        pressing = np.flatnonzero(held[:, finger] != NO_KEY)
        if not len(pressing):
            continue
        away = distance_transform_edt(held[:, finger] == NO_KEY)  # steps to the nearest press
        share = np.minimum(away / config.ramp_steps, 1.0)
        heights[:, finger] = config.pressing_m + share * (config.free_m - config.pressing_m)
        for step in pressing.tolist():
            key = held[step, finger]
            before_x_m = tips[step - 1, finger, 0] if step else np.nan
            tips[step, finger] = _on_key(tips[step, finger], before_x_m, key)
    wrists = np.full((steps, len(SIDES), 1), config.free_m)
    z = np.concatenate([wrists, heights.reshape(steps, len(SIDES), len(FINGERS))], axis=2)
    xy = np.concatenate([points_m[:, :, :1], tips.reshape(steps, len(SIDES), len(FINGERS), 2)], axis=2)
    result = np.concatenate([xy, z[..., None]], axis=-1)
    result[~np.isfinite(points_m).all(axis=(2, 3))] = np.nan
    assert result.shape == (steps, len(SIDES), len(POINTS), 3)
    return np.asarray(result)


def _on_key(seen_m: Points, before_x_m: float, key: int) -> Points:
    center_m, half_m = KEYBOARD.center_x_m[key], KEYBOARD.length_m[key] / 2
    for x_m in (seen_m[0], before_x_m):
        if abs(x_m - center_m) <= half_m:  # false for NaN
            return np.array([x_m, KEYBOARD.center_y_m[key]])
    return np.array([center_m + half_m / 2, KEYBOARD.center_y_m[key]])
