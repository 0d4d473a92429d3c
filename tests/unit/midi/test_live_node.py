"""live_node with a simulated keyboard, its callbacks called directly."""

import sys

import mido
import numpy as np
import pytest
import rclpy
from ros_domains import free_domain

from pianomime_core.errors import UserError
from pianomime_core.ros_environment import complete_ros_environment
from pianomime_core.ros_messages import GOAL_NAMES, NameOrder, joint_state, read_goal, read_goal_velocity, step_of
from pianomime_midi import live_node

ORDER = NameOrder(GOAL_NAMES)


class Port:
    """A keyboard: what is in `messages` was played, and `poll` finds what `plugged` says."""

    def __init__(self, port: str, virtual: str, wait: bool) -> None:
        self.name = virtual or port
        self.messages: list[tuple[mido.Message, float]] = []
        self.connected = self.plugged = True

    def read(self):
        messages, self.messages = self.messages, []
        return messages

    def poll(self) -> bool:
        changed, self.connected = self.connected != self.plugged, self.plugged
        return changed

    def close(self) -> None:
        pass


class Clock:
    """A monotonic clock; each state comes 50 ms after the previous one."""

    def __init__(self) -> None:
        self.now_s = 500.0

    def monotonic(self) -> float:
        return self.now_s


class Topic:
    """A publisher that keeps its messages."""

    def __init__(self) -> None:
        self.sent = []

    def publish(self, message) -> None:
        self.sent.append(message)


class Performance:
    """A live_node and what it answers."""

    def __init__(self, monkeypatch, **parameters) -> None:
        complete_ros_environment()
        words = [word for name, value in parameters.items() for word in ("-p", f"{name}:={value}")]
        # A domain of our own: a performance on this machine must not hear us.
        rclpy.init(args=[sys.argv[0], "--ros-args", *words], domain_id=free_domain())
        self.clock = Clock()
        monkeypatch.setattr(live_node, "MidiInput", Port)
        monkeypatch.setattr(live_node, "time", self.clock)
        self.part = live_node.LiveNode()
        self.part._publish_goal = self.topic = Topic()
        self.step = -1

    def play(self, kind: str, pitch: int, ago_s: float = 0.001) -> None:
        message = mido.Message(kind, note=pitch, velocity=70)
        self.part._port.messages.append((message, self.clock.now_s - ago_s))

    def state(self, steps: int = 1) -> list[set[int]]:
        """The rows of the window that answers the next state, as pitches."""
        for _ in range(steps):
            self.step += 1
            self.clock.now_s += 0.05
            self.part._on_state(joint_state(["rh_WRJ2"], np.zeros(1), step=self.step))
        message = self.topic.sent[-1]
        assert step_of(message.header.stamp) == self.step
        goal, _ = read_goal(message, ORDER)
        return [set((np.flatnonzero(row) + 21).tolist()) for row in goal]


@pytest.fixture
def perform(monkeypatch):
    parts = []

    def start(**parameters) -> Performance:
        parts.append(Performance(monkeypatch, **parameters))
        return parts[-1]

    yield start
    for each in parts:
        each.part.node.destroy_node()
    rclpy.try_shutdown()


@pytest.mark.parametrize("delay_s", [0.0, 0.5])
def test_how_loud_and_the_pedal_come_back_too(perform, delay_s):
    live = perform(delay_s=delay_s)
    live.state(10)
    live.play("note_on", 60)
    live.part._port.messages.append((mido.Message("control_change", control=64, value=100), live.clock.now_s))
    live.state(20)
    message = live.topic.sent[-1]
    goal, sustain = read_goal(message, ORDER)
    velocity = read_goal_velocity(message, ORDER, goal)
    assert velocity[0, 60 - 21] == 70
    assert np.array_equal(velocity, 70 * goal)
    assert sustain[0]


def test_what_is_played_comes_back_after_the_delay(perform):
    live = perform(delay_s=0.5)
    live.state(10)
    live.play("note_on", 60)
    live.state(4)
    live.play("note_off", 60, ago_s=0.01)
    windows = [live.state() for _ in range(20)]
    played = [window[0] for window in windows]
    assert all(len(window) == 10 for window in windows)
    assert played.count({60}) == 4
    # Played at the end of step 9; 10 steps, and one for the border and the way.
    assert played.index({60}) + 14 == 9 + 10 + 1


def test_what_is_played_before_the_robot_is_ready_is_dropped(perform):
    live = perform(delay_s=0.0)
    live.play("note_on", 60)
    live.part._send(0)
    assert live.state() == [set()] * 4
    assert live.state()[0] == set()
    live.play("note_on", 62)
    assert live.state() == [{62}] * 4


def test_without_delay_the_keys_of_this_moment_are_the_goal(perform):
    live = perform(delay_s=0.0, transpose=12)
    live.state(2)
    live.play("note_on", 60)
    assert live.state()[0] == {72}
    live.play("note_off", 60)
    assert live.state()[0] == set()


def test_a_keyboard_that_is_gone_lets_go(perform):
    live = perform(delay_s=0.0)
    live.state(2)
    live.play("note_on", 60)
    assert live.state()[0] == {60}
    live.part._port.plugged = False
    live.part._poll_port()
    live.part._poll_port()
    assert live.state()[0] == set()
    health = live.part._health()
    assert (health.values["connected"], health.values["unplugged"]) == (0, 1)
    assert "is gone" in health.warnings[0]
    live.part._port.plugged = True
    live.part._poll_port()
    live.play("note_on", 64)
    assert live.state()[0] == {64}
    assert live.part._health().warnings == ()


def test_a_stuck_key_is_let_go(perform):
    live = perform(delay_s=0.0, longest_note_s=0.5)
    live.state(2)
    live.play("note_on", 60)
    held = [live.state()[0] for _ in range(15)]
    assert held == [{60}] * 9 + [set()] * 6
    assert live.part._health().values["stuck_notes"] == 1


def test_notes_outside_the_piano_are_counted(perform):
    live = perform(delay_s=0.0, transpose=40)
    live.state(2)
    live.play("note_on", 100)
    live.state()
    health = live.part._health()
    assert (health.values["heard_notes"], health.values["dropped_notes"]) == (0, 1)
    assert "outside the 88 keys" in health.warnings[0]


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
def test_bad_parameters_are_refused(monkeypatch, name, value, words):
    try:
        with pytest.raises(UserError, match=words):
            Performance(monkeypatch, **{name: value})
    finally:
        rclpy.try_shutdown()
