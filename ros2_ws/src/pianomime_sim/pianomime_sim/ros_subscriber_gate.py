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

"""Holds the start of a song back until the required nodes have subscribed."""

import time
from collections.abc import Callable

from rclpy.node import Node

PATIENCE_S = 15.0
"""How long a song waits at most."""


class SubscriberGate:
    """Opens once all required nodes have subscribed, or `PATIENCE_S` after the first call of `is_open`.

    Args:
        node: The waiting node.
        names: Names of the nodes to wait for, separated by commas; empty for none.
        topics: Each must have subscribed to one of them.
        clock: Monotonic time in s.
    """

    def __init__(self, node: Node, names: str, *topics: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._node = node
        self._names = {name.strip() for name in names.split(",") if name.strip()}
        self._topics = topics
        self._clock = clock
        self._first_s: float | None = None

    def is_open(self) -> bool:
        """Return True when all have subscribed, when none is required, or when the time is over, which is logged
        once."""
        missing = self._missing()
        if not missing:
            return True
        now_s = self._clock()
        if self._first_s is None:
            self._first_s = now_s
        if now_s - self._first_s < PATIENCE_S:
            return False
        names = ", ".join(sorted(missing))
        self._node.get_logger().warning(f"{names} not there after {PATIENCE_S:.0f} s: the song begins without")
        return True

    def _missing(self) -> set[str]:
        if not self._names:
            return set()
        ends = [end for topic in self._topics for end in self._node.get_subscriptions_info_by_topic(topic)]
        return self._names - {end.node_name for end in ends}
