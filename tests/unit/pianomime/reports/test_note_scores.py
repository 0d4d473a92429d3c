"""What is heard, from hand-counted strikes, and from mir_eval."""

import math
from dataclasses import replace

import numpy as np
import pytest
from mir_eval import transcription, util

from pianomime.reports.note_scores import note_scores
from pianomime_core.notes import Note

TUNE = [Note(60 + k, 0.5 * k, 0.5 * k + 0.4, 40 + 10 * k) for k in range(6)]


def later(notes: list[Note], *seconds: float) -> list[Note]:
    """The notes with each onset and end that much later."""
    return [replace(n, onset_s=n.onset_s + s, offset_s=n.offset_s + s) for n, s in zip(notes, seconds, strict=True)]


def test_the_tune_itself_is_perfect() -> None:
    scores = note_scores(TUNE, TUNE)
    assert (scores.note_precision, scores.note_recall, scores.note_f1, scores.note_f1_25ms) == (1, 1, 1, 1)
    assert (scores.note_f1_offset, scores.velocity_correlation, scores.velocity_error) == (1, pytest.approx(1), 0)
    assert (scores.lag_ms, scores.onset_sd_ms, scores.onset_p95_ms) == (0, 0, 0)


def test_a_constant_lag_is_not_heard() -> None:
    scores = note_scores(TUNE, later(TUNE, *[0.1] * 6))
    assert scores.lag_ms == pytest.approx(100)
    assert (scores.note_f1_25ms, scores.onset_p95_ms) == (1, pytest.approx(0))


def test_tolerances_and_errors_of_onsets() -> None:
    scores = note_scores(TUNE, later(TUNE, 0, 0, 0, 0, 0.03, 0.06))
    assert scores.lag_ms == 0
    assert scores.note_f1 == pytest.approx(5 / 6)
    assert scores.note_f1_25ms == pytest.approx(4 / 6)
    assert scores.onset_sd_ms == pytest.approx(np.std([0, 0, 0, 0, 30]))
    assert scores.onset_p95_ms == pytest.approx(np.percentile([0, 0, 0, 0, 30], 95))


def test_stray_strikes_by_what_they_are_near_to() -> None:
    short = 0.045
    strays = [
        Note(61, 0.1, 0.1 + short),  # beside pitch 60
        Note(60, 0.3, 0.3 + short),  # the same key again
        Note(90, 0.3, 0.3 + short),  # nothing is near
        Note(60, 2.4, 2.4 + short),  # long after it was written
    ]
    scores = note_scores(TUNE, sorted([*TUNE, *strays], key=lambda note: note.onset_s))
    assert (scores.stray_neighbour, scores.stray_again, scores.stray_other) == (1, 1, 2)
    assert (scores.note_recall, scores.note_precision) == (1, 0.6)


def test_loudness_that_follows_backwards() -> None:
    heard = [replace(note, velocity=100 - note.velocity) for note in TUNE]
    scores = note_scores(TUNE, heard)
    assert scores.velocity_correlation == pytest.approx(-1)
    assert scores.velocity_error == pytest.approx(np.mean([abs(100 - 2 * note.velocity) for note in TUNE]))
    assert math.isnan(note_scores(TUNE, [replace(note, velocity=64) for note in TUNE]).velocity_correlation)


def test_nothing_heard() -> None:
    scores = note_scores(TUNE, [])
    assert (scores.note_precision, scores.note_recall, scores.note_f1) == (1, 0, 0)
    assert math.isnan(scores.onset_sd_ms)


def test_nothing_written_is_refused() -> None:
    with pytest.raises(ValueError, match="no note"):
        note_scores([], TUNE)


@pytest.mark.parametrize("seed", range(20))
def test_f1_equals_mir_eval(seed: int) -> None:
    rng = np.random.default_rng(seed)
    written = [
        Note(int(p), t, t + d)
        for p, t, d in zip(rng.integers(60, 66, 40), rng.uniform(1, 9, 40), rng.uniform(0.1, 0.6, 40), strict=True)
    ]
    heard = [
        replace(n, onset_s=n.onset_s + e, offset_s=n.offset_s + e)
        for n, e in zip(written, rng.normal(0, 0.03, 40), strict=True)
    ]
    heard = [*heard[5:], Note(63, 1.0, 1.1)]
    scores = note_scores(written, heard)

    def arrays(notes: list[Note], lag_s: float) -> tuple[np.ndarray, np.ndarray]:
        intervals = np.array([(n.onset_s, n.offset_s) for n in notes]) - lag_s
        return intervals, util.midi_to_hz(np.array([float(n.pitch) for n in notes]))

    lag_s = scores.lag_ms / 1000
    for tolerance_s, ratio, found in (
        (0.05, None, "note_f1"),
        (0.025, None, "note_f1_25ms"),
        (0.05, 0.2, "note_f1_offset"),
    ):
        *_, f1, _ = transcription.precision_recall_f1_overlap(
            *arrays(written, 0.0), *arrays(heard, lag_s), onset_tolerance=tolerance_s, offset_ratio=ratio
        )
        assert getattr(scores, found) == pytest.approx(f1), found
