import numpy as np
import pytest
from viewer_snapshots import row

from pianomime_core.keyboard import KEYBOARD, NUM_KEYS
from pianomime_sim.viewers.snapshot_assembler import COMING_STEPS, KEPT_STEPS, SnapshotAssembler

HANDS = np.zeros(54)
KEYS = np.zeros(NUM_KEYS)


def test_a_snapshot_is_complete_with_hands_and_keys_in_either_order():
    assembler = SnapshotAssembler()
    assert assembler.hands(3, HANDS) is None
    assert assembler.keys(3, KEYS).time_s == pytest.approx(0.15)
    assert assembler.keys(4, KEYS) is None
    assert assembler.hands(4, HANDS).time_s == pytest.approx(0.2)


def test_parts_of_different_steps_are_never_shown_together():
    assembler = SnapshotAssembler()
    assembler.hands(3, HANDS)
    assert assembler.keys(4, KEYS) is None
    assert assembler.hands(5, HANDS) is None
    assert assembler.hands(4, HANDS + 1).joint_positions[0] == 1


def test_a_state_is_judged_by_the_step_that_ended_in_it():
    assembler = SnapshotAssembler()
    assembler.goal(2, np.array([row(60), row(62), row(64)]))
    assembler.hands(3, HANDS)
    snapshot = assembler.keys(3, np.where(row(60), KEYBOARD.travel_rad, 0.0))
    np.testing.assert_array_equal(snapshot.wanted, row(60))
    np.testing.assert_array_equal(snapshot.coming, [row(62), row(64)])
    np.testing.assert_array_equal(snapshot.pressed, row(60))


def test_the_window_of_the_same_step_does_not_hide_what_was_wanted():
    assembler = SnapshotAssembler()
    assembler.goal(2, np.array([row(60), row(62)]))
    assembler.goal(3, np.array([row(62), row(65)]))
    assembler.hands(3, HANDS)
    snapshot = assembler.keys(3, KEYS)
    np.testing.assert_array_equal(snapshot.wanted, row(60))
    np.testing.assert_array_equal(snapshot.coming, [row(62), row(65)])


def test_a_newer_window_overrules_older_ones():
    assembler = SnapshotAssembler()
    assembler.goal(0, np.array([row(60)] * 10))
    assembler.goal(1, np.array([row(72)]))
    assembler.hands(1, HANDS)
    np.testing.assert_array_equal(assembler.keys(1, KEYS).coming, [row(72)])


def test_a_window_of_a_far_step_does_not_make_a_snapshot_without_end():
    assembler = SnapshotAssembler()
    assembler.goal(2**40, np.array([row(60)]))
    assembler.hands(1, HANDS)
    assert assembler.keys(1, KEYS).coming.shape == (COMING_STEPS, NUM_KEYS)
    assert not assembler.keys(1, KEYS).coming.any()


def test_without_a_goal_nothing_is_wanted():
    assembler = SnapshotAssembler()
    assembler.hands(7, HANDS)
    snapshot = assembler.keys(7, KEYS)
    assert not snapshot.wanted.any()
    assert snapshot.coming.shape == (0, NUM_KEYS)


def test_a_second_song_begins_at_zero_without_leftovers():
    assembler = SnapshotAssembler()
    for step in range(100):
        assembler.goal(step, np.array([row(60)] * 40))
        assembler.hands(step, HANDS)
        assembler.keys(step, KEYS)
    assembler.goal(0, np.array([row(62), row(62)]))
    assembler.hands(0, HANDS)
    snapshot = assembler.keys(0, KEYS)
    assert not snapshot.wanted.any()
    np.testing.assert_array_equal(snapshot.coming, [row(62), row(62)])


def test_lonely_parts_are_forgotten():
    assembler = SnapshotAssembler()
    assembler.hands(0, HANDS)
    for step in range(1, KEPT_STEPS + 2):
        assembler.hands(step, HANDS)
        assembler.keys(step, KEYS)
    assert assembler.keys(0, KEYS) is None


def test_the_running_score_comes_with_the_next_state():
    assembler = SnapshotAssembler()
    assert assembler.score({"f1": 0.5}) is None
    assembler.hands(0, HANDS)
    assert assembler.keys(0, KEYS).score == {"f1": 0.5}
    assert assembler.score({"f1": 0.75}) is None


def test_the_final_score_is_shown_though_no_state_follows():
    assembler = SnapshotAssembler()
    assembler.hands(9, HANDS)
    assembler.keys(9, KEYS)
    final = assembler.score({"f1": 0.9, "finished": 1.0})
    assert final.score["f1"] == 0.9
    assert final.time_s == pytest.approx(0.45)


def test_measured_times_of_several_nodes_stand_beside_the_score():
    assembler = SnapshotAssembler()
    assembler.times({"policy_p50_ms": 4.0})
    assembler.times({"latency_p50_ms": 6.0})
    assembler.times({"policy_p50_ms": 5.0})
    assembler.score({"f1": 0.5})
    assembler.hands(0, HANDS)
    assert assembler.keys(0, KEYS).score == {"policy_p50_ms": 5.0, "latency_p50_ms": 6.0, "f1": 0.5}
