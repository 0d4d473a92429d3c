"""The running score of a song, from goal windows and pressed keys that arrive in any order."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import NUM_KEYS
from pianomime_core.metrics import RunningScore, ScoreCard

Bools = NDArray[np.bool_]


class Scoreboard:
    """Collects what was wanted and what was played; scores the steps of which both are known.

    Windows overlap: a step whose own window was lost is known from the windows before it, and the newest one counts.
    One thread may record while another expects and scores: rows are only ever filled, and counted after they are full.

    Args:
        steps: Length of the song.
        trim: Silence before the first wanted key and after the last one so far does not count: live, nobody knows
            when the music begins and ends, and keeping still meanwhile is no merit. Files are trimmed when they are
            read (`pianomime_core.piano_roll`).
        first: Step with which we begin; those before it do not count.

    Attributes:
        goal: (T, 88) bool, keys wanted at the end of each step; False where no window has told yet.
        pressed: (T, 88) bool, keys down at the end of each step; False where not played yet.
        goal_pedal, pedal: (T,) bool, the same of the sustain pedal.
        first: The step we began with.
        played: The step up to which was played.
    """

    def __init__(self, steps: int, *, trim: bool = False, first: int = 0) -> None:
        self.goal: Bools = np.zeros((steps, NUM_KEYS), dtype=np.bool_)
        self.pressed: Bools = np.zeros((steps, NUM_KEYS), dtype=np.bool_)
        self.goal_pedal: Bools = np.zeros(steps, dtype=np.bool_)
        self.pedal: Bools = np.zeros(steps, dtype=np.bool_)
        self.first = first
        self.played = first
        self._known: Bools = np.zeros(steps, dtype=np.bool_)
        self._running = RunningScore()
        self._counted = first
        self._trim = trim
        self._begun = False

    def expect(self, step: int, window: Bools, sustain: Bools | None = None) -> None:
        """Take the goal window (H, 88) of `step`, and (H,) of the pedal; rows past the end of the song are dropped, and
        what was counted stays. Windows go forward: what none has told before this one, while nobody sent any, was
        silence."""
        first = max(step, self._counted)
        visible = slice(first - step, max(len(self.goal) - step, 0))
        rows = window[visible]
        self.goal[first : first + len(rows)] = rows
        if sustain is not None:
            self.goal_pedal[first : first + len(rows)] = sustain[visible]
        self._known[: first + len(rows)] = True

    def record(self, step: int, pressed: Bools, pedal: bool = False) -> None:
        """Take the keys (88,) down at the end of `step`, and the pedal in it; steps come in order."""
        self.pressed[step], self.pedal[step] = pressed, pedal
        self.played = step + 1

    @property
    def scored(self) -> int:
        """The step up to which all that were played have a known goal."""
        known = self._known[self.first : self.played]
        return self.played if known.all() else self.first + int(np.argmin(known))

    @property
    def begun(self) -> bool:
        """True when there is something to score."""
        self._count()
        return self._begun

    def card(self) -> ScoreCard:
        """Return the score of the scored steps; costs only the steps that are new since the last call.

        Raises:
            ValueError: No step is scored yet.
        """
        self._count()
        return self._running.card()

    def _count(self) -> None:
        first, end = self._counted, self.scored
        if self._trim:
            wanted = first + np.flatnonzero(self.goal[first:end].any(axis=1))
            if not len(wanted):
                return
            first, end = first if self._begun else int(wanted[0]), int(wanted[-1]) + 1
        for step in range(first, end):
            self._running.update(
                self.goal[step], self.pressed[step], bool(self.goal_pedal[step]), bool(self.pedal[step])
            )
        self._begun |= end > first
        self._counted = end
