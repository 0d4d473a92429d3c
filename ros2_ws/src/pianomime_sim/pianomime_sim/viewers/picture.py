"""One picture without any display, by MuJoCo's offscreen renderer; set MUJOCO_GL=egl (or osmesa) for it."""

import mujoco
import numpy as np
from numpy.typing import NDArray

from pianomime_sim.viewers.base import Snapshot
from pianomime_sim.viewers.key_marks import MARK_COLOURS, KeyMark
from pianomime_sim.viewers.note_bars import NoteBars, note_bars
from pianomime_sim.viewers.posed_scene import CAMERA_POSITION_M, CAMERA_TARGET_M, PosedScene


def aim(camera: mujoco.MjvCamera) -> None:
    """Put a free camera where all viewers look from."""
    sight = np.subtract(CAMERA_TARGET_M, CAMERA_POSITION_M)
    camera.type = mujoco.mjtCamera.mjCAMERA_FREE
    camera.lookat[:] = CAMERA_TARGET_M
    camera.distance = np.linalg.norm(sight)
    camera.azimuth = np.rad2deg(np.arctan2(sight[1], sight[0]))
    camera.elevation = np.rad2deg(np.arcsin(sight[2] / camera.distance))


def add_bars(scene: mujoco.MjvScene, bars: NoteBars) -> None:
    """Append one box for each bar to a scene to be rendered; those that do not fit are left out."""
    rgba = np.array([*MARK_COLOURS[KeyMark.COMING], 255], dtype=np.float32) / 255
    for center_m, size_m in zip(bars.centers_m, bars.sizes_m, strict=True):
        if scene.ngeom >= scene.maxgeom:
            return
        mujoco.mjv_initGeom(
            scene.geoms[scene.ngeom], mujoco.mjtGeom.mjGEOM_BOX, size_m / 2, center_m, np.eye(3).ravel(), rgba
        )
        scene.ngeom += 1


def render(scene: PosedScene, snapshot: Snapshot, width: int = 1280, height: int = 720) -> NDArray[np.uint8]:
    """Return the (height, width, 3) picture of a snapshot."""
    scene.model.vis.global_.offwidth = max(scene.model.vis.global_.offwidth, width)
    scene.model.vis.global_.offheight = max(scene.model.vis.global_.offheight, height)
    scene.pose(snapshot)
    scene.paint(snapshot)
    with mujoco.Renderer(scene.model, height, width) as renderer:
        camera = mujoco.MjvCamera()
        aim(camera)
        renderer.update_scene(scene.data, camera)
        add_bars(renderer.scene, note_bars(snapshot))
        picture: NDArray[np.uint8] = renderer.render()
    return picture
