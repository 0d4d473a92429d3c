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

"""Notes and pedal as arrays, in seconds: those of a piece, and what of them a controller may know at some time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_core.notes import Note
from pianomime_core.timing import FRAMES_PER_SECOND


def _no_pedal() -> NDArray[np.float64]:
    return np.zeros((0, 2))


@dataclass(frozen=True, eq=False)
class VisibleNotes:
    """Notes sorted by onset, then key; times in seconds from the first row of the piano roll, whole nanoseconds, as ROS
    messages hold them.

    Attributes:
        key: (N,) 0..87, bass first.
        onset_s: (N,) when the key is struck.
        end_s: (N,) when it is let go; infinite while that is not known.
        velocity: (N,) MIDI velocity 1..127.
        known_s: Every note that begins before this time is among them, and every end before it.
        pedal_s: (P, 2) when the sustain pedal goes down and comes up, in order of time, like onsets and ends of notes.
    """

    key: NDArray[np.int64]
    onset_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    velocity: NDArray[np.int64]
    known_s: float
    pedal_s: NDArray[np.float64] = field(default_factory=_no_pedal)

    @classmethod
    def in_order(
        cls,
        key: NDArray[np.int64],
        onset_s: NDArray[np.float64],
        end_s: NDArray[np.float64],
        velocity: NDArray[np.int64],
        known_s: float,
        pedal_s: NDArray[np.float64],
    ) -> "VisibleNotes":
        """Return notes (N,) that are given in any order."""
        order = np.lexsort((key, onset_s))
        return cls(key[order], onset_s[order], end_s[order], velocity[order], known_s, pedal_s)

    def __len__(self) -> int:
        return len(self.key)

    def digest(self) -> str:
        """Return 64 hexadecimal digits by which other notes, or another pedal, are told from these (SHA-256)."""
        arrays = (self.key, self.onset_s, self.end_s, self.velocity, self.pedal_s)
        return sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()

    def window(self, begin_s: float, known_s: float) -> "VisibleNotes":
        """Return the notes that sound or begin in [begin_s, known_s), and the same of the pedal; ends from `known_s` on
        are not known."""
        there = (self.onset_s < known_s) & (self.end_s > begin_s)
        end_s = self.end_s[there]
        pedal_s = self.pedal_s[(self.pedal_s[:, 0] < known_s) & (self.pedal_s[:, 1] > begin_s)]
        return VisibleNotes(
            self.key[there],
            self.onset_s[there],
            np.where(end_s < known_s, end_s, np.inf),
            self.velocity[there],
            min(known_s, self.known_s),
            np.where(pedal_s < known_s, pedal_s, np.inf),
        )

    def from_time(self, begin_s: float) -> "VisibleNotes":
        """Return the notes for a player who begins at a time, with a clock that begins there: what sounds then begins
        then, and what ended before is left out; the same of the pedal."""
        there = self.end_s > begin_s
        key, onset_s = self.key[there], np.maximum(self.onset_s[there] - begin_s, 0.0)
        order = np.lexsort((key, onset_s))
        end_s, velocity = self.end_s[there][order] - begin_s, self.velocity[there][order]
        pedal_s = np.maximum(self.pedal_s[self.pedal_s[:, 1] > begin_s] - begin_s, 0.0)
        return VisibleNotes(key[order], onset_s[order], end_s, velocity, self.known_s - begin_s, pedal_s)


def visible_notes(notes: Iterable[Note], sustain: Iterable[tuple[float, bool]] = ()) -> VisibleNotes:
    """Return all notes of a piece, and its pedal from (time in seconds, down) in order of time."""
    listed = list(notes)
    key = np.array([note.pitch - LOWEST_PITCH for note in listed], np.int64)
    onset_s = _whole_nanoseconds(np.array([note.onset_s for note in listed], np.float64), np.floor)
    end_s = _whole_nanoseconds(np.array([note.offset_s for note in listed], np.float64), np.ceil)
    velocity = np.array([note.velocity for note in listed], np.int64)
    end_s = np.maximum(end_s, (np.rint(onset_s * 1e9) + 1) / 1e9)
    moved_s, down = np.array(list(sustain), np.float64).reshape(-1, 2).T
    pedal_s = pedal_presses(zip(_whole_nanoseconds(moved_s, np.floor), down > 0, strict=True))
    return VisibleNotes.in_order(key, onset_s, end_s, velocity, np.inf, pedal_s)


def pedal_presses(events: Iterable[tuple[float, bool]]) -> NDArray[np.float64]:
    """Return `VisibleNotes.pedal_s` from (time in seconds, down) in order of time, up before the first; what happens
    and is undone at the same moment is left out."""
    presses: list[list[float]] = []
    is_down = False
    for time_s, down in events:
        if down == is_down:
            continue
        is_down = down
        if down and presses and presses[-1][1] == time_s:
            presses[-1][1] = np.inf
        elif down:
            presses.append([time_s, np.inf])
        elif presses[-1][0] == time_s:
            presses.pop()
        else:
            presses[-1][1] = time_s
    return np.array(presses, np.float64).reshape(-1, 2)


def _whole_nanoseconds(time_s: NDArray[np.float64], frame: np.ufunc) -> NDArray[np.float64]:
    """Round times (N,) to nanoseconds in such a way that the frames of the notes, floor of an onset and ceiling of an
    end, stay as they are."""
    rounded = np.rint(time_s * 1e9)
    moved = frame(rounded / 1e9 * FRAMES_PER_SECOND) - frame(time_s * FRAMES_PER_SECOND)
    return np.asarray((rounded - np.sign(moved)) / 1e9)
