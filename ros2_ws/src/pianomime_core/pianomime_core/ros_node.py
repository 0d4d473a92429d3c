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

"""Nodes whose timers run on the steady clock, even with simulated time.

With `use_sim_time`, which launch files set for all nodes, ROS timers wait for /clock; ours must run before the
simulator publishes any time, and while it is paused.
"""

from collections.abc import Callable
from typing import Any

from rclpy.clock import Clock, ClockType
from rclpy.node import Node

WARNING_PERIOD_S = 2.0
"""A node logs the same warning once in this time."""


class SteadyTimers:
    """Mixin for node classes."""

    def create_timer(
        self,
        timer_period_sec: float,
        callback: Callable[..., None],
        callback_group: Any = None,
        clock: Clock | None = None,
        **more: Any,
    ) -> Any:
        """Like rclpy's, but on the steady clock unless another one is given."""
        clock = clock or Clock(clock_type=ClockType.STEADY_TIME)
        return super().create_timer(timer_period_sec, callback, callback_group, clock, **more)  # type: ignore[misc]


class SteadyNode(SteadyTimers, Node):
    """A node with steady timers."""
