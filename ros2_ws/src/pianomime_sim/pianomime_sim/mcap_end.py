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

"""Footer of an MCAP file that is still being written: readers can do without an index, but not without a footer."""

import os
from pathlib import Path
from typing import BinaryIO

_MAGIC = b"\x89MCAP0\r\n"
_OPCODE_BYTES, _LENGTH_BYTES = 1, 8
_FOOTER_OPCODE = 2
_FOOTER = bytes([_FOOTER_OPCODE]) + (20).to_bytes(_LENGTH_BYTES, "little") + bytes(20) + _MAGIC
"""A footer without index; readers then scan the records."""


def write_provisional_end(file: BinaryIO) -> None:
    """Make a file readable in its present state; the next write overwrites this footer."""
    end = file.tell()
    file.write(_FOOTER)
    file.flush()
    file.seek(end)


def repair(path: Path) -> bool:
    """Cut a truncated file after its last complete record and add a footer; return False if it has no records.

    Raises:
        OSError: It cannot be read or written.
    """
    with path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        if file.read(len(_MAGIC)) != _MAGIC:
            return False
        whole, records = file.tell(), 0
        while head := file.read(_OPCODE_BYTES + _LENGTH_BYTES):
            end = file.tell() + int.from_bytes(head[_OPCODE_BYTES:], "little")
            if len(head) < _OPCODE_BYTES + _LENGTH_BYTES or end > size or head[0] == _FOOTER_OPCODE:
                break
            file.seek(end)
            whole, records = end, records + 1
        file.seek(whole)
        file.truncate()
        write_provisional_end(file)
    return records > 1  # the first is the header
