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

"""Publishers of a topic, and which nodes are alive: those that report on /diagnostics.

The graph alone is not enough: a killed node stays in it until its lease ends, 20 s with Fast DDS's defaults.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node

from pianomime_core import ros_topics as topics
from pianomime_core.ros_diagnostics import PERIOD_S, PROCESS, STARTED_BY
from pianomime_core.ros_named_numbers import MessageError
from pianomime_core.ros_qos import REPORT
from pianomime_core.ros_status_messages import read_status

ALIVE_S = 2.2 * PERIOD_S
"""A node that has not reported for this long is not alive, or not yet."""
UNKNOWN = ""
"""Name of a node that the graph does not know (yet): not every DDS publisher is a ROS 2 node."""

Gid = bytes
"""Globally unique id of a publisher, assigned by the middleware."""


def publishers(node: Node, topic: str) -> dict[Gid, str]:
    """Return the full names, such as "/left/sim_node", of the nodes that publish on a topic, by publisher."""
    return {
        bytes(end.endpoint_gid): UNKNOWN
        if "UNKNOWN" in end.node_name
        else f"{end.node_namespace.rstrip('/')}/{end.node_name}"
        for end in node.get_publishers_info_by_topic(topic)
    }


class Liveliness:
    """Tracks which nodes are alive, in the node's executor, until closed."""

    def __init__(self, node: Node, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heard_s: dict[tuple[str, int], float] = {}
        self._parents: dict[str, int] = {}
        self._node = node
        self._subscription = node.create_subscription(DiagnosticArray, topics.DIAGNOSTICS, self._on_message, REPORT)

    def close(self) -> None:
        """Stop listening."""
        self._node.destroy_subscription(self._subscription)

    def alive_count(self, name: str) -> int:
        """Return how many nodes of this full name, such as "/left/sim_node", have reported recently."""
        now_s = self._clock()
        self._heard_s = {who: heard_s for who, heard_s in self._heard_s.items() if now_s - heard_s < ALIVE_S}
        return sum(who == name for who, _ in self._heard_s)

    def parent(self, name: str) -> int:
        """Return the process that started the node of this name that reported last; 0 if none has."""
        return self._parents.get(name, 0)

    def _on_message(self, message: DiagnosticArray) -> None:
        for status in message.status:
            # Foreign nodes publish there, too.
            with suppress(MessageError):
                values = read_status(message, status.name, needed=(PROCESS, STARTED_BY))
                name = f"/{status.name}"
                self._heard_s[name, int(values[PROCESS])] = self._clock()
                self._parents[name] = int(values[STARTED_BY])
