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

"""Control of one hand: fingertip targets -> joint references -> actuator targets."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import SIDES
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.timing import PHYSICS_STEPS_PER_CONTROL_STEP
from pianomime_description.hand_spec import build_hand
from pianomime_policy.fingering.fingering import finger_offsets_m
from pianomime_policy.hand_control.body_clearance import NO_CLEARANCE, BodyClearanceConfig, body_clearance
from pianomime_policy.hand_control.hand_kinematics import fingertip_points, hand_chain
from pianomime_policy.hand_control.inverse_kinematics import (
    Contacts,
    InverseKinematicsConfig,
    Objective,
    solve_posture,
    solver_settings,
)
from pianomime_policy.hand_control.posture_rows import WantedRows, solve_rows, solved_rows
from pianomime_policy.hand_control.tracking import Tracker, TrackingConfig, hand_model
from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipRows
from pianomime_policy.motion.motion_timing import BENCHMARK, MotionTiming

_MIDDLE = 2
# Iterations of the solver where time does not matter.
_THOROUGH = 60


@dataclass(frozen=True)
class PostureConfig:
    """Rest posture of a hand by target name without side [rad, m], and the stiffness of each coordinate.

    `stiffness` is the weight of the squared deviation relative to a fingertip error of 1 m with weight 1; names not
    listed have `default_stiffness`. `nearness` is the same for deviations from the previous row.
    """

    rest: dict[str, float] = field(
        default_factory=lambda: {
            "WRJ1": 0.15, "FFJ3": 0.5, "MFJ3": 0.5, "RFJ3": 0.5, "LFJ3": 0.5, "FFJ0": 0.7, "MFJ0": 0.7, "RFJ0": 0.7,
            "LFJ0": 0.5, "THJ4": 0.5, "THJ5": 0.25, "THJ2": 0.45, "THJ1": 0.2, "forearm_tz": -0.015, "forearm_ty": 0.01,
        }
    )  # fmt: skip
    stiffness: dict[str, float] = field(
        default_factory=lambda: {
            "forearm_tx": 0.02, "forearm_ty": 0.04, "forearm_tz": 0.04, "WRJ1": 4e-4, "WRJ2": 2e-5, "THJ3": 6e-7,
        }
    )  # fmt: skip
    default_stiffness: float = 2e-6
    nearness: float = 4e-5


class HandPlanner:
    """Turns fingertip targets of one hand into actuator targets.

    Attributes:
        target_names: (n,) in model order.
        rest: (n,) rest posture with the centre of the hand at y = 0.
        reference: (rows, n) actuator coordinates to reach at the ends of this and the next steps.
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
        clearance: BodyClearanceConfig | None = None,
    ) -> None:
        """`clearance`: How far bodies of the hand keep away from each other; None: they pass through each other."""
        model = build_hand(side, variant).compile()
        self.side = side
        self.joint_names = tuple(model.joint(j).name for j in range(model.njnt))
        self.target_names = tuple(model.actuator(a).name for a in range(model.nu))
        self.chain = hand_chain(model, side)
        self._iterations = timing.iterations or kinematics.iterations
        self._rows_per_step = timing.rows_per_step
        self._fine_rows = timing.rows_per_step * timing.fine_steps
        self._rows = tracking.preview_steps * timing.rows_per_step
        self._solved = solved_rows(self._rows, timing.rows_per_step, self._fine_rows)
        short = [name.split("_", 1)[1] for name in self.target_names]
        self._tx, self._ty = short.index("forearm_tx"), short.index("forearm_ty")
        self._stiffness = np.array([posture.stiffness.get(n, posture.default_stiffness) for n in short])
        self._nearness = np.full(len(short), posture.nearness)
        self._fine_nearness = timing.rows_per_step * self._nearness  # the way from row to row is that much shorter
        bodies = NO_CLEARANCE
        if clearance is not None:
            bodies = body_clearance(model, side, clearance)
            bent_rad = np.where([name.endswith("FJ3") for name in short], clearance.bent_rad, np.inf)
            self.chain = self.chain._replace(upper=np.minimum(self.chain.upper, bent_rad))
        self._settings = solver_settings(kinematics, np.array([n.startswith("forearm") for n in short]), bodies)
        self._sum = (self.chain.coupling.T > 0).astype(float)
        self._jacobians = np.zeros((self._rows, 5, 3, len(short)))
        self.rest = self._find_rest(np.array([posture.rest.get(n, 0.0) for n in short]), fingertips)
        physics_steps = PHYSICS_STEPS_PER_CONTROL_STEP // timing.rows_per_step
        linear = hand_model(model, self.chain.coupling, self.rest, physics_steps)
        self._gain, self._tracker = linear.gain, Tracker(linear, tracking, timing.rows_per_step)

    def _find_rest(self, guess: NDArray[np.float64], fingertips: FingertipConfig) -> NDArray[np.float64]:
        """Posture near `guess` with each fingertip comfortably just above the white keys, centre at y = 0."""
        guess = guess.copy()
        guess[self._tx] -= self.fingertips(self.chain.coupling @ guess)[_MIDDLE, 1]
        press = fingertips.press
        target = np.zeros((5, 3))
        target[:, 0] = [press.white_thumb_x_m] + [press.white_x_m] * 4
        target[:, 1] = np.split(finger_offsets_m(), 2)[SIDES.index(self.side)]
        target[:, 2] = KEYBOARD.top_z_m[~KEYBOARD.is_black][0] + press.depth_m
        z = guess.copy()
        self._solve(z, target, np.ones((5, 3)), guess)
        z[self._tx] -= self.fingertips(self.chain.coupling @ z)[_MIDDLE, 1]
        return z

    def fingertips(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Contact points (5, 3) of thumb..little at joints q (J,)."""
        return np.asarray(fingertip_points(self.chain, q, self._settings.pad_softness_m))

    def begin(self, waiting: FingertipRows, centre_m: float, reach_m: float) -> NDArray[np.float64]:
        """Start a song; return the joints (J,) that put the fingertips at the targets of the first row."""
        [rest] = self._rest_rows(np.array([centre_m]), np.array([reach_m]))
        z = rest.copy()
        self._solve(z, waiting.target[0], waiting.weight[0], rest)
        self.reference = np.tile(z, (self._rows, 1))
        return np.asarray(self.chain.coupling @ z)

    def act(
        self,
        q: NDArray[np.float64],
        v: NDArray[np.float64],
        tips: FingertipRows,
        centre_m: NDArray[np.float64],
        reach_m: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Return the actuator targets (rows_per_step, n) of this step.

        Args:
            q, v: (J,) measured joints.
            tips: Rows of this and the next steps.
            centre_m, reach_m: (rows,) hand path.
        """
        z, speed, slack = self._measure(q, v)
        push = self._refer(tips, centre_m, reach_m, slack)
        u = self._tracker.targets(z, speed, self.reference)
        return np.clip(u + push / self._gain, self.chain.lower, self.chain.upper)

    def aside_m(self, tips: FingertipRows) -> NDArray[np.float64]:
        """How far along the keyboard each fingertip (5,) will be from its target at the end of the coming step, by the
        reference of the last one."""
        last = self._rows_per_step - 1
        soon = self.fingertips(self.chain.coupling @ self.reference[self._rows_per_step + last])
        return np.asarray(np.abs(soon[:, 1] - tips.target[last, :, 1]))

    def _measure(
        self, q: NDArray[np.float64], v: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Joints (J,) -> actuator coordinates (n,), their velocities (n,) and the slack (J,)."""
        z = self._sum @ q
        return z, self._sum @ v, q - self.chain.coupling @ z

    def _refer(
        self,
        tips: FingertipRows,
        centre_m: NDArray[np.float64],
        reach_m: NDArray[np.float64],
        slack: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Update the joint reference (rows, n); return the actuator forces (rows_per_step, n) that press in this step.

        Each row starts from the solution of the previous step, so that it changes little from step to step. Every row
        of the first steps is solved, of later ones the last row, with straight lines in between.
        """
        reference, now = self.reference, self._rows_per_step
        near = reference[now - 1].copy()
        reference[:-now] = reference[now:]
        reference[-now:] = reference[-1]
        return self._improve(near, tips, self._wanted(tips, centre_m, reach_m), slack, self._iterations)

    def _improve(
        self,
        near: NDArray[np.float64],
        tips: FingertipRows,
        wanted: WantedRows,
        slack: NDArray[np.float64],
        iterations: int,
    ) -> NDArray[np.float64]:
        """Improve the joint reference by inverse kinematics, its first row near `near` (n,); return the forces as
        `_refer`."""
        now = self._rows_per_step
        solve_rows(
            self.chain, self.reference, slack, wanted, near, self._fine_nearness, self._nearness, self._settings,
            iterations, now, self._fine_rows, self._jacobians,
        )  # fmt: skip
        return np.stack([-tips.force[r] @ self._jacobians[r, :, 2] for r in range(now)])

    def _wanted(self, tips: FingertipRows, centre_m: NDArray[np.float64], reach_m: NDArray[np.float64]) -> WantedRows:
        return WantedRows(tips.target, tips.weight, self._rest_rows(centre_m, reach_m), self._stiffness)

    def _rest_rows(self, centre_m: NDArray[np.float64], reach_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """(rows, n) rest postures with the hand's centre at `centre_m` (rows,), `reach_m` further into the keys."""
        z = np.tile(self.rest, (len(centre_m), 1))
        z[:, self._tx] += centre_m
        z[:, self._ty] = np.clip(z[:, self._ty] + reach_m, self.chain.lower[self._ty], self.chain.upper[self._ty])
        return z

    def _solve(
        self,
        z: NDArray[np.float64],
        target: NDArray[np.float64],
        weight: NDArray[np.float64],
        rest: NDArray[np.float64],
    ) -> None:
        """Improve z (n,) in place towards `target` (5, 3), where time does not matter."""
        objective = Objective(target, weight, rest, self._stiffness, rest, self._nearness)
        contacts = Contacts(np.zeros((5, 3)), np.zeros((5, 3, len(z))))
        no_slack = np.zeros(len(self.joint_names))
        solve_posture(self.chain, z, no_slack, objective, self._settings, _THOROUGH, contacts)
