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

"""Detects other publishers of commands or states; a song then does not begin, or is stopped."""

import time
from collections.abc import Callable, Sequence

from rclpy.node import Node

from pianomime_core.errors import UnsafeError, UserError
from pianomime_core.ros_liveliness import UNKNOWN, publishers
from pianomime_core.ros_owner import STRANGER_WARNING_PERIOD_S, Owners

PATIENCE_S = 5.0
"""How long others are tolerated that may be ours: a second graph like ours leaves by itself after two seconds of
discovery, and the graph learns the name of a restarted node a moment after its first message."""


class PublisherConflicts:
    """Looks for second publishers.

    Args:
        node: The simulator node.
        owners: Its subscriptions.
        ours: The topics that no other node may publish.
        clock: Monotonic time in s.
    """

    def __init__(
        self, node: Node, owners: Owners, ours: Sequence[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._node = node
        self._owners = owners
        self._ours = [node.resolve_topic_name(topic) for topic in ours]
        self._clock = clock
        self._since_s: float | None = None

    def warnings(self) -> tuple[str, ...]:
        """Return descriptions of the conflicts."""
        lines = list(self._owners.warnings())
        # A second simulator is handled by Claim.
        not_others = {self._node.get_fully_qualified_name(), UNKNOWN}
        for topic in self._ours:
            if names := sorted(set(publishers(self._node, topic).values()) - not_others):
                lines.append(f"{topic} is also published by {', '.join(names)}")
        return tuple(lines)

    def exist(self) -> bool:
        """Return True while there are conflicts, so that a song must not begin.

        Raises:
            UserError: They persist.
        """
        found = self.warnings()
        if found and self._stayed_s() >= PATIENCE_S:
            raise UserError(f"the song does not begin: {'; '.join(found)}")
        if not found:
            self._since_s = None
            return False
        self._node.get_logger().warning(
            f"the song waits: {'; '.join(found)}", throttle_duration_sec=STRANGER_WARNING_PERIOD_S
        )
        return True

    def check(self) -> None:
        """Check for conflicts while a song is played.

        Raises:
            UnsafeError: A foreign node publishes, or for some time another of the same name or of none.
        """
        found = self._owners.others()
        if not found:
            self._since_s = None
            return
        strangers = any(not other.same_name and other.name != UNKNOWN for who in found.values() for other in who)
        if strangers or self._stayed_s() >= PATIENCE_S:
            raise UnsafeError(f"the hands are stopped: {'; '.join(self._owners.warnings())}")

    def _stayed_s(self) -> float:
        now_s = self._clock()
        if self._since_s is None:
            self._since_s = now_s
        return now_s - self._since_s
