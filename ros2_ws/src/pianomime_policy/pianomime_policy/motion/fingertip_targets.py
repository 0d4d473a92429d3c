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

"""Fingertip targets: where each fingertip should be at the end of a step, how much that matters, how hard it presses.

A finger presses its key to a point a little below the bottom, lifts straight up, travels above the keyboard to its next
key along a minimum-jerk profile and waits just over the key for the onset; with nothing to do it floats beside its
neighbours. A finger that should press but has missed its key is first led back above it.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.fingering.fingering import finger_offsets_m
from pianomime_policy.kernel import kernel
from pianomime_policy.motion.minimum_jerk import minimum_jerk
from pianomime_policy.motion.press_table import PressConfig, press_table
from pianomime_policy.motion.song_plan import SongPlan


@dataclass(frozen=True)
class FingertipConfig:
    """Settings of the motion.

    Attributes:
        press: Where and how hard keys are pressed.
        hover_m: Height above the key while travelling; ready_m: one step before the onset.
        travel_clearance_m: Travelling fingertips stay this high above the tops of the white keys.
        idle_height_m: Height of an idle fingertip, in the world frame.
        lead_steps: Steps before the onset at which a finger starts for its key.
        near_steps: Steps before the onset from which it must be over its key.
        astray_m: A finger that should press but is further than this beside its key lifts and travels before it
            presses.
        recovery_m_per_step: Speed of that travel.
        *_weight: Weights of the squared (x, y, z) errors in the inverse kinematics, for each phase.
    """

    press: PressConfig = field(default_factory=PressConfig)
    hover_m: float = 0.012
    ready_m: float = 0.0015
    travel_clearance_m: float = 0.016
    idle_height_m: float = 0.045
    lead_steps: int = 5
    near_steps: int = 2
    astray_m: float = 0.012
    recovery_m_per_step: float = 0.03
    press_weight: tuple[float, float, float] = (0.6, 1.0, 2.0)
    ready_weight: tuple[float, float, float] = (1.0, 1.0, 1.0)
    travel_weight: tuple[float, float, float] = (0.3, 0.3, 0.5)
    release_weight: tuple[float, float, float] = (0.3, 0.6, 1.0)
    idle_weight: tuple[float, float, float] = (0.02, 0.02, 0.25)


class FingertipRows(NamedTuple):
    """The coming steps of one hand; row r is the pose at the end of its step, fingers thumb..little.

    Attributes:
        target: (rows, 5, 3) contact points in the world frame [m].
        weight: (rows, 5, 3) of squared errors.
        force: (rows, 5) downward force of pressing fingers [N], 0 for others.
        top: (rows, 5) surface height of the key that a finger is over or holds [m].
        key: (rows, 5) the key a finger holds, -1 for none.
    """

    target: NDArray[np.float64]
    weight: NDArray[np.float64]
    force: NDArray[np.float64]
    top: NDArray[np.float64]
    key: NDArray[np.int64]


class FingertipMotion:
    """Computes `FingertipRows` from a song plan."""

    def __init__(self, config: FingertipConfig) -> None:
        self._config = c = config
        self._press = press_table(c.press)
        self._offset = finger_offsets_m()
        self._weights = np.array([c.press_weight, c.ready_weight, c.travel_weight, c.release_weight, c.idle_weight])

    def rows(self, hand: int, first: int, rows: int, plan: SongPlan) -> FingertipRows:
        """Planned rows of steps [first, first + rows) of one hand, 0 right or 1 left."""
        c = self._config
        start = first - c.lead_steps
        notes = plan.assignments(start - c.near_steps, first + rows + c.lead_steps)
        centre = plan.path(start, rows + c.lead_steps)[0][:, hand]
        out = FingertipRows(
            np.zeros((rows, 5, 3)),
            np.zeros((rows, 5, 3)),
            np.zeros((rows, 5)),
            np.full((rows, 5), self._press.white_top_z_m),
            np.full((rows, 5), -1),
        )
        _fill_rows(
            hand, first, rows, *notes, np.ascontiguousarray(centre), start, self._offset, self._press, c.lead_steps,
            c.near_steps, c.hover_m, c.ready_m, c.travel_clearance_m, c.idle_height_m, self._weights, *out,
        )  # fmt: skip
        return out

    def waiting(self, rows: FingertipRows) -> FingertipRows:
        """The same rows with every fingertip above the keys and none pressing, to wait for the first note."""
        target = rows.target.copy()
        target[..., 2] = np.maximum(target[..., 2], rows.top + self._config.hover_m)
        return rows._replace(target=target, force=np.zeros_like(rows.force))

    def recovered(self, rows: FingertipRows, tips: NDArray[np.float64], stuck: NDArray[np.bool_]) -> FingertipRows:
        """The same rows, with fingers that should press but have missed their key or are stuck led back above it.

        Otherwise a finger that comes late gets caught between two keys and presses the wrong one for the whole note.

        Args:
            tips: (5, 3) measured contact points [m].
            stuck: (5,) bool, see `StuckKeyDetector`.
        """
        c = self._config
        _recover(*rows[:4], tips, stuck, c.astray_m, c.recovery_m_per_step, c.hover_m, c.ready_m, self._weights[1])
        return rows


@kernel
def _nearest_notes(number, step, onset, end, finger):
    """Return the indices of the notes that finger `number` holds at `step`, held last and holds next; -1 for none."""
    now, before, after = -1, -1, -1
    for i in range(onset.shape[0]):
        if finger[i] != number:
            continue
        if onset[i] <= step < end[i]:
            now = i
        elif end[i] <= step:
            if before < 0 or end[i] > end[before]:
                before = i
        elif after < 0 or onset[i] < onset[after]:
            after = i
    return now, before, after


@kernel
def _fill_rows(
    hand, first, rows, onset, end, key, finger, centre_m, centre_first, offset_m, table, lead_steps,
    near_steps, hover_m, ready_m, clearance_m, idle_height_m, weights, target, weight, force, top, held,
):  # fmt: skip
    press_weight, ready_weight, travel_weight, release_weight, idle_weight = weights
    for f in range(5):
        thumb = 0 if f == 0 else 1
        number = 5 * hand + f
        for r in range(rows):
            step = first + r
            now, before, after = _nearest_notes(number, step, onset, end, finger)
            if now >= 0:
                k = key[now]
                target[r, f, 0] = table.x_m[thumb, k]
                target[r, f, 1] = table.y_m[k]
                target[r, f, 2] = table.bottom_z_m[thumb, k]
                weight[r, f] = press_weight
                force[r, f] = table.force_n[thumb, k]
                top[r, f] = table.top_z_m[k]
                held[r, f] = k
            elif after >= 0 and onset[after] - lead_steps <= step:
                k = key[after]
                start = onset[after] - lead_steps
                if before >= 0 and end[before] >= start:
                    start = end[before]
                    p = key[before]
                    x, y = table.x_m[thumb, p], table.y_m[p]
                else:
                    x = table.idle_x_m[thumb]
                    y = centre_m[start - centre_first] + offset_m[number]
                ready = onset[after] - 1
                s = minimum_jerk((step - start + 1) / (ready - start)) if ready > start else 1.0
                target[r, f, 0] = x + s * (table.x_m[thumb, k] - x)
                target[r, f, 1] = y + s * (table.y_m[k] - y)
                height = table.top_z_m[k] + (ready_m if step == ready else hover_m)
                if step < onset[after] - near_steps and not (before >= 0 and key[before] == k):
                    height = max(height, table.white_top_z_m + clearance_m)
                target[r, f, 2] = height
                weight[r, f] = ready_weight if step >= onset[after] - near_steps else travel_weight
                top[r, f] = table.top_z_m[k]
            elif before >= 0 and step == end[before]:
                k = key[before]
                target[r, f, 0] = table.x_m[thumb, k]
                target[r, f, 1] = table.y_m[k]
                target[r, f, 2] = table.top_z_m[k] + hover_m
                weight[r, f] = release_weight
                top[r, f] = table.top_z_m[k]
            else:
                target[r, f, 0] = table.idle_x_m[thumb]
                target[r, f, 1] = centre_m[step - centre_first] + offset_m[number]
                target[r, f, 2] = idle_height_m
                weight[r, f] = idle_weight


@kernel
def _recover(target, weight, force, top, tip, stuck, astray_m, speed_m, hover_m, ready_m, ready_weight):
    rows = target.shape[0]
    for f in range(5):
        aside = abs(target[0, f, 1] - tip[f, 1])
        if force[0, f] <= 0.0 or (aside <= astray_m and not stuck[f]):
            continue
        travel = 1 + int(np.ceil(aside / speed_m))
        for r in range(min(travel, rows)):
            if force[r, f] <= 0.0:
                break
            share = (r + 1) / travel
            for i in range(2):
                target[r, f, i] = tip[f, i] + share * (target[r, f, i] - tip[f, i])
            target[r, f, 2] = top[r, f] + (ready_m if r == travel - 1 else hover_m)
            weight[r, f] = ready_weight
            force[r, f] = 0.0
