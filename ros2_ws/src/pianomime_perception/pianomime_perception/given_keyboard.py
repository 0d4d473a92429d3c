"""What is known of the keyboard before the first picture comes: its corners, or the whole video."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_perception.keyboard_fit import background, fit_keyboard
from pianomime_perception.keyboard_map import KeyboardMap
from pianomime_perception.picture_source import is_camera
from pianomime_perception.video import probe, sample

SAMPLES = 25
"""Pictures of a video whose median is looked at: hands that move are gone from it."""


def read_corners(text: str) -> NDArray[np.float64]:
    """Return the corners (4, 2) px in "u,v u,v u,v u,v".

    Raises:
        UserError: The text is something else.
    """
    try:
        corners = np.array([[float(number) for number in pair.split(",")] for pair in text.split()])
    except ValueError:
        corners = np.empty(0)
    if corners.shape != (4, 2) or not np.isfinite(corners).all():
        raise UserError(f"corners {text!r}: must be four pairs of pixels, u,v u,v u,v u,v")
    return corners


def given_keyboard(corners: str, source: str) -> Callable[[tuple[int, int]], KeyboardMap] | None:
    """Return where the keyboard is in pictures of a size (width, height) [px]; None if only the pictures will tell.

    Args:
        corners: As for `read_corners`; empty if they are not known.
        source: As for `picture_source.pictures`; the keyboard of a file without corners is looked for at once.

    Raises:
        UserError: The corners are no corners, or the keyboard is not found in the file.
    """
    is_file = bool(source) and not is_camera(source)
    if corners:
        corners_px = read_corners(corners)
        from pianomime_perception.keyboard_fit import keyboard_from_corners

        if not is_file:
            return lambda size: keyboard_from_corners(corners_px, size)
        info = probe(source)  # large pictures come scaled down, but corners are of the file's own
        return keyboard_from_corners(corners_px, (info.width, info.height)).scaled
    if is_file:
        return fit_keyboard(background(frame.image for frame in sample(source, SAMPLES))).scaled
    return None
