"""Offscreen rendering needs no display: it runs in a process that may only use EGL."""

import ctypes.util
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from pianomime_sim.viewers.key_marks import MARK_COLOURS

pytestmark = pytest.mark.skipif(
    ctypes.util.find_library("EGL") is None, reason="EGL is not installed (apt-get install libegl1)"
)

SHADE = 12
SCRIPT = """
import sys
import numpy as np
from PIL import Image
from pianomime_core.keyboard import KEYBOARD
from pianomime_description import SceneConfig
from pianomime_sim.viewers import Snapshot
from pianomime_sim.viewers.image import close_up, player_camera, render, add_lamp
from pianomime_sim.viewers.posed_scene import PosedScene

right, missed, wrong, coming = np.eye(88, dtype=bool)[[15, 17, 67, 68]]
pressed = right | wrong
angles = np.where(pressed, KEYBOARD.travel_rad, 0.0)
snapshot = Snapshot(1.0, np.zeros(54), angles, pressed, right | missed, np.array([coming] * 20))
scene = PosedScene(SceneConfig())
Image.fromarray(render(scene, snapshot, player_camera(), size=(640, 360))).save(sys.argv[1])
add_lamp(scene)
Image.fromarray(render(scene, snapshot, close_up(snapshot), notes=False, size=(320, 200))).save(sys.argv[2])
"""


def test_a_picture_without_a_display_has_the_colours_of_the_keys(tmp_path):
    whole, near = tmp_path / "whole.png", tmp_path / "near.png"
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(whole), str(near)], env=environment | {"MUJOCO_GL": "egl"}, check=True
    )
    image = np.asarray(Image.open(whole).convert("RGB"), dtype=int)
    assert image.shape == (360, 640, 3)
    for mark, colour in MARK_COLOURS.items():
        assert (np.abs(image - colour).max(axis=2) < SHADE).sum() > 50, mark
    assert np.asarray(Image.open(near)).shape == (200, 320, 3)
