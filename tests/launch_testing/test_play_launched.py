"""play.launch.py by ROS 2's own launch, where it is installed: a song is played to its end, and all nodes end well."""

import time
import unittest
from pathlib import Path
from tempfile import mkdtemp

import pytest

launch_testing = pytest.importorskip("launch_testing", reason="launch_testing is not installed")

from launch import LaunchDescription  # noqa: E402
from launch_testing.asserts import assertExitCodes  # noqa: E402
from launched import PATIENCE_S, launched  # noqa: E402


@pytest.mark.launch_test
def generate_test_description() -> tuple[LaunchDescription, dict[str, Path]]:
    rollout = Path(mkdtemp()) / "twinkle.npz"
    arguments = {"midi": "twinkle", "controller": "idle", "sync": "true", "viewer": "none", "rollout": str(rollout)}
    return launched("play", arguments), {"rollout": rollout}


class TestSong(unittest.TestCase):
    def test_it_is_played_to_its_end_and_the_graph_ends_by_itself(self, proc_info, rollout):
        deadline_s = time.monotonic() + PATIENCE_S
        while not rollout.is_file():
            assert time.monotonic() < deadline_s, "no rollout was written"
            time.sleep(0.2)
        assert len(proc_info.processes()) >= 3
        for process in proc_info.processes():
            proc_info.assertWaitForShutdown(process, timeout=PATIENCE_S)


@launch_testing.post_shutdown_test()
class TestAfterwards(unittest.TestCase):
    def test_every_node_ended_well(self, proc_info):
        assertExitCodes(proc_info)
