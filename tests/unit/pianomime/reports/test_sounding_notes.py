"""The pedal lengthens notes as on a piano."""

import pytest

from pianomime.reports.sounding_notes import sounding_notes
from pianomime_core.notes import Note, Score

NOTES = (Note(60, 0.0, 1.0), Note(64, 0.0, 1.5), Note(60, 2.0, 3.0))
DRY = [1.0, 1.5, 3.0]


@pytest.mark.parametrize(
    ("pedal", "ends"),
    [
        ((), DRY),
        (((0.5, True), (1.2, False)), [1.2, 1.5, 3.0]),  # up before the second note ends
        (((0.5, True), (1.7, False)), [1.7, 1.7, 3.0]),
        (((0.5, True), (2.5, False)), [2.0, 2.5, 3.0]),  # the first key is struck again
        (((1.1, True), (1.4, False)), DRY),  # the first key was let go before, the second is held
        (((0.2, True), (0.8, False), (0.9, True), (1.6, False)), [1.6, 1.6, 3.0]),
        (((0.5, True), (1.2, True), (1.8, False)), [1.8, 1.8, 3.0]),  # half pedals of a real keyboard
        (((2.5, True),), DRY),
        (((2.5, True), (3.5, False)), [1.0, 1.5, 3.5]),
        (((1.2, True),), [1.0, 3.0, 3.0]),  # never up: the piece ends
        (((1.0, True), (1.3, False)), [1.3, 1.5, 3.0]),  # down as the key is let go
    ],
)
def test_ends(pedal: tuple[tuple[float, bool], ...], ends: list[float]) -> None:
    found = sounding_notes(Score(NOTES, pedal))
    assert [note.offset_s for note in found] == ends
    assert [(note.pitch, note.onset_s) for note in found] == [(note.pitch, note.onset_s) for note in NOTES]


def test_a_key_written_twice_at_once_is_not_shortened() -> None:
    notes = (Note(60, 0.0, 2.0), Note(60, 1.0, 1.5))
    assert [note.offset_s for note in sounding_notes(Score(notes, ((0.5, True), (3.0, False))))] == [2.0, 3.0]


def test_nothing_sounds() -> None:
    assert sounding_notes(Score((), ((0.5, True),))) == []
