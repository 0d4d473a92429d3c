"""Tracking: which actuator targets bring the joints onto their reference, given that they arrive late.

Each actuator is a second-order system (inertia, damping, position gain) held for one control step; a linear-quadratic
preview over the next steps of the reference, from the measured position and velocity, removes the lag.
"""

from dataclasses import dataclass
from typing import NamedTuple

import mujoco
import numpy as np
from numba import njit
from numpy.typing import NDArray

from pianomime_core.timing import PHYSICS_STEPS_PER_CONTROL_STEP, PHYSICS_TIMESTEP_S


@dataclass(frozen=True)
class TrackingConfig:
    """Attributes:
    preview_steps: Rows of reference that are looked at.
    effort: Weight of (target - reference)^2 against (position - reference)^2.
    """

    preview_steps: int = 8
    effort: float = 0.012


class ActuatorModel(NamedTuple):
    """x' = A x + B u over one control step, x = (position, velocity) of each actuator coordinate."""

    A: NDArray[np.float64]  # (n, 2, 2)
    B: NDArray[np.float64]  # (n, 2)
    gain: NDArray[np.float64]  # (n,) N/m or Nm/rad


def actuator_model(model: mujoco.MjModel, coupling: NDArray[np.float64], z: NDArray[np.float64]) -> ActuatorModel:
    """Linear model of every actuator of one hand around pose z (n,), other joints held still.

    The same semi-implicit Euler steps as the simulator's: velocity first, with implicit damping.
    """
    data = mujoco.MjData(model)
    data.qpos[:] = coupling @ z
    mujoco.mj_forward(model, data)
    mass = np.zeros((model.nv, model.nv))
    mujoco.mj_fullM(model, data, mass)
    n = coupling.shape[1]
    gain = model.actuator_gainprm[:, 0].copy()
    A, B = np.zeros((n, 2, 2)), np.zeros((n, 2))
    for a in range(n):
        joints = np.flatnonzero(coupling[:, a])
        inertia = mass[joints, joints].mean()
        damping = model.dof_damping[joints].mean()
        stiffness = gain[a] * len(joints)
        dt = PHYSICS_TIMESTEP_S
        for column, (x, v, u) in enumerate(((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))):
            for _ in range(PHYSICS_STEPS_PER_CONTROL_STEP):
                v = (inertia * v + dt * stiffness * (u - x)) / (inertia + dt * damping)
                x = x + dt * v
            if column < 2:
                A[a, :, column] = x, v
            else:
                B[a] = x, v
    return ActuatorModel(A, B, gain)


@njit(cache=True)
def track(A, B, position, velocity, reference, effort):
    """Return targets (n,) for the coming step.

    Minimises sum_t (position_t - reference_t)^2 + effort (u_t - reference_t)^2 over the rows of `reference` (rows, n),
    row 0 being the pose at the end of the coming step (Riccati recursion, one actuator at a time).
    """
    rows, n = reference.shape
    target = np.empty(n)
    for a in range(n):
        a00, a01, a10, a11 = A[a, 0, 0], A[a, 0, 1], A[a, 1, 0], A[a, 1, 1]
        b0, b1 = B[a, 0], B[a, 1]
        p00, p01, p11 = 0.0, 0.0, 0.0
        q0, q1 = 0.0, 0.0
        u = 0.0
        for t in range(rows - 1, -1, -1):
            r = reference[t, a]
            s00, s01, s11 = p00 + 1.0, p01, p11
            v0, v1 = q0 - r, q1
            sb0, sb1 = s00 * b0 + s01 * b1, s01 * b0 + s11 * b1
            scale = effort + b0 * sb0 + b1 * sb1
            k0 = (sb0 * a00 + sb1 * a10) / scale
            k1 = (sb0 * a01 + sb1 * a11) / scale
            k = (b0 * v0 + b1 * v1 - effort * r) / scale
            if t == 0:
                u = -k0 * position[a] - k1 * velocity[a] - k
                break
            sa00, sa01 = s00 * a00 + s01 * a10, s00 * a01 + s01 * a11
            sa10, sa11 = s01 * a00 + s11 * a10, s01 * a01 + s11 * a11
            n00 = a00 * sa00 + a10 * sa10 - scale * k0 * k0
            n01 = a00 * sa01 + a10 * sa11 - scale * k0 * k1
            n11 = a01 * sa01 + a11 * sa11 - scale * k1 * k1
            m0 = a00 * v0 + a10 * v1 - scale * k0 * k
            m1 = a01 * v0 + a11 * v1 - scale * k1 * k
            p00, p01, p11, q0, q1 = n00, n01, n11, m0, m1
        target[a] = u
    return target
