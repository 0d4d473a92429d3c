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

"""What a node reports on /diagnostics once a second: its numbers, its connections and its process."""

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node

from pianomime_core import ros_topics as topics
from pianomime_core.ros_qos import REPORT
from pianomime_core.ros_status_messages import status_message

PERIOD_S = 1.0
PROCESS, STARTED_BY = "process", "started_by"
"""Process ids of a node and of the process that started it."""
_NOT_OURS = ("/rosout", "/parameter_events", topics.DIAGNOSTICS)


@dataclass(frozen=True)
class Health:
    """The health of a node.

    Attributes:
        step: Current control step.
        values: Numbers by name, with units in the names.
        text: What it is doing.
        warnings: Problems in words; empty if there are none.
    """

    step: int = 0
    values: Mapping[str, float] = field(default_factory=dict)
    text: str = ""
    warnings: tuple[str, ...] = ()


class Diagnostics:
    """Publishes the health of a node under the node's name with its namespace, until closed."""

    def __init__(self, node: Node, examine: Callable[[], Health]) -> None:
        self._node = node
        self._examine = examine
        self._publisher = node.create_publisher(DiagnosticArray, topics.DIAGNOSTICS, REPORT)
        self._timer = node.create_timer(PERIOD_S, self.report)

    def close(self) -> None:
        """Stop reporting."""
        self._node.destroy_timer(self._timer)
        self._node.destroy_publisher(self._publisher)

    def report(self) -> None:
        """Publish now."""
        health = self._examine()
        text = "; ".join((health.text, *health.warnings)) if health.text else "; ".join(health.warnings)
        values = {**health.values, **connections(self._node), PROCESS: os.getpid(), STARTED_BY: os.getppid()}
        name = status_name(self._node, self._node.get_name())
        # hardware_id: the machine this node runs on.
        message = status_message(
            name, values, step=health.step, text=text, warn=bool(health.warnings), hardware=platform.node()
        )
        self._publisher.publish(message)


def status_name(node: Node, name: str) -> str:
    """Return the name on /diagnostics, which all namespaces share, of the node `name` in the namespace of `node`:
    "sim_node", or "left/sim_node"."""
    return f"{node.get_namespace()}/{name}".lstrip("/")


def connections(node: Node) -> dict[str, int]:
    """Return the DDS connections of a node: how many subscribers each of its publishers has ("readers /a"), and how
    many publishers each of its subscriptions has ("writers /b")."""
    counts: dict[str, int] = {}
    for publisher in node.publishers:
        if _is_ours(publisher.topic_name, node):
            # Several publishers of one topic in one node all have the same readers.
            counts[f"readers {publisher.topic_name}"] = publisher.get_subscription_count()
    for subscription in node.subscriptions:
        if _is_ours(subscription.topic_name, node):
            counts[f"writers {subscription.topic_name}"] = node.count_publishers(subscription.topic_name)
    return counts


def _is_ours(topic: str, node: Node) -> bool:
    return topic not in _NOT_OURS and not topic.startswith(f"{node.get_fully_qualified_name()}/")
