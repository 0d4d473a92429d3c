"""midi_node and policy_node through their topics: what they publish and refuse."""

import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import ClassVar

import mido
import numpy as np
import pytest
import rclpy
from node_ports import Published, call, deliver, ring, subscriber
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from reference_demonstrations import demonstration_of
from ros_start import start_ros
from std_srvs.srv import Trigger
from visualization_msgs.msg import MarkerArray

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UnsafeError, UserError
from pianomime_core.hands import joint_names, target_names
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.notes import Note, Score, save_midi
from pianomime_core.ros_messages import (
    GOAL_NAMES,
    NameOrder,
    goal_message,
    joint_state,
    read_goal,
    read_goal_velocity,
    read_joint_state,
    read_pedal,
    read_targets,
    status_message,
    step_of,
)
from pianomime_description.variant import SceneConfig
from pianomime_midi.midi_node import REPEAT_PERIOD_S, MidiNode
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
def published(monkeypatch):
    return Published(monkeypatch)


@pytest.fixture
def ros():
    """Start ROS with parameters, as a command line gives them."""

    yield start_ros
    rclpy.try_shutdown()


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


@pytest.fixture
def song(tmp_path):
    path = tmp_path / "three notes.mid"
    notes = tuple(Note(60 + 2 * k, 0.5 * k, 0.5 * k + 0.5, 80) for k in range(3))
    save_midi(Score(notes=notes, sustain=(), title=""), path)
    return path


def told_pitches(published) -> list[int]:
    """Pitches of the last song on piano/song."""
    goal, _ = read_goal(published.on(topics.SONG)[-1], NameOrder(GOAL_NAMES))
    return (np.flatnonzero(goal.any(axis=0)) + 21).tolist()


def state(part, step) -> None:
    deliver(part.node, topics.HAND_STATES, joint_state(("x",), np.zeros(1), step=step))


def test_the_song_is_published_once_and_windows_on_request(ros, song, published):
    ros(midi=song, horizon_steps=11)
    part = MidiNode()
    [told], [first] = published.on(topics.SONG), published.on(topics.GOAL)
    assert (step_of(told.header.stamp), step_of(first.header.stamp)) == (0, 0)
    state(part, 9)
    message = published.on(topics.GOAL)[-1]
    assert step_of(message.header.stamp) == 9
    goal, _ = read_goal(message, NameOrder(GOAL_NAMES))
    assert goal.shape == (11, 88)
    # 0.5 s is 10 rows: row 0 of this window is the last one of middle C, the others are D.
    assert np.flatnonzero(goal[0]).tolist() == [60 - 21]
    assert np.flatnonzero(goal[1:].any(axis=0)).tolist() == [62 - 21]
    velocity = read_goal_velocity(message, NameOrder(GOAL_NAMES), goal)
    assert np.array_equal(velocity, 80 * goal)
    # Without an answer the window is repeated, until the song is over.
    ring(part.node, REPEAT_PERIOD_S)
    _, one, same = published.on(topics.GOAL)
    assert one == same
    state(part, len(told.points))
    ring(part.node, REPEAT_PERIOD_S)
    assert len(published.on(topics.GOAL)) == 3
    assert len(published.on(topics.SONG)) == 1
    part.node.destroy_node()


def test_a_demonstration_is_a_song_too(ros, tmp_path, published):
    path = tmp_path / "demo.npz"
    notes = tuple(Note(60 + 2 * k, 0.5 * k, 0.5 * k + 0.5, 80) for k in range(3))
    demonstration_of(np.zeros((40, 2, 6, 3)), Score(notes), np.array([0, 1, 2])).save(path)
    ros(midi=path, horizon_steps=11)
    part = MidiNode()
    state(part, 0)
    goal, _ = read_goal(published.on(topics.GOAL)[-1], NameOrder(GOAL_NAMES))
    assert np.flatnonzero(goal[0]).tolist() == [60 - 21]
    part.node.destroy_node()


def test_health_reports_what_the_piano_cannot_play(ros, tmp_path, published):
    file = mido.MidiFile()
    file.tracks.append(mido.MidiTrack())
    for pitch in (60, 12, 13):
        file.tracks[0].append(mido.Message("note_on", note=pitch, velocity=64))
        file.tracks[0].append(mido.Message("note_off", note=pitch, time=480))
    file.save(tmp_path / "deep.mid")
    ros(midi=tmp_path / "deep.mid")
    part = MidiNode()
    health = published.status(part.node)
    assert health.values["dropped_notes"] == 2
    assert "outside the 88 keys" in health.text
    assert health.warns
    part.node.destroy_node()


def test_tracks_and_channels_choose_what_is_played(ros, tmp_path, published):
    file = mido.MidiFile()
    for channel, program, pitch in ((0, 0, 60), (1, 48, 72)):
        track = file.add_track()
        track.append(mido.Message("program_change", channel=channel, program=program))
        track.append(mido.Message("note_on", channel=channel, note=pitch))
        track.append(mido.Message("note_off", channel=channel, note=pitch, time=480))
    file.save(tmp_path / "band.mid")
    ros(midi=tmp_path / "band.mid", tracks="'2'")
    part = MidiNode()
    assert told_pitches(published) == [72]
    # For the next song; one that has no such notes is refused, and the choice stays.
    refused = part.node.set_parameters([Parameter("tracks", value="3")])[0]
    assert not refused.successful
    assert "track 3 has no notes; notes are in track 1 (channel 1, piano)" in refused.reason
    for name, value in (("tracks", ""), ("channels", "1,2")):
        assert part.node.set_parameters([Parameter(name, value=value)])[0].successful
    assert trigger(part).success
    assert told_pitches(published) == [60, 72]
    part.node.destroy_node()


def test_a_node_without_a_song_reports_it(ros):
    ros()
    with pytest.raises(UserError, match="midi is empty"):
        MidiNode()


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

    def generalist(scene, folder, horizon_steps):
        made.append(folder)
        return Idle(scene.variant)

    stand_in = SimpleNamespace(Generalist=generalist)
    monkeypatch.setitem(sys.modules, "pianomime_policy.controllers.generalist.generalist", stand_in)
    ros(controller="onnx", model=tmp_path)
    PolicyNode().node.destroy_node()
    assert set(made) == {tmp_path}


def trigger(part) -> Trigger.Response:
    return call(part.node, topics.PLAY, Trigger.Request())


def says(part, **values) -> None:
    deliver(part.node, topics.TRANSPORT, status_message("transport", values, step=0))


def choose(part, name) -> str:
    [result] = part.node.set_parameters([Parameter("midi", value=str(name))])
    return result.reason


def test_the_next_song_can_be_selected_while_none_is_played(ros, song, tmp_path, published):
    notes = tuple(Note(72 + k, 0.25 * k, 0.25 * k + 0.2, 80) for k in range(4))
    (tmp_path / "songs").mkdir()
    save_midi(Score(notes=notes, sustain=(), title="next"), tmp_path / "songs" / "next.mid")
    ros(midi=song, songs=tmp_path / "songs")
    part = MidiNode()
    [first] = published.on(topics.SONG)
    windows = len(published.on(topics.GOAL))
    says(part, playing=1)
    refused = choose(part, "next")
    assert "is being played" in refused
    assert not trigger(part).success
    assert len(published.on(topics.SONG)) == 1
    says(part, playing=0)
    ring(part.node, REPEAT_PERIOD_S)
    assert len(published.on(topics.GOAL)) == windows, "nobody is to begin with the window of a song that is over"
    for wrong in (tmp_path / "nowhere.mid", "nobody_knows_it"):
        assert str(wrong) in choose(part, wrong)
    assert choose(part, "next") == ""
    assert trigger(part).success
    told, window = published.on(topics.SONG)[-1], published.on(topics.GOAL)[-1]
    assert told.header.frame_id == window.header.frame_id != first.header.frame_id
    assert told_pitches(published) == [72, 73, 74, 75]
    # The same one again is another performance.
    assert trigger(part).success
    assert len({message.header.frame_id for message in published.on(topics.SONG)}) == 3
    part.node.destroy_node()
