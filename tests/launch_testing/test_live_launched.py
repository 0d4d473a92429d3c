"""live.launch.py by ROS 2's own launch, where it is installed: it listens until it is ended, and all nodes end well."""

import time
import unittest
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

import pytest

launch_testing = pytest.importorskip("launch_testing", reason="launch_testing is not installed")

from launch import LaunchDescription  # noqa: E402
from launch_testing.asserts import assertExitCodes  # noqa: E402
from launched import PATIENCE_S, launched  # noqa: E402

from pianomime_core.errors import UserError  # noqa: E402


@pytest.mark.launch_test
def generate_test_description() -> tuple[LaunchDescription, dict[str, object]]:
    # Here, since a module that is skipped takes those beside it along.
    scripted_keyboard = pytest.importorskip("benchmarks.scripted_keyboard", reason="python-rtmidi is not installed")
    machine = ExitStack()
    try:
        machine.enter_context(scripted_keyboard.midi_system())
    except UserError as error:
        pytest.skip(str(error))
    rollout = Path(mkdtemp()) / "live.npz"
    arguments = {"virtual": "robot", "mode": "reactive", "viewer": "none", "rollout": str(rollout)}
    return launched("live", arguments), {
        "machine": machine,
        "make_keyboard": scripted_keyboard.Keyboard,
        "rollout": rollout,
    }


class TestSession(unittest.TestCase):
    def test_it_opens_a_port_and_listens(self, proc_output, make_keyboard):
        proc_output.assertWaitFor("open for MIDI at 'robot'", timeout=PATIENCE_S)
        proc_output.assertWaitFor("the robot listens", timeout=PATIENCE_S)
        keyboard = make_keyboard(to="robot")
        self.addCleanup(keyboard.unplug)
        for status in (0x90, 0x80):
            keyboard.send(status, 60, 80)
            time.sleep(0.5)


@launch_testing.post_shutdown_test()
class TestAfterwards(unittest.TestCase):
    def test_every_node_ended_well(self, proc_info, machine):
        machine.close()
        assertExitCodes(proc_info)

    def test_what_was_played_is_written(self, rollout):
        assert rollout.is_file()
