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

"""Where a performance loses its frames: every missed and every wrong note-frame, and every onset, with its cause.

The causes, and which of them goes first, stand in `pianomime_core.error_counts`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pianomime_core.error_counts import (
    LATE_STEPS,
    ErrorTable,
    EstimatedOnsets,
    Fingers,
    Missed,
    ReferenceOnsets,
    Tally,
    Wrong,
)
from pianomime_core.hands import FINGERS

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
NoteFingers = tuple[Ints, Ints, Ints, Ints]
"""Planned fingering: onset step, release step (exclusive), key 0..87 and finger of each note, (N,) each.

Fingers 0..4 are the right thumb to little finger, 5..9 the left ones, -1 is none.
"""

_FRAMES_BEFORE = 3
_FRAMES_AFTER = 2
_KEYS_AWAY = 2


def error_table(goal: Bools, pressed: Bools, fingers: NoteFingers | None = None) -> ErrorTable:
    """Count the errors of a whole piece by cause.

    Args:
        goal: (T, 88) bool, keys that are to be down at the end of each step.
        pressed: (T, 88) bool, keys pressed after each step.
        fingers: Of the goal's notes; a note that is not among them has no finger. None if they are not known.

    Raises:
        ValueError: Goal and pressed differ in shape, or `fingers` has a note that does not begin in the goal.
    """
    if goal.shape != pressed.shape:
        raise ValueError(f"goal {goal.shape} and pressed {pressed.shape} differ in shape")
    reference, estimated = _Notes.of(goal), _Notes.of(pressed)
    plan = None if fingers is None else _Plan.of(reference, *fingers)
    first, last = _pressed_span(reference, goal & pressed)
    missed, late_by_steps = _missed(reference, goal & ~pressed, first, last, plan)
    reference_onsets, estimated_onsets = _onsets(reference, estimated, goal, first)
    return ErrorTable(
        reference=reference.tally(goal),
        estimated=estimated.tally(pressed),
        reference_by_finger=None if plan is None else plan.by_finger(reference, goal),
        missed=missed,
        wrong=_wrong(estimated, goal, pressed & ~goal),
        late_by_steps=late_by_steps,
        reference_onsets=reference_onsets,
        estimated_onsets=estimated_onsets,
    )


@dataclass(frozen=True)
class _Notes:
    # The notes of a roll by (onset, key): (N,) onset, end (exclusive), key; number (T, 88) of the latest note begun on
    # each key, -1 before the first.
    onset: Ints
    end: Ints
    key: Ints
    number: Ints

    @classmethod
    def of(cls, roll: Bools) -> "_Notes":
        begins = roll.copy()
        begins[1:] &= ~roll[:-1]
        onset, key = np.nonzero(begins)
        number = np.full(roll.shape, -1)
        number[onset, key] = np.arange(len(onset))
        number = np.maximum.accumulate(number, axis=0)
        end = onset + np.bincount(number[roll], minlength=len(onset))
        return cls(onset, end, key, number)

    def tally(self, frames: Bools) -> Tally:
        return Tally(int(frames.sum()), len(np.unique(self.number[frames])))


@dataclass(frozen=True)
class _Plan:
    # The finger planned for each note of the goal, -1..9, and up to which step (exclusive) it holds the key.
    finger: Ints
    release: Ints

    @classmethod
    def of(cls, reference: _Notes, onset: Ints, release: Ints, key: Ints, finger: Ints) -> "_Plan":
        plan = cls(np.full(len(reference.onset), -1), reference.end.copy())
        number = {begin: note for note, begin in enumerate(zip(reference.onset, reference.key, strict=True))}
        for begin, note_release, note_finger in zip(zip(onset, key, strict=True), release, finger, strict=True):
            if begin not in number:
                raise ValueError(f"no note of the goal begins at step {begin[0]} on key {begin[1]}")
            plan.release[number[begin]], plan.finger[number[begin]] = note_release, note_finger
        return plan

    def by_finger(self, reference: _Notes, frames: Bools) -> Fingers:
        finger = np.where(self.finger < 0, -1, self.finger % len(FINGERS))
        played_by = np.where(frames, finger[reference.number], -1) if len(finger) else np.full(frames.shape, -1)
        return Fingers(**{name: reference.tally(played_by == i) for i, name in enumerate(FINGERS)})


def _pressed_span(reference: _Notes, hits: Bools) -> tuple[Ints, Ints]:
    # First and last frame in which each note of the goal was pressed; past either end if it never was.
    first, last = np.full(len(reference.onset), len(hits)), np.full(len(reference.onset), -1)
    np.minimum.at(first, reference.number[hits], np.nonzero(hits)[0])
    np.maximum.at(last, reference.number[hits], np.nonzero(hits)[0])
    return first, last


def _missed(
    reference: _Notes, misses: Bools, first: Ints, last: Ints, plan: _Plan | None
) -> tuple[Missed, tuple[int, ...]]:
    frame, note = np.nonzero(misses)[0], reference.number[misses]
    left = np.ones(len(note), bool)

    def take(those: Bools) -> Bools:
        # The missed note-frames of this cause that have no earlier cause.
        taken = np.zeros_like(misses)
        taken[misses] = left & those
        left[those] = False
        return taken

    no_finger = take(plan.finger[note] < 0) if plan else None
    let_go = take(frame >= plan.release[note]) if plan else None
    never_pressed = take(last[note] < 0)
    late_onset = take(frame < first[note])
    late = np.unique(reference.number[late_onset])
    steps_late = np.minimum(first[late] - reference.onset[late], LATE_STEPS)
    return Missed(
        no_finger=None if no_finger is None else reference.tally(no_finger),
        let_go=None if let_go is None else reference.tally(let_go),
        never_pressed=reference.tally(never_pressed),
        never_pressed_by=plan.by_finger(reference, never_pressed) if plan else None,
        late_onset=reference.tally(late_onset),
        released_early=reference.tally(take(frame > last[note])),
        gap=reference.tally(take(left.copy())),
    ), tuple(np.bincount(steps_late, minlength=LATE_STEPS + 1)[1:].tolist())


def _wrong(estimated: _Notes, goal: Bools, wrong: Bools) -> Wrong:
    late_release = wrong & _wanted_near(goal, before=_FRAMES_BEFORE)
    early_press = wrong & ~late_release & _wanted_near(goal, after=_FRAMES_AFTER)
    rest = wrong & ~late_release & ~early_press
    beside = _wanted_beside(goal)
    return Wrong(
        late_release=estimated.tally(late_release),
        early_press=estimated.tally(early_press),
        neighbour=estimated.tally(rest & beside),
        other=estimated.tally(rest & ~beside),
    )


def _onsets(reference: _Notes, estimated: _Notes, goal: Bools, first: Ints) -> tuple[ReferenceOnsets, EstimatedOnsets]:
    reference_matched, estimated_matched = _match(reference, estimated)
    return (
        _reference_onsets(reference, estimated, reference_matched, first),
        _estimated_onsets(reference, estimated, reference_matched, estimated_matched, goal, first),
    )


def _match(reference: _Notes, estimated: _Notes) -> tuple[Bools, Bools]:
    # Which onsets have a partner on the same key at most one frame away; the earliest first, which is the largest
    # matching there is.
    reference_matched, estimated_matched = np.zeros(len(reference.onset), bool), np.zeros(len(estimated.onset), bool)
    for key in np.intersect1d(reference.key, estimated.key):
        partners = iter(np.flatnonzero(estimated.key == key))
        partner = next(partners, None)
        for note in np.flatnonzero(reference.key == key):
            while partner is not None and estimated.onset[partner] < reference.onset[note] - 1:
                partner = next(partners, None)
            if partner is not None and estimated.onset[partner] <= reference.onset[note] + 1:
                reference_matched[note] = estimated_matched[partner] = True
                partner = next(partners, None)
    return reference_matched, estimated_matched


def _reference_onsets(reference: _Notes, estimated: _Notes, matched: Bools, first: Ints) -> ReferenceOnsets:
    # If the key of an unmatched onset is down in the first frame, it was pressed before; since when?
    open_ = np.flatnonzero(~matched)
    onset, key = reference.onset[open_], reference.key[open_]
    down = first[open_] == onset
    since = estimated.onset[estimated.number[onset, key]] if len(estimated.onset) else onset
    note_before = reference.number[np.maximum(onset - 1, 0), key]
    ended = np.where(note_before >= 0, reference.end[note_before], -1)
    not_released = down & (since <= ended)
    never = first[open_] == len(reference.number)
    return ReferenceOnsets(
        matched=int(matched.sum()),
        not_released=int(not_released.sum()),
        early=int((down & ~not_released).sum()),
        missed=int(never.sum()),
        late=int((~down & ~never).sum()),
    )


def _estimated_onsets(
    reference: _Notes, estimated: _Notes, reference_matched: Bools, matched: Bools, goal: Bools, first: Ints
) -> EstimatedOnsets:
    onset, key = estimated.onset[~matched], estimated.key[~matched]
    note = reference.number[onset, key]
    early = ~goal[onset, key] & _wanted_near(goal, after=_FRAMES_AFTER)[onset, key]
    belongs = ~early & _wanted_near(goal, before=_FRAMES_BEFORE)[onset, key]
    again = np.zeros(len(onset), bool)
    again[belongs] = reference_matched[note[belongs]] | (first[note[belongs]] < onset[belongs])
    rest = ~early & ~belongs
    beside = _wanted_beside(goal)[onset, key]
    return EstimatedOnsets(
        matched=int(matched.sum()),
        repress=int(again.sum()),
        late=int((belongs & ~again).sum()),
        early=int(early.sum()),
        neighbour=int((rest & beside).sum()),
        other=int((rest & ~beside).sum()),
    )


def _wanted_beside(goal: Bools) -> Bools:
    return _wanted_near(goal, before=_FRAMES_BEFORE, after=_FRAMES_AFTER, keys=_KEYS_AWAY)


def _wanted_near(goal: Bools, before: int = 0, after: int = 0, keys: int = 0) -> Bools:
    # (T, 88) whether a key up to `keys` away is in the goal in this frame, or up to `before` or `after` frames off.
    padded = np.pad(goal, ((before, after), (keys, keys)))
    near: Bools = np.any(sliding_window_view(padded, (before + after + 1, 2 * keys + 1)), axis=(-2, -1))
    return near
