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

"""The quality of service of every topic; both ends of a topic take it from here.

Everything but the clock is reliable: a lost goal or command is a wrong note, and the messages are small. State, goal
and command keep only one message: a slow subscriber wants the newest, never a queue of old ones. What is published once
(the song, the initial joint positions) is latched, that is kept by its publisher for late subscribers.
The score is latched too, so that a late viewer, or a terminal opened after the song, sees the last one.

History, depth and reliability of states, goals, commands, key events and drawn images can be overridden as usual in
ROS 2: parameter `qos_overrides./hands/command.publisher.reliability`, for example.
"""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription
from rclpy.topic_endpoint_info import TopicEndpointInfo

OVERRIDABLE = QoSOverridingOptions.with_default_policies()


def _profile(reliability: ReliabilityPolicy, durability: DurabilityPolicy, depth: int) -> QoSProfile:
    return QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=depth, reliability=reliability, durability=durability)


NEWEST = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE, 1)
"""/hands/joint_states, /piano/joint_states, /piano/goal, /hands/command."""

LATCHED = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL, 1)
"""/piano/song, /hands/start, /piano/score, /markers."""

REPORT = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE, 10)
"""/diagnostics: several nodes publish to one topic, so a reader needs a short queue."""

EVENTS = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE, 200)
"""/piano/key_events: every message counts, and a chord may be ten at once."""

SENSOR = _profile(ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.VOLATILE, 1)
"""Images of a camera that offers best effort only."""

CLOCK = _profile(ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.VOLATILE, 1)
"""/clock, as the time sources of ROS 2 expect it."""


def overridable_publisher(node: Node, kind: type, topic: str, profile: QoSProfile) -> Publisher:
    """Return a publisher whose quality of service the user may override."""
    # A copy: rclpy writes overrides into the profile.
    return node.create_publisher(kind, topic, copy(profile), qos_overriding_options=OVERRIDABLE)


def overridable_subscription(
    node: Node, kind: type, topic: str, take: Callable[..., Any], profile: QoSProfile
) -> Subscription:
    """Return a subscription whose quality of service the user may override."""
    return node.create_subscription(kind, topic, take, copy(profile), qos_overriding_options=OVERRIDABLE)


def offered_by_all(ends: Sequence[TopicEndpointInfo], depth: int) -> QoSProfile:
    """Return the strictest profile that is compatible with all of these publishers."""
    reliable = all(end.qos_profile.reliability == ReliabilityPolicy.RELIABLE for end in ends)
    latched = all(end.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL for end in ends)
    return _profile(
        ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
        depth,
    )
