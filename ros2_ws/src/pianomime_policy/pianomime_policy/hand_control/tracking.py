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

"""Tracking: the actuator targets that bring the joints onto their reference despite the actuators' lag.

A hand is one linear system: coupled inertias, damping, and position actuators held for one control step. Linear-
quadratic preview control over the next rows of the reference, from the measured positions and velocities, removes the
lag, and the wrist counters the swing of the hand before the forearm stops.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from pianomime_core.timing import PHYSICS_STEPS_PER_CONTROL_STEP, PHYSICS_TIMESTEP_S


@dataclass(frozen=True)
class TrackingConfig:
    """Attributes:
    preview_steps: Rows of the reference used.
    effort: Weight of (target - reference)^2 relative to (position - reference)^2.
    lever_m: Travel of a fingertip per radian of a joint: how angles are weighted against the forearm's slides.
    """

    preview_steps: int = 5
    effort: float = 0.003
    lever_m: float = 0.1

    def calmer(self) -> "TrackingConfig":
        """Return the settings for five targets a step, each of which lasts a fifth of the time."""
        return replace(self, effort=0.02)


class HandModel(NamedTuple):
    """x' = A x + B u over one target's time, x = (positions, velocities) of the actuator coordinates."""

    A: NDArray[np.float64]  # (2n, 2n)
    B: NDArray[np.float64]  # (2n, n)
    gain: NDArray[np.float64]  # (n,) N/m or Nm/rad
    is_slide: NDArray[np.bool_]  # (n,) metres, not radians


def hand_model(
    model: mujoco.MjModel,
    coupling: NDArray[np.float64],
    z: NDArray[np.float64],
    physics_steps: int = PHYSICS_STEPS_PER_CONTROL_STEP,
) -> HandModel:
    """Linear model of one hand around pose z (n,), without friction and gravity, over so many physics steps.

    Uses the same semi-implicit Euler steps as the simulator: velocity first, with implicit damping. Joints that share
    an actuator are one mass.
    """
    data = mujoco.MjData(model)
    data.qpos[:] = coupling @ z
    mujoco.mj_forward(model, data)
    joint_mass = np.zeros((model.nv, model.nv))
    mujoco.mj_fullM(model, data, joint_mass)
    mass = coupling.T @ joint_mass @ coupling
    damping = coupling.T @ np.diag(model.dof_damping) @ coupling
    gain = model.actuator_gainprm[:, 0].copy()
    n, dt = len(gain), PHYSICS_TIMESTEP_S
    implicit = np.linalg.inv(mass + dt * damping)
    # Propagate a unit of each of position, velocity and target.
    x, v, u = np.split(np.eye(3 * n), 3)
    for _ in range(physics_steps):
        v = implicit @ (mass @ v + dt * gain[:, None] * (u - x))
        x = x + dt * v
    step = np.concatenate([x, v])
    is_slide = np.array([model.jnt_type[j] == mujoco.mjtJoint.mjJNT_SLIDE for j in coupling.argmax(axis=0)])
    return HandModel(step[:, : 2 * n], step[:, 2 * n :], gain, is_slide)


def error_weights(model: HandModel, lever_m: float) -> NDArray[np.float64]:
    """(n,) weights of squared errors: the squared travel of a fingertip."""
    return np.where(model.is_slide, 1.0, lever_m**2)


class Tracker:
    """Minimises, over the coming targets u, the weighted sum over rows t of

        (position_t - reference_t)^2 + effort (u_t - reference_t)^2

    where row 0 is the pose at the end of the coming step. The solution is linear in state and reference, so everything
    except two matrix products is computed once.
    """

    def __init__(self, model: HandModel, config: TrackingConfig, rows_per_step: int = 1) -> None:
        """`rows_per_step`: Targets of each control step, of the duration that `model` is for."""
        n, rows = len(model.gain), config.preview_steps * rows_per_step
        power = np.eye(2 * n)
        from_state, from_target = [], [model.B[:n]]
        for _ in range(rows):
            from_target.append((power @ model.A @ model.B)[:n])
            power = model.A @ power
            from_state.append(power[:n])
        free = np.concatenate(from_state)
        driven = np.block(
            [[from_target[r - c] if c <= r else np.zeros((n, n)) for c in range(rows)] for r in range(rows)]
        )
        weight = np.tile(error_weights(model, config.lever_m), rows)
        pull = driven.T * weight
        effort = config.effort * np.diag(weight)
        solution = np.linalg.solve(pull @ driven + effort, np.concatenate([-pull @ free, pull + effort], axis=1))
        self._from_state, self._from_reference = np.split(solution[: n * rows_per_step], [2 * n], axis=1)

    def targets(
        self, position: NDArray[np.float64], velocity: NDArray[np.float64], reference: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return targets (rows_per_step, n) of the coming step, from (n,), (n,) and (rows, n)."""
        state = np.concatenate([position, velocity])
        targets = self._from_state @ state + self._from_reference @ reference.ravel()
        return np.asarray(targets).reshape(-1, len(position))
