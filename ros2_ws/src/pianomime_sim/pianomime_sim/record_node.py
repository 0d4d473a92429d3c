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

"""Records all topics of the graph, from the first state on, as rosbag2 does."""

import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile
from rosbags.interfaces import Qos, QosDurability, QosHistory, QosLiveliness, QosReliability, QosTime

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UserError
from pianomime_core.ros_diagnostics import Diagnostics, Health
from pianomime_core.ros_main import run
from pianomime_core.ros_node import SteadyNode
from pianomime_core.ros_parameters import declare_text, refuse_undeclared
from pianomime_core.ros_qos import offered_by_all
from pianomime_sim.recording import Recording

DISCOVERY_PERIOD_S = 0.1
DEPTH = 1000
"""Messages that may be queued while a chunk is being compressed."""
LAST = topics.HAND_STATES
"""Subscribed last: nodes that wait for the recorder wait for this subscription, and by then the loop is recorded."""
BEFORE_LAST = topics.COMMAND
LINGER_S = 0.05
FLUSH_PERIOD_S = 1.0
"""At most this much is lost if the node is killed."""


class RecordNode:
    """Subscribes to every topic that appears; messages are written as they arrive, without being deserialized."""

    finished = False

    def __init__(self) -> None:
        self.node = SteadyNode("record_node")
        file = declare_text(self.node, "file", "", "Recording (.mcap) to write")
        refuse_undeclared(self.node)
        if not file:
            raise UserError("record_node parameter file is empty: want the name of a recording")
        self._recording = Recording(Path(file))
        if self._recording.recovered is not None:
            self.node.get_logger().warning(
                f"what a recorder that was killed had recorded is {self._recording.recovered}"
            )
        self._failure: UserError | None = None
        self._topics: set[str] = set()
        self._diagnostics = Diagnostics(self.node, self._health)
        self.node.create_timer(DISCOVERY_PERIOD_S, self._subscribe_new_topics)
        self.node.create_timer(FLUSH_PERIOD_S, lambda: self._try(self._recording.flush))

    def close(self) -> None:
        """Take the messages that have already arrived, then finish the file.

        Raises:
            UserError: It could not be written, now or before.
        """
        executor = SingleThreadedExecutor()
        executor.add_node(self.node)
        before = -1
        while before < self._recording.messages:
            before = self._recording.messages
            executor.spin_once(timeout_sec=LINGER_S)
        self._try(self._recording.close)
        if self._failure is not None:
            raise self._failure

    def _subscribe_new_topics(self) -> None:
        last, before_last = (self.node.resolve_topic_name(name) for name in (LAST, BEFORE_LAST))
        for topic, types in sorted(self.node.get_topic_names_and_types(), key=lambda found: found[0] == last):
            offered = self.node.get_publishers_info_by_topic(topic)
            if topic in self._topics or not offered or (topic == last and before_last not in self._topics):
                continue
            self._topics.add(topic)
            message = _message(types[0]) if self._recording.knows(types[0]) else None
            if message is None:
                self.node.get_logger().warning(f"{topic} is not recorded: nobody knows the type {types[0]}")
                continue
            profile = offered_by_all(offered, DEPTH)
            self._recording.add(topic, types[0], _offer(profile))
            self.node.create_subscription(message, topic, self._writer(topic), profile, raw=True)

    def _writer(self, topic: str) -> Callable[[bytes], None]:
        return partial(self._write, topic)

    def _write(self, topic: str, message: bytes) -> None:
        self._try(lambda: self._recording.write(topic, time.time_ns(), message))

    def _try(self, record: Callable[[], None]) -> None:
        """Once the disk is full the music continues unrecorded, which is reported at the end."""
        if self._failure is None:
            try:
                record()
            except UserError as error:
                self._failure = error
                self.node.get_logger().error(f"{error}; from here on nothing is recorded")

    def _health(self) -> Health:
        values = {"messages": self._recording.messages, "topics": len(self._topics)}
        if self._failure is not None:
            return Health(values=values, text="not recording", warnings=(str(self._failure),))
        return Health(values=values, text="recording")


def _message(message_type: str) -> type | None:
    """Return the class of a message type; None if its package is not installed, as tf2_msgs with ROS 2 wheels."""
    package, _, name = message_type.split("/")
    try:
        found: type = getattr(import_module(f"{package}.msg"), name)
    except ModuleNotFoundError:
        return None
    return found


def _offer(profile: QoSProfile) -> Qos:
    forever = QosTime(sec=2147483647, nsec=4294967295)
    return Qos(
        history=QosHistory(int(profile.history)),
        depth=profile.depth,
        reliability=QosReliability(int(profile.reliability)),
        durability=QosDurability(int(profile.durability)),
        deadline=forever,
        lifespan=forever,
        liveliness=QosLiveliness.AUTOMATIC,
        liveliness_lease_duration=forever,
        avoid_ros_namespace_conventions=False,
    )


def main() -> int:
    """Run the node; see pianomime_core.ros_main for the exit codes."""
    return run(RecordNode)


if __name__ == "__main__":
    sys.exit(main())
