"""Correlations of timing, articulation and dynamics, against numbers worked out by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from pianomime.reports.expressive_scores import EXPRESSIVE_SCORES, expressive_scores
from pianomime_core.notes import Note, Score

MELODY_S = [0.0, 0.5, 0.9, 1.8, 2.2, 3.2]
"""Intervals: 500, 400, 900, 400, 1000 ms."""
LENGTHS_S = [0.5, 0.3, 0.45, 0.5, 0.2, 0.5]
VELOCITIES = [(80, 50), (90, 40), (60, 60), (100, 45), (70, 65), (85, 30)]
"""Of melody and bass."""
PIECE = Score(
    tuple(
        Note(pitch, onset_s, onset_s + length_s, velocity)
        for onset_s, length_s, both in zip(MELODY_S, LENGTHS_S, VELOCITIES, strict=True)
        for pitch, velocity in zip((72, 48), both, strict=True)
    )
)


def played(shifts_s: list[float], longer_s: list[float]) -> Score:
    """The piece with its melody moved and lengthened."""
    melody = [note for note in PIECE.notes if note.pitch == 72]
    moved = [
        replace(n, onset_s=n.onset_s + s, offset_s=n.offset_s + s + more)
        for n, s, more in zip(melody, shifts_s, longer_s, strict=True)
    ]
    return Score((*moved, *(note for note in PIECE.notes if note.pitch == 48)))


def test_the_piece_itself_follows_perfectly() -> None:
    assert expressive_scores(PIECE, PIECE) == dict.fromkeys(EXPRESSIVE_SCORES, pytest.approx(1))


def test_timing_is_that_of_intervals() -> None:
    shifts_s = [0.0, 0.03, -0.02, 0.0, 0.04, -0.03]
    found = expressive_scores(PIECE, played(shifts_s, [0.0] * 6))
    heard_ms = np.array([500 + 30, 400 - 50, 900 + 20, 400 + 40, 1000 - 70])
    assert found["upper_interval_correlation"] == pytest.approx(np.corrcoef([500, 400, 900, 400, 1000], heard_ms)[0, 1])
    assert found["lower_interval_correlation"] == pytest.approx(1)


def test_articulation_is_that_of_overlaps() -> None:
    found = expressive_scores(PIECE, played([0.0] * 6, [0.1, 0.0, 0.2, -0.1, 0.0, 0.3]))
    intervals = np.array([0.5, 0.4, 0.9, 0.4, 1.0])
    written = (np.array([0.5, 0.3, 0.45, 0.5, 0.2]) - intervals) / intervals
    heard = (np.array([0.6, 0.3, 0.65, 0.4, 0.2]) - intervals) / intervals
    assert found["upper_overlap_correlation"] == pytest.approx(np.corrcoef(written, heard)[0, 1])
    assert found["lower_overlap_correlation"] == pytest.approx(1)


def test_dynamics_are_decibels_between_the_voices() -> None:
    """A robot that plays the melody in the dynamics of the bass, and the bass in those of the melody."""
    turned = [pair[::-1] for pair in VELOCITIES]
    heard = [replace(note, velocity=turned[k // 2][k % 2]) for k, note in enumerate(PIECE.notes)]
    assert expressive_scores(PIECE, Score(tuple(heard)))["dynamic_range_correlation"] == pytest.approx(-1)
    # Of mpteval's midi_vel_to_rms: 44 dB between velocities 1 and 127.
    one_louder = [replace(n, velocity=127) if k == 0 else n for k, n in enumerate(PIECE.notes)]
    ratio = 10 ** (44 / 20)
    offset = 127 / (126 * math.sqrt(ratio)) - 1 / 126

    def db(velocity: int) -> float:
        return 40 * math.log10((1 - offset) / 127 * velocity + offset)

    assert db(127) - db(1) == pytest.approx(44)
    written = [db(high) - db(low) for high, low in VELOCITIES]
    louder = [db(127) - db(50), *written[1:]]
    found = expressive_scores(PIECE, Score(tuple(one_louder)))
    assert found["dynamic_range_correlation"] == pytest.approx(np.corrcoef(written, louder)[0, 1])


def test_the_upper_voice_stays_above_middle_c() -> None:
    """The note below it in between is late, and of no voice: it is alone."""
    middle = Note(60, 1.4, 1.6)
    piece, heard = (
        Score(tuple(sorted([*PIECE.notes, note], key=lambda n: n.onset_s)))
        for note in (middle, replace(middle, onset_s=1.44))
    )
    assert expressive_scores(piece, heard) == dict.fromkeys(EXPRESSIVE_SCORES, pytest.approx(1))


def test_lost_notes_and_stray_strikes_are_no_steps() -> None:
    heard = [note for k, note in enumerate(PIECE.notes) if k != 2]
    heard = sorted([*heard, Note(90, 1.0, 1.1), Note(72, 1.3, 1.4)], key=lambda note: note.onset_s)
    assert expressive_scores(PIECE, Score(tuple(heard)))["upper_interval_correlation"] == pytest.approx(1)


def test_what_says_nothing_is_absent() -> None:
    assert expressive_scores(PIECE, Score(())) == {}
    even = Score(tuple(Note(72, 0.5 * k, 0.5 * k + 0.4) for k in range(8)))
    assert expressive_scores(even, even) == {}, "all intervals are equal"
