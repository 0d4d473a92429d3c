"""Nodes whose timers run on the machine's own clock, whatever time the graph has.

With `use_sim_time`, which launch files set for all nodes at once, timers of ROS wait for /clock; ours must run before
the simulator has a time at all, and while it stands still.
"""

from collections.abc import Callable
from typing import Any

from rclpy.clock import Clock, ClockType
from rclpy.node import Node


class SteadyTimers:
    """Beside a class of nodes."""

    def create_timer(
        self,
        timer_period_sec: float,
        callback: Callable[..., None],
        callback_group: Any = None,
        clock: Clock | None = None,
        **more: Any,
    ) -> Any:
        """As rclpy's; on the steady clock unless another one is given."""
        clock = clock or Clock(clock_type=ClockType.STEADY_TIME)
        return super().create_timer(timer_period_sec, callback, callback_group, clock, **more)  # type: ignore[misc]


class SteadyNode(SteadyTimers, Node):
    """A node with such timers."""
