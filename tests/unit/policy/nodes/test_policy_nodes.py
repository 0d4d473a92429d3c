"""midi_node and policy_node, their callbacks called directly: what they publish and refuse."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import mido
import numpy as np
import pytest
import rclpy
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from reference_demonstrations import demonstration_of
from ros_domains import free_domain
from std_srvs.srv import Trigger

from pianomime_core.errors import UnsafeError, UserError
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.notes import Note, Score, save_midi
from pianomime_core.ros_environment import complete_ros_environment
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
from pianomime_midi.midi_node import MidiNode
from pianomime_policy.controllers.controller import FingertipTargets
from pianomime_policy.controllers.idle.idle import Idle
from pianomime_policy.nodes.policy_node import PolicyNode


class Topic:
    """A publisher that keeps its messages."""

    def __init__(self) -> None:
        self.sent = []

    def publish(self, message) -> None:
        self.sent.append(message)


@pytest.fixture
def ros():
    """Start ROS with parameters, as a command line gives them."""

    def start(**parameters) -> None:
        complete_ros_environment()
        # A domain of our own: a performance on this machine must not hear us.
        words = [word for name, value in parameters.items() for word in ("-p", f"{name}:={value}")]
        rclpy.init(args=[sys.argv[0], "--ros-args", *words], domain_id=free_domain())

    yield start
    rclpy.try_shutdown()


@pytest.fixture
def policy(ros):
    ros(controller="idle")
    part = PolicyNode()
    part._publish_start, part._publish_command = Topic(), Topic()
    yield part
    part.node.destroy_node()


def give(policy, step, *, names=None, bad=None):
    joints = list(names or policy._controller.joint_names)
    positions = np.zeros(len(joints))
    if bad is not None:
        positions[0] = bad
    policy._on_keys(joint_state(KEY_NAMES, np.zeros(88), np.zeros(88), step=step))
    policy._on_hands(joint_state(joints, positions, np.zeros(len(joints)), step=step))
    policy._on_goal(goal_message(np.zeros((40, 88), dtype=bool), np.zeros(40, dtype=bool), step=step))


def test_the_policy_starts_once_and_answers_each_state(policy):
    for step in (0, 1, 2):
        give(policy, step)
    [start] = policy._publish_start.sent
    assert len(read_joint_state(start, NameOrder(policy._controller.joint_names), velocities=False)[0]) == 54
    commands = policy._publish_command.sent
    assert [step_of(command.header.stamp) for command in commands] == [0, 1, 2]
    assert read_targets(commands[0], NameOrder(policy._controller.target_names, beside=("sustain",))).shape == (1, 46)


def test_the_pedal_is_commanded_also_when_a_command_is_repeated(policy):
    give(policy, 0)
    act = policy._controller.act
    policy._controller.act = lambda observation: replace(act(observation), pedal=True)
    give(policy, 1)
    give(policy, 1)
    up, down, again = policy._publish_command.sent
    assert read_pedal(up).tolist() == [False], "idle does not use the pedal"
    assert read_pedal(down).tolist() == [True]
    assert down == again
    order = NameOrder(policy._controller.target_names, beside=("sustain",))
    assert np.array_equal(read_targets(down, order), np.zeros((1, 46)))


def test_keys_are_read_with_and_without_the_pedal(policy):
    give(policy, 0)
    names, angles = (*KEY_NAMES, "sustain"), np.append(np.zeros(88), 1.0)
    policy._on_keys(joint_state(names, angles, np.zeros(89), step=1))
    joints = policy._controller.joint_names
    policy._on_hands(joint_state(joints, np.zeros(54), np.zeros(54), step=1))
    policy._on_goal(goal_message(np.zeros((40, 88), dtype=bool), np.zeros(40, dtype=bool), step=1))
    assert [step_of(command.header.stamp) for command in policy._publish_command.sent] == [0, 1]
    assert policy._refused == 0


def test_how_loud_reaches_the_controller(policy):
    goal, seen = np.zeros((40, 88), dtype=bool), []
    goal[0, 40] = True
    act = policy._controller.act
    policy._controller.act = lambda observation: (seen.append(observation), act(observation))[1]
    for step, velocity in ((0, None), (1, np.where(goal, np.uint8(101), np.uint8(0)))):
        give(policy, step)  # answered already: the last window is not used
        policy._on_keys(joint_state(KEY_NAMES, np.zeros(88), np.zeros(88), step=step + 10))
        joints = policy._controller.joint_names
        policy._on_hands(joint_state(joints, np.zeros(54), np.zeros(54), step=step + 10))
        policy._on_goal(goal_message(goal, np.zeros(40, dtype=bool), velocity, step=step + 10))
    assert [observation.velocity[0, 40] for observation in seen if observation.goal.any()] == [64, 101]


def test_fingertip_targets_are_published_for_subscribers_only(policy):
    targets = FingertipTargets(np.zeros((2, 5, 3)), np.full((2, 5), -1))
    policy._publish_fingertips, watchers = Topic(), 0
    policy._publish_fingertips.get_subscription_count = lambda: watchers
    watchers = 1
    give(policy, 0)
    assert policy._publish_fingertips.sent == [], "idle sends its fingertips nowhere"
    policy._controller.fingertip_targets = lambda: targets
    give(policy, 1)
    watchers = 0
    give(policy, 2)
    [shown] = policy._publish_fingertips.sent
    assert {step_of(marker.header.stamp) for marker in shown.markers} == {1}
    assert len(policy._publish_command.sent) == 3


def test_a_restart_in_the_middle_of_a_song_plays_on(policy):
    for step in (30, 31):
        give(policy, step)
    [start] = policy._publish_start.sent
    assert step_of(start.header.stamp) == 30
    assert [step_of(command.header.stamp) for command in policy._publish_command.sent] == [30, 31]


def test_a_simulator_that_falls_silent_may_begin_again_where_it_was(policy):
    policy._check_simulator()
    assert policy._publish_start.sent == [], "nobody was there yet"
    give(policy, 0)
    joints = policy._controller.joint_names
    policy._on_hands(joint_state(joints, np.full(54, 0.25), np.zeros(54), step=12))
    policy._check_simulator()
    assert len(policy._publish_start.sent) == 1, "it is still there"
    policy._state_s -= 10.0
    for _ in range(3):
        policy._check_simulator()
    _, resume = policy._publish_start.sent
    assert step_of(resume.header.stamp) == 12
    assert read_joint_state(resume, NameOrder(joints), velocities=False)[0].tolist() == [0.25] * 54


def test_a_state_shown_again_is_answered_again_with_the_same(policy):
    give(policy, 0)
    give(policy, 0)
    first, second = policy._publish_command.sent
    assert first == second


def test_wrong_messages_are_refused_and_counted(policy):
    give(policy, 0)
    names = policy._controller.joint_names
    give(policy, 1, names=("rh_nose", *names[1:]))
    assert [step_of(command.header.stamp) for command in policy._publish_command.sent] == [0]
    assert policy._refused == 1
    give(policy, 3)
    assert [step_of(command.header.stamp) for command in policy._publish_command.sent] == [0, 3]


def test_a_state_that_is_not_finite_stops_the_node_and_names_the_joint(policy):
    with pytest.raises(UnsafeError, match=f"^/hands/joint_states: .*{policy._controller.joint_names[0]} = nan$"):
        give(policy, 0, bad=np.nan)


def test_a_goal_that_is_not_finite_is_only_refused(policy):
    message = goal_message(np.zeros((40, 88), dtype=bool), np.zeros(40, dtype=bool), step=0)
    message.points[0].positions[5] = np.inf
    policy._on_goal(message)
    assert policy._refused == 1


def test_health_counts_what_was_not_answered(policy):
    assert policy._health().text == "waiting for a song"
    give(policy, 0)
    give(policy, 3)
    health = policy._health()
    assert (health.step, health.values["skipped_steps"], health.warnings) == (3, 2, ("2 steps skipped",))
    assert {"policy_p50_ms", "policy_p99_ms", "policy_max_ms", "period_p50_ms"} <= set(health.values)


def test_the_life_cycle_by_hand(ros):
    ros(controller="idle", autostart="false")
    policy = PolicyNode()
    node = policy.node
    assert not hasattr(policy, "_controller")
    for transition in (node.trigger_configure, node.trigger_activate, node.trigger_deactivate):
        assert transition() == TransitionCallbackReturn.SUCCESS
    # Once more from the same controller, then from a new one.
    assert node.trigger_activate() == TransitionCallbackReturn.SUCCESS
    assert node.trigger_deactivate() == TransitionCallbackReturn.SUCCESS
    assert node.trigger_cleanup() == TransitionCallbackReturn.SUCCESS
    assert not hasattr(policy, "_controller")
    assert node.trigger_configure() == TransitionCallbackReturn.SUCCESS
    node.destroy_node()


@pytest.fixture
def song(tmp_path):
    path = tmp_path / "three notes.mid"
    notes = tuple(Note(60 + 2 * k, 0.5 * k, 0.5 * k + 0.5, 80) for k in range(3))
    save_midi(Score(notes=notes, sustain=(), title=""), path)
    return path


def test_the_song_is_published_once_and_windows_on_request(ros, song):
    ros(midi=song, horizon_steps=11)
    part = MidiNode()
    part._publish_goal = Topic()
    part._on_state(joint_state(("x",), np.zeros(1), step=9))
    [message] = part._publish_goal.sent
    assert step_of(message.header.stamp) == 9
    goal, _ = read_goal(message, NameOrder(GOAL_NAMES))
    assert goal.shape == (11, 88)
    # 0.5 s is 10 rows: row 0 of this window is the last one of middle C, the others are D.
    assert np.flatnonzero(goal[0]).tolist() == [60 - 21]
    assert np.flatnonzero(goal[1:].any(axis=0)).tolist() == [62 - 21]
    velocity = read_goal_velocity(message, NameOrder(GOAL_NAMES), goal)
    assert np.array_equal(velocity, 80 * goal)
    # Without an answer the window is repeated, until the song is over.
    part._send()
    assert part._publish_goal.sent[0] == part._publish_goal.sent[1]
    part._on_state(joint_state(("x",), np.zeros(1), step=part._song.steps))
    part._send()
    assert len(part._publish_goal.sent) == 2
    part.node.destroy_node()


def test_a_demonstration_is_a_song_too(ros, tmp_path):
    path = tmp_path / "demo.npz"
    notes = tuple(Note(60 + 2 * k, 0.5 * k, 0.5 * k + 0.5, 80) for k in range(3))
    demonstration_of(np.zeros((40, 2, 6, 3)), Score(notes), np.array([0, 1, 2])).save(path)
    ros(midi=path, horizon_steps=11)
    part = MidiNode()
    part._publish_goal = Topic()
    part._on_state(joint_state(("x",), np.zeros(1), step=0))
    goal, _ = read_goal(part._publish_goal.sent[-1], NameOrder(GOAL_NAMES))
    assert np.flatnonzero(goal[0]).tolist() == [60 - 21]
    part.node.destroy_node()


def test_health_reports_what_the_piano_cannot_play(ros, tmp_path):
    file = mido.MidiFile()
    file.tracks.append(mido.MidiTrack())
    for pitch in (60, 12, 13):
        file.tracks[0].append(mido.Message("note_on", note=pitch, velocity=64))
        file.tracks[0].append(mido.Message("note_off", note=pitch, time=480))
    file.save(tmp_path / "deep.mid")
    ros(midi=tmp_path / "deep.mid")
    part = MidiNode()
    health = part._health()
    assert health.values["dropped_notes"] == 2
    assert "outside the 88 keys" in health.warnings[0]
    part.node.destroy_node()


def test_tracks_and_channels_choose_what_is_played(ros, tmp_path):
    file = mido.MidiFile()
    for channel, program, pitch in ((0, 0, 60), (1, 48, 72)):
        track = file.add_track()
        track.append(mido.Message("program_change", channel=channel, program=program))
        track.append(mido.Message("note_on", channel=channel, note=pitch))
        track.append(mido.Message("note_off", channel=channel, note=pitch, time=480))
    file.save(tmp_path / "band.mid")
    ros(midi=tmp_path / "band.mid", tracks="'2'")
    part = MidiNode()
    assert np.flatnonzero(part._song.roll.goal.any(axis=0)).tolist() == [72 - 21]
    # For the next song; one that has no such notes is refused, and the choice stays.
    refused = part.node.set_parameters([Parameter("tracks", value="3")])[0]
    assert not refused.successful
    assert "track 3 has no notes; notes are in track 1 (channel 1, piano)" in refused.reason
    for name, value in (("tracks", ""), ("channels", "1,2")):
        assert part.node.set_parameters([Parameter(name, value=value)])[0].successful
    part._begin()
    assert np.flatnonzero(part._song.roll.goal.any(axis=0)).tolist() == [60 - 21, 72 - 21]
    part.node.destroy_node()


def test_a_node_without_a_song_reports_it(ros):
    ros()
    with pytest.raises(UserError, match="midi is empty"):
        MidiNode()


def test_the_demonstration_is_played_by_its_controller(ros, tmp_path):
    path = tmp_path / "demo.npz"
    points = np.zeros((40, 2, 6, 3))
    points[:, 0, :, 1], points[:, 1, :, 1] = 0.1, -0.2
    demonstration_of(points, Score((Note(60, 0.0, 1.0),)), np.array([1])).save(path)
    ros(controller="demo", model=path)
    part = PolicyNode()
    part._publish_start, part._publish_command = Topic(), Topic()
    part._on_song(goal_message(np.zeros((20, 88), bool), np.zeros(20, bool), step=0))
    part._on_goal(goal_message(np.zeros((11, 88), bool), np.zeros(11, bool), step=0))
    [begin] = part._publish_start.sent
    assert begin.name == list(part._controller.joint_names)
    assert part._controller.assignments().key.tolist() == [60 - 21]
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
    return part._on_play(Trigger.Request(), Trigger.Response())


def says(part, **values) -> None:
    part._on_transport(status_message("transport", values, step=0))


def choose(part, name) -> str:
    [result] = part.node.set_parameters([Parameter("midi", value=str(name))])
    return result.reason


def test_the_next_song_can_be_selected_while_none_is_played(ros, song, tmp_path):
    notes = tuple(Note(72 + k, 0.25 * k, 0.25 * k + 0.2, 80) for k in range(4))
    (tmp_path / "songs").mkdir()
    save_midi(Score(notes=notes, sustain=(), title="next"), tmp_path / "songs" / "next.mid")
    ros(midi=song, songs=tmp_path / "songs")
    part = MidiNode()
    first = part._performance
    part._publish_goal, part._publish_song = Topic(), Topic()
    says(part, playing=1)
    refused = choose(part, "next")
    assert "is being played" in refused
    assert not trigger(part).success
    assert part._publish_song.sent == []
    says(part, playing=0)
    part._send()
    assert part._publish_goal.sent == [], "nobody is to begin with the window of a song that is over"
    for wrong in (tmp_path / "nowhere.mid", "nobody_knows_it"):
        assert str(wrong) in choose(part, wrong)
    assert choose(part, "next") == ""
    assert trigger(part).success
    [told], [window] = part._publish_song.sent, part._publish_goal.sent
    assert told.header.frame_id == window.header.frame_id != first
    goal, _ = read_goal(told, NameOrder(GOAL_NAMES))
    assert np.flatnonzero(goal.any(axis=0)).tolist() == [72 - 21 + k for k in range(4)]
    # The same one again is another performance.
    assert trigger(part).success
    assert len({message.header.frame_id for message in part._publish_song.sent}) == 2
    part.node.destroy_node()
