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

"""Opens a media file so that nothing else is opened: no playlists, no image sequences, no URLs.

FFmpeg detects formats by content, and some of them name other files or URLs that it would open in turn.
"""

from pathlib import Path

import av
from av.container import InputContainer

from pianomime_core.errors import UserError

VIDEO_FORMATS = ("mov", "mp4", "matroska", "webm", "avi", "mpegts", "mpeg", "asf", "flv", "ogg")
AUDIO_FORMATS = (*VIDEO_FORMATS, "wav", "w64", "aiff", "au", "caf", "mp3", "aac", "flac", "ac3", "amr")
"""FFmpeg's names of formats whose files are self-contained."""
MAX_PIXELS = 8192 * 4320
"""Per frame: 8K."""


def open_media(path: str | Path, if_not: str, formats: tuple[str, ...]) -> InputContainer:
    """Open a file of one of the formats; its metadata need not be UTF-8.

    Args:
        path: The file.
        if_not: Message for other files, such as "is not a video".
        formats: `VIDEO_FORMATS` or `AUDIO_FORMATS`.

    Raises:
        UserError: The file is missing, damaged or of another format.
    """
    if not Path(path).is_file():
        raise UserError(f"video or audio file {str(path)!r} does not exist")
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": ",".join(formats),
        "max_pixels": str(MAX_PIXELS),
    }
    try:
        # A name with a colon would be taken for a URL.
        return av.open(f"file:{path}", options=options, metadata_errors="replace")
    except (av.FFmpegError, UnicodeError) as error:  # often an OSError
        why = error.strerror if isinstance(error, av.FFmpegError) else str(error)
        raise UserError(f"{str(path)!r} {if_not}, or is damaged: {why} (want one of {', '.join(formats)})") from error
