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

"""Songs and folders of songs, as given on the command line."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pianomime.files.shared_files import DEFAULT_SONG, MIDI_SUFFIXES, bundled_songs, find_song, share_directory
from pianomime.terminal import notice
from pianomime_core.errors import UserError
from pianomime_core.instruments import EVERYTHING_FOR_A_PIANO, Choice
from pianomime_core.notes import Dropped, Score
from pianomime_core.piano_roll import PianoRoll, piano_roll
from pianomime_core.reading_rules import ReadingRules
from pianomime_core.song_file import load_song

__all__ = ["DEFAULT_SONG", "bundled_songs", "collect_songs", "find_song", "read_each", "read_song", "share_directory"]

Content = TypeVar("Content")


def read_song(
    path: Path, choice: Choice = EVERYTHING_FOR_A_PIANO, rules: ReadingRules = ReadingRules.ROBOPIANIST
) -> PianoRoll:
    """Return the frames of `read_score`."""
    return piano_roll(read_score(path, choice, rules))


def read_score(
    path: Path, choice: Choice = EVERYTHING_FOR_A_PIANO, rules: ReadingRules = ReadingRules.ROBOPIANIST
) -> Score:
    """Read a MIDI file or the music of a demonstration; report on stderr what is not played as written, and oddities.

    Raises:
        UserError: As `load_song`.
    """
    score = load_song(path, choice, rules)
    for remark in score.remarks:
        notice(f"{str(path)!r} {remark}")
    if score.dropped != Dropped():
        notice(f"{str(path)!r} is played without {score.dropped}")
    return score


def read_each(files: Mapping[str, Path], read: Callable[[Path], Content]) -> tuple[dict[str, Content], dict[str, str]]:
    """Read the files of many songs; invalid ones are reported on stderr and left out.

    Returns:
        Contents by song; and errors by song, for those left out.

    Raises:
        UserError: None is valid.
    """
    contents: dict[str, Content] = {}
    left_out: dict[str, str] = {}
    for song, path in files.items():
        try:
            contents[song] = read(path)
        except UserError as error:
            left_out[song] = str(error)
    if not contents:
        first, *others = left_out.values()
        raise UserError(f"{first}; nor is any of {len(others)} other files any good" if others else first)
    for reason in left_out.values():
        print(f"pianomime: left out: {reason}", file=sys.stderr)
    return contents, left_out


def collect_songs(
    paths: Sequence[Path], what: str = "MIDI file", suffixes: Sequence[str] = MIDI_SUFFIXES
) -> dict[str, Path]:
    """Return files by name, in the order given; folders are searched recursively for `suffixes`, sorted, without hidden
    files and folders.

    A name is the path relative to the common folder of all files, without suffix: "minuet", "bach/minuet".

    Raises:
        UserError: A path does not exist, or a folder holds no such file; the message calls it `what`.
    """
    files: dict[Path, Path] = {}
    for path in paths:
        for file in _song_files(path, what, suffixes):
            files.setdefault(file.resolve(), file)
    root = Path(os.path.commonpath([file.parent for file in files]))
    names = [file.relative_to(root).with_suffix("").as_posix() for file in files]
    if len(set(names)) < len(names):  # minuet.mid beside minuet.midi
        names = [file.relative_to(root).as_posix() for file in files]
    return dict(zip(names, files.values(), strict=True))


def _song_files(path: Path, what: str, suffixes: Sequence[str]) -> list[Path]:
    if not path.is_dir():
        if not path.exists():
            raise UserError(f"no such {what} or folder: {str(path)!r}")
        return [path]
    found = sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in suffixes and not _is_hidden(file.relative_to(path)) and file.is_file()
    )
    if not found:
        raise UserError(f"the folder {str(path)!r} holds no {what} ({', '.join(suffixes)})")
    return found


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
