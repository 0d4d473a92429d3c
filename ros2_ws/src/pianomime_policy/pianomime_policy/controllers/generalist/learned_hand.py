"""The low level: a network in the place of inverse kinematics.

For each coming row it sees where the joints were thought to be, how far the fingertips would be from their targets
then, how much each error matters and what each joint alone could do about it; it answers with the change of the joints
and with how the actuators lean into a pressed key. A row is asked about twice at every step until it is played, so the
network corrects itself. The left hand is the right one in a mirror: one network plays both.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import SIDES
from pianomime_policy.hand_control.hand_planner import HandPlanner, PostureConfig
from pianomime_policy.hand_control.inverse_kinematics import InverseKinematicsConfig
from pianomime_policy.hand_control.tracking import TrackingConfig
from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipRows

Postures = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Answers (R, 2 n) to features (R, D): changes of the actuator coordinates, and offsets that push, in `unit`s."""

_ERROR_UNIT_M, _FORCE_UNIT_N, _PUSH_UNIT = 0.01, 1.0, 0.1
_ANGLE_UNIT_RAD, _SLIDE_UNIT_M = 0.2, 0.02


STEPS = "step of each coordinate alone in the inverse kinematics"


def feature_layout(coordinates: int, steps: str = STEPS) -> list[list[str | int]]:
    """Names and sizes of the parts of the features of a row; `steps` names the third."""
    return [
        ["coordinates from rest", coordinates],
        ["coordinates of the row before", coordinates],
        [steps, coordinates],
        ["fingertip errors x y z of thumb..little", 15],
        ["their weights", 15],
        ["pressing forces of thumb..little", 5],
    ]


def units(coordinates: list[str]) -> NDArray[np.float64]:
    """(n,) rad or m that the network counts each coordinate in, by its name without side."""
    return np.array([_SLIDE_UNIT_M if name.startswith("forearm") else _ANGLE_UNIT_RAD for name in coordinates])


class LearnedHand(HandPlanner):
    """A `HandPlanner` whose joint references come from a network.

    Attributes:
        steps: Name of the part of its features that says what to change.
        unit: (n,) rad or m that the network counts coordinates in.
    """

    steps = STEPS

    def __init__(
        self,
        side: str,
        variant: str,
        fingertips: FingertipConfig,
        posture: PostureConfig,
        kinematics: InverseKinematicsConfig,
        tracking: TrackingConfig,
        postures: Postures,
        passes: int = 2,
    ) -> None:
        """
        Args:
            postures: The network.
            passes: Times that it is asked at every step, each time about what is left.
            The rest: see `HandPlanner`.
        """
        super().__init__(side, variant, fingertips, posture, kinematics, tracking)
        self._postures, self._passes, self._error_cap_m = postures, passes, kinematics.error_cap_m
        self.unit = units([name.split("_", 1)[1] for name in self.target_names])
        # What has to change its sign in the mirror: places along the keyboard.
        self._mirror, self._mirror_xyz = np.ones(len(self.unit)), np.ones(3)
        if side != SIDES[0]:
            self._mirror[self._tx] = self._mirror_xyz[1] = -1.0

    def _refer(
        self,
        tips: FingertipRows,
        centre_m: NDArray[np.float64],
        reach_m: NDArray[np.float64],
        slack: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        begun, push = np.concatenate([self.reference[1:], self.reference[-1:]]), np.zeros_like(self.unit)
        for _ in range(self._passes):
            begun, push = self.decode_answer(
                begun, self._postures(self.features(begun, tips, centre_m, reach_m, slack))
            )
        self.reference = begun
        return push

    def features(
        self,
        begun: NDArray[np.float64],
        tips: FingertipRows,
        centre_m: NDArray[np.float64],
        reach_m: NDArray[np.float64],
        slack: NDArray[np.float64],
    ) -> NDArray[np.float32]:
        """(rows, D) for the network, as `feature_layout` says; `begun` (rows, n) is where the coordinates were thought
        to be."""
        rows = len(begun)
        rest = np.stack([self._rest_at(c, r) for c, r in zip(centre_m, reach_m, strict=True)])
        near = self._rows_before(begun)
        error, step = np.zeros((rows, 5, 3)), np.zeros_like(begun)
        for r in range(rows):
            step[r] = self._step(begun[r], tips.target[r], tips.weight[r], rest[r], near[r], slack)
            error[r] = self._errors(tips.target[r])
        parts = (
            (begun - rest) * self._mirror / self.unit,
            (near - begun) * self._mirror / self.unit,
            step * self._mirror / self.unit,
            (error * self._mirror_xyz).reshape(rows, -1) / _ERROR_UNIT_M,
            tips.weight.reshape(rows, -1),
            tips.force / _FORCE_UNIT_N,
        )
        return np.concatenate(parts, axis=1).astype(np.float32)

    def _rows_before(self, begun: NDArray[np.float64]) -> NDArray[np.float64]:
        # As they are thought of now, as for inverse kinematics, which solves row by row.
        return np.concatenate([self.reference[:1], begun[:-1]])

    def _step(
        self,
        z: NDArray[np.float64],
        target: NDArray[np.float64],
        weight: NDArray[np.float64],
        rest: NDArray[np.float64],
        near: NDArray[np.float64],
        slack: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        # (n,) 0 where all is well: the network need not work out by itself where the best posture is.
        return self._lone_steps(z, target, weight, rest, near, slack)

    def _errors(self, target: NDArray[np.float64]) -> NDArray[np.float64]:
        # (5, 3) of the posture that the scratch holds [m].
        return np.clip(target - self._points, -self._error_cap_m, self._error_cap_m)

    def decode_answer(
        self, begun: NDArray[np.float64], answer: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What an answer (rows, 2 n) means: the reference (rows, n) and the forces (n,) of the first row."""
        change, push = np.split(answer.astype(np.float64) * self._mirror_twice, 2, axis=1)
        reference = np.clip(begun + change * self.unit, self.chain.lower, self.chain.upper)
        return reference, push[0] * _PUSH_UNIT * self.unit * self._gain

    def encode_answer(
        self, begun: NDArray[np.float64], reference: NDArray[np.float64], push: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """The inverse of `decode_answer`, for teaching; `push` (rows, n)."""
        parts = (reference - begun) / self.unit, push / (_PUSH_UNIT * self.unit * self._gain)
        return (np.concatenate(parts, axis=1) * self._mirror_twice).astype(np.float32)

    @property
    def _mirror_twice(self) -> NDArray[np.float64]:
        return np.concatenate([self._mirror, self._mirror])

    def mirrored_jacobian(self, jacobian: NDArray[np.float64]) -> NDArray[np.float64]:
        """(..., 3, n) Jacobian of a point in m per `unit`, as the right hand in the mirror has it."""
        return jacobian * self._mirror_xyz[:, None] * self._mirror * self.unit
