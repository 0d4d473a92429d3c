"""The window viewer on a virtual display: the window's pixels have the colours of the keys."""

import os
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pianomime_sim.viewers.key_marks import MARK_COLOURS, KeyMark

XVFB = shutil.which("Xvfb")
pytestmark = pytest.mark.skipif(XVFB is None, reason="Xvfb is not installed (apt-get install xvfb)")

PATIENCE_S = 60.0
SHADE = 12
PIXELS_OF_A_KEY = 100


@pytest.fixture
def display(tmp_path):
    """A virtual screen; yields its name and the file that holds its pixels."""
    read, write = os.pipe()
    screen = ["-screen", "0", "1280x720x24", "-fbdir", str(tmp_path), "-nolisten", "tcp"]
    server = subprocess.Popen([XVFB, "-displayfd", str(write), *screen], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as number:
        name = f":{number.readline().strip()}"
    yield name, tmp_path / "Xvfb_screen0"
    server.terminate()
    server.wait(PATIENCE_S)


def screen_pixels(file: Path) -> np.ndarray:
    """Return (height, width, 3) from an XWD file, whose header X11/XWDFile.h describes."""
    data = file.read_bytes()
    header = struct.unpack(">25I", data[:100])
    header_size, width, height, line_size, colour_map = header[0], header[4], header[5], header[12], header[19]
    lines = np.frombuffer(data, np.uint8, count=line_size * height, offset=header_size + 12 * colour_map)
    return lines.reshape(height, line_size)[:, : 4 * width].reshape(height, width, 4)[..., 2::-1].astype(int)


def pixels_of(colour: tuple[int, int, int], file: Path) -> int:
    return int((np.abs(screen_pixels(file) - colour).max(axis=2) < SHADE).sum())


def test_the_window_shows_the_keys_in_colour_and_closes(display):
    name, pixels = display
    window = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("window_under_xvfb.py")],
        env=os.environ | {"DISPLAY": name, "LIBGL_ALWAYS_SOFTWARE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert window.stdout.readline() == "open True\n"
        deadline_s = time.monotonic() + PATIENCE_S
        wanted = [MARK_COLOURS[mark] for mark in (KeyMark.RIGHT, KeyMark.MISSED, KeyMark.WRONG)]
        while not all(pixels_of(colour, pixels) > PIXELS_OF_A_KEY for colour in wanted):
            assert time.monotonic() < deadline_s, [pixels_of(colour, pixels) for colour in wanted]
            time.sleep(0.3)
        rest, _ = window.communicate("close\n", timeout=PATIENCE_S)
        assert rest == "open False\n"
        assert window.returncode == 0
    finally:
        window.kill()
        window.wait()
