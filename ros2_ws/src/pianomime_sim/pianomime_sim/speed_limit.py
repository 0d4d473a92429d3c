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

"""Speed limits for actuator targets: whatever a controller requests, the hands do not jump across the keyboard."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import finger_of, target_joints
from pianomime_core.timing import CONTROL_TIMESTEP_S

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SpeedConfig:
    """Maximum speed of each target over one control step.

    Each is 1.25 times the fastest command that the controllers streaming, streaming-1s, planner, foresight and reactive
    gave while they played bundled songs, folk and classical pieces (fast ones among them, like Chopin's etude op. 25
    no. 2): ty 4.0 m/s, tz 0.8, wrist 14.0 rad/s, thumb 41.3, spread 15.7, knuckle 33.7 and curl 57.9. The fastest tx
    was 19.9 m/s by reactive, 10.7 by the others; its limit is 1.1 times that, since 24.4 m/s would be the whole
    keyboard in one step. Controllers use targets to correct joint errors, so targets move faster than any joint;
    some already use their whole range within one step (ty, tz, WRJ2, THJ3, J4, LFJ5).

    Attributes:
        forearm_tx_m_s, forearm_ty_m_s, forearm_tz_m_s: Slides of the forearm.
        wrist_rad_s: WRJ1, WRJ2.
        thumb_rad_s: All joints of the thumb.
        spread_rad_s: Sideways joints of the fingers, J4, and the little finger's J5.
        knuckle_rad_s: J3 of the fingers.
        curl_rad_s: J0, the sum of the two outer joints.
    """

    forearm_tx_m_s: float = 22.0
    forearm_ty_m_s: float = 5.0
    forearm_tz_m_s: float = 1.0
    wrist_rad_s: float = 17.5
    thumb_rad_s: float = 51.6
    spread_rad_s: float = 19.6
    knuckle_rad_s: float = 42.1
    curl_rad_s: float = 72.4

    def of(self, target: str) -> float:
        """Return the highest speed of the target of that name [rad/s, m/s]."""
        element = target.split("_", 1)[1]
        if element.startswith("forearm"):
            speed: float = getattr(self, f"{element}_m_s")
            return speed
        if finger_of(target) is None:
            return self.wrist_rad_s
        if finger_of(target) == "thumb":
            return self.thumb_rad_s
        return {"J0": self.curl_rad_s, "J3": self.knuckle_rad_s}.get(element[-2:], self.spread_rad_s)


class SpeedLimit:
    """Passes commands unchanged unless they move a target too fast; then the target moves as far as it may: within the
    time of one control step no further than at the highest speed, whether in one part of the step or in all.

    Attributes:
        limited_steps: Number of commands that were changed.
        limited: Names of the targets limited in the last such command.
    """

    def __init__(self, target_names: tuple[str, ...], target_range: Floats, config: SpeedConfig | None = None) -> None:
        """
        Args:
            target_names: (m,) names.
            target_range: (m, 2) lowest and highest target [rad, m]; what is beyond counts as that.
            config: The speeds.
        """
        speeds = config or SpeedConfig()
        self._names = target_names
        self._lowest, self._highest = target_range.T
        self._furthest = CONTROL_TIMESTEP_S * np.array([speeds.of(name) for name in target_names])
        self._before: Floats | None = None  # (R, m) of the last R parts of a step
        self.limited_steps = 0
        self.limited: tuple[str, ...] = ()

    def begin(self, joint_names: tuple[str, ...], joint_positions: Floats) -> None:
        """Start from targets equal to the joint positions (n,) [rad, m]."""
        position = dict(zip(joint_names, joint_positions, strict=True))
        targets = [sum(position[joint] for joint in target_joints(name)) for name in self._names]
        self._before = np.clip(targets, self._lowest, self._highest)[None]

    def limit(self, targets: Floats) -> Floats:
        """Return the targets [rad, m] of the next control step, (m,) or (R, m) for R equal parts of it, the same array
        object if none is too fast."""
        rows = np.atleast_2d(targets)
        wanted = np.clip(rows, self._lowest, self._highest)
        allowed = np.array([self._next(row, len(rows)) for row in wanted])
        changed = allowed != wanted
        if not changed.any():
            return targets
        self.limited_steps += 1
        self.limited = tuple(
            name for name, is_changed in zip(self._names, changed.any(axis=0), strict=True) if is_changed
        )
        return np.where(changed, allowed, rows).reshape(targets.shape)

    def _next(self, wanted: Floats, rows_per_step: int) -> Floats:
        assert self._before is not None, "begin comes first"
        lowest = self._before.max(axis=0) - self._furthest
        highest = self._before.min(axis=0) + self._furthest
        allowed = np.clip(wanted, lowest, highest)
        self._before = np.vstack([self._before, allowed])[-rows_per_step:]
        return allowed
