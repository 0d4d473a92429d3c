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

"""One track of a standard MIDI file: its bytes as the events a piano needs, read as leniently as players read them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_EVENTS = 500_000
"""Of all tracks of a file; half an hour of 100 notes per second has fewer."""
HEADER_BYTES = 8
"""Of every chunk: four letters and the length of the rest."""

NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE = 0x80, 0x90, 0xB0, 0xC0
_SYSTEM = 0xF0
_SYSEX = (0xF0, 0xF7)
_META = 0xFF
_TRACK_NAME, _END_OF_TRACK, _SET_TEMPO, _SMPTE_OFFSET, _KEY_SIGNATURE = 0x03, 0x2F, 0x51, 0x54, 0x59
_SIZED = {
    0x00: ("sequence numbers", 2),
    0x20: ("channel prefixes", 1),
    _SET_TEMPO: ("tempo events", 3),
    _SMPTE_OFFSET: ("SMPTE offsets", 5),
    0x58: ("time signatures", 4),
    _KEY_SIGNATURE: ("key signatures", 2),
}
"""Meta events whose size in bytes the standard defines; others are text, or anybody's."""
_MOST_ACCIDENTALS, _MINOR = 7, 1
_HIGHEST_FRAME_RATE = 3
"""In the bits of a SMPTE offset above its hours: 24, 25, 30 with dropped frames, 30."""
_STATUS = 0x80
"""Bytes from here on begin a message; below are data."""
_ONE_DATA_BYTE = (PROGRAM_CHANGE, 0xD0)
"""All other channel messages have two. Of system messages the lengths that are defined:"""
_SYSTEM_DATA_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0, 0xF8: 0, 0xFA: 0, 0xFB: 0, 0xFC: 0, 0xFE: 0}
_KEPT = (NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE)
_HIGHEST_DATA = 127
_LARGEST_NUMBER = 0x0FFFFFFF
"""Of the standard: four bytes of seven bits."""


class MidiBytesError(ValueError):
    """What is wrong with the bytes; the text continues a sentence that begins with the name of the file."""


def damaged(how: str) -> MidiBytesError:
    """The error for bytes that no player could read."""
    return MidiBytesError(f"is truncated or damaged: {how}")


class Event(NamedTuple):
    """A channel message.

    Attributes:
        tick: From the beginning of the file.
        kind: NOTE_OFF, NOTE_ON, CONTROL_CHANGE or PROGRAM_CHANGE.
        channel: 0..15.
        number: Pitch, controller or program, 0..127.
        value: Velocity, or value of the controller, 0..127.
    """

    tick: int
    kind: int
    channel: int
    number: int
    value: int


@dataclass
class Track:
    """One track: its channel messages of the kinds above, its tempo changes as (tick, microseconds per beat), and the
    tick at which it ends."""

    name: str = ""
    events: list[Event] = field(default_factory=list)
    tempos: list[tuple[int, int]] = field(default_factory=list)
    end: int = 0


def is_chunk(data: bytes, at: int) -> bool:
    """Return whether a chunk begins at a byte: a track, whatever its length says, or a complete one of another kind."""
    header = data[at : at + HEADER_BYTES]
    if len(header) < HEADER_BYTES:
        return False
    size = int.from_bytes(header[4:], "big")
    return header[:4] == b"MTrk" or (
        all(0x20 <= byte < 0x7F for byte in header[:4]) and at + HEADER_BYTES + size <= len(data)
    )


class TrackReader:
    """Reads the events of one track and counts oddities.

    Attributes:
        events: Number of events of all kinds.
    """

    def __init__(self, data: bytes, track: Track, name: str, events_before: int) -> None:
        """
        Args:
            data: The whole file.
            track: Receives the events.
            name: What messages call the track.
            events_before: Number of events in the tracks before it.
        """
        self._data = data
        self._track = track
        self._name = name
        self._budget = MAX_EVENTS - events_before
        self._counts: dict[str, int] = {}
        self.events = 0

    def oddities(self) -> Iterator[str]:
        """Yield a description of each kind of oddity."""
        for what, count in self._counts.items():
            yield f"{self._name} has {count} {what}" if count else f"{self._name} {what}"

    def read(self, at: int, end: int) -> int:
        """Read events from byte `at` on, up to byte `end` if the track's length is right, and return where it ends.

        Raises:
            MidiBytesError: The events are invalid, or too many.
            IndexError: The data end before the track does.
        """
        data, keep, budget = self._data, self._track.events.append, self._budget
        tick = running = events = 0
        interrupted = False
        while at != end or not self._ends_here(end):
            if at > end and data.startswith(b"MTrk", at):
                break
            begin = at
            delta = data[at]
            at += 1
            if delta > _HIGHEST_DATA:
                delta, at = self._number(begin)
            tick += delta
            self._track.end = tick
            events += 1
            if events > budget:
                raise MidiBytesError(f"has more events than the limit of {MAX_EVENTS}")
            status = data[at]
            if status >= _STATUS:
                at += 1
                interrupted &= status >= _SYSTEM
            elif not running:
                raise damaged(f"{self._name} begins with data of no event, at byte {at}")
            else:
                status = running
                if interrupted:
                    self._odd("system exclusive messages in the midst of a running status")
                    interrupted = False
            if status < _SYSTEM:
                running = status
                kind = status & 0xF0
                number, value = data[at], 0
                at += 1
                if kind not in _ONE_DATA_BYTE:
                    value = data[at]
                    at += 1
                if number >= _STATUS or value >= _STATUS:
                    self._odd("data bytes above 127, taken for 127")
                    number, value = min(number, _HIGHEST_DATA), min(value, _HIGHEST_DATA)
                if kind in _KEPT:
                    keep(Event(tick, kind, status & 0x0F, number, value))
            elif status == _META:
                what = data[at]
                size, at = self._number(at + 1)
                if what == _END_OF_TRACK:
                    self.events = events
                    return self._after(at + size, end)
                self._meta(tick, what, at, size)
                at += size
            elif status in _SYSEX:
                size, at = self._number(at)
                at += size
                interrupted = True
            elif status in _SYSTEM_DATA_BYTES:
                at += _SYSTEM_DATA_BYTES[status]
            else:
                raise damaged(f"{self._name} has an undefined event (0x{status:02X}) at byte {at - 1}")
            if at > len(data):
                raise IndexError
        self.events = events
        if at != end:
            self._odd("is longer than its length says", 0)
        return at

    def _meta(self, tick: int, what: int, at: int, size: int) -> None:
        name, defined = _SIZED.get(what, ("", size))
        if size != defined:
            self._odd(f"{name} of a wrong length, which are passed over")
        elif what == _TRACK_NAME and not self._track.name:
            self._track.name = self._data[at : at + size].decode("latin-1")
        elif what == _SET_TEMPO:
            self._track.tempos.append((tick, int.from_bytes(self._data[at : at + size], "big")))
        elif what == _SMPTE_OFFSET and self._data[at] >> 5 > _HIGHEST_FRAME_RATE:
            self._odd(f"{name} of an unknown frame rate, which are passed over")
        elif what == _KEY_SIGNATURE:
            flats_or_sharps = int.from_bytes(self._data[at : at + 1], "big", signed=True)
            if abs(flats_or_sharps) > _MOST_ACCIDENTALS or self._data[at + 1] > _MINOR:
                self._odd(f"impossible {name}, which are passed over")

    def _number(self, begin: int) -> tuple[int, int]:
        """Return the variable-length number that begins at a byte, and where it ends."""
        value, at = 0, begin
        while True:
            byte = self._data[at]
            value = value << 7 | byte & 0x7F
            at += 1
            if value > _LARGEST_NUMBER:
                raise damaged(f"{self._name} has a number beyond {_LARGEST_NUMBER} at byte {begin}")
            if byte < _STATUS:
                return value, at

    def _ends_here(self, end: int) -> bool:
        """Whether a track without an end-of-track event may end where its length says, because something else begins
        there."""
        return end == len(self._data) or is_chunk(self._data, end)

    def _after(self, at: int, end: int) -> int:
        """Return where to continue after an end-of-track event that ends at byte `at`."""
        if at > len(self._data):
            raise IndexError
        if at < end <= len(self._data) and not self._data.startswith(b"MTrk", at):
            self._odd(f"has {end - at} bytes after its end, which are left out", 0)
            return end
        if at != end:
            self._odd(f"is {'longer' if at > end else 'shorter'} than its length says", 0)
        return at

    def _odd(self, what: str, count: int = 1) -> None:
        self._counts[what] = self._counts.get(what, 0) + count
