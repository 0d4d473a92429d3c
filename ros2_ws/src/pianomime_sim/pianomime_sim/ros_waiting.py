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

"""Says what a song is waiting for, if that takes long."""

import time
from collections.abc import Callable

from rclpy.node import Node

PATIENCE_S = 10.0


class Waiting:
    """Logs what is awaited once it has been the same for `PATIENCE_S`.

    Args:
        node: Logs.
        clock: Monotonic time in s.
    """

    def __init__(self, node: Node, clock: Callable[[], float] = time.monotonic) -> None:
        self._node, self._clock = node, clock
        self._awaited, self._since_s, self._is_told = "", 0.0, False

    def update(self, awaited: str) -> None:
        """Take what is awaited now, in words; empty for nothing."""
        if awaited != self._awaited:
            self._awaited, self._since_s, self._is_told = awaited, self._clock(), False
        if awaited and not self._is_told and self._clock() - self._since_s >= PATIENCE_S:
            self._is_told = True
            self._node.get_logger().info(f"waiting for {awaited}")
