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

"""Strokes: how long a finger goes down from just above its key to the bottom, which decides how loud the key sounds.

Measured by `python -m benchmarks.stroke_speed`: keys sound at the same share of every stroke, and their MIDI velocity
falls with its duration. A finger is louder on a white key than on a black one, and than the thumb.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.kernel import kernel


@dataclass(frozen=True)
class StrokeConfig:
    """Attributes:
    steps: Durations of strokes in control steps, longest first.
    finger_white, finger_black, thumb_white, thumb_black: MIDI velocities of such strokes, by who strikes which key.
    shortest_steps: Duration of the shortest stroke.
    free_share: Share of the time since the finger's last release that a stroke may take.
    sounding_share: Share of the stroke after which the key sounds.
    hold_steps: Shortest time for which a finger stays at the bottom.
    """

    steps: tuple[float, ...] = (2.0, 1.5, 1.0, 0.7, 0.4)
    finger_white: tuple[float, ...] = (56.0, 66.0, 78.0, 88.0, 94.0)
    finger_black: tuple[float, ...] = (49.0, 58.0, 68.0, 74.0, 77.0)
    thumb_white: tuple[float, ...] = (50.0, 59.0, 69.0, 73.0, 79.0)
    thumb_black: tuple[float, ...] = (44.0, 52.0, 60.0, 67.0, 76.0)
    shortest_steps: float = 0.3
    free_share: float = 0.5
    sounding_share: float = 0.55
    hold_steps: float = 0.8


def stroke_steps(
    config: StrokeConfig, velocity: NDArray[np.int64], key: NDArray[np.int64], finger: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the duration (N,) of strokes that sound with MIDI velocities (N,), by keys 0..87 and fingers 0..9."""
    thumb, black = finger % 5 == 0, KEYBOARD.is_black[key]
    steps = np.zeros(len(key))
    for place, velocities in (
        (~thumb & ~black, config.finger_white),
        (~thumb & black, config.finger_black),
        (thumb & ~black, config.thumb_white),
        (thumb & black, config.thumb_black),
    ):
        steps[place] = np.interp(velocity[place], velocities, config.steps)
    return steps


@kernel
def fit_strokes(onset, release, finger, stroke, shortest, free_share):
    """Shorten strokes (N,) in place to a share of the time since the same finger's last release."""
    for i in range(onset.shape[0]):
        free = np.inf
        for j in range(onset.shape[0]):
            if finger[j] == finger[i] and finger[i] >= 0 and onset[j] < onset[i]:
                free = min(free, onset[i] - release[j])
        stroke[i] = max(min(stroke[i], free_share * free), shortest)
