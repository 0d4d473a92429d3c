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

"""Bodies of a hand that must not touch: neighbouring fingers, and the little finger's knuckle beside the palm.

Finger segments are capsules. Segments of neighbouring fingers that are closer than a margin add the square of what is
missing to the problem of inverse kinematics, with the gradient of their distance: the unit vector between the nearest
points, times the difference of the Jacobians there. mink's `CollisionAvoidanceLimit` has the same rows as hard
inequalities of a quadratic program; here they are soft, so that a key that needs a finger still gets it.

The knuckle of the little finger moves with two joints only, so its distance from the palm is a table.
"""

from dataclasses import dataclass
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import FINGER_PREFIXES
from pianomime_description.variant import SceneConfig
from pianomime_policy.hand_control.hand_kinematics import point_jacobian
from pianomime_policy.hand_control.normal_equations import add_square
from pianomime_policy.kernel import kernel

_SEGMENTS = ("proximal", "middle", "distal")
# Angles of the table on each axis, about 1 degree apart; those in between are interpolated.
_TABLE_ANGLES = 46
_FAR_M = 0.02


@dataclass(frozen=True)
class BodyClearanceConfig:
    """How far bodies of a hand keep away from each other.

    Attributes:
        finger_margin_m: Between neighbouring fingers; finger_weight: its weight, relative to 1 for a fingertip.
        palm_margin_m, palm_weight: The same for the little finger's knuckle and the palm.
        bent_rad: Largest angle of a finger's base (J3): from 1.36 on, the proximal phalanx presses the palm.
    """

    finger_margin_m: float = 0.003
    finger_weight: float = 0.03
    palm_margin_m: float = 0.001
    palm_weight: float = 50.0
    bent_rad: float = 1.3


def clearance_of(scene: SceneConfig) -> BodyClearanceConfig | None:
    """The clearance of the hands of a scene; None where they pass through each other."""
    return BodyClearanceConfig() if scene.hand_collisions else None


class BodyClearance(NamedTuple):
    """`BodyClearanceConfig` of one hand as compiled code needs it."""

    body: NDArray[np.int64]  # (F, S) index of the bodies of each finger's segments, thumb..little, from the base on
    ends: NDArray[np.float64]  # (F, S, 2, 3) of the capsules' axes, in the frame of the body [m]
    radius: NDArray[np.float64]  # (F, S) [m]
    finger_margin_m: float
    finger_weight: float
    palm_gap_m: NDArray[np.float64]  # (A, B) by angles of LFJ5 and LFJ4
    palm_angle: NDArray[np.float64]  # (2, 2) first angle and spacing of each axis [rad]
    palm_actuator: NDArray[np.int64]  # (2,) coordinates of LFJ5 and LFJ4
    palm_margin_m: float
    palm_weight: float


NO_CLEARANCE = BodyClearance(
    np.zeros((0, 3), np.int64), np.zeros((0, 3, 2, 3)), np.zeros((0, 3)), 0.0, 0.0,
    np.zeros((0, 0)), np.zeros((2, 2)), np.zeros(2, np.int64), 0.0, 0.0,
)  # fmt: skip
"""Bodies pass through each other."""


def body_clearance(model: mujoco.MjModel, side: str, config: BodyClearanceConfig) -> BodyClearance:
    """Read the bodies of hand `side` ("rh" or "lh") from a compiled one-hand model."""
    body = np.array([[model.body(f"{side}_{f.lower()}{s}").id for s in _SEGMENTS] for f in FINGER_PREFIXES])
    ends, radius = np.zeros((5, 3, 2, 3)), np.zeros((5, 3))
    for place in np.ndindex(5, 3):
        ends[place], radius[place] = _capsule(model, int(body[place]))
    joints = [f"{side}_LFJ5", f"{side}_LFJ4"]
    low, high = (model.jnt_range[[model.joint(name).id for name in joints], end] for end in range(2))
    angles = np.linspace(low, high, _TABLE_ANGLES, axis=1)
    return BodyClearance(
        body - 1,  # without the world, as in `HandChain`
        ends,
        radius,
        config.finger_margin_m,
        config.finger_weight,
        _palm_gap_m(model, side, joints, angles),
        np.stack([low, (high - low) / (_TABLE_ANGLES - 1)], axis=1),
        np.array([model.actuator(name).id for name in joints]),
        config.palm_margin_m,
        config.palm_weight,
    )


def _colliding(model: mujoco.MjModel, body: int) -> list[int]:
    geoms = range(model.body_geomadr[body], model.body_geomadr[body] + model.body_geomnum[body])
    return [geom for geom in geoms if model.geom_contype[geom]]


def _capsule(model: mujoco.MjModel, body: int) -> tuple[NDArray[np.float64], float]:
    """Ends (2, 3) [m] of the axis, and radius [m], of a segment's first colliding geom; of a mesh, by its size."""
    geom = _colliding(model, body)[0]
    size, rotation = model.geom_size[geom], np.zeros(9)
    mujoco.mju_quat2Mat(rotation, model.geom_quat[geom])
    is_capsule = model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_CAPSULE
    radius = size[0] if is_capsule else max(size[0], size[1])
    half = size[1] if is_capsule else size[2] - radius
    along = half * rotation.reshape(3, 3)[:, 2]
    return np.stack([model.geom_pos[geom] - along, model.geom_pos[geom] + along]), float(radius)


def _palm_gap_m(
    model: mujoco.MjModel, side: str, joints: list[str], angles: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distance [m] of the little finger's knuckle from the palm, negative inside it, by angles of its joints."""
    data = mujoco.MjData(model)
    knuckle, palm = (_colliding(model, model.body(f"{side}_{name}").id) for name in ("lfknuckle", "palm"))
    places = [model.jnt_qposadr[model.joint(name).id] for name in joints]
    gap = np.full((_TABLE_ANGLES, _TABLE_ANGLES), _FAR_M)
    for i, j in np.ndindex(*gap.shape):
        data.qpos[places] = angles[0][i], angles[1][j]
        mujoco.mj_kinematics(model, data)
        for a in knuckle:
            for b in palm:
                gap[i, j] = min(gap[i, j], mujoco.mj_geomDistance(model, data, a, b, _FAR_M, None))
    return gap


@kernel
def nearest_points(a, b, first, second):
    """Write the points (3,) of two lines between ends a and b (2, 3) that are nearest to each other; return their
    distance. Ericson, Real-Time Collision Detection (2005), 5.1.9."""
    aa, bb, ab, ar, br = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(3):
        u, v, w = a[1, i] - a[0, i], b[1, i] - b[0, i], a[0, i] - b[0, i]
        aa += u * u
        bb += v * v
        ab += u * v
        ar += u * w
        br += v * w
    across = aa * bb - ab * ab
    s = min(max((ab * br - ar * bb) / across, 0.0), 1.0) if across > 1e-12 * aa * bb else 0.5
    t = (ab * s + br) / bb
    if t < 0.0 or t > 1.0:
        t = min(max(t, 0.0), 1.0)
        s = min(max((ab * t - ar) / aa, 0.0), 1.0)
    total = 0.0
    for i in range(3):
        first[i] = a[0, i] + s * (a[1, i] - a[0, i])
        second[i] = b[0, i] + t * (b[1, i] - b[0, i])
        total += (second[i] - first[i]) ** 2
    return np.sqrt(total)


@kernel
def _add_fingers(chain, clearance, pose, equations):
    fingers, segments = clearance.body.shape
    n = equations.g.shape[0]
    ends = np.empty((fingers, segments, 2, 3))
    for f in range(fingers):
        for s in range(segments):
            b = clearance.body[f, s]
            R = pose.rotation[b]
            for e in range(2):
                x = clearance.ends[f, s, e]
                for i in range(3):
                    ends[f, s, e, i] = pose.position[b, i] + R[i, 0] * x[0] + R[i, 1] * x[1] + R[i, 2] * x[2]
    p1, p2, row = np.empty(3), np.empty(3), np.empty(n)
    J1, J2 = np.empty((3, n)), np.empty((3, n))
    for f in range(fingers - 1):
        for s in range(segments):
            for t in range(segments):
                apart = nearest_points(ends[f, s], ends[f + 1, t], p1, p2)
                missing = clearance.finger_margin_m + clearance.radius[f, s] + clearance.radius[f + 1, t] - apart
                if missing <= 0.0 or apart < 1e-6:
                    continue
                point_jacobian(chain, clearance.body[f, s], p1, pose.anchor, pose.axis, J1)
                point_jacobian(chain, clearance.body[f + 1, t], p2, pose.anchor, pose.axis, J2)
                for k in range(n):
                    row[k] = 0.0
                    for i in range(3):
                        row[k] += (p2[i] - p1[i]) / apart * (J2[i, k] - J1[i, k])
                add_square(equations, clearance.finger_weight, missing, row)


@kernel
def palm_gap(z, clearance, slope):
    """Return the distance [m] of the little finger's knuckle from the palm at z; write its derivatives (2,) by LFJ5 and
    LFJ4 [m/rad]."""
    gap, actuator = clearance.palm_gap_m, clearance.palm_actuator
    place, spacing = np.empty(2), np.empty(2)
    for k in range(2):
        spacing[k] = clearance.palm_angle[k, 1]
        last = gap.shape[k] - 1.000001
        place[k] = min(max((z[actuator[k]] - clearance.palm_angle[k, 0]) / spacing[k], 0.0), last)
    i, j = int(place[0]), int(place[1])
    u, v = place[0] - i, place[1] - j
    slope[0] = ((1 - v) * (gap[i + 1, j] - gap[i, j]) + v * (gap[i + 1, j + 1] - gap[i, j + 1])) / spacing[0]
    slope[1] = ((1 - u) * (gap[i, j + 1] - gap[i, j]) + u * (gap[i + 1, j + 1] - gap[i + 1, j])) / spacing[1]
    return (1 - u) * ((1 - v) * gap[i, j] + v * gap[i, j + 1]) + u * ((1 - v) * gap[i + 1, j] + v * gap[i + 1, j + 1])


@kernel
def _add_palm(z, clearance, equations):
    slope = np.empty(2)
    missing = clearance.palm_margin_m - palm_gap(z, clearance, slope)
    if missing > 0.0:
        row = np.zeros(z.shape[0])
        for k in range(2):
            row[clearance.palm_actuator[k]] = slope[k]
        add_square(equations, clearance.palm_weight, missing, row)


@kernel
def add_clearance(chain, z, clearance, pose, equations):
    """Add the squares of what is missing between bodies at the z of `pose` to the lower triangle of the equations."""
    if clearance.body.shape[0] > 0:
        _add_fingers(chain, clearance, pose, equations)
        _add_palm(z, clearance, equations)
