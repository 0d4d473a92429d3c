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

"""What moving keys play: strikes with a MIDI velocity from their speed, releases, and the resulting notes.

A key strikes when it crosses its activation angle on the way down, and is released when it crosses it on the way up,
so that the sound agrees with the `pressed` of the metrics. To a listener it is released further up (`HEARD_RAD`): a
key that trembles at its stop is struck once.

Loudness: on a grand piano the hammer flies about five times as fast as the front of the key moves (Askenfelt and
Jansson, "From touch to string vibrations", 1990), and MIDI velocities are a logarithm of the hammer's speed, `52 + 25
log2(speed in m/s)` on the Bösendorfer SE290 (Goebl, "The role of timing and intensity in the production and
perception of melody in expressive piano performance", 2003, eq. 3.2): half as fast is 25 softer. The planner's keys
move at .26 to .62 m/s (5 to 95 %): velocities 61 to 93.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import BLACK_KEY, KEYBOARD, LOWEST_PITCH, NUM_KEYS, WHITE_KEY
from pianomime_core.notes import LOUDEST, Note, Score

HAMMER_RATIO = 5.0
"""Speed of the hammer relative to the front of the key."""
HEARD_RAD = math.radians(1.5)
"""Distance from its stop beyond which a key that was struck has been let go, to a listener."""
VELOCITY_AT_1_M_S = 52.0
VELOCITY_PER_DOUBLING = 25.0
SOFTEST = 1

_KEY_LENGTH_M = np.where(KEYBOARD.is_black, BLACK_KEY.length_m, WHITE_KEY.length_m)


@dataclass(frozen=True)
class KeyEvent:
    """A key, 0..87, bass first, that strikes with a MIDI velocity 1..127 or is released (velocity 0)."""

    time_s: float
    key: int
    velocity: int

    @property
    def pitch(self) -> int:
        """MIDI pitch of the key."""
        return LOWEST_PITCH + self.key


@dataclass(frozen=True)
class PedalEvent:
    """The sustain pedal goes down or comes up."""

    time_s: float
    down: bool


def pedal_events(pedal: NDArray[np.bool_], step_s: float) -> list[PedalEvent]:
    """Return the changes of a pedal (T,) that is held through steps of `step_s`, up before the first."""
    before = np.concatenate([[False], pedal[:-1]])
    return [PedalEvent(int(step) * step_s, bool(pedal[step])) for step in np.flatnonzero(pedal != before)]


def midi_velocity(key: int, key_velocity_rad_s: float) -> int:
    """Return the MIDI velocity, 1..127, of a key that goes down at an angular velocity [rad/s]."""
    hammer_m_s = HAMMER_RATIO * float(_KEY_LENGTH_M[key]) * key_velocity_rad_s
    if hammer_m_s <= 0:
        return SOFTEST
    velocity = VELOCITY_AT_1_M_S + VELOCITY_PER_DOUBLING * math.log2(hammer_m_s)
    return round(min(max(velocity, SOFTEST), LOUDEST))


class KeyEventDetector:
    """Detects strikes and releases in successive states of the keys, which are all up at first.

    Args:
        release_rad: Distance from its stop beyond which a struck key is released; 0: as soon as it is not pressed.
    """

    def __init__(self, release_rad: float = 0.0) -> None:
        self._release_rad = release_rad
        self._pressed = np.zeros(NUM_KEYS, dtype=np.bool_)

    def update(
        self, time_s: float, key_angles: NDArray[np.float64], key_velocities: NDArray[np.float64]
    ) -> list[KeyEvent]:
        """Return the events since the last state, bass first.

        Args:
            time_s: Time of this state.
            key_angles: (88,) rad.
            key_velocities: (88,) rad/s, the speed of a key that strikes.
        """
        near_stop = KEYBOARD.travel_rad - key_angles <= self._release_rad
        pressed = KEYBOARD.pressed(key_angles) | (self._pressed & near_stop)
        changed = np.flatnonzero(pressed != self._pressed)
        self._pressed = pressed
        return [
            KeyEvent(time_s, int(key), midi_velocity(int(key), float(key_velocities[key])) if pressed[key] else 0)
            for key in changed
        ]


def played_notes(events: Iterable[KeyEvent], end_s: float, title: str = "", pedal: Iterable[PedalEvent] = ()) -> Score:
    """Return the events of a performance as notes; keys and pedal still down at the end are released then.

    Notes end when their keys are released; sustaining them while the pedal is down is up to the instrument, as in MIDI.

    Args:
        events: Sorted by time.
        end_s: When the performance ends, later than every strike.
        title: Title of the score.
        pedal: Changes of the pedal, sorted by time.
    """
    notes: list[Note] = []
    down: dict[int, KeyEvent] = {}
    for event in events:
        struck = down.pop(event.key, None)
        if struck is not None:
            notes.append(Note(struck.pitch, struck.time_s, event.time_s, struck.velocity))
        if event.velocity:
            down[event.key] = event
    notes += [Note(struck.pitch, struck.time_s, end_s, struck.velocity) for struck in down.values()]
    sustain = [(event.time_s, event.down) for event in pedal]
    if sustain and sustain[-1][1]:
        sustain.append((end_s, False))
    return Score(tuple(sorted(notes, key=lambda note: (note.onset_s, note.pitch))), tuple(sustain), title)
