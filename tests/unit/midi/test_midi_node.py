"""midi_node through its topics: what it publishes and refuses."""

import json

import mido
import numpy as np
import pytest
from node_ports import call, deliver, ring
from rclpy.parameter import Parameter
from reference_demonstrations import demonstration_of
from std_srvs.srv import Trigger

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UserError
from pianomime_core.goal_window import roll_window
from pianomime_core.midi_score import load_midi, save_midi
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.reading_rules import ReadingRules
from pianomime_core.ros_goal import GoalReader
from pianomime_core.ros_messages import GOAL_NAMES, joint_state, read_goal, read_goal_velocity, step_of
from pianomime_core.ros_named_numbers import NameOrder
from pianomime_core.ros_status_messages import status_message
from pianomime_midi.midi_node import REPEAT_PERIOD_S, MidiNode


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


def test_a_title_with_escape_codes_is_published_and_logged_without_them(ros, song, published, capfd):
    hostile = song.rename(song.parent / "\x1b[31mred\x07.mid")
    ros(midi=json.dumps(str(hostile)))  # also a YAML string
    MidiNode()
    assert published.on(topics.SONG)[-1].header.frame_id == r"\x1b[31mred\x07 (1)"
    told = "".join(capfd.readouterr())
    assert r"\x1b[31mred\x07: 31 steps of 50 ms" in told
    assert "\x1b" not in told


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


def test_the_musical_setting_tells_notes_in_time(ros, tmp_path, published):
    path = tmp_path / "off the beat.mid"
    notes = tuple(Note(60, 0.113 + 0.31 * k, 0.113 + 0.31 * k + 0.31, 80 + k) for k in range(9))
    save_midi(Score(notes=notes, sustain=(), title=""), path)
    ros(midi=path, horizon_steps=11, setting="musical")
    part = MidiNode()
    state(part, 20)
    roll = piano_roll(load_midi(path, rules=ReadingRules.MUSICAL))
    song, window = (GoalReader().read(published.on(topic)[-1]) for topic in (topics.SONG, topics.GOAL))
    truth = roll_window(roll, 20, 11)
    assert np.array_equal(song.notes.onset_s, roll.notes.onset_s)
    assert np.array_equal(window.notes.onset_s, truth.notes.onset_s)
    assert np.array_equal(window.notes.velocity, truth.notes.velocity)
    assert np.array_equal(window.goal, truth.goal)


def test_an_unknown_setting_is_refused(ros, song):
    ros(midi=song, setting="musicall")
    with pytest.raises(UserError, match="unknown setting 'musicall': did you mean 'musical'"):
        MidiNode()
