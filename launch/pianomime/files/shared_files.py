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

"""Finds the files shipped with this package: songs, networks, configuration. Standard library only, for launch
files."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from pianomime_core.errors import UserError

DEFAULT_SONG = "minuet_in_g"
MIDI_SUFFIXES = (".mid", ".midi", ".kar", ".rmi")


def share_directory() -> Path:
    """Return the folder that holds songs/, config/ and launch/: the source folder, or share/pianomime.

    Raises:
        UserError: The package is installed without its shared files.
    """
    for folder in _candidates():
        if (folder / "songs").is_dir():
            return folder
    raise UserError("the shared files of pianomime (songs, config) are not installed: install the package again")


def bundled_songs() -> dict[str, Path]:
    """Return the MIDI files of the bundled songs by name, sorted."""
    return {path.stem: path for path in sorted((share_directory() / "songs").glob("*.mid"))}


def find_song(song: str | None) -> Path:
    """Return the MIDI file for a path, the name of a bundled song, or None for the default song.

    Raises:
        UserError: There is no such file and no bundled song of that name.
    """
    bundled = bundled_songs()
    if song is None:
        return bundled[DEFAULT_SONG]
    path = Path(song)
    if song in bundled and not path.exists():
        return bundled[song]
    if not path.exists():
        raise UserError(f"no such MIDI file: {song!r}; bundled songs are {', '.join(bundled)}")
    return path


def _candidates() -> Iterator[Path]:
    source = Path(__file__).resolve().parents[2]
    if (source / "package.xml").is_file():
        yield source
    prefixes = os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)
    for prefix in (*filter(None, prefixes), sys.prefix):
        yield Path(prefix) / "share" / "pianomime"
