"""Where a performance loses its frames: every missed and every wrong key-frame, and every onset, with its cause.

The causes, and which of them goes first, stand in `pianomime_core.error_counts`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pianomime_core.error_counts import (
    LATE_STEPS,
    ErrorTable,
    Fingers,
    Missed,
    PressedOnsets,
    Tally,
    WantedOnsets,
    Wrong,
)
from pianomime_core.hands import FINGERS

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
NoteFingers = tuple[Ints, Ints, Ints, Ints]
"""Who plays which note until when: onset step, release step (exclusive), key 0..87 and finger of notes, (N,) each.

Finger 0..4 is the thumb..little of the right hand, 5..9 of the left, -1 nobody.
"""

_FRAMES_BEFORE = 3
_FRAMES_AFTER = 2
_KEYS_AWAY = 2


def error_table(goal: Bools, pressed: Bools, fingers: NoteFingers | None = None) -> ErrorTable:
    """Count the errors of a whole piece by cause.

    Args:
        goal: (T, 88) bool, keys wanted at the end of each step.
        pressed: (T, 88) bool, keys pressed after each step.
        fingers: Of the goal's notes; one that is not among them is nobody's. None if the player has no fingers, or
            they are not known.

    Raises:
        ValueError: Goal and pressed differ in shape, or `fingers` has a note that does not begin in the goal.
    """
    if goal.shape != pressed.shape:
        raise ValueError(f"goal {goal.shape} and pressed {pressed.shape} differ in shape")
    wanted, given = _Notes.of(goal), _Notes.of(pressed)
    plan = None if fingers is None else _Plan.of(wanted, *fingers)
    first, last = _pressed_span(wanted, goal & pressed)
    missed, late_by_steps = _missed(wanted, goal & ~pressed, first, last, plan)
    wanted_onsets, pressed_onsets = _onsets(wanted, given, goal, first)
    return ErrorTable(
        wanted=wanted.tally(goal),
        pressed=given.tally(pressed),
        wanted_by=None if plan is None else plan.by_finger(wanted, goal),
        missed=missed,
        wrong=_wrong(given, goal, pressed & ~goal),
        late_by_steps=late_by_steps,
        wanted_onsets=wanted_onsets,
        pressed_onsets=pressed_onsets,
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
    # Who was to play each wanted note, -1..9, and up to which step (exclusive).
    finger: Ints
    release: Ints

    @classmethod
    def of(cls, wanted: _Notes, onset: Ints, release: Ints, key: Ints, finger: Ints) -> "_Plan":
        plan = cls(np.full(len(wanted.onset), -1), wanted.end.copy())
        number = {begin: note for note, begin in enumerate(zip(wanted.onset, wanted.key, strict=True))}
        for begin, note_release, note_finger in zip(zip(onset, key, strict=True), release, finger, strict=True):
            if begin not in number:
                raise ValueError(f"no note of the goal begins at step {begin[0]} on key {begin[1]}")
            plan.release[number[begin]], plan.finger[number[begin]] = note_release, note_finger
        return plan

    def by_finger(self, wanted: _Notes, frames: Bools) -> Fingers:
        finger = np.where(self.finger < 0, -1, self.finger % len(FINGERS))
        played_by = np.where(frames, finger[wanted.number], -1) if len(finger) else np.full(frames.shape, -1)
        return Fingers(**{name: wanted.tally(played_by == i) for i, name in enumerate(FINGERS)})


def _pressed_span(wanted: _Notes, hits: Bools) -> tuple[Ints, Ints]:
    # First and last frame in which each wanted note was pressed; after and before every frame if it never was.
    first, last = np.full(len(wanted.onset), len(hits)), np.full(len(wanted.onset), -1)
    np.minimum.at(first, wanted.number[hits], np.nonzero(hits)[0])
    np.maximum.at(last, wanted.number[hits], np.nonzero(hits)[0])
    return first, last


def _missed(
    wanted: _Notes, misses: Bools, first: Ints, last: Ints, plan: _Plan | None
) -> tuple[Missed, tuple[int, ...]]:
    frame, note = np.nonzero(misses)[0], wanted.number[misses]
    left = np.ones(len(note), bool)

    def take(those: Bools) -> Bools:
        # The missed key-frames of this cause that no earlier cause has taken.
        taken = np.zeros_like(misses)
        taken[misses] = left & those
        left[those] = False
        return taken

    no_finger = take(plan.finger[note] < 0) if plan else None
    let_go = take(frame >= plan.release[note]) if plan else None
    never_pressed = take(last[note] < 0)
    late_onset = take(frame < first[note])
    late = np.unique(wanted.number[late_onset])
    steps_late = np.minimum(first[late] - wanted.onset[late], LATE_STEPS)
    return Missed(
        no_finger=None if no_finger is None else wanted.tally(no_finger),
        let_go=None if let_go is None else wanted.tally(let_go),
        never_pressed=wanted.tally(never_pressed),
        never_pressed_by=plan.by_finger(wanted, never_pressed) if plan else None,
        late_onset=wanted.tally(late_onset),
        released_early=wanted.tally(take(frame > last[note])),
        gap=wanted.tally(take(left.copy())),
    ), tuple(np.bincount(steps_late, minlength=LATE_STEPS + 1)[1:].tolist())


def _wrong(given: _Notes, goal: Bools, wrong: Bools) -> Wrong:
    late_release = wrong & _wanted_near(goal, before=_FRAMES_BEFORE)
    early_press = wrong & ~late_release & _wanted_near(goal, after=_FRAMES_AFTER)
    rest = wrong & ~late_release & ~early_press
    beside = _wanted_beside(goal)
    return Wrong(
        late_release=given.tally(late_release),
        early_press=given.tally(early_press),
        neighbour=given.tally(rest & beside),
        other=given.tally(rest & ~beside),
    )


def _onsets(wanted: _Notes, given: _Notes, goal: Bools, first: Ints) -> tuple[WantedOnsets, PressedOnsets]:
    wanted_matched, given_matched = _match(wanted, given)
    return (
        _wanted_onsets(wanted, given, wanted_matched, first),
        _pressed_onsets(wanted, given, wanted_matched, given_matched, goal, first),
    )


def _match(wanted: _Notes, given: _Notes) -> tuple[Bools, Bools]:
    # Which onsets have a partner on the same key at most one frame away; the earliest first, which is the largest
    # matching there is.
    wanted_matched, given_matched = np.zeros(len(wanted.onset), bool), np.zeros(len(given.onset), bool)
    for key in np.intersect1d(wanted.key, given.key):
        partners = iter(np.flatnonzero(given.key == key))
        partner = next(partners, None)
        for note in np.flatnonzero(wanted.key == key):
            while partner is not None and given.onset[partner] < wanted.onset[note] - 1:
                partner = next(partners, None)
            if partner is not None and given.onset[partner] <= wanted.onset[note] + 1:
                wanted_matched[note] = given_matched[partner] = True
                partner = next(partners, None)
    return wanted_matched, given_matched


def _wanted_onsets(wanted: _Notes, given: _Notes, matched: Bools, first: Ints) -> WantedOnsets:
    # An onset without partner whose key is down in its first frame: the key was down before, since when?
    open_ = np.flatnonzero(~matched)
    onset, key = wanted.onset[open_], wanted.key[open_]
    down = first[open_] == onset
    since = given.onset[given.number[onset, key]] if len(given.onset) else onset
    note_before = wanted.number[np.maximum(onset - 1, 0), key]
    ended = np.where(note_before >= 0, wanted.end[note_before], -1)
    not_released = down & (since <= ended)
    never = first[open_] == len(wanted.number)
    return WantedOnsets(
        matched=int(matched.sum()),
        not_released=int(not_released.sum()),
        early=int((down & ~not_released).sum()),
        missed=int(never.sum()),
        late=int((~down & ~never).sum()),
    )


def _pressed_onsets(
    wanted: _Notes, given: _Notes, wanted_matched: Bools, matched: Bools, goal: Bools, first: Ints
) -> PressedOnsets:
    onset, key = given.onset[~matched], given.key[~matched]
    note = wanted.number[onset, key]
    early = ~goal[onset, key] & _wanted_near(goal, after=_FRAMES_AFTER)[onset, key]
    belongs = ~early & _wanted_near(goal, before=_FRAMES_BEFORE)[onset, key]
    again = np.zeros(len(onset), bool)
    again[belongs] = wanted_matched[note[belongs]] | (first[note[belongs]] < onset[belongs])
    rest = ~early & ~belongs
    beside = _wanted_beside(goal)[onset, key]
    return PressedOnsets(
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
    # (T, 88) whether one of the keys up to `keys` away is wanted in the frame, or up to `before` or `after` it.
    padded = np.pad(goal, ((before, after), (keys, keys)))
    near: Bools = np.any(sliding_window_view(padded, (before + after + 1, 2 * keys + 1)), axis=(-2, -1))
    return near
