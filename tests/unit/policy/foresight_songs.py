"""Short music for the tests of foresight."""

import numpy as np

from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_core.notes import Note
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.visible_notes import visible_notes

STEPS = 40


def chords() -> PianoRoll:
    """Two seconds of a jumping left-hand triad under a melody of the right; hard enough to leave mistakes."""
    goal = np.zeros((STEPS, 88), bool)
    goal[2:20, [24, 28, 31]] = True
    goal[20:38, [17, 21, 26]] = True
    for first, key in zip(range(2, 38, 6), (52, 53, 55, 53, 50, 52), strict=True):
        goal[first : first + 5, key] = True
    return PianoRoll(goal, np.zeros(STEPS, bool))


def chords_in_time() -> PianoRoll:
    """The same with its notes in time, velocity 64."""
    roll = chords()
    padded = np.pad(roll.goal, ((1, 1), (0, 0))).astype(int)
    begins, ends = (np.argwhere(np.diff(padded.T, axis=1) == change) for change in (1, -1))
    notes = [
        Note(LOWEST_PITCH + int(key), 0.05 * int(first), 0.05 * int(last), 64)
        for (key, first), (_, last) in zip(begins, ends, strict=True)
    ]
    return PianoRoll(roll.goal, roll.sustain, notes=visible_notes(sorted(notes, key=lambda note: note.onset_s)))
