"""Strikes and releases as messages: the keys that crossed their activation, with angle and speed at that moment.

States at 20 Hz do not tell how fast a key was when it struck, nor when: a few ms later it is at its stop.
"""

import numpy as np
from builtin_interfaces.msg import Time
from sensor_msgs.msg import JointState

from pianomime_core.key_events import KeyEvent, KeyListener
from pianomime_core.keyboard import KEY_NAMES, NUM_KEYS
from pianomime_core.ros_messages import MessageError
from pianomime_core.timing import PHYSICS_TIMESTEP_S
from pianomime_physics.simulator import SimulatorState

_PHYSICS_STEP_NS = round(PHYSICS_TIMESTEP_S * 1e9)
_KEYS = {name: key for key, name in enumerate(KEY_NAMES)}


class KeyEventWriter:
    """Makes messages of the states of successive physics steps."""

    def __init__(self) -> None:
        self._listener = KeyListener()
        self._is_first = True
        self._listeners = 0

    def is_heard(self, listeners: int) -> bool:
        """Return True if there are listeners; with a new one among them, the next message names all keys again: who
        comes late learns what is held, and nothing has to be watched while nobody listens."""
        self._is_first |= listeners > self._listeners
        self._listeners = listeners
        return listeners > 0

    def message(self, state: SimulatorState) -> JointState | None:
        """Return the keys that struck or were let go in this physics step, stamped with its time; None for none.

        The first message names all keys: whoever heard an earlier simulator lets go what that one held.
        """
        events = self._listener.hear(state.time_s, state.key_angles, state.key_velocities)
        if not events and not self._is_first:
            return None
        keys = list(range(NUM_KEYS)) if self._is_first else [event.key for event in events]
        self._is_first = False
        message = JointState(name=[KEY_NAMES[key] for key in keys])
        message.position = state.key_angles[keys].tolist()
        message.velocity = state.key_velocities[keys].tolist()
        seconds, nanoseconds = divmod(round(state.time_s / PHYSICS_TIMESTEP_S) * _PHYSICS_STEP_NS, 10**9)
        message.header.stamp = Time(sec=seconds, nanosec=nanoseconds)
        return message


class KeyEventReader:
    """Makes events of messages."""

    def __init__(self) -> None:
        self._listener = KeyListener()
        self._angles = np.zeros(NUM_KEYS)

    def events(self, message: JointState) -> list[KeyEvent]:
        """Return what a message tells.

        Raises:
            MessageError: Unknown keys, or numbers that are missing or not finite.
        """
        unknown = [name for name in message.name if name not in _KEYS]
        if unknown:
            raise MessageError(f"unknown: {', '.join(unknown)}")
        if not len(message.name) == len(message.position) == len(message.velocity):
            raise MessageError("each key needs a position and a velocity")
        if not np.isfinite([*message.position, *message.velocity]).all():
            raise MessageError("positions and velocities must be finite numbers")
        keys = [_KEYS[name] for name in message.name]
        velocities = np.zeros(NUM_KEYS)
        self._angles[keys], velocities[keys] = message.position, message.velocity
        time_s = message.header.stamp.sec + message.header.stamp.nanosec * 1e-9
        return self._listener.hear(time_s, self._angles, velocities)
