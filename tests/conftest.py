"""ROS in unit tests: how it is started, what is published, and that nothing is left for a later one to meet."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ros_domains import own_domains

# This file does not stand in the folder of the unit tests: pytest would put that on the path, and its folders hide the
# packages that they are named after.
UNIT_TESTS = Path(__file__).parent / "unit"


@pytest.fixture(autouse=True)
def no_node_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A node that outlives its test is a second robot to whoever comes into its domain."""
    yield
    if "rclpy" in sys.modules and UNIT_TESTS in request.path.parents:
        assert not (left := own_domains()), f"a ROS node was not destroyed: this process is still in domains {left}"


@pytest.fixture
def ros():
    """Start ROS with parameters, as a command line gives them."""
    import rclpy
    from ros_start import start_ros

    yield start_ros
    rclpy.try_shutdown()


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch):
    """What the nodes of a test publish."""
    from node_ports import Published

    return Published(monkeypatch)
