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

from dataclasses import dataclass, field

from pianomime_core.midi_track_reader import HEADER_BYTES, MidiBytesError, Track, TrackReader, damaged, is_chunk

MAX_TRACKS = 65_535
"""The largest number that fits in a header."""


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
    size = int.from_bytes(data[4:HEADER_BYTES], "big")
    if size < 6 or len(data) < HEADER_BYTES + size:
        raise damaged("it ends too early" if len(data) < 14 else f"its header has {size} bytes, not 6")
    kind, counted, division = (int.from_bytes(data[at : at + 2], "big") for at in (8, 10, 12))
    midi = MidiTracks(kind, division - 0x10000 if division >= 0x8000 else division, oddities=oddities)
    _read_chunks(data, HEADER_BYTES + size, midi)
    if counted and not midi.tracks:
        raise damaged("it has no track (MTrk)")
    if counted != len(midi.tracks):
        oddities.append(f"its header counts {counted} tracks, it has {len(midi.tracks)}")
    return midi


def _unwrapped(data: bytes) -> bytes:
    """The standard MIDI file in a RIFF container."""
    at = 12
    while at + HEADER_BYTES <= len(data):
        size = int.from_bytes(data[at + 4 : at + HEADER_BYTES], "little")
        content = data[at + HEADER_BYTES : at + HEADER_BYTES + size]
        if data[at : at + 4] == b"data" and content.startswith(b"MThd"):
            return content
        at += HEADER_BYTES + size + size % 2
    raise damaged("its RIFF container holds no MIDI file")


def _read_chunks(data: bytes, at: int, midi: MidiTracks) -> None:
    events = 0
    while at < len(data):
        if not is_chunk(data, at):
            begin = at
            at = data.find(b"MTrk", begin + 1)
            at = len(data) if at < 0 else at
            midi.oddities.append(f"{at - begin} bytes from byte {begin} on belong to no chunk")
            continue
        end = at + HEADER_BYTES + int.from_bytes(data[at + 4 : at + HEADER_BYTES], "big")
        if not data.startswith(b"MTrk", at):
            at = end
            continue
        if len(midi.tracks) == MAX_TRACKS:
            raise MidiBytesError(f"has more tracks than the limit of {MAX_TRACKS}")
        number = len(midi.tracks) + 1
        track = Track()
        midi.tracks.append(track)
        reader = TrackReader(data, track, f"track {number}", events)
        try:
            at = reader.read(at + HEADER_BYTES, end)
        except IndexError as error:  # of `data` alone
            raise damaged(f"it ends too early, in track {number}") from error
        midi.oddities += reader.oddities()
        events += reader.events
