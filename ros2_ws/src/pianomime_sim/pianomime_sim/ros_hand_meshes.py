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

"""The hands as mesh markers in frame `world`, for viewers on this machine, where the mesh files are."""

import mujoco
import numpy as np
from numpy.typing import NDArray
from visualization_msgs.msg import Marker, MarkerArray

from pianomime_core.ros_messages import stamp_of
from pianomime_core.ros_topics import WORLD
from pianomime_description.mesh_resources import MeshResource, mesh_resources


class HandMeshes:
    """Updates one set of markers from its own copy of the state, never touching the simulation's."""

    def __init__(self, model: mujoco.MjModel, joint_names: tuple[str, ...]) -> None:
        self._model = model
        self._data = mujoco.MjData(model)
        self._qpos = np.array([model.joint(name).qposadr[0] for name in joint_names])
        self._resources = mesh_resources(model)
        self._bodies = [model.body(resource.body).id for resource in self._resources]
        self._markers = [_marker(number, resource) for number, resource in enumerate(self._resources)]

    def at(self, step: int, joint_positions: NDArray[np.float64]) -> MarkerArray:
        """Return the meshes for joints (54,) [rad, m] at the beginning of `step`.

        The returned messages are reused: the next call changes them.
        """
        self._data.qpos[self._qpos] = joint_positions
        mujoco.mj_kinematics(self._model, self._data)
        stamp = stamp_of(step)
        place, turn = np.zeros(3), np.zeros(4)
        for marker, resource, body in zip(self._markers, self._resources, self._bodies, strict=True):
            bodys = self._data.xpos[body], self._data.xquat[body]
            mujoco.mju_mulPose(place, turn, *bodys, resource.position_m, resource.quaternion)
            position, orientation = marker.pose.position, marker.pose.orientation
            position.x, position.y, position.z = place.tolist()
            orientation.w, orientation.x, orientation.y, orientation.z = turn.tolist()
            marker.header.stamp = stamp
        return MarkerArray(markers=self._markers)


def _marker(number: int, resource: MeshResource) -> Marker:
    side = resource.body.split("_")[0]
    marker = Marker(ns=f"{side}_meshes", id=number, type=Marker.MESH_RESOURCE, action=Marker.ADD)
    marker.header.frame_id = WORLD
    marker.mesh_resource = resource.uri
    marker.scale.x, marker.scale.y, marker.scale.z = resource.scale.tolist()
    marker.color.r, marker.color.g, marker.color.b, marker.color.a = resource.rgba.tolist()
    return marker
