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
        self._place = ""
        self._others: list[str] = []
        self.name = virtual or port
        self.connected = True
        self._client: Any = open_client("MidiIn")
        try:
            if virtual:
                self._client.set_callback(self._hear)
                self._client.open_virtual_port(virtual)
            else:
                self._open(port)
        except OSError as error:  # what rtmidi's errors are
            self.close()
            raise UserError(f"MIDI port {self.name!r} cannot be opened, it may be in use: {error}") from error
        except UserError:
            self.close()
            raise

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
            ports = self._client.get_ports()
            if self._place in ports:
                return False
            self._client.close_port()
            # A second keyboard of the same name is not this one come back.
            self._others = ports
            self.connected = False
            return True
        try:
            self._choose(self.name)
            # A client whose port was closed hears nothing at a second one, in JACK; and a new one takes its time.
            old, self._client = self._client, open_client("MidiIn")
            old.delete()
            self._open(self.name)
        except (UserError, OSError):
            return False
        self.connected = True
        return True

    def close(self) -> None:
        """Leave the port."""
        self._client.delete()

    def _open(self, port: str) -> None:
        self._client.set_callback(self._hear)
        index, self._place = self._choose(port)
        self.name = stable_name(self._place)
        self._client.open_port(index, "keyboard")

    def _choose(self, port: str) -> tuple[int, str]:
        ports = self._client.get_ports()
        candidates = [name for name in ports if name not in self._others]
        place = candidates[choose_port(port, candidates)]
        return ports.index(place), place

    def _hear(self, event: tuple[list[int], float], data: object = None) -> None:
        """Called by rtmidi's thread: the stamp first, all else later."""
        self._messages.append((self._clock(), event[0]))
