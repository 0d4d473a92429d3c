"""Files that a command is to write: refused before the music starts if they cannot be written."""

import json
import tempfile
from pathlib import Path
from typing import Any

from pianomime_core.errors import UserError
from pianomime_core.whole_file import write_whole


def check_file(path: Path, option: str, *suffixes: str) -> None:
    """Raise a UserError unless `path` ends in one of `suffixes` and can be written (also over an existing file)."""
    if path.suffix not in suffixes:
        raise UserError(f"{option} {str(path)!r}: the name must end in {' or '.join(suffixes)}")
    if path.is_dir():
        raise UserError(f"{option} {str(path)!r} is a folder: give the name of a file")
    if not path.parent.is_dir():
        raise UserError(f"{option} {str(path)!r}: there is no folder {str(path.parent)!r}")
    _check_writable(path.parent, f"{option} {str(path)!r}")


def check_record(path: Path) -> None:
    """Raise a UserError unless all topics can be recorded to `path`."""
    try:
        from pianomime_sim.recording import check_recording
    except ImportError as error:
        raise UserError(f"--record is not possible here ({error}): pip install rosbags") from error
    check_recording(path)
    _check_writable(path.parent, f"--record {str(path)!r}")


def make_folder(path: Path, option: str) -> None:
    """Create the folder if it is missing; raise a UserError unless files can be written in it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{option} {str(path)!r} cannot be made: {error.strerror}") from error
    _check_writable(path, f"{option} {str(path)!r}")


def write_json(path: Path, value: Any) -> None:
    """Write scores and the like, readable also for people; an older file stays until the new one is whole."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    write_whole(path, lambda file: file.write_text(text, encoding="utf-8"))


def _check_writable(folder: Path, what: str) -> None:
    # Tried rather than looked up: permission bits say nothing about read-only or special file systems, or to root.
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(f"{what} cannot be written: {error.strerror}") from error
