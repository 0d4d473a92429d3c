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

"""Input from one MIDI keyboard: messages with arrival times, reconnecting after it is unplugged. No ROS."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import mido

from pianomime_core.errors import UserError
from pianomime_midi.jack_server import JackServer
from pianomime_midi.midi_ports import choose_port, is_jack, open_client, stable_name


class MidiInput:
    """An open port: an existing one, or a virtual one that other programs connect to.

    Attributes:
        name: Name of the port.
        connected: False from the `poll` that finds the port or its MIDI system gone to the one that finds it again.
    """

    def __init__(
        self, port: str = "", virtual: str = "", clock: Callable[[], float] = time.monotonic, *, wait: bool = False
    ) -> None:
        """Open a port.

        Args:
            port: Its name or a part of it; empty for the only existing one.
            virtual: Name of a virtual port to create instead; empty for none.
            clock: Clock for the arrival times, in s.
            wait: Accept a missing port; `poll` opens it when it appears.

        Raises:
            UserError: There is no MIDI system, no such port, or it cannot be opened.
        """
        self._clock = clock
        self._messages: deque[tuple[float, list[int]]] = deque()
        self._virtual = virtual
        self._place = ""
        self._others: list[str] = []
        self._client: Any = None
        self._server: JackServer | None = None
        self.name = virtual or port
        self.connected = False
        try:
            self._open()
        except OSError as error:  # the base of rtmidi's errors
            raise UserError(f"MIDI port {self.name!r} cannot be opened, it may be in use: {error}") from error
        except UserError:
            if not wait:
                self.close()
                raise

    def read(self) -> list[tuple[mido.Message, float]]:
        """Return the messages since the last call with their arrival times."""
        messages = []
        while self._messages:
            time_s, data = self._messages.popleft()
            try:
                messages.append((mido.Message.from_bytes(data), time_s))
            except (ValueError, LookupError):  # invalid or missing bytes, for example from a loose cable
                continue
        return messages

    def poll(self) -> bool:
        """Return True if the port has gone or come back since the last call; this lists all ports."""
        was_connected = self.connected
        if self._server is not None and self._server.has_ended:
            # Immediately: a dead client crashes when deleted after a failed search for the next server.
            self.close()
            self._others = []
        if not self.connected:
            if not was_connected:
                with suppress(UserError, OSError):
                    self._open()
        elif not self._virtual:
            ports = self._client.get_ports()
            if self._place not in ports:
                # In JACK, a client whose port was closed receives nothing at a second port.
                self.close()
                # A second keyboard of the same name must not be mistaken for this one.
                self._others = ports
        return self.connected != was_connected

    def close(self) -> None:
        """Close the port."""
        self.connected = False
        if self._client is not None:
            self._client.delete()
        if self._server is not None:
            self._server.close()
        self._client = self._server = None

    def _open(self) -> None:
        """Connect to the MIDI system (slow) if that is not done yet; open the port if it exists."""
        if self._client is None:
            self._client = open_client("MidiIn")
            self._server = JackServer() if is_jack(self._client) else None
            self._client.set_callback(self._receive)
        try:
            if self._virtual:
                self._client.open_virtual_port(self._virtual)
            else:
                index, self._place = self._choose(self.name)
                self.name = stable_name(self._place)
                self._client.open_port(index, "keyboard")
        except OSError:
            self.close()
            raise
        self.connected = True

    def _choose(self, port: str) -> tuple[int, str]:
        ports = self._client.get_ports()
        candidates = [name for name in ports if name not in self._others]
        place = candidates[choose_port(port, candidates)]
        return ports.index(place), place

    def _receive(self, event: tuple[list[int], float], data: object = None) -> None:
        """Called by rtmidi's thread; only stores the message with its time stamp."""
        self._messages.append((self._clock(), event[0]))
