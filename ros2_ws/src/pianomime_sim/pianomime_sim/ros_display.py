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

"""Topics for RViz: keys and upcoming notes as markers and the hands as meshes, while there are subscribers; and the
hands as a URDF, published once, for programs that use only the joint states.
"""

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from std_msgs.msg import String
from visualization_msgs.msg import MarkerArray

from pianomime_core import ros_topics as topics
from pianomime_core.ros_prefixes import in_frame, world_frame
from pianomime_core.ros_qos import LATCHED, NEWEST
from pianomime_description.hands_urdf import hands_urdf
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_sim.ros_hand_meshes import HandMeshes
from pianomime_sim.ros_markers import MarkerMaker
from pianomime_sim.viewers.base import Snapshot


class Display:
    """Publishes markers, hands/meshes and robot_description of a simulator."""

    def __init__(self, node: Node, simulator: Simulator, joint_prefix: str = "", frame_prefix: str = "") -> None:
        self._markers = MarkerMaker(simulator.model, simulator.joint_names)
        self._meshes = HandMeshes(simulator.model, simulator.joint_names)
        # Two publishers, so that each latches its own last message.
        self._publish_static = node.create_publisher(MarkerArray, topics.MARKERS, LATCHED)
        self._publish_moving = node.create_publisher(MarkerArray, topics.MARKERS, LATCHED)
        self._publish_meshes = node.create_publisher(MarkerArray, topics.MESHES, NEWEST)
        self._world = world_frame(frame_prefix)
        self._publish_static.publish(in_frame(self._markers.static(), self._world))
        self._publish_description = node.create_publisher(String, topics.DESCRIPTION, LATCHED)
        self._publish_description.publish(String(data=hands_urdf(simulator.config.variant, joint_prefix)))

    def publish(self, step: int, state: SimulatorState, goal: NDArray[np.bool_]) -> None:
        """Publish the state at the beginning of `step` of a song with `goal` (T, 88), as far as it is known."""
        if self._publish_meshes.get_subscription_count():
            self._publish_meshes.publish(in_frame(self._meshes.at(step, state.joint_positions), self._world))
        if not self._publish_moving.get_subscription_count():
            return
        snapshot = Snapshot(
            time_s=state.time_s,
            joint_positions=state.joint_positions,
            key_angles=state.key_angles,
            pressed=state.key_pressed,
            # A state is scored against the goal of the step that ended in it.
            wanted=np.asarray(goal[max(step - 1, 0) : step].any(axis=0)),
            coming=goal[step:],
        )
        self._publish_moving.publish(in_frame(self._markers.moving(step, snapshot), self._world))
