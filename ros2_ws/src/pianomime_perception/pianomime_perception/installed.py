"""Checks that OpenCV and MediaPipe are installed: 0.2 GB that playing does not need."""

from importlib.util import find_spec

from pianomime_core.errors import UserError


def check_installed() -> None:
    """Raise UserError if OpenCV or MediaPipe is not installed."""
    missing = [name for name in ("cv2", "mediapipe") if find_spec(name) is None]
    if missing:
        raise UserError(
            f"seeing hands needs {' and '.join(missing)}: run `make perceive`, or where you have ROS 2 see the README"
        )
