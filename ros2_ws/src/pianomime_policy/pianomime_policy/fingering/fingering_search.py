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

"""The compiled core of the fingering search: the beam over onsets.

Notes that begin together form a slice. For each state of the beam and every split of the slice, lower notes go to the
left hand and upper ones to the right; within a hand, notes and free fingers are paired in order (`hand_options`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.fingering.giving_up import gives_up, giving_up_price
from pianomime_policy.fingering.split_options import split_options, splits
from pianomime_policy.kernel import kernel

FINGERS = 10
# States with hands closer than this that hold the same notes count as the same.
_SAME_CENTRE_M = 0.005


class Beam(NamedTuple):
    """B states of the search; row 0 is the cheapest."""

    cost: NDArray[np.float64]  # (B,)
    centre_m: NDArray[np.float64]  # (B, 2) of each hand along the keyboard
    moved_step: NDArray[np.int64]  # (B, 2) onset of the last slice each hand played
    held_note: NDArray[np.int64]  # (B, 10) note under each finger, -1 none
    last_key: NDArray[np.int64]  # (B, 10)
    last_end: NDArray[np.int64]  # (B, 10)


class _Candidates(NamedTuple):
    """Extended states, in the order of the states that they extend."""

    first: NDArray[np.int64]  # (B + 1,) of each state of the beam, and their number
    cost: NDArray[np.float64]  # (C,)
    parent: NDArray[np.int64]  # (C,) row of the beam
    centre_m: NDArray[np.float64]  # (C, 2)
    finger: NDArray[np.int8]  # (C, n) of each note of the slice


@kernel
def _new_beam(width):
    return Beam(
        np.empty(width),
        np.empty((width, 2)),
        np.empty((width, 2), np.int64),
        np.empty((width, FINGERS), np.int64),
        np.empty((width, FINGERS), np.int64),
        np.empty((width, FINGERS), np.int64),
    )


@kernel
def _released(costs, beam, note_end, step):
    """Return the beam with those notes released that end before the onset at `step`, or overlap it a little."""
    held, last_end = beam.held_note.copy(), beam.last_end.copy()
    for b in range(held.shape[0]):
        for f in range(FINGERS):
            if held[b, f] >= 0 and note_end[held[b, f]] <= step + costs.overlap_steps:
                last_end[b, f] = note_end[held[b, f]]
                held[b, f] = -1
    return Beam(beam.cost, beam.centre_m, beam.moved_step, held, beam.last_key, last_end)


@kernel
def _crowding(costs, gap_m):
    """Return the cost of hands whose centres are this far apart, positive with the right hand to the right."""
    if gap_m >= costs.hand_gap_m:
        return 0.0
    crowd = (costs.hand_gap_m - gap_m) / costs.hand_gap_unit_m
    return costs.hand_gap_price * crowd * crowd


@kernel
def _candidates(costs, beam, notes, note_key, step):
    """Return every state of the beam extended by every split of the slice and the ways of both hands to play it."""
    n, states = notes.shape[0], beam.cost.shape[0]
    right = split_options(costs, 0, beam, notes, note_key, step)
    left = split_options(costs, 1, beam, notes, note_key, step)
    first = np.zeros(states + 1, np.int64)
    for b in range(states):
        first[b + 1] = first[b]
        for split in splits(notes):
            first[b + 1] += right.found[right.row[b], split] * left.found[left.row[b], split]
    count = first[states]
    out = _Candidates(
        first, np.empty(count), np.empty(count, np.int64), np.empty((count, 2)), np.empty((count, n), np.int8)
    )
    c = 0
    for b in range(states):
        rb, lb = right.row[b], left.row[b]
        for split in splits(notes):
            for r in range(right.found[rb, split]):
                for k in range(left.found[lb, split]):
                    cost = beam.cost[b] + right.cost[rb, split, r] + left.cost[lb, split, k]
                    right_m, left_m = right.centre_m[rb, split, r], left.centre_m[lb, split, k]
                    out.cost[c] = cost + _crowding(costs, right_m - left_m)
                    out.parent[c] = b
                    out.centre_m[c, 0] = right_m
                    out.centre_m[c, 1] = left_m
                    for i in range(split):
                        out.finger[c, i] = left.finger[lb, split, k, split - 1 - i]
                    for i in range(split, n):
                        out.finger[c, i] = right.finger[rb, split, r, i - split]
                    c += 1
    return out


@kernel
def _give_up(costs, held_note, last_end, finger, key, note_key, step):
    """Let go of the notes that their hand cannot hold when a finger strikes a key; see `giving_up`."""
    for f in range(finger - finger % 5, finger - finger % 5 + 5):
        note = held_note[f]
        if note >= 0 and gives_up(costs, giving_up_price(costs, note, step), f, note_key[note], finger, key):
            held_note[f] = -1
            last_end[f] = step


@kernel
def _write_child(costs, beam, candidates, c, notes, note_key, note_end, step, out, row):
    """Write the state after candidate `c` to a row of `out`, except for its cost."""
    b = candidates.parent[c]
    for f in range(FINGERS):
        out.held_note[row, f] = beam.held_note[b, f]
        out.last_key[row, f] = beam.last_key[b, f]
        out.last_end[row, f] = beam.last_end[b, f]
    for hand in range(2):
        out.centre_m[row, hand] = candidates.centre_m[c, hand]
        out.moved_step[row, hand] = beam.moved_step[b, hand]
    for i in range(notes.shape[0]):
        f = candidates.finger[c, i]
        if f >= 0:
            _give_up(costs, out.held_note[row], out.last_end[row], f, note_key[notes[i]], note_key, step)
    for i in range(notes.shape[0]):
        f = candidates.finger[c, i]
        if f >= 0:
            out.held_note[row, f] = notes[i]
            out.last_key[row, f] = note_key[notes[i]]
            out.last_end[row, f] = note_end[notes[i]]
            out.moved_step[row, f // 5] = step


@kernel
def _has_twin(held_note, centre_m, first, row):
    """Return whether an earlier row, from the first on, holds the same notes with its hands at the same places."""
    for s in range(first, row):
        f = 0
        while f < FINGERS and held_note[s, f] == held_note[row, f]:
            f += 1
        if f < FINGERS:
            continue
        right_m, left_m = abs(centre_m[s, 0] - centre_m[row, 0]), abs(centre_m[s, 1] - centre_m[row, 1])
        if right_m < _SAME_CENTRE_M and left_m < _SAME_CENTRE_M:
            return True
    return False


@kernel
def chosen_states(beam, rows):
    """Return some rows of a beam, in that order."""
    return Beam(
        beam.cost[rows], beam.centre_m[rows], beam.moved_step[rows], beam.held_note[rows], beam.last_key[rows],
        beam.last_end[rows],
    )  # fmt: skip


@kernel
def extend_beams(costs, beams, first, width, notes, note_key, note_end, step):
    """Extend every state of some beams by one slice and keep the `width` cheapest distinct states of each.

    What their states have in common is found once.

    Args:
        costs: `FingeringCosts`.
        beams: G beams of B states together, before the slice; those of beam g are the rows first[g] to first[g + 1].
        width: Maximum number of states kept.
        notes: (n,) indices of the slice's notes, by rising key; at most ten, five a hand.
        note_key, note_end: (N,) key and end step (exclusive) of every note; a sounding note ends in the future.
        step: Onset step of the slice.

    Returns:
        The new beams of B' states together, their first rows (G + 1,), the parent (B',) of each state and the finger
        (B', n) of each note, -1 = dropped.
    """
    beams = _released(costs, beams, note_end, step)
    candidates = _candidates(costs, beams, notes, note_key, step)
    groups = first.shape[0] - 1
    new, chosen = _new_beam(groups * width), np.empty(groups * width, np.int64)
    new_first = np.zeros(groups + 1, np.int64)
    kept = 0
    for g in range(groups):
        begin, end = candidates.first[first[g]], candidates.first[first[g + 1]]
        for c in begin + np.argsort(candidates.cost[begin:end]):
            _write_child(costs, beams, candidates, c, notes, note_key, note_end, step, new, kept)
            if _has_twin(new.held_note, new.centre_m, new_first[g], kept):
                continue
            new.cost[kept] = candidates.cost[c]
            chosen[kept] = c
            kept += 1
            if kept == new_first[g] + width:
                break
        new_first[g + 1] = kept
    new = chosen_states(new, np.arange(kept))
    return new, new_first, candidates.parent[chosen[:kept]], candidates.finger[chosen[:kept]]


@kernel
def extend_beam(costs, beam, width, notes, note_key, note_end, step):
    """The same for one beam: return the new `Beam`, its parents and fingers."""
    only = np.array([0, beam.cost.shape[0]])
    new, _, parent, finger = extend_beams(costs, beam, only, width, notes, note_key, note_end, step)
    return new, parent, finger
