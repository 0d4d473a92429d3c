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

"""Reads a video file as upright RGB frames with their times; compares its header with its content.

Times are the timestamps of the file, not frame counts: phones record at varying rates, and a file may claim more frames
than it has. What cannot be decoded is skipped, but reported if it is too much.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.notes import MAX_DURATION_S
from pianomime_perception.media import MAX_PIXELS, VIDEO_FORMATS, open_media

MAX_WIDTH_PX = 1280
"""Wider frames are scaled down to this, at which a white key of a full keyboard still has 24 px."""
MAX_LOST_SHARE = 0.05
"""A video counts as damaged if more than this fraction cannot be decoded."""
MIN_LOST_S = 0.2
"""Tolerance for inexact headers, such as those that omit the duration of the last frame."""
_NO_PICTURE = f"holds no picture that can be decoded, or only such of more than {MAX_PIXELS / 1e6:.0f} million pixels"


@dataclass(frozen=True)
class VideoInfo:
    """Properties of a video, known before its frames are decoded.

    Attributes:
        path: The file.
        width, height: Size of an upright frame [px], before scaling.
        duration_s: Until the end of the last packet in the file.
        claimed_duration_s: Duration by its header; equal to `duration_s` if the header has none.
        frames: Number of packets with a visible frame.
        rotation_deg: Clockwise rotation for display, 0, 90, 180 or 270; applied by `frames`.
        has_audio: Whether there is sound.
        sha256: Hash of the file.
    """

    path: Path
    width: int
    height: int
    duration_s: float
    claimed_duration_s: float
    frames: int
    rotation_deg: int
    has_audio: bool
    sha256: str


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame: `time_s` from the beginning of the file, sound included; `image` (H, W, 3) uint8, RGB, upright."""

    time_s: float
    image: NDArray[np.uint8]


def probe(path: str | Path) -> VideoInfo:
    """Read the whole file, but decode only one frame.

    Raises:
        UserError: The file is missing, not a video, has no frames, or ends long before its claimed end.
    """
    with _opened(path) as (container, stream):
        frame = next((frame for packet in _packets(container, stream) for frame in _decoded(packet)), None)
        if frame is None:
            raise UserError(f"video {str(path)!r} {_NO_PICTURE}")
        rotation_deg = _rotation_deg(frame)
        width, height = _upright_size(frame, stream, rotation_deg)
        _rewind(path, container)
        ends = [
            float((packet.pts + (packet.duration or 0)) * packet.time_base)
            for packet in filter(_is_picture, _packets(container, stream))
        ]
        if not ends:
            raise UserError(f"video {str(path)!r} {_NO_PICTURE}")
        duration_s = max(ends) - _start_s(container)
        _require_time(path, duration_s)
        info = VideoInfo(
            path=Path(path),
            width=width,
            height=height,
            duration_s=duration_s,
            claimed_duration_s=_claimed_duration_s(container, stream) or duration_s,
            frames=len(ends),
            rotation_deg=rotation_deg,
            has_audio=bool(container.streams.audio),
            sha256=_sha256(path),
        )
    if info.claimed_duration_s - info.duration_s > max(MAX_LOST_SHARE * info.claimed_duration_s, MIN_LOST_S):
        raise UserError(
            f"video {str(path)!r} ends after {info.duration_s:.1f} s of the {info.claimed_duration_s:.1f} s it claims: "
            "copy it again, or cut it where it ends"
        )
    return info


def frames(path: str | Path, max_width_px: int = MAX_WIDTH_PX) -> Iterator[Frame]:
    """Yield every frame that can be decoded, scaled down to `max_width_px`; one is held in memory at a time.

    Raises:
        UserError: The file is missing, not a video, or (at its end) more than `MAX_LOST_SHARE` of it is damaged.
    """
    shown = decoded = 0
    with _opened(path) as (container, stream):
        for packet in _packets(container, stream):
            shown += _is_picture(packet)
            for frame in _decoded(packet):
                decoded += 1
                picture = _upright(frame, container, stream, max_width_px)
                _require_time(path, picture.time_s)
                yield picture
    if not decoded:
        raise UserError(f"video {str(path)!r} {_NO_PICTURE}")
    if decoded < (1 - MAX_LOST_SHARE) * shown:
        raise UserError(f"video {str(path)!r} is damaged: {decoded} of its {shown} pictures can be decoded")


def sample(path: str | Path, count: int, max_width_px: int = MAX_WIDTH_PX) -> Iterator[Frame]:
    """Yield about `count` frames at even intervals of the video, fewer if it has fewer.

    Raises:
        UserError: The file is missing or not a video, or nothing in it can be decoded.
    """
    with _opened(path) as (container, stream):
        start_s, length_s = _start_s(container), _claimed_duration_s(container, stream) or 0.0
        last_s = -np.inf
        for wanted_s in start_s + length_s * (np.arange(count) + 0.5) / count:
            frame = _frame_at(container, stream, float(wanted_s))
            if frame is not None and frame.time is not None and frame.time > last_s:
                last_s = frame.time
                yield _upright(frame, container, stream, max_width_px)
    if last_s == -np.inf:
        raise UserError(f"video {str(path)!r} {_NO_PICTURE}")


@contextmanager
def _opened(path: str | Path) -> Iterator[tuple[InputContainer, Any]]:
    with open_media(path, "is not a video", VIDEO_FORMATS) as container:
        if not container.streams.video:
            raise UserError(f"{str(path)!r} holds no pictures: a video of a pianist is needed")
        stream = container.streams.video[0]
        if stream.codec_context is None:
            raise UserError(f"video {str(path)!r} has pictures in a coding that FFmpeg does not know")
        _require_size(path, stream.codec_context.width, stream.codec_context.height)
        stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}  # the size may change within the stream
        stream.thread_type = "AUTO"
        yield container, stream


def _require_size(path: str | Path, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        limit = f"at most {MAX_PIXELS / 1e6:.0f} million are read"
        raise UserError(f"video {str(path)!r} has pictures of {width}x{height} pixels: {limit}")


def _require_time(path: str | Path, time_s: float) -> None:
    if not 0 <= time_s <= MAX_DURATION_S:
        raise UserError(
            f"video {str(path)!r} has a picture at {time_s:g} s: from 0 to {MAX_DURATION_S:.0f} s (30 minutes) are read"
        )


def _rewind(path: str | Path, container: InputContainer) -> None:
    try:
        container.seek(0)
    except av.FFmpegError as error:
        raise UserError(f"video {str(path)!r} is damaged: {error.strerror}") from error


def _packets(container: InputContainer, stream: Any) -> Iterator[Any]:
    try:
        yield from container.demux(stream)
    except av.FFmpegError:
        return  # damaged from here on, which its length shows


def _decoded(packet: Any) -> list[VideoFrame]:
    """Return the frames that a packet completes; none if it is damaged."""
    try:
        return [frame for frame in packet.decode() if not frame.is_corrupt and frame.time is not None]
    except av.FFmpegError:
        return []


def _is_picture(packet: Any) -> bool:
    # The last packet is empty: it flushes the decoder. Editing leaves packets that are decoded but never shown.
    return bool(packet.size) and not packet.is_discard and packet.pts is not None


def _frame_at(container: InputContainer, stream: Any, time_s: float) -> VideoFrame | None:
    """Return the first frame at or after a time of the stream, or the last one before it."""
    try:
        container.seek(int(time_s / stream.time_base), stream=stream)
    except av.FFmpegError:
        return None
    latest = None
    for packet in _packets(container, stream):
        for frame in _decoded(packet):
            latest = frame
            if frame.time >= time_s:
                return frame
    return latest


def _upright(frame: VideoFrame, container: InputContainer, stream: Any, max_width_px: int) -> Frame:
    rotation_deg = _rotation_deg(frame)
    width, height = _upright_size(frame, stream, rotation_deg)
    scale = min(1.0, max_width_px / width)
    size = [max(1, round(scale * side)) for side in (width, height)]
    if rotation_deg % 180:
        size.reverse()
    # One pass of FFmpeg's scaler, so that a large frame is never held as RGB.
    image = frame.reformat(width=size[0], height=size[1], format="rgb24", interpolation="AREA").to_ndarray()
    assert frame.time is not None
    return Frame(frame.time - _start_s(container), np.ascontiguousarray(np.rot90(image, -rotation_deg // 90)))


def _rotation_deg(frame: VideoFrame) -> int:
    # FFmpeg counts rotation counterclockwise.
    return round(-frame.rotation / 90) * 90 % 360


def _upright_size(frame: VideoFrame, stream: Any, rotation_deg: int) -> tuple[int, int]:
    """Return width and height with square pixels, as displayed."""
    width, height = round(frame.width * float(stream.sample_aspect_ratio or 1)), frame.height
    return (height, width) if rotation_deg % 180 else (width, height)


def _start_s(container: InputContainer) -> float:
    return (container.start_time or 0) / av.time_base


def _claimed_duration_s(container: InputContainer, stream: Any) -> float | None:
    if stream.duration is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration is not None else None


def _sha256(path: str | Path) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
