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

"""The low level: a network in place of inverse kinematics.

For each coming row it sees the previous joint reference, how far the fingertips would then be from their targets, how
much each error matters, and what each joint alone could do about it; it outputs the change of the joints and how hard
the actuators push into a pressed key. Each row is evaluated at every step until it is played, so the network corrects
itself; where a step has several rows, every row of the next steps and the last of later ones, as inverse kinematics
would solve them. Iterations of that may follow the network. The left hand is mirrored into a right one: one network
plays both.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import SIDES
from pianomime_policy.hand_control.body_clearance import NO_CLEARANCE, BodyClearanceConfig
from pianomime_policy.hand_control.hand_planner import HandPlanner, PostureConfig
from pianomime_policy.hand_control.inverse_kinematics import InverseKinematicsConfig
from pianomime_policy.hand_control.posture_rows import WantedRows, lone_steps_of_rows
from pianomime_policy.hand_control.tracking import TrackingConfig
from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipRows
from pianomime_policy.motion.motion_timing import BENCHMARK, MotionTiming

Postures = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Features (R, D) -> outputs (R, 2 n): changes of the actuator coordinates, and offsets that push, in `unit`s."""

_ERROR_UNIT_M, _FORCE_UNIT_N, _PUSH_UNIT = 0.01, 1.0, 0.1
_ANGLE_UNIT_RAD, _SLIDE_UNIT_M = 0.2, 0.02


def feature_layout(coordinates: int) -> list[list[str | int]]:
    """Names and sizes of the parts of a row's features."""
    return [
        ["coordinates from rest", coordinates],
        ["coordinates of the row before", coordinates],
        ["step of each coordinate alone in the inverse kinematics", coordinates],
        ["fingertip errors x y z of thumb..little", 15],
        ["their weights", 15],
        ["pressing forces of thumb..little", 5],
    ]


def units(coordinates: list[str]) -> NDArray[np.float64]:
    """(n,) unit of each coordinate [rad or m], by its name without side."""
    return np.array([_SLIDE_UNIT_M if name.startswith("forearm") else _ANGLE_UNIT_RAD for name in coordinates])


class LearnedHand(HandPlanner):
    """A `HandPlanner` whose joint references come from a network.

    Attributes:
        unit: (n,) units of the coordinates [rad or m].
    """

    def __init__(
        self,
        side: str,
        variant: str,
        fingertips: FingertipConfig,
        posture: PostureConfig,
        kinematics: InverseKinematicsConfig,
        tracking: TrackingConfig,
        timing: MotionTiming = BENCHMARK,
        *,
        postures: Postures,
        passes: int = 2,
        corrections: int = 0,
        clearance: BodyClearanceConfig | None = None,
    ) -> None:
        """
        Args:
            postures: The network.
            passes: Evaluations per step, each on the remaining error.
            corrections: Iterations of inverse kinematics after them.
            clearance: Of the corrections; the network sees the steps of a hand whose bodies pass through each other.
            The rest: see `HandPlanner`.
        """
        super().__init__(side, variant, fingertips, posture, kinematics, tracking, timing, clearance)
        self._seen_settings = self._settings._replace(clearance=NO_CLEARANCE)
        self._postures, self._passes, self._corrections = postures, passes, corrections
        self._error_cap_m = kinematics.error_cap_m
        self.unit = units([name.split("_", 1)[1] for name in self.target_names])
        # Positions along the keyboard change their sign in the mirror.
        self._mirror, self._mirror_xyz = np.ones(len(self.unit)), np.ones(3)
        self._near_weight = np.where(self._solved[:, None] < self._fine_rows, self._fine_nearness, self._nearness)
        # Rows in between lie on straight lines.
        after = np.searchsorted(self._solved, np.arange(self._rows))
        before = np.maximum(after - 1, 0)
        gap = np.where(after > before, self._solved[after] - self._solved[before], 1)
        self._before, self._after = before, after
        self._later = (1.0 - (self._solved[after] - np.arange(self._rows)) / gap)[:, None]
        if side != SIDES[0]:
            self._mirror[self._tx] = self._mirror_xyz[1] = -1.0

    def _refer(
        self,
        tips: FingertipRows,
        centre_m: NDArray[np.float64],
        reach_m: NDArray[np.float64],
        slack: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        now = self._rows_per_step
        near = self.reference[now - 1].copy()
        begun = np.concatenate([self.reference[now:], np.repeat(self.reference[-1:], now, axis=0)])
        push = np.zeros((now, len(self.unit)))
        for _ in range(self._passes):
            begun, push = self.decode_answer(
                begun, self._postures(self.features(begun, tips, centre_m, reach_m, slack))
            )
        self.reference = begun
        if self._corrections:
            push = self._improve(near, tips, self._wanted(tips, centre_m, reach_m), slack, self._corrections)
        return push

    def features(
        self,
        begun: NDArray[np.float64],
        tips: FingertipRows,
        centre_m: NDArray[np.float64],
        reach_m: NDArray[np.float64],
        slack: NDArray[np.float64],
    ) -> NDArray[np.float32]:
        """(R, D) for the network, as `feature_layout` says, of the R rows that are evaluated; `begun` (rows, n) is
        where the coordinates were thought to be."""
        rows, now = self._solved, self._rows_per_step
        target, weight, rest, stiffness = self._wanted(tips, centre_m, reach_m)
        wanted = WantedRows(target[rows], weight[rows], rest[rows], stiffness)
        z = begun[rows]
        # The rows before with their current values, as in inverse kinematics, which solves row by row.
        near = np.concatenate([self.reference[now - 1 : now], z[:-1]])
        # 0 at the optimum, so that the network need not find out by itself where the best posture is.
        step, points = lone_steps_of_rows(self.chain, z, slack, wanted, near, self._near_weight, self._seen_settings)
        error = np.clip(wanted.tip_target - points, -self._error_cap_m, self._error_cap_m)
        parts = (
            (z - wanted.z_rest) * self._mirror / self.unit,
            (near - z) * self._mirror / self.unit,
            step * self._mirror / self.unit,
            (error * self._mirror_xyz).reshape(len(rows), -1) / _ERROR_UNIT_M,
            wanted.tip_weight.reshape(len(rows), -1),
            tips.force[rows] / _FORCE_UNIT_N,
        )
        return np.concatenate(parts, axis=1).astype(np.float32)

    def decode_answer(
        self, begun: NDArray[np.float64], answer: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Decode an output (R, 2 n) into the reference (rows, n) and the forces (rows_per_step, n) of this step."""
        change, push = np.split(answer.astype(np.float64) * self._mirror_twice, 2, axis=1)
        z = np.clip(begun[self._solved] + change * self.unit, self.chain.lower, self.chain.upper)
        reference = (1.0 - self._later) * z[self._before] + self._later * z[self._after]
        return reference, push[: self._rows_per_step] * _PUSH_UNIT * self.unit * self._gain

    def encode_answer(
        self, begun: NDArray[np.float64], reference: NDArray[np.float64], push: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """The inverse of `decode_answer`, for labels; all of (rows, n)."""
        parts = (reference - begun) / self.unit, push / (_PUSH_UNIT * self.unit * self._gain)
        return (np.concatenate(parts, axis=1)[self._solved] * self._mirror_twice).astype(np.float32)

    @property
    def _mirror_twice(self) -> NDArray[np.float64]:
        return np.concatenate([self._mirror, self._mirror])

    def mirrored_jacobian(self, jacobian: NDArray[np.float64]) -> NDArray[np.float64]:
        """(..., 3, n) Jacobian of a point in m per `unit`, mirrored into the right hand."""
        return jacobian * self._mirror_xyz[:, None] * self._mirror * self.unit
