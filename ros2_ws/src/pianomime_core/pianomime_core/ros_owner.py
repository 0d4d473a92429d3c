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

from pianomime_core.ros_life import ALIVE_S, UNKNOWN, Gid, Life, publishers
from pianomime_core.ros_qos import overridable_subscription

SILENCE_S = 1.0
"""An owner that was silent for so long may have died; one started in its place, of the same name, inherits."""
LOOK_PERIOD_S = 0.5
"""How often the graph is asked who somebody is: a flood of messages must not become a flood of questions."""
COMPLAINT_PERIOD_S = 5.0


class Other(NamedTuple):
    """Somebody who publishes what another one owns.

    Attributes:
        name: Of the node, with its namespace.
        twin: The owner has the same name: it may be a second graph like ours.
    """

    name: str
    twin: bool

    def __str__(self) -> str:
        return f"another {self.name}" if self.twin else self.name or "an unknown node"


@dataclass
class _Stranger:
    """A publisher that is not believed: when the graph was asked for it, when it spoke, what is kept of it, and whether
    its name was told."""

    name: str
    looked_s: float
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
        life: Who lives.
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
        life: Life,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._node = node
        self._take = take
        self._latched = latched
        self._life = life
        self._clock = clock
        self._owner: Gid | None = None
        self.owner_name = UNKNOWN
        self._heard_s = 0.0
        self._strangers: dict[Gid, _Stranger] = {}
        self._former: set[Gid] = set()
        self.topic = node.resolve_topic_name(topic)
        self.refused = 0

    def hear(self, message: Any, info: MessageInfo) -> None:
        """Take a message if it is the owner's."""
        publisher = info.get("publisher_gid")
        if publisher is None or self._believes(gid := bytes(publisher["data"])):
            self._take(message)
            return
        self.refused += 1
        if self._latched:
            self._strangers[gid].message = message

    def look(self) -> None:
        """Tell who was refused, forget who has gone, take what the heir of a latched topic has said."""
        if not self._strangers:
            return
        names = self._names()
        for gid, stranger in self._strangers.items():
            # The graph learns of a publisher first, of its node's name a moment later: so they are told here.
            stranger.name = names.get(gid) or stranger.name
            if not stranger.told:
                stranger.told = True
                self._node.get_logger().error(
                    f"{self.topic} of {stranger.name or 'an unknown node'} refused: it belongs to {self.owner_name}",
                    throttle_duration_sec=COMPLAINT_PERIOD_S,
                )
        self._strangers = {gid: stranger for gid, stranger in self._strangers.items() if gid in names}
        for gid, stranger in self._strangers.items():
            if stranger.message is not None and self._inherits(gid, names, stranger.heard_s):
                self._adopt(gid, names)
                self._take(stranger.message)
                return

    def others(self) -> tuple[Other, ...]:
        """Return who publishes on this topic beside its owner, or beside one another where nobody was heard yet."""
        names = self._names()
        present = sorted({*names.values(), *(stranger.name for stranger in self._strangers.values())} - {UNKNOWN})
        owner = self.owner_name if self.owner_name in present else next(iter(present), UNKNOWN)
        others = [Other(name, twin=False) for name in present if name != owner]
        if self._living_twins(owner, names) > 1:
            others.append(Other(owner, twin=True))
        if any(stranger.name == UNKNOWN for stranger in self._strangers.values()):
            others.append(Other(UNKNOWN, twin=False))
        return tuple(others)

    def _believes(self, gid: Gid) -> bool:
        now_s = self._clock()
        if gid == self._owner:
            self._heard_s = now_s
            return True
        stranger = self._strangers.get(gid)
        if stranger is not None and now_s - stranger.looked_s < LOOK_PERIOD_S:
            stranger.heard_s = now_s
            return False
        names = self._names()
        if self._owner is None or self._inherits(gid, names, now_s):
            self._adopt(gid, names)
            return True
        self._strangers[gid] = _Stranger(names.get(gid, UNKNOWN), looked_s=now_s, heard_s=now_s)
        return False

    def _inherits(self, gid: Gid, names: dict[Gid, str], heard_s: float) -> bool:
        if self._owner not in names:
            return True
        if names.get(gid, UNKNOWN) != self.owner_name or gid in self._former:
            return False
        if self._latched:  # who says something once is silent afterwards; what its node says of itself tells more
            return self._clock() - heard_s >= ALIVE_S and self._life.living(self.owner_name) == 1
        return self._clock() - self._heard_s >= SILENCE_S

    def _adopt(self, gid: Gid, names: dict[Gid, str]) -> None:
        if self._owner is not None:
            self._former.add(self._owner)
        self._owner, self.owner_name, self._heard_s = gid, names.get(gid, UNKNOWN), self._clock()
        self._strangers.pop(gid, None)

    def _living_twins(self, name: str, names: dict[Gid, str]) -> int:
        """How many publishers of one name live: a killed one stays in the graph beside the one in its place."""
        heard_s = {gid: stranger.heard_s for gid, stranger in self._strangers.items()}
        if self._owner is not None:
            heard_s[self._owner] = self._heard_s
        twins = [gid for gid, other in names.items() if other == name]
        speaking = sum(self._clock() - heard_s.get(gid, -ALIVE_S) < ALIVE_S for gid in twins)
        return min(len(twins), max(speaking, self._life.living(name)))

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
        self.life = Life(node)
        self._undo.callback(self.life.close)
        self._undo.callback(node.destroy_timer, node.create_timer(LOOK_PERIOD_S, self._look))

    def subscribe(self, kind: type, topic: str, take: Callable[[Any], None], qos: QoSProfile) -> Subscription:
        """Listen to the owner of a topic; see `Reader`."""
        latched = qos.durability == DurabilityPolicy.TRANSIENT_LOCAL
        reader = Reader(self._node, topic, take, latched=latched, life=self.life)
        self._readers.append(reader)
        # A callable of two arguments is told of whom a message is.
        subscription = overridable_subscription(
            self._node, kind, topic, lambda message, info: reader.hear(message, info), qos
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

    def _look(self) -> None:
        for reader in self._readers:
            reader.look()
