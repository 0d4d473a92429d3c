"""sim_node through its topics: when the song begins, what it publishes, what it refuses, how it ends."""

import functools
import json
import time

import numpy as np
import pytest
import rclpy
from node_ports import deliver, ring, subscriber, wait_for
from ros_start import start_ros
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UnsafeError
from pianomime_core.hands import joint_names, target_names
from pianomime_core.rollout import Rollout
from pianomime_core.ros_messages import goal_message, joint_state, step_of, targets_message
from pianomime_core.ros_status_messages import read_status
from pianomime_physics.simulator import Simulator
from pianomime_sim.sim_node import BEGIN_PERIOD_S, END_PERIOD_S, SimNode

STEPS = 8
SILENT = np.zeros(STEPS, dtype=bool)
JOINTS, TARGETS = joint_names(), target_names()


@pytest.fixture
def start(published, tmp_path):
    """Start a simulator with more parameters, as a command line gives them."""
    parts = []

    def make(**more) -> SimNode:
        values = {"sync": "true", "rollout": tmp_path / "played.npz", "score": tmp_path / "score.json"}
        values |= {"controller": "me", "takes_over": "true"}  # nobody else is here: do not look for long
        start_ros(**values | more)
        parts.append(SimNode())
        return parts[-1]

    yield make
    for part in parts:
        part.close()
        part.node.destroy_node()
    rclpy.try_shutdown()


@pytest.fixture
def sim(start):
    return start()


@functools.cache
def commands():
    """Targets of each step; the fingers sink onto the keys."""
    lowest, highest = Simulator().target_range.T
    return [np.clip(0.05 * step * (highest - lowest), lowest, highest) for step in range(STEPS)]


def goal():
    rows = np.zeros((STEPS, 88), dtype=bool)
    rows[2:6, 40] = True
    return rows


def give_song(sim, sustain=SILENT) -> None:
    deliver(sim.node, topics.SONG, goal_message(goal(), sustain, step=0))


def give_start(sim, positions=None, step=0) -> None:
    positions = np.zeros(54) if positions is None else positions
    deliver(sim.node, topics.START, joint_state(JOINTS, positions, step=step))


def is_playing(published) -> bool:
    return bool(read_status(published.on(topics.TRANSPORT)[-1], "transport")["playing"])


def begin(sim, published, answer) -> None:
    published.answer(topics.HAND_STATES, answer)
    give_song(sim)
    assert not is_playing(published), "nobody knows yet where the hands begin"
    give_start(sim)


def play_to_the_end(sim) -> None:
    deadline_s = time.monotonic() + 60
    while not sim.finished:
        ring(sim.node, END_PERIOD_S)
        assert time.monotonic() < deadline_s


def answering(sim, chosen):
    def answer(message) -> None:
        step = step_of(message.header.stamp)
        if step < STEPS:
            rest = STEPS - step
            deliver(sim.node, topics.GOAL, goal_message(goal()[step:], np.zeros(rest, dtype=bool), step=step))
            deliver(sim.node, topics.COMMAND, chosen(step))

    return answer


def told_steps(published) -> list[int]:
    return [step_of(message.header.stamp) for message in published.on(topics.HAND_STATES)]


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


def test_the_song_waits_for_its_subscribers(start, published):
    sim = start(wait_for="audience")
    begin(sim, published, lambda message: None)
    ring(sim.node, BEGIN_PERIOD_S)
    assert not is_playing(published)
    with subscriber(sim.node, JointState, topics.HAND_STATES, name="audience"):
        # `subscriber` waits for the publisher's own count; the graph's list of names may come a moment later.
        wait_for(lambda: (ring(sim.node, BEGIN_PERIOD_S), is_playing(published))[1])


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
