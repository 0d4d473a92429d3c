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

"""Writes the bundled songs: `python launch/songs/encode.py` turns scores.py into *.mid, always the same bytes."""

import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import mido
from scores import PIECES, Piece

TICKS_PER_QUARTER = 480
VELOCITY = 80
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_TOKEN = re.compile(r"^([A-GR][^:]*)(?::(\d+)(\.*))?$")
_PITCH = re.compile(r"^([A-G])([#b]?)(\d)$")


class Event(NamedTuple):
    """A note or chord: pitches, and its place in ticks from the beginning."""

    pitches: tuple[int, ...]
    start: int
    end: int


def pitch_number(name: str) -> int:
    """MIDI number of a pitch name: C4 is 60."""
    match = _PITCH.match(name)
    if match is None:
        raise ValueError(f"{name!r} is not a pitch such as C4, F#3 or Bb5")
    letter, accidental, octave = match.groups()
    return 12 * (int(octave) + 1) + _SEMITONES[letter] + {"": 0, "#": 1, "b": -1}[accidental]


def parse_voice(notation: str, piece: Piece) -> list[Event]:
    """The events of a voice; raises ValueError at the first token or bar that is wrong."""
    events: list[Event] = []
    position, duration = Fraction(0), Fraction(1, 4)
    bar_number, bar_end = (0, piece.upbeat) if piece.upbeat else (1, piece.bar)
    for token in notation.split():
        if token == "|":
            if position != bar_end:
                raise ValueError(f"{piece.title}: bar {bar_number} ends at {position} instead of {bar_end} whole notes")
            bar_number, bar_end = bar_number + 1, bar_end + piece.bar
            continue
        match = _TOKEN.match(token)
        if match is None:
            raise ValueError(f"{piece.title}: bar {bar_number}: {token!r} is not a note, chord or rest")
        names, divisor, dots = match.groups()
        if divisor:
            duration = Fraction(1, int(divisor)) * (2 - Fraction(1, 2 ** len(dots)))
        if names != "R":
            pitches = tuple(pitch_number(name) for name in names.split("+"))
            events.append(Event(pitches, _ticks(position), _ticks(position + duration)))
        position += duration
    return events


def encode(piece: Piece) -> mido.MidiFile:
    """The MIDI file of a piece: one track for tempo and title, one for each voice."""
    midi = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER)
    midi.tracks.append(
        mido.MidiTrack(
            [
                mido.MetaMessage("track_name", name=piece.title),
                mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(piece.quarters_per_minute)),
                mido.MetaMessage("time_signature", numerator=piece.meter[0], denominator=piece.meter[1]),
                mido.MetaMessage("end_of_track"),
            ]
        )
    )
    for name, notation in piece.voices.items():
        midi.tracks.append(_track(name, parse_voice(notation, piece)))
    return midi


def _track(name: str, events: list[Event]) -> mido.MidiTrack:
    # Sorted by (tick, off before on): a repeated note ends before it begins again.
    timed = sorted(
        (tick, kind, pitch)
        for event in events
        for pitch in event.pitches
        for tick, kind in ((event.start, 1), (event.end, 0))
    )
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
    now = 0
    for tick, kind, pitch in timed:
        message = ("note_off", "note_on")[kind]
        track.append(mido.Message(message, note=pitch, velocity=VELOCITY * kind, time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track"))
    return track


def _ticks(position: Fraction) -> int:
    ticks = position * 4 * TICKS_PER_QUARTER
    if ticks.denominator != 1:
        raise ValueError(f"{position} whole notes is no whole number of ticks")
    return int(ticks)


def main() -> None:
    """Write every bundled song into the folder of the first argument, or beside this script."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, piece in PIECES.items():
        encode(piece).save(folder / f"{name}.mid")


if __name__ == "__main__":
    main()
