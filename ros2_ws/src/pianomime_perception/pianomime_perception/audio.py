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

"""The sound of an audio or video file as samples, in any container and codec that FFmpeg reads."""

from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.notes import MAX_DURATION_S
from pianomime_perception.media import AUDIO_FORMATS, open_media

MAX_LOST_SHARE = 0.05
"""A file counts as damaged if more than this fraction of the sound cannot be decoded."""
MIN_LOST_S = 0.5
"""Tolerance for inexact headers."""
_MIN_GAP_S = 0.05
"""Tolerance for inexact timestamps; a longer gap between them is silence."""
_LENGTH_GUESSED = ("mp3", "aac")
"""Formats whose header may not know the length: FFmpeg then guesses it from the bit rate."""


def read_audio(path: str | Path, sample_rate_hz: int) -> NDArray[np.float32]:
    """Return the first sound track, (samples,), the mean of its channels, full scale is 1.

    Sample 0 is the beginning of the file, including its video: times are those of `pianomime_perception.video_file`.

    Raises:
        UserError: The file is missing, damaged, neither audio nor video, without sound or longer than 30 minutes.
    """
    with open_media(path, "is neither audio nor video", AUDIO_FORMATS) as container:
        if not container.streams.audio:
            raise UserError(f"{str(path)!r} has no sound: a file with the sound of a piano is needed")
        stream = container.streams.audio[0]
        if stream.codec_context is None:
            raise UserError(f"{str(path)!r} has sound in a coding that FFmpeg does not know")
        return _samples(path, container, stream, sample_rate_hz)


def _samples(path: str | Path, container: InputContainer, stream: Any, sample_rate_hz: int) -> NDArray[np.float32]:
    start_s = (container.start_time or 0) / av.time_base
    # Mixed below, because FFmpeg mixes floats 3 dB too loud if both channels are equal.
    resampler = av.AudioResampler(format="fltp", rate=sample_rate_hz)
    pieces: list[NDArray[np.float32]] = []
    length = packets = lost = 0
    for packet in _packets(container, stream):
        packets += bool(packet.size)
        try:
            frames: list[AudioFrame | None] = list(packet.decode())
            if not packet.size:
                frames.append(None)  # the last packet: flush the resampler
            for frame in frames:
                if frame is not None and frame.time is not None:
                    gap = round((frame.time - start_s) * sample_rate_hz) - length
                    _check_length(path, (length + gap) / sample_rate_hz)
                    if gap > _MIN_GAP_S * sample_rate_hz:
                        pieces.append(np.zeros(gap, dtype=np.float32))
                        length += gap
                for resampled in resampler.resample(frame):
                    pieces.append(resampled.to_ndarray().mean(axis=0, dtype=np.float32))
                    length += resampled.samples
        except (av.FFmpegError, ValueError):  # ValueError: the resampler meets another rate or layout
            lost += 1
        _check_length(path, length / sample_rate_hz)
    if length:
        _check_whole(path, container, stream, length / sample_rate_hz)
    if not length or lost > MAX_LOST_SHARE * packets:
        raise UserError(f"the sound of {str(path)!r} is damaged: {lost} of its {packets} packets cannot be decoded")
    return np.concatenate(pieces)


def _packets(container: InputContainer, stream: Any) -> Any:
    try:
        yield from container.demux(stream)
    except av.FFmpegError:
        return  # damaged from here on, which the length shows


def _check_length(path: str | Path, length_s: float) -> None:
    if length_s > MAX_DURATION_S:
        raise UserError(f"{str(path)!r} lasts more than {MAX_DURATION_S / 60:.0f} minutes, the limit: cut it")


def _check_whole(path: str | Path, container: InputContainer, stream: Any, length_s: float) -> None:
    if stream.duration is None or container.format.name in _LENGTH_GUESSED:
        return
    claimed_s = float(stream.duration * stream.time_base)
    if claimed_s - length_s > max(MAX_LOST_SHARE * claimed_s, MIN_LOST_S):
        raise UserError(
            f"the sound of {str(path)!r} ends after {length_s:.1f} s of the {claimed_s:.1f} s it claims: copy the file "
            "again, or cut it where it ends"
        )
