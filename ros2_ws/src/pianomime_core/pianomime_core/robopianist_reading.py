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

"""The notes of a MIDI file by RoboPianist's rules, for the benchmark.

The rules are those of its reader (note_seq on pretty_midi): a note-off ends every note of its pitch and channel that
began before it, a note without length or without end is dropped, pitches outside the 88 keys are dropped, pedal events
count on channels that have notes. Differences, so that the piano plays the whole file and only what is meant for it:
drums (channel 10) are dropped here and played as pitches there, other instruments beside a piano too
(`pianomime_core.instruments`); tempo events count in every track here (`pianomime_core.midi`), in the first there;
silence is trimmed at the earliest onset and the latest offset here (`pianomime_core.piano_roll`), at the first and last
note in file order there, which loses music where a note that begins later ends earlier.
"""

from collections.abc import Set

from pianomime_core.instruments import DRUM_CHANNEL
from pianomime_core.keyboard import HIGHEST_PITCH, LOWEST_PITCH
from pianomime_core.midi import TempoMap
from pianomime_core.midi_pedal import SUSTAIN_CONTROL, SUSTAIN_DOWN_FROM
from pianomime_core.midi_track_reader import CONTROL_CHANGE, NOTE_OFF, NOTE_ON
from pianomime_core.midi_tracks import MidiTracks
from pianomime_core.note_pairing import OpenNotes
from pianomime_core.notes import Dropped, Note
from pianomime_core.reading_rules import Reading


def robopianist_reading(midi: MidiTracks, heard: Set[tuple[int, int]], *, with_drums: bool) -> Reading:
    """Read the channels `heard`, (track from 1, channel from 0); channel 10 only with drums, else it is counted."""
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
            is_drum = channel == DRUM_CHANNEL - 1 and not with_drums
            on_keyboard = LOWEST_PITCH <= pitch <= HIGHEST_PITCH
            if kind == CONTROL_CHANGE and pitch == SUSTAIN_CONTROL:
                event = (tempo_map.seconds(tick), value >= SUSTAIN_DOWN_FROM)
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
    return Reading(notes, pedal, dropped)
