"""The scene as a picture: a copy of the model that is posed and coloured, and never stepped."""

import mujoco
import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import FOREARM_DOFS, joint_names
from pianomime_core.keyboard import KEY_NAMES
from pianomime_description import SceneConfig, build_scene
from pianomime_sim.viewers.base import Snapshot
from pianomime_sim.viewers.key_marks import key_colours, key_marks


class PosedScene:
    """Kinematic copy of the scene.

    Attributes:
        model, data: The compiled model and the pose last shown.
        key_geoms: (88,) geom of each key.
        hand_joint_names: Names of the hand joints, in the order that `pose` expects.
    """

    def __init__(self, config: SceneConfig) -> None:
        self.model = build_scene(config).compile()
        self.data = mujoco.MjData(self.model)
        self.hand_joint_names = joint_names(FOREARM_DOFS[config.variant])
        self._hand_qpos = self._qpos_addresses(self.hand_joint_names)
        self._key_qpos = self._qpos_addresses(KEY_NAMES)
        bodies = [self.model.joint(name).bodyid[0] for name in KEY_NAMES]
        self.key_geoms: NDArray[np.int64] = np.array([self.model.body_geomadr[body] for body in bodies])
        self.model.geom_matid[self.key_geoms] = -1
        mujoco.mj_kinematics(self.model, self.data)

    def pose(self, snapshot: Snapshot) -> None:
        """Move hands and keys to the snapshot's joint positions; world poses of all bodies follow."""
        self.data.qpos[self._hand_qpos] = snapshot.joint_positions
        self.data.qpos[self._key_qpos] = snapshot.key_angles
        mujoco.mj_kinematics(self.model, self.data)

    def paint(self, snapshot: Snapshot) -> None:
        """Colour the key geoms by what each key is doing."""
        self.model.geom_rgba[self.key_geoms, :3] = key_colours(key_marks(snapshot)) / 255
        self.model.geom_rgba[self.key_geoms, 3] = 1.0

    def _qpos_addresses(self, names: tuple[str, ...]) -> NDArray[np.int64]:
        return np.array([self.model.joint(name).qposadr[0] for name in names])
