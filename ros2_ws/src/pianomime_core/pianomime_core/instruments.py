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

"""The instruments of a MIDI file, and which of them the robot plays: the obvious pianos, all, or a selection.

An instrument is one channel of one track. Tracks and channels count from 1, as musicians count them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pianomime_core.errors import UserError
from pianomime_core.midi_track_reader import NOTE_ON, PROGRAM_CHANGE
from pianomime_core.midi_tracks import MAX_TRACKS, MidiTracks

DRUM_CHANNEL = 10
HIGHEST_CHANNEL = 16

_PROGRAMS_PER_FAMILY = 8
_FAMILIES = (
    "piano",
    "chromatic percussion",
    "organ",
    "guitar",
    "bass",
    "strings",
    "ensemble",
    "brass",
    "reed",
    "pipe",
    "synth lead",
    "synth pad",
    "synth effects",
    "ethnic",
    "percussive",
    "sound effects",
)
"""Of General MIDI, eight programs each."""
_PIANO = _FAMILIES[0]
_HANDS = 2
_LONGEST_NAME = 30
_MOST_NAMED = 6


@dataclass(frozen=True)
class Choice:
    """A selection of tracks and channels of a file: notes in one of `tracks` and on one of `channels`; empty for all.

    Drums are played as pitches if channel 10 is selected.
    """

    tracks: tuple[int, ...] = ()
    channels: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tracks or self.channels)

    @property
    def with_drums(self) -> bool:
        """Whether channel 10 is played as pitches."""
        return DRUM_CHANNEL in self.channels


EVERYTHING_FOR_A_PIANO = Choice()


def choice(tracks: str = "", channels: str = "") -> Choice:
    """Parse a choice: numbers separated by commas, "2,3"; empty for no choice.

    Raises:
        UserError: They are not such numbers.
    """
    return Choice(numbers("tracks", tracks, MAX_TRACKS), numbers("channels", channels, HIGHEST_CHANNEL))


def numbers(what: str, text: str, highest: int) -> tuple[int, ...]:
    """Parse "2,3", or "2,", which is one number where YAML would not read "2" as text: whole numbers from 1.

    Raises:
        UserError: The text is something else; the message calls it `what`.
    """
    words = [word.strip() for word in text.strip().removesuffix(",").split(",")] if text.strip() else []
    if not all(word.isascii() and word.isdigit() and len(word) < 6 and 1 <= int(word) <= highest for word in words):
        raise UserError(f"{what} {text!r}: want whole numbers from 1 to {highest}, separated by commas")
    return tuple(int(word) for word in words)


@dataclass(frozen=True)
class Instrument:
    """A channel of a track that has notes.

    Attributes:
        track: From 1.
        channel: From 1.
        name: Name of the track.
        programs: Programs its notes begin with, 0..127; None where the file sets none.
    """

    track: int
    channel: int
    name: str
    programs: frozenset[int | None]

    @property
    def is_drums(self) -> bool:
        """Whether it is on channel 10."""
        return self.channel == DRUM_CHANNEL

    @property
    def families(self) -> tuple[str, ...]:
        """General MIDI families of its programs; a piano where none is set."""
        known = sorted({(program or 0) // _PROGRAMS_PER_FAMILY for program in self.programs})
        return ("drums",) if self.is_drums else tuple(_FAMILIES[family] for family in known)

    @property
    def may_be_piano(self) -> bool:
        """Whether it may be a piano: nothing says that it is something else."""
        return not self.is_drums and (_PIANO in self.families or _PIANO in self.name.lower())

    def __str__(self) -> str:
        """For example: track 2 'Strings' (channel 3, strings)."""
        name = f" {self.name[:_LONGEST_NAME].strip()!r}" if self.name.strip() else ""
        return f"track {self.track}{name} (channel {self.channel}, {' and '.join(self.families)})"


def instruments(midi: MidiTracks) -> list[Instrument]:
    """Return the instruments of a file, in the order of its tracks and channels."""
    # A program may be set in a different track from the notes.
    elsewhere: dict[int, int] = {}
    for track in midi.tracks:
        for event in track.events:
            if event.kind == PROGRAM_CHANGE:
                elsewhere.setdefault(event.channel, event.number)
    found = []
    for number, track in enumerate(midi.tracks, 1):
        now: dict[int, int] = {}
        programs: dict[int, set[int | None]] = {}
        for event in track.events:
            if event.kind == PROGRAM_CHANGE:
                now[event.channel] = event.number
            elif event.kind == NOTE_ON and event.value > 0:
                program = now.get(event.channel, elsewhere.get(event.channel))
                programs.setdefault(event.channel, set()).add(program)
        found += [
            Instrument(number, channel + 1, track.name, frozenset(programs[channel])) for channel in sorted(programs)
        ]
    return found


def played(there: Sequence[Instrument], wanted: Choice = EVERYTHING_FOR_A_PIANO) -> list[Instrument]:
    """Return the chosen instruments; without a choice the pianos, if all others are clearly something else.

    If all may be pianos, or none, all are played. Drums are included only if channel 10 is chosen.

    Raises:
        UserError: A chosen track or channel has no notes.
    """
    tonal = [each for each in there if wanted.with_drums or not each.is_drums]
    if not wanted:
        return [each for each in tonal if each.may_be_piano] or tonal
    for what, numbers, legal in (
        ("track", wanted.tracks, {each.track for each in there}),
        ("channel", wanted.channels, {each.channel for each in there}),
    ):
        for number in numbers:
            if number not in legal:
                raise UserError(f"{what} {number} has no notes; notes are in {_list(there)}")
    chosen = [
        each
        for each in tonal
        if (not wanted.tracks or each.track in wanted.tracks)
        and (not wanted.channels or each.channel in wanted.channels)
    ]
    if not chosen:
        raise UserError(
            f"tracks and channels together choose nothing (drums only if channel {DRUM_CHANNEL} is chosen); notes are "
            f"in {_list(there)}"
        )
    return chosen


def remark(there: Sequence[Instrument], chosen: Sequence[Instrument]) -> str:
    """Describe what is played and what is not; empty if all is played and is one piano, or two (one per hand)."""
    who_plays = set(chosen)
    playing = [each for each in there if each in who_plays]
    silent = [each for each in there if each not in who_plays and not each.is_drums]
    pianos = {each.channel for each in playing if each.families == (_PIANO,)}
    if not silent and all(each.channel in pianos for each in playing) and len(pianos) <= _HANDS:
        return ""
    left_out = f"; left out: {_list(silent)}" if silent else ""
    return f"has several instruments, of which are played: {_list(playing)}{left_out} (tracks and channels choose)"


def _list(there: Sequence[Instrument]) -> str:
    names = [str(each) for each in there[:_MOST_NAMED]]
    more = len(there) - len(names)
    return ", ".join([*names, f"{more} more"] if more else names) or "none"
