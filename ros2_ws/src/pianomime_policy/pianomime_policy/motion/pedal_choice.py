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

"""The sustain pedal as a pianist uses it: in time with the notes, and by choice where nothing is written.

A pianist presses the pedal where the hands must let go of notes that should still sound, and lifts it before what it
holds spoils the next harmony. So it is down only where thereby more notes end in time than without it: a note that was
let go early gains if the pedal comes up when the note ends, and one that ends meanwhile loses, as it rings on.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_core.timing import FRAMES_PER_SECOND
from pianomime_policy.kernel import kernel


@dataclass(frozen=True)
class PedalConfig:
    """Attributes:
    late_steps: Time by which keys sound later than written, and so by which a written pedal is followed late.
    early_steps: Time by which a note that is let go early ends before its finger lifts: its hand already moves on.
    tolerance_steps, tolerance_share: How far from its end a note may stop sounding: the larger of a time and a share
        of its length. Those of the score with ends.
    edge: What a note counts that ends as far from its end as that; 1 in time, 0 further away.
    price: What it costs to press the pedal by choice, in notes that end in time.
    ahead_steps: How much of what is known of the music decides.
    """

    late_steps: float = 0.5
    early_steps: float = 0.7
    tolerance_steps: float = 1.0
    tolerance_share: float = 0.2
    edge: float = 0.5
    price: float = 0.5
    ahead_steps: int = 40


def written_pedal(pedal_s: NDArray[np.float64], step: int, rows: int, late_steps: float) -> NDArray[np.bool_]:
    """Return whether the pedal is down in each of so many equal parts of a step, (rows,), as written in
    `VisibleNotes.pedal_s` (P, 2), but late.

    It moves at the beginning of a part, and stays up for one at least, however soon it is pressed again.
    """
    moves = np.ceil((pedal_s * FRAMES_PER_SECOND + late_steps) * rows).ravel()
    part = step * rows + np.arange(rows)
    is_down = np.searchsorted(moves, part, side="right") % 2 == 1
    return np.asarray(is_down & ~np.isin(part, moves[1::2]))


class LetGo(NamedTuple):
    """Notes (N,) that are played: when they begin, when their fingers let go of them, and when they should end [steps],
    infinite if that is not known; and their keys 0..87."""

    onset: NDArray[np.float64]
    release: NDArray[np.float64]
    end: NDArray[np.float64]
    key: NDArray[np.int64]


class PedalChoice:
    """Chooses step by step whether the pedal is down.

    Attributes:
        since: Step since which it has been down; None: it is up.
    """

    def __init__(self, config: PedalConfig) -> None:
        self._config = config
        self.since: int | None = None

    def is_down(self, step: int, rows: int, notes: LetGo) -> bool:
        """Return whether it is down in a step.

        Args:
            step: One after that of the last call.
            rows: The end of what is known of the music.
            notes: All that end since it is down.
        """
        c = self._config
        since, rows = -1 if self.since is None else self.since, min(rows, step + c.ahead_steps)
        ends = notes.release - c.early_steps * (notes.release < notes.end - c.tolerance_steps)
        notes = notes._replace(release=np.maximum(ends, notes.onset))
        tolerance = c.tolerance_steps, c.tolerance_share, c.edge
        down = _is_worth(*notes, since, step, rows, c.late_steps, *tolerance, c.price)
        self.since = (step if since < 0 else since) if down else None
        return bool(down)


@kernel
def _struck_again(onset, key):
    """Return when the key of each note (N,) is struck again."""
    again = np.full(onset.shape[0], np.inf)
    for i in range(onset.shape[0]):
        for j in range(onset.shape[0]):
            if key[j] == key[i] and onset[j] > onset[i]:
                again[i] = min(again[i], onset[j])
    return again


@kernel
def _in_time(until, end, allowed, edge):
    """Return what a note counts that sounds until then: 1 if that is its end, `edge` at most far from it, then 0."""
    off = abs(until - end) / allowed
    return 1.0 - (1.0 - edge) * off * off if off <= 1.0 else 0.0


@kernel
def _gain(onset, release, end, again, first, last, rows, late, tolerance, share, edge):
    """Return how many more notes end in time with the pedal down in steps [first, last) than with it up."""
    gain = 0.0
    for i in range(onset.shape[0]):
        if not first - late <= release[i] < last - late:
            continue
        if end[i] == np.inf:  # after everything known
            gain += 1.0 if last == rows and again[i] == np.inf else 0.0
            continue
        allowed = max(tolerance, share * (end[i] - onset[i]))
        sounds_until = max(min(last - late, again[i]), release[i])
        gain += _in_time(sounds_until, end[i], allowed, edge) - _in_time(release[i], end[i], allowed, edge)
    return gain


@kernel
def _is_worth(onset, release, end, key, since, step, rows, late, tolerance, share, edge, price):
    """Return whether the pedal, down since a step or up (-1), is down in `step` if most notes end in time until `rows`.

    It is up for one step at least before it is pressed again.
    """
    again = _struck_again(onset, key)
    value = np.zeros(rows - step + 2)  # by the step, after `step`, in which the pedal is up: the best from there on
    best = 0.0
    for first in range(rows - 1, step - 1, -1):
        begin = since if first == step and since >= 0 else first
        best = -np.inf
        for last in range(first + 1, rows + 1):
            gain = _gain(onset, release, end, again, begin, last, rows, late, tolerance, share, edge)
            best = max(best, gain + value[min(last + 1, rows) - step])
        if first > step:
            value[first - step] = max(value[first + 1 - step], best - price)
    up = value[min(step + 1, rows) - step]
    if since >= 0:
        return best > up + _gain(onset, release, end, again, since, step, rows, late, tolerance, share, edge)
    return best - price > up
