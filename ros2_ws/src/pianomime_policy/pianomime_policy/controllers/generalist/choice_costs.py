"""What each way to play an onset costs as the music goes on, compiled.

A beam search that never forgets a choice: near twins of the best one do not crowd the others out. With one state a
choice this is a glance at the next onsets, for the fingering network to see; with many it is the teacher's answer.
"""

import numpy as np

from pianomime_policy.fingering.fingering_search import FINGERS, Beam, extend_beam
from pianomime_policy.kernel import kernel


@kernel
def next_onsets(note_onset, future, until, onsets):
    """The onsets that come next: notes, first, steps as `choice_costs` wants them.

    Args:
        note_onset: (N,) onset steps, rising.
        future: Number of the first note to come.
        until: Onsets at this step and later are not looked at.
        onsets: At most so many onsets.
    """
    notes = np.empty(FINGERS * onsets, np.int64)
    first = np.zeros(onsets + 1, np.int64)
    steps = np.empty(onsets, np.int64)
    k = 0
    while k < onsets and future < len(note_onset) and note_onset[future] < until:
        after = future
        while after < len(note_onset) and note_onset[after] == note_onset[future]:
            after += 1
        n = first[k]
        for i in range(future, after):
            # of more notes than fingers the outer ones, as in `playable`
            if after - future <= FINGERS or i - future < FINGERS // 2 or after - i <= FINGERS // 2:
                notes[n] = i
                n += 1
        steps[k] = note_onset[future]
        k += 1
        first[k] = n
        future = after
    return notes[: first[k]], first[: k + 1], steps[:k]


@kernel
def choice_costs(costs, after, notes, first, steps, note_key, note_end, states, fewest, most, hopeless):
    """(B, K + 1) costs of each choice, and with the best that follows up to each onset; infinite once it is hopeless.

    Args:
        costs: `FingeringCosts`.
        after: `Beam` of the B choices.
        notes, first, steps: The K onsets that follow: notes of onset k are notes[first[k] : first[k + 1]], by rising
            key, and begin at steps[k].
        note_key, note_end: (N,) key and end step (exclusive) of every note.
        states: The cheapest of all are kept, so many, whichever choice they come from,
        fewest, most: but of each choice at least and at most so many.
        hopeless: A choice whose best state is so much dearer than the best of all is followed no further.
    """
    choices = after.cost.shape[0]
    beams = [_rows(after, c, c + 1) for c in range(choices)]
    total = np.full((choices, len(steps) + 1), np.inf)
    total[:, 0] = after.cost
    cost = np.empty(choices * most)
    for k in range(len(steps)):
        left = np.flatnonzero(total[:, k] <= total[:, k].min() + hopeless)
        new = notes[first[k] : first[k + 1]]
        found = 0
        for c in left:
            beams[c], _, _ = extend_beam(costs, beams[c], most, new, note_key, note_end, steps[k])
            total[c, k + 1] = beams[c].cost[0]
            cost[found : found + len(beams[c].cost)] = beams[c].cost
            found += len(beams[c].cost)
        if found > states:
            limit = np.partition(cost[:found], states)[states]
            for c in left:
                kept = max(fewest, np.searchsorted(beams[c].cost, limit))
                beams[c] = _rows(beams[c], 0, kept)
    return total


@kernel
def _rows(beam, begin, end):
    return Beam(
        beam.cost[begin:end], beam.centre_m[begin:end], beam.moved_step[begin:end], beam.held_note[begin:end],
        beam.last_key[begin:end], beam.last_end[begin:end],
    )  # fmt: skip
