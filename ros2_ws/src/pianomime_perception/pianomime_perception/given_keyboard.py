"""What is known of the keyboard before the first picture comes: its corners, or the whole video."""

from collections.abc import Callable

from pianomime_perception.corners import keyboard_from_corners, read_corners
from pianomime_perception.frame_source import is_camera
from pianomime_perception.keyboard_fit import background, fit_keyboard
from pianomime_perception.keyboard_map import KeyboardMap
from pianomime_perception.video_file import probe, sample

SAMPLES = 25
"""Pictures of a video whose median is looked at: hands that move are gone from it."""


def given_keyboard(corners: str, source: str) -> Callable[[tuple[int, int]], KeyboardMap] | None:
    """Return where the keyboard is in pictures of a size (width, height) [px]; None if only the pictures will tell.

    Args:
        corners: As for `read_corners`; empty if they are not known.
        source: As for `frame_source.timed_frames`; the keyboard of a file without corners is looked for at once.

    Raises:
        UserError: The corners are no corners, or the keyboard is not found in the file.
    """
    is_file = bool(source) and not is_camera(source)
    if corners:
        corners_px = read_corners(corners)
        if not is_file:
            return lambda size: keyboard_from_corners(corners_px, size)
        info = probe(source)  # large pictures come scaled down, but corners are of the file's own
        return keyboard_from_corners(corners_px, (info.width, info.height)).scaled
    if is_file:
        return fit_keyboard(background(frame.image for frame in sample(source, SAMPLES))).scaled
    return None
