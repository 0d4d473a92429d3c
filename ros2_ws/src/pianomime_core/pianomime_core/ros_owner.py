"""Each topic has one owner: a node believes one publisher on each topic that it reads, and names the others.

The middleware tells of each message which publisher wrote it. Where it does not (rclpy before Kilted) all messages are
believed, and the graph alone tells that there are others.
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
"""An owner that was silent for so long may have died; one started in its place, of the same name, inherits."""
GRAPH_PERIOD_S = 0.5
"""How often the graph is asked who somebody is: a flood of messages must not become a flood of questions."""
COMPLAINT_PERIOD_S = 5.0


class Other(NamedTuple):
    """Somebody who publishes what another one owns.

    Attributes:
        name: Of the node, with its namespace.
        same_name: The owner has the same name: it may be a second graph like ours.
    """

    name: str
    same_name: bool

    def __str__(self) -> str:
        return f"another {self.name}" if self.same_name else self.name or "an unknown node"


@dataclass
class _Rejected:
    """A publisher that is not believed: when the graph was asked for it, when it spoke, what is kept of it, and whether
    its name was told."""

    name: str
    checked_s: float
    heard_s: float
    message: Any = None
    told: bool = False


class Reader:
    """Believes the first publisher whom it hears on a topic, until that one has gone.

    Owners inherit. When the owner is no longer in the graph, whoever speaks next is believed. When it is, but says
    nothing more (a killed node stays in the graph for a while), only a newcomer of the same name is.

    Args:
        node: Who reads.
        topic: Its name, as the node says it.
        take: Given the messages of the owner.
        latched: Messages come once: those of others are kept, in case they inherit.
        liveliness: Who lives.
        clock: Monotonic time in s.

    Attributes:
        topic: The full name.
        owner_name: Of the owner's node; empty while nobody is believed, or nobody knows.
        refused: Number of messages of others.
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
        """Take a message if it is the owner's."""
        publisher = info.get("publisher_gid")
        if publisher is None or self._accepts(gid := bytes(publisher["data"])):
            self._take(message)
            return
        self.refused += 1
        if self._latched:
            self._rejected[gid].message = message

    def update(self) -> None:
        """Tell who was refused, forget who has gone, take what the heir of a latched topic has said."""
        if not self._rejected:
            return
        names = self._names()
        for gid, rejected in self._rejected.items():
            # The graph learns of a publisher first, of its node's name a moment later: so they are told here.
            rejected.name = names.get(gid) or rejected.name
            if not rejected.told:
                rejected.told = True
                self._node.get_logger().error(
                    f"{self.topic} of {rejected.name or 'an unknown node'} refused: it belongs to {self.owner_name}",
                    throttle_duration_sec=COMPLAINT_PERIOD_S,
                )
        self._rejected = {gid: rejected for gid, rejected in self._rejected.items() if gid in names}
        for gid, rejected in self._rejected.items():
            if rejected.message is not None and self._inherits(gid, names, rejected.heard_s):
                self._set_owner(gid, names)
                self._take(rejected.message)
                return

    def others(self) -> tuple[Other, ...]:
        """Return who publishes on this topic beside its owner, or beside one another where nobody was heard yet."""
        names = self._names()
        present = sorted({*names.values(), *(rejected.name for rejected in self._rejected.values())} - {UNKNOWN})
        owner = self.owner_name if self.owner_name in present else next(iter(present), UNKNOWN)
        others = [Other(name, same_name=False) for name in present if name != owner]
        if self._alive_with_name(owner, names) > 1:
            others.append(Other(owner, same_name=True))
        if any(rejected.name == UNKNOWN for rejected in self._rejected.values()):
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
        if self._latched:  # who says something once is silent afterwards; what its node says of itself tells more
            return self._clock() - heard_s >= ALIVE_S and self._liveliness.alive_count(self.owner_name) == 1
        return self._clock() - self._heard_s >= SILENCE_S

    def _set_owner(self, gid: Gid, names: dict[Gid, str]) -> None:
        if self._owner is not None:
            self._former.add(self._owner)
        self._owner, self.owner_name, self._heard_s = gid, names.get(gid, UNKNOWN), self._clock()
        self._rejected.pop(gid, None)

    def _alive_with_name(self, name: str, names: dict[Gid, str]) -> int:
        """How many publishers of one name live: a killed one stays in the graph beside the one in its place."""
        heard_s = {gid: rejected.heard_s for gid, rejected in self._rejected.items()}
        if self._owner is not None:
            heard_s[self._owner] = self._heard_s
        twins = [gid for gid, other in names.items() if other == name]
        speaking = sum(self._clock() - heard_s.get(gid, -ALIVE_S) < ALIVE_S for gid in twins)
        return min(len(twins), max(speaking, self._liveliness.alive_count(name)))

    def _names(self) -> dict[Gid, str]:
        names = publishers(self._node, self.topic)
        self.owner_name = (names.get(self._owner) or self.owner_name) if self._owner else UNKNOWN
        return names


class Owners:
    """The topics that a node reads, each of one owner; until closed."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._readers: list[Reader] = []
        self._undo = ExitStack()
        self.liveliness = Liveliness(node)
        self._undo.callback(self.liveliness.close)
        self._undo.callback(node.destroy_timer, node.create_timer(GRAPH_PERIOD_S, self._update))

    def subscribe(self, kind: type, topic: str, take: Callable[[Any], None], qos: QoSProfile) -> Subscription:
        """Listen to the owner of a topic; see `Reader`."""
        latched = qos.durability == DurabilityPolicy.TRANSIENT_LOCAL
        reader = Reader(self._node, topic, take, latched=latched, liveliness=self.liveliness)
        self._readers.append(reader)
        # A callable of two arguments is told of whom a message is.
        subscription = overridable_subscription(
            self._node, kind, topic, lambda message, info: reader.receive(message, info), qos
        )
        self._undo.callback(self._node.destroy_subscription, subscription)
        return subscription

    def close(self) -> None:
        """Listen no more."""
        self._undo.close()

    @property
    def refused(self) -> int:
        """Number of messages that were not the owner's."""
        return sum(reader.refused for reader in self._readers)

    def others(self) -> dict[str, tuple[Other, ...]]:
        """Return who else publishes, by the full names of topics; empty if nobody does."""
        found = {reader.topic: reader.others() for reader in self._readers}
        return {topic: others for topic, others in found.items() if others}

    def warnings(self) -> tuple[str, ...]:
        """Return the same in words, for /diagnostics."""
        lines = []
        for reader in self._readers:
            if others := reader.others():
                owner = f" of {reader.owner_name}" if reader.owner_name else ""
                lines.append(f"{reader.topic}{owner} is also published by {', '.join(map(str, others))}")
        return tuple(lines)

    def _update(self) -> None:
        for reader in self._readers:
            reader.update()
