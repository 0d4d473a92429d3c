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

"""Converts sensor_msgs/Image to arrays and back, with numpy only."""

from array import array

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from pianomime_core.ros_named_numbers import MessageError, some_of

Pixels = NDArray[np.uint8]

CHANNELS = {"rgb8": (0, 1, 2), "bgr8": (2, 1, 0), "mono8": (0, 0, 0)}
"""Positions of red, green and blue in a pixel, by encoding."""


def read_image(message: Image) -> Pixels:
    """Return the image (H, W, 3) RGB; rows may be padded.

    Raises:
        MessageError: Unsupported encoding, no pixels, or missing bytes.
    """
    if message.encoding not in CHANNELS:
        raise MessageError(f"encoding {some_of([repr(message.encoding)])}: must be one of {', '.join(CHANNELS)}")
    channels = CHANNELS[message.encoding]
    width = message.width * (max(channels) + 1)
    rows = np.frombuffer(message.data, np.uint8)
    if not width or not message.height or message.step < width or len(rows) != message.step * message.height:
        raise MessageError(
            f"{len(rows)} bytes in rows of {message.step} for {message.width}x{message.height} pixels in "
            f"{message.encoding}"
        )
    pixels = rows.reshape(message.height, message.step)[:, :width].reshape(message.height, message.width, -1)
    return np.ascontiguousarray(pixels[..., channels])


def image_message(picture: Pixels, stamp: Time, frame_id: str = "") -> Image:
    """Return an image (H, W, 3) RGB as an rgb8 message."""
    height, width, _ = picture.shape
    message = Image(height=height, width=width, encoding="rgb8", step=3 * width)
    message.header.stamp, message.header.frame_id = stamp, frame_id
    # An array of bytes is used as it is; bytes would be checked one by one.
    message.data = array("B", np.ascontiguousarray(picture).tobytes())
    return message


def stamp_at(nanoseconds: int) -> Time:
    """Return a time since the epoch as a stamp."""
    seconds, rest = divmod(nanoseconds, 10**9)
    return Time(sec=seconds, nanosec=rest)
