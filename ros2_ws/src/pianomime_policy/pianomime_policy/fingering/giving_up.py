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

"""Giving up a note: a key that is held is let go before the note ends when the hand is needed for another note.

Ten fingers cannot hold everything that is written. A pianist lets go of a long note rather than leave out a new one,
above all while the sustain pedal is down, when it goes on sounding. Fingers and keys alone say which notes are given
up: those whose finger is asked for elsewhere, or that fingers in order cannot hold together with a new note of the same
hand, or only with a stretch that costs more than letting go.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.fingering.goal_notes import SOUNDING
from pianomime_policy.kernel import kernel


@dataclass(frozen=True)
class GivingUpConfig:
    """Attributes:
    price: Of letting go of a note early, in the units of `FingeringConfig`: dearer than stretching for it, cheaper
        than leaving out the new note.
    sustained_price: The same while the sustain pedal is down until the note ends.
    outer_factor: Factor of both for the outer voice of a hand: melody and bass.
    """

    price: float = 25.0
    sustained_price: float = 4.0
    outer_factor: float = 2.0


@kernel
def giving_up_price(costs, note, step):
    """Return the price of letting go of a note at the onset of another one; infinite if it never is."""
    sustained = costs.sustained_from
    if note < sustained.shape[0] and step >= sustained[note]:
        return costs.sustained_price
    return costs.giving_up_price


@kernel
def out_of_order(costs, held_finger, held_key, finger, key):
    """Return whether a finger of the same hand cannot strike a key while `held_finger` holds its own."""
    if held_finger == finger:
        return True
    up = 1.0 if (finger > held_finger) == (finger < 5) else -1.0  # towards higher keys from the held one
    return up * (costs.key_y_m[key] - costs.key_y_m[held_key]) < costs.order_gap_m


@kernel
def stretch_m(costs, finger, key, other_finger, other_key):
    """Return how far two fingers of a hand are beyond their limits of comfort if they hold these keys."""
    at = costs.key_y_m[key] - costs.finger_offset_m[finger]
    other = costs.key_y_m[other_key] - costs.finger_offset_m[other_finger]
    low = max(at - costs.offset_high_m[finger], other - costs.offset_high_m[other_finger])
    high = min(at - costs.offset_low_m[finger], other - costs.offset_low_m[other_finger])
    return max(low - high, 0.0)


@kernel
def gives_up(costs, price, held_finger, held_key, finger, key):
    """Return whether a held note, which has this price, is let go when a finger of its hand strikes a key."""
    if out_of_order(costs, held_finger, held_key, finger, key):
        return True
    if price == np.inf:
        return False
    stretch = stretch_m(costs, held_finger, held_key, finger, key) / costs.stretch_unit_m
    return costs.stretch_price * stretch * stretch > price


@kernel
def given_up_for(costs, onset, end, key, finger):
    """Return for each note (N,), in order of onset, the note for which it is given up; -1 if it is held to its end.

    Args:
        costs: `FingeringCosts`, whose `sustained_from` is that of these notes.
        onset, end: (N,) steps; key: (N,) 0..87; finger: (N,) 0..9 or -1.
    """
    n = onset.shape[0]
    found = np.full(n, -1)
    for i in range(n):
        if finger[i] < 0:
            continue
        for j in range(i + 1, n):
            if onset[j] + costs.overlap_steps >= end[i]:
                break
            if onset[j] == onset[i] or finger[j] < 0 or finger[j] // 5 != finger[i] // 5:
                continue
            if gives_up(costs, giving_up_price(costs, i, onset[j]), finger[i], key[i], finger[j], key[j]):
                found[i] = j
                break
    return found


def sustained_from(end: NDArray[np.int64], pedal: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the first step (N,) from which the pedal (T,) is down until each note ends, or, if its end is not known,
    as far as the pedal is; `SOUNDING`, which is never, if it is up then."""
    if not len(pedal):
        return np.full(len(end), SOUNDING)
    steps = np.arange(len(pedal))
    up = np.maximum.accumulate(np.where(pedal, -1, steps))
    since = np.where(pedal, up + 1, SOUNDING)
    return np.asarray(since[np.minimum(end, len(pedal) - 1)])
