"""Our files of arrays: npz archives without pickle, written whole or not at all, and what a bad one is told.

`kind` is what such a file holds, "rollout" or "demonstration": messages name it.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.whole_file import write_whole


def write_npz(path: str | Path, kind: str, arrays: Mapping[str, Any]) -> None:
    """Write an archive; an existing one is replaced once the new one is whole.

    Raises:
        UserError: The file cannot be written.
    """

    def fill(part: Path) -> None:
        with part.open("wb") as file:  # given a name, numpy would append .npz to it
            np.savez_compressed(file, **arrays)

    try:
        write_whole(Path(path), fill)
    except OSError as error:
        raise UserError(f"{kind} {str(path)!r} cannot be written: {error.strerror}") from error


def read_npz(path: str | Path, kind: str) -> dict[str, NDArray[Any]]:
    """Return all arrays of an archive.

    Raises:
        UserError: The file is missing, no npz, or damaged.
    """
    if not Path(path).is_file():
        raise UserError(f"{kind} file {str(path)!r} does not exist")
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # numpy, zipfile, zlib and ast raise whatever a damaged archive trips them over
        raise UserError(f"{str(path)!r} is not a {kind} (npz without pickle), or is damaged: {error}") from error


def require_names(path: str | Path, kind: str, arrays: Iterable[str], expected: Iterable[str]) -> None:
    """Refuse an archive that lacks something, by name.

    Raises:
        UserError: An array that is expected is not there.
    """
    expected = tuple(expected)
    if missing := [name for name in expected if name not in arrays]:
        raise UserError(f"{kind} {str(path)!r} lacks {', '.join(missing)}: it needs {', '.join(expected)}")


def one_number(kind: str, name: str, array: NDArray[Any]) -> float:
    """Return what an array without dimensions holds.

    Raises:
        UserError: It is not one float.
    """
    if array.shape != () or array.dtype.kind != "f":
        raise UserError(f"{kind} has {name} of shape {array.shape} and type {array.dtype}: must be one float")
    return float(array)


def json_object(kind: str, array: NDArray[Any]) -> dict[str, Any]:
    """Return the metadata that an array of one string holds.

    Raises:
        UserError: It is no JSON object.
    """
    try:
        value = json.loads(str(array)) if array.shape == () and array.dtype.kind == "U" else None
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise UserError(f"{kind} has bad metadata: must be one string that holds a JSON object")
    return value
