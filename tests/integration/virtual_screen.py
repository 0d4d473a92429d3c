"""A screen without a monitor (Xvfb), and the pixels on it."""

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

PATIENCE_S = 60.0

XVFB = shutil.which("Xvfb")
"""Path of the X server; None when there is none."""


@contextmanager
def virtual_screen(folder: Path, size: tuple[int, int] = (1280, 720)) -> Iterator[tuple[str, Path]]:
    """Yield the name of the display, for DISPLAY, and the file in `folder` that holds its pixels."""
    if XVFB is None:
        raise FileNotFoundError("Xvfb is not installed")
    read, write = os.pipe()
    screen = ["-screen", "0", f"{size[0]}x{size[1]}x24", "-fbdir", str(folder), "-nolisten", "tcp"]
    server = subprocess.Popen([XVFB, "-displayfd", str(write), *screen], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as number:
        name = f":{number.readline().strip()}"
    try:
        yield name, folder / "Xvfb_screen0"
    finally:
        server.terminate()
        server.wait(PATIENCE_S)


def screen_pixels(file: Path) -> np.ndarray:
    """Return (height, width, 3) uint8 RGB from an XWD file, whose header X11/XWDFile.h describes."""
    data = file.read_bytes()
    header = struct.unpack(">25I", data[:100])
    header_size, width, height, line_size, colour_map = header[0], header[4], header[5], header[12], header[19]
    lines = np.frombuffer(data, np.uint8, count=line_size * height, offset=header_size + 12 * colour_map)
    return lines.reshape(height, line_size)[:, : 4 * width].reshape(height, width, 4)[..., 2::-1]
