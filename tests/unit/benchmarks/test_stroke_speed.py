"""The notes are what they claim to be; what is heard is sorted as by hand; a shorter stroke is louder."""

from itertools import pairwise

import numpy as np
import pytest
from benchmarks.stroke_speed import PITCHES, HeardStroke, heard_strokes, measure, random_notes, stroke_table
from rich.console import Console

from pianomime_core.errors import UserError
from pianomime_core.notes import Note


def test_notes_are_single_ones_with_time_in_between_and_those_of_their_seed() -> None:
    notes = random_notes(40, seed=3).notes
    assert len(notes) == 40
    assert all(PITCHES[0] <= note.pitch < PITCHES[1] for note in notes)
    assert all(after.onset_s - before.offset_s >= 0.499 for before, after in pairwise(notes))
    assert random_notes(40, seed=3).notes == notes != random_notes(40, seed=4).notes


def test_strokes_are_sorted_by_finger_and_key() -> None:
    written = [Note(60, 1.0, 1.3), Note(61, 2.0, 2.3), Note(62, 3.0, 3.3), Note(64, 4.0, 4.3)]
    heard = [Note(60, 1.02, 1.3, 80), Note(60, 1.1, 1.3, 20), Note(61, 1.99, 2.3, 70), Note(62, 3.4, 3.5, 50)]
    first, second = heard_strokes(written, np.array([0, 6, 1, 2]), heard)
    assert first[:3] == (True, False, 80)
    assert second[:3] == (False, True, 70)
    assert (first.lag_s, second.lag_s) == pytest.approx((0.02, -0.01))


def test_the_table_has_medians_and_deviations() -> None:
    white = [HeardStroke(False, False, velocity, lag_s) for velocity, lag_s in ((60, 0.01), (64, 0.02), (62, 0.03))]
    console = Console(width=160)
    with console.capture() as printed:
        console.print(stroke_table({0.4: [*white, HeardStroke(True, True, 40, -0.005)]}, 5))
    [line] = [line for line in printed.get().splitlines() if "steps" in line]
    row = [cell.strip() for cell in line.split("|")[1:-1]]
    assert row == ["0.4 steps, 20 ms", "62 ± 2, +20 ± 8 ms", "-", "-", "40 ± 0, -5 ± 0 ms", "4 of 5"]


def test_a_shorter_stroke_is_louder() -> None:
    short, long = (measure(steps, notes=4, seed=1) for steps in (0.4, 2.0))
    assert len(short) == len(long) == 4
    for quick, slow in zip(short, long, strict=True):
        assert (quick.thumb, quick.black) == (slow.thumb, slow.black)
        assert quick.velocity > slow.velocity + 10


@pytest.mark.parametrize(("steps", "notes"), [(0.0, 5), (-1.0, 5), (float("nan"), 5), (1.0, 0)])
def test_impossible_ones_are_refused(steps: float, notes: int) -> None:
    with pytest.raises(UserError, match="want"):
        measure(steps, notes, seed=1)
