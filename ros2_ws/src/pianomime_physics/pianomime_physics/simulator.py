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

"""Actuator targets in, joints and keys out, 50 ms at a time. No ROS, no policy, no score."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import mujoco
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pianomime_core.errors import UserError
from pianomime_core.hands import forearm_dofs, joint_names, target_names
from pianomime_core.keyboard import KEY_NAMES, KEYBOARD
from pianomime_core.timing import PHYSICS_STEPS_PER_CONTROL_STEP
from pianomime_description.scene import build_scene
from pianomime_description.variant import SceneConfig
from pianomime_physics.hand_contacts import HandContacts, HandPair

_MOMENT = mujoco.mjtState.mjSTATE_INTEGRATION


@dataclass(frozen=True)
class SimulatorState:
    """The state between two control steps; the arrays are copies and do not change.

    Attributes:
        time_s: Simulated time since the reset.
        joint_positions: (n,) rad and m, in the order of `Simulator.joint_names`.
        joint_velocities: (n,) rad/s and m/s.
        key_angles: (88,) rad, bass first, 0 at rest, positive when depressed. Stops are soft, so it may overshoot a
            little.
        key_velocities: (88,) rad/s.
        key_pressed: (88,) bool, within half a degree of the lower stop.
    """

    time_s: float
    joint_positions: NDArray[np.float64]
    joint_velocities: NDArray[np.float64]
    key_angles: NDArray[np.float64]
    key_velocities: NDArray[np.float64]
    key_pressed: NDArray[np.bool_]


class Simulator:
    """Piano and hands in MuJoCo. Deterministic: the same start and targets give the same states.

    Attributes:
        joint_names: (n,) hand joints, 54 for the PianoMime hands and 52 for RoboPianist's.
        target_names: (m,) actuator targets, 46 or 44.
        target_range: (m, 2) lowest and highest target [rad, m].
        model, data: The MuJoCo model and its state, for viewers; not to be modified.
    """

    def __init__(self, config: SceneConfig | None = None) -> None:
        self.config = config or SceneConfig()
        forearm = forearm_dofs(self.config.variant)
        self.joint_names = joint_names(forearm)
        self.target_names = target_names(forearm)
        self.model = build_scene(self.config).compile()
        self.data = mujoco.MjData(self.model)
        self._joint_qpos = np.array([self.model.joint(name).qposadr[0] for name in self.joint_names])
        self._joint_qvel = np.array([self.model.joint(name).dofadr[0] for name in self.joint_names])
        self._key_qpos = np.array([self.model.joint(name).qposadr[0] for name in KEY_NAMES])
        self._key_qvel = np.array([self.model.joint(name).dofadr[0] for name in KEY_NAMES])
        self._target_ctrl = np.array([self.model.actuator(name).id for name in self.target_names])
        self.target_range = self.model.actuator_ctrlrange[self._target_ctrl].copy()
        self.target_range.flags.writeable = False

    def reset(self, joint_positions: ArrayLike | None = None) -> SimulatorState:
        """Reset to rest at time 0: keys up, hands still.

        Args:
            joint_positions: (n,) of the hands [rad, m]; None for all zero, as in RoboPianist.

        Raises:
            UserError: Wrong shape or not finite.
        """
        mujoco.mj_resetData(self.model, self.data)
        if joint_positions is not None:
            self.data.qpos[self._joint_qpos] = _checked("joint position", joint_positions, self.joint_names)
        mujoco.mj_forward(self.model, self.data)
        return self._state()

    def step(self, targets: ArrayLike, physics_steps: int = PHYSICS_STEPS_PER_CONTROL_STEP) -> SimulatorState:
        """Hold the targets for one control step (10 x 5 ms), or a part of it, and return the state at its end.

        Args:
            targets: (m,) in the order of `target_names` [rad, m]; clamped to `target_range`.
            physics_steps: For how long, in physics steps.

        Raises:
            UserError: Wrong shape or not finite; the state is unchanged.
        """
        lowest, highest = self.target_range.T
        checked = _checked("target", targets, self.target_names)
        self._advance(np.clip(checked, lowest, highest), physics_steps)
        return self._state()

    def play(self, rows: NDArray[np.float32] | NDArray[np.float64]) -> Iterator[SimulatorState]:
        """Play the targets (K, m) of a control step one after another, each for the same part of it; yield the state at
        the end of each.

        Raises:
            UserError: K does not divide 10, or as `step`.
        """
        if not len(rows) or PHYSICS_STEPS_PER_CONTROL_STEP % len(rows):
            raise UserError(
                f"a control step has {len(rows)} rows of targets: want a divisor of {PHYSICS_STEPS_PER_CONTROL_STEP}"
            )
        for row in rows:
            yield self.step(row, PHYSICS_STEPS_PER_CONTROL_STEP // len(rows))

    def save(self) -> NDArray[np.float64]:
        """Return everything that the next steps depend on, for `restore`; valid only for the same model."""
        moment = np.empty(mujoco.mj_stateSize(self.model, _MOMENT))
        mujoco.mj_getState(self.model, self.data, moment, _MOMENT)
        return moment

    def restore(self, moment: NDArray[np.float64]) -> SimulatorState:
        """Return to a saved state: the same targets then give the same states again, to the last bit."""
        mujoco.mj_setState(self.model, self.data, moment, _MOMENT)
        return self._state()

    def pose(
        self,
        joint_positions: NDArray[np.float64],
        joint_velocities: NDArray[np.float64],
        key_angles: NDArray[np.float64],
    ) -> SimulatorState:
        """Set a measured state, as in `SimulatorState`; key velocities, which are not measured, become 0."""
        mujoco.mj_resetData(self.model, self.data)
        self.data.qpos[self._joint_qpos] = joint_positions
        self.data.qvel[self._joint_qvel] = joint_velocities
        self.data.qpos[self._key_qpos] = key_angles
        mujoco.mj_forward(self.model, self.data)
        return self._state()

    def hand_contacts_n(self) -> dict[HandPair, float]:
        """Return the force [N] between each two parts of the hands that touch, as of the last physics step; nothing
        touches without hand collisions. See `HandContacts`."""
        return self._contacts.forces_n(self.data)

    @cached_property
    def _contacts(self) -> HandContacts:
        return HandContacts(self.model)

    def _advance(self, targets: NDArray[np.float64], physics_steps: int) -> None:
        # A separate method, which pianomime_physics.disturbance overrides.
        self.data.ctrl[self._target_ctrl] = targets
        self._run(physics_steps)

    def _run(self, physics_steps: int) -> None:
        # A separate method, which pianomime_physics.observed_simulator overrides.
        mujoco.mj_step(self.model, self.data, nstep=physics_steps)

    def _state(self) -> SimulatorState:
        # Indexing with an array copies.
        key_angles = self.data.qpos[self._key_qpos]
        return SimulatorState(
            time_s=self.data.time,
            joint_positions=self.data.qpos[self._joint_qpos],
            joint_velocities=self.data.qvel[self._joint_qvel],
            key_angles=key_angles,
            key_velocities=self.data.qvel[self._key_qvel],
            key_pressed=KEYBOARD.pressed(key_angles),
        )


def _checked(what: str, values: ArrayLike, names: tuple[str, ...]) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (len(names),):
        raise UserError(f"{what}s have shape {array.shape}: want ({len(names)},), one for each of {', '.join(names)}")
    for index in np.flatnonzero(~np.isfinite(array)):
        raise UserError(f"{what} of {names[index]} is {array[index]}: want a finite number")
    return array
