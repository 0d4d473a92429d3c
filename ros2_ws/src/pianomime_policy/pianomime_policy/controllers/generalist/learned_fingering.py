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

"""Fingering by a network: of the ways to play an onset, the one with the best score for the visible music.

Notes about to be played are decided with everything visible at that time and then kept; later notes are decided
provisionally, and again when more is known.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.controllers.generalist.fingering_choices import Choices, FingeringChoices, one_state
from pianomime_policy.fingering.fingering import playable
from pianomime_policy.fingering.fingering_search import Beam
from pianomime_policy.fingering.goal_notes import GoalNotes

Scores = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Scores (B,) of choices with features (B, D)."""


@dataclass(frozen=True, eq=False)
class _Onset:
    """Notes that begin together, their fingers, and the hands after them."""

    step: int
    notes: NDArray[np.int64]
    finger: NDArray[np.int8]
    hands: Beam


class LearnedFingering:
    """A `Fingering` (see `song_plan`) by a network."""

    def __init__(self, choices: FingeringChoices, scores: Scores) -> None:
        self._choices, self._scores = choices, scores
        self._waiting: list[tuple[int, NDArray[np.int64]]] = []
        self._played: list[_Onset] = []
        self._expected: list[_Onset] = []  # provisional decisions for the first of the waiting onsets

    def push(self, step: int, new: NDArray[np.int64], notes: GoalNotes) -> None:
        """See `Fingering.push`."""
        self._notes = notes
        self._waiting.append((step, playable(new)))

    def commit(self, step: int) -> None:
        """See `Fingering.commit`."""
        while self._waiting and self._waiting[0][0] <= step:
            decided = self._decide(self._hands(self._played), *self._waiting.pop(0), final=True)
            as_expected = bool(self._expected) and np.array_equal(decided.finger, self._expected[0].finger)
            self._expected = self._expected[1:] if as_expected else []
            self._played.append(decided)

    def best(self, since: int = 0) -> dict[int, int]:
        """See `Fingering.best`."""
        for onset in self._waiting[len(self._expected) :]:
            self._expected.append(self._decide(self._hands(self._played + self._expected), *onset))
        fingers: dict[int, int] = {}
        for onset_ in reversed(self._played):
            if onset_.step < since:
                break
            fingers.update(zip(onset_.notes.tolist(), onset_.finger.tolist(), strict=True))
        for onset_ in self._expected:
            fingers.update(zip(onset_.notes.tolist(), onset_.finger.tolist(), strict=True))
        return fingers

    def _hands(self, onsets: list[_Onset]) -> Beam:
        return onsets[-1].hands if onsets else self._choices.start

    def _decide(self, hands: Beam, step: int, new: NDArray[np.int64], final: bool = False) -> _Onset:
        n = self._notes
        choices = self._choices.at(hands, step, new, n.onset, n.key, n.end, n.rows, n.sustained_from)
        chosen = self._choose(choices, step, final)
        return _Onset(step, new, choices.finger[chosen], one_state(choices.after, chosen))

    def _choose(self, choices: Choices, step: int, final: bool) -> int:
        """The row of the choice to play; `final` if it will not be decided again."""
        return int(np.argmax(self._scores(choices.features)))
