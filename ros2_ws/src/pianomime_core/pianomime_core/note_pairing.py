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

"""Which note-off ends which note: by pretty_midi's rule as events come, or first in, first out for a whole file."""

from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Time = TypeVar("Time", int, float)


class OpenNotes(Generic[Key, Time]):
    """Pairs note-on with note-off events by pretty_midi's rule; shared by files (ticks) and live streams (seconds).

    A note-off ends all notes of its key that began before it. Notes that begin at the very same time stay open if it
    ended others, and are dropped if it did not (they have no length).
    """

    def __init__(self) -> None:
        self._open: dict[Key, list[tuple[Time, int]]] = {}

    def begin(self, key: Key, time: Time, velocity: int) -> None:
        """Open a note of a key (any hashable identity of pitch and channel)."""
        self._open.setdefault(key, []).append((time, velocity))

    def end(self, key: Key, time: Time) -> list[tuple[Time, int]]:
        """Return (onset, velocity) of the notes that a note-off ends; empty if it matches none."""
        begun = self._open.pop(key, [])
        ended = [note for note in begun if note[0] != time]
        kept = [note for note in begun if note[0] == time]
        if ended and kept:
            self._open[key] = kept
        return ended

    def items(self) -> list[tuple[Key, Time, int]]:
        """Return (key, onset, velocity) of every note still open."""
        return [(key, onset, velocity) for key, begun in self._open.items() for onset, velocity in begun]


def first_in_first_out(events: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int | None, int]]:
    """Pair the note-ons and note-offs of one key of one channel: the first note-off ends the first note, and so on.

    Where note-offs are missing, each ends the last note that began before it, as on a synthesizer, so that one missing
    note-off does not leave all later notes with the end of the next one.

    Args:
        events: (tick, velocity) in the order of the file; velocity 0 for a note-off. One that ends nothing is ignored.

    Yields:
        (onset, end, velocity) in ticks; end None where there is no note-off.
    """
    overlapping: list[tuple[int, int]] = []
    sounding = 0
    for tick, velocity in events:
        if not (velocity or sounding):
            continue
        overlapping.append((tick, velocity))
        sounding += 1 if velocity else -1
        if not sounding:
            yield from _last_in_last_out(overlapping)
            overlapping.clear()
    yield from _last_in_last_out(overlapping)


def _last_in_last_out(events: list[tuple[int, int]]) -> Iterator[tuple[int, int | None, int]]:
    """The same pairs, seen from the end; what is left over is then at the beginning."""
    ends: deque[int] = deque()
    for tick, velocity in reversed(events):
        if velocity:
            yield tick, ends.popleft() if ends else None, velocity
        else:
            ends.append(tick)
