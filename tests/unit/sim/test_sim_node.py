"""sim_node with its callbacks called by hand: when the song begins, what it publishes, what it refuses, how it ends."""

import json
import sys
import time

import numpy as np
import pytest
import rclpy
from ros_domains import free_domain

from pianomime_core.errors import UnsafeError
from pianomime_core.rollout import Rollout
from pianomime_core.ros_environment import complete_ros_environment
from pianomime_core.ros_messages import goal_message, joint_state, read_status, step_of, targets_message
from pianomime_physics.simulator import Simulator
from pianomime_sim.sim_node import SimNode

STEPS = 8


class Topic:
    """A publisher that keeps what it is given and calls whom it may concern."""

    def __init__(self, then=lambda message: None) -> None:
        self.sent = []
        self.then = then

    def publish(self, message) -> None:
        self.sent.append(message)
        self.then(message)

    def wait_for_all_acked(self, timeout) -> bool:
        return True


@pytest.fixture
def sim(tmp_path):
    complete_ros_environment()
    # A domain of our own: a performance on this machine must not hear us.
    rollout = tmp_path / "played.npz"
    values = {"sync": "true", "rollout": rollout, "score": tmp_path / "score.json", "controller": "me"}
    values["takes_over"] = "true"  # nobody else is here: do not look for long
    words = [word for name, value in values.items() for word in ("-p", f"{name}:={value}")]
    rclpy.init(args=[sys.argv[0], "--ros-args", *words], domain_id=free_domain())
    part = SimNode()
    part._score_reporter._publisher, part._states._publish_keys, part._states._publish_clock = Topic(), Topic(), Topic()
    yield part
    part.close()
    part.node.destroy_node()
    rclpy.try_shutdown()


def commands(sim):
    """Targets of each step; the fingers sink onto the keys."""
    lowest, highest = sim._simulator.target_range.T
    return [np.clip(0.05 * step * (highest - lowest), lowest, highest) for step in range(STEPS)]


def goal():
    rows = np.zeros((STEPS, 88), dtype=bool)
    rows[2:6, 40] = True
    return rows


def begin(sim, answer) -> None:
    sim._states._publish_hands = Topic(answer)
    sim._inbox.on_song(goal_message(goal(), np.zeros(STEPS, dtype=bool), step=0))
    assert sim._performance is None, "nobody knows yet where the hands begin"
    sim._inbox.on_start(joint_state(sim._simulator.joint_names, np.zeros(54)))


def play_to_the_end(sim) -> None:
    deadline_s = time.monotonic() + 60
    while not sim.finished:
        sim._check_for_end()
        assert time.monotonic() < deadline_s


def answering(sim, chosen):
    def answer(message) -> None:
        step = step_of(message.header.stamp)
        if step < STEPS:
            sim._inbox.on_goal(goal_message(goal()[step:], np.zeros(STEPS - step, dtype=bool), step=step))
            sim._inbox.on_command(chosen(step))

    return answer


def test_a_song_from_first_state_to_rollout(sim):
    names, targets = sim._simulator.target_names, commands(sim)
    begin(sim, answering(sim, lambda step: targets_message(names, targets[step], step=step)))
    play_to_the_end(sim)
    assert [step_of(message.header.stamp) for message in sim._states._publish_hands.sent] == list(range(STEPS + 1))
    assert [step_of(message.clock) for message in sim._states._publish_clock.sent] == list(range(STEPS + 1))
    played = Rollout.load(sim._score_reporter._rollout)
    assert np.array_equal(played.targets, np.stack(targets).astype(np.float32))
    assert np.array_equal(played.goal, goal())
    assert played.metadata["controller"] == "me"
    truth = Simulator()
    truth.reset(np.zeros(54))
    states = [truth.step(row) for row in played.targets]
    assert np.array_equal(played.pressed, np.stack([state.key_pressed for state in states]))
    last = read_status(sim._score_reporter._publisher.sent[-1], "score")
    assert (last["finished"], last["step"], last["missed_deadlines"]) == (1.0, STEPS, 0.0)
    assert last["f1"] == played.metadata["scores"]["f1"]
    assert json.loads(sim._score_reporter._score.read_text()) == last


def test_the_pedal_is_what_was_commanded_and_never_what_is_wanted(sim):
    names, targets = sim._simulator.target_names, commands(sim)
    wanted, chosen = np.arange(STEPS) >= 2, [step in (3, 4) for step in range(STEPS)]
    sim._states._publish_key_events = Topic()
    sim._states._publish_key_events.get_subscription_count = lambda: 1

    def answer(message) -> None:
        step = step_of(message.header.stamp)
        if step < STEPS:
            sim._inbox.on_command(targets_message(names, targets[step], step=step, pedal=chosen[step]))

    sim._states._publish_hands = Topic(answer)
    sim._inbox.on_song(goal_message(goal(), wanted, step=0))
    sim._inbox.on_start(joint_state(names=sim._simulator.joint_names, positions=np.zeros(54)))
    play_to_the_end(sim)
    played = Rollout.load(sim._score_reporter._rollout)
    assert played.pedal.tolist() == chosen
    assert played.goal_pedal.tolist() == wanted.tolist()
    # Two of the two pressed and of the six wanted frames.
    assert played.metadata["scores"]["pedal_f1"] == pytest.approx(2 * 2 / (2 + 6))
    assert read_status(sim._score_reporter._publisher.sent[-1], "score")["pedal_f1"] == pytest.approx(0.5)
    # A state tells where the pedal was in the step that ended in it, and the event when it moved.
    shown = [message.position[message.name.index("sustain")] for message in sim._states._publish_keys.sent]
    assert shown == [0.0, *map(float, chosen)]
    moved = [message for message in sim._states._publish_key_events.sent if message.name == ["sustain"]]
    assert [(step_of(message.header.stamp), message.position[0]) for message in moved] == [(3, 1.0), (5, 0.0)]


def test_a_command_that_names_no_pedal_leaves_it_up(sim):
    names, targets = sim._simulator.target_names, commands(sim)
    sim._states._publish_hands = Topic(
        lambda message: sim._inbox.on_command(
            targets_message(
                names,
                targets[min(step_of(message.header.stamp), STEPS - 1)],
                step=step_of(message.header.stamp),
            )
        )
    )
    sim._inbox.on_song(goal_message(goal(), np.ones(STEPS, dtype=bool), step=0))
    sim._inbox.on_start(joint_state(sim._simulator.joint_names, np.zeros(54)))
    play_to_the_end(sim)
    played = Rollout.load(sim._score_reporter._rollout)
    assert played.goal_pedal.all()
    assert not played.pedal.any()
    assert played.metadata["scores"]["pedal_f1"] == 0.0


def test_a_song_goes_on_where_the_hands_were(sim):
    names, targets = sim._simulator.target_names, commands(sim)
    where = np.full(54, 0.01)
    sim._states._publish_hands = Topic(answering(sim, lambda step: targets_message(names, targets[step], step=step)))
    sim._inbox.on_song(goal_message(goal(), np.zeros(STEPS, dtype=bool), step=0))
    sim._inbox.on_start(joint_state(sim._simulator.joint_names, where, step=3))
    # A controller that is started anew now says where it would begin; these hands are playing.
    sim._inbox.on_start(joint_state(sim._simulator.joint_names, np.zeros(54), step=5))
    play_to_the_end(sim)
    assert [step_of(message.header.stamp) for message in sim._states._publish_hands.sent] == list(range(3, STEPS + 1))
    played = Rollout.load(sim._score_reporter._rollout)
    assert np.array_equal(played.goal, goal()[3:])
    assert len(played.targets) == STEPS - 3
    assert np.array_equal(played.initial_joint_positions, where)
    assert played.metadata["first_step"] == 3
    last = read_status(sim._score_reporter._publisher.sent[-1], "score")
    assert (last["first_step"], last["step"], last["frames"]) == (3.0, STEPS, STEPS - 3)


def test_health_tells_who_waits_and_what_was_late(sim):
    assert sim._health().text.startswith("waiting for piano/song")
    names, targets = sim._simulator.target_names, commands(sim)
    begin(sim, answering(sim, lambda step: targets_message(names, targets[step], step=step)))
    play_to_the_end(sim)
    health = sim._health()
    assert (health.step, health.text, health.warnings) == (STEPS, "playing", ())
    assert {"missed_deadlines", "lifted_steps", "stale_s", "refused_messages"} <= set(health.values)
    assert {"latency_p50_ms", "period_p99_ms", "physics_max_ms"} <= set(health.values)
    sim._performance.playback.missed_steps.append(3)
    sim._performance.playback.stale_s, sim._performance.playback.lifting = 0.75, True
    assert sim._health().warnings == ("1 missed deadlines", "no command for 0.75 s: hands lifted")


def test_the_song_waits_for_its_subscribers(sim):
    class Gate:
        opened = False

        def is_open(self) -> bool:
            return self.opened

    sim._subscriber_gate = Gate()
    begin(sim, lambda message: None)
    assert sim._performance is None
    sim._subscriber_gate.opened = True
    sim._begin()
    assert sim._performance is not None


def test_refused_commands_do_not_move_anything(sim):
    names, zeros = sim._simulator.target_names, np.zeros(46)
    wrong = [
        targets_message((*names[:-1], "third_hand"), zeros, step=0),
        targets_message(names[:-1], zeros[:-1], step=0),
    ]

    def answer(message) -> None:
        if step_of(message.header.stamp) == 0:
            sim._inbox.on_command(wrong.pop() if wrong else targets_message(names, zeros, step=0))

    begin(sim, answer)
    deadline_s = time.monotonic() + 60
    while sim._performance.scoreboard.played < 1:
        assert time.monotonic() < deadline_s
    assert sim._inbox.refused == 2
    assert np.array_equal(sim._performance.playback.targets[0], np.zeros(46, dtype=np.float32))


def test_a_command_that_is_not_finite_stops_the_node_and_names_the_joint(sim):
    names = sim._simulator.target_names
    bad = np.where(np.arange(46) == 3, np.nan, 0.0)
    with pytest.raises(UnsafeError, match=f"^/hands/command: .*{names[3]} = nan$"):
        sim._inbox.on_command(targets_message(names, bad, step=0))


def test_commands_that_are_too_fast_are_told(sim):
    names = sim._simulator.target_names
    far = np.where([name == "rh_forearm_tx" for name in names], -0.7, 0.0)
    start = np.where([name == "rh_forearm_tx" for name in sim._simulator.joint_names], 0.5, 0.0)
    sim._inbox.on_start(joint_state(sim._simulator.joint_names, start))
    sim._states._publish_hands = Topic(answering(sim, lambda step: targets_message(names, far, step=step)))
    sim._inbox.on_song(goal_message(goal(), np.zeros(STEPS, dtype=bool), step=0))
    play_to_the_end(sim)
    assert sim._health().values["limited_steps"] == 1
    assert "1 commands too fast, the last for rh_forearm_tx" in sim._health().warnings


def test_wrong_starts_and_songs_are_refused(sim):
    sim._inbox.on_start(joint_state(("nobody",), np.zeros(1)))
    message = goal_message(goal(), np.zeros(STEPS, dtype=bool), step=0)
    message.joint_names = ["key_1"]
    sim._inbox.on_song(message)
    assert sim._inbox.refused == 2
    assert sim._cue.start is None
    assert sim._cue.steps is None


def test_a_start_beyond_the_end_of_the_song_is_refused_and_named(sim, capfd):
    sim._inbox.on_song(goal_message(goal(), np.zeros(STEPS, dtype=bool), step=0))
    sim._inbox.on_start(joint_state(sim._simulator.joint_names, np.zeros(54), step=900))
    assert sim._inbox.refused == 1
    assert sim._performance is None
    assert f"start refused: the start is at step 900, the song has {STEPS} steps" in capfd.readouterr().err


def test_a_failure_of_the_physics_is_not_hidden(sim):
    def fail(message) -> None:
        raise RuntimeError("no power")

    begin(sim, fail)
    sim._performance._thread.join()
    with pytest.raises(RuntimeError, match="no power"):
        sim._check_for_end()
