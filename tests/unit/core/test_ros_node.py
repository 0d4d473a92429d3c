"""Timers while simulated time is paused."""

import time

import pytest
import rclpy
from rclpy.parameter import Parameter
from ros_start import start_ros

from pianomime_core.ros_node import SteadyNode

PATIENCE_S = 10.0


@pytest.fixture
def context():
    start_ros()
    yield
    rclpy.try_shutdown()


def test_timers_run_although_nobody_publishes_a_clock(context):
    node = SteadyNode("steady", parameter_overrides=[Parameter("use_sim_time", value=True)])
    fired = []
    node.create_timer(0.01, lambda: fired.append(True))
    deadline_s = time.monotonic() + PATIENCE_S
    while not fired and time.monotonic() < deadline_s:
        rclpy.spin_once(node, timeout_sec=0.1)
    assert fired
    assert node.get_clock().now().nanoseconds == 0
    node.destroy_node()
