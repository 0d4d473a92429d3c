"""A video of a rollout without a display: frames and sound of the same moments."""

import ctypes.util
import os
import subprocess
import sys
from pathlib import Path

import mido
import numpy as np
import pytest

from pianomime_core.rollout import Rollout

av = pytest.importorskip("av")
pytestmark = pytest.mark.skipif(
    ctypes.util.find_library("EGL") is None and ctypes.util.find_library("OSMesa") is None,
    reason="neither EGL nor OSMesa is installed (apt-get install libegl1 libgl1-mesa-dri, or libosmesa6)",
)

BLUE = (0x00, 0x72, 0xB2)
SHADE = 24
"""The codec's, and that of the lamp."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tune of one low and, half a second later, one high key: tune.npz and tune.mp4."""
    folder = tmp_path_factory.mktemp("film")
    track = mido.MidiTrack(
        [
            mido.Message("note_on", note=48, velocity=64),
            mido.Message("note_off", note=48, time=480),
            mido.Message("note_on", note=72, velocity=64),
            mido.Message("note_off", note=72, time=480),
        ]
    )
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(folder / "tune.mid")
    pianomime(folder, "play", "tune.mid", "--no-ros", "--sync", "--rollout", "tune.npz")
    pianomime(folder, "video", "tune.npz", "--out", "tune.mp4", "--size", "480p")
    return folder


def pianomime(folder: Path, *arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    subprocess.run([sys.executable, "-m", "pianomime", *arguments], cwd=folder, env=environment, check=True)


def test_pictures_show_the_keys_that_are_pressed(folder: Path) -> None:
    pressed = Rollout.load(folder / "tune.npz").pressed
    with av.open(str(folder / "tune.mp4")) as file:
        assert file.streams.video[0].average_rate == 30
        pictures = [frame.to_ndarray(format="rgb24").astype(int) for frame in file.decode(video=0)]
    assert pictures[0].shape == (480, 854, 3)
    assert len(pictures) == pytest.approx((len(pressed) * 0.05 + 1.5) * 30, abs=1)
    keys = slice(200, 300)  # rows of the keyboard, below the legend

    def blue_columns(frame: int) -> np.ndarray:
        return np.flatnonzero((np.abs(pictures[frame][keys] - BLUE).max(axis=2) < SHADE).any(axis=0))

    low, high = (int(np.flatnonzero(pressed[:, pitch - 21])[2] * 1.5) + 1 for pitch in (48, 72))
    assert 0 < blue_columns(low).mean() < 427 < blue_columns(high).mean()


def test_sound_begins_with_the_press(folder: Path) -> None:
    rollout = Rollout.load(folder / "tune.npz")
    first_row = int(np.argmax(rollout.pressed.any(axis=1)))
    with av.open(str(folder / "tune.mp4")) as file:
        stream = file.streams.audio[0]
        sound = np.concatenate([frame.to_ndarray() for frame in file.decode(audio=0)], axis=1)
        assert stream.start_time == 0
    first_s = float(np.argmax(np.abs(sound).max(axis=0) > 0.005)) / stream.rate
    assert first_row * 0.05 - 0.005 < first_s < (first_row + 1) * 0.05 + 0.01
    assert sound.shape[1] / stream.rate == pytest.approx(len(rollout.pressed) * 0.05 + 1.5, abs=0.05)
