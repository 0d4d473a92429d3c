"""Goal windows as messages and back: rows, and notes in time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message, serialize_message
from trajectory_msgs.msg import JointTrajectory

from pianomime_core.goal_window import GoalRows, roll_window
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.ros_goal import GoalReader, window_message
from pianomime_core.ros_named_numbers import MessageError, NotFiniteError

C4, D4 = KEY_NAMES[39], KEY_NAMES[41]


def after_s(message: JointTrajectory) -> list[float]:
    return [point.time_from_start.sec + 1e-9 * point.time_from_start.nanosec for point in message.points]


def told(window: GoalRows, step: int) -> GoalRows:
    """The window as it comes out of a message that was on the wire."""
    return GoalReader().read(deserialize_message(serialize_message(window_message(window, step=step)), JointTrajectory))


@st.composite
def scores(draw) -> Score:
    """Notes of a few keys, each struck again after 50.1 ms or later, at once when it is let go or after a pause."""
    notes = []
    for pitch in draw(st.lists(st.integers(21, 108), min_size=1, max_size=6, unique=True)):
        time_s = draw(st.floats(0.0, 1.0))
        for _ in range(draw(st.integers(1, 8))):
            length_s, pause_s = draw(st.floats(1e-6, 3.0)), draw(st.one_of(st.just(0.0), st.floats(0.0, 2.0)))
            notes.append(Note(pitch, time_s, time_s + length_s, draw(st.integers(1, 127))))
            time_s += max(length_s + pause_s, 0.0501)
            if draw(st.booleans()):  # on the border of two rows
                time_s = np.ceil(20 * time_s) / 20
    moved_s = st.one_of(st.floats(0.0, 10.0), st.integers(0, 200).map(lambda row: row / 20))
    pedal = draw(st.lists(st.tuples(moved_s, st.booleans()), max_size=8))
    return Score(tuple(sorted(notes, key=lambda note: (note.onset_s, note.pitch))), tuple(sorted(pedal)))


@settings(deadline=None, max_examples=80)
@given(scores(), st.integers(0, 200), st.integers(1, 60))
def test_a_window_of_notes_comes_back_to_the_last_bit(score, step, horizon):
    window = roll_window(piano_roll(score), step, horizon)
    again = told(window, step)
    for rows, back in zip(window[:3], again[:3], strict=True):
        np.testing.assert_array_equal(back, rows)
        assert back.dtype == rows.dtype
    for what in ("key", "onset_s", "end_s", "velocity", "known_s", "pedal_s"):
        np.testing.assert_array_equal(getattr(again.notes, what), getattr(window.notes, what))


def test_a_whole_song_comes_back():
    rng = np.random.default_rng(1)
    onsets_s = np.cumsum(rng.exponential(0.2, 200))
    notes = tuple(Note(21 + k % 88, t, t + 0.3, 1 + k % 127) for k, t in enumerate(onsets_s))
    roll = piano_roll(Score(notes, ((1.0, True), (2.03, False), (2.04, True))))
    again = told(roll_window(roll, 0, None), 0)
    assert np.array_equal(again.goal, roll.goal)
    assert np.array_equal(again.sustain, roll.sustain)
    assert np.array_equal(again.velocity, roll.velocity)
    assert np.array_equal(again.notes.onset_s, roll.notes.onset_s)
    assert np.array_equal(again.notes.end_s, roll.notes.end_s)
    assert np.array_equal(again.notes.pedal_s[:, 0], roll.notes.pedal_s[:, 0])
    assert again.notes.pedal_s[:, 1].tolist() == [roll.notes.pedal_s[0, 1], np.inf], "the last one ends with the song"


def test_rows_alone_are_sent_as_rows():
    roll = piano_roll(Score((Note(60, 0.0, 0.1, 90),), ()))
    window = roll_window(roll, 0, 4)._replace(notes=None)
    message = window_message(window, step=0)
    assert (len(message.joint_names), len(message.points)) == (89, 4)
    assert after_s(message) == pytest.approx([0.0, 0.05, 0.1, 0.15])
    again = told(window, 0)
    assert again.notes is None
    assert all(np.array_equal(*pair) for pair in zip(again[:3], window[:3], strict=True))


def test_the_points_are_the_moments_at_which_something_changes():
    """C4 is struck, and struck again when it is let go; D4 began before the step and has no end yet."""
    notes = (Note(62, 0.0, 9.0, 50), Note(60, 1.012, 1.5, 80), Note(60, 1.5, 1.6, 90))
    message = window_message(roll_window(piano_roll(Score(notes, ())), 20, 20), step=20)
    assert message.joint_names == [C4, D4, "sustain"]
    assert after_s(message) == pytest.approx([-1.0, 0.0, 0.012, 0.5, 0.6, 1.0], abs=1e-12)
    assert [point.positions.tolist() for point in message.points] == [
        [0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0],
    ]  # fmt: skip
    assert [point.velocities.tolist() for point in message.points] == [
        [0.0, 50.0, 0.0], [], [80.0, 0.0, 0.0], [90.0, 0.0, 0.0], [], [],
    ]  # fmt: skip
    assert all(0 <= point.time_from_start.nanosec < 10**9 for point in message.points), "a legal Duration"


def test_the_pedal_moves_when_it_is_written():
    """It has been down since before the step, and is changed within a row, which shows in no row."""
    pedal = ((0.3, True), (1.011, False), (1.032, True), (1.4, False))
    window = roll_window(piano_roll(Score((Note(60, 0.0, 9.0, 50),), pedal)), 20, 10)
    message = window_message(window, step=20)
    assert after_s(message) == pytest.approx([-1.0, -0.7, 0.0, 0.011, 0.032, 0.4, 0.5], abs=1e-12)
    assert [point.positions[1] for point in message.points] == [0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0]
    again = told(window, 20)
    assert again.notes.pedal_s.tolist() == [[0.3, 1.011], [1.032, 1.4]]
    assert again.sustain.tolist() == [True] * 8 + [False] * 2


def test_silence_is_known_to_be_silence():
    roll = piano_roll(Score((Note(60, 0.0, 0.1), Note(60, 9.0, 9.1)), ()))
    again = told(roll_window(roll, 100, 40), 100)
    assert len(again.notes) == 0
    assert again.notes.known_s == 7.0
    assert again.goal.shape == (40, 88)
    assert not again.goal.any()


def test_dense_music_is_smaller_than_its_rows():
    notes = tuple(Note(40 + k % 30, k / 15, k / 15 + 0.25, 64) for k in range(200))  # 15 notes a second
    window = roll_window(piano_roll(Score(notes, ())), 100, 40)
    size, rows = (
        len(serialize_message(window_message(each, step=100))) for each in (window, window._replace(notes=None))
    )
    assert size < rows


def spoilt(change) -> JointTrajectory:
    roll = piano_roll(Score((Note(60, 0.0, 0.12, 90), Note(62, 0.2, 0.3, 80)), ()))
    message = window_message(roll_window(roll, 0, 10), step=0)
    change(message)
    return message


def set_of(points_attribute, index, value):
    def change(message):
        numbers = list(getattr(message.points[index], points_attribute))
        numbers[0] = value
        setattr(message.points[index], points_attribute, numbers)

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (set_of("positions", 1, 0.5), "0 .up. and 1 .down. only"),
        (set_of("velocities", 0, 0.5), "whole numbers from 0 to 127"),
        (set_of("velocities", 0, 128.0), "whole numbers from 0 to 127"),
        (set_of("velocities", 0, 0.0), f"not so {C4}"),  # down, and never struck
        (set_of("velocities", 2, 7.0), f"not so {C4}"),  # struck, and up
        (
            lambda message: message.points[-1].time_from_start.__setattr__("nanosec", 499_999_999),
            "0.499999999 s: want the end",
        ),
        (lambda message: message.points.reverse(), "order of time"),
        (lambda message: message.points.pop(0), "the first at the stamp or before it"),
        (lambda message: message.joint_names.__setitem__(0, "x_key"), "unknown: x_key"),
        (lambda message: message.joint_names.__setitem__(2, D4), f"missing: sustain; repeated: {D4}"),
        (lambda message: message.joint_names.append(KEY_NAMES[0]), "3 positions for 4 names"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(change, words):
    with pytest.raises(MessageError, match=words):
        GoalReader().read(spoilt(change))


def test_numbers_that_are_not_finite_are_named():
    with pytest.raises(NotFiniteError, match=f"{C4} = nan"):
        GoalReader().read(spoilt(set_of("positions", 1, np.nan)))
