"""Demonstrations for tests: those in ../shared, and one made of given fingertips."""

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pianomime_core.demonstration import Demonstration
from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll, trim_silence
from pianomime_core.timing import CONTROL_TIMESTEP_S

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
TUTORIAL, DEMOS = SHARED / "tutorial", SHARED / "demos"
needs_tutorial = pytest.mark.skipif(not TUTORIAL.is_dir(), reason="needs ../shared/tutorial")
needs_demos = pytest.mark.skipif(not DEMOS.is_dir(), reason="needs ../shared/demos")
_FINGER_FIRST_ROW, _UNSEEN_Z_M = 1, 0.1


def demonstration_of(
    points_m: NDArray[np.float64], score: Score, finger: NDArray[np.int64], valid: NDArray[np.bool_] | None = None
) -> Demonstration:
    """A demonstration of points (T, 2, 6, 3), and of a finger for each note of a score in order of (onset, pitch)."""
    notes = sorted(trim_silence(score).notes, key=lambda note: (note.onset_s, note.pitch))
    rows = len(piano_roll(score))
    points = points_m[np.minimum(np.arange(rows), len(points_m) - 1)].astype(np.float32)
    seen = np.ones((rows, 2), bool) if valid is None else valid[np.minimum(np.arange(rows), len(valid) - 1)]
    points[~seen] = np.nan
    return Demonstration(
        time_s=np.arange(rows) * CONTROL_TIMESTEP_S,
        points_m=points,
        valid=seen,
        confidence=seen.astype(np.float32),
        onset_s=np.array([note.onset_s for note in notes]),
        offset_s=np.array([note.offset_s for note in notes]),
        pitch=np.array([note.pitch for note in notes]),
        velocity=np.array([note.velocity for note in notes]),
        finger=np.asarray(finger, np.int64),
        pedal_s=np.zeros(0),
        pedal_down=np.zeros(0, bool),
        video_offset_s=0.0,
        assignment_distance_m=0.0,
        keyboard={},
        metadata={},
    )


def stan_1() -> Demonstration:
    """The tutorial clip as the authors tracked it; their files count x and y as the world does."""
    hands = [np.load(TUTORIAL / f"Stan_1_{side}_hand_action_list.npy") for side in ("right", "left")]
    points = np.stack([hand[:, :3].transpose(0, 2, 1) for hand in hands], axis=1)
    with (TUTORIAL / "Stan_1_fingering.csv").open() as file:
        rows = [(float(onset), int(key), int(finger)) for onset, key, finger in list(csv.reader(file))[1:]]
    score = load_midi(TUTORIAL / "Stan_1.mid")
    finger = [finger for _, _, finger in sorted(rows)]
    return demonstration_of(points, score, np.array(finger))


def clip(number: int) -> Demonstration:
    """A clip of the archive; its hands stand high above the keys until they are first seen."""
    with np.load(DEMOS / "clips" / f"{number:03d}.npz") as archive:
        notes, fingering, quantised = archive["notes"], archive["fingering"], archive["fingertips_q"]
    points = quantised.astype(np.float64) * 25e-6
    points = np.stack([points[:, 6:], points[:, :6]], axis=1)
    order = np.lexsort((notes[:, 2], notes[:, 0]))
    finger = []
    for onset, end, key in notes[order].tolist():
        held = (fingering[onset:end] == key).sum(axis=0)
        left_first = int(held.argmax()) if held.any() else -1
        finger.append(left_first if left_first < 0 else (left_first + 5) % 10)
    # A hair inside its frames, so that rounding moves no note.
    score = Score(
        tuple(
            Note(key + LOWEST_PITCH, onset * CONTROL_TIMESTEP_S + 1e-6, end * CONTROL_TIMESTEP_S - 1e-6)
            for onset, end, key in notes[order].tolist()
        )
    )
    first = int(notes[:, 0].min())
    valid = (points[:, :, 1:, 2] < _UNSEEN_Z_M).all(axis=2)
    return demonstration_of(points[first:], score, np.array(finger), valid[first:])
