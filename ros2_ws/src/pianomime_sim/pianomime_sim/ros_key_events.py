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

"""Strikes and releases as messages: the keys that crossed their activation angle, with angle and speed at that moment;
the sustain pedal, with position 1 when it goes down and 0 when it comes up.

States at 20 Hz do not show when a key struck, nor how fast: a few ms later it is at its stop.
"""

from collections import Counter

import numpy as np
from builtin_interfaces.msg import Time
from sensor_msgs.msg import JointState

from pianomime_core.key_events import KeyEvent, KeyEventDetector, PedalEvent
from pianomime_core.keyboard import KEY_NAMES, NUM_KEYS
from pianomime_core.ros_messages import PEDAL_DOWN_FROM, SUSTAIN, joint_state
from pianomime_core.ros_named_numbers import MessageError, some_of
from pianomime_core.timing import PHYSICS_TIMESTEP_S
from pianomime_physics.simulator import SimulatorState

_PHYSICS_STEP_NS = round(PHYSICS_TIMESTEP_S * 1e9)
_KEYS = {name: key for key, name in enumerate(KEY_NAMES)}


class KeyEventWriter:
    """Converts the states of successive physics steps to messages."""

    def __init__(self) -> None:
        self._detector = KeyEventDetector()
        self._is_first = True
        self._listeners = 0
        self._pedal = False

    def has_subscribers(self, listeners: int) -> bool:
        """Return True if there are subscribers; after a new one has joined, the next message names all keys again, so
        that late subscribers learn what is held, and nothing is observed while there are none."""
        self._is_first |= listeners > self._listeners
        self._listeners = listeners
        return listeners > 0

    def pedal_message(self, step: float, down: bool) -> JointState:
        """Return the message that the pedal goes down or comes up at the beginning of a control step, or a part of
        it."""
        self._pedal = down
        return joint_state((SUSTAIN,), np.array([float(down)]), np.zeros(1), step=step)

    def message(self, state: SimulatorState) -> JointState | None:
        """Return the keys that struck or were released in this physics step, stamped with its time; None for none.

        The first message names all keys and the pedal, so that subscribers release what an earlier simulator held.
        """
        events = self._detector.update(state.time_s, state.key_angles, state.key_velocities)
        if not events and not self._is_first:
            return None
        keys = list(range(NUM_KEYS)) if self._is_first else [event.key for event in events]
        message = JointState(name=[KEY_NAMES[key] for key in keys])
        message.position = state.key_angles[keys].tolist()
        message.velocity = state.key_velocities[keys].tolist()
        if self._is_first:
            self._is_first = False
            message.name.append(SUSTAIN)
            message.position.append(float(self._pedal))
            message.velocity.append(0.0)
        seconds, nanoseconds = divmod(round(state.time_s / PHYSICS_TIMESTEP_S) * _PHYSICS_STEP_NS, 10**9)
        message.header.stamp = Time(sec=seconds, nanosec=nanoseconds)
        return message


class KeyEventReader:
    """Converts messages to events."""

    def __init__(self) -> None:
        self._detector = KeyEventDetector()
        self._angles = np.zeros(NUM_KEYS)
        self._pedal = False

    def events(self, message: JointState) -> list[KeyEvent | PedalEvent]:
        """Return the events of a message, the pedal first.

        Raises:
            MessageError: Unknown or repeated keys, or numbers that are missing or not finite.
        """
        unknown = [name for name in message.name if name not in _KEYS and name != SUSTAIN]
        if unknown:
            raise MessageError(f"unknown: {some_of(unknown)}")
        if repeated := [name for name, times in Counter(message.name).items() if times > 1]:
            raise MessageError(f"repeated: {some_of(repeated)}")
        if not len(message.name) == len(message.position) == len(message.velocity):
            raise MessageError("each key needs a position and a velocity")
        if not np.isfinite([*message.position, *message.velocity]).all():
            raise MessageError("positions and velocities must be finite numbers")
        time_s = message.header.stamp.sec + message.header.stamp.nanosec * 1e-9
        events: list[KeyEvent | PedalEvent] = []
        velocities = np.zeros(NUM_KEYS)
        for name, position, velocity in zip(message.name, message.position, message.velocity, strict=True):
            if name != SUSTAIN:
                self._angles[_KEYS[name]], velocities[_KEYS[name]] = position, velocity
            elif (down := position >= PEDAL_DOWN_FROM) != self._pedal:
                self._pedal = down
                events.append(PedalEvent(time_s, down))
        return events + self._detector.update(time_s, self._angles, velocities)
