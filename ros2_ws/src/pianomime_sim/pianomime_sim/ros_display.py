"""What RViz is shown: keys and notes to come as markers, the hands as meshes, while somebody looks."""

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from visualization_msgs.msg import MarkerArray

from pianomime_core import ros_topics as topics
from pianomime_core.ros_qos import LATCHED, NEWEST
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_sim.ros_hand_meshes import HandMeshes
from pianomime_sim.ros_markers import MarkerMaker
from pianomime_sim.viewers.base import Snapshot


class Display:
    """Publishes /markers and /hands/meshes of a simulator."""

    def __init__(self, node: Node, simulator: Simulator) -> None:
        self._markers = MarkerMaker(simulator.model, simulator.joint_names)
        self._meshes = HandMeshes(simulator.model, simulator.joint_names)
        # Two publishers, so that each keeps its own last message for late subscribers.
        self._publish_static = node.create_publisher(MarkerArray, topics.MARKERS, LATCHED)
        self._publish_moving = node.create_publisher(MarkerArray, topics.MARKERS, LATCHED)
        self._publish_meshes = node.create_publisher(MarkerArray, topics.MESHES, NEWEST)
        self._publish_static.publish(self._markers.static())

    def show(self, step: int, state: SimulatorState, goal: NDArray[np.bool_]) -> None:
        """Publish the state at the beginning of `step` of a song that wants `goal` (T, 88), as far as it is known."""
        if self._publish_meshes.get_subscription_count():
            self._publish_meshes.publish(self._meshes.at(step, state.joint_positions))
        if not self._publish_moving.get_subscription_count():
            return
        snapshot = Snapshot(
            time_s=state.time_s,
            joint_positions=state.joint_positions,
            key_angles=state.key_angles,
            pressed=state.key_pressed,
            # A state is judged against the goal of the step that ended in it.
            wanted=np.asarray(goal[max(step - 1, 0) : step].any(axis=0)),
            coming=goal[step:],
        )
        self._publish_moving.publish(self._markers.moving(step, snapshot))
