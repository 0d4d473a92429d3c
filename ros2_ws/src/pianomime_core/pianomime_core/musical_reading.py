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

"""The notes of a MIDI file as a pianist reads it: all that is for a piano, on the keys and the pedal of one.

Note-ons and note-offs are paired first in, first out, on each channel of each track
(`pianomime_core.note_pairing`); then all that is written for a key becomes its notes (`pianomime_core.written_notes`).

Each channel of each track has its own pedal, with hysteresis for half pedals; the piano's is down while one of them is
(`pianomime_core.midi_pedal`). As in players, which know channels but no tracks, a track without notes moves the
pedal for the notes of its channel in other tracks, and the pedal of a channel that plays no notes is heard by nobody.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Set

from pianomime_core.instruments import DRUM_CHANNEL
from pianomime_core.keyboard import HIGHEST_PITCH, LOWEST_PITCH
from pianomime_core.midi import TempoMap
from pianomime_core.midi_pedal import SUSTAIN_CONTROL, SUSTAIN_DOWN_FROM, SustainPedal
from pianomime_core.midi_track_reader import CONTROL_CHANGE, NOTE_OFF, NOTE_ON
from pianomime_core.midi_tracks import MidiTracks
from pianomime_core.note_pairing import first_in_first_out
from pianomime_core.notes import Dropped
from pianomime_core.reading_rules import Reading
from pianomime_core.written_notes import WrittenNote, in_words, notes_of_key

UNHEARD_PEDAL = "pedal-down event{s} on channels that play nothing, left out"


def musical_reading(midi: MidiTracks, heard: Set[tuple[int, int]], *, with_drums: bool) -> Reading:
    """Read the channels `heard`, (track from 1, channel from 0); channel 10 only with drums, else it is counted."""
    seconds = TempoMap(midi).seconds
    written: defaultdict[int, list[WrittenNote]] = defaultdict(list)
    drums = out_of_range = 0
    for (_, channel, pitch), events in _key_events(midi, heard).items():
        strikes = sum(velocity > 0 for _, velocity in events)
        if channel == DRUM_CHANNEL - 1 and not with_drums:
            drums += strikes
        elif not LOWEST_PITCH <= pitch <= HIGHEST_PITCH:
            out_of_range += strikes
        else:
            written[pitch] += (
                WrittenNote(seconds(onset), math.inf if end is None else seconds(end), velocity)
                for onset, end, velocity in first_in_first_out(events)
            )
    # The piece ends with its last note-off. What begins later and has no end lasts as long as the file does.
    note_offs_s = (note.end_s for of_key in written.values() for note in of_key if note.end_s < math.inf)
    ends_s = (
        max(note_offs_s, default=0.0),
        seconds(max((midi.tracks[number - 1].end for number, _ in heard), default=0)),
    )
    changes: Counter[str] = Counter()
    notes = [note for pitch, of_key in written.items() for note in notes_of_key(pitch, of_key, ends_s, changes)]
    sustain = [(seconds(tick), down) for tick, down in _pedal(midi, heard, changes, with_drums=with_drums)]
    return Reading(notes, sustain, Dropped(drums=drums, out_of_range=out_of_range), tuple(in_words(changes)))


def _key_events(midi: MidiTracks, heard: Set[tuple[int, int]]) -> dict[tuple[int, int, int], list[tuple[int, int]]]:
    """The (tick, velocity) of each (track, channel, pitch); velocity 0 for a note-off."""
    events: defaultdict[tuple[int, int, int], list[tuple[int, int]]] = defaultdict(list)
    for number, track in enumerate(midi.tracks, 1):
        for tick, kind, channel, pitch, value in track.events:
            if kind in (NOTE_ON, NOTE_OFF) and (number, channel) in heard:
                events[number, channel, pitch].append((tick, value if kind == NOTE_ON else 0))
    return events


def _pedal(
    midi: MidiTracks, heard: Set[tuple[int, int]], changes: Counter[str], *, with_drums: bool
) -> list[tuple[int, bool]]:
    """The (tick, down) of each change of the piano's pedal, and in `changes` what is left out."""
    playing = {channel for _, channel in heard if with_drums or channel != DRUM_CHANNEL - 1}
    with_notes = {
        (number, event.channel)
        for number, track in enumerate(midi.tracks, 1)
        for event in track.events
        if event.kind == NOTE_ON and event.value > 0
    }
    controls = []
    for number, track in enumerate(midi.tracks, 1):
        for event in track.events:
            part = (number, event.channel)
            # The pedals of instruments that are not played are theirs.
            if event.kind != CONTROL_CHANGE or (part in with_notes and part not in heard):
                continue
            if event.channel in playing:
                controls.append((event.tick, part, event.number, event.value))
            elif part not in with_notes and event.number == SUSTAIN_CONTROL:
                changes[UNHEARD_PEDAL] += event.value >= SUSTAIN_DOWN_FROM
    controls.sort(key=lambda control: control[0])
    pedal: SustainPedal[tuple[int, int]] = SustainPedal()
    return [(tick, pedal.down) for tick, part, number, value in controls if pedal.control(part, number, value)]
