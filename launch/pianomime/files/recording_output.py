"""The recording that a command is to write: apart from `outputs`, since launch files have no rosbags."""

from pathlib import Path

from pianomime.files.outputs import check_writable
from pianomime_core.extras import needs_extra


def check_record(path: Path) -> None:
    """Raise a UserError unless all topics can be recorded to `path`."""
    with needs_extra("--record", "record"):
        from pianomime_sim.recording import check_recording
    check_recording(path)
    check_writable(path.parent, f"--record {str(path)!r}")
