"""The viewer as a process of the ROS graph: fed by topics, shown in a browser, ended by signals."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager

import numpy as np
import pytest
from headless_chromium import CHROMIUM, HeadlessChromium
from ros_domains import free_domain

from pianomime_core.hands import joint_names
from pianomime_core.keyboard import KEY_NAMES, NUM_KEYS
from pianomime_core.ros_environment import missing_ros_settings
from pianomime_core.web import LOCALHOST
from pianomime_sim.viewers.port import free_port

PATIENCE_S = 60.0
LEAVE_S = 3.0


@pytest.fixture(scope="module")
def ros_environment():
    """A DDS domain of its own, so that nobody else's graph is heard."""
    environment = os.environ | missing_ros_settings(os.environ) | {"ROS_DOMAIN_ID": str(free_domain())}
    return environment | {"PYTHONUNBUFFERED": "1"}


@contextmanager
def viewer_node(environment, **parameters):
    settings = [word for name, value in parameters.items() for word in ("-p", f"{name}:={value}")]
    process = subprocess.Popen(
        [sys.executable, "-m", "pianomime_sim.viewer_node", "--ros-args", *settings],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(condition, what: str) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"{what} did not come within {PATIENCE_S} s"
        time.sleep(0.2)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as page:
            return page.status == 200
    except OSError:
        return False


@contextmanager
def performance(environment):
    """A robot that stands still and misses one key: publishes everything a viewer listens to, at 20 Hz."""
    import rclpy
    from diagnostic_msgs.msg import DiagnosticArray
    from sensor_msgs.msg import JointState
    from trajectory_msgs.msg import JointTrajectory

    from pianomime_core.ros_messages import goal_message, joint_state
    from pianomime_core.ros_qos import LATCHED, NEWEST
    from pianomime_core.ros_status_messages import status_message

    os.environ.update(missing_ros_settings(os.environ))
    context = rclpy.Context()
    context.init(domain_id=int(environment["ROS_DOMAIN_ID"]))
    node = rclpy.create_node("performance", context=context)
    hands = node.create_publisher(JointState, "/hands/joint_states", NEWEST)
    keys = node.create_publisher(JointState, "/piano/joint_states", NEWEST)
    goal = node.create_publisher(JointTrajectory, "/piano/goal", NEWEST)
    score = node.create_publisher(DiagnosticArray, "/piano/score", LATCHED)
    stop = threading.Event()
    window = np.zeros((40, NUM_KEYS), dtype=bool)
    window[:, 39] = True

    def play() -> None:
        step = 0
        while not stop.wait(0.05):
            score.publish(status_message("score", {"f1": 0.4321, "missed_deadlines": 7}, step=step))
            keys.publish(joint_state(KEY_NAMES, np.zeros(NUM_KEYS), np.zeros(NUM_KEYS), step=step))
            hands.publish(joint_state(joint_names(), np.zeros(len(joint_names())), None, step=step))
            goal.publish(goal_message(window, np.zeros(40, dtype=bool), step=step))
            step += 1

    thread = threading.Thread(target=play)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        node.destroy_node()
        context.shutdown()


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)")
def test_what_the_topics_say_stands_on_the_page(ros_environment, tmp_path):
    port = free_port(LOCALHOST)
    with viewer_node(ros_environment, port=port) as process, performance(ros_environment):
        wait_for(lambda: answers(f"http://{LOCALHOST}:{port}"), "the page")
        with HeadlessChromium(f"http://{LOCALHOST}:{port}", tmp_path / "profile") as browser:
            wait_for(lambda: "0.432" in browser.text(), "the score")
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=LEAVE_S)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def test_sigterm_ends_it_quietly(ros_environment):
    port = free_port(LOCALHOST)
    with viewer_node(ros_environment, port=port) as process:
        # The page answers before this line is said: the node is still being built then.
        said = process.stdout.readline()
        process.terminate()
        _, errors = process.communicate(timeout=LEAVE_S)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert f"http://{LOCALHOST}:{port}" in said


def test_a_signal_while_it_is_built_ends_it_as_well(ros_environment):
    port = free_port(LOCALHOST)
    with viewer_node(ros_environment, port=port) as process:
        wait_for(lambda: answers(f"http://{LOCALHOST}:{port}"), "the page")
        process.terminate()
        _, errors = process.communicate(timeout=LEAVE_S)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def test_bad_settings_end_it_with_one_line_and_code_2(ros_environment):
    with socket.create_server((LOCALHOST, 0)) as server:
        port = server.getsockname()[1]
        with viewer_node(ros_environment, port=port) as process:
            _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert len(errors.splitlines()) == 1
    assert str(port) in errors
