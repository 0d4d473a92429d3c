"""What a foreign node receives on the topics of a performance."""

import os
import subprocess
import sys
from collections import defaultdict
from contextlib import contextmanager

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from outsider import Outsider
from ros_domains import free_domain
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory
from visualization_msgs.msg import MarkerArray

from pianomime.files.songs import bundled_songs
from pianomime_core.hands import joint_names, target_names
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.ros_messages import GOAL_NAMES, step_of
from pianomime_core.ros_qos import CLOCK, LATCHED, NEWEST, REPORT
from pianomime_core.ros_status_messages import read_status

TOPICS = {
    "/piano/song": (JointTrajectory, LATCHED),
    "/piano/goal": (JointTrajectory, NEWEST),
    "/hands/start": (JointState, LATCHED),
    "/hands/joint_states": (JointState, NEWEST),
    "/piano/joint_states": (JointState, NEWEST),
    "/hands/command": (JointTrajectory, NEWEST),
    "/piano/score": (DiagnosticArray, LATCHED),
    "/diagnostics": (DiagnosticArray, REPORT),
    "/markers": (MarkerArray, LATCHED),
    "/hands/meshes": (MarkerArray, NEWEST),
    "/clock": (Clock, CLOCK),
}


class Stranger(Outsider):
    """Keeps what it hears, by topic."""

    def __init__(self, domain: int, topics) -> None:
        super().__init__("stranger", domain)
        self.heard = defaultdict(list)
        for topic, (kind, qos) in topics.items():
            self.node.create_subscription(kind, topic, self.heard[topic].append, qos)

    def listen_until(self, enough) -> None:
        self.until(lambda: enough(self.heard), self.counts)

    def counts(self) -> dict[str, int]:
        return {topic: len(messages) for topic, messages in self.heard.items()}


@contextmanager
def process(domain: int, tmp_path, *words: str):
    environ = os.environ | {"ROS_DOMAIN_ID": str(domain), "XDG_RUNTIME_DIR": str(tmp_path)}
    running = subprocess.Popen([sys.executable, "-m", *words], env=environ, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        running.terminate()
        running.wait(timeout=10)


@pytest.fixture
def domain() -> int:
    return free_domain()


def test_every_topic_of_a_performance(domain, tmp_path):
    def enough(heard) -> bool:
        statuses = {message.status[0].name for message in heard["/diagnostics"]}
        return (
            all(heard[topic] for topic in TOPICS)
            and len(heard["/hands/command"]) > 20
            and len(heard["/markers"]) > 2
            and statuses >= {"sim_node", "policy_node", "midi_node"}
        )

    with process(domain, tmp_path, "pianomime", "play", "twinkle", "--controller", "idle"):
        stranger = Stranger(domain, TOPICS)
        try:
            stranger.listen_until(enough)
        finally:
            stranger.close()
    heard = stranger.heard
    assert {tuple(message.name) for message in heard["/hands/joint_states"]} == {joint_names()}
    assert {tuple(message.name) for message in heard["/piano/joint_states"]} == {(*KEY_NAMES, "sustain")}
    assert {tuple(message.joint_names) for message in heard["/hands/command"]} == {(*target_names(), "sustain")}
    assert {tuple(message.joint_names) for message in heard["/piano/goal"]} == {GOAL_NAMES}
    assert {len(message.points) for message in heard["/piano/goal"]} == {40}
    assert len(heard["/piano/song"][0].points) == 481
    # Everybody says whom it is connected to; the stranger listens too.
    sim = [message for message in heard["/diagnostics"] if message.status[0].name == "sim_node"]
    connected = read_status(sim[-1], "sim_node")
    assert connected["writers /hands/command"] == 1
    assert connected["readers /hands/joint_states"] >= 3
    assert not any(name.endswith(("/rosout", "/diagnostics")) for name in connected)
    # All are paired by stamp: whole steps, never going back.
    for topic in ("/hands/joint_states", "/piano/joint_states", "/piano/goal", "/hands/command"):
        steps = [step_of(message.header.stamp) for message in heard[topic]]
        assert steps == sorted(steps)
    clock = [step_of(message.clock) for message in heard["/clock"]]
    assert clock == sorted(clock)
    # The static markers and the moving ones come from two publishers; a late subscriber gets both.
    spaces = {marker.ns for message in heard["/markers"] for marker in message.markers}
    assert spaces == {"board", "white_keys", "black_keys", "notes", "rh_hand", "lh_hand"}
    assert {marker.ns for message in heard["/hands/meshes"] for marker in message.markers} == {"rh_meshes", "lh_meshes"}


def test_topics_can_be_remapped(domain, tmp_path):
    settings = ("-p", f"midi:={bundled_songs()['twinkle']}", "--remap", "/piano/song:=/studio/song")
    with process(domain, tmp_path, "pianomime_midi.midi_node", "--ros-args", *settings):
        stranger = Stranger(domain, {"/studio/song": (JointTrajectory, LATCHED)})
        try:
            stranger.listen_until(lambda heard: heard["/studio/song"])
        finally:
            stranger.close()
