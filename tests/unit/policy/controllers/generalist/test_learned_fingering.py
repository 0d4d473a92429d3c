"""Fingering with a stand-in for the network whose scores the tests choose."""

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.controllers.generalist.fingering_choices import ChoiceConfig, FingeringChoices
from pianomime_policy.controllers.generalist.learned_fingering import LearnedFingering
from pianomime_policy.fingering.fingering import FingeringConfig
from pianomime_policy.fingering.goal_notes import GoalNotes


def _cheapest(features: NDArray[np.float32]) -> NDArray[np.float32]:
    return -np.arange(len(features), dtype=np.float32)


def _dearest(features: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.arange(len(features), dtype=np.float32)


def _learned(scores=_cheapest) -> LearnedFingering:
    return LearnedFingering(FingeringChoices(ChoiceConfig(), FingeringConfig()), scores)


def _show(fingering: LearnedFingering, notes: GoalNotes, roll: NDArray[np.bool_]) -> None:
    for row in roll:
        new = notes.append(row)
        if len(new):
            fingering.push(notes.rows - 1, new, notes)


def _roll(*notes: tuple[int, int, int], steps: int = 30) -> NDArray[np.bool_]:
    roll = np.zeros((steps, 88), bool)
    for onset, end, key in notes:
        roll[onset:end, key] = True
    return roll


def test_every_note_shown_has_a_finger_and_chords_have_different_ones() -> None:
    fingering, notes = _learned(), GoalNotes()
    _show(fingering, notes, _roll((2, 9, 40), (2, 9, 44), (2, 9, 47), (12, 20, 42), (25, 28, 30)))
    fingers = fingering.best()
    assert sorted(fingers) == [0, 1, 2, 3, 4]
    assert len({fingers[n] for n in range(3)}) == 3
    assert all(0 <= finger < 10 for finger in fingers.values())


def test_of_the_notes_of_a_chord_rising_keys_go_to_fingers_in_order() -> None:
    fingering, notes = _learned(), GoalNotes()
    _show(fingering, notes, _roll((0, 9, 40), (0, 9, 44), (0, 9, 47)))
    place = [finger if finger < 5 else 4 - finger for finger in (fingering.best()[n] for n in range(3))]
    assert place == sorted(place)


def test_what_is_committed_stays_and_the_rest_may_change() -> None:
    tastes = [_cheapest]
    fingering, notes = _learned(lambda features: tastes[-1](features)), GoalNotes()
    _show(fingering, notes, _roll((0, 4, 40), (10, 14, 42), (20, 24, 45)))
    before = fingering.best()
    fingering.commit(12)
    tastes.append(_dearest)
    fingering.commit(20)
    after = fingering.best()
    assert [after[n] for n in (0, 1)] == [before[n] for n in (0, 1)]
    assert after[2] != before[2]


def test_another_finger_than_expected_makes_the_later_ones_be_thought_over() -> None:
    asked: list[int] = []

    def noted(features: NDArray[np.float32]) -> NDArray[np.float32]:
        asked.append(len(features))
        return _cheapest(features) if len(asked) <= 3 else _dearest(features)

    fingering, notes = _learned(noted), GoalNotes()
    _show(fingering, notes, _roll((0, 4, 40), (10, 14, 42), (20, 24, 45)))
    fingering.best()
    assert len(asked) == 3
    fingering.best()
    assert len(asked) == 3  # nothing new: the network is not run
    fingering.commit(0)
    fingering.best()
    assert len(asked) == 6  # the first again, with all that is visible now; it differs, so the two others


def test_old_notes_are_left_out() -> None:
    fingering, notes = _learned(), GoalNotes()
    _show(fingering, notes, _roll((0, 4, 40), (10, 14, 42)))
    fingering.commit(29)
    assert sorted(fingering.best(since=5)) == [1]
