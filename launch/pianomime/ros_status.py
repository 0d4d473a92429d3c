"""Listens to one status of /piano/score or /diagnostics from a thread, for progress bars."""

from diagnostic_msgs.msg import DiagnosticArray

from pianomime_core import ros_topics as topics
from pianomime_core.ros_background import BackgroundNode
from pianomime_core.ros_messages import read_status
from pianomime_core.ros_qos import LATCHED, REPORT


class StatusListener:
    """Listens until it is closed.

    Attributes:
        values: The newest numbers by name; empty before the first. Replaced as a whole, never changed.
    """

    def __init__(self, status: str) -> None:
        """`status`: "score", or the node whose health is listened to."""
        topic, qos = (topics.SCORE, LATCHED) if status == "score" else (topics.DIAGNOSTICS, REPORT)
        self.values: dict[str, float] = {}
        self._status = status
        self._ears = BackgroundNode("play")
        self._ears.node.create_subscription(DiagnosticArray, topic, self._on_message, qos)
        self._ears.start()

    def close(self) -> None:
        """Leave the graph."""
        self._ears.close()

    def _on_message(self, message: DiagnosticArray) -> None:
        if any(status.name == self._status for status in message.status):
            self.values = read_status(message, self._status)
