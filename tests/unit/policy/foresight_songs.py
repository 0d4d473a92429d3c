"""Short music for the tests of foresight."""

import numpy as np

from pianomime_core.piano_roll import PianoRoll

STEPS = 40


def chords() -> PianoRoll:
    """Two seconds of a jumping left-hand triad under a melody of the right; hard enough to leave mistakes."""
    goal = np.zeros((STEPS, 88), bool)
    goal[2:20, [24, 28, 31]] = True
    goal[20:38, [17, 21, 26]] = True
    for first, key in zip(range(2, 38, 6), (52, 53, 55, 53, 50, 52), strict=True):
        goal[first : first + 5, key] = True
    return PianoRoll(goal, np.zeros(STEPS, bool))
