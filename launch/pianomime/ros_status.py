"""Listens to one status of /piano/score or /diagnostics from a thread, for progress bars."""

import threading

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from pianomime_core.ros_messages import read_status
from pianomime_core.ros_qos import LATCHED, REPORT

_POLL_S = 0.1


class StatusListener:
    """A node of its own in this process, in a context of its own; signals stay with the program.

    Attributes:
        values: The newest numbers by name; empty before the first. Replaced as a whole, never changed.
    """

    def __init__(self, status: str) -> None:
        """`status`: "score", or the node whose health is listened to."""
        topic, qos = ("/piano/score", LATCHED) if status == "score" else ("/diagnostics", REPORT)
        self.values: dict[str, float] = {}
        self._status = status
        self._context = rclpy.Context()
        rclpy.init(context=self._context, signal_handler_options=SignalHandlerOptions.NO)
        self._node = rclpy.create_node("play", context=self._context)
        self._node.create_subscription(DiagnosticArray, topic, self._on_message, qos)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._spin, name=f"listener to {topic}", daemon=True)
        self._thread.start()

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

    def _on_message(self, message: DiagnosticArray) -> None:
        if any(status.name == self._status for status in message.status):
            self.values = read_status(message, self._status)
