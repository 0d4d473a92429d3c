"""policy_node through its topics: what it publishes and refuses."""

import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
from node_ports import deliver, ring, subscriber
from rclpy.lifecycle import TransitionCallbackReturn
from reference_demonstrations import demonstration_of
from visualization_msgs.msg import MarkerArray

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UnsafeError, UserError
from pianomime_core.goal_window import roll_window
from pianomime_core.hands import joint_names, target_names
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.ros_goal import window_message
from pianomime_core.ros_messages import goal_message, joint_state, read_joint_state, read_pedal, read_targets, step_of
from pianomime_core.ros_named_numbers import NameOrder
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import Action, FingertipTargets
from pianomime_policy.controllers.idle.idle import Idle
from pianomime_policy.controllers.registry import make_controller
from pianomime_policy.nodes import hand_commander
from pianomime_policy.nodes.policy_node import PolicyNode

JOINTS, TARGETS = joint_names(), target_names()
ORDER = NameOrder(TARGETS, beside=("sustain",))


class Puppet(Idle):
    """Idle, and what it does besides is said by the test; the newest is the one that plays."""

    horizon_steps = 1
    newest: ClassVar["Puppet"]

    def __init__(self, scene) -> None:
        super().__init__(scene.variant)
        self.seen, self.pedal, self.targets = [], False, None
        Puppet.newest = self

    def act(self, observation) -> Action:
        self.seen.append(observation)
        return replace(super().act(observation), pedal=self.pedal)

    def fingertip_targets(self) -> FingertipTargets | None:
        return self.targets


@pytest.fixture
def policy(ros, published):
    ros(controller=f"{__name__}:Puppet")
    part = PolicyNode()
    yield part
    part.node.destroy_node()


def give(policy, step, *, names=JOINTS, bad=None, goal=None, velocity=None, keys=None):
    positions = np.zeros(len(names))
    if bad is not None:
        positions[0] = bad
    goal = np.zeros((40, 88), dtype=bool) if goal is None else goal
    deliver(policy.node, topics.KEY_STATES, keys or joint_state(KEY_NAMES, np.zeros(88), np.zeros(88), step=step))
    deliver(policy.node, topics.HAND_STATES, joint_state(names, positions, np.zeros(len(names)), step=step))
    deliver(policy.node, topics.GOAL, goal_message(goal, np.zeros(40, dtype=bool), velocity, step=step))


def answered_steps(published) -> list[int]:
    return [step_of(command.header.stamp) for command in published.on(topics.COMMAND)]


def test_the_policy_starts_once_and_answers_each_state(policy, published):
    for step in (0, 1, 2):
        give(policy, step)
    [start] = published.on(topics.START)
    assert len(read_joint_state(start, NameOrder(JOINTS), velocities=False)[0]) == 54
    assert answered_steps(published) == [0, 1, 2]
    assert read_targets(published.on(topics.COMMAND)[0], ORDER).shape == (1, 46)


def test_the_pedal_is_commanded_also_when_a_command_is_repeated(policy, published):
    give(policy, 0)
    Puppet.newest.pedal = True
    give(policy, 1)
    give(policy, 1)
    up, down, again = published.on(topics.COMMAND)
    assert read_pedal(up).tolist() == [False], "idle does not use the pedal"
    assert read_pedal(down).tolist() == [True]
    assert down == again
    assert np.array_equal(read_targets(down, ORDER), np.zeros((1, 46)))


def test_keys_are_read_with_and_without_the_pedal(policy, published):
    give(policy, 0)
    names, angles = (*KEY_NAMES, "sustain"), np.append(np.zeros(88), 1.0)
    give(policy, 1, keys=joint_state(names, angles, np.zeros(89), step=1))
    assert answered_steps(published) == [0, 1]
    assert published.status(policy.node).values["refused_messages"] == 0


def test_how_loud_reaches_the_controller(policy):
    goal = np.zeros((40, 88), dtype=bool)
    goal[0, 40] = True
    for step, velocity in ((0, None), (1, np.where(goal, np.uint8(101), np.uint8(0)))):
        give(policy, step, goal=goal, velocity=velocity)
    assert [observation.velocity[0, 40] for observation in Puppet.newest.seen] == [64, 101]


def test_fingertip_targets_are_published_for_subscribers_only(policy, published):
    targets = FingertipTargets(np.zeros((2, 5, 3)), np.full((2, 5), -1))
    with subscriber(policy.node, MarkerArray, topics.FINGERTIP_TARGETS):
        give(policy, 0)
        assert published.on(topics.FINGERTIP_TARGETS) == [], "idle sends its fingertips nowhere"
        Puppet.newest.targets = targets
        give(policy, 1)
    give(policy, 2)
    [shown] = published.on(topics.FINGERTIP_TARGETS)
    assert {step_of(marker.header.stamp) for marker in shown.markers} == {1}
    assert len(published.on(topics.COMMAND)) == 3


def test_a_restart_in_the_middle_of_a_song_plays_on(policy, published):
    for step in (30, 31):
        give(policy, step)
    [start] = published.on(topics.START)
    assert step_of(start.header.stamp) == 30
    assert answered_steps(published) == [30, 31]


def test_a_simulator_that_falls_silent_may_begin_again_where_it_was(policy, published, monkeypatch):
    looks_s = hand_commander.SILENCE_S / 2
    ring(policy.node, looks_s)
    assert published.on(topics.START) == [], "nobody was there yet"
    give(policy, 0)
    deliver(policy.node, topics.HAND_STATES, joint_state(JOINTS, np.full(54, 0.25), np.zeros(54), step=12))
    ring(policy.node, looks_s)
    assert len(published.on(topics.START)) == 1, "it is still there"
    monkeypatch.setattr(hand_commander, "SILENCE_S", 0.0)
    for _ in range(3):
        ring(policy.node, looks_s)
    _, resume = published.on(topics.START)
    assert step_of(resume.header.stamp) == 12
    assert read_joint_state(resume, NameOrder(JOINTS), velocities=False)[0].tolist() == [0.25] * 54


def test_a_state_shown_again_is_answered_again_with_the_same(policy, published):
    give(policy, 0)
    give(policy, 0)
    first, second = published.on(topics.COMMAND)
    assert first == second


def test_wrong_messages_are_refused_and_counted(policy, published):
    give(policy, 0)
    give(policy, 1, names=("rh_nose", *JOINTS[1:]))
    assert answered_steps(published) == [0]
    assert published.status(policy.node).values["refused_messages"] == 1
    give(policy, 3)
    assert answered_steps(published) == [0, 3]


def test_a_state_that_is_not_finite_stops_the_node_and_names_the_joint(policy):
    with pytest.raises(UnsafeError, match=f"^/hands/joint_states: .*{JOINTS[0]} = nan$"):
        give(policy, 0, bad=np.nan)


def test_a_goal_that_is_not_finite_is_only_refused(policy, published):
    message = goal_message(np.zeros((40, 88), dtype=bool), np.zeros(40, dtype=bool), step=0)
    message.points[0].positions[5] = np.inf
    deliver(policy.node, topics.GOAL, message)
    assert published.status(policy.node).values["refused_messages"] == 1


def test_health_counts_what_was_not_answered(policy, published):
    assert published.status(policy.node).text == "waiting for a song"
    give(policy, 0)
    give(policy, 3)
    health = published.status(policy.node)
    assert (health.step, health.values["skipped_steps"]) == (3, 2)
    assert health.text.endswith(":Puppet plays; 2 steps skipped")
    assert health.warns
    assert {"policy_p50_ms", "policy_p99_ms", "policy_max_ms", "period_p50_ms"} <= set(health.values)


def test_the_life_cycle_by_hand(ros):
    ros(controller="idle", autostart="false")
    node = PolicyNode().node

    def commands() -> bool:
        """Whether it has a controller whose commands it can publish."""
        return "/hands/command" in {publisher.topic_name for publisher in node.publishers}

    assert not commands()
    for transition in (node.trigger_configure, node.trigger_activate, node.trigger_deactivate):
        assert transition() == TransitionCallbackReturn.SUCCESS
        assert commands()
    # Once more from the same controller, then from a new one.
    assert node.trigger_activate() == TransitionCallbackReturn.SUCCESS
    assert node.trigger_deactivate() == TransitionCallbackReturn.SUCCESS
    assert node.trigger_cleanup() == TransitionCallbackReturn.SUCCESS
    assert not commands()
    assert node.trigger_configure() == TransitionCallbackReturn.SUCCESS
    node.destroy_node()


def test_the_demonstration_is_played_by_its_controller(ros, tmp_path, published):
    path = tmp_path / "demo.npz"
    points = np.zeros((40, 2, 6, 3))
    points[:, 0, :, 1], points[:, 1, :, 1] = 0.1, -0.2
    demonstration_of(points, Score((Note(60, 0.0, 1.0),)), np.array([1])).save(path)
    ros(controller="demo", model=path)
    part = PolicyNode()
    deliver(part.node, topics.SONG, goal_message(np.zeros((20, 88), bool), np.zeros(20, bool), step=0))
    deliver(part.node, topics.GOAL, goal_message(np.zeros((11, 88), bool), np.zeros(11, bool), step=0))
    [begin] = published.on(topics.START)
    assert begin.name == list(JOINTS)
    # It begins where this demonstration does, whatever the song's (empty) goal.
    alone = make_controller("demo", SceneConfig(), path).start(np.zeros((1, 88), bool), np.zeros(1, bool))
    assert np.array_equal(read_joint_state(begin, NameOrder(JOINTS), velocities=False)[0], alone)
    assert alone.any(), "idle begins at zero"
    part.node.destroy_node()


def test_the_model_is_for_a_trained_controller_alone(ros):
    ros(controller="idle", model="networks")
    with pytest.raises(UserError, match="'idle' takes no model, but 'networks' is given"):
        PolicyNode()


def test_a_trained_controller_plays_with_the_model_it_is_given(ros, monkeypatch, tmp_path):
    made = []

    def build(scene, folder, horizon_steps, setting):
        made.append(folder)
        return Idle(scene.variant)

    stand_in = SimpleNamespace(build=build)
    monkeypatch.setitem(sys.modules, "pianomime_policy.controllers.generalist.generalist", stand_in)
    ros(controller="onnx", model=tmp_path)
    PolicyNode().node.destroy_node()
    assert set(made) == {tmp_path}


class Musician(Puppet):
    """Reads notes, and commands five targets a step."""

    def start_music(self, goal, sustain, notes):
        self.first = notes
        return self.start(goal, sustain)

    def act(self, observation) -> Action:
        self.seen.append(observation)
        return Action(observation.step + np.linspace(0.1, 0.5, 5)[:, None] * np.ones(46), True)


def test_notes_reach_the_controller_and_several_targets_the_hands(ros, published):
    ros(controller=f"{__name__}:Musician")
    part = PolicyNode()
    roll = piano_roll(Score((Note(60, 0.0, 0.313, 80), Note(62, 0.313, 2.0, 90)), ()))
    for step in (0, 1):
        deliver(part.node, topics.KEY_STATES, joint_state(KEY_NAMES, np.zeros(88), np.zeros(88), step=step))
        deliver(part.node, topics.HAND_STATES, joint_state(JOINTS, np.zeros(54), np.zeros(54), step=step))
        deliver(part.node, topics.GOAL, window_message(roll_window(roll, step, 40), step=step))
    part.node.destroy_node()
    player = Musician.newest
    # It sees one row, as puppets do.
    assert player.first.onset_s.tolist() == [0.0]
    assert [seen.notes.onset_s.tolist() for seen in player.seen] == [[0.0], [0.0]]
    assert [seen.notes.known_s for seen in player.seen] == [0.05, 0.1]
    command = published.on(topics.COMMAND)[1]
    assert [point.time_from_start.nanosec for point in command.points] == [10_000_000 * k for k in range(5)]
    assert read_targets(command, ORDER)[:, 0] == pytest.approx([1.1, 1.2, 1.3, 1.4, 1.5])
    assert read_pedal(command).all()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"setting": "musical"}, "'demo' does not play in the setting 'musical': legal are benchmark"),
        ({"setting": "loud"}, "unknown setting 'loud': choose one of benchmark, musical"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(ros, values, words):
    ros(controller="demo", **values)
    with pytest.raises(UserError, match=words):
        PolicyNode()
