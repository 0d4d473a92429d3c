"""One MIDI keyboard: what it sends with the time it came, through unplugging and plugging in again. No ROS."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import mido

from pianomime_core.errors import UserError
from pianomime_core.midi_ports import choose_port, open_client, stable_name


class MidiInput:
    """An open port: one that exists, or a virtual one that other programs connect to.

    Attributes:
        name: Of the port.
        connected: False from the `look` that misses the port to the one that finds it again.
    """

    def __init__(self, port: str = "", virtual: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        """Open a port.

        Args:
            port: Its name or a part of it; empty for the only one there is.
            virtual: Name of a port to make instead; empty for none.
            clock: Time of events, in s.

        Raises:
            UserError: There is no MIDI system, no such port, or it cannot be opened.
        """
        self._clock = clock
        self._messages: deque[tuple[float, list[int]]] = deque()
        self._virtual = virtual
        self._client: Any = None
        self._place = ""
        self.name = virtual or port
        self.connected = True
        try:
            self._open(port)
        except OSError as error:  # what rtmidi's errors are
            raise UserError(f"MIDI port {self.name!r} cannot be opened, it may be in use: {error}") from error

    def read(self) -> list[tuple[mido.Message, float]]:
        """Return the messages since the last call, each with the time at which it came."""
        messages = []
        while self._messages:
            time_s, data = self._messages.popleft()
            try:
                messages.append((mido.Message.from_bytes(data), time_s))
            except ValueError:  # a message torn by a loose cable
                continue
        return messages

    def look(self) -> bool:
        """Return True if the port has gone, or come back, since the last look; costs a look-up of all ports."""
        if self._virtual:
            return False
        if self.connected:
            if self._place in self._client.get_ports():
                return False
            # A new client each time: this one may belong to a server that has ended.
            self.close()
            self.connected = False
            return True
        try:
            self._open(self.name)
        except (UserError, OSError):
            return False
        self.connected = True
        return True

    def close(self) -> None:
        """Leave the port."""
        if self._client is not None:
            self._client.delete()
            self._client = None

    def _open(self, port: str) -> None:
        self._client = open_client("MidiIn")
        try:
            self._client.set_callback(self._hear)
            if self._virtual:
                self._client.open_virtual_port(self._virtual)
                return
            ports = self._client.get_ports()
            index = choose_port(port, ports)
            self.name, self._place = stable_name(ports[index]), ports[index]
            self._client.open_port(index, "keyboard")
        except BaseException:
            self.close()
            raise

    def _hear(self, event: tuple[list[int], float], data: object = None) -> None:
        """Called by rtmidi's thread: the stamp first, all else later."""
        self._messages.append((self._clock(), event[0]))
