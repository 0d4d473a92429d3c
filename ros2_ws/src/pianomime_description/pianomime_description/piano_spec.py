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

"""The piano: a case and 88 hinged keys (robopianist.models.piano.piano_mjcf, piano_constants).

Body, joint and geom of a key all carry its name (`key_60`). They are children of the body `piano`, as in RoboPianist,
so that MuJoCo computes relative to the same root and rounds alike.
"""

from math import radians

import mujoco

from pianomime_core.keyboard import BLACK_KEY, KEY_NAMES, KEYBOARD, WHITE_KEY
from pianomime_core.timing import PHYSICS_TIMESTEP_S

_KEY_MASS_KG = {False: 0.04, True: 0.02}
"""By `is_black`."""
_KEY_RGBA = {False: (0.9, 0.9, 0.9, 1.0), True: (0.1, 0.1, 0.1, 1.0)}
_KEY_STIFFNESS_NM_PER_RAD = 2.0
_KEY_SPRING_REFERENCE_RAD = radians(-1)
"""The spring holds the key's weight at rest."""
_KEY_DAMPING_NMS_PER_RAD = 0.05
_KEY_ARMATURE_KG_M2 = 0.001

_CASE_RGBA = (0.15, 0.15, 0.15, 1.0)
_CASE_HEIGHT_M = 0.04
_CASE_LENGTH_M = 0.1
_CASE_GAP_M = 0.002

# robopianist.suite.tasks.base makes the keys' contacts as stiff as the time step allows.
_CONTACT_SOLREF = (2 * PHYSICS_TIMESTEP_S, 1.0)


def add_piano(spec: mujoco.MjSpec) -> None:
    """Add case and keys to the world of `spec`, whose compiler must read angles in radians."""
    half_length_m = float(KEYBOARD.center_y_m[-1] + KEYBOARD.width_m[-1] / 2)
    case_x_m = -WHITE_KEY.length_m / 2 - _CASE_LENGTH_M / 2 - _CASE_GAP_M
    piano = spec.worldbody.add_body(name="piano")
    case = piano.add_body(name="case", pos=(case_x_m, 0, _CASE_HEIGHT_M / 2))
    _add_box(case, "case", (_CASE_LENGTH_M / 2, half_length_m, _CASE_HEIGHT_M / 2), _CASE_RGBA)
    for index in range(len(KEY_NAMES)):
        _add_key(piano, index)


def _add_key(piano: mujoco.MjsBody, index: int) -> None:
    is_black = bool(KEYBOARD.is_black[index])
    kind = BLACK_KEY if is_black else WHITE_KEY
    name = KEY_NAMES[index]
    body = piano.add_body(name=name, pos=(kind.center_x_m, KEYBOARD.center_y_m[index], kind.center_z_m))
    half_size_m = (kind.length_m / 2, kind.width_m / 2, kind.height_m / 2)
    _add_box(body, name, half_size_m, _KEY_RGBA[is_black]).mass = _KEY_MASS_KG[is_black]
    joint = body.add_joint(
        name=name,
        type=mujoco.mjtJoint.mjJNT_HINGE,
        axis=(0, 1, 0),
        pos=(-kind.length_m / 2, 0, 0),
        range=(0, kind.travel_rad),
        springref=_KEY_SPRING_REFERENCE_RAD,
        armature=_KEY_ARMATURE_KG_M2,
    )
    joint.stiffness[0] = _KEY_STIFFNESS_NM_PER_RAD
    joint.damping[0] = _KEY_DAMPING_NMS_PER_RAD


def _add_box(
    body: mujoco.MjsBody,
    name: str,
    half_size_m: tuple[float, float, float],
    rgba: tuple[float, float, float, float],
) -> mujoco.MjsGeom:
    geom = body.add_geom(name=name, type=mujoco.mjtGeom.mjGEOM_BOX, size=half_size_m, rgba=rgba)
    # Keys never collide with keys or the case (contype 0), only with hands (conaffinity 1).
    geom.contype, geom.conaffinity = 0, 1
    geom.solref = _CONTACT_SOLREF
    return geom
