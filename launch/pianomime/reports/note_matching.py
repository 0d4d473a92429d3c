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

"""Which strike is which written note: same key, onsets within a tolerance, each used once, as many as possible.

As `mir_eval.transcription.match_notes`, but key by key: notes of different keys never match, and all notes of a long
piece at once would need gigabytes. The median lag of a performance is removed, since a listener does not hear it.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from mir_eval import transcription
from numpy.typing import NDArray

from pianomime_core.notes import Note

TOLERANCE_S = 0.05
LAG_TOLERANCE_S = 0.15
"""Strikes this far from a note still tell how late the performance is."""
CHORD_S = 0.03
"""Onsets this close together are one chord."""
OFFSET_RATIO = 0.2
"""Share of its length by which the end of a note may differ, at least 50 ms."""

Pairs = list[tuple[int, int]]
"""Indices of written notes and of the strikes that are them, sorted."""


def match(
    written: Sequence[Note],
    heard: Sequence[Note],
    lag_s: float = 0.0,
    *,
    tolerance_s: float = TOLERANCE_S,
    offset_ratio: float | None = None,
) -> Pairs:
    """Return the pairs of a largest matching; both have the same time 0.

    Args:
        written: The notes.
        heard: The strikes, `lag_s` late.
        lag_s: Lag of the performance.
        tolerance_s: How far onsets may differ.
        offset_ratio: If ends count too, `OFFSET_RATIO`.
    """
    pairs: Pairs = []
    for pitch in {note.pitch for note in written} & {note.pitch for note in heard}:
        columns = [[i for i, note in enumerate(side) if note.pitch == pitch] for side in (written, heard)]
        intervals = (
            _intervals((side[i] for i in column), lag)
            for side, column, lag in zip((written, heard), columns, (0.0, lag_s), strict=True)
        )
        reference, estimated = ((ends, np.ones(len(ends))) for ends in intervals)
        matched = transcription.match_notes(
            *reference, *estimated, onset_tolerance=tolerance_s, offset_ratio=offset_ratio
        )
        pairs += [(columns[0][i], columns[1][k]) for i, k in matched]
    return sorted(pairs)


def median_lag_s(written: Sequence[Note], heard: Sequence[Note]) -> float:
    """Return by how much the strikes are late in the median; 0 if none is near a note of its key."""
    pairs = match(written, heard, tolerance_s=LAG_TOLERANCE_S)
    return float(np.median([heard[k].onset_s - written[i].onset_s for i, k in pairs])) if pairs else 0.0


def chords(notes: Sequence[Note]) -> list[list[int]]:
    """Return the indices of the notes of each chord, in time, then by pitch: `CHORD_S` from its first onset to its last
    at most. A note alone is a chord, too."""
    groups: list[list[int]] = []
    for i in sorted(range(len(notes)), key=lambda i: (notes[i].onset_s, notes[i].pitch)):
        if groups and notes[i].onset_s - notes[groups[-1][0]].onset_s <= CHORD_S:
            groups[-1].append(i)
        else:
            groups.append([i])
    return [sorted(group, key=lambda i: notes[i].pitch) for group in groups]


def _intervals(notes: Iterable[Note], lag_s: float) -> NDArray[np.float64]:
    """Return onsets and ends (N, 2) [s], earlier by `lag_s`."""
    return np.array([(note.onset_s, note.offset_s) for note in notes]).reshape(-1, 2) - lag_s
