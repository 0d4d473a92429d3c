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

"""Claims a topic for a single publisher, so that two graphs on the same topics detect each other."""

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
    """A publisher that may publish only once it is certain to be the only one on its topic.

    A node that is granted a topic reports on /diagnostics, and later ones are refused. Two that start at the same time
    are both silent; then the one with the lower id goes first, and the other sees its report. A killed node is silent,
    too, but stays in the graph for a while: after two liveliness periods it counts as dead.

    Args:
        node: The claiming node.
        kind, topic, qos: Of the publisher.
        liveliness: Which nodes are alive.
        clock: Monotonic time in s.

    Attributes:
        publisher: Not to be used before the claim is granted.
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
        """Return True once there is no other publisher.

        Raises:
            UserError: There is one.
        """
        others = {gid: name for gid, name in publishers(self._node, self._topic).items() if gid != self._mine}
        refuse_if_alive(self._node, self._liveliness, others.values())
        waited_s = self._clock() - self._begin_s
        if not others:
            return waited_s >= DISCOVERY_S
        lives = 1 if self._mine < min(others) else 2
        return waited_s >= DISCOVERY_S + lives * ALIVE_S


def refuse_if_alive(node: Node, liveliness: Liveliness, names: Iterable[str]) -> None:
    """Raise UserError if one of these nodes is alive: it already plays on these topics."""
    for name in sorted(set(names)):
        if liveliness.alive_count(name):
            raise UserError(
                f"a second instance: pianomime already plays in ROS domain {node.context.get_domain_id()} "
                f"({name}, started by process {liveliness.parent(name)}); stop it, give this one its own namespace, "
                f"or set ROS_DOMAIN_ID to another number from 0 to {HIGHEST_DOMAIN}"
            )
