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

"""The ways of one hand to play its part of a slice, for every split of the notes between the hands.

They are found once for all states of the beam that differ in the other hand alone, as many do.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.fingering.hand_cost import HandState
from pianomime_policy.fingering.hand_options import MAX_OPTIONS, HandOptions, hand_options
from pianomime_policy.kernel import kernel


class SplitOptions(NamedTuple):
    """For a beam of B states and a slice of n notes; see `HandOptions`. Written are the rows in `row`, and of them the
    first `found` ways of every split in `splits`."""

    row: NDArray[np.int64]  # (B,) row of the other arrays for each state
    found: NDArray[np.int64]  # (B, n + 1) number of ways, by the number of notes that the left hand plays
    cost: NDArray[np.float64]  # (B, n + 1, MAX_OPTIONS)
    centre_m: NDArray[np.float64]  # (B, n + 1, MAX_OPTIONS)
    finger: NDArray[np.int8]  # (B, n + 1, MAX_OPTIONS, n)


@kernel
def _hand_state(beam, b, hand):
    return HandState(
        beam.centre_m[b, hand], beam.moved_step[b, hand], beam.held_note[b], beam.last_key[b], beam.last_end[b]
    )


@kernel
def _is_same_hand(beam, a, b, hand):
    """Return whether a hand is in the same state in two rows of the beam."""
    if beam.centre_m[a, hand] != beam.centre_m[b, hand] or beam.moved_step[a, hand] != beam.moved_step[b, hand]:
        return False
    for f in range(5 * hand, 5 * hand + 5):
        if (
            beam.held_note[a, f] != beam.held_note[b, f]
            or beam.last_key[a, f] != beam.last_key[b, f]
            or beam.last_end[a, f] != beam.last_end[b, f]
        ):
            return False
    return True


@kernel
def _first_with_same_hand(beam, b, hand):
    """Return the first row of the beam in which a hand is in the same state as in row `b`."""
    for a in range(b):
        if _is_same_hand(beam, a, b, hand):
            return a
    return b


@kernel
def _part(hand, notes, split):
    """Return the notes that a hand plays, thumb side first, if the left one plays the lowest `split` of the slice."""
    return notes[split:].copy() if hand == 0 else notes[:split][::-1].copy()


@kernel
def splits(notes):
    """Return how many notes the left hand can play: five for each hand at most."""
    n = notes.shape[0]
    return range(max(0, n - 5), min(n, 5) + 1)


@kernel
def split_options(costs, hand, beam, notes, note_key, step):
    """Return the ways of one hand, for every state of the beam and every split of the slice."""
    n, states = notes.shape[0], beam.cost.shape[0]
    options = SplitOptions(
        np.empty(states, np.int64),
        np.empty((states, n + 1), np.int64),
        np.empty((states, n + 1, MAX_OPTIONS)),
        np.empty((states, n + 1, MAX_OPTIONS)),
        np.empty((states, n + 1, MAX_OPTIONS, n), np.int8),
    )
    for b in range(states):
        options.row[b] = row = _first_with_same_hand(beam, b, hand)
        if row < b:
            continue
        for split in splits(notes):
            part = _part(hand, notes, split)
            out = HandOptions(
                options.cost[b, split], options.centre_m[b, split], options.finger[b, split, :, : len(part)]
            )
            state = _hand_state(beam, b, hand)
            options.found[b, split] = hand_options(costs, hand, part, note_key, step, state, out)
    return options
