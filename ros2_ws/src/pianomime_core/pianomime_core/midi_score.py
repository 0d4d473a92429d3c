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

"""MIDI files as scores, and scores as MIDI files."""

from collections.abc import Sequence
from pathlib import Path

import mido

from pianomime_core.errors import UserError
from pianomime_core.instruments import EVERYTHING_FOR_A_PIANO, Choice, instruments, played, remark
from pianomime_core.keyboard import HIGHEST_PITCH, LOWEST_PITCH
from pianomime_core.midi import read_midi_file
from pianomime_core.midi_pedal import SUSTAIN_CONTROL
from pianomime_core.musical_reading import musical_reading
from pianomime_core.notes import MAX_DURATION_S, Note, Score
from pianomime_core.reading_rules import ReadingRules
from pianomime_core.robopianist_reading import robopianist_reading
from pianomime_core.whole_file import write_whole

_READINGS = {ReadingRules.ROBOPIANIST: robopianist_reading, ReadingRules.MUSICAL: musical_reading}
_LENGTH_NEEDED = {ReadingRules.ROBOPIANIST: ", longer than zero", ReadingRules.MUSICAL: ""}
_MOST_ODDITIES = 4

_WRITTEN_TICKS_PER_BEAT = 480
_WRITTEN_TEMPO_US = 500_000
_WRITTEN_TICKS_PER_S = _WRITTEN_TICKS_PER_BEAT * 1e6 / _WRITTEN_TEMPO_US


def load_midi(
    path: str | Path, choice: Choice = EVERYTHING_FOR_A_PIANO, rules: ReadingRules = ReadingRules.ROBOPIANIST
) -> Score:
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
    reading = _READINGS[rules](midi, heard, with_drums=choice.with_drums)
    if not reading.notes:
        held = reading.dropped if there else "no note at all"
        raise UserError(
            f"MIDI file {str(path)!r} has no note for a piano but {held}: it needs notes of pitch {LOWEST_PITCH}.."
            f"{HIGHEST_PITCH}{_LENGTH_NEEDED[rules]}, on a channel other than 10 (drums, unless channel 10 is chosen)"
        )
    score = Score(
        tuple(sorted(reading.notes, key=_onset_and_pitch)),
        tuple(sorted(reading.sustain, key=_time)),
        path.stem,
        reading.dropped,
        tuple(filter(None, (_odd(midi.oddities), remark(there, chosen), _changed(reading.changed)))),
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


def _changed(changes: Sequence[str]) -> str:
    return f"is read for one piano: {'; '.join(changes)}" if changes else ""


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
    events += [(time_s, 1, ("control_change", SUSTAIN_CONTROL, 127 * down)) for time_s, down in score.sustain]
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
