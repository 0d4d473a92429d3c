"""perceive.launch.py by ROS 2's own launch, where it is installed: it listens to a camera, and ends well."""

import unittest

import pytest

launch_testing = pytest.importorskip("launch_testing", reason="launch_testing is not installed")

from launch import LaunchDescription  # noqa: E402
from launch_testing.asserts import assertExitCodes  # noqa: E402
from launched import PATIENCE_S, launched  # noqa: E402


@pytest.mark.launch_test
def generate_test_description() -> LaunchDescription:
    # Here, since a module that is skipped takes those beside it along.
    pytest.importorskip("mediapipe", reason="needs MediaPipe: requirements-perception.txt")
    return launched("perceive", {"image_topic": "camera/image_raw", "follow": "true"})


class TestCamera(unittest.TestCase):
    def test_it_listens_and_the_hands_follow(self, proc_output):
        proc_output.assertWaitFor("listening to pictures on /camera/image_raw", timeout=PATIENCE_S)
        proc_output.assertWaitFor("the hands follow /hands/human_fingertips", timeout=PATIENCE_S)


@launch_testing.post_shutdown_test()
class TestAfterwards(unittest.TestCase):
    def test_every_node_ended_well(self, proc_info):
        assertExitCodes(proc_info)
