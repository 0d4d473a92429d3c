"""What is heard, from hand-counted strikes, and from mir_eval."""

import math
from dataclasses import replace

import numpy as np
import pytest
from mir_eval import transcription, transcription_velocity, util

from pianomime.reports.note_scores import NoteScores, note_scores
from pianomime_core.notes import Note, Score

TUNE = [Note(60 + k, 0.5 * k, 0.5 * k + 0.4, 40 + 10 * k) for k in range(6)]


def scored(written: list[Note], heard: list[Note]) -> NoteScores:
    scores, _ = note_scores(Score(tuple(written)), Score(tuple(heard)))
    return scores


def later(notes: list[Note], *seconds: float) -> list[Note]:
    """The notes with each onset and end that much later."""
    return [replace(n, onset_s=n.onset_s + s, offset_s=n.offset_s + s) for n, s in zip(notes, seconds, strict=True)]


def test_the_tune_itself_is_perfect() -> None:
    scores = scored(TUNE, TUNE)
    assert (scores.note_precision, scores.note_recall, scores.note_f1, scores.note_f1_25ms) == (1, 1, 1, 1)
    assert (scores.note_f1_offset, scores.velocity_correlation, scores.velocity_error) == (1, pytest.approx(1), 0)
    assert (scores.lag_ms, scores.onset_sd_ms, scores.onset_p95_ms) == (0, 0, 0)


def test_a_constant_lag_is_not_heard() -> None:
    scores = scored(TUNE, later(TUNE, *[0.1] * 6))
    assert scores.lag_ms == pytest.approx(100)
    assert (scores.note_f1_25ms, scores.onset_p95_ms) == (1, pytest.approx(0))


def test_tolerances_and_errors_of_onsets() -> None:
    scores = scored(TUNE, later(TUNE, 0, 0, 0, 0, 0.03, 0.06))
    assert scores.lag_ms == 0
    assert scores.note_f1 == pytest.approx(5 / 6)
    assert scores.note_f1_25ms == pytest.approx(4 / 6)
    assert scores.onset_sd_ms == pytest.approx(np.std([0, 0, 0, 0, 30]))
    assert scores.onset_p95_ms == pytest.approx(np.percentile([0, 0, 0, 0, 30], 95))
    scores = scored(TUNE, later(TUNE, -0.02, -0.01, 0, 0, 0.03, 0.04))
    assert scores.onset_median_ms == pytest.approx(15), "of 0, 0, 10, 20, 30, 40"


def test_strikes_that_are_no_note_are_counted_and_listed() -> None:
    strays = [Note(61, 0.1, 0.145), Note(60, 0.3, 0.345), Note(90, 0.3, 0.345), Note(60, 2.4, 2.445)]
    heard = sorted([*TUNE, *strays], key=lambda note: note.onset_s)
    scores, found = note_scores(Score(tuple(TUNE)), Score(tuple(heard)))
    assert (scores.stray_neighbour, scores.stray_again, scores.stray_other) == (1, 1, 2)
    assert (scores.note_recall, scores.note_precision) == (1, 0.6)
    assert [(stray.time_s, stray.key) for stray in found] == [(0.1, "C#4"), (0.3, "C4"), (0.3, "F#6"), (2.4, "C4")]


def test_loudness_that_follows_backwards() -> None:
    heard = [replace(note, velocity=100 - note.velocity) for note in TUNE]
    scores = scored(TUNE, heard)
    assert scores.velocity_correlation == pytest.approx(-1)
    assert scores.velocity_error == pytest.approx(np.mean([abs(100 - 2 * note.velocity) for note in TUNE]))
    assert math.isnan(scored(TUNE, [replace(note, velocity=64) for note in TUNE]).velocity_correlation)


def test_chords_that_are_spread() -> None:
    """A chord of three within 30 ms, one note alone, two 40 ms apart, which are no chord."""
    written = [Note(60, 0, 1), Note(64, 0.01, 1), Note(67, 0.03, 1), Note(72, 2, 3), Note(60, 4, 5), Note(64, 4.04, 5)]
    assert scored(written, written).chord_spread_ms == pytest.approx(0)
    heard = later(written, -0.02, 0, 0.02, 0, 0, 0.04)
    assert scored(written, heard).chord_spread_ms == pytest.approx(70 - 30)
    assert scored(written, heard[1:]).chord_spread_ms == pytest.approx(40 - 20), "of the notes that are there"
    assert scored(written, later(written, 0.02, 0.01, -0.01, 0, 0, 0)).chord_spread_ms == pytest.approx(0 - 30 + 0)
    assert math.isnan(scored(TUNE, TUNE).chord_spread_ms)


def test_lengths() -> None:
    """Six notes of 400 ms, two of them held 100 ms longer, one 60 ms shorter."""
    heard = [replace(n, offset_s=n.offset_s + s) for n, s in zip(TUNE, (0.1, 0.1, -0.06, 0, 0, 0), strict=True)]
    scores = scored(TUNE, heard)
    assert scores.duration_error_ms == pytest.approx(260 / 6)
    assert scores.duration_error_ratio == pytest.approx(260 / 6 / 400)
    assert scores.note_f1_offset == pytest.approx(4 / 6), "80 ms are 20 %"


def test_the_pedal_holds_what_is_let_go() -> None:
    """A note of a second, of which the robot holds half; the pedal does the rest."""
    written, short = Score((Note(60, 0, 1), Note(64, 1, 2))), (Note(60, 0, 0.5), Note(64, 1, 2))
    for pedal, sounding in (((), 0.5), (((0.2, True), (1.0, False)), 1.0)):
        scores, _ = note_scores(written, Score(short, pedal))
        assert (scores.note_f1_offset, scores.sounding_f1) == (0.5, sounding)


@pytest.mark.parametrize(
    ("written", "pressed", "chosen_s"),
    [
        ((), ((0.2, True), (1.0, False), (1.5, True)), 1.3),
        (((0.1, False),), ((0.2, True), (1.0, False)), 0.8),
        (((0.1, True),), ((0.2, True), (1.0, False)), None),
        ((), (), None),
        ((), ((0.2, False),), None),
    ],
)
def test_the_pedal_is_a_choice_where_none_is_written(
    written: tuple[tuple[float, bool], ...], pressed: tuple[tuple[float, bool], ...], chosen_s: float | None
) -> None:
    notes = (Note(60, 0, 1), Note(64, 1, 2))
    scores, _ = note_scores(Score(notes, written), Score(notes, pressed))
    assert scores.as_dict().get("chosen_pedal_s") == (chosen_s if chosen_s is None else pytest.approx(chosen_s))


def test_loudness_of_single_notes() -> None:
    """Heard twice as softly throughout is the same; one note that stands out of it is not as loud."""
    assert scored(TUNE, [replace(note, velocity=note.velocity // 2) for note in TUNE]).note_f1_velocity == 1
    heard = [replace(TUNE[0], velocity=90), *TUNE[1:]]
    assert scored(TUNE, heard).note_f1_velocity < 1
    flat = [replace(note, velocity=64) for note in TUNE]
    assert math.isnan(scored(flat, TUNE).note_f1_velocity)


def test_nothing_heard() -> None:
    scores = scored(TUNE, [])
    assert (scores.note_precision, scores.note_recall, scores.note_f1) == (1, 0, 0)
    assert (scores.note_f1_velocity, scores.sounding_f1) == (0, 0)
    for name in ("onset_sd_ms", "onset_median_ms", "duration_error_ms", "duration_error_ratio", "velocity_error"):
        assert math.isnan(getattr(scores, name)), name
        assert name not in scores.as_dict()


def test_nothing_written_is_refused() -> None:
    with pytest.raises(ValueError, match="no note"):
        note_scores(Score(()), Score(tuple(TUNE)))


@pytest.mark.parametrize("seed", range(20))
def test_f1_equals_mir_eval(seed: int) -> None:
    rng = np.random.default_rng(seed)
    written = [
        Note(int(p), t, t + d, int(v))
        for p, t, d, v in zip(
            *(rng.integers(60, 66, 40), rng.uniform(1, 9, 40), rng.uniform(0.1, 0.6, 40), rng.integers(30, 110, 40)),
            strict=True,
        )
    ]
    heard = [
        replace(n, onset_s=n.onset_s + e, offset_s=n.offset_s + e, velocity=int(n.velocity * 0.6 + v))
        for n, e, v in zip(written, rng.normal(0, 0.03, 40), rng.normal(20, 8, 40), strict=True)
    ]
    heard = [*heard[5:], Note(63, 1.0, 1.1)]
    scores = scored(written, heard)

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
    as_loud = (
        (*arrays(n, lag), np.array([note.velocity for note in n])) for n, lag in ((written, 0.0), (heard, lag_s))
    )
    *_, f1, _ = transcription_velocity.precision_recall_f1_overlap(*next(as_loud), *next(as_loud), offset_ratio=None)
    assert scores.note_f1_velocity == pytest.approx(f1)
