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

"""How expressively a performance follows what is written: timing, articulation and dynamics of its outer voices.

After Hu, Marták, Cancino-Chacón and Widmer, "Towards musically informed evaluation of piano transcription models",
ISMIR 2024 (mpteval): Pearson's correlations between written and heard

* of inter-onset intervals (timing),
* of key overlap ratios, (end of a note - onset of the next) / interval between the onsets: positive is legato, negative
  detached (articulation),
* of the dynamic range, how many dB the highest note of a chord is louder than its lowest (dynamics).

The upper voice is the highest note of each chord, above middle C; the lower one the lowest of each chord of two or
more. mpteval takes the interval that is heard at each written onset, and where the strike is a few ms late that is the
interval before; here notes are compared with the strikes that match them.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.stats import pearsonr

from pianomime.reports.note_matching import CHORD_S, chords, match, median_lag_s
from pianomime_core.notes import LOUDEST, Note, Score

DYNAMIC_RANGE_DB = 44.0
"""From the softest to the loudest MIDI velocity, as in mpteval."""
MIDDLE_C = 60
FEWEST = 3
"""A correlation of fewer values says nothing."""

EXPRESSIVE_SCORES = (
    *("upper_interval_correlation", "lower_interval_correlation"),
    *("upper_overlap_correlation", "lower_overlap_correlation"),
    "dynamic_range_correlation",
)


def expressive_scores(written: Score, heard: Score) -> dict[str, float]:
    """Return `EXPRESSIVE_SCORES` (-1..1) by name, without those that have fewer than three values, or equal ones."""
    pairs = dict(match(written.notes, heard.notes, median_lag_s(written.notes, heard.notes)))
    strikes = {i: heard.notes[k] for i, k in pairs.items()}
    groups = chords(written.notes)
    upper = [group[-1] for group in groups if written.notes[group[-1]].pitch > MIDDLE_C]
    lower = [group[0] for group in groups if len(group) > 1]
    found = {}
    for voice, notes in (("upper", upper), ("lower", lower)):
        steps = [
            (written.notes[i], written.notes[j], strikes[i], strikes[j])
            for i, j in pairwise(notes)
            # Strikes closer than those of a chord, or in the other order, are no step of a voice.
            if i in strikes and j in strikes and _interval_s(strikes[i], strikes[j]) > CHORD_S
        ]
        for what, measure in (("interval", _interval_s), ("overlap", _overlap)):
            found[f"{voice}_{what}_correlation"] = _correlation(
                [(measure(first, second), measure(third, fourth)) for first, second, third, fourth in steps]
            )
    ends = [(group[-1], group[0]) for group in groups if len(group) > 1 and {group[-1], group[0]} <= strikes.keys()]
    found["dynamic_range_correlation"] = _correlation(
        [
            (_range_db(written.notes[high], written.notes[low]), _range_db(strikes[high], strikes[low]))
            for high, low in ends
        ]
    )
    return {name: found[name] for name in EXPRESSIVE_SCORES if not math.isnan(found[name])}


def _interval_s(note: Note, following: Note) -> float:
    return following.onset_s - note.onset_s


def _overlap(note: Note, following: Note) -> float:
    """Return the key overlap ratio."""
    return (note.offset_s - following.onset_s) / _interval_s(note, following)


def _range_db(high: Note, low: Note) -> float:
    return 20 * math.log10(_amplitude(high.velocity) / _amplitude(low.velocity))


def _amplitude(velocity: int) -> float:
    """Return the amplitude of a MIDI velocity (Dannenberg, "The interpretation of MIDI velocity", 2006, eq. 7-11)."""
    ratio = 10 ** (DYNAMIC_RANGE_DB / 20)
    offset = LOUDEST / ((LOUDEST - 1) * math.sqrt(ratio)) - 1 / (LOUDEST - 1)
    return float(((1 - offset) / LOUDEST * velocity + offset) ** 2)


def _correlation(values: Sequence[tuple[float, float]]) -> float:
    columns = np.array(values, dtype=np.float64).reshape(-1, 2)
    # Equal but for rounding is equal.
    if len(columns) < FEWEST or (np.std(columns, axis=0) < 1e-9).any():
        return math.nan
    return float(pearsonr(*columns.T).statistic)
