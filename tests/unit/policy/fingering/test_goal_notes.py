"""Notes extracted from a piano roll, against hand-made rolls and against a run-length extraction of whole rolls."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pianomime_policy.fingering.goal_notes import SOUNDING, GoalNotes


def read(goal: np.ndarray) -> GoalNotes:
    notes = GoalNotes()
    for row in goal:
        notes.append(row)
    return notes


def run_lengths(goal: np.ndarray) -> list[tuple[int, int, int]]:
    """(onset, key, end) of every run of True in a column, sorted; runs that touch the last row have no end yet."""
    edges = np.diff(np.pad(goal.astype(int), ((1, 1), (0, 0))), axis=0)
    runs = []
    for key in range(goal.shape[1]):
        begins, ends = np.flatnonzero(edges[:, key] == 1), np.flatnonzero(edges[:, key] == -1)
        runs += [(b, key, e if e < len(goal) else SOUNDING) for b, e in zip(begins, ends, strict=True)]
    return sorted(runs)


def test_notes_of_a_roll_by_hand():
    goal = np.zeros((5, 88), bool)
    goal[0:2, 40] = True  # struck again after one row's rest
    goal[3:5, 40] = True
    goal[1:4, 30] = True
    notes = GoalNotes()
    begun = [notes.append(row).tolist() for row in goal]
    assert begun == [[0], [1], [], [2], []]
    assert notes.key.tolist() == [40, 30, 40]
    assert notes.onset.tolist() == [0, 1, 3]
    assert notes.end.tolist() == [2, 4, SOUNDING]
    assert notes.append(np.zeros(88, bool)).tolist() == []
    assert notes.end.tolist() == [2, 4, 5]
    assert notes.rows == 6


def test_notes_that_begin_together_are_numbered_from_the_bass():
    row = np.zeros(88, bool)
    row[[87, 0, 44]] = True
    notes = GoalNotes()
    assert notes.append(row).tolist() == [0, 1, 2]
    assert notes.key.tolist() == [0, 44, 87]


def test_nothing_seen():
    notes = GoalNotes()
    assert (notes.rows, notes.count, len(notes.key), len(notes.onset), len(notes.end)) == (0, 0, 0, 0, 0)


@given(arrays(bool, st.tuples(st.integers(1, 25), st.just(88)), elements=st.booleans(), fill=st.just(False)))
def test_any_roll_equals_its_run_lengths(goal):
    notes = read(goal)
    assert list(zip(notes.onset, notes.key, notes.end, strict=True)) == run_lengths(goal)


def test_more_notes_than_the_first_reserve_holds():
    goal = np.random.default_rng(0).random((60, 88)) < 0.4
    notes = read(goal)
    assert notes.count > 1000
    assert list(zip(notes.onset, notes.key, notes.end, strict=True)) == run_lengths(goal)


def test_the_reserve_grows_past_one_doubling_at_once():
    notes = GoalNotes()
    for step in range(8):
        assert len(notes.append(np.full(88, step % 2 == 0))) == (88 if step % 2 == 0 else 0)
    assert notes.count == 4 * 88
    assert np.array_equal(notes.key, np.tile(np.arange(88), 4))
