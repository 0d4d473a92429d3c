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

from pianomime_policy.fingering.hand_options import MAX_OPTIONS, hand_options
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


@kernel
def extend_beam(costs, beam, width, notes, note_key, note_end, step):
    """Extend every state by one slice and keep the `width` cheapest distinct states.

    Args:
        costs: `FingeringCosts`.
        beam: `Beam` of B states before the slice.
        width: Maximum number of states kept.
        notes: (n,) indices of the slice's notes, by rising key; at most ten, five a hand.
        note_key, note_end: (N,) key and end step (exclusive) of every note; a sounding note ends in the future.
        step: Onset step of the slice.

    Returns:
        The new `Beam`, the parent (B',) of each state and the finger (B', n) of each note, -1 = dropped.
    """
    n = notes.shape[0]
    states = beam.cost.shape[0]
    held = beam.held_note.copy()
    last_end = beam.last_end.copy()
    for b in range(states):
        for f in range(FINGERS):
            if held[b, f] >= 0 and note_end[held[b, f]] <= step + costs.overlap_steps:
                last_end[b, f] = note_end[held[b, f]]
                held[b, f] = -1
    capacity = states * (n + 1) * MAX_OPTIONS * MAX_OPTIONS
    c_cost = np.empty(capacity)
    c_parent = np.empty(capacity, np.int64)
    c_centre = np.empty((capacity, 2))
    c_finger = np.empty((capacity, n), np.int8)
    cost_r, cost_l = np.empty(MAX_OPTIONS), np.empty(MAX_OPTIONS)
    centre_r, centre_l = np.empty(MAX_OPTIONS), np.empty(MAX_OPTIONS)
    finger_r, finger_l = np.empty((MAX_OPTIONS, n), np.int8), np.empty((MAX_OPTIONS, n), np.int8)
    left_notes = np.empty(n, np.int64)
    total = 0
    for b in range(states):
        for split in range(max(0, n - 5), min(n, 5) + 1):
            for i in range(split):
                left_notes[i] = notes[split - 1 - i]
            right = hand_options(
                costs, 0, notes[split:], n - split, note_key, step, beam.centre_m[b, 0], beam.moved_step[b, 0],
                held[b], beam.last_key[b], last_end[b], cost_r, centre_r, finger_r,
            )  # fmt: skip
            left = hand_options(
                costs, 1, left_notes, split, note_key, step, beam.centre_m[b, 1], beam.moved_step[b, 1],
                held[b], beam.last_key[b], last_end[b], cost_l, centre_l, finger_l,
            )  # fmt: skip
            for r in range(right):
                for k in range(left):
                    gap = centre_r[r] - centre_l[k]
                    cost = beam.cost[b] + cost_r[r] + cost_l[k]
                    if gap < costs.hand_gap_m:
                        crowd = (costs.hand_gap_m - gap) / costs.hand_gap_unit_m
                        cost += costs.hand_gap_price * crowd * crowd
                    c_cost[total] = cost
                    c_parent[total] = b
                    c_centre[total, 0] = centre_r[r]
                    c_centre[total, 1] = centre_l[k]
                    for i in range(split):
                        c_finger[total, i] = finger_l[k, split - 1 - i]
                    for i in range(split, n):
                        c_finger[total, i] = finger_r[r, i - split]
                    total += 1
    order = np.argsort(c_cost[:total])
    cost = np.empty(width)
    centre = np.empty((width, 2))
    moved = np.empty((width, 2), np.int64)
    new_held = np.empty((width, FINGERS), np.int64)
    new_last_key = np.empty((width, FINGERS), np.int64)
    new_last_end = np.empty((width, FINGERS), np.int64)
    parent = np.empty(width, np.int64)
    finger = np.empty((width, n), np.int8)
    kept = 0
    for o in order:
        b = c_parent[o]
        for f in range(FINGERS):
            new_held[kept, f] = held[b, f]
            new_last_key[kept, f] = beam.last_key[b, f]
            new_last_end[kept, f] = last_end[b, f]
        for h in range(2):
            centre[kept, h] = c_centre[o, h]
            moved[kept, h] = beam.moved_step[b, h]
        for i in range(n):
            f = c_finger[o, i]
            finger[kept, i] = f
            if f >= 0:
                new_held[kept, f] = notes[i]
                new_last_key[kept, f] = note_key[notes[i]]
                new_last_end[kept, f] = note_end[notes[i]]
                moved[kept, f // 5] = step
        twin = False
        for s in range(kept):
            if (
                abs(centre[s, 0] - centre[kept, 0]) < _SAME_CENTRE_M
                and abs(centre[s, 1] - centre[kept, 1]) < _SAME_CENTRE_M
            ):
                same = True
                for f in range(FINGERS):
                    if new_held[s, f] != new_held[kept, f]:
                        same = False
                        break
                if same:
                    twin = True
                    break
        if twin:
            continue
        cost[kept] = c_cost[o]
        parent[kept] = b
        kept += 1
        if kept == width:
            break
    new_beam = Beam(
        cost[:kept].copy(),
        centre[:kept].copy(),
        moved[:kept].copy(),
        new_held[:kept].copy(),
        new_last_key[:kept].copy(),
        new_last_end[:kept].copy(),
    )
    return new_beam, parent[:kept].copy(), finger[:kept].copy()
