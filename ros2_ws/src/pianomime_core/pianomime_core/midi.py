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

"""Reads MIDI files: all checks of the file itself, and the time of a tick.

Times follow pretty_midi, RoboPianist's reader, operation by operation, so that a note on the border of two frames falls
on the same side of it.
"""

import itertools
from bisect import bisect_right
from pathlib import Path

from pianomime_core.errors import UserError
from pianomime_core.midi_track_reader import MidiBytesError
from pianomime_core.midi_tracks import MidiTracks, is_midi, read_midi_tracks

MAX_FILE_BYTES = 10_000_000
"""Half an hour of piano is below 1 MB."""

_DEFAULT_BEATS_PER_MINUTE = 120.0
_MICROSECONDS_PER_MINUTE = 6e7


def read_midi_file(path: Path) -> MidiTracks:
    """Read a standard MIDI file of type 0 or 1, also in a RIFF container.

    Raises:
        UserError: The path is not a readable regular file, or the file is too large, empty, not MIDI, damaged or
            unsupported.
    """
    data = _content(path)
    if not is_midi(data):
        raise UserError(f"{str(path)!r} is not a MIDI file: it does not begin with the bytes MThd")
    try:
        midi = read_midi_tracks(data)
    except MidiBytesError as error:
        raise UserError(f"MIDI file {str(path)!r} {error}") from error
    if midi.type not in (0, 1):
        raise UserError(f"MIDI file {str(path)!r} has type {midi.type}: only types 0 and 1 have one time line")
    if midi.division == 0:
        raise UserError(f"MIDI file {str(path)!r} has 0 ticks per beat: it must have 1 or more")
    if midi.division < 0:
        raise UserError(f"MIDI file {str(path)!r} counts time in SMPTE frames: only ticks per beat (> 0) are supported")
    if any(tempo == 0 for track in midi.tracks for _, tempo in track.tempos):
        raise UserError(f"MIDI file {str(path)!r} has a tempo of 0 microseconds per beat: it must be above 0")
    return midi


def _content(path: Path) -> bytes:
    try:
        if not path.exists():
            raise UserError(f"MIDI file {str(path)!r} does not exist")
        if not path.is_file():
            raise UserError(f"{str(path)!r} is not a file: give a standard MIDI file (.mid)")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UserError(f"MIDI file {str(path)!r} cannot be read: {error.strerror}") from error
    if not data:
        raise UserError(f"MIDI file {str(path)!r} is empty (0 bytes)")
    if len(data) > MAX_FILE_BYTES:
        raise UserError(f"MIDI file {str(path)!r} has {path.stat().st_size} bytes: the limit is {MAX_FILE_BYTES}")
    return data


class TempoMap:
    """Seconds of a tick by the tempo events of all tracks, computed as in `PrettyMIDI._load_tempo_changes`.

    pretty_midi itself reads only those of the first track, contrary to the standard and to all players.
    """

    def __init__(self, midi: MidiTracks) -> None:
        ticks_per_beat = midi.division
        self._start_ticks = [0]
        self._seconds_per_tick = [60.0 / (_DEFAULT_BEATS_PER_MINUTE * ticks_per_beat)]
        for tick, tempo in sorted((event for track in midi.tracks for event in track.tempos), key=_tick):
            seconds_per_tick = 60.0 / ((_MICROSECONDS_PER_MINUTE / tempo) * ticks_per_beat)
            if tick == 0:
                self._seconds_per_tick = [seconds_per_tick]
            elif seconds_per_tick != self._seconds_per_tick[-1]:
                self._start_ticks.append(tick)
                self._seconds_per_tick.append(seconds_per_tick)
        self._start_s = [0.0]
        for (start, end), scale in zip(itertools.pairwise(self._start_ticks), self._seconds_per_tick, strict=False):
            self._start_s.append(self._start_s[-1] + scale * (end - start))

    def seconds(self, tick: int) -> float:
        """Return the time of an absolute tick, in seconds from the beginning of the file."""
        segment = bisect_right(self._start_ticks, tick) - 1
        return self._start_s[segment] + self._seconds_per_tick[segment] * (tick - self._start_ticks[segment])


def _tick(tempo: tuple[int, int]) -> int:
    return tempo[0]
