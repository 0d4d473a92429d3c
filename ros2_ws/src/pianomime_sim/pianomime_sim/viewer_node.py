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

"""A viewer as a ROS node: it only subscribes and displays. Ends when its window is closed.

A viewer with buttons can pause, restart and slow down the simulator; see `ros_playback_control`.
"""

import os
import sys

from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from pianomime_core import ros_topics as topics
from pianomime_core.hands import FOREARM_DOFS, forearm_dofs, joint_names
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.ros_diagnostics import status_name
from pianomime_core.ros_goal import GoalReader
from pianomime_core.ros_main import run
from pianomime_core.ros_messages import SUSTAIN, read_joint_state, step_of
from pianomime_core.ros_named_numbers import MessageError, NameOrder
from pianomime_core.ros_node import WARNING_PERIOD_S, SteadyNode
from pianomime_core.ros_owner import Owners
from pianomime_core.ros_parameters import declare_count, declare_text, refuse_undeclared
from pianomime_core.ros_prefixes import JOINT_PREFIX, prefixed
from pianomime_core.ros_qos import LATCHED, NEWEST, REPORT
from pianomime_core.ros_status_messages import read_status
from pianomime_core.web import LOCALHOST, VIEWER_PORT
from pianomime_description import SceneConfig
from pianomime_sim.ros_playback_control import PlaybackControlClient
from pianomime_sim.viewers import VIEWERS, Snapshot, open_viewer
from pianomime_sim.viewers.base import HasButtons
from pianomime_sim.viewers.snapshot_assembler import SnapshotAssembler

NICENESS = 10
"""Frames may be late, commands may not."""
TIMES = {"sim_node": ("latency_p50_ms", "latency_p99_ms"), "policy_node": ("policy_p50_ms",)}
"""Values of /diagnostics that are shown, by node."""


class ViewerNode:
    """Subscribes with depth 1: a slow display drops states and never slows the performance down."""

    def __init__(self) -> None:
        self.node = SteadyNode("viewer_node")
        name = declare_text(self.node, "viewer", VIEWERS[0], "Which viewer to show", legal=VIEWERS)
        host = declare_text(self.node, "host", LOCALHOST, "Address that the browser viewer listens on")
        port = declare_count(
            self.node, "port", VIEWER_PORT, "TCP port of the browser viewer; 0: any free one", lowest=0, highest=65535
        )
        names = declare_text(self.node, "names", "", "Additional host names of the browser viewer, separated by commas")
        variant = declare_text(self.node, "variant", "pianomime", "Hands to show", legal=tuple(FOREARM_DOFS))
        prefix = declare_text(self.node, "joint_prefix", "", JOINT_PREFIX)
        refuse_undeclared(self.node)
        self._viewer = open_viewer(name, SceneConfig(variant=variant), host=host, port=port, names=names.split(","))
        self._assembler = SnapshotAssembler()
        self._joints = NameOrder(prefixed(prefix, joint_names(forearm_dofs(variant))))
        self._keys = NameOrder(KEY_NAMES, beside=(SUSTAIN,))
        self._goal = GoalReader()
        node = self.node
        self._owners = Owners(node)
        self._owners.subscribe(JointState, topics.HAND_STATES, self._on_hands, NEWEST)
        self._owners.subscribe(JointState, topics.KEY_STATES, self._on_keys, NEWEST)
        self._owners.subscribe(JointTrajectory, topics.GOAL, self._on_goal, NEWEST)
        self._owners.subscribe(DiagnosticArray, topics.SCORE, self._on_score, LATCHED)
        node.create_subscription(DiagnosticArray, topics.DIAGNOSTICS, self._on_diagnostics, REPORT)
        if isinstance(self._viewer, HasButtons):
            self._viewer.connect(PlaybackControlClient(node, self._viewer.show_playback_status))

    @property
    def finished(self) -> bool:
        """True when the user has closed the window."""
        return not self._viewer.is_open

    def close(self) -> None:
        """Close the viewer."""
        self._viewer.close()

    def _on_hands(self, message: JointState) -> None:
        try:
            positions, _ = read_joint_state(message, self._joints, velocities=False)
            self._show(self._assembler.hands(step_of(message.header.stamp), positions))
        except MessageError as error:
            self._refuse(topics.HAND_STATES, error)

    def _on_keys(self, message: JointState) -> None:
        try:
            angles, _ = read_joint_state(message, self._keys, velocities=False)
            self._show(self._assembler.keys(step_of(message.header.stamp), angles))
        except MessageError as error:
            self._refuse(topics.KEY_STATES, error)

    def _on_goal(self, message: JointTrajectory) -> None:
        try:
            self._assembler.goal(step_of(message.header.stamp), self._goal.read(message).goal)
        except MessageError as error:
            self._refuse(topics.GOAL, error)

    def _on_score(self, message: DiagnosticArray) -> None:
        try:
            self._show(self._assembler.score(read_status(message, "score")))
        except MessageError as error:
            self._refuse(topics.SCORE, error)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        given = {status.name for status in message.status}
        for node, keys in TIMES.items():
            if (name := status_name(self.node, node)) not in given:
                continue
            try:
                figures = read_status(message, name)
            except MessageError as error:
                self._refuse(topics.DIAGNOSTICS, error)
                return
            self._assembler.times({key: figures[key] for key in keys if key in figures})

    def _show(self, snapshot: Snapshot | None) -> None:
        if snapshot is not None:
            self._viewer.update(snapshot)

    def _refuse(self, topic: str, error: MessageError) -> None:
        name = self.node.resolve_topic_name(topic)
        self.node.get_logger().error(f"{name} refused: {error}", throttle_duration_sec=WARNING_PERIOD_S)


def main() -> int:
    """Run the node; see pianomime_core.ros_main for the exit codes."""
    os.nice(NICENESS)
    return run(ViewerNode)


if __name__ == "__main__":
    sys.exit(main())
