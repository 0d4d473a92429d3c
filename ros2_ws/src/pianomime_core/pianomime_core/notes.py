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

"""Notes and scores, and how a MIDI file becomes one.

The rules are those of RoboPianist's reader (note_seq on pretty_midi): a note-off ends every note of its pitch and
channel that began before it, a note without length or without end is dropped, pitches outside the 88 keys are
dropped, pedal events count on channels that have notes. Differences, so that the piano plays the whole file and only
what is meant for it: drums (channel 10) are dropped here and played as pitches there, other instruments beside a piano
too (`pianomime_core.instruments`); tempo events count in every track here (`pianomime_core.midi`), in the first there;
silence is trimmed at the earliest onset and the latest offset here (`pianomime_core.piano_roll`), at the first and last
note in file order there, which loses music where a note that begins later ends earlier.
"""

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import mido

from pianomime_core.errors import UserError
from pianomime_core.instruments import DRUM_CHANNEL, EVERYTHING_FOR_A_PIANO, Choice, instruments, played, remark
from pianomime_core.keyboard import HIGHEST_PITCH, LOWEST_PITCH
from pianomime_core.midi import TempoMap, read_midi_file
from pianomime_core.midi_track_reader import CONTROL_CHANGE, NOTE_OFF, NOTE_ON
from pianomime_core.whole_file import write_whole

MAX_DURATION_S = 30 * 60.0

LOUDEST = 127
USUAL_VELOCITY = 64
"""Velocity of a note that has none: the middle of MIDI's 1..127."""

_SUSTAIN_CONTROL = 64
_SUSTAIN_DOWN_FROM = 64
_MOST_ODDITIES = 4

_WRITTEN_TICKS_PER_BEAT = 480
_WRITTEN_TEMPO_US = 500_000
_WRITTEN_TICKS_PER_S = _WRITTEN_TICKS_PER_BEAT * 1e6 / _WRITTEN_TEMPO_US


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


def load_midi(path: str | Path, choice: Choice = EVERYTHING_FOR_A_PIANO) -> Score:
    """Read a MIDI file: everything that is for a piano, or the chosen tracks and channels.

    Raises:
        UserError: The file is missing, unreadable, damaged, without a playable note or longer than 30 minutes, or the
            choice has no notes.
    """
    path = Path(path)
    midi = read_midi_file(path)
    there = instruments(midi)
    try:
        chosen = played(there, choice)
    except UserError as error:
        raise UserError(f"MIDI file {str(path)!r}: {error}") from error
    # Without a choice, drums are counted, to be reported as dropped.
    heard = {
        (each.track, each.channel - 1) for each in (chosen if choice else [*chosen, *(e for e in there if e.is_drums)])
    }
    tempo_map = TempoMap(midi)
    notes: list[Note] = []
    pedal: list[tuple[float, bool]] = []
    drums = out_of_range = struck = 0
    for number, track in enumerate(midi.tracks, 1):
        open_notes: OpenNotes[tuple[int, int], int] = OpenNotes()
        pedal_of_channel: dict[int, list[tuple[float, bool]]] = {}
        channels_with_notes: set[int] = set()
        for tick, kind, channel, pitch, value in track.events:
            if (number, channel) not in heard:
                continue
            is_drum = channel == DRUM_CHANNEL - 1 and not choice.with_drums
            on_keyboard = LOWEST_PITCH <= pitch <= HIGHEST_PITCH
            if kind == CONTROL_CHANGE and pitch == _SUSTAIN_CONTROL:
                event = (tempo_map.seconds(tick), value >= _SUSTAIN_DOWN_FROM)
                pedal_of_channel.setdefault(channel, []).append(event)
            elif kind == NOTE_ON and value > 0:
                struck += 1
                drums += is_drum
                out_of_range += not is_drum and not on_keyboard
                open_notes.begin((channel, pitch), tick, value)
            elif kind in (NOTE_ON, NOTE_OFF):
                for onset, velocity in open_notes.end((channel, pitch), tick):
                    if is_drum:
                        continue
                    channels_with_notes.add(channel)
                    onset_s, offset_s = tempo_map.seconds(onset), tempo_map.seconds(tick)
                    # Onset and offset coincide if a tick is shorter than the resolution of a float.
                    if on_keyboard and onset_s < offset_s:
                        notes.append(Note(pitch, onset_s, offset_s, velocity))
        for channel in sorted(channels_with_notes):
            pedal += pedal_of_channel.get(channel, [])
    dropped = Dropped(drums=drums, out_of_range=out_of_range, zero_length=struck - drums - out_of_range - len(notes))
    if not notes:
        held = dropped if struck else "no note at all"
        raise UserError(
            f"MIDI file {str(path)!r} has no note for a piano but {held}: it needs notes of pitch {LOWEST_PITCH}.."
            f"{HIGHEST_PITCH}, longer than zero, on a channel other than 10 (drums, unless channel 10 is chosen)"
        )
    remarks = tuple(filter(None, (_odd(midi.oddities), remark(there, chosen))))
    score = Score(
        tuple(sorted(notes, key=_onset_and_pitch)), tuple(sorted(pedal, key=_time)), path.stem, dropped, remarks
    )
    duration_s = score.end_s - score.start_s
    if duration_s > MAX_DURATION_S:
        raise UserError(
            f"MIDI file {str(path)!r} lasts {duration_s / 60:.0f} minutes: the limit is {MAX_DURATION_S / 60:.0f}"
        )
    return score


def _odd(oddities: list[str]) -> str:
    named = "; ".join(oddities[:_MOST_ODDITIES])
    more = len(oddities) - _MOST_ODDITIES
    return f"is played, though {named}{f'; and {more} more like it' if more > 0 else ''}" if oddities else ""


def _onset_and_pitch(note: Note) -> tuple[float, int]:
    return note.onset_s, note.pitch


def _time(event: tuple[float, bool]) -> float:
    return event[0]


def save_midi(score: Score, path: str | Path) -> None:
    """Write a score as a MIDI file of one track; times are rounded to its ticks of 1/960 s (a frame is 48 ticks).

    Raises:
        UserError: The file cannot be written.
    """
    events = [(note.onset_s, 2, ("note_on", note.pitch, note.velocity)) for note in score.notes]
    events += [(note.offset_s, 0, ("note_off", note.pitch, 0)) for note in score.notes]
    events += [(time_s, 1, ("control_change", _SUSTAIN_CONTROL, 127 * down)) for time_s, down in score.sustain]
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=_WRITTEN_TEMPO_US)])
    last_tick = 0
    # At equal times: note-offs, then the pedal, then note-ons, so that a repeated note is not ended at once.
    for tick, _, (kind, number, value) in sorted(
        ((round(time_s * _WRITTEN_TICKS_PER_S), order, data) for time_s, order, data in events),
        key=lambda event: event[:2],
    ):
        names = ("control", "value") if kind == "control_change" else ("note", "velocity")
        track.append(mido.Message(kind, time=tick - last_tick, **dict(zip(names, (number, value), strict=True))))
        last_tick = tick
    try:
        file = mido.MidiFile(type=0, ticks_per_beat=_WRITTEN_TICKS_PER_BEAT, tracks=[track])
        write_whole(Path(path), file.save)
    except OSError as error:
        raise UserError(f"MIDI file {str(path)!r} cannot be written: {error.strerror}") from error
