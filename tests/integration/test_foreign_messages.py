"""Foreign messages on the topics of a performance are ignored; foreign commands end the song."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from outsider import Outsider
from performances import PATIENCE_S, Performance, own_domain, play
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from pianomime.episodes.episode import play_episode
from pianomime_core import ros_topics as topics
from pianomime_core.hands import joint_names, target_names
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.midi_score import load_midi, save_midi
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.rollout import Rollout
from pianomime_core.ros_messages import joint_state, step_of, targets_message
from pianomime_core.ros_qos import LATCHED, NEWEST
from pianomime_core.web import LOCALHOST
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import make_controller
from pianomime_sim.viewers.port import free_port


@pytest.fixture
def environ(tmp_path) -> dict[str, str]:
    return own_domain(tmp_path)


@pytest.fixture
def song(tmp_path) -> Path:
    """Sixteen seconds for both hands."""
    return slow_notes(tmp_path / "slow.mid", 16)


@pytest.fixture
def long_song(tmp_path) -> Path:
    """What is not over when somebody else comes, on whatever machine."""
    return slow_notes(tmp_path / "long.mid", 180)


def slow_notes(path: Path, seconds: int) -> Path:
    right = [Note(60 + (2 * k) % 12, 1.0 * k, 1.0 * k + 0.8, 80) for k in range(seconds)]
    left = [Note(40 + k % 3, 1.0 * k, 1.0 * k + 0.8, 80) for k in range(seconds)]
    save_midi(Score(notes=tuple(sorted(right + left, key=lambda note: note.onset_s)), sustain=(), title=""), path)
    return path


@pytest.fixture
def stranger(environ):
    outsider = Outsider("stranger", int(environ["ROS_DOMAIN_ID"]))
    yield outsider
    outsider.close()


@pytest.fixture
def perform(environ):
    started = []

    def start(song: Path, *arguments: object) -> Performance:
        started.append(Performance(environ, song, *arguments))
        return started[-1]

    yield start
    for performance in started:
        performance.kill()


class Step:
    """At which step the hands are, as a stranger hears it."""

    def __init__(self, stranger: Outsider) -> None:
        self.now = -1
        stranger.node.create_subscription(JointState, topics.HAND_STATES, self.hear, NEWEST)

    def hear(self, message: JointState) -> None:
        self.now = step_of(message.header.stamp)


@pytest.mark.slow
@pytest.mark.parametrize("age", [3, 60])
def test_one_old_state_changes_nothing(perform, stranger, tmp_path, age):
    """It made the policy begin anew, or, of three steps before, hung the graph for ever."""
    step = Step(stranger)
    song, file = slow_notes(tmp_path / "slow.mid", 60), tmp_path / "played.npz"
    performance = perform(song, "--controller", "streaming", "--sync", "--rollout", file)
    stranger.until(lambda: step.now > 80)
    hands = stranger.node.create_publisher(JointState, topics.HAND_STATES, NEWEST)
    keys = stranger.node.create_publisher(JointState, topics.KEY_STATES, NEWEST)
    stranger.until(lambda: hands.get_subscription_count() >= 2 and keys.get_subscription_count() >= 1)
    names, old = joint_names(), step.now - age
    keys.publish(joint_state(KEY_NAMES, np.zeros(88), np.zeros(88), step=old))
    hands.publish(joint_state(names, np.zeros(len(names)), np.zeros(len(names)), step=old))
    code, _, said = performance.end()
    assert code == 0, said
    assert f"/{topics.HAND_STATES} of /stranger refused: it belongs to /sim_node" in said
    played = Rollout.load(file)
    truth = play_episode(
        Simulator(SceneConfig()), make_controller("streaming", SceneConfig()), piano_roll(load_midi(song))
    )
    assert np.array_equal(played.targets, truth.targets)


@pytest.mark.slow
def test_a_song_does_not_begin_where_a_stranger_commands(environ, stranger, song):
    """A command from the future, said before the song began, was the one to be played to its end."""
    publisher = stranger.node.create_publisher(JointTrajectory, topics.COMMAND, NEWEST)
    names = target_names()
    future = targets_message(names, np.zeros(len(names)), step=100_000)
    stranger.node.create_timer(0.2, lambda: publisher.publish(future))
    running = subprocess.Popen(
        [sys.executable, "-m", "pianomime", "play", str(song), "--controller", "idle"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    stranger.until(lambda: running.poll() is not None)
    said = running.stdout.read()
    assert running.returncode == 2
    [line] = [line for line in said.splitlines() if "the song does not begin: " in line]
    # Who was there first is not known to be the right one: both are named.
    assert f"/{topics.COMMAND}" in line
    assert "/stranger" in line
    assert "/policy_node" in line
    assert "F1" not in said


@pytest.mark.slow
def test_a_second_policy_ends_the_song(perform, environ, long_song):
    performance = perform(long_song, "--controller", "idle")
    performance.wait_for("the song begins")
    second = subprocess.Popen(
        [sys.executable, "-m", "pianomime_policy.nodes.policy_node", "--ros-args", "-p", "controller:=idle"],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        code, _, said = performance.end()
    finally:
        second.terminate()
        second.wait()
    assert code == 1, said
    assert "sim_node ended before the song did (the hands are stopped: " in said
    assert f"/{topics.COMMAND} of /policy_node is also published by another /policy_node" in said
    assert "Traceback" not in said


def test_a_second_simulator_is_refused_and_the_first_plays_on(perform, environ, long_song):
    performance = perform(long_song, "--controller", "idle")
    performance.wait_for("the song begins")
    second = subprocess.run(
        [sys.executable, "-m", "pianomime_sim.sim_node"],
        env=environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert second.returncode == 2
    [line] = [line for line in second.stderr.splitlines() if line.startswith("error: ")]
    assert "a second instance" in line
    assert f"process {performance.process.pid}" in line
    assert performance.process.poll() is None


def test_another_folder_for_locks_does_not_hide_a_second_play(perform, environ, long_song, tmp_path):
    performance = perform(long_song, "--controller", "idle")
    performance.wait_for("the song begins")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = play(environ | {"XDG_RUNTIME_DIR": str(elsewhere)}, long_song, "--controller", "idle")
    assert done.returncode == 2
    assert "a second instance" in done.stderr
    assert performance.process.poll() is None


@pytest.mark.slow
def test_words_where_numbers_belong_and_names_without_end_are_passed_over(perform, stranger, song):
    def status(name: str, **values: str) -> DiagnosticArray:
        pairs = [KeyValue(key=key, value=value) for key, value in values.items()]
        return DiagnosticArray(status=[DiagnosticStatus(name=name, values=pairs)])

    step = Step(stranger)
    performance = perform(song, "--controller", "idle", "--viewer", "browser", "--viewer-port", free_port(LOCALHOST))
    stranger.until(lambda: step.now > 20)
    node = stranger.node
    score = node.create_publisher(DiagnosticArray, topics.SCORE, LATCHED)
    transport = node.create_publisher(DiagnosticArray, topics.TRANSPORT, LATCHED)
    hands = node.create_publisher(JointState, topics.HAND_STATES, NEWEST)
    for message in (status("score", f1="good"), status("score", frames="1"), DiagnosticArray()):
        score.publish(message)
        stranger.listen(0.2)
    for message in (status("transport", paused="perhaps"), status("transport", speed="nan"), status("transport")):
        transport.publish(message)
        stranger.listen(0.2)
    for name in ("rh_FFJ3", "key"):
        hands.publish(JointState(name=[name] * 100_000, position=[0.0] * 100_000))
        stranger.listen(0.2)
    code, _, said = performance.end()
    assert code == 0, said
    assert "Traceback" not in said
    assert "started again" not in said
    assert max(map(len, said.splitlines())) < 1000


def test_nodes_do_not_outlive_a_killed_launcher(environ, song):
    """Whatever it is: here a process that starts nodes and knows nothing of them."""
    launcher = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(song)], env=environ, stdout=subprocess.PIPE, text=True
    )
    nodes = [int(number) for number in launcher.stdout.readline().split()]
    time.sleep(3.0)
    launcher.kill()
    launcher.wait()
    deadline_s = time.monotonic() + 30.0
    while any(runs(node) for node in nodes):
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


LAUNCHER = """
import subprocess, sys, time
nodes = [
    subprocess.Popen([sys.executable, "-m", module, "--ros-args", *parameters], start_new_session=True)
    for module, *parameters in (
        ("pianomime_sim.sim_node",),
        ("pianomime_policy.nodes.policy_node", "-p", "controller:=idle"),
        ("pianomime_midi.midi_node", "-p", f"midi:={sys.argv[1]}"),
    )
]
print(*(node.pid for node in nodes), flush=True)
time.sleep(600)
"""


def runs(pid: int) -> bool:
    return os.path.exists(f"/proc/{pid}")
