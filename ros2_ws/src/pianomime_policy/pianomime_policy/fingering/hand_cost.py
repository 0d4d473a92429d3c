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

"""What it costs one hand to take a grip: its stretch, the way there, the fingers used and used again.

Fingers are numbered 0..9, right thumb..little, then left thumb..little; hands 0 = right, 1 = left.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.kernel import kernel

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
    giving_up_price: float  # see `GivingUpConfig`; infinite: no note is given up
    sustained_price: float
    outer_factor: float
    sustained_from: NDArray[np.int64]  # (N,) step from which the pedal sustains each note to its end; empty: none


class HandState(NamedTuple):
    """One hand before an onset, and what its fingers hold or held last."""

    centre_m: float  # along the keyboard
    moved_step: int  # onset of the last slice it played
    held_note: NDArray[np.int64]  # (10,) note under each finger, -1 none
    last_key: NDArray[np.int64]  # (10,) -1 none
    last_end: NDArray[np.int64]  # (10,) step


class Grip(NamedTuple):
    """Keys under one hand's fingers, thumb to little finger; the first `count` places are used."""

    key: NDArray[np.int64]  # (5,)
    finger: NDArray[np.int64]  # (5,) 0..9
    is_new: NDArray[np.bool_]  # (5,) just struck


@kernel
def _stretch_cost(costs, centre, grip, count):
    """Return (cost, new centre) of a hand at `centre` that takes a grip, however far away that is."""
    weight, pull = 0.0, 0.0
    low, high = -1e9, 1e9
    for i in range(count):
        f = grip.finger[i]
        d = costs.key_y_m[grip.key[i]] - costs.finger_offset_m[f]
        weight += costs.finger_weight[f]
        pull += costs.finger_weight[f] * d
        low = max(low, d - costs.offset_high_m[f])
        high = min(high, d - costs.offset_low_m[f])
    cost = 0.0
    new_centre = (pull + costs.centre_inertia * centre) / (weight + costs.centre_inertia)
    if low > high:
        stretch = (low - high) / costs.stretch_unit_m
        cost += costs.stretch_price * stretch * stretch
        new_centre = 0.5 * (low + high)
    else:
        new_centre = min(max(new_centre, low), high)
    for i in range(count):
        f = grip.finger[i]
        d = costs.key_y_m[grip.key[i]] - costs.finger_offset_m[f] - new_centre
        cost += costs.deviation_price * costs.finger_weight[f] * d * d
    return cost, new_centre


@kernel
def hand_cost(costs, state, step, grip, count):
    """Return (cost, new centre) of one hand that takes a grip of `count` keys at an onset."""
    cost, new_centre = _stretch_cost(costs, state.centre_m, grip, count)
    seconds = min(max(step - state.moved_step, 1), _REST_LIMIT_STEPS) * costs.step_s
    travel = abs(new_centre - state.centre_m)
    cost += costs.travel_price_per_m * travel
    speed = travel / seconds
    if speed > costs.free_speed_m_s:
        excess = (speed - costs.free_speed_m_s) / costs.free_speed_m_s
        cost += costs.speed_price * excess * excess
    for i in range(count):
        if not grip.is_new[i]:
            continue
        f, key = grip.finger[i], grip.key[i]
        cost += costs.finger_price[f]
        if costs.key_is_black[key]:
            cost += costs.black_price[f]
        if state.last_key[f] >= 0 and state.last_key[f] != key:
            rest = step - state.last_end[f]
            if rest < -costs.overlap_steps:  # it gives up what it holds
                rest = 0
            if rest < costs.reuse_steps:
                cost += costs.reuse_price * (costs.reuse_steps - rest)
    return cost, new_centre
