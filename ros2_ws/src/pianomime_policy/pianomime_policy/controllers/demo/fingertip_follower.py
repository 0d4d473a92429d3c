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

"""Follows observed fingertips without notes: from points, some of them missing, to actuator targets.

Observations of a pianist are late, noisy and sometimes missing. Each fingertip moves smoothly towards the last place it
was seen, no faster than a hand can; a hand that is no longer seen waits where it is, then lifts off the keys.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import POINTS
from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.controllers.controller import FingertipTargets
from pianomime_policy.fingering.fingering import finger_offsets_m
from pianomime_policy.hand_control.hands_controller import HandsController, HandsControllerConfig
from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipRows
from pianomime_policy.motion.press_table import press_table


@dataclass(frozen=True)
class FingertipFollowerConfig:
    """Attributes:
    smoothing: Fraction of the way to its last seen place that a fingertip moves in a step.
    speed_m_per_step: No fingertip moves further in a step.
    hold_steps: A hand that is not seen waits this long, then lifts.
    free_height_m: Height of fingertips of which only x and y are known.
    lifted_height_m: Height of a lifted hand.
    x_m, y_m, z_m: Limits of all targets, lowest and highest, in the world frame.
    weight: Weights of squared (x, y, z) errors in the inverse kinematics.
    start_centre_m: Middle fingers of the right and left hand before either is seen.
    """

    smoothing: float = 0.5
    speed_m_per_step: float = 0.06
    hold_steps: int = 10
    free_height_m: float = 0.045
    lifted_height_m: float = 0.09
    x_m: tuple[float, float] = (-0.06, 0.16)
    y_m: tuple[float, float] = (float(KEYBOARD.center_y_m[0]), float(KEYBOARD.center_y_m[-1]))
    z_m: tuple[float, float] = (0.0, 0.15)
    weight: tuple[float, float, float] = (0.3, 0.3, 0.3)
    start_centre_m: tuple[float, float] = (0.14, -0.14)
    fingertips: FingertipConfig = field(default_factory=FingertipConfig)
    hands_controller: HandsControllerConfig = field(default_factory=HandsControllerConfig)


class FingertipFollower:
    """Follows one pianist: `start` once, `update` for each observation, `act` every control step (50 ms).

    Attributes:
        joint_names, target_names: As in `Controller`.
    """

    def __init__(self, variant: str = "pianomime", config: FingertipFollowerConfig | None = None) -> None:
        self._config = c = config or FingertipFollowerConfig()
        self._hands_controller = HandsController(variant, c.fingertips, c.hands_controller)
        self.joint_names, self.target_names = self._hands_controller.joint_names, self._hands_controller.target_names
        self._low, self._high = np.array([c.x_m, c.y_m, c.z_m]).T
        press = press_table(c.fingertips.press)
        self._idle_x_m = press.idle_x_m
        self._offset_m = finger_offsets_m().reshape(len(SIDES), len(FINGERS))
        self._following = _Following(press.white_top_z_m, np.array(c.weight), self._offset_m, press.idle_x_m[1])
        self._target_m = np.zeros((len(SIDES), len(FINGERS), 3))
        self._unseen_steps = np.zeros(len(SIDES), np.int64)
        self._reset()

    def start(self) -> NDArray[np.float64]:
        """Forget all observations and return the joints (54,) of lifted, waiting hands [rad, m]."""
        self._reset()
        return self._hands_controller.begin(self._following)

    def update(self, points_m: NDArray[np.floating]) -> None:
        """Take the newest points (2, 6, 3), right hand first, wrist and thumb to little finger, world frame [m].

        NaN in x or y means the point is not seen, NaN in z alone that its height is unknown. The wrist is not followed.

        Raises:
            ValueError: The shape differs.
        """
        if points_m.shape != (len(SIDES), len(POINTS), 3):
            raise ValueError(f"points have shape {points_m.shape}: want {(len(SIDES), len(POINTS), 3)}")
        c = self._config
        tips = points_m[:, 1:].astype(np.float64)
        seen = np.asarray(np.isfinite(tips[..., :2]).all(axis=-1))
        heights = tips[..., 2]
        heights[~np.isfinite(heights)] = c.free_height_m
        # Fingers that are not seen move along with those that are.
        for hand, known in enumerate(seen):
            if known.any():
                drift = (tips[hand, known] - self._target_m[hand, known]).mean(axis=0)
                self._target_m[hand, ~known] += drift * (1.0, 1.0, 0.0)
                self._target_m[hand, known] = tips[hand, known]
                self._unseen_steps[hand] = 0
        self._target_m = np.clip(self._target_m, self._low, self._high)

    def act(
        self, step: int, joint_positions: NDArray[np.float64], joint_velocities: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the (46,) actuator targets [rad, m] of a step from the measured joints (54,)."""
        c = self._config
        target_m = self._target_m.copy()
        lifted = self._unseen_steps > c.hold_steps
        target_m[lifted, :, 2] = np.maximum(target_m[lifted, :, 2], c.lifted_height_m)
        self._unseen_steps += 1
        way = c.smoothing * (target_m - self._following.tips_m)
        length = np.linalg.norm(way, axis=-1, keepdims=True)
        self._following.tips_m = self._following.tips_m + way * np.minimum(
            1.0, c.speed_m_per_step / np.maximum(length, 1e-12)
        )
        keys = np.zeros(KEYBOARD.is_black.shape)
        return self._hands_controller.act(self._following, step, joint_positions, joint_velocities, keys)

    def fingertip_targets(self) -> FingertipTargets | None:
        """See `ReportsFingertipTargets.fingertip_targets`."""
        return self._hands_controller.fingertip_targets()

    def fingertips(self, joint_positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the robot's own contact points (2, 5, 3) [m] at joints (54,)."""
        return self._hands_controller.fingertips(joint_positions)

    def _reset(self) -> None:
        c = self._config
        tips = np.zeros((len(SIDES), len(FINGERS), 3))
        tips[..., 0] = self._idle_x_m[[0, 1, 1, 1, 1]]
        tips[..., 1] = np.array(c.start_centre_m)[:, None] + self._offset_m
        tips[..., 2] = c.lifted_height_m
        self._target_m, self._following.tips_m = tips, tips.copy()
        self._unseen_steps = np.zeros(len(SIDES), np.int64)


class _Following:
    """The motion source for `HandsController` when only the current fingertip targets are known.

    Attributes:
        tips_m: (2, 5, 3).
    """

    def __init__(
        self, top_z_m: float, weight: NDArray[np.float64], offset_m: NDArray[np.float64], idle_x_m: float
    ) -> None:
        self._top_z_m, self._weight, self._offset_m, self._idle_x_m = top_z_m, weight, offset_m, idle_x_m
        self.tips_m = np.zeros((len(SIDES), len(FINGERS), 3))

    def path(self, first: int, rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        centre = (self.tips_m[..., 1] - self._offset_m).mean(axis=-1)
        reach = (self._idle_x_m - self.tips_m[:, 1:, 0]).mean(axis=-1)
        return np.tile(centre, (rows, 1)), np.tile(reach, (rows, 1))

    def fingertips(self, hand: int, first: int, rows: int) -> FingertipRows:
        shape = (rows, len(FINGERS))
        target = np.tile(self.tips_m[hand], (rows, 1, 1))
        top = np.full(shape, self._top_z_m)
        return FingertipRows(target, np.tile(self._weight, (*shape, 1)), np.zeros(shape), top, np.full(shape, -1))

    def waiting(self, hand: int) -> FingertipRows:
        return self.fingertips(hand, 0, 1)

    def recovered(self, tips: FingertipRows, measured: NDArray[np.float64], stuck: NDArray[np.bool_]) -> FingertipRows:
        return tips
