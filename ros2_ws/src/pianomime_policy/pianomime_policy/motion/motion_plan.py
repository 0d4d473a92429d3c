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

"""The motion plan of a score: each note's finger and release, the hand paths, and where every fingertip goes."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.visible_notes import VisibleNotes
from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipMotion, FingertipRows
from pianomime_policy.motion.motion_timing import BENCHMARK, MotionTiming
from pianomime_policy.motion.song_plan import Assignments, SongPlan

# Cached rows: a search requests the same ones many times.
_KEPT_ROWS = 256


class MotionPlan:
    """A song plan that grows with the goal, and the fingertip targets that follow from it."""

    def __init__(self, plan: SongPlan, fingertips: FingertipConfig, timing: MotionTiming = BENCHMARK) -> None:
        """`plan`: An empty plan for a new song."""
        self._plan = plan
        self._rows_per_step = timing.rows_per_step
        self._motion = FingertipMotion(fingertips, timing)
        self._rows: dict[tuple[int, int, int], FingertipRows] = {}

    def update(self, goal: NDArray[np.bool_], step: int) -> None:
        """Add the rows of a goal window (H, 88) that begins at `step`, and plan again from `step` on."""
        self._plan.update(goal, step)
        self._rows.clear()

    def update_notes(self, visible: VisibleNotes, pedal: NDArray[np.bool_], step: int) -> None:
        """Add the notes that are visible in a window from `step` on, with its pedal in rows (H,), and plan again from
        there."""
        self._plan.update_notes(visible, pedal, step)
        self._rows.clear()

    def path(self, first: int, rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centre and reach (rows, 2) [m] of the right and left hand; see `SongPlan.path`."""
        return self._plan.path(first, rows, self._rows_per_step)

    def fingertips(self, hand: int, first: int, rows: int) -> FingertipRows:
        """Rows of steps [first, first + rows) of one hand, 0 right or 1 left; the caller may change the arrays."""
        request = hand, first, rows
        if request not in self._rows:
            if len(self._rows) >= _KEPT_ROWS:
                self._rows.clear()
            self._rows[request] = self._motion.rows(hand, first, rows, self._plan)
        kept = self._rows[request]
        return FingertipRows(
            kept.target.copy(), kept.weight.copy(), kept.force.copy(), kept.top.copy(), kept.key.copy()
        )

    def pedal(self, step: int) -> NDArray[np.bool_]:
        """Return whether the sustain pedal is down in each row of a step; see `SongPlan.pedal`."""
        return self._plan.pedal(step)

    def waiting(self, hand: int) -> FingertipRows:
        """Fingers waiting for the first note, every fingertip above the keys."""
        return self._motion.waiting(self.fingertips(hand, 0, 1))

    def recovered(self, tips: FingertipRows, measured: NDArray[np.float64], stuck: NDArray[np.bool_]) -> FingertipRows:
        """The same rows with fingers that missed their key led back; see `FingertipMotion.recovered`."""
        return self._motion.recovered(tips, measured, stuck)

    def assignments(self) -> Assignments:
        """All notes seen so far with finger and release step."""
        return self._plan.assignments(0, self._plan.rows)
