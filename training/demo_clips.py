"""The clips of PianoMime's demonstrations as songs: midi/NNN.mid, and splits.json with the training clips."""

import json
from pathlib import Path

from pianomime.files.songs import read_song
from pianomime_core.errors import UserError
from pianomime_core.piano_roll import PianoRoll


def clip_midi(demos: Path, clip: int) -> Path:
    """The MIDI file of a clip."""
    return demos / "midi" / f"{clip:03d}.mid"


def clip_roll(demos: Path, clip: int) -> PianoRoll:
    """The clip's music as `pianomime evaluate` and `pianomime refine` read it.

    Raises:
        UserError: The file is missing or damaged.
    """
    return read_song(clip_midi(demos, clip))


def train_clips(demos: Path) -> tuple[int, ...]:
    """Numbers of the training clips, sorted.

    Raises:
        UserError: splits.json is missing or does not list them.
    """
    path = demos / "splits.json"
    try:
        clips = json.loads(path.read_text())["train"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"no list of training clips in {str(path)!r}: want a JSON object with 'train'") from error
    return tuple(sorted(clips))
