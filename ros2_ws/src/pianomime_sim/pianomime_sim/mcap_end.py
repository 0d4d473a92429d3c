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
