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

"""Both hands as a URDF, for robot_state_publisher and other ROS programs: links are the bodies of the MuJoCo model,
joints its joints, visuals its meshes. The keys are not included: they have their own joint states.
"""

from xml.etree import ElementTree as Xml

import mujoco
import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import SIDES
from pianomime_description.hand_spec import build_hand
from pianomime_description.mesh_resources import MeshResource, mesh_resources

ROOT_LINK = "world"
_JOINT_TYPES = {mujoco.mjtJoint.mjJNT_HINGE: "revolute", mujoco.mjtJoint.mjJNT_SLIDE: "prismatic"}
_NO_SPEED_LIMIT = 1000.0
"""URDF requires a velocity limit [rad/s, m/s]; the model has none."""
_GIMBAL_LOCK = 1e-8
"""Cosine of the pitch below which roll and yaw turn about the same axis."""

_DECIMALS = 12
_COLOUR_DECIMALS = 6
"""MuJoCo keeps colours in single precision."""

_NOWHERE_M, _UNTURNED = np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0])


def hands_urdf(variant: str = "pianomime", joint_prefix: str = "") -> str:
    """Return the URDF of both hands at their places in the frame `world`.

    Links are named as the bodies (`rh_palm`), plus one for each fingertip site (`rh_thumb_tip`) and one after each
    forearm slide except the last (`rh_forearm_tx`). Meshes are file:// addresses on this machine.

    Args:
        variant: Name of the hand variant.
        joint_prefix: Prefix of the names of joints, as in the messages; for frames robot_state_publisher has its own.

    Raises:
        UserError: Unknown variant.
    """
    robot = Xml.Element("robot", name=f"{variant}_hands")
    _add(robot, "link", name=ROOT_LINK)
    for side in SIDES:
        _add_hand(robot, build_hand(side, variant).compile())
    for joint in robot.iter("joint"):
        joint.set("name", f"{joint_prefix}{joint.get('name')}")
    Xml.indent(robot)
    return Xml.tostring(robot, encoding="unicode", xml_declaration=True) + "\n"


def _add_hand(robot: Xml.Element, model: mujoco.MjModel) -> None:
    for material in range(model.nmat):
        element = _add(robot, "material", name=model.mat(material).name)
        _add(element, "color", rgba=_text(model.mat_rgba[material].astype(np.float64).round(_COLOUR_DECIMALS)))
    effort = _joint_effort(model)
    meshes = mesh_resources(model)
    for body in range(1, model.nbody):
        name, parent = model.body(body).name, model.body(model.body_parentid[body]).name
        first = model.body_jntadr[body]
        joints = range(first, first + model.body_jntnum[body])
        position_m, quaternion = model.body_pos[body], model.body_quat[body]
        for joint in joints:
            # Of several joints of a body, each is followed by a link; the last one is followed by the body itself.
            child = name if joint == joints[-1] else model.joint(joint).name
            if joint != joints[-1]:
                _add(robot, "link", name=child)
            _add_joint(robot, model, joint, parent, child, position_m, quaternion, effort[joint])
            parent, position_m, quaternion = child, _NOWHERE_M, _UNTURNED
        if not joints:
            _add_fixed(robot, parent, name, position_m, quaternion)
        _add_link(robot, name, [mesh for mesh in meshes if mesh.body == name])
    for site in range(model.nsite):
        name, body = model.site(site).name, model.body(model.site_bodyid[site]).name
        _add(robot, "link", name=name)
        _add_fixed(robot, body, name, model.site_pos[site], model.site_quat[site])


def _add_link(robot: Xml.Element, name: str, meshes: list[MeshResource]) -> None:
    link = _add(robot, "link", name=name)
    for mesh in meshes:
        visual = _add(link, "visual")
        _add_origin(visual, mesh.position_m, mesh.quaternion)
        _add(_add(visual, "geometry"), "mesh", filename=mesh.uri, scale=_text(mesh.scale))
        _add(visual, "material", name=mesh.material)


def _add_joint(
    robot: Xml.Element,
    model: mujoco.MjModel,
    joint: int,
    parent: str,
    child: str,
    position_m: NDArray[np.float64],
    quaternion: NDArray[np.float64],
    effort: float,
) -> None:
    # Otherwise the frame of the child would not be that of the body.
    assert not model.jnt_pos[joint].any()
    element = _add(
        robot, "joint", name=model.joint(joint).name, type=_JOINT_TYPES[mujoco.mjtJoint(model.jnt_type[joint])]
    )
    _connect(element, parent, child, position_m, quaternion)
    _add(element, "axis", xyz=_text(model.jnt_axis[joint]))
    lower, upper = (_text(bound) for bound in model.jnt_range[joint])
    _add(element, "limit", lower=lower, upper=upper, effort=_text(effort), velocity=_text(_NO_SPEED_LIMIT))


def _add_fixed(
    robot: Xml.Element, parent: str, child: str, position_m: NDArray[np.float64], quaternion: NDArray[np.float64]
) -> None:
    element = _add(robot, "joint", name=f"{child}_fixed", type="fixed")
    _connect(element, parent, child, position_m, quaternion)


def _connect(
    joint: Xml.Element, parent: str, child: str, position_m: NDArray[np.float64], quaternion: NDArray[np.float64]
) -> None:
    _add(joint, "parent", link=parent)
    _add(joint, "child", link=child)
    _add_origin(joint, position_m, quaternion)


def _add_origin(element: Xml.Element, position_m: NDArray[np.float64], quaternion: NDArray[np.float64]) -> None:
    _add(element, "origin", xyz=_text(position_m), rpy=_text(_roll_pitch_yaw(quaternion)))


def _roll_pitch_yaw(quaternion: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (3,) angles [rad] about the fixed axes x, y, z, the convention of URDF."""
    matrix = np.zeros(9)
    mujoco.mju_quat2Mat(matrix, quaternion)
    R = matrix.reshape(3, 3)
    cosine = np.hypot(R[0, 0], R[1, 0])
    pitch = np.arctan2(-R[2, 0], cosine)
    if cosine < _GIMBAL_LOCK:
        return np.array([np.arctan2(-R[1, 2], R[1, 1]), pitch, 0.0])
    return np.array([np.arctan2(R[2, 1], R[2, 2]), pitch, np.arctan2(R[1, 0], R[0, 0])])


def _joint_effort(model: mujoco.MjModel) -> NDArray[np.float64]:
    """Return (njnt,) the maximum effort of the actuator of each joint [Nm, N]."""
    effort = np.zeros(model.njnt)
    for actuator in range(model.nu):
        driven = model.actuator_trnid[actuator, 0]
        joints = np.array([driven])
        if model.actuator_trntype[actuator] == mujoco.mjtTrn.mjTRN_TENDON:
            first = model.tendon_adr[driven]
            joints = model.wrap_objid[first : first + model.tendon_num[driven]]
        if model.actuator_forcelimited[actuator]:
            effort[joints] = model.actuator_forcerange[actuator, 1]
        else:
            effort[joints] = model.actuator_gainprm[actuator, 0] * np.ptp(model.actuator_ctrlrange[actuator])
    return effort


def _add(parent: Xml.Element, tag: str, **attributes: str) -> Xml.Element:
    return Xml.SubElement(parent, tag, attributes)


def _text(numbers: NDArray[np.float64] | float) -> str:
    # Adding 0 turns -0 into 0.
    return " ".join(f"{round(float(number), _DECIMALS) + 0.0:.12g}" for number in np.atleast_1d(numbers))
