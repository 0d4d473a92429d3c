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

"""Chords that are wider than two hands lose inner notes that double others at the octave, never melody or bass.

A pianist who cannot strike all of a chord leaves out what is heard least. A chord that is too wide even without its
doubles stays as it is: the fingering then leaves out what costs least.
"""

from collections.abc import Sequence

import numpy as np

from pianomime_core.hands import FINGERS
from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.fingering.fingering import FingeringConfig, finger_offsets_m, offset_limits_m

_FINGERS_A_HAND = len(FINGERS)
_OCTAVE = 12


def hand_reach_m(config: FingeringConfig) -> float:
    """Return the greatest distance between the centres of two keys that a hand strikes at once [m]: from thumb to
    little finger at the limits of their comfort, and the longest stretch that costs less than a note left out."""
    low_m, high_m = (finger_offsets_m()[:_FINGERS_A_HAND] + limit[:_FINGERS_A_HAND] for limit in offset_limits_m())
    stretch_m = config.stretch_unit_m * float(np.sqrt(config.drop_price / config.stretch_price))
    return float(high_m.max() - low_m.min()) + stretch_m


def without_doubles(keys: Sequence[int], reach_m: float) -> list[int]:
    """Return the keys of a chord (rising, 0..87) without as many inner doubles as must be left out for two hands to
    strike it at once, those in the middle first; all of them if that is not enough."""
    chord = list(keys)
    while not _two_hands_reach(chord, reach_m):
        doubles = [key for key in chord[1:-1] if sum(other % _OCTAVE == key % _OCTAVE for other in chord) > 1]
        if not doubles:
            return list(keys)
        middle = (chord[0] + chord[-1]) / 2
        enough = [key for key in doubles if _two_hands_reach([other for other in chord if other != key], reach_m)]
        chord.remove(min(enough or doubles, key=lambda key: abs(key - middle)))
    return chord


def _two_hands_reach(keys: Sequence[int], reach_m: float) -> bool:
    """Whether two hands of five fingers strike rising keys at once."""
    place_m = KEYBOARD.center_y_m[list(keys)]
    return any(
        all(len(hand) <= _FINGERS_A_HAND and np.ptp(hand) <= reach_m for hand in (left, right) if len(hand))
        for left, right in (np.split(place_m, [at]) for at in range(len(place_m) + 1))
    )
