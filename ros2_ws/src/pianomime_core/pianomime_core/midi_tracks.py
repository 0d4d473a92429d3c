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

"""The bytes of a standard MIDI file as tracks of the events a piano needs, read as leniently as players read them.

mido, which reads live messages and writes files here, refuses a file for any event it cannot decode, even one unrelated
to notes, and takes far more time and memory. This reader skips what no piano needs, reads each byte once, and
reports what was odd; on files that mido reads it finds the same events (except that mido loses time at meta events of
unknown kinds).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_EVENTS = 500_000
"""Half an hour of 100 notes per second has fewer."""
MAX_TRACKS = 65_535
"""The largest number that fits in a header."""

NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE = 0x80, 0x90, 0xB0, 0xC0
_SYSTEM = 0xF0
_SYSEX = (0xF0, 0xF7)
_META = 0xFF
_TRACK_NAME, _END_OF_TRACK, _SET_TEMPO = 0x03, 0x2F, 0x51
_TEMPO_BYTES = 3
_STATUS = 0x80
"""Bytes from here on begin a message; below are data."""
_ONE_DATA_BYTE = (PROGRAM_CHANGE, 0xD0)
"""All other channel messages have two. Of system messages the lengths that are defined:"""
_SYSTEM_DATA_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0, 0xF8: 0, 0xFA: 0, 0xFB: 0, 0xFC: 0, 0xFE: 0}
_KEPT = (NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE)
_HIGHEST_DATA = 127
_LARGEST_NUMBER = 0x0FFFFFFF
"""Of the standard: four bytes of seven bits."""
_HEADER_BYTES = 8


class MidiBytesError(ValueError):
    """What is wrong with the bytes; the text continues a sentence that begins with the name of the file."""


def _damaged(how: str) -> MidiBytesError:
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
    """One track: its channel messages of the kinds above, and its tempo changes as (tick, microseconds per beat)."""

    name: str = ""
    events: list[Event] = field(default_factory=list)
    tempos: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class MidiTracks:
    """A file.

    Attributes:
        type: 0, 1, 2, or whatever the header says.
        division: Ticks per beat; negative where time is counted in SMPTE frames.
        tracks: In the order of the file.
        oddities: Deviations from the standard, in words.
    """

    type: int
    division: int
    tracks: list[Track] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)


def is_midi(data: bytes) -> bool:
    """Return whether the bytes begin like a standard MIDI file, or like one in a RIFF container."""
    return data.startswith(b"MThd") or (data.startswith(b"RIFF") and data[8:12] == b"RMID")


def read_midi_tracks(data: bytes) -> MidiTracks:
    """Read a standard MIDI file, for which `is_midi`.

    Raises:
        MidiBytesError: It ends too early, has no track, or its events are incomplete, too many, or invalid.
    """
    oddities = []
    if not data.startswith(b"MThd"):
        data = _unwrapped(data)
        oddities.append("it is in a RIFF container")
    size = int.from_bytes(data[4:_HEADER_BYTES], "big")
    if size < 6 or len(data) < _HEADER_BYTES + size:
        raise _damaged("it ends too early" if len(data) < 14 else f"its header has {size} bytes, not 6")
    kind, counted, division = (int.from_bytes(data[at : at + 2], "big") for at in (8, 10, 12))
    midi = MidiTracks(kind, division - 0x10000 if division >= 0x8000 else division, oddities=oddities)
    _read_chunks(data, _HEADER_BYTES + size, midi)
    if counted and not midi.tracks:
        raise _damaged("it has no track (MTrk)")
    if counted != len(midi.tracks):
        oddities.append(f"its header counts {counted} tracks, it has {len(midi.tracks)}")
    return midi


def _unwrapped(data: bytes) -> bytes:
    """The standard MIDI file in a RIFF container."""
    at = 12
    while at + _HEADER_BYTES <= len(data):
        size = int.from_bytes(data[at + 4 : at + _HEADER_BYTES], "little")
        content = data[at + _HEADER_BYTES : at + _HEADER_BYTES + size]
        if data[at : at + 4] == b"data" and content.startswith(b"MThd"):
            return content
        at += _HEADER_BYTES + size + size % 2
    raise _damaged("its RIFF container holds no MIDI file")


def _read_chunks(data: bytes, at: int, midi: MidiTracks) -> None:
    budget = MAX_EVENTS
    while at < len(data):
        if not _is_chunk(data, at):
            begin = at
            at = data.find(b"MTrk", begin + 1)
            at = len(data) if at < 0 else at
            midi.oddities.append(f"{at - begin} bytes from byte {begin} on belong to no chunk")
            continue
        end = at + _HEADER_BYTES + int.from_bytes(data[at + 4 : at + _HEADER_BYTES], "big")
        if not data.startswith(b"MTrk", at):
            at = end
            continue
        if len(midi.tracks) == MAX_TRACKS:
            raise MidiBytesError(f"has more tracks than the limit of {MAX_TRACKS}")
        number = len(midi.tracks) + 1
        track = Track()
        midi.tracks.append(track)
        reader = _TrackReader(data, track, f"track {number}", budget)
        try:
            at = reader.read(at + _HEADER_BYTES, end)
        except IndexError as error:  # of `data` alone
            raise _damaged(f"it ends too early, in track {number}") from error
        midi.oddities += reader.oddities()
        budget -= reader.events


def _is_chunk(data: bytes, at: int) -> bool:
    """A track, whatever its length field says, or a complete chunk of any other kind."""
    header = data[at : at + _HEADER_BYTES]
    if len(header) < _HEADER_BYTES:
        return False
    size = int.from_bytes(header[4:], "big")
    return header[:4] == b"MTrk" or (
        all(0x20 <= byte < 0x7F for byte in header[:4]) and at + _HEADER_BYTES + size <= len(data)
    )


class _TrackReader:
    """Reads the events of one track and counts oddities.

    Attributes:
        events: Number of events of all kinds.
    """

    def __init__(self, data: bytes, track: Track, name: str, budget: int) -> None:
        self._data = data
        self._track = track
        self._name = name
        self._budget = budget
        self._counts: dict[str, int] = {}
        self.events = 0

    def oddities(self) -> Iterator[str]:
        """Yield a description of each kind of oddity."""
        for what, count in self._counts.items():
            yield f"{self._name} has {count} {what}" if count else f"{self._name} {what}"

    def read(self, at: int, end: int) -> int:
        """Read events from byte `at` on, up to byte `end` if the track's length is right, and return where it ends.

        Raises:
            MidiBytesError: The events are invalid, or more than the budget.
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
            events += 1
            if events > budget:
                raise MidiBytesError(f"has more events than the limit of {MAX_EVENTS}")
            status = data[at]
            if status >= _STATUS:
                at += 1
                interrupted &= status >= _SYSTEM
            elif not running:
                raise _damaged(f"{self._name} begins with data of no event, at byte {at}")
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
                raise _damaged(f"{self._name} has an undefined event (0x{status:02X}) at byte {at - 1}")
            if at > len(data):
                raise IndexError
        self.events = events
        if at != end:
            self._odd("is longer than its length says", 0)
        return at

    def _meta(self, tick: int, what: int, at: int, size: int) -> None:
        content = self._data[at : at + size] if what in (_TRACK_NAME, _SET_TEMPO) else b""
        if what == _TRACK_NAME and not self._track.name:
            self._track.name = content.decode("latin-1")
        elif what == _SET_TEMPO and size == _TEMPO_BYTES:
            self._track.tempos.append((tick, int.from_bytes(content, "big")))
        elif what == _SET_TEMPO:
            self._odd(f"tempo events that have not {_TEMPO_BYTES} bytes and are passed over")

    def _number(self, begin: int) -> tuple[int, int]:
        """Return the variable-length number that begins at a byte, and where it ends."""
        value, at = 0, begin
        while True:
            byte = self._data[at]
            value = value << 7 | byte & 0x7F
            at += 1
            if value > _LARGEST_NUMBER:
                raise _damaged(f"{self._name} has a number beyond {_LARGEST_NUMBER} at byte {begin}")
            if byte < _STATUS:
                return value, at

    def _ends_here(self, end: int) -> bool:
        """Whether a track without an end-of-track event may end where its length says, because something else begins
        there."""
        return end == len(self._data) or _is_chunk(self._data, end)

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
