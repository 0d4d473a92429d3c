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

"""Chords that are wider than two hands lose the inner notes that neither hand reaches, never melody or bass.

A hand that stretches for a key that it cannot reach misses others and brushes their neighbours, so that more is heard
wrong than the note is worth.
"""

from collections.abc import Sequence

import numpy as np

from pianomime_core.hands import FINGERS
from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.fingering.fingering import FingeringConfig, finger_offsets_m, offset_limits_m

_FINGERS_A_HAND = len(FINGERS)


def hand_reach_m(config: FingeringConfig) -> float:
    """Return the greatest distance between the centres of two keys that a hand strikes at once [m]: from thumb to
    little finger at the limits of their comfort, and the longest stretch that costs less than a note left out."""
    low_m, high_m = (finger_offsets_m()[:_FINGERS_A_HAND] + limit[:_FINGERS_A_HAND] for limit in offset_limits_m())
    stretch_m = config.stretch_unit_m * float(np.sqrt(config.drop_price / config.stretch_price))
    return float(high_m.max() - low_m.min()) + stretch_m


def within_reach(keys: Sequence[int], reach_m: float) -> list[int]:
    """Return the keys of a chord (rising, 0..87) that a hand strikes at once with the lowest of them, or with the
    highest; how many fingers that takes is left to the fingering."""
    place_m = KEYBOARD.center_y_m[list(keys)]
    reached = (place_m <= place_m[:1] + reach_m) | (place_m >= place_m[-1:] - reach_m)
    return [key for key, is_reached in zip(keys, reached.tolist(), strict=True) if is_reached]
