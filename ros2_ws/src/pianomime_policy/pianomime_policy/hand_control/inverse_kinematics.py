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

where p_f is the contact point of fingertip f, and each coordinate of a square has its own weight w. The forearm's
position along the keyboard is part of the rest posture, so its weight determines how closely the hand follows its path.
A box-constrained step solves the normal equations on the free coordinates and clamps those beyond their range; steps
are limited in rad, which keeps the thumb out of local minima.
"""

from dataclasses import dataclass

import numpy as np

from pianomime_policy.hand_control.hand_kinematics import body_poses, contact_point, point_jacobian
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


@kernel
def cholesky_solve(A, b, n, L, x):
    """Solve A[:n, :n] x = b[:n] for a symmetric positive definite A; L is scratch, x the result (n,)."""
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, i] = np.sqrt(max(s, 1e-14))
            else:
                L[i, j] = s / L[j, j]
    for i in range(n):
        s = b[i]
        for k in range(i):
            s -= L[i, k] * x[k]
        x[i] = s / L[i, i]
    for i in range(n - 1, -1, -1):
        s = x[i]
        for k in range(i + 1, n):
            s -= L[k, i] * x[k]
        x[i] = s / L[i, i]


@kernel
def box_step(A, g, z, lower, upper, dz, scratch_A, scratch_L, scratch_x):
    """Write the step dz (n,) that solves A dz = g with z + dz in [lower, upper] (a few active-set iterations)."""
    n = z.shape[0]
    fixed = np.zeros(n, np.bool_)
    free = np.empty(n, np.int64)
    b = np.empty(n)
    for _ in range(4):
        m = 0
        for i in range(n):
            if not fixed[i]:
                free[m] = i
                m += 1
        for r in range(m):
            i = free[r]
            b[r] = g[i]
            for j in range(n):
                if fixed[j]:
                    b[r] -= A[i, j] * dz[j]
            for c in range(r + 1):
                scratch_A[r, c] = A[i, free[c]]
        cholesky_solve(scratch_A, b, m, scratch_L, scratch_x)
        violated = False
        for r in range(m):
            i = free[r]
            dz[i] = scratch_x[r]
            if z[i] + dz[i] < lower[i] - 1e-9:
                dz[i] = lower[i] - z[i]
                fixed[i] = True
                violated = True
            elif z[i] + dz[i] > upper[i] + 1e-9:
                dz[i] = upper[i] - z[i]
                fixed[i] = True
                violated = True
        if not violated:
            break


@kernel
def _place(chain, z, slack, tip_target, tip_weight, softness_m, due_weight, pose, points, jacobians):
    """Write pose, fingertip points and Jacobians at z; return the largest error [m] of a due fingertip."""
    position, rotation, anchor, axis, q = pose
    for j in range(q.shape[0]):
        q[j] = slack[j] + chain.share_of[j] * z[chain.actuator_of[j]]
    body_poses(chain, q, position, rotation, anchor, axis)
    worst = 0.0
    for f in range(5):
        contact_point(chain, f, position, rotation, softness_m, points[f])
        point_jacobian(chain, chain.tip_body[f], points[f], anchor, axis, jacobians[f])
        if tip_weight[f, 2] > due_weight:
            for i in range(3):
                worst = max(worst, abs(tip_target[f, i] - points[f, i]))
    return worst


@kernel
def _equations(
    chain, z, tip_target, tip_weight, z_rest, rest_weight, z_near, near_weight, damping, error_cap_m, clearance_m,
    clearance_weight, pose, points, jacobians, A, g, J,
):  # fmt: skip
    """Write the normal equations A dz = g of a Gauss-Newton step at the z of `_place`; J (3, n) is scratch."""
    position, _, anchor, axis, _ = pose
    n = z.shape[0]
    for i in range(n):
        for j in range(n):
            A[i, j] = 0.0
        A[i, i] = rest_weight[i] + near_weight[i] + damping
        g[i] = rest_weight[i] * (z_rest[i] - z[i]) + near_weight[i] * (z_near[i] - z[i])
    for f in range(5):
        for k in range(3):
            w = tip_weight[f, k]
            if w == 0.0:
                continue
            e = min(max(tip_target[f, k] - points[f, k], -error_cap_m), error_cap_m)
            row = jacobians[f, k]
            for i in range(n):
                wi = w * row[i]
                if wi != 0.0:
                    g[i] += wi * e
                    for j in range(i + 1):
                        A[i, j] += wi * row[j]
    for f in range(4):
        b = chain.knuckle_body[f]
        height = position[b, 2] - clearance_m
        if height < 0.0:
            point_jacobian(chain, b, position[b], anchor, axis, J)
            for i in range(n):
                wi = clearance_weight * J[2, i]
                if wi != 0.0:
                    g[i] -= wi * height
                    for j in range(i + 1):
                        A[i, j] += wi * J[2, j]
    for i in range(n):
        for j in range(i):
            A[j, i] = A[i, j]


@kernel
def _pose_of(chain):
    """Allocate a pose: body positions and rotations, joint anchors, axes and positions."""
    bodies, joints = chain.parent.shape[0], chain.joint_body.shape[0]
    return (
        np.empty((bodies, 3)),
        np.empty((bodies, 3, 3)),
        np.empty((joints, 3)),
        np.empty((joints, 3)),
        np.empty(joints),
    )


@kernel
def solve_posture(
    chain,
    z,
    slack,
    tip_target,
    tip_weight,
    z_rest,
    rest_weight,
    z_near,
    near_weight,
    iterations,
    tolerance_m,
    damping,
    step_cap,
    error_cap_m,
    softness_m,
    clearance_m,
    clearance_weight,
    due_weight,
    points,
    jacobians,
):
    """Improve z (n,) in place; write fingertip points (5, 3) and Jacobians (5, 3, n) of the last iterate.

    Args:
        chain: `HandChain`.
        slack: (J,) joint positions beyond `coupling @ z`.
        tip_target, tip_weight: (5, 3) m; weights of the squared errors.
        z_rest, rest_weight: (n,); z_near, near_weight: (n,).
        step_cap: (n,) largest step of each coordinate [rad, m].
        The rest: see `InverseKinematicsConfig`.

    Returns:
        Largest error [m] of a due fingertip.
    """
    n = z.shape[0]
    pose = _pose_of(chain)
    A, L, As = np.empty((n, n)), np.empty((n, n)), np.empty((n, n))
    g, dz, x = np.empty(n), np.empty(n), np.empty(n)
    J = np.empty((3, n))
    worst = 0.0
    for iteration in range(iterations + 1):
        worst = _place(chain, z, slack, tip_target, tip_weight, softness_m, due_weight, pose, points, jacobians)
        if iteration == iterations or (iteration >= 2 and worst < tolerance_m):
            break
        _equations(
            chain, z, tip_target, tip_weight, z_rest, rest_weight, z_near, near_weight, damping, error_cap_m,
            clearance_m, clearance_weight, pose, points, jacobians, A, g, J,
        )  # fmt: skip
        box_step(A, g, z, chain.lower, chain.upper, dz, As, L, x)
        scale = 1.0
        for i in range(n):
            if abs(dz[i]) > step_cap[i]:
                scale = min(scale, step_cap[i] / abs(dz[i]))
        for i in range(n):
            z[i] = min(max(z[i] + scale * dz[i], chain.lower[i]), chain.upper[i])
    return worst


@kernel
def lone_steps(
    chain, z, slack, tip_target, tip_weight, z_rest, rest_weight, z_near, near_weight, damping, error_cap_m,
    softness_m, clearance_m, clearance_weight, points, jacobians,
):  # fmt: skip
    """Return the step (n,) that each coordinate would take from z if all others stood still, within its range.

    It is 0 at a solution of `solve_posture`, unless that keeps a coordinate clamped that could leave its limit again.
    Arguments, points and Jacobians are as there.
    """
    n = z.shape[0]
    pose = _pose_of(chain)
    A, g, J = np.empty((n, n)), np.empty(n), np.empty((3, n))
    _place(chain, z, slack, tip_target, tip_weight, softness_m, 0.0, pose, points, jacobians)
    _equations(
        chain, z, tip_target, tip_weight, z_rest, rest_weight, z_near, near_weight, damping, error_cap_m, clearance_m,
        clearance_weight, pose, points, jacobians, A, g, J,
    )  # fmt: skip
    for i in range(n):
        g[i] = min(max(z[i] + g[i] / A[i, i], chain.lower[i]), chain.upper[i]) - z[i]
    return g
