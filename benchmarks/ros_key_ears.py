"""Hears when the robot presses keys, from a thread: a node of its own in this process."""

import threading
import time

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import JointState

from pianomime_core.key_events import KeyEvent
from pianomime_core.ros_messages import step_of
from pianomime_core.ros_qos import EVENTS, NEWEST
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_sim.ros_key_events import KeyEventReader

_POLL_S = 0.1


class KeyEars:
    """Hears from the moment it is made until `close`.

    Attributes:
        presses: Of each press, in order: when its message came on the monotonic clock [s], its simulated time [s], key.
    """

    def __init__(self) -> None:
        self.presses: list[tuple[float, float, int]] = []
        self._steps_s: list[float] = []
        self._reader = KeyEventReader()
        self._context = rclpy.Context()
        rclpy.init(context=self._context, signal_handler_options=SignalHandlerOptions.NO)
        self._node = rclpy.create_node("key_ears", context=self._context)
        self._node.create_subscription(JointState, "/piano/key_events", self._on_keys, EVENTS)
        self._node.create_subscription(JointState, "/hands/joint_states", self._on_state, NEWEST)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._spin, name="key ears", daemon=True)
        self._thread.start()

    def begin_s(self) -> float:
        """When simulated time began, on the monotonic clock [s]: by the state that came most promptly."""
        return min(self._steps_s)

    def close(self) -> None:
        """Leave the graph."""
        self._closing.set()
        self._thread.join()
        self._node.destroy_node()
        self._context.try_shutdown()

    def _spin(self) -> None:
        executor = SingleThreadedExecutor(context=self._context)
        executor.add_node(self._node)
        while not self._closing.is_set():
            executor.spin_once(timeout_sec=_POLL_S)
        executor.shutdown()

    def _on_state(self, message: JointState) -> None:
        now_s, step = time.monotonic(), step_of(message.header.stamp)
        if step > 0:  # state 0 waits for the nodes
            self._steps_s.append(now_s - step * CONTROL_TIMESTEP_S)

    def _on_keys(self, message: JointState) -> None:
        now_s = time.monotonic()
        for event in self._reader.events(message):
            if isinstance(event, KeyEvent) and event.velocity:
                self.presses.append((now_s, event.time_s, event.key))
