"""The window viewer on a virtual display: the window's pixels have the colours of the keys."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from virtual_screen import PATIENCE_S, XVFB, screen_pixels, virtual_screen

from pianomime_sim.viewers.key_marks import MARK_COLOURS, KeyMark

pytestmark = pytest.mark.skipif(XVFB is None, reason="Xvfb is not installed (apt-get install xvfb)")

SHADE = 12
PIXELS_OF_A_KEY = 100


@pytest.fixture
def display(tmp_path):
    with virtual_screen(tmp_path) as screen:
        yield screen


def pixels_of(colour: tuple[int, int, int], file: Path) -> int:
    return int((np.abs(screen_pixels(file).astype(int) - colour).max(axis=2) < SHADE).sum())


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
