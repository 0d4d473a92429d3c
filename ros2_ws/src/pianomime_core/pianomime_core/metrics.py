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

"""How well the pressed keys match the goal.

The benchmark number is RoboPianist's (`robopianist.wrappers.evaluation`, used by PianoMime): precision, recall and F1
of each 50 ms frame over 88 keys, with 0 / 0 counted as 1, averaged over frames. A silent frame in which nothing is
pressed scores 1, so a robot that does nothing scores the share of silent frames (`do_nothing_f1`). The other numbers do
not have that weakness: micro (note-frames counted over the whole piece), active frames (frames in which a key is in the
goal or pressed), and onsets (whether each note begins in time, matched as in `mir_eval.transcription`, offsets
ignored).
"""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import NUM_KEYS


@dataclass(frozen=True)
class ScoreCard:
    """Scores in 0..1.

    Attributes:
        precision, recall, f1: Means over frames, the benchmark's numbers. Always f1 <= (precision + recall) / 2.
        micro_precision, micro_recall, micro_f1: Of all note-frames together.
        active_f1: Mean over the frames in which a key is in the goal or pressed; 1 if there are none.
        onset_precision, onset_recall, onset_f1: Of note onsets, matched within 50 ms on the same key.
        do_nothing_f1: `f1` of a robot that presses nothing.
        frames: Number of frames scored.
        pedal_f1: Of the frames in which the sustain pedal is down; None if the goal never uses it. No other score
            counts the pedal.
    """

    precision: float
    recall: float
    f1: float
    micro_precision: float
    micro_recall: float
    micro_f1: float
    active_f1: float
    onset_precision: float
    onset_recall: float
    onset_f1: float
    do_nothing_f1: float
    frames: int
    pedal_f1: float | None = None

    def as_dict(self) -> dict[str, float]:
        """Return the scores by name, ready for JSON; without `pedal_f1` if the goal never uses the pedal."""
        return {name: value for name, value in asdict(self).items() if value is not None}


class RunningScore:
    """The same scores, updated frame by frame in constant time and memory, so that a live scoreboard can use them."""

    def __init__(self) -> None:
        self._frames = self._active_frames = self._silent_goal_frames = 0
        self._sum_precision = self._sum_recall = self._sum_f1 = self._sum_active_f1 = 0.0
        self._note_frames = _Counts()
        self._onsets = _Counts()
        self._pedal = _Counts()
        self._goal_before = np.zeros(NUM_KEYS, dtype=bool)
        self._pressed_before = np.zeros(NUM_KEYS, dtype=bool)
        # Onsets of the previous frame that have no partner yet.
        self._open_goal_onsets = np.zeros(NUM_KEYS, dtype=bool)
        self._open_pressed_onsets = np.zeros(NUM_KEYS, dtype=bool)

    def update(
        self, goal: NDArray[np.bool_], pressed: NDArray[np.bool_], sustain: bool = False, pedal: bool = False
    ) -> None:
        """Score one frame: goal and pressed keys, (88,) each, bool or 0 and 1; the pedal of the goal and as pressed."""
        if goal.shape != (NUM_KEYS,) or pressed.shape != (NUM_KEYS,):
            raise ValueError(f"a frame has {NUM_KEYS} keys, got goal {goal.shape} and pressed {pressed.shape}")
        goal, pressed = goal.astype(bool), pressed.astype(bool)
        frame = _Counts(
            true_positives=int(np.sum(goal & pressed)), reference=int(np.sum(goal)), estimated=int(np.sum(pressed))
        )
        self._frames += 1
        self._sum_precision += frame.precision
        self._sum_recall += frame.recall
        self._sum_f1 += frame.f1
        self._silent_goal_frames += frame.reference == 0
        if frame.reference or frame.estimated:
            self._active_frames += 1
            self._sum_active_f1 += frame.f1
        self._note_frames.add(frame)
        self._pedal.add(_Counts(true_positives=int(sustain and pedal), reference=int(sustain), estimated=int(pedal)))
        self._update_onsets(goal, pressed)

    def card(self) -> ScoreCard:
        """Return the scores of the frames so far.

        Raises:
            ValueError: There are none.
        """
        if not self._frames:
            raise ValueError("no frame to score")
        return ScoreCard(
            precision=self._sum_precision / self._frames,
            recall=self._sum_recall / self._frames,
            f1=self._sum_f1 / self._frames,
            micro_precision=self._note_frames.precision,
            micro_recall=self._note_frames.recall,
            micro_f1=self._note_frames.f1,
            active_f1=_ratio(self._sum_active_f1, self._active_frames),
            onset_precision=self._onsets.precision,
            onset_recall=self._onsets.recall,
            onset_f1=self._onsets.f1,
            do_nothing_f1=self._silent_goal_frames / self._frames,
            frames=self._frames,
            pedal_f1=self._pedal.f1 if self._pedal.reference else None,
        )

    def _update_onsets(self, goal: NDArray[np.bool_], pressed: NDArray[np.bool_]) -> None:
        # Onsets match on a key within one frame (50 ms). A key cannot have onsets in two frames in a row, so each
        # onset has at most one partner in this and the last frame, and taking it at once gives the largest matching.
        goal_onsets = goal & ~self._goal_before
        pressed_onsets = pressed & ~self._pressed_before
        matched_goal = goal_onsets & (pressed_onsets | self._open_pressed_onsets)
        matched_pressed = pressed_onsets & (goal_onsets | self._open_goal_onsets)
        same_frame = goal_onsets & pressed_onsets
        self._onsets.add(
            _Counts(
                true_positives=int(np.sum(matched_goal)) + int(np.sum(matched_pressed)) - int(np.sum(same_frame)),
                reference=int(np.sum(goal_onsets)),
                estimated=int(np.sum(pressed_onsets)),
            )
        )
        self._open_goal_onsets = goal_onsets & ~matched_goal
        self._open_pressed_onsets = pressed_onsets & ~matched_pressed
        self._goal_before, self._pressed_before = goal, pressed


def score(
    goal: NDArray[np.bool_],
    pressed: NDArray[np.bool_],
    sustain: NDArray[np.bool_] | None = None,
    pedal: NDArray[np.bool_] | None = None,
) -> ScoreCard:
    """Score a whole piece.

    Args:
        goal: (T, 88) bool, keys that are to be down at the end of each step.
        pressed: (T, 88) bool, keys pressed after each step.
        sustain, pedal: (T,) bool, the sustain pedal of the goal, and as pressed, in each step; None for never.

    Raises:
        ValueError: The shapes differ, are not (T, 88), or T is 0.
    """
    if goal.shape != pressed.shape:
        raise ValueError(f"goal {goal.shape} and pressed {pressed.shape} differ in shape")
    running = RunningScore()
    never = np.zeros(len(goal), dtype=np.bool_)
    reference, estimated = (never if rows is None else rows for rows in (sustain, pedal))
    for goal_row, pressed_row, wanted_down, down in zip(goal, pressed, reference, estimated, strict=True):
        running.update(goal_row, pressed_row, bool(wanted_down), bool(down))
    return running.card()


@dataclass
class _Counts:
    """True positives, positives of the reference, estimated positives."""

    true_positives: int = 0
    reference: int = 0
    estimated: int = 0

    def add(self, other: "_Counts") -> None:
        self.true_positives += other.true_positives
        self.reference += other.reference
        self.estimated += other.estimated

    @property
    def precision(self) -> float:
        return _ratio(self.true_positives, self.estimated)

    @property
    def recall(self) -> float:
        return _ratio(self.true_positives, self.reference)

    @property
    def f1(self) -> float:
        return _ratio(2 * self.true_positives, self.reference + self.estimated)


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else 1.0
