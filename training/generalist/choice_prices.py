"""The teacher's answer: what each way to play an onset costs in the end, compiled.

Every choice keeps a beam of its own, so that near twins of the best one do not crowd the others out; choices that fall
hopelessly behind leave their room to the rest.
"""

import numpy as np
from numba import njit

from pianomime_policy.planner.fingering_search import Beam, extend_beam


@njit(cache=True)
def choice_prices(price, after, notes, first, steps, note_key, note_end, states, fewest, hopeless):
    """(B,) price of each choice and of the best that follows it; infinite if it fell behind.

    Args:
        price: `FingeringCost`.
        after: `Beam` of the B choices.
        notes, first, steps: The K onsets that follow: notes of onset k are notes[first[k] : first[k + 1]], by rising
            key, and begin at steps[k].
        note_key, note_end: (N,) key and end step (exclusive) of every note.
        states: Shared evenly by the choices that are left, but each has `fewest` at least.
        hopeless: A choice whose best state is so much dearer than the best of all is followed no further.
    """
    choices = after.cost.shape[0]
    beams = [
        Beam(
            after.cost[c : c + 1], after.centre_m[c : c + 1], after.moved_step[c : c + 1], after.held_note[c : c + 1],
            after.last_key[c : c + 1], after.last_end[c : c + 1],
        )
        for c in range(choices)
    ]  # fmt: skip
    total = after.cost.copy()
    left = np.ones(choices, np.bool_)
    for k in range(len(steps)):
        left &= total <= total[left].min() + hopeless
        width = max(fewest, states // left.sum())
        new = notes[first[k] : first[k + 1]]
        for c in np.flatnonzero(left):
            beams[c], _, _ = extend_beam(price, beams[c], width, new, note_key, note_end, steps[k])
            total[c] = beams[c].cost[0]
    total[~left] = np.inf
    return total
