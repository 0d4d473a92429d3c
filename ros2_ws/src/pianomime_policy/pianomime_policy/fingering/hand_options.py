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

"""All ways for one hand to play the notes of one onset, with their costs; fingers and hands as in `hand_cost`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.fingering.giving_up import gives_up, giving_up_price
from pianomime_policy.fingering.hand_cost import Grip, hand_cost
from pianomime_policy.kernel import kernel

DROPPED = -1
MAX_OPTIONS = 6
"""Ways kept for each hand and split."""


class HandOptions(NamedTuple):
    """The ways found, cheapest first."""

    cost: NDArray[np.float64]  # (MAX_OPTIONS,)
    centre_m: NDArray[np.float64]  # (MAX_OPTIONS,) of the hand afterwards
    finger: NDArray[np.int8]  # (MAX_OPTIONS, n) finger of each note, thumb side first, -1 dropped


@kernel
def _bits(mask):
    count = 0
    while mask:
        mask &= mask - 1
        count += 1
    return count


@kernel
def _strike(costs, hand, notes, note_key, note_mask, finger_mask, struck):
    """Write the key that each finger (5,) of the hand strikes, the chosen notes under the chosen fingers in order, -1
    none; return whether the keys are in order."""
    sign = 1.0 if hand == 0 else -1.0
    i = 0
    previous = -1e9
    for f in range(5):
        struck[f] = -1
        if not (finger_mask >> f) & 1:
            continue
        while not (note_mask >> i) & 1:
            i += 1
        struck[f] = note_key[notes[i]]
        i += 1
        y = sign * costs.key_y_m[struck[f]]
        if y - previous < costs.order_gap_m:
            return False
        previous = y
    return True


@kernel
def _is_outer(hand, note, note_key, held_note, struck):
    """Return whether a held note is the highest of the right hand, or the lowest of the left one."""
    sign = 1 if hand == 0 else -1
    for f in range(5):
        other = held_note[5 * hand + f]
        if other >= 0 and sign * note_key[other] > sign * note_key[note]:
            return False
        if struck[f] >= 0 and sign * struck[f] > sign * note_key[note]:
            return False
    return True


@kernel
def _take(costs, hand, note_key, step, held_note, struck, grip):
    """Write the grip of the keys that are struck and those that are still held, in order; return the number of its
    keys, and the price of the notes given up."""
    count, price = 0, 0.0
    for f in range(5):
        finger, note = 5 * hand + f, held_note[5 * hand + f]
        if note >= 0:
            key, own = note_key[note], giving_up_price(costs, note, step)
            is_given_up = False
            for g in range(5):
                if struck[g] >= 0 and gives_up(costs, own, finger, key, 5 * hand + g, struck[g]):
                    is_given_up = True
                    break
            if is_given_up and own == np.inf:
                return 0, np.inf
            if is_given_up:
                price += own * costs.outer_factor if _is_outer(hand, note, note_key, held_note, struck) else own
            else:
                grip.key[count], grip.finger[count], grip.is_new[count] = key, finger, False
                count += 1
        if struck[f] >= 0:
            grip.key[count], grip.finger[count], grip.is_new[count] = struck[f], finger, True
            count += 1
    return count, price


@kernel
def _slot_for(cost, found, out):
    """Make room for a way of this cost among the best; return its place, or -1 if there are enough cheaper ones."""
    if found == MAX_OPTIONS and cost >= out.cost[found - 1]:
        return -1
    slot = found if found < MAX_OPTIONS else MAX_OPTIONS - 1
    while slot > 0 and out.cost[slot - 1] > cost:
        out.cost[slot] = out.cost[slot - 1]
        out.centre_m[slot] = out.centre_m[slot - 1]
        out.finger[slot] = out.finger[slot - 1]
        slot -= 1
    return slot


@kernel
def _write_fingers(hand, note_mask, finger_mask, fingers):
    """Write the finger of each note (n,): the chosen fingers for the chosen notes in order, `DROPPED` for the rest."""
    f = 0
    for i in range(fingers.shape[0]):
        fingers[i] = DROPPED
        if (note_mask >> i) & 1:
            while not (finger_mask >> f) & 1:
                f += 1
            fingers[i] = 5 * hand + f
            f += 1


@kernel
def _add_ways(costs, hand, notes, note_key, step, state, dropped, gives_up_held, grip, struck, out, found):
    """Add the ways that leave out so many of the notes, and give up held ones or none; return the number found."""
    n = notes.shape[0]
    for note_mask in range((1 << n) - 1, -1, -1):
        played = _bits(note_mask)
        if played != n - dropped or played > 5:
            continue
        for finger_mask in range(32):
            if _bits(finger_mask) != played:
                continue
            if not _strike(costs, hand, notes, note_key, note_mask, finger_mask, struck):
                continue
            count, price = _take(costs, hand, note_key, step, state.held_note, struck, grip)
            if price == np.inf or (price > 0.0) != gives_up_held:
                continue
            cost, new_centre = 0.0, state.centre_m
            if count > 0:
                cost, new_centre = hand_cost(costs, state, step, grip, count)
            cost += dropped * costs.drop_price + price
            slot = _slot_for(cost, found, out)
            if slot >= 0:
                out.cost[slot] = cost
                out.centre_m[slot] = new_centre
                _write_fingers(hand, note_mask, finger_mask, out.finger[slot])
                found = min(found + 1, MAX_OPTIONS)
    return found


@kernel
def hand_options(costs, hand, notes, note_key, step, state, out):
    """Write the cheapest ways (at most `MAX_OPTIONS`) for one hand to play the notes (n,) of an onset, thumb side
    first; return their number.

    Held notes are given up only if no assignment of all of them keeps fingers and keys in order, and a note is dropped
    only if that does not help either, or costs more (for this hand and split; another split may cost less, and dropping
    a note may cost less than an extreme stretch).

    Args:
        costs: `FingeringCosts`; state: `HandState`; out: `HandOptions`.
        note_key: (N,) key of every note.
    """
    n = notes.shape[0]
    if n == 0:
        out.cost[0] = 0.0
        out.centre_m[0] = state.centre_m
        return 1
    grip = Grip(np.empty(5, np.int64), np.empty(5, np.int64), np.empty(5, np.bool_))
    struck = np.empty(5, np.int64)
    found = 0
    for dropped in range(n + 1):
        for gives_up_held in (False, True):
            found = _add_ways(
                costs, hand, notes, note_key, step, state, dropped, gives_up_held, grip, struck, out, found
            )
            if found > 0 and (not gives_up_held or out.cost[0] <= (dropped + 1) * costs.drop_price):
                return found
    return found
