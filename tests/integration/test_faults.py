"""Faults during a performance: nodes are killed in the middle of a song, numbers diverge. Real processes over DDS."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import rclpy
from performances import Performance, own_domain, still_there
from trajectory_msgs.msg import JointTrajectory

from pianomime_core.hands import target_names
from pianomime_core.midi_score import load_midi, save_midi
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.rollout import Rollout
from pianomime_core.ros_environment import complete_ros_environment
from pianomime_core.ros_messages import targets_message
from pianomime_core.ros_qos import NEWEST
from pianomime_core.web import LOCALHOST
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_sim.viewers.port import free_port

LAST_STEPS = 60


@pytest.fixture
def environ(tmp_path) -> dict[str, str]:
    return own_domain(tmp_path)


@pytest.fixture
def song(tmp_path) -> Path:
    """Twelve seconds of slow notes for both hands."""
    right = [
        Note(60 + pitch, 1.0 * k, 1.0 * k + 0.8, 80) for k, pitch in enumerate((0, 2, 4, 5, 7, 9, 7, 5, 4, 2, 4, 0))
    ]
    left = [Note(40 + k % 3, 1.0 * k, 1.0 * k + 0.8, 80) for k in range(12)]
    path = tmp_path / "slow.mid"
    save_midi(Score(notes=tuple(sorted(right + left, key=lambda note: note.onset_s)), sustain=(), title=""), path)
    return path


@pytest.fixture
def perform(environ, song, tmp_path):
    """Start the song; it has played for a moment when this returns."""
    started = []

    def start(*arguments: object) -> Performance:
        performance = Performance(environ, song, "--rollout", tmp_path / "played.npz", *arguments)
        started.append(performance)
        performance.wait_for("the song begins")
        if "--sync" not in arguments:  # in step with its commands the song is soon over
            time.sleep(2.0)
        return performance

    yield start
    for performance in started:
        performance.kill()


def kill(performance: Performance, victim: str) -> None:
    os.kill(performance.nodes(victim)[victim], signal.SIGKILL)


def plays_to_the_end(played: Rollout) -> bool:
    """Some of the notes that are wanted in the last seconds are pressed."""
    return bool((played.goal & played.pressed)[-LAST_STEPS:].any())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("victim", "pace"),
    [
        ("policy_node", "--real-time"),
        ("midi_node", "--real-time"),
        ("viewer_node", "--real-time"),
        ("policy_node", "--sync"),
    ],
)
def test_the_song_goes_on_when_a_node_is_killed(perform, song, tmp_path, victim, pace):
    viewer = ("--viewer", "browser", "--viewer-port", free_port(LOCALHOST)) if victim == "viewer_node" else ()
    performance = perform("--controller", "streaming", pace, *viewer)
    kill(performance, victim)
    code, _, said = performance.end()
    assert code == 0, said
    assert f"[{victim}] killed by SIGKILL: started again (1 of 3)" in said
    played = Rollout.load(tmp_path / "played.npz")
    assert np.array_equal(played.goal, piano_roll(load_midi(song)).goal)
    assert played.metadata["first_step"] == 0
    assert plays_to_the_end(played)


@pytest.mark.slow
def test_the_song_goes_on_where_a_killed_simulator_was(perform, song, tmp_path):
    performance = perform("--controller", "streaming")
    kill(performance, "sim_node")
    code, _, said = performance.end()
    assert code == 0, said
    assert "[sim_node] killed by SIGKILL: started again (1 of 3)" in said
    played = Rollout.load(tmp_path / "played.npz")
    first = played.metadata["first_step"]
    assert first > 0
    assert f"scored from step {first} of" in said
    assert f"the song goes on at step {first}" in said
    assert np.array_equal(played.goal, piano_roll(load_midi(song)).goal[first:])
    assert plays_to_the_end(played)
    # What was played since then is a whole performance: it can be played again.
    simulator = Simulator(SceneConfig())
    simulator.reset(played.initial_joint_positions)
    assert np.array_equal(played.pressed, np.stack([simulator.step(row).key_pressed for row in played.targets]))


@pytest.mark.slow
def test_a_node_that_is_killed_again_and_again_ends_the_performance(perform):
    performance = perform("--controller", "idle")
    for count in (1, 2, 3):
        kill(performance, "midi_node")
        performance.wait_for(f"started again ({count} of 3)")
    nodes = performance.nodes("sim_node", "policy_node", "midi_node")
    kill(performance, "midi_node")
    code, _, said = performance.end()
    assert code == 1
    assert "midi_node ended before the song did (killed by SIGKILL)" in said
    assert still_there(nodes.values()) == []


@pytest.mark.slow
def test_a_stranger_that_commands_ends_the_performance_and_is_named(perform, environ):
    """What it says, here that a joint is to go to infinity, is not even read."""
    performance = perform("--controller", "idle")
    complete_ros_environment()
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=int(environ["ROS_DOMAIN_ID"]))
    stranger = rclpy.create_node("stranger", context=context)
    publisher = stranger.create_publisher(JointTrajectory, "/hands/command", NEWEST)
    names = target_names()
    explosion = np.where([name == "lh_FFJ3" for name in names], np.inf, 0.0)
    while performance.process.poll() is None:
        publisher.publish(targets_message(names, explosion, step=10_000))
        time.sleep(0.05)
    code, _, said = performance.end()
    stranger.destroy_node()
    context.try_shutdown()
    assert code == 1
    assert "sim_node ended before the song did (the hands are stopped: " in said
    assert "/hands/command of /policy_node is also published by /stranger" in said
    assert "Traceback" not in said
