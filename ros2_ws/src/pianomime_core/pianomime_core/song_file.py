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

"""Files that contain music: MIDI, and demonstrations with the notes that a pianist played."""

from pathlib import Path

from pianomime_core.demonstration import Demonstration
from pianomime_core.errors import UserError
from pianomime_core.instruments import EVERYTHING_FOR_A_PIANO, Choice
from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Score
from pianomime_core.reading_rules import ReadingRules

DEMONSTRATION_SUFFIX = ".npz"


def is_demonstration(path: Path) -> bool:
    """Return whether a file is read as a demonstration: its name ends in .npz."""
    return path.suffix.lower() == DEMONSTRATION_SUFFIX


def load_song(
    path: Path, choice: Choice = EVERYTHING_FOR_A_PIANO, rules: ReadingRules = ReadingRules.ROBOPIANIST
) -> Score:
    """Read the music of a file; any file that is not a demonstration by its name is read as MIDI.

    The rules are for MIDI files: the notes of a demonstration are known.

    Raises:
        UserError: As `load_midi` or `Demonstration.load`, or a choice is given for a demonstration.
    """
    if not is_demonstration(path):
        return load_midi(path, choice, rules)
    if choice:
        raise UserError(f"demonstration {str(path)!r} has no tracks and channels to choose from")
    return Demonstration.load(path).score()
