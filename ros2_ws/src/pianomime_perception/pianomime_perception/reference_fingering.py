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

"""A reference fingering of a piece, and how often a demonstration agrees with it.

The file has one line per note: onset [s] from the first one, key 0..87, finger 0..9 (right thumb..little, left
thumb..little), as in the tutorial of PianoMime's authors. Its first line names the columns.
"""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import NUM_FINGERS, Demonstration
from pianomime_core.errors import UserError
from pianomime_core.hands import FINGERS
from pianomime_core.keyboard import LOWEST_PITCH, NUM_KEYS

SAME_ONSET_S = 0.1
"""Tolerance for onsets in the file, which are rounded to the 50 ms of a piano roll."""


class ReferenceFingering(NamedTuple):
    """Notes: onset_s (N,) from the first one, key (N,), finger (N,)."""

    onset_s: NDArray[np.float64]
    key: NDArray[np.int64]
    finger: NDArray[np.int64]


def load_fingering(path: Path) -> ReferenceFingering:
    """Read the file.

    Raises:
        UserError: It is missing, or a line is invalid.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = [line for line in csv.reader(file) if line]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"reference fingering {str(path)!r} cannot be read: {error}") from error
    notes = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            onset_s, key, finger = float(line[0]), int(line[1]), int(line[2])
        except (IndexError, ValueError):
            onset_s, key, finger = np.nan, -1, -1
        if not (np.isfinite(onset_s) and 0 <= key < NUM_KEYS and 0 <= finger < NUM_FINGERS):
            raise UserError(
                f"reference fingering {str(path)!r}, line {number}: {','.join(line)!r} is no note: onset [s], key 0 to "
                f"{NUM_KEYS - 1}, finger 0 to {NUM_FINGERS - 1}"
            )
        notes.append((onset_s, key, finger))
    if not notes:
        raise UserError(f"reference fingering {str(path)!r} holds no note")
    onsets_s, keys, fingers = zip(*notes, strict=True)
    return ReferenceFingering(np.array(onsets_s), np.array(keys), np.array(fingers))


def agreement(demonstration: Demonstration, reference: ReferenceFingering) -> dict[str, float]:
    """Return the fraction of the reference's notes with the same finger, and with the same hand; a note missing from
    the demonstration counts as different.

    Raises:
        UserError: No note of the reference is one of the demonstration's.
    """
    keys = demonstration.pitch - LOWEST_PITCH
    found = np.full(len(reference.key), -1)
    for index, (onset_s, key) in enumerate(
        zip(reference.onset_s - reference.onset_s.min(), reference.key, strict=True)
    ):
        distance_s = np.where(keys == key, np.abs(demonstration.onset_s - onset_s), np.inf)
        nearest = int(np.argmin(distance_s))
        if distance_s[nearest] <= SAME_ONSET_S:
            found[index] = demonstration.finger[nearest]
    known = found >= 0
    if not known.any():
        raise UserError("the reference fingering is of another piece: none of its notes is in the demonstration")
    hands = found // len(FINGERS) == reference.finger // len(FINGERS)
    return {"same finger": float(np.mean(found == reference.finger)), "same hand": float(np.mean(known & hands))}
