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

"""A piano on the machine's default audio device, through PortAudio (the package sounddevice)."""

import sys
import threading
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.library_noise import no_library_noise
from pianomime_sim.sound.synth import PianoSynth

_INSTALL = "apt install libportaudio2, pip install sounddevice"


def default_device() -> tuple[str, int]:
    """Return name and sample rate [Hz] of the default audio device.

    Raises:
        UserError: There is no device, or PortAudio is missing.
    """
    try:
        with no_library_noise():
            import sounddevice
    except (ImportError, OSError) as error:  # no package; no libportaudio
        raise UserError(f"sound needs PortAudio: {_INSTALL}") from error
    try:
        with no_library_noise():
            device: Any = sounddevice.query_devices(kind="output")
    except (sounddevice.PortAudioError, ValueError) as error:
        raise UserError("no audio device here: plug one in, or start PipeWire or PulseAudio") from error
    return str(device["name"]), round(device["default_samplerate"])


def check_device() -> None:
    """Raise like `default_device`, and terminate PortAudio, so that this process does not remain a client of an audio
    server (PortAudio aborts the process when it disconnects from a JACK server that has gone)."""
    try:
        default_device()
    finally:
        sounddevice: Any = sys.modules.pop("sounddevice", None)
        if sounddevice is not None:
            with no_library_noise():
                sounddevice._terminate()


class Speaker:
    """An `Instrument` on the default audio device.

    Raises:
        UserError: There is no device, it cannot be opened, or the soundfont is invalid.
    """

    def __init__(self, soundfont: Path | None = None) -> None:
        self.name, rate_hz = default_device()
        self._synth = PianoSynth(soundfont, rate_hz)
        self._lock = threading.Lock()
        import sounddevice

        try:
            with no_library_noise():
                self._stream = sounddevice.OutputStream(
                    samplerate=rate_hz, channels=2, dtype="float32", latency="low", callback=self._fill
                )
                self._stream.start()
        except sounddevice.PortAudioError as error:
            raise UserError(f"audio device {self.name!r} cannot be opened: {error}") from error

    def press(self, pitch: int, velocity: int) -> None:
        with self._lock:
            self._synth.press(pitch, velocity)

    def release(self, pitch: int) -> None:
        with self._lock:
            self._synth.release(pitch)

    def pedal(self, down: bool) -> None:
        with self._lock:
            self._synth.pedal(down)

    def close(self) -> None:
        with no_library_noise():
            self._stream.stop()
            self._stream.close()

    def _fill(self, out: NDArray[Any], frames: int, time: object, status: object) -> None:
        with self._lock:
            out[:] = self._synth.samples(frames)
