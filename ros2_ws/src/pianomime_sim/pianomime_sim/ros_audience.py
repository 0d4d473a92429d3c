"""Does the one listen for whom the song is to wait?"""

import time
from collections.abc import Callable

from rclpy.node import Node

PATIENCE_S = 15.0
"""How long a song waits."""


class Audience:
    """Waits, from the first time it is asked, for a node to subscribe to a topic; but not for ever.

    Args:
        node: Who asks.
        name: Name of the node to wait for; empty for none.
        topic: What it must have subscribed to.
        clock: Monotonic time in s.
    """

    def __init__(self, node: Node, name: str, topic: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._node = node
        self._name = name
        self._topic = topic
        self._clock = clock
        self._first_s: float | None = None

    def is_there(self) -> bool:
        """True when it listens, when nobody is waited for, or when it has had its time, which is said once."""
        if not self._name or self._listens():
            return True
        now_s = self._clock()
        if self._first_s is None:
            self._first_s = now_s
        if now_s - self._first_s < PATIENCE_S:
            return False
        self._node.get_logger().warning(f"{self._name} is not there after {PATIENCE_S:.0f} s: the song begins without")
        return True

    def _listens(self) -> bool:
        return any(end.node_name == self._name for end in self._node.get_subscriptions_info_by_topic(self._topic))
