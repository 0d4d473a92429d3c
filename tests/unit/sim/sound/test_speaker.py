"""The speaker: samples sent to the device, and the errors without one."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_sim.sound.speaker import Speaker, check_device, default_device

RATE_HZ = 48_000


class NoDeviceError(Exception):
    """Stands for sounddevice.PortAudioError."""


class Stream:
    """Stands for sounddevice.OutputStream."""

    def __init__(self, samplerate, channels, dtype, latency, callback):
        assert (samplerate, channels, dtype) == (RATE_HZ, 2, "float32")
        self.callback, self.calls = callback, []

    def heard(self, frames: int) -> np.ndarray:
        out = np.full((frames, 2), np.nan, dtype=np.float32)
        self.callback(out, frames, None, None)
        return out

    def start(self):
        self.calls.append("start")

    def stop(self):
        self.calls.append("stop")

    def close(self):
        self.calls.append("close")


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    streams: list[Stream] = []

    def open_stream(**arguments: object) -> Stream:
        streams.append(Stream(**arguments))  # type: ignore[arg-type]
        return streams[-1]

    module = SimpleNamespace(
        PortAudioError=NoDeviceError,
        OutputStream=open_stream,
        query_devices=lambda kind: {"name": "loud", "default_samplerate": float(RATE_HZ)},
        streams=streams,
    )
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    return module


def test_a_key_is_heard_from_its_press_on(device: SimpleNamespace):
    speaker = Speaker()
    (stream,) = device.streams
    assert speaker.name == "loud"
    assert not stream.heard(512).any()
    speaker.press(69, 100)
    sound = stream.heard(RATE_HZ)[:, 0]
    assert abs(int(np.argmax(np.abs(np.fft.rfft(sound))[:600])) - 440) <= 2  # at the rate of the device
    speaker.release(69)
    stream.heard(2 * RATE_HZ)
    assert np.abs(stream.heard(512)).max() < 0.01
    speaker.close()
    assert stream.calls == ["start", "stop", "close"]


def test_no_device(device: SimpleNamespace):
    def query_devices(kind: str) -> None:
        raise NoDeviceError("Error querying device -1")

    device.query_devices = query_devices
    with pytest.raises(UserError, match="no audio device here"):
        default_device()


def test_who_only_asks_leaves_portaudio_and_may_ask_again(device: SimpleNamespace):
    left: list[str] = []
    device._terminate = lambda: left.append("left")
    check_device()
    assert left == ["left"]
    assert "sounddevice" not in sys.modules


def test_a_device_that_is_busy(device: SimpleNamespace):
    def refuse(**arguments: object) -> None:
        raise NoDeviceError("Device unavailable")

    device.OutputStream = refuse
    with pytest.raises(UserError, match="'loud' cannot be opened: Device unavailable"):
        Speaker()


def test_no_portaudio(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(UserError, match="apt install libportaudio2"):
        default_device()
