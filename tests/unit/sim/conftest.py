"""A simulator for each file of tests, and simulator nodes for each test that asks for them."""

import pytest

from pianomime_physics.simulator import Simulator


@pytest.fixture(scope="module")
def simulator():
    return Simulator()


@pytest.fixture
def start_sim(published, tmp_path):
    """Start a sim_node with more parameters, as a command line gives them."""
    import rclpy
    from ros_start import start_ros

    from pianomime_sim.sim_node import SimNode

    parts = []

    def make(**more) -> SimNode:
        values = {"sync": "true", "rollout": tmp_path / "played.npz", "score": tmp_path / "score.json"}
        values |= {"controller": "me", "takes_over": "true"}  # nobody else is here: do not look for long
        start_ros(**values | more)
        parts.append(SimNode())
        return parts[-1]

    yield make
    for part in parts:
        part.close()
        part.node.destroy_node()
    rclpy.try_shutdown()


@pytest.fixture
def sim(start_sim):
    return start_sim()
