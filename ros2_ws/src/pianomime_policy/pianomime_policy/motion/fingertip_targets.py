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
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.fingering.fingering import finger_offsets_m
from pianomime_policy.kernel import kernel
from pianomime_policy.motion.finger_phases import approach, come_up, hold, lift, nearest_notes, stroke, way_between
from pianomime_policy.motion.motion_timing import BENCHMARK, MotionTiming
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


class MotionSettings(NamedTuple):
    """`FingertipConfig` and `MotionTiming` as compiled code needs them; names and meaning as there."""

    rows_per_step: int
    row_steps: float
    lift_steps: float
    ease_m: float
    ease_after_steps: float
    lead_steps: int
    near_steps: int
    hover_m: float
    ready_m: float
    travel_clearance_m: float
    idle_height_m: float
    astray_m: float
    recovery_m_per_step: float
    press_weight: NDArray[np.float64]  # (3,), as the others
    ready_weight: NDArray[np.float64]
    travel_weight: NDArray[np.float64]
    release_weight: NDArray[np.float64]
    idle_weight: NDArray[np.float64]


def _settings(config: FingertipConfig, timing: MotionTiming) -> MotionSettings:
    values: dict[str, Any] = {
        name: getattr(timing if hasattr(timing, name) else config, name) for name in MotionSettings._fields
    }
    weights = {name: np.array(value) for name, value in values.items() if name.endswith("_weight")}
    return MotionSettings(**(values | weights))


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

    def __init__(self, config: FingertipConfig, timing: MotionTiming = BENCHMARK) -> None:
        self._settings = _settings(config, timing)
        self._rows_per_step = timing.rows_per_step
        self._press = press_table(config.press)
        self._offset_m = finger_offsets_m()

    def rows(self, hand: int, first: int, rows: int, plan: SongPlan) -> FingertipRows:
        """Planned rows from the beginning of step `first` on, of one hand, 0 right or 1 left."""
        lead, near = self._settings.lead_steps, self._settings.near_steps
        start = first - lead
        notes = plan.presses(start - near, first + rows * self._settings.row_steps + lead)
        centre_m = plan.path(start, rows + lead * self._rows_per_step, self._rows_per_step)[0][:, hand]
        floating_y_m = centre_m[:, None] + np.split(self._offset_m, 2)[hand]
        out = FingertipRows(
            np.zeros((rows, 5, 3)),
            np.zeros((rows, 5, 3)),
            np.zeros((rows, 5)),
            np.full((rows, 5), self._press.white_top_z_m),
            np.full((rows, 5), -1),
        )
        _fill_rows(self._settings, self._press, hand, first, notes, floating_y_m, out)
        return out

    def waiting(self, rows: FingertipRows) -> FingertipRows:
        """The same rows with every fingertip above the keys and none pressing, to wait for the first note."""
        target = rows.target.copy()
        target[..., 2] = np.maximum(target[..., 2], rows.top + self._settings.hover_m)
        return rows._replace(target=target, force=np.zeros_like(rows.force))

    def recovered(self, rows: FingertipRows, tips: NDArray[np.float64], stuck: NDArray[np.bool_]) -> FingertipRows:
        """The same rows, with fingers that should press but have missed their key or are stuck led back above it.

        Otherwise a finger that comes late gets caught between two keys and presses the wrong one for the whole note.

        Args:
            tips: (5, 3) measured contact points [m].
            stuck: (5,) bool, see `StuckKeyDetector`.
        """
        _recover(self._settings, rows, tips, stuck)
        return rows


@kernel
def _fill_rows(settings, table, hand, first, notes, floating_y_m, out):
    """Write `FingertipRows` from step `first` on.

    Args:
        settings: `MotionSettings`; table: `PressTable`; notes: `Presses`.
        floating_y_m: (rows + lead, 5) where each finger floats along the keyboard, from `first - lead_steps` on.
    """
    lead, per_step = settings.lead_steps, settings.rows_per_step
    for f in range(5):
        for r in range(out.target.shape[0]):
            step = first + (r + 1) / per_step - 1.0
            now, before, after = nearest_notes(5 * hand + f, step, notes, settings.lift_steps)
            if now >= 0:
                hold(settings, table, notes.key[now], step - notes.onset[now], r, f, out)
            elif after >= 0 and notes.onset[after] - lead <= step:
                y_m = floating_y_m[int((notes.onset[after] - first) * per_step), f]
                way = way_between(settings, table, notes, before, after, f, y_m)
                if step > way.ready_step:
                    stroke(settings, table, way, step, r, f, out)
                else:
                    approach(settings, table, way, step, r, f, out)
            elif before >= 0 and step <= notes.release[before]:
                lift(settings, table, notes.key[before], r, f, out)
            else:
                out.target[r, f, 0] = table.idle_x_m[min(f, 1)]
                out.target[r, f, 1] = floating_y_m[r + lead * per_step, f]
                out.target[r, f, 2] = settings.idle_height_m
                out.weight[r, f] = settings.idle_weight
            if now < 0 and before >= 0 and step <= notes.release[before]:
                share = 1.0 - (notes.release[before] - step) / settings.lift_steps
                held = notes.release[before] - settings.lift_steps - notes.onset[before]
                come_up(settings, table, notes.key[before], held, share, r, f, out)


@kernel
def _recover(settings, rows, tip, stuck):
    """Lead pressing fingers that are astray or stuck back above their keys; tip (5, 3) [m], stuck (5,)."""
    target, force = rows.target, rows.force
    for f in range(5):
        aside = abs(target[0, f, 1] - tip[f, 1])
        if force[0, f] <= 0.0 or (aside <= settings.astray_m and not stuck[f]):
            continue
        travel = (1 + int(np.ceil(aside / settings.recovery_m_per_step))) * settings.rows_per_step
        for r in range(min(travel, target.shape[0])):
            if force[r, f] <= 0.0:
                break
            share = (r + 1) / travel
            for i in range(2):
                target[r, f, i] = tip[f, i] + share * (target[r, f, i] - tip[f, i])
            target[r, f, 2] = rows.top[r, f] + (settings.ready_m if r == travel - 1 else settings.hover_m)
            rows.weight[r, f] = settings.ready_weight
            force[r, f] = 0.0
