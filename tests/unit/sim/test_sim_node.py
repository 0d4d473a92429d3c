"""sim_node through its topics: when the song begins, what it publishes, how it ends."""

import json

import numpy as np
import pytest
from node_ports import deliver, ring, subscriber, wait_for
from sensor_msgs.msg import JointState
from sim_node_songs import (
    STEPS,
    TARGETS,
    answering,
    begin,
    commands,
    give_song,
    give_start,
    goal,
    is_playing,
    play_to_the_end,
    told_steps,
)
from trajectory_msgs.msg import JointTrajectory

from pianomime_core import ros_topics as topics
from pianomime_core.rollout import Rollout
from pianomime_core.ros_messages import step_of, targets_message
from pianomime_core.ros_status_messages import read_status
from pianomime_physics.simulator import Simulator
from pianomime_sim.sim_node import BEGIN_PERIOD_S


def test_a_song_from_first_state_to_rollout(sim, published, tmp_path):
    targets = commands()
    begin(sim, published, answering(sim, lambda step: targets_message(TARGETS, targets[step], step=step)))
    play_to_the_end(sim)
    assert told_steps(published) == list(range(STEPS + 1))
    assert [step_of(message.clock) for message in published.on(topics.CLOCK)] == list(range(STEPS + 1))
    played = Rollout.load(tmp_path / "played.npz")
    assert np.array_equal(played.targets, np.stack(targets).astype(np.float32))
    assert np.array_equal(played.goal, goal())
    assert played.metadata["controller"] == "me"
    truth = Simulator()
    truth.reset(np.zeros(54))
    states = [truth.step(row) for row in played.targets]
    assert np.array_equal(played.pressed, np.stack([state.key_pressed for state in states]))
    last = read_status(published.on(topics.SCORE)[-1], "score")
    assert (last["finished"], last["step"], last["missed_deadlines"]) == (1.0, STEPS, 0.0)
    assert last["f1"] == played.metadata["scores"]["f1"]
    assert json.loads((tmp_path / "score.json").read_text()) == last


def test_the_pedal_is_what_was_commanded_and_never_what_is_wanted(sim, published, tmp_path):
    targets = commands()
    wanted, chosen = np.arange(STEPS) >= 2, [step in (3, 4) for step in range(STEPS)]

    def answer(message) -> None:
        step = step_of(message.header.stamp)
        if step < STEPS:
            deliver(sim.node, topics.COMMAND, targets_message(TARGETS, targets[step], step=step, pedal=chosen[step]))

    published.answer(topics.HAND_STATES, answer)
    with subscriber(sim.node, JointState, topics.KEY_EVENTS):
        give_song(sim, wanted)
        give_start(sim)
        play_to_the_end(sim)
    played = Rollout.load(tmp_path / "played.npz")
    assert played.pedal.tolist() == chosen
    assert played.goal_pedal.tolist() == wanted.tolist()
    # Two of the two pressed and of the six wanted frames.
    assert played.metadata["scores"]["pedal_f1"] == pytest.approx(2 * 2 / (2 + 6))
    assert read_status(published.on(topics.SCORE)[-1], "score")["pedal_f1"] == pytest.approx(0.5)
    # A state tells where the pedal was in the step that ended in it, and the event when it moved.
    shown = [message.position[message.name.index("sustain")] for message in published.on(topics.KEY_STATES)]
    assert shown == [0.0, *map(float, chosen)]
    moved = [message for message in published.on(topics.KEY_EVENTS) if message.name == ["sustain"]]
    assert [(step_of(message.header.stamp), message.position[0]) for message in moved] == [(3, 1.0), (5, 0.0)]


def test_a_command_that_names_no_pedal_leaves_it_up(sim, published, tmp_path):
    def answer(message) -> None:
        step = step_of(message.header.stamp)
        deliver(sim.node, topics.COMMAND, targets_message(TARGETS, commands()[min(step, STEPS - 1)], step=step))

    published.answer(topics.HAND_STATES, answer)
    give_song(sim, np.ones(STEPS, dtype=bool))
    give_start(sim)
    play_to_the_end(sim)
    played = Rollout.load(tmp_path / "played.npz")
    assert played.goal_pedal.all()
    assert not played.pedal.any()
    assert played.metadata["scores"]["pedal_f1"] == 0.0


def test_a_song_goes_on_where_the_hands_were(sim, published, tmp_path):
    targets = commands()
    where = np.full(54, 0.01)
    published.answer(
        topics.HAND_STATES, answering(sim, lambda step: targets_message(TARGETS, targets[step], step=step))
    )
    give_song(sim)
    give_start(sim, where, step=3)
    # A controller that is started anew now says where it would begin; these hands are playing.
    give_start(sim, step=5)
    play_to_the_end(sim)
    assert told_steps(published) == list(range(3, STEPS + 1))
    played = Rollout.load(tmp_path / "played.npz")
    assert np.array_equal(played.goal, goal()[3:])
    assert len(played.targets) == STEPS - 3
    assert np.array_equal(played.initial_joint_positions, where)
    assert played.metadata["first_step"] == 3
    last = read_status(published.on(topics.SCORE)[-1], "score")
    assert (last["first_step"], last["step"], last["frames"]) == (3.0, STEPS, STEPS - 3)


def test_health_tells_who_waits_and_how_it_plays(sim, published):
    ring(sim.node, BEGIN_PERIOD_S)
    assert published.last_status().text.startswith("waiting for piano/song")
    begin(sim, published, answering(sim, lambda step: targets_message(TARGETS, commands()[step], step=step)))
    play_to_the_end(sim)
    health = published.status(sim.node)
    assert (health.step, health.text, health.warns) == (STEPS, "playing", False)
    assert {"missed_deadlines", "lifted_steps", "stale_s", "refused_messages"} <= set(health.values)
    assert {"latency_p50_ms", "period_p99_ms", "physics_max_ms"} <= set(health.values)


def test_the_song_waits_for_its_subscribers(start_sim, published):
    sim = start_sim(wait_for="audience")
    begin(sim, published, lambda message: None)
    ring(sim.node, BEGIN_PERIOD_S)
    assert not is_playing(published)
    with subscriber(sim.node, JointState, topics.HAND_STATES, name="audience"):
        # `subscriber` waits for the publisher's own count; the graph's list of names may come a moment later.
        wait_for(lambda: (ring(sim.node, BEGIN_PERIOD_S), is_playing(published))[1])


def test_several_targets_of_each_step_are_played_and_recorded(sim, published, tmp_path):
    """And a command with another number of them is refused: the last targets are asked for again."""
    rough, answered = [1], []

    def fine(step) -> JointTrajectory:
        answered.append(step)
        if step == 4 and rough:
            return targets_message(TARGETS, commands()[step], step=rough.pop() * step)
        before, after = commands()[max(step - 1, 0)], commands()[step]
        rows = before + (after - before) * (np.arange(1, 6) / 5)[:, None]
        return targets_message(TARGETS, rows, step=step, rows_per_step=5)

    begin(sim, published, answering(sim, fine))
    play_to_the_end(sim)
    rollout = Rollout.load(tmp_path / "played.npz")
    assert (rollout.dt, rollout.rows_per_step, len(rollout.targets)) == (0.01, 5, 5 * STEPS)
    assert np.array_equal(rollout.frames().goal, goal())
    truth = Simulator()
    truth.reset(rollout.initial_joint_positions)
    assert np.array_equal(rollout.pressed, [truth.step(row, 2).key_pressed for row in rollout.targets])
    assert np.array_equal(rollout.targets[4::5], np.array(commands(), dtype=np.float32))
    assert answered.count(4) == 2
    assert sim._inbox.refused == 1
