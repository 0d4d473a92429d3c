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

"""All ways for one hand to play the notes of one onset, with their costs.

Fingers are numbered 0..9, right thumb..little, then left thumb..little; hands 0 = right, 1 = left.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.kernel import kernel

DROPPED = -1
MAX_OPTIONS = 6
"""Ways kept for each hand and split."""
_REST_LIMIT_STEPS = 40  # Resting longer than this makes no difference.


class FingeringCosts(NamedTuple):
    """Cost weights as compiled code needs them; names and meaning as in `fingering.FingeringConfig`."""

    finger_offset_m: NDArray[np.float64]  # (10,) comfortable place of each finger relative to the hand's centre
    offset_low_m: NDArray[np.float64]  # (10,)
    offset_high_m: NDArray[np.float64]  # (10,)
    finger_weight: NDArray[np.float64]  # (10,) of squared deviation, 1/m^2
    finger_price: NDArray[np.float64]  # (10,) of using it at all
    black_price: NDArray[np.float64]  # (10,) of using it on a black key
    key_y_m: NDArray[np.float64]  # (88,)
    key_is_black: NDArray[np.bool_]  # (88,)
    order_gap_m: float
    centre_inertia: float
    deviation_price: float
    stretch_price: float
    stretch_unit_m: float
    travel_price_per_m: float
    free_speed_m_s: float
    speed_price: float
    reuse_price: float
    reuse_steps: int
    overlap_steps: int
    drop_price: float
    hand_gap_m: float
    hand_gap_price: float
    hand_gap_unit_m: float
    step_s: float


@kernel
def hand_cost(costs, centre, moved, step, keys, fingers, count, new, last_key, last_end):
    """Return (cost, new centre) of one hand that holds `count` keys with `fingers`; `new` marks those just struck."""
    cost = 0.0
    weight, pull = 0.0, 0.0
    low, high = -1e9, 1e9
    for i in range(count):
        f = fingers[i]
        d = costs.key_y_m[keys[i]] - costs.finger_offset_m[f]
        weight += costs.finger_weight[f]
        pull += costs.finger_weight[f] * d
        low = max(low, d - costs.offset_high_m[f])
        high = min(high, d - costs.offset_low_m[f])
    new_centre = (pull + costs.centre_inertia * centre) / (weight + costs.centre_inertia)
    if low > high:
        stretch = (low - high) / costs.stretch_unit_m
        cost += costs.stretch_price * stretch * stretch
        new_centre = 0.5 * (low + high)
    else:
        new_centre = min(max(new_centre, low), high)
    for i in range(count):
        f = fingers[i]
        d = costs.key_y_m[keys[i]] - costs.finger_offset_m[f] - new_centre
        cost += costs.deviation_price * costs.finger_weight[f] * d * d
    seconds = min(max(step - moved, 1), _REST_LIMIT_STEPS) * costs.step_s
    travel = abs(new_centre - centre)
    cost += costs.travel_price_per_m * travel
    speed = travel / seconds
    if speed > costs.free_speed_m_s:
        excess = (speed - costs.free_speed_m_s) / costs.free_speed_m_s
        cost += costs.speed_price * excess * excess
    for i in range(count):
        if not new[i]:
            continue
        f = fingers[i]
        cost += costs.finger_price[f]
        if costs.key_is_black[keys[i]]:
            cost += costs.black_price[f]
        if last_key[f] >= 0 and last_key[f] != keys[i]:
            rest = step - last_end[f]
            if rest < costs.reuse_steps:
                cost += costs.reuse_price * (costs.reuse_steps - rest)
    return cost, new_centre


@kernel
def hand_options(
    costs, hand, notes, n, note_key, step, centre, moved, held, last_key, last_end, out_cost, out_centre, out_finger
):
    """Write the cheapest ways (at most `MAX_OPTIONS`) for one hand to play `n` notes, thumb side first; return their
    number.

    A note is dropped only if no assignment of all of them keeps fingers and keys in order (for this hand and split;
    another split may cost less, and dropping a note may cost less than an extreme stretch).
    """
    if n == 0:
        out_cost[0] = 0.0
        out_centre[0] = centre
        return 1
    keys = np.empty(10, np.int64)
    fingers = np.empty(10, np.int64)
    new = np.empty(10, np.bool_)
    sign = 1.0 if hand == 0 else -1.0
    first = 5 * hand
    found = 0
    for dropped in range(n + 1):
        for note_mask in range((1 << n) - 1, -1, -1):
            bits = 0
            for i in range(n):
                bits += (note_mask >> i) & 1
            if bits != n - dropped or bits > 5:
                continue
            for finger_mask in range(32):
                count = 0
                legal = True
                for f in range(5):
                    if (finger_mask >> f) & 1:
                        count += 1
                        legal = legal and held[first + f] < 0
                if count != bits or not legal:
                    continue
                # Go through the fingers from thumb to little, merging held keys with new ones.
                count = 0
                i = 0
                previous = -1e9
                for f in range(5):
                    key = -1
                    is_new = False
                    if held[first + f] >= 0:
                        key = note_key[held[first + f]]
                    elif (finger_mask >> f) & 1:
                        while not (note_mask >> i) & 1:
                            i += 1
                        key = note_key[notes[i]]
                        i += 1
                        is_new = True
                    if key < 0:
                        continue
                    y = sign * costs.key_y_m[key]
                    if y - previous < costs.order_gap_m:
                        legal = False
                        break
                    previous = y
                    keys[count] = key
                    fingers[count] = first + f
                    new[count] = is_new
                    count += 1
                if not legal:
                    continue
                if count > 0:
                    cost, new_centre = hand_cost(
                        costs, centre, moved, step, keys, fingers, count, new, last_key, last_end
                    )
                else:
                    cost, new_centre = 0.0, centre
                cost += dropped * costs.drop_price
                # Insert into the sorted list of the best.
                if found == MAX_OPTIONS and cost >= out_cost[found - 1]:
                    continue
                slot = found if found < MAX_OPTIONS else MAX_OPTIONS - 1
                while slot > 0 and out_cost[slot - 1] > cost:
                    out_cost[slot] = out_cost[slot - 1]
                    out_centre[slot] = out_centre[slot - 1]
                    out_finger[slot] = out_finger[slot - 1]
                    slot -= 1
                out_cost[slot] = cost
                out_centre[slot] = new_centre
                i = 0
                for f in range(5):
                    if (finger_mask >> f) & 1:
                        while not (note_mask >> i) & 1:
                            out_finger[slot, i] = DROPPED
                            i += 1
                        out_finger[slot, i] = first + f
                        i += 1
                while i < n:
                    out_finger[slot, i] = DROPPED
                    i += 1
                found = min(found + 1, MAX_OPTIONS)
        if found > 0:
            break
    return found
