"""Read a recording of a performance without ROS, and score it from its messages.

    pianomime play twinkle --sync --record twinkle.mcap
    python examples/read_mcap.py twinkle.mcap

Topics and their messages: docs/ros.md. In the setting "musical" goals are notes in time, read by
`pianomime_core.ros_goal`.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rosbags.highlevel import AnyReader

import pianomime as pm
from pianomime_core import CONTROL_TIMESTEP_S, KEYBOARD, NUM_KEYS

goal: dict[int, NDArray[np.bool_]] = {}  # by control step: wanted keys (88,) at its end
angles: dict[int, NDArray[np.float64]] = {}  # key angles (88,) [rad] at its beginning
with AnyReader([Path(sys.argv[1])]) as reader:
    for connection in reader.connections:
        print(f"{connection.topic}: {connection.msgcount} of {connection.msgtype}")
    wanted = [each for each in reader.connections if each.topic in ("/piano/goal", "/piano/joint_states")]
    for connection, _, data in reader.messages(wanted):
        message: Any = reader.deserialize(data, connection.msgtype)
        stamp = message.header.stamp
        step = round((stamp.sec + 1e-9 * stamp.nanosec) / CONTROL_TIMESTEP_S)
        if connection.topic == "/piano/goal":
            goal[step] = np.array(message.points[0].positions[:NUM_KEYS]) > 0.5
        else:
            angles[step] = np.array(message.position[:NUM_KEYS])

steps = sorted(step for step in goal if step + 1 in angles)
pressed = np.array([KEYBOARD.pressed(angles[step + 1]) for step in steps])
card = pm.score(np.array([goal[step] for step in steps]), pressed)
print(f"{len(steps)} steps, {pressed.sum()} note-frames pressed, F1 {card.f1:.3f}, onset F1 {card.onset_f1:.3f}")
