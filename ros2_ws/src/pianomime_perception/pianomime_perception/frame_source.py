"""Pictures from a video file, at its own pace, or from a camera."""

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
"""A camera that gives no picture for so long is gone."""


class TimedFrame(NamedTuple):
    """A picture (H, W, 3) RGB and when it was taken or is due, on the monotonic clock."""

    image: NDArray[np.uint8]
    taken_s: float


def is_camera(source: str) -> bool:
    """A number, or a device of Linux's cameras; anything else is a file."""
    return source.isdigit() or source.startswith(DEVICES)


def cameras() -> list[str]:
    """Devices that may be cameras."""
    return sorted(str(path) for path in Path("/dev").glob("video*"))


def check_source(source: str) -> None:
    """Refuse a source that is not there, without opening it.

    Raises:
        UserError: No such camera or file.
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
    """Yield the pictures of a camera for ever, or those of a file once, each when it is due.

    Raises:
        UserError: As `check_source`; the camera is in use, or falls silent; what `video_file.frames` raises of a file.
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
    raise UserError(f"camera {source} gives no pictures: is it unplugged?")


@contextmanager
def _opened(source: str) -> Iterator[cv2.VideoCapture]:
    camera = cv2.VideoCapture(int(source) if source.isdigit() else source)
    try:
        if not camera.isOpened():
            raise UserError(f"camera {source} cannot be opened: is another program using it?")
        camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # the newest picture, where the driver can
        yield camera
    finally:
        camera.release()
