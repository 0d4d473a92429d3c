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

"""Renders single images without a display, with MuJoCo's offscreen renderer; set MUJOCO_GL=egl (or osmesa)."""

import mujoco
import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD
from pianomime_sim.viewers.base import Snapshot
from pianomime_sim.viewers.key_marks import MARK_COLOURS, KeyMark
from pianomime_sim.viewers.note_bars import NoteBars, note_bars
from pianomime_sim.viewers.posed_scene import CAMERA_POSITION_M, CAMERA_TARGET_M, PosedScene

SIZE_PX = (1280, 720)
CLOSE_UP_TARGET_M = (0.04, 0.0, 0.06)
CLOSE_UP_AZIMUTH_DEG = 25.0
CLOSE_UP_ELEVATION_DEG = -32.0
CLOSE_UP_DISTANCE_M = 0.5
LAMP_POSITION_M = (0.45, -0.4, 1.6)
LAMP_DIFFUSE = 0.55
SHADED_AMBIENT = 0.42
SHADED_DIFFUSE = 0.2
SHADOW_RESOLUTION = 4096
SAMPLES_PER_PIXEL = 8


def point_at_keyboard(camera: mujoco.MjvCamera) -> None:
    """Set a free camera to the default view of all viewers."""
    sight = np.subtract(CAMERA_TARGET_M, CAMERA_POSITION_M)
    camera.type = mujoco.mjtCamera.mjCAMERA_FREE
    camera.lookat[:] = CAMERA_TARGET_M
    camera.distance = np.linalg.norm(sight)
    camera.azimuth = np.rad2deg(np.arctan2(sight[1], sight[0]))
    camera.elevation = np.rad2deg(np.arcsin(sight[2] / camera.distance))


def add_bars(scene: mujoco.MjvScene, bars: NoteBars) -> None:
    """Append one box per bar to a scene to be rendered; those that do not fit are left out."""
    rgba = np.array([*MARK_COLOURS[KeyMark.COMING], 255], dtype=np.float32) / 255
    for center_m, size_m in zip(bars.centers_m, bars.sizes_m, strict=True):
        if scene.ngeom >= scene.maxgeom:
            return
        mujoco.mjv_initGeom(
            scene.geoms[scene.ngeom], mujoco.mjtGeom.mjGEOM_BOX, size_m / 2, center_m, np.eye(3).ravel(), rgba
        )
        scene.ngeom += 1


def player_camera() -> mujoco.MjvCamera:
    """Return a camera with the default view of all viewers."""
    camera = mujoco.MjvCamera()
    point_at_keyboard(camera)
    return camera


def close_up(snapshot: Snapshot) -> mujoco.MjvCamera:
    """Return a camera on the far side of the keyboard that looks at the fingers on the pressed keys."""
    camera = mujoco.MjvCamera()
    camera.lookat[:] = CLOSE_UP_TARGET_M
    if snapshot.pressed.any():
        camera.lookat[1] = KEYBOARD.center_y_m[snapshot.pressed].mean()
    camera.azimuth, camera.elevation, camera.distance = (
        CLOSE_UP_AZIMUTH_DEG,
        CLOSE_UP_ELEVATION_DEG,
        CLOSE_UP_DISTANCE_M,
    )
    return camera


def add_lamp(scene: PosedScene) -> None:
    """Light a scene with one lamp that casts shadows: slower in software rendering, but nicer."""
    model = scene.model
    model.light_active[:] = 0
    model.light_active[0] = 1
    model.light_pos[0] = LAMP_POSITION_M
    model.light_dir[0] = -np.array(LAMP_POSITION_M) / np.linalg.norm(LAMP_POSITION_M)
    model.light_diffuse[0] = LAMP_DIFFUSE
    model.vis.headlight.ambient[:] = SHADED_AMBIENT
    model.vis.headlight.diffuse[:] = SHADED_DIFFUSE
    model.vis.quality.shadowsize = SHADOW_RESOLUTION
    model.vis.quality.offsamples = SAMPLES_PER_PIXEL


def render(
    scene: PosedScene,
    snapshot: Snapshot,
    camera: mujoco.MjvCamera,
    *,
    notes: bool = True,
    size: tuple[int, int] = SIZE_PX,
) -> NDArray[np.uint8]:
    """Return the image of a snapshot, (height, width, 3); `size` is (width, height), `notes` draws upcoming notes."""
    width, height = size
    scene.model.vis.global_.offwidth = max(scene.model.vis.global_.offwidth, width)
    scene.model.vis.global_.offheight = max(scene.model.vis.global_.offheight, height)
    scene.pose(snapshot)
    scene.paint(snapshot)
    mujoco.mj_camlight(scene.model, scene.data)
    with mujoco.Renderer(scene.model, height, width) as renderer:
        renderer.update_scene(scene.data, camera)
        if notes:
            add_bars(renderer.scene, note_bars(snapshot))
        image: NDArray[np.uint8] = renderer.render()
    return image
