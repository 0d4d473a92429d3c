"""How a node's process ends: its exit code, and that signals never interrupt a callback or the shutdown."""

import signal
import sys

import pytest
import rclpy
from rclpy.node import Node
from ros_domains import free_domain
from std_msgs.msg import String

from pianomime_core.errors import UnsafeError, UserError
from pianomime_core.ros_main import run

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def process(monkeypatch):
    """A domain of our own, a clean command line, and the signal handlers of the tests afterwards."""
    monkeypatch.setenv("ROS_DOMAIN_ID", str(free_domain()))
    monkeypatch.setattr(sys, "argv", ["node"])
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests themselves may have been started by nohup
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


class Part:
    """A node whose one timer does `work`; it keeps what happened, in order."""

    def __init__(self, work=lambda part: None, end=lambda: None) -> None:
        self.happened = []
        self.finished = False
        self.node = Node("part")
        self.publisher = self.node.create_publisher(String, "/said", 1)
        self.end = end
        self.node.create_timer(0.01, lambda: work(self))

    def close(self) -> None:
        self.end()
        self.publisher.publish(String(data="good bye"))  # fails without a living context
        self.happened.append("closed")


def keep(parts, *arguments):
    def make() -> Part:
        parts.append(Part(*arguments))
        return parts[0]

    return make


def test_finished_work_is_code_0():
    def work(part) -> None:
        part.finished = True

    parts = []
    assert run(keep(parts, work)) == 0
    assert parts[0].happened == ["closed"]
    assert not rclpy.ok()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_waits_for_the_end_of_the_callback(number):
    def work(part) -> None:
        signal.raise_signal(number)
        part.publisher.publish(String(data="still here"))
        part.happened.append("worked")

    parts = []
    assert run(keep(parts, work)) == 0
    assert parts[0].happened == ["worked", "closed"]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_second_signal_does_not_cut_the_end_short(number):
    def work(part) -> None:
        signal.raise_signal(number)

    parts = []
    assert run(keep(parts, work, lambda: signal.raise_signal(number))) == 0
    assert parts[0].happened == ["closed"]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_a_long_build_at_once(number, capfd):
    def build() -> Part:
        signal.raise_signal(number)
        raise AssertionError("went on building")

    assert run(build) == 0
    assert capfd.readouterr().err == ""


def test_an_error_of_the_user_is_one_line_and_code_2(capfd):
    def build() -> Part:
        raise UserError("no such\nsong")

    assert run(build) == 2
    assert capfd.readouterr().err == "error: no such song\n"


def test_a_number_that_is_not_safe_is_one_line_and_code_3(capfd):
    def work(part) -> None:
        raise UnsafeError("rh_FFJ3 = nan")

    parts = []
    assert run(keep(parts, work)) == 3
    assert capfd.readouterr().err == "error: rh_FFJ3 = nan\n"
    assert parts[0].happened == ["closed"]


def test_arguments_that_ros_does_not_understand_are_the_users_error(monkeypatch, capfd):
    monkeypatch.setattr(sys, "argv", ["node", "--ros-args", "-p", "no value"])
    assert run(Part) == 2
    [line] = [line for line in capfd.readouterr().err.splitlines() if line.startswith("error: ")]
    assert "no value" in line


def test_a_bug_is_code_1_with_its_traceback_and_closes_the_part(capfd):
    def work(part) -> None:
        raise ZeroDivisionError("a bug")

    parts = []
    assert run(keep(parts, work)) == 1
    assert "ZeroDivisionError: a bug" in capfd.readouterr().err
    assert parts[0].happened == ["closed"]
