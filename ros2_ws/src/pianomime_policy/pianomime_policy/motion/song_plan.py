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

"""The plan of a song: its notes, their fingers and releases, and the hand paths.

A plan grows with the rows of the goal. Fingering and hand paths are planned over everything visible; what is about to
be played is committed, the rest may still change.
"""

from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import SIDES
from pianomime_core.keyboard import KEYBOARD, NUM_KEYS
from pianomime_core.visible_notes import VisibleNotes
from pianomime_policy.fingering.fingering import (
    Fingering,
    FingeringConfig,
    FingeringSearch,
    finger_offsets_m,
    fingering_costs,
    offset_limits_m,
)
from pianomime_policy.fingering.giving_up import given_up_for, sustained_from
from pianomime_policy.fingering.goal_notes import SOUNDING, GoalNotes
from pianomime_policy.fingering.note_slices import NoteSlices
from pianomime_policy.fingering.release import ReleaseConfig, release_steps
from pianomime_policy.fingering.wide_chords import hand_reach_m
from pianomime_policy.motion.hand_path import HandPathConfig, place_demands, reach_demands, smooth_path
from pianomime_policy.motion.motion_timing import BENCHMARK, MotionTiming
from pianomime_policy.motion.pedal_choice import LetGo, PedalChoice, PedalConfig, written_pedal
from pianomime_policy.motion.strokes import fit_strokes, stroke_steps

# Notes that ended longer ago than this no longer change their finger and no longer affect anything.
_HISTORY_STEPS = 64


class Assignments(NamedTuple):
    """Notes with their fingers: (N,) onset step, release step (exclusive), key 0..87 and finger 0..9 or -1."""

    onset: NDArray[np.int64]
    release: NDArray[np.int64]
    key: NDArray[np.int64]
    finger: NDArray[np.int64]


class Presses(NamedTuple):
    """What the fingers do, in time: (N,) phase at which the finger reaches the bottom of its key, phase at which it
    begins to lift, key 0..87, finger 0..9 or -1, and how long it goes down [control steps]."""

    onset: NDArray[np.float64]
    release: NDArray[np.float64]
    key: NDArray[np.int64]
    finger: NDArray[np.int64]
    stroke: NDArray[np.float64]


Time = TypeVar("Time", np.int64, np.float64)


class _Released(NamedTuple, Generic[Time]):
    """Notes (N,) with their fingers, and where they stand among all notes."""

    onset: NDArray[Time]
    release: NDArray[Time]
    key: NDArray[np.int64]
    finger: NDArray[np.int64]
    near: NDArray[np.int64]


class SongPlan:
    """The plan of one song.

    Attributes:
        centre_m, reach_m: (rows, 2) of the right and left hand, for every row seen: position along the keyboard, and
            reach into the keys.
    """

    def __init__(
        self,
        fingering: FingeringConfig,
        release: ReleaseConfig,
        hand_path: HandPathConfig,
        commit_steps: int | None,
        fingers: Fingering | None = None,
        timing: MotionTiming = BENCHMARK,
    ) -> None:
        """
        Args:
            commit_steps: Notes that begin within this many steps keep their finger; None commits nothing.
            fingers: The fingering; None: the search.
        """
        self._timing = timing
        self._fingers = fingers or FingeringSearch(fingering, timing.giving_up)
        self._release, self._path, self._commit_steps = release, hand_path, commit_steps
        self._overlap_steps = fingering.overlap_steps
        self._pending: list[tuple[int, NDArray[np.int64]]] = []
        self._home_m = fingering.start_centre_m
        self._offset = finger_offsets_m()
        self._low, self._high = offset_limits_m()
        self._notes = GoalNotes()
        self._slices = NoteSlices(self._notes, hand_reach_m(fingering))
        self._finger = np.zeros(0, np.int64)
        self._costs = fingering_costs(fingering, timing.giving_up)
        self._pedal = np.zeros(0, bool)
        self._has_pedal, self._pedal_s = False, np.zeros((0, 2))
        self._pedal_choice = PedalChoice(timing.pedal or PedalConfig())
        self.centre_m = np.zeros((0, 2))
        self.reach_m = np.zeros((0, 2))

    @property
    def rows(self) -> int:
        """Number of goal rows seen."""
        return self._notes.rows

    def update(self, goal: NDArray[np.bool_], step: int) -> None:
        """Add the rows of a goal window (H, 88) that begins at `step`, and plan again from `step` on."""
        fresh = goal[max(self.rows - step, 0) :]
        if step > self.rows:  # so many windows were lost that the rows in between are unknown
            fresh = np.concatenate([np.zeros((step - self.rows, NUM_KEYS), bool), fresh])
        for row in fresh:
            new = self._notes.append(row)
            if len(new):
                self._pending.append((self.rows - 1, new))
        self._choose_fingers(step)
        if len(fresh):
            self._plan_path(min(step, len(self.centre_m)))

    def update_notes(self, visible: VisibleNotes, pedal: NDArray[np.bool_], step: int) -> None:
        """Add the notes that are visible in a window from `step` on, with its pedal in rows (H,), and plan again from
        there."""
        self._notes.rows = step + len(pedal)
        self._pedal = np.concatenate([self._pedal[:step], np.zeros(max(step - len(self._pedal), 0), bool), pedal])
        self._has_pedal |= len(visible.pedal_s) > 0
        self._pedal_s = visible.pedal_s
        self._pending += self._slices.update(visible)
        near = np.flatnonzero(self._notes.end >= step - _HISTORY_STEPS)
        self._notes.sustained_from[near] = sustained_from(self._notes.end[near], self._pedal)
        self._choose_fingers(step)
        self._plan_path(min(step, len(self.centre_m)))

    def _choose_fingers(self, step: int) -> None:
        """Push what can be pushed, and take the fingers as they are chosen now."""
        self._push_pending(step)
        if self._commit_steps is not None:
            self._fingers.commit(step + self._commit_steps)
        self._finger = np.concatenate([self._finger, np.full(self._notes.count - len(self._finger), -1)])
        for note, finger in self._fingers.best(since=step - _HISTORY_STEPS).items():
            self._finger[note] = finger

    def _push_pending(self, step: int) -> None:
        """Push the notes whose neighbours' ends are visible, and those that cannot wait for that."""
        visible = self.rows - 1 if self._commit_steps is None else self.rows - 1 - self._overlap_steps
        urgent = step + (self._commit_steps or 0)
        while self._pending and self._pending[0][0] <= max(visible, urgent):
            onset, new = self._pending.pop(0)
            self._fingers.push(onset, new, self._notes)

    def assignments(self, first: int, last: int) -> Assignments:
        """The notes that affect steps [first, last)."""
        found = self._released(self._notes.onset, self._notes.end, first, last)
        return Assignments(found.onset, found.release, found.key, found.finger)

    def presses(self, first: float, last: float) -> Presses:
        """The notes that affect steps [first, last), in time."""
        t = self._timing
        sounding = self._notes.onset_time + t.onset_delay_steps
        onset, release, key, finger, near = self._released(sounding, self._notes.end_time, first, last, t.row_steps)
        if t.stroke is None:
            return Presses(onset, release, key, finger, np.ones(len(near)))
        stroke = stroke_steps(t.stroke, self._notes.velocity[near], key, finger)
        fit_strokes(onset, release, finger, stroke, t.stroke.shortest_steps, t.stroke.free_share)
        bottom = onset + (1.0 - t.stroke.sounding_share) * stroke
        # However early a finger must go, its key sounds first.
        release = np.maximum(release, bottom + t.stroke.hold_steps + t.lift_steps)
        return Presses(bottom, release, key, finger, stroke)

    def pedal(self, step: int) -> NDArray[np.bool_]:
        """Return whether the sustain pedal is down in each row of a step, (rows_per_step,): as written, or by choice as
        long as nothing is, in whole steps. To be asked once for every step, in order."""
        c, notes, rows = self._timing.pedal, self._notes, self._timing.rows_per_step
        if self._has_pedal or c is None:
            return written_pedal(self._pedal_s, step, rows, 0.0 if c is None else c.late_steps)
        first = step if self._pedal_choice.since is None else self._pedal_choice.since
        found = self._released(notes.onset_time, notes.end_time, first, self.rows, self._timing.row_steps)
        end, played = notes.end_time[found.near], found.finger >= 0
        end = np.where(end < SOUNDING, end, np.inf)
        let_go = LetGo(found.onset[played], found.release[played], end[played], found.key[played])
        return np.full(rows, self._pedal_choice.is_down(step, self.rows, let_go))

    def _released(
        self, onset: NDArray[Time], end: NDArray[Time], first: float, last: float, unit_steps: float = 1.0
    ) -> _Released[Time]:
        """The notes that affect steps [first, last), of all notes' onsets and ends (N,), and when they are released."""
        c = self._release
        near = np.flatnonzero((end >= first) & (onset < last + c.look_ahead_steps))
        onset, key, finger = onset[near], self._notes.key[near], self._finger[near]
        held_until = self._held_until(near, onset, end[near])
        release = release_steps(
            onset, held_until, key, finger, KEYBOARD.center_y_m, self._offset, self._low, self._high, c.finger_steps,
            c.hand_m_per_step, c.comfort_m, c.kept_share, c.look_ahead_steps, self._overlap_steps,
            self._timing.jump_steps, unit_steps,
        )  # fmt: skip
        return _Released(onset, np.asarray(release), key, finger, near)

    def _held_until(self, near: NDArray[np.int64], onset: NDArray[Time], end: NDArray[Time]) -> NDArray[Time]:
        """The ends (n,) of some of the notes, or the onset of the note for which they are given up."""
        if self._timing.giving_up is None:
            return end
        n = self._notes
        costs = self._costs._replace(sustained_from=n.sustained_from[near])
        other = given_up_for(costs, n.onset[near], n.end[near], n.key[near], self._finger[near])
        return np.where(other >= 0, np.minimum(onset[other], end), end)

    def path(self, first: int, rows: int, rows_per_step: int = 1) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centre and reach (rows, 2) [m] of rows from step `first` on; the end values continue beyond the plan."""
        at = np.clip(first + np.arange(1, rows + 1) / rows_per_step - 1.0, 0, len(self.centre_m) - 1)
        below = np.floor(at).astype(np.int64)
        above, share = np.minimum(below + 1, len(self.centre_m) - 1), (at - below)[:, None]
        return (
            (1.0 - share) * self.centre_m[below] + share * self.centre_m[above],
            (1.0 - share) * self.reach_m[below] + share * self.reach_m[above],
        )

    def _plan_path(self, step: int) -> None:
        """Plan both hand paths from `step` to the last row seen, continuing the current ones."""
        c = self._path
        notes = self.assignments(step - c.early_steps, self.rows + c.early_steps)
        centre, reach = np.zeros((2, self.rows - step, 2))
        for h in range(len(SIDES)):
            weight, place = place_demands(
                h, step, self.rows, *notes, KEYBOARD.center_y_m, self._offset, self._low, self._high, c.early_steps,
                c.early_weight,
            )  # fmt: skip
            home = self.centre_m[step - 1, h] if step else self._home_m[h]
            before = self.centre_m[step - 2 : step, h] if step >= 2 else None
            centre[:, h] = smooth_path(
                weight, place, home, c.home_weight, c.acceleration_weight, c.velocity_weight, before
            )
            weight, place = reach_demands(
                h, step, self.rows, *notes, KEYBOARD.is_black, np.array(c.reach_m), c.reach_thumb_weight, c.early_steps
            )
            before = self.reach_m[step - 2 : step, h] if step >= 2 else None
            reach[:, h] = smooth_path(
                weight, place, c.reach_home_m, c.reach_home_weight, c.reach_acceleration_weight,
                c.reach_velocity_weight, before,
            )  # fmt: skip
        self.centre_m = np.concatenate([self.centre_m[:step], centre])
        self.reach_m = np.concatenate([self.reach_m[:step], reach])
