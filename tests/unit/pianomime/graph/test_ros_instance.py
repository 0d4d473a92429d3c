"""One graph per domain."""

import os
import subprocess
import sys

import pytest
from ros_domains import free_domain

from pianomime.graph.ros_instance import refuse_second_instance
from pianomime_core.errors import UserError
from pianomime_core.ros_environment import complete_ros_environment

FIRST = """
from sensor_msgs.msg import JointState
from pianomime_core.ros_background import BackgroundNode
from pianomime_core.ros_diagnostics import Diagnostics, Health
from pianomime_core.ros_qos import NEWEST
first = BackgroundNode("sim_node")
first.node.create_publisher(JointState, "hands/joint_states", NEWEST)
health = Diagnostics(first.node, Health)
first.start()
print("plays", flush=True)
input()
"""


@pytest.fixture
def domain(monkeypatch) -> int:
    complete_ros_environment()
    monkeypatch.setenv("ROS_DOMAIN_ID", str(number := free_domain()))
    return number


def test_a_second_one_is_refused_with_the_process_that_started_the_first(domain, monkeypatch, tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", FIRST], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout.readline() == "plays\n"
        # Found by the graph itself: a folder that differs from shell to shell hides nobody.
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        with pytest.raises(
            UserError,
            match=rf"second instance.*domain {domain} .*process {os.getpid()}\b.*ROS_DOMAIN_ID.*0 to 101",
        ):
            refuse_second_instance()
        first.kill()
        first.wait()
        # Killed without a chance to take its leave: the graph remembers it, and it is passed over all the same.
        refuse_second_instance()


def test_another_domain_is_another_piano(domain):
    with subprocess.Popen(
        [sys.executable, "-c", FIRST], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout.readline() == "plays\n"
        os.environ["ROS_DOMAIN_ID"] = str(free_domain())
        refuse_second_instance()
        first.kill()


def test_a_domain_out_of_range_is_refused(monkeypatch):
    monkeypatch.setenv("ROS_DOMAIN_ID", "102")
    with pytest.raises(UserError, match="0 to 101"):
        refuse_second_instance()
