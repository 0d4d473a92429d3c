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

"""Exclusive ownership of topics: a node accepts one publisher on each topic that it reads, and reports the others.

The middleware gives each message the id of its publisher. Where it does not (rclpy before Kilted) all messages are
accepted, and other publishers are known from the graph alone.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, NamedTuple

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.subscription import MessageInfo, Subscription

from pianomime_core.ros_liveliness import ALIVE_S, UNKNOWN, Gid, Liveliness, publishers
from pianomime_core.ros_qos import overridable_subscription

SILENCE_S = 1.0
"""An owner that was silent for this long may have died; a new node of the same name takes over."""
GRAPH_PERIOD_S = 0.5
"""The graph is queried about a publisher this often at most: a flood of messages must not flood the graph."""
STRANGER_WARNING_PERIOD_S = 5.0


class Other(NamedTuple):
    """Another publisher on an owned topic.

    Attributes:
        name: Name of the node, with its namespace.
        same_name: The owner has the same name: this may be a second graph like ours.
    """

    name: str
    same_name: bool

    def __str__(self) -> str:
        return f"another {self.name}" if self.same_name else self.name or "an unknown node"


@dataclass
class _Rejected:
    """A publisher that is not accepted: when the graph was queried, when its last message came, the message kept of it,
    and whether it was reported."""

    name: str
    checked_s: float
    heard_s: float
    message: Any = None
    told: bool = False


class Reader:
    """Accepts the first publisher it receives on a topic, until that one has gone.

    Ownership passes on. When the owner has left the graph, the next publisher is accepted. When it is still there but
    silent (a killed node stays in the graph for a while), only a new one of the same name is.

    Args:
        node: The reading node.
        topic: Name of the topic, as the node uses it.
        take: Called with the messages of the owner.
        latched: Messages come once: those of others are kept, in case they become the owner.
        liveliness: Which nodes are alive.
        clock: Monotonic time in s.

    Attributes:
        topic: The resolved name.
        owner_name: Name of the owner's node; empty while there is no owner, or it is not known.
        refused: Number of messages refused from others.
    """

    def __init__(
        self,
        node: Node,
        topic: str,
        take: Callable[[Any], None],
        *,
        latched: bool,
        liveliness: Liveliness,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._node = node
        self._take = take
        self._latched = latched
        self._liveliness = liveliness
        self._clock = clock
        self._owner: Gid | None = None
        self.owner_name = UNKNOWN
        self._heard_s = 0.0
        self._rejected: dict[Gid, _Rejected] = {}
        self._former: set[Gid] = set()
        self.topic = node.resolve_topic_name(topic)
        self.refused = 0

    def receive(self, message: Any, info: MessageInfo) -> None:
        """Take a message if it comes from the owner."""
        publisher = info.get("publisher_gid")
        if publisher is None or self._accepts(gid := bytes(publisher["data"])):
            self._take(message)
            return
        self.refused += 1
        if self._latched:
            self._rejected[gid].message = message

    def update(self) -> None:
        """Report refused publishers, forget those that have gone, take the message of the new owner of a latched
        topic."""
        if not self._rejected:
            return
        names = self._names()
        for rejected in self._rejected.values():
            if not rejected.told:  # not on receipt: by now its name is more likely to be known
                rejected.told = True
                self._node.get_logger().error(
                    f"{self.topic} of {rejected.name or 'an unknown node'} refused: it belongs to {self.owner_name}",
                    throttle_duration_sec=STRANGER_WARNING_PERIOD_S,
                )
        self._rejected = {gid: rejected for gid, rejected in self._rejected.items() if gid in names}
        for gid, rejected in self._rejected.items():
            if rejected.message is not None and self._inherits(gid, names, rejected.heard_s):
                self._set_owner(gid, names)
                self._take(rejected.message)
                return

    def others(self) -> tuple[Other, ...]:
        """Return the publishers on this topic besides its owner, or besides the first one if there is no owner yet."""
        names = self._names()
        present = sorted({*names.values(), *(rejected.name for rejected in self._rejected.values())} - {UNKNOWN})
        owner = self.owner_name if self.owner_name in present else next(iter(present), UNKNOWN)
        others = [Other(name, same_name=False) for name in present if name != owner]
        if self._alive_with_name(owner, names) > 1:
            others.append(Other(owner, same_name=True))
        nameless_owner = self._owner in names and self.owner_name == UNKNOWN
        if (present and nameless_owner) or any(rejected.name == UNKNOWN for rejected in self._rejected.values()):
            others.append(Other(UNKNOWN, same_name=False))
        return tuple(others)

    def _accepts(self, gid: Gid) -> bool:
        now_s = self._clock()
        if gid == self._owner:
            self._heard_s = now_s
            return True
        rejected = self._rejected.get(gid)
        if rejected is not None and now_s - rejected.checked_s < GRAPH_PERIOD_S:
            rejected.heard_s = now_s
            return False
        names = self._names()
        if self._owner is None or self._inherits(gid, names, now_s):
            self._set_owner(gid, names)
            return True
        self._rejected[gid] = _Rejected(names.get(gid, UNKNOWN), checked_s=now_s, heard_s=now_s)
        return False

    def _inherits(self, gid: Gid, names: dict[Gid, str], heard_s: float) -> bool:
        if self._owner not in names:
            return True
        if names.get(gid, UNKNOWN) != self.owner_name or gid in self._former:
            return False
        if self._latched:  # a latched publisher is silent afterwards; the reports of its node say more
            return self._clock() - heard_s >= ALIVE_S and self._liveliness.alive_count(self.owner_name) == 1
        return self._clock() - self._heard_s >= SILENCE_S

    def _set_owner(self, gid: Gid, names: dict[Gid, str]) -> None:
        if self._owner is not None:
            self._former.add(self._owner)
        self._owner, self.owner_name, self._heard_s = gid, names.get(gid, UNKNOWN), self._clock()
        self._rejected.pop(gid, None)

    def _alive_with_name(self, name: str, names: dict[Gid, str]) -> int:
        """Return how many publishers of one name are alive: a killed one stays in the graph beside its replacement."""
        heard_s = {gid: rejected.heard_s for gid, rejected in self._rejected.items()}
        if self._owner is not None:
            heard_s[self._owner] = self._heard_s
        twins = [gid for gid, other in names.items() if other == name]
        speaking = sum(self._clock() - heard_s.get(gid, -ALIVE_S) < ALIVE_S for gid in twins)
        return min(len(twins), max(speaking, self._liveliness.alive_count(name)))

    def _names(self) -> dict[Gid, str]:
        names = publishers(self._node, self.topic)
        self.owner_name = (names.get(self._owner) or self.owner_name) if self._owner else UNKNOWN
        # The graph learns of a publisher first and of its node's name a moment later.
        for gid, rejected in self._rejected.items():
            rejected.name = names.get(gid) or rejected.name
        return names


class Owners:
    """Subscriptions of a node, each to the owner of its topic; until closed."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._readers: list[Reader] = []
        self._undo = ExitStack()
        self.liveliness = Liveliness(node)
        self._undo.callback(self.liveliness.close)
        self._undo.callback(node.destroy_timer, node.create_timer(GRAPH_PERIOD_S, self._update))

    def subscribe(self, kind: type, topic: str, take: Callable[[Any], None], qos: QoSProfile) -> Subscription:
        """Subscribe to the owner of a topic; see `Reader`."""
        latched = qos.durability == DurabilityPolicy.TRANSIENT_LOCAL
        reader = Reader(self._node, topic, take, latched=latched, liveliness=self.liveliness)
        self._readers.append(reader)
        # rclpy passes the message info to callbacks with two arguments.
        subscription = overridable_subscription(
            self._node, kind, topic, lambda message, info: reader.receive(message, info), qos
        )
        self._undo.callback(self._node.destroy_subscription, subscription)
        return subscription

    def close(self) -> None:
        """Remove all subscriptions."""
        self._undo.close()

    @property
    def refused(self) -> int:
        """Number of messages refused from other publishers."""
        return sum(reader.refused for reader in self._readers)

    def others(self) -> dict[str, tuple[Other, ...]]:
        """Return the other publishers by resolved topic name; empty if there are none."""
        found = {reader.topic: reader.others() for reader in self._readers}
        return {topic: others for topic, others in found.items() if others}

    def warnings(self) -> tuple[str, ...]:
        """Return the same as text, for /diagnostics."""
        lines = []
        for reader in self._readers:
            if others := reader.others():
                owner = f" of {reader.owner_name}" if reader.owner_name else ""
                lines.append(f"{reader.topic}{owner} is also published by {', '.join(map(str, others))}")
        return tuple(lines)

    def _update(self) -> None:
        for reader in self._readers:
            reader.update()
