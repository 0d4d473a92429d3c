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

"""Validates a soundfont before the synthesizer loads it: TinySoundFont follows every index without checking it.

The format is SoundFont 2.04: a RIFF file of three lists, INFO, sdta with the samples, and pdta with nine tables. A
preset has zones (bags) with generators, which name instruments; instruments have zones with generators, which name
samples. Each table ends with a terminal record that only delimits the one before it.
"""

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError

SUFFIXES = (".sf2", ".sf3")
_RIFF_HEADER, _CHUNK_HEADER = struct.Struct("<4sI4s"), struct.Struct("<4sI")
_BAG = [("generator", "<u2"), ("modulator", "<u2")]
_GENERATOR = [("kind", "<u2"), ("amount", "<u2")]
_TABLES: dict[bytes, np.dtype[np.void]] = {
    b"phdr": np.dtype([("name", "S20"), ("preset", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("more", "V12")]),
    b"pbag": np.dtype(_BAG),
    b"pgen": np.dtype(_GENERATOR),
    b"inst": np.dtype([("name", "S20"), ("bag", "<u2")]),
    b"ibag": np.dtype(_BAG),
    b"igen": np.dtype(_GENERATOR),
    b"shdr": np.dtype([("name", "S20"), ("start", "<u4"), ("end", "<u4"), ("more", "V16"), ("type", "<u2")]),
}
_INSTRUMENT, _SAMPLE = 41, 53
_SAMPLES, _BYTES_OF_A_SAMPLE = b"smpl", 2
_NO_SAMPLES_HERE = 0x8000 | 0x10
"""Samples in ROM or compressed (.sf3), whose start and end have another meaning."""


def check_soundfont(path: Path) -> None:
    """Raise an error for a file that TinySoundFont must not load.

    Raises:
        UserError: The file is missing, unreadable, not a soundfont, truncated, or has an invalid table or index.
    """
    named = f"soundfont {str(path)!r}"
    if not path.is_file():
        raise UserError(f"{named} does not exist: want a {' or '.join(SUFFIXES)} file")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{named} cannot be read: {error.strerror}") from error
    if len(data) < _RIFF_HEADER.size or data[:4] != b"RIFF" or data[8:12] != b"sfbk":
        raise UserError(f"{named} is not a soundfont: want a {' or '.join(SUFFIXES)} file")
    promised = _RIFF_HEADER.unpack_from(data)[1] + _CHUNK_HEADER.size
    if len(data) < promised:
        raise UserError(f"{named} is truncated: {len(data)} of {promised} bytes")
    try:
        _check(memoryview(data)[_RIFF_HEADER.size : promised])
    except ValueError as error:
        raise UserError(f"{named} is damaged: {error}") from error


def _check(lists: memoryview) -> None:
    parts = {bytes(content[:4]): content[4:] for name, content in _chunks(lists) if name == b"LIST"}
    if b"pdta" not in parts or b"sdta" not in parts:
        raise ValueError("it has no list of samples or of presets")
    tables = {name: content for name, content in _chunks(parts[b"pdta"]) if name in _TABLES}
    if missing := [name.decode() for name in _TABLES if name not in tables]:
        raise ValueError(f"it lacks the table {', '.join(missing)}")
    t: dict[bytes, NDArray[Any]] = {}
    for name, record in _TABLES.items():
        if len(tables[name]) % record.itemsize or not len(tables[name]):
            raise ValueError(f"table {name.decode()} has {len(tables[name])} bytes: want records of {record.itemsize}")
        t[name] = np.frombuffer(tables[name], record)
    _check_ranges("phdr", t[b"phdr"]["bag"], len(t[b"pbag"]) - 1)
    _check_ranges("pbag", t[b"pbag"]["generator"], len(t[b"pgen"]))
    _check_ranges("inst", t[b"inst"]["bag"], len(t[b"ibag"]) - 1)
    _check_ranges("ibag", t[b"ibag"]["generator"], len(t[b"igen"]))
    _check_names("pgen", t[b"pgen"], _INSTRUMENT, "instrument", len(t[b"inst"]) - 1)
    _check_names("igen", t[b"igen"], _SAMPLE, "sample", len(t[b"shdr"]) - 1)
    samples = sum(len(content) for name, content in _chunks(parts[b"sdta"]) if name == _SAMPLES) // _BYTES_OF_A_SAMPLE
    headers = t[b"shdr"][:-1]
    headers = headers[headers["type"] & _NO_SAMPLES_HERE == 0]
    outside = (headers["start"] > headers["end"]) | (headers["end"] > samples)
    if np.any(outside):
        first = headers[np.argmax(outside)]
        raise ValueError(f"a sample goes from {first['start']} to {first['end']} of {samples}")


def _chunks(data: memoryview) -> list[tuple[bytes, memoryview]]:
    found, names, at = [], set(), 0
    while at + _CHUNK_HEADER.size <= len(data):
        name, size = _CHUNK_HEADER.unpack_from(data, at)
        at += _CHUNK_HEADER.size
        if at + size > len(data):
            raise ValueError(f"part {name!r} has {size} bytes: {len(data) - at} are left")
        if name in names and (name in _TABLES or name == _SAMPLES):
            raise ValueError(f"part {name!r} is there twice")
        names.add(name)
        found.append((name, data[at : at + size]))
        at += size
    return found


def _check_ranges(table: str, first: NDArray[Any], limit: int) -> None:
    # A record owns the entries from its index up to that of the next record.
    index = first.astype(np.int64)
    if np.any(np.diff(index) < 0) or index[-1] > limit:
        raise ValueError(f"table {table} has indices that fall, or exceed {limit}")


def _check_names(table: str, generators: NDArray[Any], kind: int, what: str, count: int) -> None:
    named = generators["amount"][generators["kind"] == kind]
    if len(named) and named.max() >= count:
        raise ValueError(f"table {table} names {what} {named.max()} of {count}")
