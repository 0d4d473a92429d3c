"""Where the bundled songs and the other shared files of this package lie."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pianomime_core.errors import UserError
from pianomime_core.notes import Dropped
from pianomime_core.piano_roll import PianoRoll, piano_roll
from pianomime_core.song_file import load_song

DEFAULT_SONG = "minuet_in_g"
MIDI_SUFFIXES = (".mid", ".midi")


def share_directory() -> Path:
    """The folder that holds songs/, config/ and launch/: the source folder, or share/pianomime of an installation.

    Raises:
        UserError: The package is installed without its shared files.
    """
    for folder in _candidates():
        if (folder / "songs").is_dir():
            return folder
    raise UserError("the shared files of pianomime (songs, config) are not installed: install the package again")


def bundled_songs() -> dict[str, Path]:
    """Name to MIDI file of every bundled song, sorted by name."""
    return {path.stem: path for path in sorted((share_directory() / "songs").glob("*.mid"))}


def find_song(song: str | None) -> Path:
    """The MIDI file a user means: a path, the name of a bundled song, or None for the default one.

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


def read_song(path: Path) -> PianoRoll:
    """Read a MIDI file or the music of a demonstration, and say on stderr what of it a piano cannot play.

    Raises:
        UserError: As `load_song`.
    """
    score = load_song(path)
    if score.dropped != Dropped():
        print(f"pianomime: {str(path)!r} is played without {score.dropped}", file=sys.stderr)
    return piano_roll(score)


def collect_songs(
    paths: Sequence[Path], what: str = "MIDI file", suffixes: Sequence[str] = MIDI_SUFFIXES
) -> dict[str, Path]:
    """Name to file, in the order given, folders sorted and searched to the bottom for `suffixes`.

    A name is the path below the folder that all files share, without the ending: "minuet", "bach/minuet".

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
    found = sorted(file for file in path.rglob("*") if file.suffix.lower() in suffixes and file.is_file())
    if not found:
        raise UserError(f"the folder {str(path)!r} holds no {what} ({', '.join(suffixes)})")
    return found


def _candidates() -> Iterator[Path]:
    source = Path(__file__).resolve().parents[1]
    if (source / "package.xml").is_file():
        yield source
    prefixes = os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)
    for prefix in (*filter(None, prefixes), sys.prefix):
        yield Path(prefix) / "share" / "pianomime"
