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

"""The visible meshes of a hand as files, for programs that load them: ROS viewers, through URDF and markers.

MuJoCo moves the vertices of a mesh into its own frame (centre and axes of inertia); this module gives the pose of each
unmodified file.
"""

from pathlib import Path
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

_VISIBLE_GROUPS = 3
"""MuJoCo's viewers show geom groups 0 to 2; groups from 3 on are for collisions."""


class MeshResource(NamedTuple):
    """One mesh file on one body.

    Attributes:
        body: Name of the body.
        material: Name of the material.
        uri: file:// address of the .obj file.
        scale: (3,) factors from the file's coordinates to m; negative ones mirror.
        position_m, quaternion: (3,), (4,) w first, pose of the file's frame in the frame of the body.
        rgba: (4,) in [0, 1].
    """

    body: str
    material: str
    uri: str
    scale: NDArray[np.float64]
    position_m: NDArray[np.float64]
    quaternion: NDArray[np.float64]
    rgba: NDArray[np.float64]


def mesh_resources(model: mujoco.MjModel) -> tuple[MeshResource, ...]:
    """Return the visible meshes of a compiled model, in the order of its geoms."""
    meshes = (model.geom_type == mujoco.mjtGeom.mjGEOM_MESH) & (model.geom_group < _VISIBLE_GROUPS)
    return tuple(_resource(model, int(geom)) for geom in np.flatnonzero(meshes))


def _resource(model: mujoco.MjModel, geom: int) -> MeshResource:
    mesh, material = model.geom_dataid[geom], model.geom_matid[geom]
    # geom = file moved by (mesh_pos, mesh_quat), so file = geom moved by the inverse of it.
    back_m, back, position_m, quaternion = (np.zeros(size) for size in (3, 4, 3, 4))
    mujoco.mju_negPose(back_m, back, model.mesh_pos[mesh], model.mesh_quat[mesh])
    mujoco.mju_mulPose(position_m, quaternion, model.geom_pos[geom], model.geom_quat[geom], back_m, back)
    file = model.paths[model.mesh_pathadr[mesh] :].split(b"\0", 1)[0].decode()
    return MeshResource(
        body=model.body(model.geom_bodyid[geom]).name,
        material=model.mat(material).name,
        uri=Path(file).resolve().as_uri(),
        scale=model.mesh_scale[mesh].copy(),
        position_m=position_m,
        quaternion=quaternion,
        rgba=model.mat_rgba[material].astype(np.float64),
    )
