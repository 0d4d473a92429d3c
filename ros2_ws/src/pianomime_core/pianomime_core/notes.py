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

"""Notes and scores: music in seconds, whatever it was read from."""

import math
from dataclasses import dataclass, field, replace

from pianomime_core.keyboard import HIGHEST_PITCH, LOWEST_PITCH

MAX_DURATION_S = 30 * 60.0

LOUDEST = 127
USUAL_VELOCITY = 64
"""Velocity of a note that has none: the middle of MIDI's 1..127."""


@dataclass(frozen=True)
class Note:
    """One note. Times in seconds from the beginning of the score; velocity 1..127 as in MIDI.

    Raises:
        ValueError: The pitch is not on the keyboard (21..108) or the times are not finite with onset < offset.
    """

    pitch: int
    onset_s: float
    offset_s: float
    velocity: int = USUAL_VELOCITY

    def __post_init__(self) -> None:
        if not LOWEST_PITCH <= self.pitch <= HIGHEST_PITCH:
            raise ValueError(f"pitch {self.pitch} is not in {LOWEST_PITCH}..{HIGHEST_PITCH}")
        if not (math.isfinite(self.onset_s) and math.isfinite(self.offset_s) and self.onset_s < self.offset_s):
            raise ValueError(f"a note needs onset < offset, got {self.onset_s} s and {self.offset_s} s")


@dataclass(frozen=True)
class Dropped:
    """How many notes of a MIDI file a piano cannot play, and why."""

    drums: int = 0
    out_of_range: int = 0
    zero_length: int = 0

    def __str__(self) -> str:
        """A description of what is missing: "3 drum notes (channel 10), 1 outside the 88 keys (pitches 21..108)"."""
        parts = (
            (self.drums, "drum notes (channel 10)"),
            (self.out_of_range, f"outside the 88 keys (pitches {LOWEST_PITCH}..{HIGHEST_PITCH})"),
            (self.zero_length, "of zero length or without end"),
        )
        return ", ".join(f"{count} {what}" for count, what in parts if count) or "nothing"


@dataclass(frozen=True)
class Score:
    """A piece of music.

    Attributes:
        notes: Notes, sorted by onset, then pitch, when read from a file.
        sustain: Pedal events (time in seconds, down), sorted by time; up before the first.
        title: Name for people.
        dropped: Notes of the MIDI file that are not in `notes`.
        remarks: Further remarks about the file; each continues a sentence that begins with its name.
    """

    notes: tuple[Note, ...]
    sustain: tuple[tuple[float, bool], ...] = ()
    title: str = ""
    dropped: Dropped = field(default=Dropped(), compare=False)
    remarks: tuple[str, ...] = field(default=(), compare=False)

    @property
    def start_s(self) -> float:
        """Time of the first onset."""
        return min(note.onset_s for note in self.notes)

    @property
    def end_s(self) -> float:
        """Time of the last offset."""
        return max(note.offset_s for note in self.notes)

    def later(self, by_s: float) -> "Score":
        """Return the same music, so much later."""
        notes = (replace(note, onset_s=note.onset_s + by_s, offset_s=note.offset_s + by_s) for note in self.notes)
        return replace(self, notes=tuple(notes), sustain=tuple((time_s + by_s, down) for time_s, down in self.sustain))
