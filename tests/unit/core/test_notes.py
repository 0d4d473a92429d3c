"""Notes have a pitch on the keyboard and a length; what is dropped is told in words."""

import math

import pytest

from pianomime_core.notes import Dropped, Note, Score


@pytest.mark.parametrize(
    ("pitch", "onset_s", "offset_s"),
    [(20, 0, 1), (109, 0, 1), (60, 1, 1), (60, 2, 1), (60, 0, math.nan), (60, 0, math.inf)],
)
def test_impossible_notes_are_refused(pitch: int, onset_s: float, offset_s: float) -> None:
    with pytest.raises(ValueError, match=r"pitch|onset < offset"):
        Note(pitch, onset_s, offset_s)


def test_what_is_dropped_in_words() -> None:
    assert str(Dropped()) == "nothing"
    assert str(Dropped(drums=3, zero_length=1)) == "3 drum notes (channel 10), 1 of zero length or without end"


def test_later_music_is_the_same_with_its_pedal() -> None:
    music = Score((Note(60, 0.5, 1.0, 70), Note(64, 1.0, 2.0)), ((0.25, True), (1.5, False)), "two notes")
    later = Score((Note(60, 2.5, 3.0, 70), Note(64, 3.0, 4.0)), ((2.25, True), (3.5, False)), "two notes")
    assert music.later(2.0) == later
    assert later.later(-2.0) == music
