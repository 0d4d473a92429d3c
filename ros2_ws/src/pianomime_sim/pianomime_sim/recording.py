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

"""A rosbag2 recording in MCAP: a folder with metadata.yaml, readable by `ros2 bag play` and the package `rosbags`."""

import shutil
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from rosbags.interfaces import Connection, Qos
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.rosbag2.storage_mcap import McapWriter
from rosbags.typesys import Stores, get_typestore

from pianomime_core.errors import UserError
from pianomime_sim.mcap_end import repair, write_provisional_end

SUFFIX = ".mcap"
_TYPES = get_typestore(Stores.ROS2_KILTED)


class Recording:
    """Writes serialized messages; `NAME.mcap` appears, complete, when it is closed. Until then `NAME.partial` grows.

    It contains the MCAP file `NAME.mcap` itself, for tools that want a single file, such as Foxglove. After each
    `flush` it can be read whatever happens next; what a killed recorder left behind is kept as the file `NAME-1.mcap`.

    Attributes:
        recovered: The file kept from a killed recorder, if any.
        messages: Number of messages written.

    Raises:
        UserError: The name is taken or does not end in .mcap, or its folder cannot be written; later, from all methods,
            the disk is full. What was written before is kept; the message says where.
    """

    def __init__(self, path: Path) -> None:
        check_recording(path)
        self._path = path
        self._partial = path.with_name(f"{path.stem}.partial")
        self._file = self._partial / path.stem / path.name
        self._connections: dict[str, Connection] = {}
        self.messages = 0
        self.recovered: Path | None = None
        try:
            self._recover()
            self._writer = Writer(self._partial / path.stem, version=9, storage_plugin=StoragePlugin.MCAP)
            # Names and windows repeat, so that compression saves nine tenths.
            self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
            self._writer.open()
        except OSError as error:
            raise UserError(f"recording {str(path)!r} cannot be written: {error.strerror}") from error

    def __enter__(self) -> "Recording":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @staticmethod
    def knows(message_type: str) -> bool:
        """True if messages of this type, such as "sensor_msgs/msg/JointState", can be recorded."""
        return message_type in _TYPES.fielddefs

    def add(self, topic: str, message_type: str, qos: Qos) -> None:
        """Add a topic."""
        self._connections[topic] = self._writer.add_connection(
            topic, message_type, typestore=_TYPES, offered_qos_profiles=[qos]
        )

    def write(self, topic: str, time_ns: int, message: bytes) -> None:
        """Append a serialized message (CDR) that arrived at `time_ns` since the epoch."""
        try:
            self._writer.write(self._connections[topic], time_ns, message)
        except OSError as error:
            raise self._give_up(error) from error
        self.messages += 1

    def flush(self) -> None:
        """Write everything so far to disk, so that it can be read."""
        storage = self._writer.storage
        assert isinstance(storage, McapWriter)
        try:
            if storage.chunk.bio.tell():
                storage.close_chunk()
            write_provisional_end(storage.bio)
        except OSError as error:
            raise self._give_up(error) from error

    def close(self) -> None:
        """Finish the file and give it its name."""
        try:
            self._writer.close()
            (self._partial / self._path.stem).rename(self._path)
            self._partial.rmdir()
        except OSError as error:
            raise self._give_up(error) from error

    def _recover(self) -> None:
        if self._file.is_file() and repair(self._file):
            number = 1
            while (free := self._path.with_stem(f"{self._path.stem}-{number}")).exists():
                number += 1
            self.recovered = self._file.rename(free)
        shutil.rmtree(self._partial, ignore_errors=True)

    def _give_up(self, error: OSError) -> UserError:
        """Keep what is on the disk, readable, and return the error to raise."""
        with suppress(OSError):
            self._writer.abort()
        with suppress(OSError):
            repair(self._file)
        kept = f"what came before is in {str(self._file)!r}"
        return UserError(f"recording {str(self._path)!r} cannot be written: {error.strerror}; {kept}")


def check_recording(path: Path) -> None:
    """Raise an error for a path that cannot be recorded to.

    Raises:
        UserError: See `Recording`.
    """
    if path.suffix != SUFFIX:
        raise UserError(f"recording {str(path)!r}: the name must end in {SUFFIX}")
    if path.exists():
        raise UserError(f"recording {str(path)!r} exists: remove it or give another name")
    if not path.parent.is_dir():
        raise UserError(f"recording {str(path)!r}: there is no folder {str(path.parent)!r}")
