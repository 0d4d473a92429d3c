"""A topic claimed by who is to be its only publisher: two graphs on the same topics find each other."""

import time
from collections.abc import Callable, Iterable

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile

from pianomime_core.errors import UserError
from pianomime_core.ros_environment import HIGHEST_DOMAIN
from pianomime_core.ros_liveliness import ALIVE_S, Liveliness, publishers
from pianomime_core.ros_qos import overridable_publisher

DISCOVERY_S = 1.2
"""By then nodes on one machine have found each other: they announce themselves twice a second (dds_loopback.xml)."""


class Claim:
    """Publishes on a topic, but not before it is sure to be alone.

    Whoever is granted a topic says so on /diagnostics, and who comes later is refused. Two that come at the same time
    are silent both: then the one with the lower id goes first, and the other hears it. Who was killed is silent as
    well, and in the graph for a while: after two lives it is dead.

    Args:
        node: Who claims.
        kind, topic, qos: What.
        liveliness: Who lives.
        clock: Monotonic time in s.

    Attributes:
        publisher: Nothing is to be said with it before the claim is granted.
    """

    def __init__(
        self,
        node: Node,
        kind: type,
        topic: str,
        qos: QoSProfile,
        liveliness: Liveliness,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._node = node
        self._topic = node.resolve_topic_name(topic)
        self._liveliness = liveliness
        self._clock = clock
        before = publishers(node, self._topic)
        self.publisher: Publisher = overridable_publisher(node, kind, topic, qos)
        new = publishers(node, self._topic).keys() - before.keys()
        self._mine = min(new, default=b"")
        self._begin_s = clock()

    def is_granted(self) -> bool:
        """Return True once there is nobody else.

        Raises:
            UserError: There is.
        """
        others = {gid: name for gid, name in publishers(self._node, self._topic).items() if gid != self._mine}
        refuse_if_alive(self._node, self._liveliness, others.values())
        waited_s = self._clock() - self._begin_s
        if not others:
            return waited_s >= DISCOVERY_S
        lives = 1 if self._mine < min(others) else 2
        return waited_s >= DISCOVERY_S + lives * ALIVE_S


def refuse_if_alive(node: Node, liveliness: Liveliness, names: Iterable[str]) -> None:
    """Raise UserError if one of these nodes lives: it plays where we would."""
    for name in sorted(set(names)):
        if liveliness.alive_count(name):
            raise UserError(
                f"a second instance: pianomime already plays in ROS domain {node.context.get_domain_id()} "
                f"({name}, started by process {liveliness.parent(name)}); stop it, give this one a namespace of its own, "
                f"or set ROS_DOMAIN_ID to another number from 0 to {HIGHEST_DOMAIN}"
            )
