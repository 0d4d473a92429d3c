"""Checks that OpenCV and MediaPipe are installed: 0.2 GB that playing does not need."""

from importlib.util import find_spec

from pianomime_core.errors import UserError
from pianomime_core.extras import missing_extra


def check_installed() -> None:
    """Raise UserError if OpenCV or MediaPipe is not installed."""
    missing = [name for name in ("cv2", "mediapipe") if find_spec(name) is None]
    if missing:
        raise UserError(missing_extra("seeing hands", " and ".join(missing), "perceive"))
