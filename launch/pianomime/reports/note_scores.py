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

"""Scores of what is heard: strikes, timed to 5 ms, against the notes as written, not rounded to any frames."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from pianomime.reports.note_matching import OFFSET_RATIO, Pairs, chords, match, median_lag_s
from pianomime.reports.sounding_notes import sounding_notes
from pianomime.reports.stray_strikes import StrayStrike, stray_strikes
from pianomime_core.notes import Note, Score
from pianomime_core.visible_notes import pedal_presses

STRICT_TOLERANCE_S = 0.025
VELOCITY_TOLERANCE = 0.1
"""As in `mir_eval.transcription_velocity`, as a share of the range of the written velocities."""


@dataclass(frozen=True)
class NoteScores:
    """Scores of the strikes of one performance; what has no value is nan, as errors without a match.

    Attributes:
        notes, strikes: Numbers written and heard.
        note_precision, note_recall, note_f1: Same key, onset within 50 ms.
        note_f1_25ms: The same within 25 ms.
        note_f1_offset: The same as `note_f1`, and the end within 50 ms or 20 % of the note's length.
        note_f1_velocity: The same as `note_f1`, and the velocity within 10 % of the range written, once those heard are
            fitted to it by a straight line (`mir_eval.transcription_velocity`); nan if all are written equally loud.
        sounding_f1: The same as `note_f1_offset` for notes as they sound, lengthened by the pedal on both sides.
        chosen_pedal_s: For how long the pedal was pressed where none is written; nan if one is, or it never was.
        lag_ms: Median of the onsets' errors, removed before everything else.
        onset_median_ms, onset_sd_ms, onset_p95_ms: Of the errors of matched onsets: median of the absolute error,
            standard deviation, 95th percentile of the absolute error.
        chord_spread_ms: How much further apart the onsets of a chord are heard than written, from the first to the
            last, mean over the chords (onsets within 30 ms) with two matched notes at least.
        duration_error_ms: Mean absolute error of the lengths of matched notes.
        duration_error_ratio: The same, as a share of their mean length as written.
        velocity_correlation: Spearman's, of MIDI velocities of matched notes; nan if either is constant.
        velocity_error: Mean absolute difference of MIDI velocities.
        stray_neighbour, stray_again, stray_other: Numbers of `StrayStrike` by cause.
    """

    notes: int
    strikes: int
    note_precision: float
    note_recall: float
    note_f1: float
    note_f1_25ms: float
    note_f1_offset: float
    note_f1_velocity: float
    sounding_f1: float
    chosen_pedal_s: float
    lag_ms: float
    onset_median_ms: float
    onset_sd_ms: float
    onset_p95_ms: float
    chord_spread_ms: float
    duration_error_ms: float
    duration_error_ratio: float
    velocity_correlation: float
    velocity_error: float
    stray_neighbour: int
    stray_again: int
    stray_other: int

    def as_dict(self) -> dict[str, float]:
        """Return the scores by name, without those that are nan."""
        return {name: value for name, value in asdict(self).items() if not math.isnan(value)}


def note_scores(written: Score, heard: Score) -> tuple[NoteScores, tuple[StrayStrike, ...]]:
    """Score strikes against notes, and list those that are no note; both have the same time 0.

    Raises:
        ValueError: No note is written.
    """
    notes, strikes = written.notes, heard.notes
    if not notes:
        raise ValueError("no note is written")
    lag_s = median_lag_s(notes, strikes)
    pairs = match(notes, strikes, lag_s)
    strays = stray_strikes(notes, [strikes[k] for k in sorted(set(range(len(strikes))) - {k for _, k in pairs})], lag_s)

    def f1(matched: Pairs) -> float:
        return 2 * len(matched) / (len(notes) + len(strikes))

    onset, end, velocity = (_column(notes, strikes, pairs, name) for name in ("onset_s", "offset_s", "velocity"))
    softest, loudest = (pick(note.velocity for note in notes) for pick in (min, max))
    late_ms = 1000 * (onset[:, 1] - lag_s - onset[:, 0])
    length_ms = 1000 * (end - onset)
    duration_error_ms = _mean(np.abs(length_ms[:, 1] - length_ms[:, 0]))
    scores = NoteScores(
        notes=len(notes),
        strikes=len(strikes),
        note_precision=len(pairs) / len(strikes) if strikes else 1.0,
        note_recall=len(pairs) / len(notes),
        note_f1=f1(pairs),
        note_f1_25ms=f1(match(notes, strikes, lag_s, tolerance_s=STRICT_TOLERANCE_S)),
        note_f1_offset=f1(match(notes, strikes, lag_s, offset_ratio=OFFSET_RATIO)),
        note_f1_velocity=f1(_as_loud(pairs, velocity, softest, loudest)) if softest < loudest else math.nan,
        sounding_f1=f1(match(sounding_notes(written), sounding_notes(heard), lag_s, offset_ratio=OFFSET_RATIO)),
        chosen_pedal_s=math.nan if _pedal_s(written) else _pedal_s(heard) or math.nan,
        lag_ms=1000 * lag_s,
        onset_median_ms=float(np.median(np.abs(late_ms))) if pairs else math.nan,
        onset_sd_ms=float(np.std(late_ms)) if pairs else math.nan,
        onset_p95_ms=float(np.percentile(np.abs(late_ms), 95)) if pairs else math.nan,
        chord_spread_ms=_chord_spread_ms(notes, strikes, dict(pairs)),
        duration_error_ms=duration_error_ms,
        duration_error_ratio=duration_error_ms / _mean(length_ms[:, 0]),
        velocity_correlation=_correlation(velocity),
        velocity_error=_mean(np.abs(velocity[:, 1] - velocity[:, 0])),
        **{f"stray_{cause}": sum(s.cause == cause for s in strays) for cause in ("neighbour", "again", "other")},
    )
    return scores, strays


def _column(written: Sequence[Note], heard: Sequence[Note], pairs: Pairs, name: str) -> NDArray[np.float64]:
    """Return a field of the matched notes (N, 2), as written and as heard."""
    return np.array([(getattr(written[i], name), getattr(heard[k], name)) for i, k in pairs], float).reshape(-1, 2)


def _pedal_s(score: Score) -> float:
    """Return how long the pedal is down; if it never comes up, to the end of the notes."""
    presses = pedal_presses((*score.sustain, (score.end_s if score.notes else 0.0, False)))
    return float(np.maximum(np.diff(presses), 0.0).sum())


def _mean(values: NDArray[np.float64]) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def _as_loud(pairs: Pairs, velocity: NDArray[np.float64], softest: int, loudest: int) -> Pairs:
    """Return the pairs whose velocities agree, by the rule of `mir_eval.transcription_velocity.match_notes`; the range
    is that of all notes written."""
    if not pairs:
        return []
    reference = (velocity[:, 0] - softest) / (loudest - softest)
    line = np.column_stack([velocity[:, 1], np.ones(len(pairs))])
    fitted = line @ np.linalg.lstsq(line, reference, rcond=None)[0]
    return [pair for pair, near in zip(pairs, np.abs(fitted - reference) < VELOCITY_TOLERANCE, strict=True) if near]


def _chord_spread_ms(written: Sequence[Note], heard: Sequence[Note], strike_of: dict[int, int]) -> float:
    matched = ([i for i in chord if i in strike_of] for chord in chords(written))
    spreads_s = [
        (np.ptp([written[i].onset_s for i in chord]), np.ptp([heard[strike_of[i]].onset_s for i in chord]))
        for chord in matched
        if len(chord) > 1
    ]
    return _mean(1000 * np.diff(spreads_s)) if spreads_s else math.nan


def _correlation(velocities: NDArray[np.float64]) -> float:
    if len(velocities) < 2 or not np.ptp(velocities, axis=0).all():
        return math.nan
    return float(spearmanr(*velocities.T).statistic)
