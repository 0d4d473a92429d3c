"""The motion plan of a score: each note's finger and release, the hand paths, and where every fingertip goes."""

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipMotion, FingertipRows
from pianomime_policy.motion.song_plan import Assignments, SongPlan

# Rows kept for who asks again; a search asks for the same ones many times.
_KEPT_ROWS = 256


class MotionPlan:
    """A plan that grows with the goal it is shown, and the fingertip targets that follow from it."""

    def __init__(self, plan: SongPlan, fingertips: FingertipConfig) -> None:
        """`plan`: of a song that has not begun."""
        self._plan = plan
        self._motion = FingertipMotion(fingertips)
        self._rows: dict[tuple[int, int, int], FingertipRows] = {}

    def update(self, goal: NDArray[np.bool_], step: int) -> None:
        """Take the rows of a goal window (H, 88) that begins at `step` and refresh the plan from `step` on."""
        self._plan.update(goal, step)
        self._rows.clear()

    def path(self, first: int, rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centre and reach (rows, 2) [m] of the right and left hand; see `SongPlan.path`."""
        return self._plan.path(first, rows)

    def fingertips(self, hand: int, first: int, rows: int) -> FingertipRows:
        """The rows of steps [first, first + rows) of one hand, 0 right or 1 left; the arrays are the caller's own."""
        asked = hand, first, rows
        if asked not in self._rows:
            if len(self._rows) >= _KEPT_ROWS:
                self._rows.clear()
            self._rows[asked] = self._motion.rows(hand, first, rows, self._plan)
        kept = self._rows[asked]
        return FingertipRows(
            kept.target.copy(), kept.weight.copy(), kept.force.copy(), kept.top.copy(), kept.key.copy()
        )

    def waiting(self, hand: int) -> FingertipRows:
        """How the fingers of a hand wait for the first note: every pad above the keys."""
        return self._motion.waiting(self.fingertips(hand, 0, 1))

    def recovered(self, tips: FingertipRows, measured: NDArray[np.float64], stuck: NDArray[np.bool_]) -> FingertipRows:
        """The same rows with fingers that stand beside their key led back; see `FingertipMotion.recovered`."""
        return self._motion.recovered(tips, measured, stuck)

    def assignments(self) -> Assignments:
        """Every note seen so far, its finger, and when it is let go."""
        return self._plan.assignments(0, self._plan.rows)
