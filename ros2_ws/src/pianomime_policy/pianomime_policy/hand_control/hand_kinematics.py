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

"""Forward kinematics of one hand, compiled: body poses, fingertip contact points and their Jacobians.

MuJoCo's own kinematics costs one Python call per pose; the planner evaluates about ten thousand poses per second of
music, so the same chain is evaluated here from the arrays of the compiled `MjModel` (tests compare the two).

Coordinates are *actuator coordinates* z (n,), one number per actuator target. Joint positions are `q = coupling @ z +
slack`: the two outer joints of a finger share one tendon (z = J1 + J2), and `slack` is the measured difference between
them.
"""

from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from pianomime_policy.kernel import kernel

FINGERTIP_BODIES = ("thdistal", "ffdistal", "mfdistal", "rfdistal", "lfdistal")
KNUCKLE_LINKS = ("ffmiddle", "mfmiddle", "rfmiddle", "lfmiddle")

# Vertices closer to the joint than this never touch a key.
_PAD_START_M = 0.008
# The meshes have a thousand vertices; the outermost ones in this many directions are within 0.1 mm of the surface,
# rarely within 0.2 mm.
_PAD_DIRECTIONS = 256
# A vertex more than this many softness lengths above the lowest one has no weight.
_SOFT_CUT = 6.0


class HandChain(NamedTuple):
    """One hand as plain arrays (world frame, m and rad); bodies in topological order.

    Attributes:
        parent: (B,) parent body, -1 for a body fixed in the world.
        offset: (B, 3) and rotation: (B, 3, 3), pose in the parent (of fixed bodies: in the world).
        joint_body, joint_slides, joint_axis, joint_anchor: (J,), (J,), (J, 3), (J, 3) in the body frame.
        first_joint, joint_count: (B,) joints of each body.
        moves: (B, J) bool, joint moves body.
        coupling: (J, n) joint positions per actuator coordinate; each joint belongs to one of them.
        actuator_of, share_of: (J,) index of that coordinate, and the joint's share of it.
        lower, upper: (n,) range of the actuator targets.
        tip_body: (5,) thumb..little; tip_vertices: (5, 3, V) hull of the pad; tip_vertex_count: (5,).
        knuckle_body: (4,) middle phalanges, index..little.
    """

    parent: NDArray[np.int64]
    offset: NDArray[np.float64]
    rotation: NDArray[np.float64]
    joint_body: NDArray[np.int64]
    joint_slides: NDArray[np.bool_]
    joint_axis: NDArray[np.float64]
    joint_anchor: NDArray[np.float64]
    first_joint: NDArray[np.int64]
    joint_count: NDArray[np.int64]
    moves: NDArray[np.bool_]
    coupling: NDArray[np.float64]
    actuator_of: NDArray[np.int64]
    share_of: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    tip_body: NDArray[np.int64]
    tip_vertices: NDArray[np.float64]
    tip_vertex_count: NDArray[np.int64]
    knuckle_body: NDArray[np.int64]


def hand_chain(model: mujoco.MjModel, side: str) -> HandChain:
    """Read the chain of hand `side` ("rh" or "lh") from a compiled one-hand model, actuators in model order."""
    bodies = list(range(1, model.nbody))
    index = {b: i for i, b in enumerate(bodies)}
    rotation = np.zeros((len(bodies), 9))
    for b in bodies:
        mujoco.mju_quat2Mat(rotation[index[b]], model.body_quat[b])
    moves = np.zeros((len(bodies), model.njnt), bool)
    for b in bodies:
        parent = model.body_parentid[b]
        if parent in index:
            moves[index[b]] = moves[index[parent]]
        moves[index[b], model.body_jntadr[b] : model.body_jntadr[b] + model.body_jntnum[b]] = True
    vertices = [_tip_hull(model, model.body(f"{side}_{name}").id) for name in FINGERTIP_BODIES]
    count = np.array([len(v) for v in vertices])
    padded = np.zeros((5, 3, count.max()))
    for i, v in enumerate(vertices):
        padded[i, :, : len(v)] = v.T
    coupling = _coupling(model)
    return HandChain(
        parent=np.array([index.get(model.body_parentid[b], -1) for b in bodies]),
        offset=model.body_pos[bodies].copy(),
        rotation=rotation.reshape(-1, 3, 3),
        joint_body=np.array([index[b] for b in model.jnt_bodyid]),
        joint_slides=model.jnt_type == mujoco.mjtJoint.mjJNT_SLIDE,
        joint_axis=model.jnt_axis.copy(),
        joint_anchor=model.jnt_pos.copy(),
        first_joint=np.array([max(model.body_jntadr[b], 0) for b in bodies], dtype=np.int64),
        joint_count=np.array([model.body_jntnum[b] for b in bodies], dtype=np.int64),
        moves=moves,
        coupling=coupling,
        actuator_of=coupling.argmax(axis=1),
        share_of=coupling.max(axis=1),
        lower=model.actuator_ctrlrange[:, 0].copy(),
        upper=model.actuator_ctrlrange[:, 1].copy(),
        tip_body=np.array([index[model.body(f"{side}_{n}").id] for n in FINGERTIP_BODIES]),
        tip_vertices=padded,
        tip_vertex_count=count,
        knuckle_body=np.array([index[model.body(f"{side}_{n}").id] for n in KNUCKLE_LINKS]),
    )


def _coupling(model: mujoco.MjModel) -> NDArray[np.float64]:
    """(J, n) joint positions per actuator coordinate; a tendon's length is shared equally by its joints."""
    coupling = np.zeros((model.njnt, model.nu))
    for a in range(model.nu):
        target = model.actuator_trnid[a, 0]
        if model.actuator_trntype[a] == mujoco.mjtTrn.mjTRN_TENDON:
            start = model.tendon_adr[target]
            joints = model.wrap_objid[start : start + model.tendon_num[target]]
            coupling[joints, a] = 1.0 / len(joints)
        else:
            coupling[target, a] = 1.0
    return coupling


def _tip_hull(model: mujoco.MjModel, body: int) -> NDArray[np.float64]:
    """(V, 3) outermost vertices of the colliding fingertip mesh, evenly distributed, in the frame of its body."""
    geoms = [
        g
        for g in range(model.body_geomadr[body], model.body_geomadr[body] + model.body_geomnum[body])
        if model.geom_contype[g] and model.geom_type[g] == mujoco.mjtGeom.mjGEOM_MESH
    ]
    mesh = model.geom_dataid[geoms[0]]
    start = model.mesh_vertadr[mesh]
    vertices = model.mesh_vert[start : start + model.mesh_vertnum[mesh]].astype(float)
    rotation = np.zeros(9)
    mujoco.mju_quat2Mat(rotation, model.geom_quat[geoms[0]])
    points = vertices @ rotation.reshape(3, 3).T + model.geom_pos[geoms[0]]
    points = points[points[:, 2] > _PAD_START_M]
    return points[np.unique((_directions() @ points.T).argmax(axis=1))]


def _directions() -> NDArray[np.float64]:
    """(_PAD_DIRECTIONS, 3) unit vectors evenly distributed over the sphere (Fibonacci lattice)."""
    i = np.arange(_PAD_DIRECTIONS) + 0.5
    z = 1.0 - 2.0 * i / _PAD_DIRECTIONS
    angle = np.pi * (1.0 + np.sqrt(5.0)) * i
    r = np.sqrt(1.0 - z * z)
    return np.stack([r * np.cos(angle), r * np.sin(angle), z], axis=1)


@kernel
def body_poses(chain, q, position, rotation, anchor, axis):
    """Write body positions (B, 3), rotations (B, 3, 3), joint anchors and axes (J, 3) in the world for q (J,)."""
    for b in range(chain.parent.shape[0]):
        p = chain.parent[b]
        if p < 0:
            for i in range(3):
                position[b, i] = chain.offset[b, i]
                for j in range(3):
                    rotation[b, i, j] = chain.rotation[b, i, j]
        else:
            for i in range(3):
                position[b, i] = position[p, i]
                for j in range(3):
                    position[b, i] += rotation[p, i, j] * chain.offset[b, j]
                    rotation[b, i, j] = 0.0
                    for k in range(3):
                        rotation[b, i, j] += rotation[p, i, k] * chain.rotation[b, k, j]
        for j in range(chain.first_joint[b], chain.first_joint[b] + chain.joint_count[b]):
            R = rotation[b]
            a = chain.joint_axis[j]
            c = chain.joint_anchor[j]
            for i in range(3):
                axis[j, i] = R[i, 0] * a[0] + R[i, 1] * a[1] + R[i, 2] * a[2]
                anchor[j, i] = position[b, i] + R[i, 0] * c[0] + R[i, 1] * c[1] + R[i, 2] * c[2]
            if chain.joint_slides[j]:
                for i in range(3):
                    position[b, i] += axis[j, i] * q[j]
                continue
            # Rodrigues: rotate the three columns of R about the world axis.
            s, co = np.sin(q[j]), np.cos(q[j])
            ax, ay, az = axis[j, 0], axis[j, 1], axis[j, 2]
            for k in range(3):
                x, y, z = R[0, k], R[1, k], R[2, k]
                d = (ax * x + ay * y + az * z) * (1.0 - co)
                R[0, k] = x * co + (ay * z - az * y) * s + ax * d
                R[1, k] = y * co + (az * x - ax * z) * s + ay * d
                R[2, k] = z * co + (ax * y - ay * x) * s + az * d
            for i in range(3):
                position[b, i] = anchor[j, i] - (R[i, 0] * c[0] + R[i, 1] * c[1] + R[i, 2] * c[2])


@kernel
def contact_point(chain, finger, position, rotation, softness_m, point):
    """Write the world point (3,) where the pad of `finger` would touch a flat key: a soft minimum of its hull in z.

    The height is that of the lowest vertex; x and y are averaged over the vertices within about `softness_m` above it,
    so that the point moves smoothly when the finger rolls over its pad.
    """
    b = chain.tip_body[finger]
    R = rotation[b]
    n = chain.tip_vertex_count[finger]
    x, y, z = chain.tip_vertices[finger]
    height, lowest = np.empty(n), 1e9
    for v in range(n):
        height[v] = R[2, 0] * x[v] + R[2, 1] * y[v] + R[2, 2] * z[v]
        lowest = min(lowest, height[v])
    total, mx, my, mz = 0.0, 0.0, 0.0, 0.0
    for v in range(n):
        excess = (height[v] - lowest) / softness_m
        if excess < _SOFT_CUT:
            weight = np.exp(-excess)
            total += weight
            mx += weight * x[v]
            my += weight * y[v]
            mz += weight * z[v]
    mx, my, mz = mx / total, my / total, mz / total
    for i in range(2):
        point[i] = position[b, i] + R[i, 0] * mx + R[i, 1] * my + R[i, 2] * mz
    point[2] = position[b, 2] + lowest


@kernel
def point_jacobian(chain, body, point, anchor, axis, jacobian):
    """Write d point / d z (3, n) of a world point fixed to `body`."""
    jacobian[:, :] = 0.0
    for j in range(chain.joint_body.shape[0]):
        if not chain.moves[body, j]:
            continue
        if chain.joint_slides[j]:
            vx, vy, vz = axis[j, 0], axis[j, 1], axis[j, 2]
        else:
            rx, ry, rz = point[0] - anchor[j, 0], point[1] - anchor[j, 1], point[2] - anchor[j, 2]
            vx = axis[j, 1] * rz - axis[j, 2] * ry
            vy = axis[j, 2] * rx - axis[j, 0] * rz
            vz = axis[j, 0] * ry - axis[j, 1] * rx
        a, c = chain.actuator_of[j], chain.share_of[j]
        jacobian[0, a] += c * vx
        jacobian[1, a] += c * vy
        jacobian[2, a] += c * vz


@kernel
def fingertip_points(chain, q, softness_m):
    """Return the contact points (5, 3) of thumb..little at joint positions q (J,)."""
    bodies, joints = chain.parent.shape[0], chain.joint_body.shape[0]
    position, rotation = np.empty((bodies, 3)), np.empty((bodies, 3, 3))
    anchor, axis = np.empty((joints, 3)), np.empty((joints, 3))
    body_poses(chain, q, position, rotation, anchor, axis)
    points = np.empty((5, 3))
    for finger in range(5):
        contact_point(chain, finger, position, rotation, softness_m, points[finger])
    return points
