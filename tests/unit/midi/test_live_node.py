"""live_node between a simulated keyboard and another node's states."""

import time

import mido
import numpy as np
import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from ros_start import start_ros
from sensor_msgs.msg import JointState
from simulated_keyboard import SimulatedPort
from trajectory_msgs.msg import JointTrajectory

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UserError
from pianomime_core.ros_messages import GOAL_NAMES, joint_state, read_goal, read_goal_velocity, step_of
from pianomime_core.ros_named_numbers import NameOrder
from pianomime_core.ros_qos import NEWEST, REPORT
from pianomime_core.ros_status_messages import read_status
from pianomime_midi.live_node import LiveNode

ORDER = NameOrder(GOAL_NAMES)
PATIENCE_S = 60.0


class Robot:
    """A live_node, and a simulator as another node: its states, and what the first says of them."""

    def __init__(self, **parameters) -> None:
        start_ros(**parameters)
        self.goals, self.reports = [], []
        self.live = LiveNode(self._open)
        self.sim = rclpy.create_node("sim_node", use_global_arguments=False)
        self._states = self.sim.create_publisher(JointState, topics.HAND_STATES, NEWEST)
        self.sim.create_subscription(JointTrajectory, topics.GOAL, self.goals.append, NEWEST)
        self.sim.create_subscription(DiagnosticArray, "/diagnostics", self.reports.append, REPORT)
        self._executor = SingleThreadedExecutor()
        for node in (self.live.node, self.sim):
            self._executor.add_node(node)

    def _open(self, *words: str, **options: bool) -> SimulatedPort:
        self.port = SimulatedPort(*words, **options)
        return self.port

    def until(self, is_so) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < deadline_s
            self._executor.spin_once(timeout_sec=0.05)

    def goal_of(self, step: int) -> JointTrajectory:
        """Publish the state of a step and return the window that answers it."""

        def answered() -> bool:
            self._states.publish(joint_state(["rh_WRJ2"], np.zeros(1), step=step))
            return bool(self.goals) and step_of(self.goals[-1].header.stamp) == step

        self.until(answered)
        return self.goals[-1]

    def report(self) -> dict[str, float]:
        """The next report's values."""
        self.reports.clear()
        self.until(lambda: any(status.name == "live_node" for report in self.reports for status in report.status))
        return read_status(self.reports[-1], "live_node")


@pytest.fixture
def robot():
    robots = []

    def start(**parameters) -> Robot:
        robots.append(Robot(**parameters))
        return robots[-1]

    yield start
    for each in robots:
        each.live.close()
        each.live.node.destroy_node()
        each.sim.destroy_node()
    rclpy.try_shutdown()


def test_every_state_is_answered_with_the_music_of_its_step(robot):
    player = robot(delay_s=0.0, transpose=12)
    goal, _ = read_goal(player.goal_of(0), ORDER)
    assert not goal.any()
    player.goal_of(1)
    now_s = time.monotonic()
    player.port.messages += [
        (mido.Message("note_on", note=60, velocity=70), now_s),
        (mido.Message("control_change", control=64, value=100), now_s),
    ]
    message = player.goal_of(2)
    goal, sustain = read_goal(message, ORDER)
    assert (np.flatnonzero(goal[0]) + 21).tolist() == [72]
    assert read_goal_velocity(message, ORDER, goal)[0, 72 - 21] == 70
    assert sustain[0]


def test_it_reports_what_its_keyboard_does(robot):
    player = robot(delay_s=0.0, transpose=40)
    player.goal_of(1)
    player.port.messages.append((mido.Message("note_on", note=100, velocity=70), time.monotonic()))
    player.goal_of(2)
    values = player.report()
    assert (values["heard_notes"], values["dropped_notes"], values["connected"]) == (0, 1, 1)
    assert "outside the 88 keys" in player.reports[-1].status[0].message
    player.port.plugged = False
    player.until(lambda: player.report()["unplugged"] == 1)
    assert "is gone" in player.reports[-1].status[0].message
    player.port.plugged = True
    player.until(lambda: player.report()["connected"] == 1)
    assert "is gone" not in player.reports[-1].status[0].message


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("delay_s", -1.0, "delay_s"),
        ("channel", 17, "channel"),
        ("transpose", 100, "transpose"),
        ("longest_note_s", 0.0, "longest_note_s"),
        ("ports", "x", "'ports'.*port, "),
    ],
)
def test_bad_parameters_are_refused(name, value, words):
    try:
        with pytest.raises(UserError, match=words):
            Robot(**{name: value})
    finally:
        rclpy.try_shutdown()
