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

"""Converts the messages of a MIDI keyboard into clean key and pedal events: every key that goes down comes up again.

A key is held by the channels that struck it: a note-on for a held key strikes it again (RoboPianist's rule for
overlapping notes), and it comes up when the last channel releases it, as in `pianomime_core.goal_window.note_events`
for files. So does the pedal, by the same code as in files (`pianomime_core.midi_pedal`). Live input adds that
note-ons of velocity 0 are note-offs, keyboards with two voices send each key on two channels, all-notes-off has several
forms (MIDI 1.0, channel mode messages 120 to 127), cables are pulled out, and keys stick.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import mido

from pianomime_core.goal_window import NoteEvent
from pianomime_core.keyboard import HIGHEST_PITCH, LOWEST_PITCH
from pianomime_core.midi_pedal import SustainPedal

SAME_STRIKE_S = 0.02
"""A second channel within this time belongs to the same strike: nobody repeats a key so quickly."""
# All sound off, all notes off, and the four mode changes, which also release all notes.
_NOTES_OFF_CONTROLS = (120, 123, 124, 125, 126, 127)


@dataclass(frozen=True)
class KeyboardConfig:
    """Settings of a keyboard.

    Attributes:
        channel: The only MIDI channel to use, 1..16; None for all.
        transpose: Semitones added to every pitch.
        longest_note_s: A key held longer than this is released: its note-off was lost.
    """

    channel: int | None = None
    transpose: int = 0
    longest_note_s: float = 30.0


class KeyboardEvents:
    """Messages in, events out. Times are in seconds of the caller's clock and must not decrease.

    Attributes:
        received: Number of notes struck on the 88 keys.
        outside: Number of notes dropped because they are not on the 88 keys.
        stuck: Number of keys released because they were held too long.
    """

    def __init__(self, config: KeyboardConfig, warn: Callable[[str], None]) -> None:
        """`warn`: Called once for the first note outside the 88 keys, and once for the first stuck key."""
        self._config = config
        self._warn = warn
        self._holders: dict[int, set[int]] = {}
        # When each key was last struck, and on which channel.
        self._struck_s: dict[int, float] = {}
        self._striker: dict[int, int] = {}
        self._pedal: SustainPedal[int] = SustainPedal()
        self.received = self.outside = self.stuck = 0

    @property
    def held(self) -> tuple[int, ...]:
        """The pitches that are down, lowest first."""
        return tuple(sorted(self._holders))

    def receive(self, message: mido.Message, time_s: float) -> list[NoteEvent]:
        """Return the events of a message, usually one or none."""
        if message.type == "reset":
            return self.release_all(time_s)
        channel = getattr(message, "channel", None)
        if channel is None or self._config.channel not in (None, channel + 1):
            return []
        if message.type == "note_on" and message.velocity > 0:
            return self._strike(message.note + self._config.transpose, message.velocity, channel, time_s)
        if message.type in ("note_on", "note_off"):
            return self._release(message.note + self._config.transpose, channel, time_s)
        if message.type == "control_change":
            return self._control(message.control, message.value, channel, time_s)
        return []

    def release_all(self, time_s: float) -> list[NoteEvent]:
        """Release every key and the pedal, when the keyboard is gone."""
        pitches = self.held
        self._holders.clear()
        lifted = [NoteEvent(time_s, False)] if self._pedal.lift() else []
        return [NoteEvent(time_s, False, pitch) for pitch in pitches] + lifted

    def expire(self, now_s: float) -> list[NoteEvent]:
        """Release keys held for longer than `longest_note_s`, each at the end of that time."""
        longest_s = self._config.longest_note_s
        stuck = [pitch for pitch in self._holders if now_s - self._struck_s[pitch] > longest_s]
        if stuck and not self.stuck:
            self._warn(f"a key held for more than {longest_s:g} s is released: its note-off must have been lost")
        self.stuck += len(stuck)
        for pitch in stuck:
            del self._holders[pitch]
        return [NoteEvent(self._struck_s[pitch] + longest_s, False, pitch) for pitch in stuck]

    def _strike(self, pitch: int, velocity: int, channel: int, time_s: float) -> list[NoteEvent]:
        if not LOWEST_PITCH <= pitch <= HIGHEST_PITCH:
            if not self.outside:
                self._warn(
                    f"a note outside the 88 keys (pitch {pitch}; the piano has {LOWEST_PITCH}..{HIGHEST_PITCH}) is "
                    "left out, as all others like it will be: transpose by octaves of 12"
                )
            self.outside += 1
            return []
        if self._is_second_voice(pitch, channel, time_s):
            if pitch in self._holders:
                self._holders[pitch].add(channel)
            return []
        self.received += 1
        self._holders.setdefault(pitch, set()).add(channel)
        self._struck_s[pitch] = time_s
        self._striker[pitch] = channel
        return [NoteEvent(time_s, True, pitch, velocity)]

    def _is_second_voice(self, pitch: int, channel: int, time_s: float) -> bool:
        struck_s = self._struck_s.get(pitch, -math.inf)
        return time_s - struck_s <= SAME_STRIKE_S and channel not in {
            self._striker[pitch],
            *self._holders.get(pitch, ()),
        }

    def _release(self, pitch: int, channel: int, time_s: float) -> list[NoteEvent]:
        holders = self._holders.get(pitch, set())
        if channel not in holders:
            return []
        holders.remove(channel)
        if holders:
            return []
        del self._holders[pitch]
        return [NoteEvent(time_s, False, pitch)]

    def _control(self, control: int, value: int, channel: int, time_s: float) -> list[NoteEvent]:
        if control in _NOTES_OFF_CONTROLS:
            return [event for pitch in self.held for event in self._release(pitch, channel, time_s)]
        moved = self._pedal.control(channel, control, value)
        return [NoteEvent(time_s, self._pedal.down)] if moved else []
