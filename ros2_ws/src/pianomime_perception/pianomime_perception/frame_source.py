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

"""Frames from a video file, at its own pace, or from a camera."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_perception.video_file import frames

DEVICES = "/dev/video"
LOST_CAMERA_S = 2.0
"""A camera that delivers no frame for this long is gone."""


class TimedFrame(NamedTuple):
    """A frame (H, W, 3) RGB and when it was taken or is due, on the monotonic clock."""

    image: NDArray[np.uint8]
    taken_s: float


def is_camera(source: str) -> bool:
    """Return whether a source is a camera (a number or a Linux video device) rather than a file."""
    return source.isdigit() or source.startswith(DEVICES)


def cameras() -> list[str]:
    """Return the devices that may be cameras."""
    return sorted(str(path) for path in Path("/dev").glob("video*"))


def check_source(source: str) -> None:
    """Raise an error for a source that does not exist, without opening it.

    Raises:
        UserError: There is no such camera or file.
    """
    if is_camera(source):
        device = f"{DEVICES}{source}" if source.isdigit() else source
        if not os.path.exists(device):
            raise UserError(f"no camera {source}: there is {', '.join(cameras()) or 'none'} on this machine")
    elif not Path(source).is_file():
        raise UserError(f"video {source!r} does not exist")


def timed_frames(
    source: str, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> Iterator[TimedFrame]:
    """Yield the frames of a camera indefinitely, or those of a file once, each when it is due.

    Raises:
        UserError: As `check_source`; the camera is in use or stops; for a file, as `video_file.frames`.
    """
    check_source(source)
    if is_camera(source):
        yield from _camera_frames(source, clock)
        return
    begin_s = None
    for frame in frames(source):
        if begin_s is None:
            begin_s = clock() - frame.time_s
        due_s = begin_s + frame.time_s
        sleep(max(due_s - clock(), 0.0))
        yield TimedFrame(frame.image, due_s)


def _camera_frames(source: str, clock: Callable[[], float]) -> Iterator[TimedFrame]:
    with _opened(source) as camera:
        received_s = clock()
        while clock() - received_s < LOST_CAMERA_S:
            is_there, image = camera.read()
            if is_there:
                received_s = clock()
                yield TimedFrame(np.ascontiguousarray(image[..., ::-1]), received_s)
            else:
                time.sleep(0.01)
    raise UserError(f"camera {source} delivers no frames: is it unplugged?")


@contextmanager
def _opened(source: str) -> Iterator[cv2.VideoCapture]:
    camera = cv2.VideoCapture(int(source) if source.isdigit() else source)
    try:
        if not camera.isOpened():
            raise UserError(f"camera {source} cannot be opened: is another program using it?")
        camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # the newest frame, if the driver supports it
        yield camera
    finally:
        camera.release()
