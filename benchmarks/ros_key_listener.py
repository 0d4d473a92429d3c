"""Listens to the robot's key presses in a thread, as a separate node in this process."""

import time

from sensor_msgs.msg import JointState

from pianomime_core import ros_topics as topics
from pianomime_core.key_events import KeyEvent
from pianomime_core.ros_background import BackgroundNode
from pianomime_core.ros_messages import step_of
from pianomime_core.ros_qos import EVENTS, NEWEST
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_sim.ros_key_events import KeyEventReader


class KeyListener:
    """Listens from its creation until `close`.

    Attributes:
        presses: For each press, in order: arrival of its message on the monotonic clock [s], simulated time [s], key.
    """

    def __init__(self) -> None:
        self.presses: list[tuple[float, float, int]] = []
        self._steps_s: list[float] = []
        self._reader = KeyEventReader()
        self._ears = BackgroundNode("key_ears")
        self._ears.node.create_subscription(JointState, topics.KEY_EVENTS, self._on_keys, EVENTS)
        self._ears.node.create_subscription(JointState, topics.HAND_STATES, self._on_state, NEWEST)
        self._ears.start()

    def begin_s(self) -> float:
        """When simulated time began, on the monotonic clock [s], from the state with the smallest delay."""
        return min(self._steps_s)

    def close(self) -> None:
        """Leave the graph."""
        self._ears.close()

    def _on_state(self, message: JointState) -> None:
        now_s, step = time.monotonic(), step_of(message.header.stamp)
        if step > 0:  # state 0 waits for the nodes
            self._steps_s.append(now_s - step * CONTROL_TIMESTEP_S)

    def _on_keys(self, message: JointState) -> None:
        now_s = time.monotonic()
        for event in self._reader.events(message):
            if isinstance(event, KeyEvent) and event.velocity:
                self.presses.append((now_s, event.time_s, event.key))
