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

"""A MIDI port as an instrument, for other programs, synthesizers and player pianos."""

from pianomime_midi.midi_ports import choose_port, open_client

_NOTE_ON, _NOTE_OFF, _CONTROL, _SUSTAIN, _ALL_NOTES_OFF = 0x90, 0x80, 0xB0, 64, 123


def output_ports() -> tuple[str, ...]:
    """Return the names of the available output ports.

    Raises:
        UserError: No MIDI system is available.
    """
    client = open_client("MidiOut")
    try:
        return tuple(client.get_ports())
    finally:
        client.delete()


class MidiOut:
    """An `Instrument` on MIDI channel 1.

    Args:
        port: Name of a port, or part of it.
        virtual: Name of a virtual port to create instead, for other programs to connect to.

    Raises:
        UserError: Unknown or ambiguous port (the message lists the ports), or no MIDI system.
    """

    def __init__(self, port: str = "", virtual: str = "") -> None:
        self._pedal = False
        self._client = open_client("MidiOut")
        try:
            if virtual:
                self._client.open_virtual_port(virtual)
            else:
                self._client.open_port(choose_port(port, self._client.get_ports()), "out")
        except BaseException:
            self._client.delete()
            raise

    def press(self, pitch: int, velocity: int) -> None:
        self._client.send_message([_NOTE_ON, pitch, velocity])

    def release(self, pitch: int) -> None:
        self._client.send_message([_NOTE_OFF, pitch, 0])

    def pedal(self, down: bool) -> None:
        self._pedal = down
        self._client.send_message([_CONTROL, _SUSTAIN, 127 * down])

    def close(self) -> None:
        if self._pedal:
            self.pedal(False)
        self._client.send_message([_CONTROL, _ALL_NOTES_OFF, 0])
        self._client.close_port()
        self._client.delete()
