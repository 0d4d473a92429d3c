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
