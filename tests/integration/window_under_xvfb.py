"""Opens the window viewer on the display in DISPLAY, shows one state, and keeps it until a line comes on stdin."""

import sys

import numpy as np

from pianomime_core.hands import joint_names
from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH, NUM_KEYS
from pianomime_description import SceneConfig
from pianomime_sim.viewers import Snapshot, open_viewer

if __name__ == "__main__":
    pressed_right, missed, pressed_wrong = (np.arange(NUM_KEYS) == pitch - LOWEST_PITCH for pitch in (36, 38, 88))
    pressed = pressed_right | pressed_wrong
    viewer = open_viewer("window", SceneConfig())
    viewer.update(
        Snapshot(
            time_s=1.0,
            joint_positions=np.zeros(len(joint_names())),
            key_angles=np.where(pressed, KEYBOARD.travel_rad, 0.0),
            pressed=pressed,
            wanted=pressed_right | missed,
            coming=np.zeros((0, NUM_KEYS), dtype=bool),
            score={"f1": 0.5},
        )
    )
    print("open", viewer.is_open, flush=True)
    sys.stdin.readline()
    viewer.close()
    print("open", viewer.is_open, flush=True)
