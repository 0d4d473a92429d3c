import numpy as np
import pytest
from viewer_snapshots import row

from pianomime_core.keyboard import KEYBOARD, NUM_KEYS
from pianomime_sim.viewers.gathering import COMING_STEPS, KEPT_STEPS, Gathering

HANDS = np.zeros(54)
KEYS = np.zeros(NUM_KEYS)


def test_a_snapshot_is_complete_with_hands_and_keys_in_either_order():
    gathering = Gathering()
    assert gathering.hands(3, HANDS) is None
    assert gathering.keys(3, KEYS).time_s == pytest.approx(0.15)
    assert gathering.keys(4, KEYS) is None
    assert gathering.hands(4, HANDS).time_s == pytest.approx(0.2)


def test_parts_of_different_steps_are_never_shown_together():
    gathering = Gathering()
    gathering.hands(3, HANDS)
    assert gathering.keys(4, KEYS) is None
    assert gathering.hands(5, HANDS) is None
    assert gathering.hands(4, HANDS + 1).joint_positions[0] == 1


def test_a_state_is_judged_by_the_step_that_ended_in_it():
    gathering = Gathering()
    gathering.goal(2, np.array([row(60), row(62), row(64)]))
    gathering.hands(3, HANDS)
    snapshot = gathering.keys(3, np.where(row(60), KEYBOARD.travel_rad, 0.0))
    np.testing.assert_array_equal(snapshot.wanted, row(60))
    np.testing.assert_array_equal(snapshot.coming, [row(62), row(64)])
    np.testing.assert_array_equal(snapshot.pressed, row(60))


def test_the_window_of_the_same_step_does_not_hide_what_was_wanted():
    gathering = Gathering()
    gathering.goal(2, np.array([row(60), row(62)]))
    gathering.goal(3, np.array([row(62), row(65)]))
    gathering.hands(3, HANDS)
    snapshot = gathering.keys(3, KEYS)
    np.testing.assert_array_equal(snapshot.wanted, row(60))
    np.testing.assert_array_equal(snapshot.coming, [row(62), row(65)])


def test_a_newer_window_overrules_older_ones():
    gathering = Gathering()
    gathering.goal(0, np.array([row(60)] * 10))
    gathering.goal(1, np.array([row(72)]))
    gathering.hands(1, HANDS)
    np.testing.assert_array_equal(gathering.keys(1, KEYS).coming, [row(72)])


def test_a_window_of_a_far_step_does_not_make_a_snapshot_without_end():
    gathering = Gathering()
    gathering.goal(2**40, np.array([row(60)]))
    gathering.hands(1, HANDS)
    assert gathering.keys(1, KEYS).coming.shape == (COMING_STEPS, NUM_KEYS)
    assert not gathering.keys(1, KEYS).coming.any()


def test_without_a_goal_nothing_is_wanted():
    gathering = Gathering()
    gathering.hands(7, HANDS)
    snapshot = gathering.keys(7, KEYS)
    assert not snapshot.wanted.any()
    assert snapshot.coming.shape == (0, NUM_KEYS)


def test_a_second_song_begins_at_zero_without_leftovers():
    gathering = Gathering()
    for step in range(100):
        gathering.goal(step, np.array([row(60)] * 40))
        gathering.hands(step, HANDS)
        gathering.keys(step, KEYS)
    gathering.goal(0, np.array([row(62), row(62)]))
    gathering.hands(0, HANDS)
    snapshot = gathering.keys(0, KEYS)
    assert not snapshot.wanted.any()
    np.testing.assert_array_equal(snapshot.coming, [row(62), row(62)])


def test_lonely_parts_are_forgotten():
    gathering = Gathering()
    gathering.hands(0, HANDS)
    for step in range(1, KEPT_STEPS + 2):
        gathering.hands(step, HANDS)
        gathering.keys(step, KEYS)
    assert gathering.keys(0, KEYS) is None


def test_the_running_score_comes_with_the_next_state():
    gathering = Gathering()
    assert gathering.score({"f1": 0.5}) is None
    gathering.hands(0, HANDS)
    assert gathering.keys(0, KEYS).score == {"f1": 0.5}
    assert gathering.score({"f1": 0.75}) is None


def test_the_final_score_is_shown_though_no_state_follows():
    gathering = Gathering()
    gathering.hands(9, HANDS)
    gathering.keys(9, KEYS)
    final = gathering.score({"f1": 0.9, "finished": 1.0})
    assert final.score["f1"] == 0.9
    assert final.time_s == pytest.approx(0.45)


def test_measured_times_of_several_nodes_stand_beside_the_score():
    gathering = Gathering()
    gathering.times({"policy_p50_ms": 4.0})
    gathering.times({"latency_p50_ms": 6.0})
    gathering.times({"policy_p50_ms": 5.0})
    gathering.score({"f1": 0.5})
    gathering.hands(0, HANDS)
    assert gathering.keys(0, KEYS).score == {"policy_p50_ms": 5.0, "latency_p50_ms": 6.0, "f1": 0.5}
