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

"""Scores of what is heard: strikes, timed to 5 ms, against the notes as written, not rounded to any frames.

`mir_eval.transcription` decides which strike is which note: same key, onsets within a tolerance, each used once. Before
that the median lag of the performance is removed, since a listener does not hear it.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from mir_eval import transcription, util
from numpy.typing import NDArray
from scipy.stats import spearmanr

from pianomime_core.notes import Note

TOLERANCE_S, STRICT_TOLERANCE_S = 0.05, 0.025
LAG_TOLERANCE_S = 0.15
"""Strikes this far from a note still tell how late the performance is."""
STRAY_MARGIN_S = 0.15
"""How long before and after a written note a stray strike may be due to it."""
NEIGHBOUR_KEYS = 2


@dataclass(frozen=True)
class NoteScores:
    """Scores of the strikes of one performance.

    Attributes:
        notes, strikes: Numbers written and heard.
        note_precision, note_recall, note_f1: Same key, onset within 50 ms.
        note_f1_25ms: The same within 25 ms.
        note_f1_offset: The same as `note_f1`, and the end within 50 ms or 20 % of the note's length.
        lag_ms: Median of the onsets' errors, removed before everything else.
        onset_sd_ms, onset_p95_ms: Of the errors of matched onsets: standard deviation, and 95th percentile of the
            absolute error; nan without a match.
        velocity_correlation: Spearman's, of MIDI velocities of matched notes; nan if either is constant.
        velocity_error: Mean absolute difference of MIDI velocities; nan without a match.
        stray_neighbour, stray_again, stray_other: Strikes that match no note: beside a key that is written then, on one
            that is written then, elsewhere.
    """

    notes: int
    strikes: int
    note_precision: float
    note_recall: float
    note_f1: float
    note_f1_25ms: float
    note_f1_offset: float
    lag_ms: float
    onset_sd_ms: float
    onset_p95_ms: float
    velocity_correlation: float
    velocity_error: float
    stray_neighbour: int
    stray_again: int
    stray_other: int

    def as_dict(self) -> dict[str, float]:
        """Return the scores by name, without those that are nan."""
        return {name: value for name, value in asdict(self).items() if not math.isnan(value)}


def note_scores(written: Sequence[Note], heard: Sequence[Note]) -> NoteScores:
    """Score strikes against notes; both have the same time 0.

    Raises:
        ValueError: No note is written.
    """
    if not written:
        raise ValueError("no note is written")
    lag_s = _lag_s(written, heard)
    reference, estimated = _arrays(written), _arrays(heard, lag_s)
    pairs = _match(reference, estimated, TOLERANCE_S)
    strict = _match(reference, estimated, STRICT_TOLERANCE_S)
    ended = _match(reference, estimated, TOLERANCE_S, offset_ratio=0.2)
    matched, played = (
        [side[i] for i in chosen] for side, chosen in zip((written, heard), _columns(pairs), strict=True)
    )
    errors_ms = np.array([1000 * (b.onset_s - lag_s - a.onset_s) for a, b in zip(matched, played, strict=True)])
    velocities = np.array([(a.velocity, b.velocity) for a, b in zip(matched, played, strict=True)]).reshape(-1, 2)
    stray = _strays(written, [heard[k] for k in sorted(set(range(len(heard))) - {k for _, k in pairs})], lag_s)
    return NoteScores(
        notes=len(written),
        strikes=len(heard),
        note_precision=len(pairs) / len(heard) if heard else 1.0,
        note_recall=len(pairs) / len(written),
        note_f1=_f1(pairs, written, heard),
        note_f1_25ms=_f1(strict, written, heard),
        note_f1_offset=_f1(ended, written, heard),
        lag_ms=1000 * lag_s,
        onset_sd_ms=float(np.std(errors_ms)) if len(pairs) else float("nan"),
        onset_p95_ms=float(np.percentile(np.abs(errors_ms), 95)) if len(pairs) else float("nan"),
        velocity_correlation=_correlation(velocities),
        velocity_error=float(np.mean(np.abs(np.diff(velocities)))) if len(pairs) else float("nan"),
        **stray,
    )


Pairs = list[tuple[int, int]]
Arrays = tuple[NDArray[np.float64], NDArray[np.float64]]


def _f1(pairs: Pairs, written: Sequence[Note], heard: Sequence[Note]) -> float:
    return 2 * len(pairs) / (len(written) + len(heard))


def _columns(pairs: Pairs) -> tuple[list[int], list[int]]:
    return [i for i, _ in pairs], [k for _, k in pairs]


def _arrays(notes: Sequence[Note], lag_s: float = 0.0) -> Arrays:
    """Return intervals (N, 2) [s], earlier by `lag_s`, and pitches (N,) [Hz], as mir_eval takes them."""
    intervals = np.array([(note.onset_s, note.offset_s) for note in notes]).reshape(-1, 2) - lag_s
    return intervals, util.midi_to_hz(np.array([note.pitch for note in notes], dtype=np.float64))


def _match(reference: Arrays, estimated: Arrays, tolerance_s: float, offset_ratio: float | None = None) -> Pairs:
    if not len(estimated[0]):
        return []
    pairs: Pairs = transcription.match_notes(
        *reference, *estimated, onset_tolerance=tolerance_s, offset_ratio=offset_ratio
    )
    return pairs


def _lag_s(written: Sequence[Note], heard: Sequence[Note]) -> float:
    pairs = _match(_arrays(written), _arrays(heard), LAG_TOLERANCE_S)
    return float(np.median([heard[k].onset_s - written[i].onset_s for i, k in pairs])) if pairs else 0.0


def _correlation(velocities: NDArray[np.int64]) -> float:
    if len(velocities) < 2 or not np.ptp(velocities, axis=0).all():
        return float("nan")
    return float(spearmanr(*velocities.T).statistic)


def _strays(written: Sequence[Note], strays: Sequence[Note], lag_s: float) -> dict[str, int]:
    """Count strikes that match no note by what they are near to."""
    pitch, begin_s, end_s = np.array([(note.pitch, note.onset_s, note.offset_s) for note in written]).T
    counts = {"stray_neighbour": 0, "stray_again": 0, "stray_other": 0}
    for strike in strays:
        time_s = strike.onset_s - lag_s
        now = (begin_s - STRAY_MARGIN_S <= time_s) & (time_s <= end_s + STRAY_MARGIN_S)
        apart = np.abs(pitch - strike.pitch)[now]
        nearest = apart.min(initial=np.inf)
        cause = "again" if nearest == 0 else "neighbour" if nearest <= NEIGHBOUR_KEYS else "other"
        counts[f"stray_{cause}"] += 1
    return counts
