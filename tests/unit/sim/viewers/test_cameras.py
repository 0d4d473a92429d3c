"""The cameras show what their names say: checked by projection."""

import mujoco
import numpy as np
import pytest

from pianomime_core.keyboard import KEYBOARD
from pianomime_description import SceneConfig
from pianomime_sim.viewers.cameras import CAMERAS
from pianomime_sim.viewers.posed_scene import CAMERA_FOV_DEG, PosedScene

ASPECT = 16 / 10


@pytest.fixture(scope="module")
def scene():
    return PosedScene(SceneConfig())


def in_picture(camera, points_m) -> np.ndarray:
    forward = (camera.target_m - camera.position_m) / np.linalg.norm(camera.target_m - camera.position_m)
    right = np.cross(forward, (0, 0, 1))
    right /= np.linalg.norm(right)
    offset = points_m - camera.position_m
    scale = (offset @ forward) * np.tan(np.deg2rad(CAMERA_FOV_DEG) / 2)
    across, up = offset @ right / scale, offset @ np.cross(right, forward) / scale
    return (scale > 0) & (np.abs(across) < ASPECT) & (np.abs(up) < 1)


def keyboard_m() -> np.ndarray:
    return np.column_stack([KEYBOARD.center_x_m, KEYBOARD.center_y_m, KEYBOARD.top_z_m])


@pytest.mark.parametrize(
    ("name", "keyboard", "sides"),
    [
        ("Player", True, ("lh", "rh")),
        ("Above", True, ("lh", "rh")),
        ("Left hand", False, ("lh",)),
        ("Right hand", False, ("rh",)),
        ("Close-up", False, ("lh", "rh")),
    ],
)
def test_what_is_in_the_picture(scene, name, keyboard, sides):
    camera = CAMERAS[name](scene)
    assert in_picture(camera, keyboard_m()).all() == keyboard
    for side in sides:
        assert in_picture(camera, scene.fingertips_m(side)).all(), side


def test_the_camera_of_a_hand_goes_where_the_hand_is(scene):
    before = {side: CAMERAS[name](scene) for side, name in (("lh", "Left hand"), ("rh", "Right hand"))}
    joint = scene.model.joint("lh_forearm_tx")
    scene.data.qpos[joint.qposadr[0]] += 0.1
    mujoco.mj_kinematics(scene.model, scene.data)
    moved = CAMERAS["Left hand"](scene).target_m - before["lh"].target_m
    assert np.linalg.norm(moved) == pytest.approx(0.1)
    assert np.array_equal(CAMERAS["Right hand"](scene).target_m, before["rh"].target_m)
