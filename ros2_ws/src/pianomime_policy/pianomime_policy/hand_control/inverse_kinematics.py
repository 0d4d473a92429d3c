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

"""Whole-hand inverse kinematics: all five fingertips, posture and knuckle clearance in one damped Gauss-Newton problem.

Minimises over the actuator coordinates z of one hand, within their ranges,

    sum_f w_f (p_f(z) - target_f)^2 + w_rest (z - z_rest)^2 + w_near (z - z_near)^2 + clearance

where p_f is the contact point of fingertip f, each coordinate of a square has its own weight w, and the clearance is
that of knuckles above the keys and, with `BodyClearance`, of bodies from each other. The forearm's position along the
keyboard is part of the rest posture, so its weight determines how closely the hand follows its path.
A box-constrained step solves the normal equations on the free coordinates and clamps those beyond their range; steps
are limited in rad, which keeps the thumb out of local minima.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.hand_control.body_clearance import NO_CLEARANCE, BodyClearance, add_clearance
from pianomime_policy.hand_control.box_step import box_step
from pianomime_policy.hand_control.hand_kinematics import body_poses, contact_point, point_jacobian
from pianomime_policy.hand_control.normal_equations import NormalEquations, add_square
from pianomime_policy.kernel import kernel


@dataclass(frozen=True)
class InverseKinematicsConfig:
    """Settings of the solver.

    Attributes:
        iterations: Maximum number of Gauss-Newton steps.
        tolerance_m: The solver stops when every due fingertip is closer than this to its target.
        damping: Levenberg term, added to the diagonal.
        step_cap_rad: Largest change of a joint in one step.
        error_cap_m: Fingertip errors are clipped to this.
        pad_softness_m: See `contact_point`.
        clearance_m: Height that the middle phalanges keep above the white keys' bed, so as not to press black keys.
        clearance_weight: Its weight, relative to 1 for a fingertip.
        due_weight: A fingertip is due, and counts for `tolerance_m`, if its height has a larger weight than this.
    """

    iterations: int = 8
    tolerance_m: float = 0.001
    damping: float = 3e-6
    step_cap_rad: float = 0.3
    error_cap_m: float = 0.03
    pad_softness_m: float = 0.0025
    clearance_m: float = 0.050
    clearance_weight: float = 0.5
    due_weight: float = 0.4


class SolverSettings(NamedTuple):
    """`InverseKinematicsConfig` as compiled code needs it; names and meaning as there."""

    step_cap: NDArray[np.float64]  # (n,) largest step of each coordinate [rad, m]
    tolerance_m: float
    damping: float
    error_cap_m: float
    pad_softness_m: float
    clearance_m: float
    clearance_weight: float
    due_weight: float
    clearance: BodyClearance


def solver_settings(
    config: InverseKinematicsConfig, is_slide: NDArray[np.bool_], clearance: BodyClearance = NO_CLEARANCE
) -> SolverSettings:
    """Return the settings for a hand; `is_slide` (n,) marks coordinates in m, whose steps are not capped."""
    return SolverSettings(
        np.where(is_slide, np.inf, config.step_cap_rad),
        config.tolerance_m,
        config.damping,
        config.error_cap_m,
        config.pad_softness_m,
        config.clearance_m,
        config.clearance_weight,
        config.due_weight,
        clearance,
    )


class Objective(NamedTuple):
    """The weighted squares to minimise."""

    tip_target: NDArray[np.float64]  # (5, 3) in the world frame [m]
    tip_weight: NDArray[np.float64]  # (5, 3)
    z_rest: NDArray[np.float64]  # (n,) rad, m
    rest_weight: NDArray[np.float64]  # (n,)
    z_near: NDArray[np.float64]  # (n,) rad, m
    near_weight: NDArray[np.float64]  # (n,)


class Contacts(NamedTuple):
    """Where the fingertips are at some z."""

    points: NDArray[np.float64]  # (5, 3) in the world frame [m]
    jacobians: NDArray[np.float64]  # (5, 3, n)


class _Pose(NamedTuple):
    """The bodies and joints of a hand at some z."""

    position: NDArray[np.float64]  # (bodies, 3)
    rotation: NDArray[np.float64]  # (bodies, 3, 3)
    anchor: NDArray[np.float64]  # (joints, 3)
    axis: NDArray[np.float64]  # (joints, 3)
    q: NDArray[np.float64]  # (joints,)


@kernel
def _new_pose(chain):
    bodies, joints = chain.parent.shape[0], chain.joint_body.shape[0]
    return _Pose(
        np.empty((bodies, 3)),
        np.empty((bodies, 3, 3)),
        np.empty((joints, 3)),
        np.empty((joints, 3)),
        np.empty(joints),
    )


@kernel
def _place(chain, z, slack, objective, settings, pose, contacts):
    """Write pose, fingertip points and Jacobians at z; return the largest error [m] of a due fingertip."""
    for j in range(pose.q.shape[0]):
        pose.q[j] = slack[j] + chain.share_of[j] * z[chain.actuator_of[j]]
    body_poses(chain, pose.q, pose.position, pose.rotation, pose.anchor, pose.axis)
    points, worst = contacts.points, 0.0
    for f in range(5):
        contact_point(chain, f, pose.position, pose.rotation, settings.pad_softness_m, points[f])
        point_jacobian(chain, chain.tip_body[f], points[f], pose.anchor, pose.axis, contacts.jacobians[f])
        if objective.tip_weight[f, 2] > settings.due_weight:
            for i in range(3):
                worst = max(worst, abs(objective.tip_target[f, i] - points[f, i]))
    return worst


@kernel
def _write_equations(chain, z, objective, settings, pose, contacts, equations):
    """Write the normal equations of a Gauss-Newton step at the z of `_place`."""
    A, g = equations
    n = z.shape[0]
    rest, near = objective.rest_weight, objective.near_weight
    for i in range(n):
        for j in range(n):
            A[i, j] = 0.0
        A[i, i] = rest[i] + near[i] + settings.damping
        g[i] = rest[i] * (objective.z_rest[i] - z[i]) + near[i] * (objective.z_near[i] - z[i])
    cap_m = settings.error_cap_m
    for f in range(5):
        for k in range(3):
            w = objective.tip_weight[f, k]
            if w != 0.0:
                e = min(max(objective.tip_target[f, k] - contacts.points[f, k], -cap_m), cap_m)
                add_square(equations, w, e, contacts.jacobians[f, k])
    J = np.empty((3, n))
    for f in range(4):
        b = chain.knuckle_body[f]
        height = pose.position[b, 2] - settings.clearance_m
        if height < 0.0:
            point_jacobian(chain, b, pose.position[b], pose.anchor, pose.axis, J)
            add_square(equations, settings.clearance_weight, -height, J[2])
    add_clearance(chain, z, settings.clearance, pose, equations)
    for i in range(n):
        for j in range(i):
            A[j, i] = A[i, j]


@kernel
def solve_posture(chain, z, slack, objective, settings, iterations, contacts):
    """Improve z (n,) in place; write the contacts of the last iterate.

    Args:
        chain: `HandChain`.
        slack: (J,) joint positions beyond `coupling @ z`.
        objective: `Objective`; settings: `SolverSettings`.
        iterations: Maximum number of Gauss-Newton steps.
        contacts: `Contacts`, written.

    Returns:
        Largest error [m] of a due fingertip.
    """
    n = z.shape[0]
    pose, equations = _new_pose(chain), NormalEquations(np.empty((n, n)), np.empty(n))
    L, As = np.empty((n, n)), np.empty((n, n))
    dz, x = np.empty(n), np.empty(n)
    worst = 0.0
    for iteration in range(iterations + 1):
        worst = _place(chain, z, slack, objective, settings, pose, contacts)
        if iteration == iterations or (iteration >= 2 and worst < settings.tolerance_m):
            break
        _write_equations(chain, z, objective, settings, pose, contacts, equations)
        box_step(equations.A, equations.g, z, chain.lower, chain.upper, dz, As, L, x)
        scale = 1.0
        for i in range(n):
            if abs(dz[i]) > settings.step_cap[i]:
                scale = min(scale, settings.step_cap[i] / abs(dz[i]))
        for i in range(n):
            z[i] = min(max(z[i] + scale * dz[i], chain.lower[i]), chain.upper[i])
    return worst


@kernel
def lone_steps(chain, z, slack, objective, settings, contacts):
    """Return the step (n,) that each coordinate would take from z if all others stood still, within its range.

    It is 0 at a solution of `solve_posture`, unless that keeps a coordinate clamped that could leave its limit again.
    Arguments and contacts are as there.
    """
    n = z.shape[0]
    pose, equations = _new_pose(chain), NormalEquations(np.empty((n, n)), np.empty(n))
    _place(chain, z, slack, objective, settings, pose, contacts)
    _write_equations(chain, z, objective, settings, pose, contacts, equations)
    A, g = equations
    for i in range(n):
        g[i] = min(max(z[i] + g[i] / A[i, i], chain.lower[i]), chain.upper[i]) - z[i]
    return g
