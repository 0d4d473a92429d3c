"""sim_node and what must not be played: wrong commands, starts and songs, and a physics that fails."""

import numpy as np
import pytest
from node_ports import deliver, wait_for
from sim_node_songs import (
    JOINTS,
    SILENT,
    STEPS,
    TARGETS,
    answering,
    begin,
    give_song,
    give_start,
    goal,
    is_playing,
    play_to_the_end,
    told_steps,
)

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UnsafeError
from pianomime_core.rollout import Rollout
from pianomime_core.ros_messages import goal_message, joint_state, step_of, targets_message


def test_refused_commands_do_not_move_anything(sim, published, tmp_path):
    zeros = np.zeros(46)
    wrong = [
        targets_message((*TARGETS[:-1], "third_hand"), zeros, step=0),
        targets_message(TARGETS[:-1], zeros[:-1], step=0),
    ]

    def answer(message) -> None:
        if step_of(message.header.stamp) == 0:
            deliver(sim.node, topics.COMMAND, wrong.pop() if wrong else targets_message(TARGETS, zeros, step=0))

    begin(sim, published, answer)
    wait_for(lambda: 1 in told_steps(published))
    assert published.status(sim.node).values["refused_messages"] == 2
    sim.close()
    assert np.array_equal(Rollout.load(tmp_path / "played.npz").targets, np.zeros((1, 46), dtype=np.float32))


def test_a_command_that_is_not_finite_stops_the_node_and_names_the_joint(sim):
    bad = np.where(np.arange(46) == 3, np.nan, 0.0)
    with pytest.raises(UnsafeError, match=f"^/hands/command: .*{TARGETS[3]} = nan$"):
        deliver(sim.node, topics.COMMAND, targets_message(TARGETS, bad, step=0))


def test_commands_that_are_too_fast_are_told(sim, published):
    far = np.where([name == "rh_forearm_tx" for name in TARGETS], -0.7, 0.0)
    give_start(sim, np.where([name == "rh_forearm_tx" for name in JOINTS], 0.5, 0.0))
    published.answer(topics.HAND_STATES, answering(sim, lambda step: targets_message(TARGETS, far, step=step)))
    give_song(sim)
    play_to_the_end(sim)
    health = published.status(sim.node)
    assert health.values["limited_steps"] == 1
    assert "1 commands too fast, the last for rh_forearm_tx" in health.text.split("; ")


@pytest.mark.parametrize("wrong", ["start", "song"])
def test_wrong_starts_and_songs_are_refused(sim, published, wrong):
    if wrong == "start":
        deliver(sim.node, topics.START, joint_state(("nobody",), np.zeros(1)))
        give_song(sim)
    else:
        message = goal_message(goal(), SILENT, step=0)
        message.joint_names = ["key_1"]
        deliver(sim.node, topics.SONG, message)
        give_start(sim)
    assert not is_playing(published)
    assert published.status(sim.node).values["refused_messages"] == 1
    give_song(sim) if wrong == "song" else give_start(sim)
    assert is_playing(published)


def test_a_start_beyond_the_end_of_the_song_is_refused_and_named(sim, published, capfd):
    give_song(sim)
    give_start(sim, step=900)
    assert published.status(sim.node).values["refused_messages"] == 1
    assert not is_playing(published)
    assert f"start refused: the start is at step 900, the song has {STEPS} steps" in capfd.readouterr().err


def test_a_failure_of_the_physics_is_not_hidden(sim, published):
    def fail(message) -> None:
        raise RuntimeError("no power")

    begin(sim, published, fail)
    with pytest.raises(RuntimeError, match="no power"):
        play_to_the_end(sim)
