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

"""The known fingering of a demonstration."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import NOBODY, Demonstration
from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_core.piano_roll import frame_of
from pianomime_policy.fingering.goal_notes import GoalNotes


class GivenFingers:
    """A `Fingering` without search: each note has the finger from the demonstration, -1 if it is unknown."""

    def __init__(self, demonstration: Demonstration) -> None:
        self._played: dict[int, list[tuple[int, int]]] = {}
        d = demonstration
        for onset_s, pitch, finger in zip(d.onset_s.tolist(), d.pitch.tolist(), d.finger.tolist(), strict=True):
            self._played.setdefault(pitch - LOWEST_PITCH, []).append((frame_of(onset_s), finger))
        self._best: dict[int, int] = {}
        self._onset: dict[int, int] = {}

    def push(self, step: int, new: NDArray[np.int64], notes: GoalNotes) -> None:
        """See `Fingering.push`."""
        for note in new.tolist():
            self._best[note], self._onset[note] = self._finger(int(notes.key[note]), step), step

    def commit(self, step: int) -> None:
        """See `Fingering.commit`: everything is decided already."""

    def best(self, since: int = 0) -> dict[int, int]:
        """See `Fingering.best`."""
        return {note: finger for note, finger in self._best.items() if self._onset[note] >= since}

    def _finger(self, key: int, step: int) -> int:
        # A key that is struck again stays up for one row of the goal, so its note begins one row late there.
        struck = [finger for onset, finger in self._played.get(key, ()) if onset <= step]
        return struck[-1] if struck else NOBODY
