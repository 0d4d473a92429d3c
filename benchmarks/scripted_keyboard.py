"""A scripted MIDI keyboard on a real port, and a MIDI system for machines without one.

If the kernel has no sequencer (containers, many virtual machines), JACK's server with its dummy driver needs neither
sound card nor privileges: Debian package jackd2.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import rtmidi

from pianomime_core.errors import UserError
from pianomime_core.goal_window import note_events
from pianomime_core.notes import Score
from pianomime_midi.midi_ports import open_client

CLIENT = "Scripted Piano"
_SERVER_VARIABLE = "JACK_DEFAULT_SERVER"
_PATIENCE_S = 20.0


class JackDummy:
    """Our own JACK server, in this process's environment from `begin` to `end`; it can be started again."""

    def __init__(self) -> None:
        self._name = f"pianomime-{os.getpid()}"
        self._process: subprocess.Popen[bytes] | None = None
        self._before = os.environ.get(_SERVER_VARIABLE)

    def begin(self) -> None:
        """Start it and wait until it answers.

        Raises:
            UserError: jackd is missing or does not start.
        """
        if shutil.which("jackd") is None:
            raise UserError("no MIDI ports here: neither ALSA's sequencer nor jackd (Debian package jackd2)")
        os.environ[_SERVER_VARIABLE] = self._name
        command = ["jackd", "--no-realtime", "-n", self._name, "-d", "dummy", "-r", "48000", "-p", "512"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline_s = time.monotonic() + _PATIENCE_S
        while self._process.poll() is None and time.monotonic() < deadline_s:
            with suppress(UserError):
                open_client("MidiOut").delete()
                return
            time.sleep(0.1)
        self.end()
        raise UserError("jackd does not start here")

    def end(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=_PATIENCE_S)
            self._process = None
        if self._before is None:
            os.environ.pop(_SERVER_VARIABLE, None)
        else:
            os.environ[_SERVER_VARIABLE] = self._before


@contextmanager
def midi_system() -> Iterator[JackDummy | None]:
    """Return None for the machine's own MIDI system, or our own JACK server.

    Raises:
        UserError: There is no MIDI system.
    """
    if Path("/dev/snd/seq").exists():
        yield None
        return
    server = JackDummy()
    server.begin()
    try:
        yield server
    finally:
        server.end()


class Keyboard:
    """A MIDI keyboard: `unplug` it, and create another of the same name to plug it in again."""

    def __init__(self, port: str = "keys", to: str = "") -> None:
        """`port`: Name of its port; with `to`, it is connected to a port of that name instead."""
        probe = open_client("MidiOut")
        self._out = rtmidi.MidiOut(probe.get_current_api(), name=CLIENT)
        probe.delete()
        if to:
            [index] = [index for index, name in enumerate(self._out.get_ports()) if to in name]
            self._out.open_port(index)
        else:
            self._out.open_virtual_port(port)

    def send(self, *data: int) -> None:
        """Send one message."""
        self._out.send_message(data)

    def play(self, music: Score) -> list[tuple[float, int]]:
        """Play music with its written timing, from its first event on; return when its last key is up.

        Returns:
            Time of each note on the monotonic clock [s], and its pitch.
        """
        struck = []
        begin_s = time.monotonic() + 0.1
        for event in note_events(music):
            time.sleep(max(begin_s + event.time_s - time.monotonic(), 0.0))
            if event.pitch is None:
                self.send(0xB0, 64, 127 * event.down)
                continue
            if event.down:
                struck.append((time.monotonic(), event.pitch))
            self.send(0x90, event.pitch, event.velocity * event.down)
        return struck

    def unplug(self) -> None:
        """Remove its port."""
        self._out.delete()
