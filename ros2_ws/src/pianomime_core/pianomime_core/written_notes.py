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

"""The notes of one piano key, from all that is written for it: in several tracks and voices, with or without an end.

* Notes that begin within `COPY_S` of the first of them are copies (doubled voices, layered sounds): one note, with the
  earliest onset, the latest end and the greatest velocity. A note that begins after those before it have ended is a
  repetition, however soon it comes.
* A strike ends whatever still sounds on its key; the later note goes on to its own end.
* A note of no length, as scores export grace notes, lasts `NO_LENGTH_S`.
* A note without an end ends with the piece.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pianomime_core.notes import Note

COPY_S = 0.03
"""Two strikes of a pianist's fastest repetition, 15 a second, are 67 ms apart."""
NO_LENGTH_S = 0.05
"""A quick grace note, and one step of the robot."""
_ROUNDING_S = 1e-6
"""So that what is 30 ms by the ticks of a file is 30 ms in floating point."""

COPIES = f"note{{s}} doubled within {COPY_S * 1000:.0f} ms, played once"
NO_LENGTH = f"note{{s}} of no length, played for {NO_LENGTH_S * 1000:.0f} ms"
NO_END = "note{s} without an end, ended with the piece"
STRUCK_AGAIN = "note{s} ended where the key is struck again"


class WrittenNote(NamedTuple):
    """A note as a file has it: seconds, and velocity 1..127.

    Its end is its onset if it has no length, and infinite if nothing ends it.
    """

    onset_s: float
    end_s: float
    velocity: int

    @property
    def latest_end_s(self) -> float:
        """When it ends if its key is not struck again."""
        return self.end_s if self.end_s > self.onset_s else _end_of_no_length(self.onset_s)


def notes_of_key(
    pitch: int, written: Sequence[WrittenNote], ends_of_piece_s: Sequence[float], changes: Counter[str]
) -> Iterator[Note]:
    """Yield the notes of a key in order of time.

    Args:
        pitch: The key, 21..108.
        written: All that is written for it, in any order.
        ends_of_piece_s: Ends of the piece, best first: a note without an end takes the first that comes after its
            onset, and lasts `NO_LENGTH_S` if none does.
        changes: Counts, by reason, the notes that are not as written.
    """
    groups = list(_copies(sorted(written, key=_onset)))
    onsets_s = [group[0].onset_s for group in groups]
    for group, (onset_s, next_onset_s) in zip(groups, pairwise([*onsets_s, math.inf]), strict=True):
        changes[COPIES] += len(group) - 1
        reason, end_s = _end(group, ends_of_piece_s)
        if end_s > next_onset_s:
            reason, end_s = STRUCK_AGAIN, next_onset_s
        if reason:
            changes[reason] += 1
        yield Note(pitch, onset_s, end_s, max(note.velocity for note in group))


def in_words(changes: Counter[str]) -> list[str]:
    """Return the changes for people: "3 notes doubled within 30 ms, played once"."""
    return [f"{count} {what.format(s='s' * (count > 1))}" for what, count in changes.items() if count]


def _copies(written: Sequence[WrittenNote]) -> Iterator[list[WrittenNote]]:
    """Divide notes in order of onset into groups that are one note."""
    group: list[WrittenNote] = []
    end_s = -math.inf
    for note in written:
        if group and (note.onset_s > group[0].onset_s + COPY_S + _ROUNDING_S or note.onset_s > end_s):
            yield group
            group, end_s = [], -math.inf
        group.append(note)
        end_s = max(end_s, note.latest_end_s)
    if group:
        yield group


def _end(copies: Sequence[WrittenNote], ends_of_piece_s: Sequence[float]) -> tuple[str, float]:
    """The end of a note, and the reason if it is not written."""
    onset_s = copies[0].onset_s
    if ends_s := [note.end_s for note in copies if note.onset_s < note.end_s < math.inf]:
        return "", max(ends_s)
    if any(math.isinf(note.end_s) for note in copies):
        for end_s in ends_of_piece_s:
            if end_s > onset_s:
                return NO_END, end_s
    return NO_LENGTH, _end_of_no_length(onset_s)


def _end_of_no_length(onset_s: float) -> float:
    # After years of silence, floating point does not resolve so short a note.
    return max(onset_s + NO_LENGTH_S, math.nextafter(onset_s, math.inf))


def _onset(note: WrittenNote) -> float:
    return note.onset_s
