import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_perception import audio
from pianomime_perception.audio import read_audio

RATE_HZ = 44_100
TONE_HZ = 1000.0
BEGIN_S, END_S, LENGTH_S = 0.7, 1.2, 2.0


def tone(rate_hz: int, channels: int = 2) -> np.ndarray:
    """(channels, samples): a tone of half the full scale from BEGIN_S to END_S, silence around it."""
    time_s = np.arange(round(LENGTH_S * rate_hz)) / rate_hz
    sound = 0.5 * np.sin(2 * np.pi * TONE_HZ * time_s) * ((time_s >= BEGIN_S) & (time_s < END_S))
    return np.tile(sound.astype(np.float32), (channels, 1))


def write_wave(path: Path, samples: np.ndarray, rate_hz: int = RATE_HZ) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(len(samples))
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(np.rint(samples.T * 32767).astype("<i2").tobytes())
    return path


def encode(path: Path, codec: str, rate_hz: int = 48_000, late_s: float = 0.0, pictures: bool = False) -> Path:
    """Write the tone, `late_s` after a picture if there are pictures."""
    sound = tone(rate_hz)
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=10) if pictures else None
        stream = container.add_stream(codec, rate=rate_hz, layout="stereo")
        if video is not None:
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
            for _ in range(30):
                image = np.zeros((48, 64, 3), np.uint8)
                container.mux(video.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            container.mux(video.encode())
        resampler = av.AudioResampler(stream.format, "stereo", rate_hz, frame_size=stream.frame_size or 1024)
        frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, round(late_s * rate_hz), Fraction(1, rate_hz)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode())
    return path


def heard_from_to(samples: np.ndarray) -> tuple[float, float]:
    loud = np.flatnonzero(np.abs(samples) > 0.25)
    return loud[0] / RATE_HZ, loud[-1] / RATE_HZ


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_tone_keeps_its_time_height_and_loudness(tmp_path: Path, rate_hz: int, channels: int) -> None:
    samples = read_audio(write_wave(tmp_path / "a.wav", tone(rate_hz, channels), rate_hz), RATE_HZ)
    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(LENGTH_S * RATE_HZ, abs=20)
    assert heard_from_to(samples) == pytest.approx((BEGIN_S, END_S), abs=0.002)
    middle = samples[round(0.75 * RATE_HZ) : round(1.15 * RATE_HZ)]
    spectrum = np.abs(np.fft.rfft(middle))
    assert np.argmax(spectrum) * RATE_HZ / len(middle) == pytest.approx(TONE_HZ, abs=3)
    assert np.abs(middle).max() == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.m4a", "aac"), ("a.mp4", "aac"), ("a.flac", "flac"), ("a.mka", "flac"), ("a.mp3", "libmp3lame")],
)
def test_any_container(tmp_path: Path, name: str, codec: str) -> None:
    samples = read_audio(encode(tmp_path / name, codec), RATE_HZ)
    assert heard_from_to(samples) == pytest.approx((BEGIN_S, END_S), abs=0.03)


def test_sound_that_begins_after_the_pictures(tmp_path: Path) -> None:
    samples = read_audio(encode(tmp_path / "a.mkv", "flac", late_s=0.4, pictures=True), RATE_HZ)
    assert heard_from_to(samples) == pytest.approx((BEGIN_S + 0.4, END_S + 0.4), abs=0.01)


def refused(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        read_audio(path, RATE_HZ)
    message = str(caught.value)
    assert "\n" not in message
    assert repr(str(path)) in message
    return message


def test_what_is_no_sound(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "none.wav")
    assert "does not exist" in refused(tmp_path)
    text = tmp_path / "text.wav"
    text.write_text("la la la " * 100)
    assert "neither audio nor video" in refused(text)
    empty = tmp_path / "empty.mp3"
    empty.touch()
    assert "neither audio nor video" in refused(empty)


def test_video_without_sound(tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        container.mux(video.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")))
        container.mux(video.encode())
    assert "has no sound" in refused(path)


def test_truncated(tmp_path: Path) -> None:
    whole = encode(tmp_path / "whole.flac", "flac").read_bytes()
    half = tmp_path / "half.flac"
    half.write_bytes(whole[: len(whole) // 2])
    assert "of the 2.0 s it claims" in refused(half)
    whole = encode(tmp_path / "whole.mp4", "aac").read_bytes()
    half = tmp_path / "half.mp4"
    half.write_bytes(whole[: len(whole) // 2])
    refused(half)


def test_damaged_within(tmp_path: Path) -> None:
    data = bytearray(encode(tmp_path / "a.mka", "flac").read_bytes())
    random = np.random.default_rng(0)
    for at in range(1500, len(data) - 200, 400):
        data[at : at + 100] = random.bytes(100)
    damaged = tmp_path / "damaged.mka"
    damaged.write_bytes(data)
    refused(damaged)


def test_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio, "MAX_DURATION_S", 1.0)
    assert "limit" in refused(write_wave(tmp_path / "long.wav", tone(RATE_HZ)))
