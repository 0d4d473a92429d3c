"""The sets of songs for which results are reported."""

from collections.abc import Iterator
from pathlib import Path

from pianomime.files.songs import collect_songs
from pianomime_core.errors import UserError

VALIDATION_CLIPS = Path(__file__).with_name("validation_clips.txt")
FOLDERS = ("folk", "classical")


def song_sets(demos: Path | None, songs: Path | None) -> dict[str, tuple[Path, ...]]:
    """Return the MIDI files of each requested set by name.

    Args:
        demos: Folder with PianoMime's demonstrations as MIDI files, 000.mid and so on; None for no validation set.
        songs: Folder with the folders folk and classical; None for none of them.

    Raises:
        UserError: No set is requested, or a folder or clip is missing.
    """
    sets = {name: tuple(collect_songs(paths).values()) for name, paths in _paths(demos, songs)}
    if not sets:
        raise UserError("nothing to play: give --demos DIR, --songs DIR or both")
    return sets


def _paths(demos: Path | None, songs: Path | None) -> Iterator[tuple[str, list[Path]]]:
    if demos is not None:
        yield "validation", [demos / f"{clip}.mid" for clip in VALIDATION_CLIPS.read_text().split()]
    if songs is not None:
        yield from ((name, [songs / name]) for name in FOLDERS)
