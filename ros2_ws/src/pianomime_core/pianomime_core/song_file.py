"""Files that hold music to play: MIDI, and demonstrations with the notes that their pianist played."""

from pathlib import Path

from pianomime_core.demonstration import Demonstration
from pianomime_core.notes import Score, load_midi

DEMONSTRATION_SUFFIX = ".npz"


def is_demonstration(path: Path) -> bool:
    """Whether a file is to be read as a demonstration: its name ends in .npz."""
    return path.suffix.lower() == DEMONSTRATION_SUFFIX


def load_song(path: Path) -> Score:
    """Read the music of a file; whatever is no demonstration by its name is MIDI.

    Raises:
        UserError: As `load_midi`, or `Demonstration.load`.
    """
    return Demonstration.load(path).score() if is_demonstration(path) else load_midi(path)
