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

"""Draws a demonstration over its video: hands, held keys and their fingers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from pianomime.terminal import tracked
from pianomime_core.demonstration import Demonstration
from pianomime_core.errors import UserError
from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_core.whole_file import write_whole
from pianomime_perception.drawing import draw_grid, draw_hands, draw_keys
from pianomime_perception.keyboard_map import KeyboardMap
from pianomime_perception.video_file import Frame, frames, probe

FRAMES_PER_S = 30
_CODEC_OPTIONS = {"preset": "veryfast", "crf": "22"}


def write_demonstration_video(demonstration: Demonstration, video: Path, out: Path) -> None:
    """Write an MP4 file with 30 frames per second, as long as the video.

    Raises:
        UserError: The video cannot be read, or `out` cannot be written.
    """
    try:
        write_whole(out, lambda file: _write(file, demonstration, video))
    except OSError as error:
        raise UserError(f"video {str(out)!r} cannot be written: {error.strerror}") from error


def _write(path: Path, demonstration: Demonstration, video: Path) -> None:
    keyboard = KeyboardMap.from_arrays(demonstration.keyboard)
    number = round(probe(video).duration_s * FRAMES_PER_S)
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream: Any = container.add_stream("libx264", rate=FRAMES_PER_S, options=_CODEC_OPTIONS)
        stream.pix_fmt = "yuv420p"
        for index, frame in enumerate(tracked(_paced(video), "rendering", number)):
            height, width = (side - side % 2 for side in frame.image.shape[:2])  # the codec requires even sizes
            image = annotated(frame, demonstration, keyboard.scaled(frame.image.shape[1::-1]))[:height, :width]
            if not index:
                stream.width, stream.height = width, height
            encoded = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            encoded.pts = index
            container.mux(stream.encode(encoded))
        container.mux(stream.encode())


def annotated(frame: Frame, demonstration: Demonstration, keyboard: KeyboardMap) -> NDArray[np.uint8]:
    """Return the frame (H, W, 3) with the outlines of the keys, the held keys, and the interpolated hands."""
    image = frame.image.copy()
    time_s = frame.time_s - demonstration.video_offset_s
    held = np.flatnonzero((demonstration.onset_s <= time_s) & (time_s < demonstration.offset_s))
    draw_grid(image, keyboard)
    draw_keys(image, keyboard, {int(demonstration.pitch[i]) - LOWEST_PITCH: int(demonstration.finger[i]) for i in held})
    draw_hands(image, keyboard.to_image(_between(demonstration, time_s)[..., :2]))
    return image


def _between(demonstration: Demonstration, time_s: float) -> NDArray[np.float64]:
    """Return points (2, 6, 3) m interpolated between two rows; NaN if known in neither, and outside the music."""
    place = np.searchsorted(demonstration.time_s, time_s)
    if not 0 < place < len(demonstration.time_s):
        return np.full(demonstration.points_m.shape[1:], np.nan)
    before, after = demonstration.points_m[place - 1 : place + 1].astype(np.float64)
    begin_s, end_s = demonstration.time_s[place - 1 : place + 1]
    share = (time_s - begin_s) / (end_s - begin_s)
    mixed = (1 - share) * before + share * after
    return np.where(np.isfinite(mixed), mixed, before if share < 0.5 else after)


def _paced(video: Path) -> Iterator[Frame]:
    """Yield the video's frames resampled to the output frame rate."""
    index = 0
    latest: Frame | None = None
    for frame in frames(video):
        while latest is not None and index / FRAMES_PER_S < frame.time_s:
            yield Frame(index / FRAMES_PER_S, latest.image)
            index += 1
        latest = frame
    if latest is not None:
        yield Frame(index / FRAMES_PER_S, latest.image)
