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

"""Rest keys: the keys on which the five fingers of a hand wait, and the position of the hand.

For every position of the hand, dynamic programming over fingers and keys finds the best keys in the order of the
fingers; fingers that hold a key keep it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.fingering.fingering import FingeringConfig, finger_offsets_m, offset_limits_m
from pianomime_policy.kernel import kernel

_HELD = 1e3  # More than the value of all other keys of a hand together.
_NEVER = -1e9


@dataclass(frozen=True)
class RestKeysConfig:
    """Costs, subtracted from the likelihood of a key (`LikelyKeys.likelihood`).

    Attributes:
        comfort_price: Of a finger `FingeringConfig.deviation_unit_m` away from its comfortable place; quadratic.
        black_price: (5,) thumb..little, of waiting on a black key.
        travel_price_per_m: Of moving the hand.
        change_price: Of giving a finger another key.
        grid_m: Spacing of the hand positions compared.
    """

    comfort_price: float = 0.25
    black_price: tuple[float, ...] = (0.3, 0.0, 0.0, 0.0, 0.1)
    travel_price_per_m: float = 10.0
    change_price: float = 0.05
    grid_m: float = 0.006


class RestKeys:
    """Chooses rest keys for one hand, 0 right or 1 left."""

    def __init__(self, hand: int, config: RestKeysConfig, fingering: FingeringConfig) -> None:
        self._config, self._gap_m = config, fingering.order_gap_m
        # The left hand is treated as a right hand on a mirrored keyboard.
        self._sign = 1.0 if hand == 0 else -1.0
        self._keys = np.arange(len(KEYBOARD.center_y_m))[:: 1 if hand == 0 else -1]
        self._y = self._sign * KEYBOARD.center_y_m[self._keys]
        self._black = KEYBOARD.is_black[self._keys]
        self._offset = finger_offsets_m()[:5]
        self._low, self._high = (limits[:5] for limits in offset_limits_m())
        self._comfort_cost = config.comfort_price * np.array(fingering.finger_stiffness) / fingering.deviation_unit_m**2
        self._black_cost = np.array(config.black_price)

    def choose(
        self,
        likelihood: NDArray[np.float64],
        held: NDArray[np.int64],
        before: NDArray[np.int64],
        centre_m: float,
        lowest_m: float,
        highest_m: float,
    ) -> tuple[NDArray[np.int64], float]:
        """Return the rest key of each finger (5,), -1 for none, and the centre of the hand [m].

        Args:
            likelihood: (88,), see `LikelyKeys`; 0 or less for keys this hand must not use.
            held, before: (5,) keys that fingers hold and rested on before, -1 for none.
            centre_m: Position of the hand.
            lowest_m, highest_m: Limits of its new position.
        """
        c = self._config
        grid = np.arange(lowest_m, highest_m + c.grid_m, c.grid_m)
        rest, best = _best_keys(
            self._y, likelihood[self._keys], self._black, self._place(held), self._place(before), self._offset,
            self._low, self._high, self._comfort_cost, self._black_cost, self._gap_m, c.change_price,
            c.travel_price_per_m, self._sign * centre_m, np.sort(self._sign * grid),
        )  # fmt: skip
        return np.where(rest >= 0, self._keys[rest], -1), self._sign * best

    def _place(self, key: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.where((key >= 0) & (self._sign < 0), len(self._keys) - 1 - key, key)


@kernel
def _best_keys(
    y, likelihood, black, held, before, offset, low, high, comfort_cost, black_cost, gap_m, change_cost, travel_cost,
    centre, places,
):  # fmt: skip
    """Return (key of each finger, position of the hand) for a right hand; keys in order of rising y."""
    n = y.shape[0]
    rest, best_place, best_worth = np.full(5, -1), centre, _NEVER
    # worth[f, p]: best value of fingers 0..f if the last key used is p - 1; p = 0: no key used.
    worth, used, last = np.empty((6, n + 1)), np.empty((5, n + 1), np.bool_), np.empty((5, n + 1), np.int64)
    for place in places:
        worth[0] = _NEVER
        worth[0, 0] = 0.0
        for f in range(5):
            # Best value of the lower fingers with keys at least one gap below, found on the way up.
            below, below_at, q = worth[f, 0], 0, 1
            used[f, 0], last[f, 0] = False, 0
            worth[f + 1, 0] = _NEVER if held[f] >= 0 else worth[f, 0]
            for p in range(1, n + 1):
                k = p - 1
                while q < p and y[q - 1] <= y[k] - gap_m:
                    if worth[f, q] > below:
                        below, below_at = worth[f, q], q
                    q += 1
                worth[f + 1, p] = _NEVER if held[f] >= 0 else worth[f, p]
                used[f, p], last[f, p] = False, p
                away = y[k] - place - offset[f]
                if held[f] >= 0:
                    if held[f] != k:
                        continue
                    gain = _HELD
                elif low[f] <= away <= high[f] and likelihood[k] > 0.0:
                    gain = likelihood[k] - (black_cost[f] if black[k] else 0.0)
                    gain -= change_cost if before[f] != k else 0.0
                else:
                    continue
                gain += below - comfort_cost[f] * away * away
                if gain > worth[f + 1, p]:
                    worth[f + 1, p], used[f, p], last[f, p] = gain, True, below_at
        p = np.argmax(worth[5])
        total = worth[5, p] - travel_cost * abs(place - centre)
        if total > best_worth:
            best_worth, best_place = total, place
            for f in range(4, -1, -1):
                rest[f] = p - 1 if used[f, p] else -1
                p = last[f, p]
    return rest, best_place
