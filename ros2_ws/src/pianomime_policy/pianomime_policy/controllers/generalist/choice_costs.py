# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""The cost of each way to play an onset, including the onsets that follow; compiled.

A beam search that never drops a choice entirely, so near-duplicates of the best one cannot crowd the others out. With
one state per choice it is a cheap lookahead as input of the fingering network; with many it is the teacher's label.
"""

import numpy as np

from pianomime_policy.fingering.fingering_search import FINGERS, chosen_states, extend_beams
from pianomime_policy.kernel import kernel


@kernel
def next_onsets(note_onset, future, until, onsets):
    """The next onsets as the arguments notes, first, steps of `choice_costs`.

    Args:
        note_onset: (N,) onset steps, rising.
        future: Index of the first coming note.
        until: Onsets at this step or later are ignored.
        onsets: Maximum number of onsets.
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
            # the outer ones if there are more notes than fingers, as in `playable`
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
    """(B, K + 1) cost of each choice alone and with its best continuation to each onset; infinite once hopeless.

    Args:
        costs: `FingeringCosts`.
        after: `Beam` of the B choices.
        notes, first, steps: The K onsets that follow: notes of onset k are notes[first[k] : first[k + 1]], by rising
            key, and begin at steps[k].
        note_key, note_end: (N,) key and end step (exclusive) of every note.
        states: Number of cheapest states kept over all choices together.
        fewest, most: Minimum and maximum number of states kept for each choice.
        hopeless: A choice whose best state costs this much more than the best of all is not continued.
    """
    choices = after.cost.shape[0]
    beams, begin = after, np.arange(choices + 1)  # one for each choice
    total = np.full((choices, len(steps) + 1), np.inf)
    total[:, 0] = after.cost
    for k in range(len(steps)):
        count = np.diff(begin)
        count[total[:, k] > total[:, k].min() + hopeless] = 0
        beams, begin = _cheapest(beams, begin, count)
        new = notes[first[k] : first[k + 1]]
        beams, begin, _, _ = extend_beams(costs, beams, begin, most, new, note_key, note_end, steps[k])
        count = np.diff(begin)
        for c in range(choices):
            if count[c] > 0:
                total[c, k + 1] = beams.cost[begin[c]]
        if len(beams.cost) > states:
            limit = np.partition(beams.cost, states)[states]
            for c in range(choices):
                cheaper = np.searchsorted(beams.cost[begin[c] : begin[c + 1]], limit)
                count[c] = min(count[c], max(fewest, cheaper))
            beams, begin = _cheapest(beams, begin, count)
    return total


@kernel
def _cheapest(beams, begin, count):
    """Return the `count` (G,) cheapest states of each beam together, and their first rows (G + 1,); see
    `extend_beams`."""
    kept = np.zeros(len(count) + 1, np.int64)
    kept[1:] = np.cumsum(count)
    rows = np.empty(kept[-1], np.int64)
    for g in range(len(count)):
        for i in range(count[g]):
            rows[kept[g] + i] = begin[g] + i
    return chosen_states(beams, rows), kept
