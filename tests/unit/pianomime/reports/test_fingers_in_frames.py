"""Fingers of notes in time, as fingers of the notes of the frames."""

import numpy as np

from pianomime.reports.fingers_in_frames import fingers_in_frames


def of(goal: dict[int, str], *planned: tuple[int, int, int, int]) -> list[tuple[int, ...]]:
    """The notes found, for planned ones (onset, release, key, finger) and a goal drawn by hand."""
    rows = np.zeros((12, 88), bool)
    for key, line in goal.items():
        rows[:, key] = [letter == "#" for letter in line]
    found = fingers_in_frames(tuple(np.array(column) for column in zip(*planned, strict=True)), rows)
    return [tuple(note) for note in np.array(found).T.tolist()]


def test_a_plan_counts_from_the_step_before_a_key_sounds() -> None:
    assert of({40: "..####......"}, (1, 5, 40, 2)) == [(2, 6, 40, 2)]
    assert of({40: "..####......"}, (1, 3, 40, 2)) == [(2, 4, 40, 2)], "let go on purpose"


def test_the_notes_of_a_chord_may_begin_in_different_frames() -> None:
    chord = {40: "..####......", 44: "...###......"}
    assert of(chord, (1, 5, 40, 1), (1, 5, 44, 3)) == [(2, 6, 40, 1), (3, 6, 44, 3)]


def test_a_key_struck_twice_in_one_note_of_the_frames_is_held_to_the_end_of_the_last() -> None:
    assert of({40: "..########.."}, (1, 5, 40, 1), (5, 9, 40, 2)) == [(2, 10, 40, 1)]


def test_a_note_that_was_not_planned_is_left_out() -> None:
    goal = {40: "..##......##", 50: "##.........."}
    assert of(goal, (1, 3, 40, 1)) == [(2, 4, 40, 1)]


def test_a_note_without_a_finger_keeps_none() -> None:
    assert of({40: "..####......"}, (1, 5, 40, -1)) == [(2, 6, 40, -1)]
