"""The recording that a command is to write: apart from `outputs`, since launch files have no rosbags."""

from pathlib import Path

from pianomime.outputs import check_writable
from pianomime_core.errors import UserError


def check_record(path: Path) -> None:
    """Raise a UserError unless all topics can be recorded to `path`."""
    try:
        from pianomime_sim.recording import check_recording
    except ImportError as error:
        raise UserError(f"--record is not possible here ({error}): pip install rosbags") from error
    check_recording(path)
    check_writable(path.parent, f"--record {str(path)!r}")
