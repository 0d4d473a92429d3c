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

"""Topics published by the physics thread: clock, states of hands and keys, and key and pedal events."""

from collections.abc import Sequence

import numpy as np
from rclpy.node import Node
from rclpy.publisher import Publisher
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState

from pianomime_core import ros_topics as topics
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.ros_messages import SUSTAIN, joint_state, stamp_of
from pianomime_core.ros_qos import CLOCK, EVENTS, NEWEST, overridable_publisher
from pianomime_physics.simulator import SimulatorState
from pianomime_sim.ros_key_events import KeyEventWriter


class StatePublisher:
    """Publishes from the physics thread, so that a state is sent at once whatever the executor is doing.

    Attributes:
        awaited_topics: Resolved names of the topics of states and key events, for the subscriber gate.
    """

    def __init__(self, node: Node) -> None:
        self._key_events = KeyEventWriter()
        self._publish_keys = overridable_publisher(node, JointState, topics.KEY_STATES, NEWEST)
        self._publish_key_events = overridable_publisher(node, JointState, topics.KEY_EVENTS, EVENTS)
        self._publish_clock = node.create_publisher(Clock, topics.CLOCK, CLOCK)

    def connect(self, hands: Publisher, joint_names: Sequence[str]) -> None:
        """Publish states of the hands with the claimed publisher `hands`, under these names."""
        self._publish_hands = hands
        self._joint_names = tuple(joint_names)
        self.awaited_topics = (hands.topic_name, self._publish_key_events.topic_name)

    def reset(self) -> None:
        """Prepare for another performance: its first message names all keys, so that held ones are released."""
        self._key_events = KeyEventWriter()

    def publish(self, step: int, state: SimulatorState, pedal: bool) -> None:
        """Publish the time and the state at the beginning of a control step."""
        self._publish_clock.publish(Clock(clock=stamp_of(step)))
        angles, velocities = np.append(state.key_angles, float(pedal)), np.append(state.key_velocities, 0.0)
        self._publish_keys.publish(joint_state((*KEY_NAMES, SUSTAIN), angles, velocities, step=step))
        hands = joint_state(self._joint_names, state.joint_positions, state.joint_velocities, step=step)
        self._publish_hands.publish(hands)

    def pedal(self, step: float, down: bool) -> None:
        """Publish a pedal change at the beginning of a step or a part of it, before it is played."""
        self._publish_key_events.publish(self._key_events.pedal_message(step, down))

    def has_subscribers(self) -> bool:
        """Return whether key events have subscribers; called before each step."""
        return self._key_events.has_subscribers(self._publish_key_events.get_subscription_count())

    def observe(self, state: SimulatorState) -> None:
        """Publish key events; called after each physics step of 5 ms while there are subscribers."""
        message = self._key_events.message(state)
        if message is not None:
            self._publish_key_events.publish(message)
