"""A controller of your own: one finger of the right hand that plays the highest notes.

    python examples/own_controller.py [SONG]

No base class is needed: horizon_steps, joint_names, target_names, start and act are all that makes a `pm.Controller`.
"""

import sys

import numpy as np
from numpy.typing import NDArray

import pianomime as pm
from pianomime_core import KEYBOARD, joint_names, target_names

FINGER_Y_M = 0.139  # where the middle finger is along the keyboard while the forearm's slide is at 0
NEAR_M = 0.004
RAISED = {"rh_MFJ3": 0.8, "rh_MFJ0": 1.0, "lh_forearm_tx": -0.2}  # rad and m; the left hand keeps out of the way
PRESSING = {"rh_forearm_tz": -0.04, "rh_MFJ3": 1.0}


class OneFinger:
    """Slides to the next key and, when it is wanted, goes down on it."""

    horizon_steps: int | None = 10  # rows of goal that it sees, 50 ms each
    joint_names = joint_names()
    target_names = target_names()

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        begin = dict.fromkeys(self.joint_names, 0.0) | {"rh_forearm_tx": highest_y_m(goal[0]) - FINGER_Y_M}
        return np.array(list(begin.values()))

    def act(self, observation: pm.Observation) -> pm.Action:
        slide_m = observation.joint_positions[self.joint_names.index("rh_forearm_tx")]
        targets = dict.fromkeys(self.target_names, 0.0) | RAISED | {"rh_forearm_tx": slide_m}
        due = np.flatnonzero(observation.goal.any(axis=1))
        if len(due):
            targets["rh_forearm_tx"] = highest_y_m(observation.goal[due[0]]) - FINGER_Y_M
            if due[0] <= 1 and abs(targets["rh_forearm_tx"] - slide_m) < NEAR_M:
                targets |= PRESSING
        return pm.Action(np.array(list(targets.values())))


def highest_y_m(keys: NDArray[np.bool_]) -> float:
    """Where the highest of these keys (88,) is along the keyboard."""
    return float(KEYBOARD.center_y_m[np.flatnonzero(keys)[-1]])


song = pm.load_song(sys.argv[1] if len(sys.argv) > 1 else "twinkle")
result = pm.play_episode(pm.Simulator(), OneFinger(), song)
print(f"one finger: F1 {result.score.f1:.3f}, onset F1 {result.score.onset_f1:.3f}")
print(f"no finger:  F1 {result.score.do_nothing_f1:.3f}")
