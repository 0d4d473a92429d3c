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

"""The motion plan for the keys held now: which finger takes a new key, where the others wait, how they get there.

It takes the place of the planner's `MotionPlan`, which knows what comes next. Here all coming rows are
alike: held keys are pressed, and other fingers rest on likely keys, already pressed a little, so that a press has
no distance to travel.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD, NUM_KEYS
from pianomime_policy.controllers.reactive.likely_keys import LikelyKeys, LikelyKeysConfig
from pianomime_policy.controllers.reactive.rest_keys import RestKeys, RestKeysConfig
from pianomime_policy.fingering.fingering import (
    FingeringConfig,
    finger_offsets_m,
    fingering_costs,
    offset_limits_m,
    playable,
)
from pianomime_policy.fingering.fingering_search import Beam, extend_beam
from pianomime_policy.fingering.goal_notes import SOUNDING
from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipRows
from pianomime_policy.motion.hand_path import HandPathConfig
from pianomime_policy.motion.press_table import press_table, rest_table

_HAND = np.repeat([0, 1], 5)
_THUMB_ROW = np.array([0, 1, 1, 1, 1])


@dataclass(frozen=True)
class LiveConfig:
    """Attributes:
    fingering: Costs of fingers for a new key; where the hands begin.
    hand_path: Only its reach of fingers on black keys is used.
    fingertips: Heights, weights and the press.
    rest_share: How far resting fingers press a key, as a fraction of the angle at which it sounds.
    strike_depth_m: How much deeper than held keys those are pressed that do not sound yet.
    rest_weight: Weights of squared (x, y, z) errors of resting fingers in the inverse kinematics.
    at_key_m: A finger this close to its key goes down; further away it first travels above the keys.
    speed_m_per_step: Speed of that travel.
    travel_steps: Longer travel takes this many steps at a higher speed; the forearm is what limits it.
    patience_steps: A key released before it sounded is still pressed, at most this long after it was struck.
    hand_gap_m: Minimum distance between the centres of the hands.
    """

    fingering: FingeringConfig = field(
        default_factory=lambda: FingeringConfig(
            finger_price=(0.0,) * 5,
            black_price=(0.0,) * 5,
            reuse_price=0.15,
            order_gap_m=0.011,
            travel_price_per_m=25.0,
            speed_price=0.0,
            start_centre_m=(0.0, -0.165),
            overlap_steps=0,
        )
    )
    likely_keys: LikelyKeysConfig = field(default_factory=LikelyKeysConfig)
    rest_keys: RestKeysConfig = field(default_factory=RestKeysConfig)
    hand_path: HandPathConfig = field(default_factory=HandPathConfig)
    fingertips: FingertipConfig = field(default_factory=FingertipConfig)
    rest_share: float = 0.3
    strike_depth_m: float = 0.0
    rest_weight: tuple[float, float, float] = (0.3, 0.5, 0.5)
    at_key_m: float = 0.010
    speed_m_per_step: float = 0.035
    travel_steps: int = 4
    patience_steps: int = 8
    hand_gap_m: float = 0.16


class LiveMotionPlan:
    """The `MotionSource` for the keys held now; fingers 0..9 are right thumb..little, then left.

    Attributes:
        held_key, rest_key: (10,) key each finger holds or waits on, -1 for none.
        centre_m: (2,) positions of the right and left hand.
    """

    def __init__(self, config: LiveConfig, rows_per_step: int = 1) -> None:
        """`rows_per_step`: Rows of `fingertips` in each control step."""
        self._config, self._rows_per_step = config, rows_per_step
        c = config
        self._likely = LikelyKeys(c.likely_keys)
        self._rest = [RestKeys(hand, c.rest_keys, c.fingering) for hand in (0, 1)]
        self._costs = fingering_costs(c.fingering)
        self._offset, (self._low, self._high) = finger_offsets_m(), offset_limits_m()
        self._press = press_table(c.fingertips.press)
        self._rest_z, self._rest_force = rest_table(c.fingertips.press, c.rest_share)
        self._reach_m = np.array(c.hand_path.reach_m * 2)
        self._reach_weight = np.where(np.arange(10) % 5 == 0, c.hand_path.reach_thumb_weight, 1.0)
        self._step = 0
        self._row, self._sounds = np.zeros(NUM_KEYS, bool), np.zeros(NUM_KEYS, bool)
        self._owed, self._struck = np.zeros(NUM_KEYS, bool), np.zeros(NUM_KEYS, np.int64)
        self._last_key, self._last_end = np.full(10, -1), np.full(10, -99)
        self._leader = 0
        self.held_key, self.rest_key = np.full(10, -1), np.full(10, -1)
        self.centre_m = np.array(c.fingering.start_centre_m)
        self._settle()

    def update(self, row: NDArray[np.bool_], step: int, key_angles: NDArray[np.float64]) -> None:
        """Take the state at the beginning of a step.

        Args:
            row: (88,) bool, keys that the player holds.
            step: Never decreases.
            key_angles: (88,) of the robot's keys [rad].
        """
        self._sounds = KEYBOARD.pressed(key_angles)
        row = self._with_owed(row, step)
        self._likely.decay(step - self._step)
        self._step = step
        unassigned = row.copy()
        unassigned[self.held_key[self.held_key >= 0]] = False
        self._likely.add(np.flatnonzero(row & ~self._row))
        changed = (row != self._row).any()
        self._row = row.copy()
        if not (changed or unassigned.any()):
            return
        released = (self.held_key >= 0) & ~row[self.held_key]
        self._last_key[released], self._last_end[released] = self.held_key[released], step
        self.held_key[released] = -1
        if unassigned.any():  # new keys, and older ones for which no finger was free
            self._assign(np.flatnonzero(unassigned))
        self._settle()

    def _with_owed(self, row: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
        """The keys held, and those that were released before they sounded."""
        self._owed &= ~self._sounds & (step - self._struck < self._config.patience_steps)
        struck = row & ~self._row
        self._owed |= struck
        self._struck[struck] = step
        return row | self._owed

    def _assign(self, struck: NDArray[np.int64]) -> None:
        """Assign the keys (n,) that go down to fingers: one slice of the planner's search, from the resting fingers."""
        struck = playable(struck)
        holding = np.flatnonzero(self.held_key >= 0)
        note_key = np.concatenate([self.held_key[holding], struck])
        held_note = np.full((1, 10), -1)
        held_note[0, holding] = np.arange(len(holding))
        centre = self.centre_m[_HAND]
        comfort = centre + self._offset
        waits = np.where(self.rest_key >= 0, KEYBOARD.center_y_m[self.rest_key], comfort)
        costs = self._costs._replace(
            finger_offset_m=waits - centre,
            offset_low_m=comfort + self._low - waits,
            offset_high_m=comfort + self._high - waits,
        )
        beam = Beam(
            np.zeros(1),
            self.centre_m[None],
            np.zeros((1, 2), np.int64),
            held_note,
            self._last_key[None],
            self._last_end[None],
        )
        new = np.arange(len(holding), len(note_key))
        _, _, finger = extend_beam(costs, beam, 1, new, note_key, np.full(len(note_key), SOUNDING), self._step)
        for key, f in zip(struck, finger[0], strict=True):
            if f >= 0:
                self.held_key[f] = key
                self._leader = f // 5

    def _settle(self) -> None:
        """Choose the rest keys: first of the hand that played last, then of the other hand beside it."""
        likelihood = self._likely.likelihood()
        edge = float(KEYBOARD.center_y_m[-1])
        for hand in (self._leader, 1 - self._leader):
            fingers = slice(5 * hand, 5 * hand + 5)
            lowest, highest = -edge, edge
            if hand != self._leader:
                if (self.held_key[fingers] < 0).all():  # otherwise it stays where it holds keys
                    other, gap = self.centre_m[self._leader], self._config.hand_gap_m
                    lowest, highest = (other + gap, edge) if hand == 0 else (-edge, other - gap)
                taken = self.rest_key[5 * self._leader : 5 * self._leader + 5]
                taken = taken[taken >= 0]
                likelihood = likelihood.copy()
                if len(taken) and hand == 0:
                    likelihood[: taken.max() + 1] = 0.0
                elif len(taken):
                    likelihood[taken.min() :] = 0.0
            self.rest_key[fingers], self.centre_m[hand] = self._rest[hand].choose(
                likelihood, self.held_key[fingers], self.rest_key[fingers], self.centre_m[hand], lowest, highest
            )

    def path(self, first: int, rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centre and reach (rows, 2) [m] of the right and left hand; see `MotionPlan.path`."""
        reach = np.full(2, self._config.hand_path.reach_home_m)
        for hand in (0, 1):
            mine = hand == _HAND
            key = self.held_key if (self.held_key[mine] >= 0).any() else self.rest_key
            of = mine & (key >= 0)
            if of.any():
                needed = np.where(KEYBOARD.is_black[key[of]], self._reach_m[of], 0.0)
                reach[hand] = np.average(needed, weights=self._reach_weight[of])
        return np.tile(self.centre_m, (rows, 1)), np.tile(reach, (rows, 1))

    def fingertips(self, hand: int, first: int, rows: int) -> FingertipRows:
        """Rows of one hand, all alike: pressed keys and rest keys; see `MotionPlan.fingertips`."""
        c, table = self._config, self._press
        fingers = slice(5 * hand, 5 * hand + 5)
        held, rest = self.held_key[fingers], self.rest_key[fingers]
        over = np.where(held >= 0, held, rest)
        placed, pressing, t = over >= 0, held >= 0, _THUMB_ROW
        x = np.where(placed, table.x_m[t, over], table.idle_x_m[t])
        y = np.where(placed, table.y_m[over], self.centre_m[hand] + self._offset[fingers])
        bottom_z = table.bottom_z_m[t, over] - c.strike_depth_m * ~self._sounds[over]
        z = np.where(pressing, bottom_z, self._rest_z[t, over])
        z = np.where(placed, z, c.fingertips.idle_height_m)
        f = c.fingertips
        weight = np.where(pressing[:, None], f.press_weight, np.where(placed[:, None], c.rest_weight, f.idle_weight))
        force = np.where(pressing, table.force_n[t, over], np.where(placed, self._rest_force[t, over], 0.0))
        top = np.where(placed, table.top_z_m[over], table.white_top_z_m)
        target = np.stack([x, y, z], axis=1)
        return FingertipRows(*(np.repeat(a[None], rows, axis=0) for a in (target, weight, force, top, held)))

    def waiting(self, hand: int) -> FingertipRows:
        """Fingers waiting for the first note, every fingertip above the keys."""
        rows = self.fingertips(hand, 0, 1)
        rows.target[..., 2] = np.maximum(rows.target[..., 2], rows.top + self._config.fingertips.ready_m)
        return rows

    def recovered(self, tips: FingertipRows, measured: NDArray[np.float64], stuck: NDArray[np.bool_]) -> FingertipRows:
        """The same rows, with fingers that are not at their keys moved there above the keys, and stuck ones lifted.

        Args:
            tips: As returned by `fingertips`; changed in place.
            measured: (5, 3) contact points [m].
            stuck: (5,) bool, see `StuckKeyDetector`.
        """
        c = self._config
        way = tips.target[0, :, :2] - measured[:, :2]
        distance = np.hypot(*way.T)
        steps = np.ceil(np.maximum(distance - c.at_key_m, 0.0) / c.speed_m_per_step)
        steps = np.maximum(np.minimum(steps, c.travel_steps), stuck)
        at_step = np.arange(1, len(tips.target) + 1)[:, None] / self._rows_per_step
        aloft = at_step <= steps
        share = np.minimum(at_step / np.maximum(steps, 1.0), 1.0)[..., None]
        tips.target[..., :2] = np.where(aloft[..., None], measured[:, :2] + share * way, tips.target[..., :2])
        tips.target[..., 2] = np.where(aloft, tips.top + c.fingertips.hover_m, tips.target[..., 2])
        tips.weight[aloft] = c.fingertips.ready_weight
        tips.force[aloft] = 0.0
        return tips
