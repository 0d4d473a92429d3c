"""Which held notes are let go for others, and from when on the pedal holds a note, by hand."""

import numpy as np
import pytest

from pianomime_policy.fingering.fingering import FingeringConfig, FingeringSearch, fingering_costs
from pianomime_policy.fingering.giving_up import GivingUpConfig, given_up_for, sustained_from
from pianomime_policy.fingering.goal_notes import SOUNDING, GoalNotes

COSTS = fingering_costs(FingeringConfig(), GivingUpConfig())
C4, D4, E4, G4, C6 = 39, 41, 43, 46, 63


def given_up(*notes: tuple[int, int, int, int]) -> list[int]:
    """`given_up_for` of notes (onset, end, key, finger)."""
    onset, end, key, finger = np.array(notes).T.copy()
    return given_up_for(COSTS, onset, end, key, finger).tolist()


@pytest.mark.parametrize(
    ("finger", "key", "expected"),
    [
        (1, D4, -1),  # index beside the thumb that holds C4
        (0, D4, 1),  # the thumb itself
        (1, C4 - 2, 1),  # index below the thumb of a right hand
        (4, C6, 1),  # two octaves away
        (6, C4 - 2, -1),  # the other hand
    ],
)
def test_a_thumb_lets_go_for_its_own_finger_order_and_reach_only(finger, key, expected):
    assert given_up((0, 40, C4, 0), (10, 20, key, finger)) == [expected, -1]


def test_the_order_of_a_left_hand_is_mirrored():
    assert given_up((0, 40, C4, 5), (10, 20, C4 - 2, 6)) == [-1, -1]
    assert given_up((0, 40, C4, 5), (10, 20, D4, 6)) == [1, -1]


def test_a_legato_overlap_gives_nothing_up():
    overlap = FingeringConfig().overlap_steps
    assert given_up((0, 10 + overlap, C4, 0), (10, 20, D4, 0)) == [-1, -1]
    assert given_up((0, 11 + overlap, C4, 0), (10, 20, D4, 0)) == [1, -1]


def test_a_note_without_a_finger_takes_nothing_away():
    assert given_up((0, 40, C4, 0), (10, 20, D4, -1)) == [-1, -1]


def test_the_pedal_holds_a_note_from_where_it_stays_down_to_the_end():
    #                 0  1  2  3  4  5  6  7
    pedal = np.array([1, 1, 0, 1, 1, 1, 0, 0], bool)
    assert sustained_from(np.array([1, 2, 4, 5, 6]), pedal).tolist() == [0, SOUNDING, 3, 3, SOUNDING]


def test_a_note_without_end_is_held_as_far_as_the_pedal_is_seen():
    assert sustained_from(np.array([SOUNDING]), np.array([0, 1, 1], bool)).tolist() == [1]
    assert sustained_from(np.array([SOUNDING]), np.zeros(0, bool)).tolist() == [SOUNDING]


@pytest.mark.parametrize(("giving_up", "dropped"), [(None, 1), (GivingUpConfig(), 0)])
def test_a_note_that_no_finger_is_left_for_gets_one_if_hands_may_give_up(giving_up, dropped):
    notes, search = GoalNotes(), FingeringSearch(giving_up=giving_up)
    both_hands = np.array([20, 22, 24, 26, 28, 50, 52, 54, 56, 58])
    search.push(0, notes.add(both_hands, 0), notes)
    search.push(20, notes.add(np.array([29]), 20), notes)
    assert list(search.best().values()).count(-1) == dropped
