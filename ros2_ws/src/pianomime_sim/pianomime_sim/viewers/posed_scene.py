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

"""A copy of the scene for rendering: posed and coloured, never stepped."""

import mujoco
import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import FINGERS, SIDES, forearm_dofs, joint_names
from pianomime_core.keyboard import KEY_NAMES
from pianomime_description import SceneConfig, build_scene
from pianomime_sim.viewers.base import Snapshot
from pianomime_sim.viewers.key_marks import key_colours, key_marks

HAND_RGBA = (0.55, 0.58, 0.64, 1.0)
"""The hand's original near-black cannot be distinguished from black keys."""
CASE_RGBA = (0.24, 0.26, 0.3, 1.0)
HEADLIGHT_AMBIENT = 0.65
HEADLIGHT_DIFFUSE = 0.4
WALL_RGB = (0.07, 0.08, 0.1)

# The default view: behind and above the player, with the whole keyboard and two seconds of upcoming notes.
CAMERA_POSITION_M = (0.55, 0.0, 0.98)
CAMERA_TARGET_M = (0.02, 0.0, 0.08)
CAMERA_FOV_DEG = 45.0


class PosedScene:
    """Kinematic copy of the scene.

    Attributes:
        model, data: The compiled model and the pose last shown.
        key_geoms: (88,) geom of each key.
        hand_joint_names: Names of the hand joints, in the order that `pose` expects.
    """

    def __init__(self, config: SceneConfig) -> None:
        spec = build_scene(config)
        spec.add_texture(
            name="wall",
            type=mujoco.mjtTexture.mjTEXTURE_SKYBOX,
            builtin=mujoco.mjtBuiltin.mjBUILTIN_FLAT,
            rgb1=WALL_RGB,
            rgb2=WALL_RGB,
            width=8,
            height=8,
        )
        self.model = spec.compile()
        self.data = mujoco.MjData(self.model)
        self.hand_joint_names = joint_names(forearm_dofs(config.variant))
        self._hand_qpos = self._qpos_addresses(self.hand_joint_names)
        self._key_qpos = self._qpos_addresses(KEY_NAMES)
        self._tips = {
            side: np.array([self.model.site(f"{side}_{finger}_tip").id for finger in FINGERS]) for side in SIDES
        }
        bodies = [self.model.joint(name).bodyid[0] for name in KEY_NAMES]
        self.key_geoms: NDArray[np.int64] = np.array([self.model.body_geomadr[body] for body in bodies])
        self._light_up()
        mujoco.mj_kinematics(self.model, self.data)

    def pose(self, snapshot: Snapshot) -> None:
        """Move hands and keys to the snapshot's joint positions; world poses of all bodies follow."""
        self.data.qpos[self._hand_qpos] = snapshot.joint_positions
        self.data.qpos[self._key_qpos] = snapshot.key_angles
        mujoco.mj_kinematics(self.model, self.data)

    def fingertips_m(self, side: str) -> NDArray[np.float64]:
        """Return the fingertips of a hand, (5, 3), thumb to little finger, world frame."""
        tips: NDArray[np.float64] = self.data.site_xpos[self._tips[side]]
        return tips

    def paint(self, snapshot: Snapshot) -> None:
        """Colour the keys by their state against the goal."""
        self.model.geom_rgba[self.key_geoms, :3] = key_colours(key_marks(snapshot)) / 255
        self.model.geom_rgba[self.key_geoms, 3] = 1.0

    def _light_up(self) -> None:
        """Make hands and colours easy to see; RoboPianist's stage is dark."""
        for side in SIDES:
            self.model.material(f"{side}_black").rgba = HAND_RGBA
        self.model.geom("case").rgba = CASE_RGBA
        self.model.material("floor").rgba[3] = 0.0
        self.model.vis.headlight.ambient[:] = HEADLIGHT_AMBIENT
        self.model.vis.headlight.diffuse[:] = HEADLIGHT_DIFFUSE
        self.model.vis.headlight.specular[:] = 0.0
        self.model.light_active[:] = 0
        self.model.vis.global_.fovy = CAMERA_FOV_DEG

    def _qpos_addresses(self, names: tuple[str, ...]) -> NDArray[np.int64]:
        return np.array([self.model.joint(name).qposadr[0] for name in names])
