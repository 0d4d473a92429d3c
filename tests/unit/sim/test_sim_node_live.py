"""sim_node without a song: it plays until it is interrupted, and scores only the music."""

import json
import threading

import numpy as np
import pytest
import rclpy
from node_ports import Published, deliver
from ros_start import start_ros

from pianomime_core import ros_topics as topics
from pianomime_core.hands import joint_names, target_names
from pianomime_core.metrics import score
from pianomime_core.rollout import Rollout
from pianomime_core.ros_messages import goal_message, joint_state, step_of, targets_message
from pianomime_physics.simulator import Simulator
from pianomime_sim.sim_node import SimNode

FIRST, LAST, END = 3, 6, 9
"""The first and the last wanted row, and the step in which Ctrl-C comes."""


@pytest.fixture
def play(tmp_path, monkeypatch):
    """A session of END steps with these goal rows, and the node when it is closed."""
    parts, published = [], Published(monkeypatch)
    targets = Simulator().target_range.mean(axis=1)

    def start(goal) -> SimNode:
        values = {"session_s": 60.0, "sync": "true", "rollout": tmp_path / "r.npz", "score": tmp_path / "score.json"}
        values["takes_over"] = "true"  # nobody else is here: do not look for long
        start_ros(**values)
        sim = SimNode()
        parts.append(sim)
        over = threading.Event()

        def answer(message) -> None:
            step = step_of(message.header.stamp)
            if step >= END:
                over.set()
                return
            deliver(sim.node, topics.GOAL, goal_message(goal[step : step + 2], np.zeros(2, dtype=bool), step=step))
            deliver(sim.node, topics.COMMAND, targets_message(target_names(), targets, step=step))

        published.answer(topics.HAND_STATES, answer)
        deliver(sim.node, topics.START, joint_state(joint_names(), np.zeros(54)))
        assert over.wait(60)
        sim.close()
        return sim

    yield start
    for part in parts:
        part.node.destroy_node()
    rclpy.try_shutdown()


def test_it_needs_no_song_and_scores_from_the_first_wanted_row_to_the_last(play, tmp_path):
    goal = np.zeros((END + 2, 88), dtype=bool)
    goal[FIRST : LAST + 1, 40] = True
    sim = play(goal)
    assert sim.finished
    played = Rollout.load(tmp_path / "r.npz")
    assert np.array_equal(played.goal, goal[:END])
    assert len(played.pressed) == len(played.targets) == END
    music = slice(FIRST, LAST + 1)
    values = json.loads((tmp_path / "score.json").read_text())
    assert values["frames"] == LAST + 1 - FIRST
    assert values["f1"] == score(played.goal[music], played.pressed[music]).f1
    assert values["finished"] == 1


def test_a_session_without_music_has_nothing_to_write(play, tmp_path):
    sim = play(np.zeros((END + 2, 88), dtype=bool))
    assert sim.finished
    assert list(tmp_path.glob("*.npz")) == list(tmp_path.glob("*.json")) == []
