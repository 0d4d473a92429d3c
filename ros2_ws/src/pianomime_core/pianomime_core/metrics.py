"""How well the pressed keys follow the wanted ones.

The benchmark number is RoboPianist's (`robopianist.wrappers.evaluation`, used by PianoMime): precision, recall and F1
of each 50 ms frame over 88 keys, 0 / 0 counted as 1, and the plain mean over frames. A silent frame in which nothing
is pressed scores 1, so a robot that does nothing scores the share of silent frames (`do_nothing_f1`); the other
numbers do not have that weakness: micro (key-frames counted over the whole piece), active frames (frames in which a
key is wanted or pressed), and onsets (did each note begin in time, as `mir_eval.transcription` matches them, offsets
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
        micro_precision, micro_recall, micro_f1: Of all key-frames together.
        active_f1: Mean of the frames in which a key is wanted or pressed; 1 if there is none.
        onset_precision, onset_recall, onset_f1: Of note beginnings, matched within 50 ms on the same key.
        do_nothing_f1: `f1` of a robot that presses nothing.
        frames: Number of frames scored.
        pedal_f1: Of the frames in which the sustain pedal is down; None where it is never wanted. In no other number.
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
        """Return the scores by name, ready for JSON; without the pedal where it is never wanted."""
        return {name: value for name, value in asdict(self).items() if value is not None}


class RunningScore:
    """The same scores, kept up to date frame by frame: constant time and memory, so a live scoreboard can use it."""

    def __init__(self) -> None:
        self._frames = self._active_frames = self._silent_goal_frames = 0
        self._sum_precision = self._sum_recall = self._sum_f1 = self._sum_active_f1 = 0.0
        self._key_frames = _Counts()
        self._onsets = _Counts()
        self._pedal = _Counts()
        self._goal_before = np.zeros(NUM_KEYS, dtype=bool)
        self._pressed_before = np.zeros(NUM_KEYS, dtype=bool)
        # Onsets of the frame before that found no partner yet.
        self._open_goal_onsets = np.zeros(NUM_KEYS, dtype=bool)
        self._open_pressed_onsets = np.zeros(NUM_KEYS, dtype=bool)

    def update(
        self, goal: NDArray[np.bool_], pressed: NDArray[np.bool_], sustain: bool = False, pedal: bool = False
    ) -> None:
        """Score one frame: wanted and pressed keys, (88,) each, bool or 0 and 1; wanted and pressed pedal."""
        if goal.shape != (NUM_KEYS,) or pressed.shape != (NUM_KEYS,):
            raise ValueError(f"a frame has {NUM_KEYS} keys, got goal {goal.shape} and pressed {pressed.shape}")
        goal, pressed = goal.astype(bool), pressed.astype(bool)
        frame = _Counts(hit=int(np.sum(goal & pressed)), wanted=int(np.sum(goal)), given=int(np.sum(pressed)))
        self._frames += 1
        self._sum_precision += frame.precision
        self._sum_recall += frame.recall
        self._sum_f1 += frame.f1
        self._silent_goal_frames += frame.wanted == 0
        if frame.wanted or frame.given:
            self._active_frames += 1
            self._sum_active_f1 += frame.f1
        self._key_frames.add(frame)
        self._pedal.add(_Counts(hit=int(sustain and pedal), wanted=int(sustain), given=int(pedal)))
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
            micro_precision=self._key_frames.precision,
            micro_recall=self._key_frames.recall,
            micro_f1=self._key_frames.f1,
            active_f1=_ratio(self._sum_active_f1, self._active_frames),
            onset_precision=self._onsets.precision,
            onset_recall=self._onsets.recall,
            onset_f1=self._onsets.f1,
            do_nothing_f1=self._silent_goal_frames / self._frames,
            frames=self._frames,
            pedal_f1=self._pedal.f1 if self._pedal.wanted else None,
        )

    def _update_onsets(self, goal: NDArray[np.bool_], pressed: NDArray[np.bool_]) -> None:
        # Onsets match on one key within one frame (50 ms). A key cannot begin in two frames in a row, so each onset has
        # at most one partner in this and the last frame, and taking it at once is the largest matching there is.
        goal_onsets = goal & ~self._goal_before
        pressed_onsets = pressed & ~self._pressed_before
        matched_goal = goal_onsets & (pressed_onsets | self._open_pressed_onsets)
        matched_pressed = pressed_onsets & (goal_onsets | self._open_goal_onsets)
        same_frame = goal_onsets & pressed_onsets
        self._onsets.add(
            _Counts(
                hit=int(np.sum(matched_goal)) + int(np.sum(matched_pressed)) - int(np.sum(same_frame)),
                wanted=int(np.sum(goal_onsets)),
                given=int(np.sum(pressed_onsets)),
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
        goal: (T, 88) bool, keys wanted at the end of each step.
        pressed: (T, 88) bool, keys pressed after each step.
        sustain, pedal: (T,) bool, pedal wanted and pressed in each step; None: never.

    Raises:
        ValueError: The shapes differ, are not (T, 88), or T is 0.
    """
    if goal.shape != pressed.shape:
        raise ValueError(f"goal {goal.shape} and pressed {pressed.shape} differ in shape")
    running = RunningScore()
    never = np.zeros(len(goal), dtype=np.bool_)
    wanted, given = (never if rows is None else rows for rows in (sustain, pedal))
    for goal_row, pressed_row, down_wanted, down in zip(goal, pressed, wanted, given, strict=True):
        running.update(goal_row, pressed_row, bool(down_wanted), bool(down))
    return running.card()


@dataclass
class _Counts:
    """True positives, positives in the truth, positives in the answer."""

    hit: int = 0
    wanted: int = 0
    given: int = 0

    def add(self, other: "_Counts") -> None:
        self.hit += other.hit
        self.wanted += other.wanted
        self.given += other.given

    @property
    def precision(self) -> float:
        return _ratio(self.hit, self.given)

    @property
    def recall(self) -> float:
        return _ratio(self.hit, self.wanted)

    @property
    def f1(self) -> float:
        return _ratio(2 * self.hit, self.wanted + self.given)


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else 1.0
