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

"""Stray strikes: those that are no written note, where they are, and what may have caused them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pianomime_core.notes import Note

STRAY_MARGIN_S = 0.15
"""How long before and after a written note a stray strike may be due to it."""
NEIGHBOUR_KEYS = 2
_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

Cause = Literal["neighbour", "again", "other"]


@dataclass(frozen=True)
class StrayStrike:
    """A strike that is no written note.

    Attributes:
        time_s: When, as time of the piece: without the lag of the performance.
        key: Its key, C4 the middle one.
        cause: Beside a key that is written then (neighbour), on one that is (again), elsewhere (other).
    """

    time_s: float
    key: str
    cause: Cause


def stray_strikes(written: Sequence[Note], strays: Sequence[Note], lag_s: float) -> tuple[StrayStrike, ...]:
    """Return the cause of each strike that matches no note, in their order.

    Args:
        written: All notes, at least one.
        strays: The strikes, `lag_s` late.
        lag_s: Lag of the performance.
    """
    pitch, begin_s, end_s = np.array([(note.pitch, note.onset_s, note.offset_s) for note in written]).T

    def cause(strike: Note, time_s: float) -> Cause:
        now = (begin_s - STRAY_MARGIN_S <= time_s) & (time_s <= end_s + STRAY_MARGIN_S)
        nearest = np.abs(pitch - strike.pitch)[now].min(initial=np.inf)
        return "again" if nearest == 0 else "neighbour" if nearest <= NEIGHBOUR_KEYS else "other"

    times_s = [strike.onset_s - lag_s for strike in strays]
    return tuple(
        StrayStrike(round(time_s, 3), key_name(strike.pitch), cause(strike, time_s))
        for strike, time_s in zip(strays, times_s, strict=True)
    )


def key_name(pitch: int) -> str:
    """Return the name of a MIDI pitch: 60 is C4."""
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"
