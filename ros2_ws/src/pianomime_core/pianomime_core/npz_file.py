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

"""Our array files: npz archives without pickle, written atomically, with clear errors for bad ones.

`kind` is what a file holds, "rollout" or "demonstration", for the messages.
"""

import json
import math
import zipfile
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.metadata import require_types
from pianomime_core.whole_file import write_whole

MAX_BYTES = 256_000_000
"""Limit for all arrays of a file together; two hours of music, the longest session, take 60 MB."""
_SUFFIX = ".npy"
_SHOWN = 200


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


def read_npz(path: str | Path, kind: str, known: Iterable[str]) -> dict[str, NDArray[Any]]:
    """Return the known arrays of an archive; nothing else in it is unpacked.

    Args:
        path: The file.
        kind: What it should hold.
        known: Names of arrays; * matches any letters.

    Raises:
        UserError: The file is missing, not npz, damaged, or would unpack to more than `MAX_BYTES`.
    """
    if not Path(path).is_file():
        raise UserError(f"{kind} file {str(path)!r} does not exist")
    patterns = tuple(known)
    try:
        with zipfile.ZipFile(path) as archive:
            members = {
                name: member
                for member in archive.infolist()
                for name, suffix in [(member.filename[: -len(_SUFFIX)], member.filename[-len(_SUFFIX) :])]
                if suffix == _SUFFIX and any(fnmatchcase(name, pattern) for pattern in patterns)
            }
            if (size := sum(member.file_size for member in members.values())) > MAX_BYTES:
                raise UserError(
                    f"{kind} {str(path)!r} unpacks to {size / 1e6:.0f} MB: at most {MAX_BYTES / 1e6:.0f} MB are read"
                )
            return {name: _array(archive, member) for name, member in members.items()}
    except UserError:
        raise
    except Exception as error:  # numpy, zipfile, zlib and ast raise many kinds of error for damaged archives
        why = str(error)[:_SHOWN]  # zipfile shows everything that it took for a name
        raise UserError(f"{str(path)!r} is not a {kind} (npz without pickle), or is damaged: {why}") from error


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # as numpy writes them
        raise ValueError(f"{member.filename} is compressed in another way")
    with archive.open(member) as file:
        version = npy.read_magic(file)
        read_header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
        if read_header is None:
            raise ValueError(f"{member.filename} is of version {version}")
        shape, _, dtype = read_header(file)
        if dtype.hasobject:
            raise ValueError(f"{member.filename} holds Python objects")
        # Checked before an array of that size is allocated.
        if file.tell() + math.prod(shape) * dtype.itemsize != member.file_size or min(shape, default=0) < 0:
            raise ValueError(f"{member.filename} is not as long as its header says")
    with archive.open(member) as file:
        return np.asarray(npy.read_array(file, allow_pickle=False))


def require_names(path: str | Path, kind: str, arrays: Iterable[str], expected: Iterable[str]) -> None:
    """Refuse an archive that lacks something, by name.

    Raises:
        UserError: An expected array is missing.
    """
    expected = tuple(expected)
    if missing := [name for name in expected if name not in arrays]:
        raise UserError(f"{kind} {str(path)!r} lacks {', '.join(missing)}: it needs {', '.join(expected)}")


def one_number(kind: str, name: str, array: NDArray[Any]) -> float:
    """Return the value of a zero-dimensional array.

    Raises:
        UserError: It is not a single float.
    """
    if array.shape != () or array.dtype.kind != "f":
        raise UserError(f"{kind} has {name} of shape {array.shape} and type {array.dtype}: must be one float")
    return float(array)


def json_object(kind: str, array: NDArray[Any]) -> dict[str, Any]:
    """Return the metadata held by an array of one string, with known entries of the right type.

    Raises:
        UserError: It is not a JSON object, or a known entry has the wrong type.
    """
    try:
        value = json.loads(str(array)) if array.shape == () and array.dtype.kind == "U" else None
    except (ValueError, RecursionError):  # nested too deeply
        value = None
    if not isinstance(value, dict):
        raise UserError(f"{kind} has bad metadata: must be one string that holds a JSON object")
    require_types(kind, value)
    return value
