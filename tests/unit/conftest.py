"""What every unit test leaves behind: nothing that a later one could meet."""

import sys
from collections.abc import Iterator

import pytest
from ros_domains import own_domains


@pytest.fixture(autouse=True)
def no_node_is_left() -> Iterator[None]:
    """A node that outlives its test is a second robot to whoever comes into its domain."""
    yield
    if "rclpy" in sys.modules:
        assert not (left := own_domains()), f"a ROS node was not destroyed: this process is still in domains {left}"
