"""Message converters: matched by name, refused by name."""

import math

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from hypothesis import given
from hypothesis import strategies as st

from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.notes import MAX_DURATION_S, Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.ros_messages import (
    GOAL_NAMES,
    MAX_POINTS,
    goal_message,
    joint_state,
    read_goal,
    read_goal_velocity,
    read_joint_state,
    read_pedal,
    read_rows_per_step,
    read_targets,
    stamp_of,
    step_of,
    targets_message,
)
from pianomime_core.ros_named_numbers import MessageError, NameOrder

NAMES = ("a", "b", "c")


def test_a_state_in_another_order_is_brought_into_ours():
    message = joint_state(("c", "a", "b"), np.array([3.0, 1.0, 2.0]), np.array([30.0, 10.0, 20.0]), step=7)
    positions, velocities = read_joint_state(message, NameOrder(NAMES))
    assert positions.tolist() == [1.0, 2.0, 3.0]
    assert velocities.tolist() == [10.0, 20.0, 30.0]
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (0, 350_000_000)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3))
def test_numbers_survive_to_the_last_bit(values):
    rows = read_targets(targets_message(NAMES, np.array(values), step=0), NameOrder(NAMES))
    assert rows.tobytes() == np.array([values]).tobytes()


def test_the_longest_song_fits_and_nothing_is_without_end():
    """Half an hour that begins and ends within steps, as `load_midi` lets through."""
    notes = tuple(Note(60, onset_s, onset_s + 0.01, 64) for onset_s in (0.049, 0.049 + MAX_DURATION_S - 0.01))
    rows = len(piano_roll(Score(notes=notes, sustain=(), title="")))
    assert MAX_DURATION_S * 20 <= rows <= MAX_POINTS
    message = targets_message(NAMES, np.zeros((1, 3)), step=0)
    message.points = message.points * (MAX_POINTS + 1)
    with pytest.raises(MessageError, match=f"{MAX_POINTS + 1} points: the limit is {MAX_POINTS}"):
        read_targets(message, NameOrder(NAMES))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused_with_their_names(bad):
    values = np.array([0.0, bad, 0.0])
    with pytest.raises(MessageError, match=f"b = {bad}"):
        read_targets(targets_message(NAMES, values, step=0), NameOrder(NAMES))
    with pytest.raises(MessageError, match="velocities are not finite: b"):
        read_joint_state(joint_state(NAMES, np.zeros(3), values), NameOrder(NAMES))


def test_too_few_numbers_are_refused():
    message = joint_state(NAMES, np.zeros(2))
    with pytest.raises(MessageError, match="2 positions for 3 names"):
        read_joint_state(message, NameOrder(NAMES), velocities=False)


def test_a_chunk_of_targets_keeps_its_steps():
    chunk = np.arange(6.0).reshape(2, 3)
    message = targets_message(NAMES, chunk, step=1)
    assert [point.time_from_start.nanosec for point in message.points] == [0, 50_000_000]
    assert np.array_equal(read_targets(message, NameOrder(NAMES)), chunk)


def test_a_trajectory_with_other_times_or_without_points_is_refused():
    message = targets_message(NAMES, np.zeros((2, 3)), step=0)
    message.points[1].time_from_start.nanosec = 40_000_000
    with pytest.raises(MessageError, match="point 1"):
        read_targets(message, NameOrder(NAMES))
    message.points.clear()
    with pytest.raises(MessageError, match="no point"):
        read_targets(message, NameOrder(NAMES))


def test_a_goal_says_which_keys_and_the_pedal():
    goal = np.zeros((3, 88), dtype=bool)
    goal[0, 60 - 21] = goal[2, 0] = True
    sustain = np.array([False, True, False])
    message = goal_message(goal, sustain, step=2)
    middle_c = list(message.joint_names).index("key_60")
    assert message.points[0].positions[middle_c] == 1.0
    assert message.points[1].positions[list(message.joint_names).index("sustain")] == 1.0
    assert sum(sum(point.positions) for point in message.points) == 3.0
    read_keys, read_sustain = read_goal(message, NameOrder(GOAL_NAMES))
    assert np.array_equal(read_keys, goal)
    assert np.array_equal(read_sustain, sustain)


def test_a_half_pressed_goal_is_refused():
    message = targets_message(GOAL_NAMES, np.full((1, 89), 0.5), step=0)
    with pytest.raises(MessageError, match=r"0 .up. and 1 .down. only"):
        read_goal(message, NameOrder(GOAL_NAMES))


def test_goal_names_are_the_keys_and_the_pedal():
    assert (*KEY_NAMES, "sustain") == GOAL_NAMES


@given(st.integers(min_value=0, max_value=40_000_000))
def test_stamps_are_exact(step):
    stamp = stamp_of(step)
    assert stamp.sec * 10**9 + stamp.nanosec == step * 50_000_000
    assert step_of(stamp) == step


@pytest.mark.parametrize("stamp", [Time(sec=1, nanosec=1), Time(sec=0, nanosec=49_999_999), Time(sec=-1, nanosec=0)])
def test_a_stamp_between_steps_is_refused(stamp):
    with pytest.raises(MessageError, match="not the beginning"):
        step_of(stamp)


def test_a_goal_says_how_loud():
    goal = np.zeros((2, 88), dtype=bool)
    goal[0, 39] = goal[1, 39] = goal[1, 40] = True
    velocity = np.zeros((2, 88), dtype=np.uint8)
    velocity[0, 39], velocity[1, 39], velocity[1, 40] = 1, 127, 90
    message = goal_message(goal, np.zeros(2, dtype=bool), velocity, step=0)
    assert message.points[1].effort[message.joint_names.index("key_60")] == 1.0
    order = NameOrder(GOAL_NAMES)
    np.testing.assert_array_equal(read_goal_velocity(message, order, goal), velocity)
    np.testing.assert_array_equal(read_goal(message, order)[0], goal)


@given(st.integers(min_value=1, max_value=127))
def test_every_midi_velocity_comes_back(velocity):
    goal = np.ones((1, 88), dtype=bool)
    message = goal_message(goal, np.zeros(1, dtype=bool), np.full((1, 88), velocity, dtype=np.uint8), step=0)
    assert set(read_goal_velocity(message, NameOrder(GOAL_NAMES), goal).flat) == {velocity}


def test_of_a_goal_that_does_not_say_how_loud_all_keys_are_alike():
    goal = np.zeros((2, 88), dtype=bool)
    goal[1, 39] = True
    message = goal_message(goal, np.zeros(2, dtype=bool), step=0)
    assert not message.points[0].effort
    assert read_goal_velocity(message, NameOrder(GOAL_NAMES), goal).nonzero() == (1, 39)
    assert read_goal_velocity(message, NameOrder(GOAL_NAMES), goal)[1, 39] == 64


@pytest.mark.parametrize(
    ("effort", "words"),
    [([2.0] * 89, "from 0 to 1"), ([0.5], "1 efforts for 89 names"), ([float("nan")] * 89, "not finite")],
)
def test_a_bad_loudness_is_refused(effort, words):
    goal = np.zeros((1, 88), dtype=bool)
    message = goal_message(goal, np.zeros(1, dtype=bool), step=0)
    message.points[0].effort = effort
    with pytest.raises(MessageError, match=words):
        read_goal_velocity(message, NameOrder(GOAL_NAMES), goal)


def test_a_command_may_name_the_pedal():
    order = NameOrder(NAMES, beside=("sustain",))
    targets = np.arange(2.0 * len(NAMES)).reshape(2, -1)
    without = targets_message(NAMES, targets, step=3)
    assert list(without.joint_names) == list(NAMES)
    assert read_pedal(without).tolist() == [False, False]
    for down in (False, True):
        message = targets_message(NAMES, targets, step=3, pedal=down)
        assert message.points[1].positions[message.joint_names.index("sustain")] == float(down)
        np.testing.assert_array_equal(read_targets(message, order), targets)
        assert read_pedal(message).tolist() == [down, down]
    each = targets_message(NAMES, targets, step=3, pedal=np.array([True, False]), rows_per_step=2)
    assert read_pedal(each).tolist() == [True, False]
    message.points[0].positions[-1] = 0.49
    assert read_pedal(message).tolist() == [False, True]
    with pytest.raises(MessageError, match="unknown: sustain"):
        read_targets(message, NameOrder(NAMES))


@pytest.mark.parametrize(("parts", "between_ns"), [(2, 25_000_000), (5, 10_000_000), (10, 5_000_000)])
def test_a_command_may_divide_its_step(parts, between_ns):
    targets = np.arange(3.0 * parts).reshape(parts, 3)
    message = targets_message(NAMES, targets, step=7, pedal=True, rows_per_step=parts)
    assert step_of(message.header.stamp) == 7
    assert [point.time_from_start.nanosec for point in message.points] == [k * between_ns for k in range(parts)]
    assert read_rows_per_step(message) == parts
    assert np.array_equal(read_targets(message, NameOrder(NAMES, beside=("sustain",))), targets)
    assert read_pedal(message).tolist() == [True] * parts


def test_steps_and_their_parts_are_told_apart():
    assert read_rows_per_step(targets_message(NAMES, np.zeros(3), step=0)) == 1
    assert read_rows_per_step(targets_message(NAMES, np.zeros((4, 3)), step=0)) == 1
    chunk = targets_message(NAMES, np.zeros((10, 3)), step=0, rows_per_step=5)
    assert read_rows_per_step(chunk) == 5
    assert read_targets(chunk, NameOrder(NAMES)).shape == (10, 3)


def test_a_step_that_is_not_whole_or_not_even_is_refused():
    message = targets_message(NAMES, np.zeros((4, 3)), step=0, rows_per_step=5)
    with pytest.raises(MessageError, match="4 points, 5 for each step"):
        read_targets(message, NameOrder(NAMES))
    with pytest.raises(MessageError, match=r"point 1 stands at 0\.016666666 s"):
        read_targets(targets_message(NAMES, np.zeros((3, 3)), step=0, rows_per_step=3), NameOrder(NAMES))
